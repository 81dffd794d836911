"""What the pages show works, and what they name exists."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mailcase.cli import GROUPS
from notifier.intake import Intake
from notifier.store import Store
from runtime import metrics
from runtime.database.migrations import migrate
from runtime.database.pool import Database
from runtime.kafka.admin import ensure_topics
from runtime.kafka.producer import EventProducer
from runtime.kafka.reader import read_to_end
from runtime.lifecycle import EXIT_CONFIGURATION, EXIT_FAILED, EXIT_OK, EXIT_TEMPORARY
from runtime.settings import Settings
from schemas.cloudevents import Event, Record, encode
from schemas.events import LedgerState, MailboxState, MailRequested, Purpose
from schemas.events.quarantine import REASONS, reason_kind
from schemas.topics import MAIL_DECISIONS, PIPELINE_COMMANDS
from tests.schemas.examples import example
from tests.support.features.catalogue import ROOT

DOCS = ROOT / "docs"
WRITTEN = [DOCS / name for name in ("architecture.md", "operations.md", "analysts.md")]
DECISIONS = sorted((DOCS / "decisions").glob("*.md"))
_CODE = re.compile(r"`([^`\n]+)`")


def code_of(page: str, first_words: str) -> str:
    """The Python block of a page that begins with `first_words`."""
    blocks = re.findall(r"```python\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)
    found = [block for block in blocks if block.startswith(first_words)]
    assert len(found) == 1
    return str(found[0])


def quoted(pages: list[Path]) -> set[str]:
    """Everything that stands in backquotes on the pages, code blocks left out."""
    texts = [re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL) for page in pages]
    return {found for text in texts for found in _CODE.findall(text)}


def rows_of(page: str, heading: str) -> dict[str, list[str]]:
    """Cells of the table rows below a heading, by each word quoted in their first cell."""
    text = (DOCS / page).read_text(encoding="utf-8").split(f"\n## {heading}\n", 1)[1].split("\n## ", 1)[0]
    rows = [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line[:1] == "|"]
    return {name: row for row in rows for name in _CODE.findall(row[0])}


@pytest.fixture
def reader(settings: Settings, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """The analysts' consumer, without any code of ours in its path."""
    ensure_topics(settings, [MAIL_DECISIONS])
    script = tmp_path / "decisions.py"
    script.write_text(code_of("analysts.md", "import json, sys\nfrom kafka import KafkaConsumer"), encoding="utf-8")
    process = subprocess.Popen(
        [sys.executable, "-I", str(script), settings.kafka_brokers, settings.topic(MAIL_DECISIONS)],
        cwd=tmp_path, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    yield process
    process.kill()
    process.communicate()


@pytest.mark.timeout(90)
def test_consumer_of_the_analysts_page_shows_each_decision_once(
    settings: Settings, reader: subprocess.Popen[str]
) -> None:
    decided = example("mailcase.mail.decided.v1")
    again = Event("id-2", decided.type, "/tests", "s", decided.time, "other key", decided.data)
    producer = EventProducer(settings, "test")
    producer.publish([encode(decided), encode(decided), encode(again)])
    producer.close()
    assert reader.stdout is not None
    lines = [reader.stdout.readline().strip() for _ in range(2)]
    assert lines == ["text | human |  | []"] * 2
    producer.publish([encode(Event("id-3", decided.type, "/tests", "s", decided.time, "k", decided.data))])
    assert reader.stdout.readline().strip() == lines[0]


@pytest.mark.timeout(90)
def test_command_of_the_operations_page_is_obeyed_by_the_notifier(settings: Settings, tmp_path: Path) -> None:
    ensure_topics(settings, [PIPELINE_COMMANDS])
    script = tmp_path / "outgoing.py"
    script.write_text(code_of("operations.md", "# outgoing.py"), encoding="utf-8")
    schema = settings.schema_name("notifier")
    migrate(settings.dsn, schema, "notifier.migrations")
    database = Database(settings.dsn, schema, max_size=2)
    intake, notification = Intake(Store(database)), str(uuid.uuid4())
    intake.process([_request(notification)])
    try:
        for what, state in (("hold", "held"), ("release", "queued"), ("cancel", "cancelled")):
            topic = settings.topic(PIPELINE_COMMANDS)
            arguments = [settings.kafka_brokers, topic, what, notification, "Olga Operator"]
            subprocess.run([sys.executable, "-I", str(script), *arguments], check=True, timeout=60)
            intake.process(list(read_to_end(settings, PIPELINE_COMMANDS)))
            with database.transaction() as connection:
                row = connection.execute("SELECT state, reason FROM ledger WHERE notification_id = %s", [notification])
                assert row.fetchone() == (state, what)
    finally:
        database.close()


def _request(notification: str) -> Record:
    data = MailRequested(
        notification_id=notification,
        conversation="k3x5aaaaaaaaaaaa",
        purpose=Purpose.NOTIFICATION,
        account="support",
        to=("ann@example.org",),
        subject="s",
        body="b",
        interaction="ET-1",
    )
    now = datetime.now(UTC)
    return encode(Event(notification, "mailcase.mail.requested.v1", "/casesvc", "ET-1", now, "ET-1", data))


@pytest.mark.parametrize("page", [*WRITTEN, *DECISIONS], ids=lambda page: page.name)
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if target.startswith("https://"):
            continue
        path, _, anchor = target.partition("#")
        file = (page.parent / path) if path else page
        assert file.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), re.MULTILINE)
            known = {re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings}
            assert anchor in known, target


def test_modules_metrics_settings_and_commands_that_pages_name_exist() -> None:
    names = quoted([*WRITTEN, *DECISIONS])
    paths = {name for name in names if re.fullmatch(r"[a-z_]+(/[\w.]+)+\.(py|json|md)|[a-z_]+(/[a-z_]+)*/", name)}
    assert {name for name in paths if not (ROOT / name).exists() and not (DOCS / name).exists()} == set()
    known = {line.split("`")[1] for line in metrics.render_markdown().splitlines() if line.startswith("| `mailcase_")}
    assert {name for name in names if re.fullmatch(r"mailcase_[a-z_]+_[a-z]+", name)} - known - _SCHEMAS == set()
    settings = {f"MAILCASE_{field.upper()}" for field in Settings.model_fields}
    assert {name for name in names if re.fullmatch(r"MAILCASE_[A-Z_]+", name)} <= settings
    commands = {name.split()[1] for name in names if name.startswith("mailcase ") and len(name.split()) > 1}
    assert {name for name in commands if name.isalpha()} <= set(GROUPS)


_SCHEMAS = {"mailcase_casesvc", "mailcase_notifier"}


def test_every_quarantine_reason_stands_on_the_operations_page_with_its_kind() -> None:
    rows = rows_of("operations.md", "Quarantine")
    assert rows.keys() >= {*REASONS, "rule:<name>"}
    assert {reason: row[1] for reason, row in rows.items()} == {
        reason: reason_kind(reason).value for reason in rows if reason
    }


def test_every_state_of_mailboxes_and_outgoing_mails_stands_on_the_operations_page() -> None:
    assert rows_of("operations.md", "Mailboxes").keys() >= {state.value for state in MailboxState}
    assert rows_of("operations.md", "Outgoing mails").keys() >= {state.value for state in LedgerState}
    for code in (EXIT_OK, EXIT_FAILED, EXIT_TEMPORARY, EXIT_CONFIGURATION):
        assert f"| {code} |" in (DOCS / "operations.md").read_text(encoding="utf-8")


LINES = [
    (["migrate"], {}, "MAILCASE_DATABASE_URL is not set"),
    (["migrate"], {"MAILCASE_DATABASE_URL": "postgresql://postgres@127.0.0.1:1/postgres"}, "Connection refused"),
    (["topics", "check"], {"MAILCASE_KAFKA_BROKERS": "127.0.0.1:1"}, "does not answer while checking topics"),
    (["settings"], {"MAILCASE_KAFKA_BROKER": "x"}, "MAILCASE_KAFKA_BROKER is no setting; did you mean"),
]


@pytest.mark.parametrize(("arguments", "variables", "line"), LINES, ids=lambda value: str(value)[:40])
def test_lines_of_the_operations_page_are_what_the_command_says(
    arguments: list[str], variables: dict[str, str], line: str, tmp_path: Path
) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "mailcase", *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", "MAILCASE_LOCAL_DIR": str(tmp_path), "MAILCASE_KAFKA_TIMEOUT": "2", **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("mailcase: ")
    assert line in ended.stderr
    assert "Traceback" not in ended.stderr
    assert line in (DOCS / "operations.md").read_text(encoding="utf-8")


def test_decisions_are_numbered_without_gaps_and_say_what_why_and_what_else() -> None:
    assert [int(page.name[:4]) for page in DECISIONS] == list(range(1, len(DECISIONS) + 1))
    for page in DECISIONS:
        text = page.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(page.name[:4])}. "), page.name
        assert all(part in text for part in ("**What.**", "**Why.**", "**What else.**")), page.name
        assert len(text.splitlines()) <= 40, page.name


def test_readiness_that_the_operations_page_shows_is_json() -> None:
    (shown,) = re.findall(r"`(\{\"ready\".*?\})`", (DOCS / "operations.md").read_text(encoding="utf-8"))
    assert json.loads(shown.replace(", …", "")) == {
        "ready": False,
        "checks": {"stream": "not a member of the consumer group yet"},
    }

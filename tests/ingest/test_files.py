"""Mails from files, and the commands that people and MTAs call."""

from __future__ import annotations

import io
import mailbox as stdlib_mailbox
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.files import FileMail, import_mails, mails_in, one_from_pipe
from ingest.intake import DownstreamAway, Intake
from runtime.blobs.memory import MemoryBlobs
from runtime.clock import ManualClock
from runtime.kafka.admin import ensure_topics
from runtime.kafka.memory import MemoryLog, MemoryProducer
from runtime.kafka.reader import read_to_end
from runtime.settings import Settings
from schemas.cloudevents import decode
from schemas.errors import MessageError
from schemas.events.mailbox import MailboxControl
from schemas.events.received import MailReceived, Mode
from schemas.ids import mail_id, sha256_hex
from schemas.topics import MAIL_RAW, MAILBOX_CONTROL, MAILBOX_STATUS
from tests.ingest.processes import Installation
from tests.ingest.rigs import mail_bytes

LIMIT = 1_000_000


def _read(path: Path, limit: int = LIMIT) -> tuple[list[FileMail], list[str]]:
    refused: list[str] = []
    return list(mails_in(path, limit, refused.append)), refused


@pytest.mark.feature("IN-11", "ingest file eml")
def test_an_eml_file_is_one_mail_byte_for_byte(tmp_path: Path) -> None:
    raw = mail_bytes("Grüße").replace(b"\r\n", b"\n")
    (tmp_path / "one.eml").write_bytes(raw)
    [mail], refused = _read(tmp_path / "one.eml")
    assert mail.raw == raw
    assert refused == []


@pytest.mark.feature("IN-11", "ingest file mbox")
def test_an_mbox_gives_the_mails_that_the_standard_library_finds(tmp_path: Path) -> None:
    path = tmp_path / "box"
    text = (
        b"From ann@example.org Mon Nov 23 09:00:00 2026\nSubject: one\n\nFirst\n>From the start\n>>From deeper\n\n"
        b"From bob@example.org Tue Nov 24 10:00:00 2026\nSubject: two\n\nFrom here on, no blank line before: text\n\n"
        b"From MAILER-DAEMON nonsense\nSubject: three\n\nLast, without a line break"
    )
    path.write_bytes(text)
    mails, refused = _read(path)
    assert refused == []
    assert [mail.raw.splitlines()[0] for mail in mails] == [b"Subject: one", b"Subject: two", b"Subject: three"]
    assert mails[0].raw == b"Subject: one\n\nFirst\nFrom the start\n>From deeper\n"
    assert mails[0].received_at == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert len(stdlib_mailbox.mbox(path)) >= len(mails)


@pytest.mark.feature("IN-11", "ingest file Maildir")
def test_an_mbox_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    box = tmp_path / "box"
    box.write_bytes(b"\xef\xbb\xbfFrom -\nSubject: one\n\nx\n\nFrom -\nSubject: two\n\ny\n")
    mails, refused = _read(box)
    assert ([mail.raw for mail in mails], refused) == ([b"Subject: one\n\nx\n", b"Subject: two\n\ny\n"], [])


def test_a_field_with_a_blank_before_its_colon_begins_no_mbox(tmp_path: Path) -> None:
    path = tmp_path / "old"
    path.write_bytes(b"From  : ann@example.org\nSubject : old syntax\n\nx\n")
    mails, _ = _read(path)
    assert [mail.raw for mail in mails] == [path.read_bytes()]


def test_a_maildir_gives_new_and_read_mails_with_their_flags(tmp_path: Path) -> None:
    for name in ("cur", "new", "tmp"):
        (tmp_path / name).mkdir()
    (tmp_path / "new" / "1.host").write_bytes(mail_bytes("new"))
    (tmp_path / "cur" / "2.host:2,RS").write_bytes(mail_bytes("read"))
    (tmp_path / "tmp" / "3.host").write_bytes(mail_bytes("half written"))
    mails, _ = _read(tmp_path)
    assert sorted(mail.flags for mail in mails) == [(), ("\\Answered", "\\Seen")]


def test_too_large_empty_and_missing_are_named(tmp_path: Path) -> None:
    (tmp_path / "large.eml").write_bytes(mail_bytes("large", "x" * 5000))
    (tmp_path / "empty.eml").write_bytes(b"\n")
    (tmp_path / "fine.eml").write_bytes(mail_bytes())
    mails, refused = _read(tmp_path, 3000)
    assert len(mails) == 1
    assert [line.rpartition(": ")[2] for line in refused] == ["empty", "more than 3000 bytes (MAILCASE_MAX_MAIL_BYTES)"]
    with pytest.raises(MessageError, match="cannot be read: No such file"):
        _read(tmp_path / "missing.eml")
    (tmp_path / "nothing").mkdir()
    with pytest.raises(MessageError, match="holds no mail"):
        _read(tmp_path / "nothing")


def test_a_large_mail_inside_an_mbox_does_not_take_the_others_along(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(
        b"".join(b"From a\n" + body + b"\n\n" for body in (b"A: 1\n\nx", b"B: 2\n\n" + b"y\n" * 5000, b"C: 3\n\nz"))
    )
    mails, refused = _read(path, 1000)
    assert [mail.raw[:1] for mail in mails] == [b"A", b"C"]
    assert len(refused) == 1


def test_the_from_line_that_postfix_puts_before_a_piped_mail_is_no_part_of_it() -> None:
    raw = mail_bytes()
    now = datetime(2026, 11, 23, tzinfo=UTC)
    assert one_from_pipe(io.BytesIO(b"From ann Mon Nov 23\n" + raw), now, LIMIT).raw == raw
    with pytest.raises(MessageError, match="empty"):
        one_from_pipe(io.BytesIO(b""), now, LIMIT)
    with pytest.raises(MessageError, match="more than"):
        one_from_pipe(io.BytesIO(raw), now, 20)


def test_an_import_is_muted_counts_doubles_and_needs_the_broker(tmp_path: Path) -> None:
    log = MemoryLog()
    intake = Intake(MemoryBlobs(), MemoryProducer(log), ManualClock(), inline_limit=100_000)
    raw = mail_bytes()
    for name in ("a.eml", "b.eml"):
        (tmp_path / name).write_bytes(raw)
    result = import_mails(_read(tmp_path)[0], intake, mailbox="claims", mode=Mode.IMPORT)
    assert (result.mails, result.duplicates) == (1, 1)
    [data] = [decode(record).data for record in log.records(MAIL_RAW)]
    assert isinstance(data, MailReceived)
    assert (data.muted, data.mode, data.server_id) == (True, Mode.IMPORT, f"file:{sha256_hex(raw)}")
    log.available = False
    with pytest.raises(DownstreamAway):
        import_mails(_read(tmp_path)[0], intake, mailbox="claims", mode=Mode.IMPORT)


@pytest.fixture
def installation(settings: Settings, tmp_path: Path) -> Installation:
    ensure_topics(settings, [MAIL_RAW, MAILBOX_CONTROL, MAILBOX_STATUS])
    installation = Installation(settings, tmp_path)
    installation.configure([("claims", "claims@example.net", 1)])
    return installation


@pytest.mark.feature("IN-11", "ingest stdin as an MTA pipe")
def test_a_piped_mail_is_durable_when_the_command_says_so(installation: Installation) -> None:
    raw = mail_bytes("piped")
    done = installation.command(
        "ingest", "file", "--mailbox", "claims", "--sender", "", "--recipient", "c@example.net", "-",
        piped=raw,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, b"")
    [record] = list(read_to_end(installation.settings, MAIL_RAW))
    data = decode(record).data
    assert isinstance(data, MailReceived)
    assert data.mail_id == mail_id("claims", sha256_hex(raw))
    assert (data.envelope_from, data.envelope_to) == ("", ("c@example.net",))
    assert (data.mode, data.muted) == (Mode.LIVE, False)
    assert record.value == raw


@pytest.mark.feature("IN-11", "exit 75 on doubt")
def test_exit_codes_tell_an_mta_what_to_do(installation: Installation, tmp_path: Path) -> None:
    raw = mail_bytes()
    to_claims = ("ingest", "file", "--mailbox", "claims")
    away = installation.command(
        *to_claims, "-", piped=raw, MAILCASE_KAFKA_BROKERS="127.0.0.1:1", MAILCASE_KAFKA_TIMEOUT="2"
    )
    assert (away.returncode, b"not durable, try again" in away.stderr) == (75, True)
    blocked = tmp_path / "no-folder"
    blocked.write_text("a file stands where the blob store should be")
    full = installation.command(*to_claims, "-", piped=raw, MAILCASE_BLOB_URL=f"file://{blocked}")
    assert full.returncode == 75
    broken = installation.command(*to_claims, "-", piped=raw, MAILCASE_CONFIG_DIR=str(tmp_path / "nowhere"))
    assert broken.returncode == 75
    assert installation.command(*to_claims, "-").returncode == 65
    assert installation.command(*to_claims, str(tmp_path / "missing.eml")).returncode == 65
    assert installation.command(*to_claims).returncode == 64
    typo = installation.command("ingest", "file", "--mailbox", "claim", "-", piped=raw)
    assert (typo.returncode, b"did you mean 'claims'?" in typo.stderr) == (64, True)
    for done in (away, full, broken, typo):
        assert b"Traceback" not in done.stderr


@pytest.mark.feature("IN-08", "start and stop from the CLI")
@pytest.mark.feature("IN-08", "resync from the CLI")
@pytest.mark.feature("IN-08", "restart from the CLI")
@pytest.mark.feature("IN-08", "trace from the CLI")
def test_mailbox_commands_write_one_wish_that_carries_on_what_still_holds(installation: Installation) -> None:
    for wish in ("stop", "resync", "start", "restart", "trace"):
        done = installation.command("mailbox", wish, "claims")
        assert done.returncode == 0, done.stderr
    told = [decode(record).data for record in read_to_end(installation.settings, MAILBOX_CONTROL)]
    assert [(one.desired, one.command and one.command.kind) for one in told if isinstance(one, MailboxControl)] == [
        ("stopped", None),
        ("stopped", "resync"),
        ("running", "resync"),
        ("running", "restart"),
        ("running", "trace"),
    ]
    wrong = installation.command("mailbox", "stop", "clams")
    assert (wrong.returncode, b"did you mean 'claims'?" in wrong.stderr) == (1, True)
    nothing = installation.command("mailbox", "status")
    assert b"no mailbox has told its state yet" in nothing.stdout

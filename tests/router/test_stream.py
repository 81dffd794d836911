"""The router as real processes on real Kafka: nothing missing under kills, poison put aside, rules changed."""

from __future__ import annotations

import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from router.publisher import Publisher
from runtime.blobs.open import open_blobs
from runtime.kafka.admin import ensure_topics
from runtime.kafka.producer import EventProducer
from runtime.kafka.reader import TopicTail, read_to_end
from runtime.settings import Settings
from schemas.cloudevents import Record, decode
from schemas.events import Decision, Quarantined
from schemas.topics import MAIL_DECISIONS, MAIL_QUARANTINE, MAIL_RAW
from tests.router.process import ROOT, RouterProcess, wait_for
from tests.router.support import mail, received, record, rule_document, write_configuration

TOPICS = (MAIL_RAW, MAIL_DECISIONS, MAIL_QUARANTINE)


@pytest.fixture
def producer(settings: Settings) -> Iterator[EventProducer]:
    ensure_topics(settings, TOPICS)
    made = EventProducer(settings, "test")
    yield made
    made.close()


def decisions(settings: Settings) -> list[Decision]:
    found = [decode(one).data for one in read_to_end(settings, MAIL_DECISIONS)]
    return [data for data in found if isinstance(data, Decision)]


def quarantined(settings: Settings) -> list[Quarantined]:
    found = [decode(one).data for one in read_to_end(settings, MAIL_QUARANTINE)]
    return [data for data in found if isinstance(data, Quarantined)]


class Following:
    """What a topic holds so far; each record is fetched and decoded once: asking often must not slow the routers."""

    def __init__(self, settings: Settings, topic: str) -> None:
        self._tail = TopicTail(settings, topic)
        self.records: list[Record] = []
        self.events: list[Any] = []

    def mail_ids(self) -> set[str]:
        """Mails that events of the topic are about, up to now."""
        new = list(self._tail.catch_up())
        self.records += new
        self.events += [decode(one).data for one in new]
        return {event.mail_id for event in self.events}

    def close(self) -> None:
        self._tail.close()


@pytest.fixture
def follow(settings: Settings) -> Iterator[Callable[[str], Following]]:
    made: list[Following] = []

    def follow(topic: str) -> Following:
        made.append(Following(settings, topic))
        return made[-1]

    yield follow
    for one in made:
        one.close()


def row(name: str) -> dict[str, Any]:
    return rule_document(
        [{"id": name, "when": {"subject": {"exists": True}}, "new": [{"action": "route", "queue": "experts"}]}]
    )


def test_no_mail_is_missing_when_routers_are_killed_while_mails_flow(
    settings: Settings, producer: EventProducer, follow: Callable[[str], Following], tmp_path: Path
) -> None:
    decided, refused = follow(MAIL_DECISIONS), follow(MAIL_QUARANTINE)
    config = write_configuration(tmp_path / "config")
    large = mail("much " * 300_000)
    open_blobs(settings.blob_url, settings).put(received(large).raw.ref.removeprefix("blob:"), large)
    raws = [mail(f"number {number}") for number in range(3000)]
    poison = {"decision_timeout": mail("h", X_Poison="hang"), "crashed_router": mail("c", X_Poison="crash")}
    records = [record(raw) for raw in (*raws, *poison.values())]
    records.insert(700, record(large, inline=False))
    tombstone = Record(MAIL_RAW, b"k", None, ())
    wanted = {received(raw).mail_id for raw in (*raws, large)}
    with (
        RouterProcess(settings, config, tmp_path / "one.log") as one,
        RouterProcess(settings, config, tmp_path / "two.log") as two,
    ):
        one.wait_ready()
        two.wait_ready()
        producer.publish([*records[:1500], tombstone])
        wait_for("first decisions", lambda: len(decided.mail_ids()) > 200)
        one.kill()
        producer.publish(records[1500:])
        with RouterProcess(settings, config, tmp_path / "three.log") as three:
            three.wait_ready()
            two.kill()
            wait_for(
                "a decision for each mail",
                lambda: wanted <= decided.mail_ids(),
                seconds=90,
                pause=0.5,
            )
            wait_for("both poisons", lambda: len(refused.mail_ids()) == 2, 60, 0.5)
            assert three.terminate() == 0, three.log()
    assert decided.mail_ids() == wanted
    assert len(refused.mail_ids()) == 2
    reasons = {entry.reason: entry.mail_id for entry in refused.events}
    assert reasons == {reason: received(raw).mail_id for reason, raw in poison.items()}
    by_id: dict[str, set[bytes | None]] = {}
    for found in decided.records:
        by_id.setdefault(found.header("ce_id") or "", set()).add(found.value)
    assert len(by_id) == len(wanted)
    assert max(Counter({key: len(values) for key, values in by_id.items()}).values()) == 1, "twice the same bytes"


@pytest.mark.feature("CF-04", "digest in decisions")
@pytest.mark.feature("CF-04", "last good kept")
def test_a_changed_rule_acts_within_five_seconds_and_a_broken_one_leaves_it_in_force(
    settings: Settings, producer: EventProducer, follow: Callable[[str], Following], tmp_path: Path
) -> None:
    config = write_configuration(tmp_path / "config", row("before"))
    sent = 0

    decided = follow(MAIL_DECISIONS)

    def deciding_rule() -> str:
        nonlocal sent
        sent += 1
        raw = mail(f"number {sent}")
        producer.publish([record(raw)])
        wait_for("its decision", lambda: received(raw).mail_id in decided.mail_ids(), 20, 0.05)
        (found,) = [found for found in decided.events if found.mail_id == received(raw).mail_id]
        return str(found.outcome.new[0].rule)

    with RouterProcess(settings, config, tmp_path / "router.log") as router:
        router.wait_ready()
        assert deciding_rule() == "claims/before"
        write_configuration(config, row("after"))
        started = time.monotonic()
        wait_for("the new rule", lambda: deciding_rule() == "claims/after", 20, 0)
        assert time.monotonic() - started < 5
        (config / "rule.yaml").write_text("kind: ServiceEmailRule\nname: claims\nmode: every\n", encoding="utf-8")
        wait_for("the refusal", lambda: router.metric("mailcase_config_reload_failures_total") >= 1, 10)
        assert deciding_rule() == "claims/after"
        assert any("refused" in line["event"] for line in router.log_lines())
        assert router.terminate() == 0


def test_a_pattern_or_key_that_does_not_work_is_refused_while_running(
    settings: Settings, producer: EventProducer, tmp_path: Path
) -> None:
    config = write_configuration(tmp_path / "config", row("before"))
    with RouterProcess(settings, config, tmp_path / "router.log") as router:
        router.wait_ready()
        base = (config / "base.yaml").read_text(encoding="utf-8")
        (config / "base.yaml").write_text(
            base.replace("secret: {env: MAILCASE_SECRET_ROUTER_TEST}", "secret: {env: NOT_THERE}"), encoding="utf-8"
        )
        wait_for("the refusal", lambda: router.metric("mailcase_config_reload_failures_total") >= 1, 10)
        assert any("NOT_THERE" in str(line.get("problems")) for line in router.log_lines())
        producer.publish([record(mail())])
        wait_for("a decision", lambda: len(decisions(settings)) == 1, 20)


def test_a_router_without_its_topics_refuses_to_start_with_one_readable_line(
    settings: Settings, tmp_path: Path
) -> None:
    config = write_configuration(tmp_path / "config")
    with RouterProcess(settings, config, tmp_path / "router.log") as router:
        assert router.process.wait(30) == 78
        assert f"topic {settings.topic(MAIL_RAW)} does not exist" in router.log()
        assert "Traceback" not in router.log()


def test_a_router_without_kafka_says_so_and_may_be_started_again(settings: Settings, tmp_path: Path) -> None:
    config = write_configuration(tmp_path / "config")
    away = settings.model_copy(update={"kafka_brokers": "127.0.0.1:1"})
    with RouterProcess(away, config, tmp_path / "router.log") as router:
        assert router.process.wait(40) == 75
        assert "127.0.0.1:1" in router.log()
        assert "Traceback" not in router.log()


async def _published(settings: Settings, records: list[Record]) -> list[Record]:
    publisher = Publisher(settings)
    try:
        return await publisher.publish(records)
    finally:
        await publisher.close()


def test_a_record_larger_than_the_broker_takes_comes_back_and_the_others_are_there(
    settings: Settings, producer: EventProducer
) -> None:
    import asyncio

    def one(key: bytes, size: int) -> Record:
        return Record(MAIL_DECISIONS, key, b"x" * size, (("ce_id", key),))

    records = [one(b"a", 10), one(b"b", 2_000_000), one(b"c", 10), one(b"d", 20_000_000)]
    rejected = asyncio.run(_published(settings, records))
    assert {found.key for found in rejected} == {b"b", b"d"}
    assert {found.key for found in read_to_end(settings, MAIL_DECISIONS)} == {b"a", b"c"}


@pytest.mark.feature("RU-07", "mailcase explain")
def test_explain_shows_class_rules_conditions_and_outcome(tmp_path: Path) -> None:
    config = write_configuration(tmp_path / "config", row("everything"))
    (tmp_path / "mail.eml").write_bytes(mail())
    command = [sys.executable, "-m", "mailcase", "explain", str(tmp_path / "mail.eml"), "--dir", str(config)]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert shown.returncode == 0, shown.stderr
    for text in ("class      human", "WON  claims/everything", "[x] subject exists  ← Broken screen", "route experts"):
        assert text in shown.stdout
    as_json = subprocess.run([*command, "--json"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert Decision.model_validate_json(as_json.stdout).outcome.new[0].rule == "claims/everything"

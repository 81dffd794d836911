"""One batch from records to acknowledged records, on twins: what is unreadable, missing, away, too large."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from router.batch import BatchRouter, RouterStopped
from router.canary import Streak
from router.jobs import Refused
from router.pool import DecisionPool
from router.quarantine import quarantine_event
from runtime import metrics
from runtime.blobs.memory import MemoryBlobs
from runtime.clock import ManualClock
from runtime.config import Configuration
from schemas.cloudevents import Event, Record, decode, encode
from schemas.errors import ProviderTemporary
from schemas.events import Decision, Quarantined, QuarantineKind
from tests.router import poison
from tests.router.support import KEY, configuration, mail, received, record

MOMENT = datetime(2026, 11, 23, 8, tzinfo=UTC)


class Away(MemoryBlobs):
    """A blob store that is away for the first calls."""

    def __init__(self, times: int) -> None:
        super().__init__()
        self.times = times

    def get(self, key: str) -> bytes:
        if self.times:
            self.times -= 1
            raise ProviderTemporary("the disk is gone")
        return super().get(key)


class Topic:
    """Where records go; refuses decisions larger than `most` bytes."""

    def __init__(self, most: int | None = None) -> None:
        self.records: list[Record] = []
        self.most = most

    async def publish(self, records: Sequence[Record]) -> Sequence[Record]:
        refused = [one for one in records if self.most is not None and len(one.value or b"") > self.most]
        self.records += [one for one in records if one not in refused]
        return refused

    @property
    def events(self) -> list[Event]:
        return [decode(one) for one in self.records]

    @property
    def decisions(self) -> list[Decision]:
        return [event.data for event in self.events if isinstance(event.data, Decision)]

    @property
    def quarantined(self) -> list[Quarantined]:
        return [event.data for event in self.events if isinstance(event.data, Quarantined)]


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Configuration:
    return configuration(tmp_path_factory.mktemp("config"))


def route(
    config: Configuration,
    batches: Sequence[Sequence[Record]],
    blobs: MemoryBlobs | None = None,
    topic: Topic | None = None,
    limit: int = 20,
) -> Topic:
    topic = topic or Topic()

    async def run() -> None:
        pool = DecisionPool(1, poison.DECIDE)
        try:
            await pool.use(config, [KEY])
            router = BatchRouter(pool, blobs or MemoryBlobs(), topic.publish, ManualClock(), Streak(limit))
            for records in batches:
                await router.route(records)
        finally:
            await pool.close()

    asyncio.run(run())
    return topic


def test_each_mail_becomes_one_decision_under_its_conversation(config: Configuration) -> None:
    records = [record(mail(f"number {number}")) for number in range(5)]
    topic = route(config, [records])
    assert [one.key for one in topic.records] == [one.key for one in records]
    assert {one.topic for one in topic.records} == {"mail.decisions"}


def test_a_large_mail_is_read_from_the_blob_store(config: Configuration) -> None:
    raw = mail("much " * 400_000)
    blobs = MemoryBlobs()
    blobs.put(received(raw).raw.ref.removeprefix("blob:"), raw)
    (decision,) = route(config, [[record(raw, inline=False)]], blobs).decisions
    assert decision.mail.text_bytes == len("much " * 400_000)
    assert len(decision.mail.new_text.encode()) <= 64 * 1024


def test_a_missing_blob_is_quarantined_and_the_others_are_decided(config: Configuration) -> None:
    topic = route(config, [[record(mail("gone"), inline=False), record(mail("here"))]])
    (entry,) = topic.quarantined
    assert (entry.reason, entry.kind, entry.attempts) == ("blob_missing", QuarantineKind.INTERNAL, 4)
    assert entry.source == received(mail("gone")).source()
    assert entry.raw == received(mail("gone")).raw
    assert len(topic.decisions) == 1


def test_a_blob_with_other_bytes_counts_as_missing(config: Configuration) -> None:
    raw = mail("right")
    blobs = MemoryBlobs()
    blobs.put(received(raw).raw.ref.removeprefix("blob:"), mail("wrong"))
    (entry,) = route(config, [[record(raw, inline=False)]], blobs).quarantined
    assert "other bytes" in entry.detail


def test_a_blob_store_that_is_away_is_waited_for(config: Configuration) -> None:
    raw = mail("patience")
    blobs = Away(2)
    blobs.put(received(raw).raw.ref.removeprefix("blob:"), raw)
    topic = route(config, [[record(raw, inline=False)]], blobs)
    assert len(topic.decisions) == 1
    assert not topic.quarantined


@pytest.mark.feature("OP-07", "event")
def test_a_record_that_is_no_mail_is_quarantined_where_it_names_one(config: Configuration) -> None:
    good = record(mail("good"))
    without_size = replace(good, headers=tuple(pair for pair in good.headers if pair[0] != "ce_rawsize"))
    bad_time = replace(good, headers=tuple((n, b"never" if n == "ce_time" else v) for n, v in good.headers))
    tombstone = replace(good, value=None)
    nameless = Record("mail.raw", b"k", b"junk", (("x", b"\xff"),))
    unknown = replace(good, headers=tuple((n, b"other.v9" if n == "ce_type" else v) for n, v in good.headers))
    before = metrics.EVENTS_UNREADABLE.value(topic="mail.raw", reason="broken")
    topic = route(config, [[without_size, bad_time, tombstone, nameless, unknown, good]])
    assert len(topic.decisions) == 1
    assert {entry.reason for entry in topic.quarantined} == {"unreadable"}
    assert len(topic.quarantined) == 4
    assert "ce_rawsize" in topic.quarantined[0].detail
    assert topic.quarantined[0].mailbox == "claims"
    assert metrics.EVENTS_UNREADABLE.value(topic="mail.raw", reason="broken") == before + 3


def test_a_decision_that_the_broker_never_takes_is_quarantined(config: Configuration) -> None:
    topic = route(config, [[record(mail("x" * 5000)), record(mail("y"))]], topic=Topic(most=6000))
    assert len(topic.decisions) == 1
    (entry,) = topic.quarantined
    assert entry.reason == "decision_failed"


def test_a_mail_that_raises_is_quarantined_as_our_fault(config: Configuration) -> None:
    (entry,) = route(config, [[record(mail("bad", X_Poison="raise"))]]).quarantined
    assert (entry.reason, entry.kind) == ("decision_failed", QuarantineKind.INTERNAL)


def test_a_reason_that_no_json_can_hold_is_told_as_far_as_it_can_be() -> None:
    """Errors repeat what a mail holds; a record that cannot be written would stop the whole stream."""
    event = quarantine_event(received(mail()), Refused("decision_failed", "half \udc80 a character"), MOMENT)
    data = decode(encode(event)).data
    assert isinstance(data, Quarantined)
    assert data.detail == "half ? a character"


def test_many_internal_failures_in_a_row_go_on_when_the_canary_passes(config: Configuration) -> None:
    before = metrics.CANARY.value(result="passed")
    bad = [record(mail(f"bad {number}", X_Poison="raise")) for number in range(7)]
    topic = route(config, [bad[:2], bad[2:]], limit=5)
    assert len(topic.quarantined) == 7
    assert metrics.CANARY.value(result="passed") == before + 1


def test_the_router_stops_before_it_puts_a_batch_aside_when_the_canary_fails(
    config: Configuration, monkeypatch: pytest.MonkeyPatch
) -> None:
    topic = Topic()
    monkeypatch.setattr("router.batch.canary_job", lambda: _poisoned_canary())
    bad = [record(mail(f"bad {number}", X_Poison="raise")) for number in range(6)]
    with pytest.raises(RouterStopped, match="canary mail fails"):
        route(config, [bad], topic=topic, limit=5)
    assert topic.records == []


def _poisoned_canary() -> object:
    from tests.router.support import job

    return job(mail("the release is broken", X_Poison="raise"))


@pytest.mark.parametrize("reason", ["unreadable", "decision_timeout", "crashed_router", "rule:claims", "malware"])
def test_reasons_that_a_sender_can_cause_never_count(reason: str) -> None:
    from router.jobs import Refused

    streak = Streak(3)
    assert not any(streak.add([Refused(reason, "")]) for _ in range(10))
    assert not streak.add([Refused("decision_failed", "")] * 2)
    assert streak.add([Refused("decision_failed", "")])

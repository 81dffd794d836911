"""Outbox and relay, on a real server: order per key, doubt, several relays, a broker that is away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from runtime import metrics
from runtime.database.outbox import OUTBOX_DDL, SLOTS, Outbox, slot_of
from runtime.database.pool import Database
from runtime.database.relay import Relay
from runtime.kafka.admin import ensure_topics
from runtime.kafka.memory import MemoryLog, MemoryProducer
from runtime.kafka.producer import EventProducer
from runtime.kafka.reader import read_to_end
from runtime.settings import Settings
from schemas.cloudevents import Event, Record, decode
from schemas.errors import ProviderTemporary
from schemas.events import CommandTarget, PipelineCommand
from schemas.topics import CASE_EVENTS


@pytest.fixture
def database(database_url: str, schema_prefix: str) -> Iterator[Database]:
    schema = f"{schema_prefix}svc"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f'CREATE SCHEMA "{schema}"')
    database = Database(database_url, schema)
    with database.transaction() as connection:
        connection.execute(OUTBOX_DDL)
    yield database
    database.close()


def record(key: str, value: bytes = b"v") -> tuple[str, Record]:
    event_id = str(uuid.uuid4())
    return event_id, Record(CASE_EVENTS, key.encode(), value, (("ce_id", event_id.encode()),))


def append(database: Database, *pairs: tuple[str, Record]) -> list[int]:
    with database.transaction() as connection:
        return Outbox(database.schema).append_records(connection, pairs)


def relay(database: Database, log: MemoryLog, **options: float) -> Relay:
    return Relay(database, MemoryProducer(log), service="test", **options)  # type: ignore[arg-type]


def sequences(records: Sequence[Record]) -> dict[bytes, list[int]]:
    found: dict[bytes, list[int]] = defaultdict(list)
    for each in records:
        found[each.key].append(int(each.header("ce_sequence") or 0))
    return found


def until(done: Callable[[], bool], within: float = 15.0) -> None:
    end = time.monotonic() + within
    while not done():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.005)


def waiting(database: Database) -> int:
    with database.transaction() as connection:
        row = connection.execute("SELECT count(*) FROM outbox WHERE published_at IS NULL").fetchone()
    assert row is not None
    return int(row[0])


def test_sequences_count_per_key_and_go_into_the_record(database: Database) -> None:
    assert append(database, record("a"), record("b"), record("a")) == [1, 1, 2]
    assert append(database, record("a")) == [3]
    log = MemoryLog()
    assert relay(database, log).run_once() == 4
    assert sequences(log.records(CASE_EVENTS)) == {b"a": [1, 2, 3], b"b": [1]}
    assert relay(database, log).run_once() == 0


def test_events_are_encoded_with_their_sequence(database: Database) -> None:
    event = Event(
        id="e1",
        type="mailcase.command.release.v1",
        source="/casesvc",
        subject="m1",
        time=datetime(2026, 11, 23, tzinfo=UTC),
        key="m1",
        data=PipelineCommand(
            command_id="c1",
            what="release",
            target=CommandTarget(mail_id="m1", run=0),
            service="router",
            by="ann",
            at=datetime(2026, 11, 23, tzinfo=UTC),
        ),
    )
    with database.transaction() as connection:
        assert Outbox(database.schema).append(connection, [event]) == [1]
        assert Outbox(database.schema).append(connection, []) == []
    log = MemoryLog()
    relay(database, log).run_once()
    (record,) = log.records("pipeline.commands")
    decoded = decode(record)
    assert decoded.data == event.data
    assert decoded.extensions["sequence"] == "1"


def test_what_is_rolled_back_is_never_published_and_costs_no_number(database: Database) -> None:
    def fail() -> None:
        with database.transaction() as connection:
            Outbox(database.schema).append_records(connection, [record("a")])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert append(database, record("a")) == [1]
    log = MemoryLog()
    assert relay(database, log).run_once() == 1


def test_an_event_that_stands_there_already_is_left_alone(database: Database) -> None:
    pair = record("a")
    append(database, pair)
    append(database, pair)
    log = MemoryLog()
    assert relay(database, log).run_once() == 1


def test_values_headers_and_tombstones_come_through_as_they_were(database: Database) -> None:
    headers = (("content-type", b"application/json"), ("ce_subject", b"gr%C3%BCn"))
    append(database, ("1", Record(CASE_EVENTS, "grün".encode(), b"\x00\xff", headers)))
    append(database, ("2", Record(CASE_EVENTS, b"k", None, ())))
    log = MemoryLog()
    relay(database, log).run_once()
    found = {each.key: each for each in log.records(CASE_EVENTS)}
    assert found["grün".encode()].value == b"\x00\xff"
    assert found["grün".encode()].headers == (*headers, ("ce_sequence", b"1"))
    assert found[b"k"].value is None


def test_a_row_too_large_is_parked_and_the_others_of_its_case_go_on(database: Database) -> None:
    before = metrics.OUTBOX_PARKED_ROWS.value(service="test")
    append(database, record("a"), record("a", b"x" * 2_000_000), record("a"), record("b"))
    log = MemoryLog()
    assert relay(database, log).run_once() == 4
    assert sequences(log.records(CASE_EVENTS)) == {b"a": [1, 3], b"b": [1]}
    with database.transaction() as connection:
        rows = connection.execute(
            "SELECT sequence, parked_reason FROM outbox WHERE parked_reason IS NOT NULL"
        ).fetchall()
    assert [row[0] for row in rows] == [2]
    assert "case.events key a" in rows[0][1]
    assert metrics.OUTBOX_PARKED_ROWS.value(service="test") == before + 1
    assert relay(database, log).run_once() == 0
    assert metrics.OUTBOX_PARKED.value(service="test") == 1


def test_old_published_rows_are_pruned_and_waiting_ones_never(database: Database) -> None:
    append(database, record("a"), record("b"))
    log = MemoryLog()
    relay(database, log).run_once()
    log.available = False
    append(database, record("c"))
    with pytest.raises(ProviderTemporary):
        relay(database, log, keep=0.0).run_once()
    with database.transaction() as connection:
        assert connection.execute("SELECT key FROM outbox").fetchall() == [("c",)]
    assert append(database, record("a")) == [2], "numbers go on although the rows are gone"


def test_killed_between_publish_and_mark_it_is_published_again_with_the_same_id(database: Database) -> None:
    append(database, record("a"), record("a"))
    log = MemoryLog()

    class DiesAfterPublish(MemoryProducer):
        def publish(self, records: Sequence[Record]) -> None:
            super().publish(records)
            raise ProviderTemporary("the process ended here")

    with pytest.raises(ProviderTemporary):
        Relay(database, DiesAfterPublish(log), service="test").run_once()
    assert relay(database, log).run_once() == 2
    ids = [each.header("ce_id") for each in log.records(CASE_EVENTS)]
    assert ids[:2] == ids[2:]
    assert sequences(log.records(CASE_EVENTS))[b"a"] == [1, 2, 1, 2]


def test_a_frozen_relay_loses_its_ranges_and_its_late_mark_fails(database: Database, running: Running) -> None:
    append(database, record("a"))
    log = MemoryLog()
    woken = threading.Event()

    class Frozen(MemoryProducer):
        def publish(self, records: Sequence[Record]) -> None:
            woken.wait(10)
            super().publish(records)

    outcome: list[Exception] = []

    def freeze() -> None:
        try:
            Relay(database, Frozen(log), service="test", frozen_after=0.5).run_once()
        except ProviderTemporary as error:
            outcome.append(error)

    frozen = threading.Thread(target=freeze)
    frozen.start()
    time.sleep(0.2)
    other = running.start(relay(database, log))
    until(lambda: waiting(database) == 0)
    assert len(log.records(CASE_EVENTS)) == 1
    until(lambda: len(other.slots) == SLOTS)
    woken.set()
    frozen.join()
    assert len(outcome) == 1, "its session was ended by the server"
    first, again = log.records(CASE_EVENTS)
    assert first.header("ce_id") == again.header("ce_id")


class Running:
    """Relays on threads, stopped at the end."""

    def __init__(self) -> None:
        self.stop = threading.Event()
        self.threads: list[threading.Thread] = []

    def start(self, one: Relay) -> Relay:
        thread = threading.Thread(target=one.run, args=(self.stop,), daemon=True)
        thread.start()
        self.threads.append(thread)
        return one


@pytest.fixture
def running() -> Iterator[Running]:
    running = Running()
    yield running
    running.stop.set()
    for thread in running.threads:
        thread.join(10)
        assert not thread.is_alive()


def test_a_running_relay_publishes_within_50_ms(database: Database, running: Running) -> None:
    log = MemoryLog()
    one = running.start(relay(database, log, idle_wait=2.0))
    until(lambda: len(one.slots) == SLOTS)
    time.sleep(0.1)
    times = []
    for n in range(10):
        append(database, record(f"k{n}"))
        started = time.monotonic()
        until(lambda n=n: len(log.records(CASE_EVENTS)) == n + 1)  # type: ignore[misc]
        times.append(time.monotonic() - started)
    assert sorted(times)[5] < 0.05, times


def test_two_relays_share_the_keys_and_keep_the_order(database: Database, running: Running) -> None:
    log = MemoryLog()
    relays = [running.start(relay(database, log)) for _ in range(2)]
    writers = [threading.Thread(target=write, args=(database, 60, seed)) for seed in range(4)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    until(lambda: waiting(database) == 0)
    for numbers in sequences(log.records(CASE_EVENTS)).values():
        assert numbers == list(range(1, len(numbers) + 1))
    assert sum(map(len, sequences(log.records(CASE_EVENTS)).values())) == 4 * 60 * 3
    until(lambda: [len(one.slots) for one in relays] == [SLOTS // 2, SLOTS // 2])
    assert relays[0].slots.isdisjoint(relays[1].slots)


def test_a_second_relay_gets_its_share_of_what_the_first_has(database: Database, running: Running) -> None:
    log = MemoryLog()
    first = running.start(relay(database, log))
    until(lambda: len(first.slots) == SLOTS)
    second = running.start(relay(database, log))
    until(lambda: len(first.slots) == len(second.slots) == SLOTS // 2)


def write(database: Database, transactions: int, seed: int) -> None:
    for n in range(transactions):
        append(database, *(record(f"k{(seed + n + m) % 10}") for m in range(3)))


def test_a_relay_whose_connection_dies_is_replaced_and_comes_back(
    database: Database, running: Running, database_url: str
) -> None:
    log = MemoryLog()
    one = running.start(relay(database, log))
    until(lambda: len(one.slots) == SLOTS)
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%%' OR query LIKE %s",
            [f'%"{database.schema}_outbox"%'],
        )
        connection.execute(
            "SELECT pg_terminate_backend(l.pid) FROM pg_locks l WHERE l.locktype = 'advisory' AND l.classid = %s",
            [one._lock_class],
        )
    append(database, record("a"))
    until(lambda: len(log.records(CASE_EVENTS)) == 1)


def test_a_broker_that_is_away_keeps_the_rows_and_their_order(database: Database, running: Running) -> None:
    log = MemoryLog()
    log.available = False
    running.start(relay(database, log))
    for _ in range(5):
        append(database, record("a"))
    time.sleep(0.5)
    assert waiting(database) == 5
    log.available = True
    until(lambda: waiting(database) == 0)
    assert sequences(log.records(CASE_EVENTS))[b"a"] == [1, 2, 3, 4, 5]


CHILD = """
import sys, threading
from runtime.database.pool import Database
from runtime.database.relay import Relay
from runtime.kafka.producer import EventProducer
from runtime.settings import Settings
settings = Settings(kafka_brokers=sys.argv[1], topic_prefix=sys.argv[2])
database = Database(sys.argv[3], sys.argv[4])
print("up", flush=True)
Relay(database, EventProducer(settings, "relay"), service="child", batch=20).run(threading.Event())
"""


def test_a_relay_process_that_is_killed_is_taken_over_and_nothing_is_lost(
    database: Database, running: Running, settings: Settings
) -> None:
    ensure_topics(settings, [CASE_EVENTS])
    child = subprocess.Popen(
        [sys.executable, "-c", CHILD, settings.kafka_brokers, settings.topic_prefix, database.dsn, database.schema],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert child.stdout is not None
    child.stdout.readline()
    writer = threading.Thread(target=write, args=(database, 150, 0))
    writer.start()
    until(lambda: waiting(database) > 0 or not writer.is_alive())
    running.start(Relay(database, EventProducer(settings, "relay"), service="test", batch=20))
    child.send_signal(signal.SIGKILL)
    child.wait()
    child.stdout.close()
    writer.join()
    until(lambda: waiting(database) == 0)
    found = list(read_to_end(settings, CASE_EVENTS))
    first: dict[str, Record] = {}
    for each in found:
        first.setdefault(each.header("ce_id") or "", each)
    assert len(first) == 450
    for numbers in sequences(list(first.values())).values():
        assert numbers == list(range(1, len(numbers) + 1)), "first appearances are in order"


@given(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=30))
@hypothesis_settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_mixture_of_keys_is_numbered_without_gaps(database: Database, keys: list[str]) -> None:
    log = MemoryLog()
    with database.transaction() as connection:
        connection.execute("TRUNCATE outbox, outbox_keys")
    append(database, *(record(key) for key in keys))
    relay(database, log).run_once()
    assert {key.decode(): numbers for key, numbers in sequences(log.records(CASE_EVENTS)).items()} == {
        key: list(range(1, keys.count(key) + 1)) for key in keys
    }


@given(st.text())
def test_every_key_has_a_slot(key: str) -> None:
    try:
        key.encode()
    except UnicodeEncodeError:
        return
    assert 0 <= slot_of(key) < SLOTS

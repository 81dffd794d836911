"""One contract for producer, group consumer and tail: on Kafka and on the twin in memory."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

from runtime.kafka.admin import ensure_topics
from runtime.kafka.api import Consumer, Partition, Producer, RecordTooLarge, Tail, TopicPartitionHook
from runtime.kafka.consumer import RecordConsumer
from runtime.kafka.memory import MemoryConsumer, MemoryLog, MemoryProducer, MemoryTail
from runtime.kafka.partitions import partition_of
from runtime.kafka.producer import EventProducer
from runtime.kafka.reader import TopicTail
from runtime.settings import Settings
from schemas.cloudevents import Record
from schemas.topics import CATALOGUE, MAIL_CHECKPOINTS, MAIL_QUARANTINE, PIPELINE_COMMANDS

TOPIC = MAIL_QUARANTINE
TOPICS = (MAIL_QUARANTINE, PIPELINE_COMMANDS, MAIL_CHECKPOINTS)


def ignore(partitions: frozenset[Partition]) -> None:
    """A hook for who does not care."""


@dataclass
class Broker:
    """Makes the three clients, real or in memory, and closes them all."""

    make_producer: Callable[[], Producer]
    make_consumer: Callable[[str, TopicPartitionHook, TopicPartitionHook], Consumer]
    make_tail: Callable[[str], Tail]
    opened: list[Producer | Consumer | Tail] = field(default_factory=list)

    def producer(self) -> Producer:
        self.opened.append(producer := self.make_producer())
        return producer

    def consumer(
        self, group: str = "g", on_assigned: TopicPartitionHook = ignore, on_revoked: TopicPartitionHook = ignore
    ) -> Consumer:
        self.opened.append(consumer := self.make_consumer(group, on_assigned, on_revoked))
        return consumer

    def tail(self, topic: str = TOPIC) -> Tail:
        self.opened.append(tail := self.make_tail(topic))
        return tail


def kafka(settings: Settings) -> Broker:
    ensure_topics(settings, TOPICS)

    def consumer(group: str, assigned: TopicPartitionHook, revoked: TopicPartitionHook) -> Consumer:
        return RecordConsumer(settings, group, [TOPIC], on_assigned=assigned, on_revoked=revoked, session_timeout=6)

    return Broker(lambda: EventProducer(settings, "test"), consumer, lambda topic: TopicTail(settings, topic))


def memory() -> Broker:
    log = MemoryLog()

    def consumer(group: str, assigned: TopicPartitionHook, revoked: TopicPartitionHook) -> Consumer:
        return MemoryConsumer(log, group, [TOPIC], on_assigned=assigned, on_revoked=revoked)

    return Broker(lambda: MemoryProducer(log), consumer, lambda topic: MemoryTail(log, topic))


@pytest.fixture(params=["memory", "kafka"])
def broker(request: pytest.FixtureRequest) -> Iterator[Broker]:
    broker = memory() if request.param == "memory" else kafka(request.getfixturevalue("settings"))
    yield broker
    for client in broker.opened:
        client.close()


def records(count: int, topic: str = TOPIC) -> list[Record]:
    return [
        Record(topic, f"key-{n % 7}".encode(), f"value {n}".encode(), (("ce_id", str(n).encode()),))
        for n in range(count)
    ]


def read(consumer: Consumer, count: int, within: float = 20.0) -> list[Record]:
    """`count` records, or what came in `within` seconds."""
    found: list[Record] = []
    end = time.monotonic() + within
    while len(found) < count and time.monotonic() < end:
        found += consumer.poll(timeout=0.2)
    return found


def test_what_is_published_arrives_as_it_was(broker: Broker) -> None:
    sent = [
        Record(TOPIC, b"a", b"\x00\xffbytes", (("ce_id", b"1"), ("ce_subject", "grün".encode()))),
        Record(TOPIC, b"a", b"", (("ce_id", b"2"), ("ce_id", b"twice"))),
        Record(TOPIC, b"a", None, ()),
    ]
    broker.producer().publish(sent)
    got = read(broker.consumer(), 3)
    assert [(r.topic, r.key, r.value, r.headers) for r in got] == [(r.topic, r.key, r.value, r.headers) for r in sent]
    assert [record.offset for record in got] == [0, 1, 2]
    assert all(abs((record.timestamp_ms or 0) / 1000 - time.time()) < 60 for record in got)


def test_a_key_keeps_its_order_and_its_partition(broker: Broker) -> None:
    broker.producer().publish(records(300))
    got = read(broker.consumer(), 300)
    assert len(got) == 300
    for n in range(7):
        mine = [record for record in got if record.key == f"key-{n}".encode()]
        assert {record.partition for record in mine} == {partition_of(TOPIC, f"key-{n}".encode())}
        assert [record.value for record in mine] == [f"value {m}".encode() for m in range(n, 300, 7)]


def test_publishing_nothing_is_allowed(broker: Broker) -> None:
    broker.producer().publish([])


def test_too_large_is_named_and_the_others_arrive(broker: Broker) -> None:
    large = Record(TOPIC, b"key-0", b"x" * (CATALOGUE[TOPIC].max_bytes * 2), ())
    mixed = records(20)
    mixed[10:10] = [large]
    producer = broker.producer()
    with pytest.raises(RecordTooLarge, match=r"mail\.quarantine key key-0") as caught:
        producer.publish(mixed)
    assert caught.value.records == (large,)
    producer.publish([Record(TOPIC, b"key-0", b"after", ())])
    got = read(broker.consumer(), 21)
    assert len(got) == 21
    assert [r.value for r in got if r.key == b"key-0"] == [b"value 0", b"value 7", b"value 14", b"after"]


def test_a_group_goes_on_behind_its_commit(broker: Broker) -> None:
    broker.producer().publish(records(30))
    first = broker.consumer()
    got = read(first, 30)
    first.commit(got[:20])
    first.close()
    again = read(broker.consumer(), 10)
    assert sorted(record.value or b"" for record in again) == sorted(record.value or b"" for record in got[20:])


def test_groups_do_not_disturb_each_other(broker: Broker) -> None:
    broker.producer().publish(records(5))
    first = broker.consumer("one")
    first.commit(read(first, 5))
    assert len(read(broker.consumer("two"), 5)) == 5


def test_max_records_is_obeyed(broker: Broker) -> None:
    broker.producer().publish(records(50))
    consumer = broker.consumer()
    end = time.monotonic() + 15
    total = 0
    while total < 50 and time.monotonic() < end:
        batch = consumer.poll(max_records=7, timeout=0.5)
        assert len(batch) <= 7
        total += len(batch)
    assert total == 50


def test_rewind_gives_the_same_records_again(broker: Broker) -> None:
    broker.producer().publish(records(30))
    consumer = broker.consumer()
    got = read(consumer, 30)
    consumer.rewind(got)
    assert {record.value for record in read(consumer, 30)} == {record.value for record in got}


def test_paused_partitions_are_silent_until_resumed(broker: Broker) -> None:
    consumer = broker.consumer()
    consumer.poll(timeout=0.5)
    while not consumer.assignment():
        consumer.poll(timeout=0.5)
    quiet = (TOPIC, partition_of(TOPIC, b"quiet"))
    consumer.pause([quiet])
    broker.producer().publish([Record(TOPIC, b"quiet", b"q", ()), *records(7)])
    loud = [record for record in records(7) if partition_of(TOPIC, record.key) != quiet[1]]
    assert {record.value for record in read(consumer, 8, within=2)} == {record.value for record in loud}
    consumer.resume([quiet])
    assert len(read(consumer, 8 - len(loud))) == 8 - len(loud)


def test_lag_counts_what_is_left(broker: Broker) -> None:
    consumer = broker.consumer()
    broker.producer().publish(records(50))
    read(consumer, 50)
    assert sum(consumer.lag().values()) == 0


def test_members_share_and_take_over(broker: Broker) -> None:
    everything = {(TOPIC, number) for number in range(CATALOGUE[TOPIC].partitions)}
    events: list[tuple[str, str, frozenset[Partition]]] = []

    def hooks(name: str) -> tuple[TopicPartitionHook, TopicPartitionHook]:
        return (lambda places: events.append((name, "+", places))), (lambda places: events.append((name, "-", places)))

    one = broker.consumer("g", *hooks("one"))
    until(lambda: one.assignment() == everything, one)
    generation = one.generation()
    two = broker.consumer("g", *hooks("two"))
    until(lambda: len(one.assignment()) == 3 and len(two.assignment()) == 3, one, two)
    assert one.assignment() | two.assignment() == everything
    assert one.generation() > generation
    given = next(places for name, sign, places in events if (name, sign) == ("one", "-"))
    assert given == two.assignment()
    first_gain = next(i for i, event in enumerate(events) if event[:2] == ("two", "+"))
    assert events.index(("one", "-", given)) < first_gain, "the hand-over waits for the one who gives up"
    one.close()
    assert events[-1][:2] == ("one", "-")
    until(lambda: two.assignment() == everything, two)


def until(done: Callable[[], bool], *consumers: Consumer, within: float = 30.0) -> None:
    end = time.monotonic() + within
    while not done():
        assert time.monotonic() < end, [sorted(consumer.assignment()) for consumer in consumers]
        for consumer in consumers:
            consumer.poll(timeout=0.1)


def test_a_commit_after_the_partition_moved_is_dropped(broker: Broker) -> None:
    broker.producer().publish(records(14))
    one = broker.consumer()
    got = read(one, 14)
    two = broker.consumer()
    until(lambda: len(one.assignment()) == 3 and len(two.assignment()) == 3, one, two)
    one.close()
    two.commit([record for record in got if (record.topic, record.partition) in two.assignment()])


def test_the_tail_reads_everything_and_then_follows(broker: Broker) -> None:
    producer = broker.producer()
    producer.publish(records(40, MAIL_CHECKPOINTS))
    tail = broker.tail(MAIL_CHECKPOINTS)
    assert len(list(tail.catch_up())) == 40
    assert list(tail.catch_up()) == []
    producer.publish(records(3, MAIL_CHECKPOINTS))
    assert len(list(tail.catch_up())) == 3
    producer.publish([Record(MAIL_CHECKPOINTS, b"claims", b"new", ())])
    assert [record.value for record in tail.poll(timeout=10)] == [b"new"]
    assert list(broker.tail(PIPELINE_COMMANDS).catch_up()) == []

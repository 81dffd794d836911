"""What only the real broker can show: topics, refusals, hooks that take their time, a broker that is away."""

from __future__ import annotations

import threading
import time

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from runtime.kafka.admin import check_topics, delete_topics, ensure_topics
from runtime.kafka.api import Partition
from runtime.kafka.consumer import RecordConsumer
from runtime.kafka.producer import EventProducer
from runtime.kafka.reader import read_to_end
from runtime.settings import Settings
from schemas.cloudevents import Record
from schemas.errors import ConfigurationError, ProviderTemporary
from schemas.topics import CATALOGUE, MAIL_QUARANTINE, MAIL_RAW, PIPELINE_COMMANDS, TRIAGE_FEEDBACK

AWAY = Settings(kafka_brokers="127.0.0.1:1", kafka_timeout=1.0)


def test_topics_are_made_once_and_fit_the_catalogue(settings: Settings) -> None:
    assert set(ensure_topics(settings)) == set(CATALOGUE)
    assert ensure_topics(settings) == []
    check_topics(settings)
    delete_topics(settings, [PIPELINE_COMMANDS])


def test_topics_carry_cleanup_retention_and_size(settings: Settings) -> None:
    ensure_topics(settings, [MAIL_RAW, TRIAGE_FEEDBACK])
    names = [settings.topic(MAIL_RAW), settings.topic(TRIAGE_FEEDBACK)]
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka_brokers)
    try:
        configs = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name) for name in names])
    finally:
        admin.close()
    raw, feedback = (configs["topic"][name] for name in names)
    assert raw["retention.ms"]["value"] == str(CATALOGUE[MAIL_RAW].retention_ms)
    assert raw["cleanup.policy"]["value"] == "delete"
    assert int(raw["max.message.bytes"]["value"]) > CATALOGUE[MAIL_RAW].max_bytes
    assert feedback["cleanup.policy"]["value"] == "compact"


@pytest.mark.feature("OP-07", "says what, where and what would be right")
def test_missing_topics_and_wrong_partition_counts_are_named_together(settings: Settings) -> None:
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka_brokers)
    name = settings.topic(MAIL_QUARANTINE)
    try:
        admin.create_topics({name: {"num_partitions": 2, "replication_factor": 1}}, wait_for_metadata=True)
    finally:
        admin.close()
    with pytest.raises(ConfigurationError) as caught:
        check_topics(settings, [MAIL_QUARANTINE, PIPELINE_COMMANDS])
    first, second = str(caught.value).splitlines()
    assert f"topic {name} has 2 partitions and must have 6" in first
    assert f"topic {settings.topic(PIPELINE_COMMANDS)} does not exist" in second


def test_a_broker_that_is_away_is_one_readable_line() -> None:
    calls = (
        lambda: ensure_topics(AWAY),
        lambda: EventProducer(AWAY, "x").publish([Record(MAIL_RAW, b"k", b"v", ())]),
        lambda: RecordConsumer(AWAY, "g", [MAIL_RAW]),
        lambda: list(read_to_end(AWAY, MAIL_RAW)),
    )
    for call in calls:
        started = time.monotonic()
        with pytest.raises(
            ProviderTemporary, match=r"127\.0\.0\.1:1 does not answer while .* is it running\?"
        ) as caught:
            call()
        assert time.monotonic() - started < 5
        assert len(str(caught.value).splitlines()) == 1


def test_reading_a_topic_that_is_not_there_names_it_and_the_remedy(settings: Settings) -> None:
    started = time.monotonic()
    with pytest.raises(ConfigurationError, match=f"topic {settings.topic(MAIL_RAW)} does not exist; `mailcase topics"):
        list(read_to_end(settings, MAIL_RAW))
    assert time.monotonic() - started < 5


def test_publishing_to_a_topic_that_is_not_there_is_bounded_and_named(settings: Settings) -> None:
    quick = settings.model_copy(update={"kafka_timeout": 1.5})
    producer = EventProducer(quick, "x")
    with pytest.raises((ConfigurationError, ProviderTemporary), match=settings.topic(MAIL_RAW)):
        producer.publish([Record(MAIL_RAW, b"k", b"v", ())])
    producer.close()


def test_a_hook_may_take_its_time_and_commit_while_the_hand_over_waits(settings: Settings) -> None:
    ensure_topics(settings, [MAIL_QUARANTINE])
    EventProducer(settings, "x").publish([Record(MAIL_QUARANTINE, f"k{n}".encode(), b"v", ()) for n in range(60)])
    got: list[Record] = []
    released = threading.Event()
    takes: list[tuple[frozenset[Partition], bool]] = []

    def give_up(places: frozenset[Partition]) -> None:
        if not released.is_set():
            time.sleep(3)  # two heartbeats long
        one.commit([record for record in got if (record.topic, record.partition) in places])
        released.set()

    one = RecordConsumer(settings, "g", [MAIL_QUARANTINE], on_revoked=give_up, session_timeout=6)
    while len(got) < 60:
        got += one.poll(timeout=0.5)
    two = RecordConsumer(
        settings,
        "g",
        [MAIL_QUARANTINE],
        on_assigned=lambda places: takes.append((places, released.is_set())),
        session_timeout=6,
    )
    second: list[Record] = []
    end = time.monotonic() + 30
    while not takes and time.monotonic() < end:
        one.poll(timeout=0.1)
        second += two.poll(timeout=0.1)
    assert takes
    assert takes[0][1], "the new owner came before the old one had given up"
    second += two.poll(timeout=1)
    assert second == [], "what was committed in the hook is not given again"
    one.close()
    two.close()


def test_an_error_in_a_hook_comes_out_of_poll(settings: Settings) -> None:
    ensure_topics(settings, [MAIL_QUARANTINE])

    def broken(places: frozenset[Partition]) -> None:
        raise ZeroDivisionError("in the hook")

    consumer = RecordConsumer(settings, "g", [MAIL_QUARANTINE], on_assigned=broken)
    with pytest.raises(ZeroDivisionError, match="in the hook"):
        consumer.poll(timeout=15)
    consumer.close()


def test_one_producer_serves_many_threads(settings: Settings) -> None:
    ensure_topics(settings, [MAIL_QUARANTINE])
    producer = EventProducer(settings, "x")
    threads = [
        threading.Thread(
            target=producer.publish,
            args=([Record(MAIL_QUARANTINE, f"t{n}-{m}".encode(), b"v", ()) for m in range(50)],),
        )
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(list(read_to_end(settings, MAIL_QUARANTINE))) == 200
    producer.close()


def test_a_member_that_polls_in_tiny_steps_gets_its_partitions(settings: Settings) -> None:
    """kafka-python 3.0.12 forgets that it is joining when a poll ends between its JoinGroup and SyncGroup answers."""
    ensure_topics(settings, [MAIL_QUARANTINE])
    for number in range(4):
        consumer = RecordConsumer(settings, f"tiny-steps-{number}", [MAIL_QUARANTINE])
        try:
            deadline = time.monotonic() + 15
            while not consumer.assignment() and time.monotonic() < deadline:
                consumer.poll(timeout=0.004)
            assert len(consumer.assignment()) == CATALOGUE[MAIL_QUARANTINE].partitions
        finally:
            consumer.close()

"""Every event type through a real broker: written by our producer, read by a plain consumer without code of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from runtime.kafka.admin import delete_topics, ensure_topics
from runtime.kafka.producer import EventProducer
from runtime.settings import Settings
from schemas import topics
from schemas.cloudevents import MAIL_RECEIVED, Record, decode, encode
from schemas.events import REGISTRY
from tests.schemas.examples import RAW_BYTES, example
from tests.support.plain import plain_records

KINDS = [MAIL_RECEIVED, *sorted(REGISTRY)]


@pytest.fixture
def topics_of_the_test(settings: Settings) -> Iterator[Settings]:
    ensure_topics(settings)
    yield settings
    delete_topics(settings)


def test_a_plain_consumer_reads_every_event_type(topics_of_the_test: Settings) -> None:
    producer = EventProducer(topics_of_the_test, "wire-test")
    try:
        producer.publish([encode(example(kind)) for kind in KINDS])
    finally:
        producer.close()
    seen: dict[str, tuple[str, bytes, bytes, dict[str, bytes]]] = {}
    for topic in topics.CATALOGUE:
        for key, value, headers in plain_records(topics_of_the_test.kafka_brokers, topics_of_the_test.topic(topic)):
            seen[headers["ce_type"].decode()] = (topic, key, value, headers)
    assert seen.keys() == set(KINDS)
    for kind, (topic, key, value, headers) in seen.items():
        assert headers["ce_specversion"] == b"1.0", kind
        assert key
        if kind == MAIL_RECEIVED:
            assert (value, headers["content-type"]) == (RAW_BYTES, b"message/rfc822")
        else:
            assert headers["content-type"] == b"application/json"
            assert isinstance(json.loads(value), dict), kind
        assert decode(Record(topic, key, value, tuple(headers.items()))) == example(kind)

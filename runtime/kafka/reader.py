"""Reads a whole topic, without a group: to the end as of now, and on from there."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

from kafka import KafkaConsumer, TopicPartition
from kafka import errors as kafka_errors

from runtime.kafka.connect import connection, forbid_topic_creation, translate
from runtime.kafka.consumer import to_record
from runtime.settings import Settings
from schemas.cloudevents import Record
from schemas.errors import ConfigurationError, ProviderTemporary
from schemas.topics import CATALOGUE

__all__ = ["TopicTail", "read_to_end"]

_CLIENT_ERRORS = (kafka_errors.KafkaError, OSError)


class TopicTail:
    """The `Tail` of runtime.kafka.api on Kafka: every partition of one topic, from its beginning."""

    def __init__(self, settings: Settings, topic: str) -> None:
        """Raises ProviderTemporary, ProviderAuth when the brokers cannot be reached."""
        self._settings = settings
        self._topic = topic
        name = settings.topic(topic)
        self._partitions = [TopicPartition(name, number) for number in range(CATALOGUE[topic].partitions)]
        try:
            self._client: Any = KafkaConsumer(
                **connection(settings, f"{settings.instance}-tail"),
                group_id=None,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
            )
            forbid_topic_creation(self._client._cluster)
            self._client.assign(self._partitions)
            self._client.seek_to_beginning(*self._partitions)
        except _CLIENT_ERRORS as error:
            raise translate(error, settings, f"reading {name}") from error

    def catch_up(self) -> Iterator[Record]:
        """See `Tail.catch_up`. The broker may be silent for at most the setting `kafka_timeout`.

        Raises ConfigurationError where the topic does not exist.
        """
        name = self._settings.topic(self._topic)
        try:
            # Without this the library waits in vain for offsets of what is not there, and blames the broker.
            if not self._client.partitions_for_topic(name):
                raise ConfigurationError(f"topic {name} does not exist; `mailcase topics create` makes it")
            ends = self._client.end_offsets(self._partitions, timeout_ms=int(self._settings.kafka_timeout * 1000))
        except _CLIENT_ERRORS as error:
            raise translate(error, self._settings, f"asking for the end of {name}") from error
        silent_until = time.monotonic() + self._settings.kafka_timeout
        while self._behind(ends):
            records = self.poll(timeout=0.2)
            if records:
                silent_until = time.monotonic() + self._settings.kafka_timeout
            elif time.monotonic() > silent_until:
                raise ProviderTemporary(
                    f"Kafka at {self._settings.kafka_brokers} gave nothing of {self._topic} for"
                    f" {self._settings.kafka_timeout:.0f} s although its end is not reached; try again"
                )
            yield from records

    def poll(self, timeout: float = 1.0) -> list[Record]:
        """See `Tail.poll`."""
        try:
            batches = self._client.poll(timeout_ms=int(timeout * 1000), max_records=1000)
        except _CLIENT_ERRORS as error:
            raise translate(error, self._settings, f"reading {self._topic}") from error
        return [to_record(self._topic, fetched) for batch in batches.values() for fetched in batch]

    def close(self) -> None:
        """See `Tail.close`."""
        self._client.close(autocommit=False, timeout_ms=5_000)

    def _behind(self, ends: dict[Any, int]) -> bool:
        for partition, end in ends.items():
            if end == 0:
                continue
            try:
                position = self._client.position(partition, timeout_ms=2_000)
            except _CLIENT_ERRORS:
                return True
            if position is None or position < end:
                return True
        return False


def read_to_end(settings: Settings, topic: str) -> Iterator[Record]:
    """Every record of catalogue topic `topic`, up to the ends as of now, in offset order per partition."""
    tail = TopicTail(settings, topic)
    try:
        yield from tail.catch_up()
    finally:
        tail.close()

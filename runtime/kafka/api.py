"""The seams: what a producer, a group consumer and a topic tail promise, whoever implements them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from schemas.cloudevents import Record
from schemas.errors import ProviderPermanent

__all__ = ["Consumer", "Partition", "Producer", "RecordTooLarge", "Tail", "TopicPartitionHook"]

Partition = tuple[str, int]
"""(catalogue topic name, partition number)."""

TopicPartitionHook = Callable[[frozenset[Partition]], None]


class RecordTooLarge(ProviderPermanent):
    """The broker will never take these records. All other records of the same call were acknowledged."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = tuple(records)
        named = ", ".join(
            f"{record.topic} key {record.key.decode('utf-8', 'replace')} ({record_bytes(record)} bytes)"
            for record in self.records[:3]
        )
        more = f" and {len(self.records) - 3} more" if len(self.records) > 3 else ""
        super().__init__(
            f"larger than the broker takes: {named}{more};"
            " raise the topic's max.message.bytes, or lower the inline limit"
        )


def record_bytes(record: Record) -> int:
    """Bytes of a record: key, value and headers, without the batch's own framing."""
    headers = sum(len(name.encode()) + len(value) for name, value in record.headers)
    return len(record.key) + len(record.value or b"") + headers


class Producer(Protocol):
    """Publishes records. Thread-safe."""

    def publish(self, records: Sequence[Record]) -> None:
        """Send all of `records`, in order per key, and return when every in-sync replica has each of them.

        Blocks, for at most the setting `kafka_timeout` (and one second). A record goes to the partition of its key;
        `record.partition` is not looked at. Safe to repeat: readers dedupe by `ce_id`.

        Raises
            RecordTooLarge     some can never be sent; the others were acknowledged.
            ProviderTemporary  not all were acknowledged in time: any of them may or may not be in the topic.
            ProviderAuth       the broker refuses the credentials or the right to write.
            ConfigurationError a topic does not exist.
        """

    def close(self) -> None:
        """Let go of the connections. Idempotent; nothing is lost, since `publish` waits for its records."""


class Consumer(Protocol):
    """A member of a consumer group. For one thread at a time; offsets are committed by hand only."""

    def poll(self, max_records: int = 500, timeout: float = 1.0) -> list[Record]:
        """Up to `max_records` records, in offset order per partition, waiting at most `timeout` seconds for the first.

        An empty list means nothing new, *or* that the broker is away (the client reconnects by itself).
        A group's first poll starts at the earliest record. Must be called again within `max_poll_interval`, or the
        group gives the partitions to another member. Raises ProviderTemporary, ProviderAuth.
        """

    def commit(self, records: Sequence[Record]) -> None:
        """These records and all before them in their partitions are done.

        When the group has moved on in the meantime the commit is dropped with a log line: the new owner gets the
        records again, which at-least-once allows. Raises ProviderTemporary when the broker is away.
        """

    def rewind(self, records: Sequence[Record]) -> None:
        """Go back so that the next poll gives these records again (of partitions that are still ours)."""

    def assignment(self) -> frozenset[Partition]:
        """The partitions that this member owns now."""

    def generation(self) -> int:
        """The generation of the group as this member knows it; -1 before it has joined."""

    def pause(self, partitions: Sequence[Partition]) -> None:
        """Give no records of these partitions until `resume`; membership is kept as long as poll is called."""

    def resume(self, partitions: Sequence[Partition]) -> None:
        """The opposite of `pause`."""

    def lag(self) -> Mapping[Partition, int]:
        """Records between our position and the end, as of the last fetch; partitions not fetched yet are left out."""

    def close(self) -> None:
        """Leave the group at once (the `on_revoked` hook is called). Idempotent."""


class Tail(Protocol):
    """Reads a whole topic from its beginning, without a group. For one thread at a time."""

    def catch_up(self) -> Iterator[Record]:
        """All records not read yet, up to the end offsets that are taken when the iteration starts.

        Raises ProviderTemporary when the broker does not answer in time; what was given until then counts as read.
        """

    def poll(self, timeout: float = 1.0) -> list[Record]:
        """What has come since, waiting at most `timeout` seconds; [] also when the broker is away."""

    def close(self) -> None:
        """Idempotent."""

"""The in-memory twin: one log, producers, group consumers and tails of one process, with the promises of `api.py`."""

from __future__ import annotations

import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from runtime.kafka.api import Partition, RecordTooLarge, TopicPartitionHook, record_bytes
from runtime.kafka.partitions import partition_of
from schemas.cloudevents import Record
from schemas.errors import ConfigurationError, ProviderTemporary
from schemas.topics import CATALOGUE

__all__ = ["MemoryConsumer", "MemoryLog", "MemoryProducer", "MemoryTail"]


class MemoryLog:
    """All topics of the catalogue. Thread-safe. `available = False` plays a broker that is away."""

    def __init__(self) -> None:
        self.available = True
        self.changed = threading.Condition()
        self._records: dict[Partition, list[Record]] = {
            (topic.name, number): [] for topic in CATALOGUE.values() for number in range(topic.partitions)
        }
        self.committed: dict[tuple[str, Partition], int] = {}
        self._members: dict[str, list[MemoryConsumer]] = defaultdict(list)
        self.generations: dict[str, int] = defaultdict(int)

    def append(self, record: Record) -> Record:
        """Store one record in the partition of its key; returns it with partition, offset and time."""
        with self.changed:
            place = (record.topic, partition_of(record.topic, record.key))
            log = self._records[place]
            stamp = record.timestamp_ms if record.timestamp_ms is not None else int(time.time() * 1000)
            stored = replace(record, partition=place[1], offset=len(log), timestamp_ms=stamp)
            log.append(stored)
            self.changed.notify_all()
            return stored

    def records(self, topic: str) -> list[Record]:
        """All records of `topic`, partition by partition; for tests."""
        with self.changed:
            return [record for place, log in self._records.items() if place[0] == topic for record in log]

    def read(self, place: Partition, offset: int, limit: int) -> list[Record]:
        """Up to `limit` records of one partition from `offset` on."""
        with self.changed:
            return self._records[place][offset : offset + limit]

    def end(self, place: Partition) -> int:
        """The offset that the next record of this partition gets."""
        with self.changed:
            return len(self._records[place])

    def join(self, group: str, member: MemoryConsumer) -> None:
        """A member enters; the others give up what it should get with their next poll."""
        with self.changed:
            self._members[group].append(member)
            self.generations[group] += 1

    def leave(self, group: str, member: MemoryConsumer) -> None:
        """A member goes; the others take over with their next poll."""
        with self.changed:
            self._members[group].remove(member)
            self.generations[group] += 1
            self.changed.notify_all()

    def share(self, group: str, member: MemoryConsumer) -> tuple[frozenset[Partition], frozenset[Partition]]:
        """(what `member` should own, what others own now)."""
        with self.changed:
            members = self._members[group]
            mine = members.index(member)
            places = sorted(place for place in self._records if place[0] in member.topics)
            should = frozenset(place for count, place in enumerate(places) if count % len(members) == mine)
            held = frozenset(place for other in members if other is not member for place in other.assignment())
            return should, held


class MemoryProducer:
    """The `Producer` twin."""

    def __init__(self, log: MemoryLog) -> None:
        self._log = log

    def publish(self, records: Sequence[Record]) -> None:
        """See `Producer.publish`."""
        if not self._log.available:
            raise ProviderTemporary("the log in memory was told to be away")
        if unknown := {record.topic for record in records} - set(CATALOGUE):
            raise ConfigurationError(f"no such topic: {', '.join(sorted(unknown))}")
        too_large = [record for record in records if record_bytes(record) > CATALOGUE[record.topic].max_bytes]
        for record in records:
            if record not in too_large:
                self._log.append(record)
        if too_large:
            raise RecordTooLarge(too_large)

    def close(self) -> None:
        """See `Producer.close`."""


def _no_hook(partitions: frozenset[Partition]) -> None:
    """Nothing to do when partitions come or go."""


class MemoryConsumer:
    """The `Consumer` twin; hooks run on the thread that polls."""

    def __init__(
        self,
        log: MemoryLog,
        group: str,
        topics: Sequence[str],
        *,
        on_assigned: TopicPartitionHook = _no_hook,
        on_revoked: TopicPartitionHook = _no_hook,
    ) -> None:
        self.topics = frozenset(topics)
        self._log = log
        self._group = group
        self._on_assigned = on_assigned
        self._on_revoked = on_revoked
        self._positions: dict[Partition, int] = {}
        self._paused: set[Partition] = set()
        self._generation = -1
        self._closed = False
        log.join(group, self)

    def poll(self, max_records: int = 500, timeout: float = 1.0) -> list[Record]:
        """See `Consumer.poll`."""
        deadline = time.monotonic() + timeout
        while True:
            self._rebalance()
            if records := self._fetch(max_records):
                return records
            left = deadline - time.monotonic()
            if left <= 0:
                return []
            with self._log.changed:
                self._log.changed.wait(min(left, 0.05))

    def commit(self, records: Sequence[Record]) -> None:
        """See `Consumer.commit`."""
        if not self._log.available:
            raise ProviderTemporary("the log in memory was told to be away")
        for record in records:
            if record.partition is None or record.offset is None:
                continue
            place = (record.topic, record.partition)
            if place in self._positions:
                key = (self._group, place)
                self._log.committed[key] = max(self._log.committed.get(key, 0), record.offset + 1)

    def rewind(self, records: Sequence[Record]) -> None:
        """See `Consumer.rewind`."""
        for record in records:
            if record.partition is not None and record.offset is not None:
                place = (record.topic, record.partition)
                if place in self._positions:
                    self._positions[place] = min(self._positions[place], record.offset)

    def assignment(self) -> frozenset[Partition]:
        """See `Consumer.assignment`."""
        return frozenset(self._positions)

    def generation(self) -> int:
        """See `Consumer.generation`."""
        return self._generation

    def pause(self, partitions: Sequence[Partition]) -> None:
        """See `Consumer.pause`."""
        self._paused.update(place for place in partitions if place in self._positions)

    def resume(self, partitions: Sequence[Partition]) -> None:
        """See `Consumer.resume`."""
        self._paused.difference_update(partitions)

    def lag(self) -> Mapping[Partition, int]:
        """See `Consumer.lag`."""
        return {place: self._log.end(place) - position for place, position in self._positions.items()}

    def close(self) -> None:
        """See `Consumer.close`."""
        if not self._closed:
            self._closed = True
            if owned := self.assignment():
                self._on_revoked(owned)
            self._positions.clear()
            self._log.leave(self._group, self)

    def _rebalance(self) -> None:
        should, held = self._log.share(self._group, self)
        self._generation = self._log.generations[self._group]
        if gone := self.assignment() - should:
            self._on_revoked(gone)
            for place in gone:
                del self._positions[place]
                self._paused.discard(place)
        if fresh := should - held - self.assignment():
            for place in fresh:
                self._positions[place] = self._log.committed.get((self._group, place), 0)
            self._on_assigned(fresh)

    def _fetch(self, max_records: int) -> list[Record]:
        found: list[Record] = []
        if not self._log.available:
            return found
        for place in sorted(self._positions):
            if place not in self._paused and len(found) < max_records:
                batch = self._log.read(place, self._positions[place], max_records - len(found))
                self._positions[place] += len(batch)
                found += batch
        return found


class MemoryTail:
    """The `Tail` twin."""

    def __init__(self, log: MemoryLog, topic: str) -> None:
        self._log = log
        self._positions = {(topic, number): 0 for number in range(CATALOGUE[topic].partitions)}

    def catch_up(self) -> Iterator[Record]:
        """See `Tail.catch_up`."""
        if not self._log.available:
            raise ProviderTemporary("the log in memory was told to be away")
        ends = {place: self._log.end(place) for place in self._positions}
        for place, end in ends.items():
            while self._positions[place] < end:
                record = self._log.read(place, self._positions[place], 1)[0]
                self._positions[place] += 1
                yield record

    def poll(self, timeout: float = 1.0) -> list[Record]:
        """See `Tail.poll`."""
        deadline = time.monotonic() + timeout
        while True:
            found: list[Record] = []
            for place in self._positions if self._log.available else ():
                batch = self._log.read(place, self._positions[place], 1000)
                self._positions[place] += len(batch)
                found += batch
            left = deadline - time.monotonic()
            if found or left <= 0:
                return found
            with self._log.changed:
                self._log.changed.wait(min(left, 0.05))

    def close(self) -> None:
        """See `Tail.close`."""

"""A member of a consumer group: offsets by hand, partitions move one by one, hooks when they do."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import structlog
from kafka import KafkaConsumer, OffsetAndMetadata, TopicPartition
from kafka import errors as kafka_errors
from kafka.consumer.subscription_state import AsyncConsumerRebalanceListener
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.future import Future

from runtime.kafka.api import Partition, TopicPartitionHook
from runtime.kafka.connect import connection, forbid_topic_creation, translate
from runtime.settings import Settings
from schemas.cloudevents import Record

__all__ = ["RecordConsumer", "to_record"]

_MOVED_ON = (
    kafka_errors.CommitFailedError,
    kafka_errors.RebalanceInProgressError,
    kafka_errors.IllegalGenerationError,
    kafka_errors.UnknownMemberIdError,
    kafka_errors.FencedInstanceIdError,
)
_CLIENT_ERRORS = (kafka_errors.KafkaError, OSError)


def _no_hook(partitions: frozenset[Partition]) -> None:
    """Nothing to do when partitions come or go."""


class RecordConsumer:
    """The `Consumer` of runtime.kafka.api on Kafka.

    `group` and `topics` are names without the installation's prefix.

    Hooks: `on_revoked` runs *before* the partitions can go to another member and holds the hand-over up until it
    returns; `on_assigned` before their first record is given. Both run on a thread of their own while the caller waits
    inside `poll` (or `close`); heartbeats go on meanwhile. They may block for seconds, may call `commit`, must not
    call `poll`. After the membership was lost (a long pause), `on_revoked` comes late: others may own them already.
    An exception in a hook comes out of `poll` as it is.
    """

    def __init__(
        self,
        settings: Settings,
        group: str,
        topics: Sequence[str],
        *,
        client_id: str = "consumer",
        on_assigned: TopicPartitionHook = _no_hook,
        on_revoked: TopicPartitionHook = _no_hook,
        session_timeout: float = 10.0,
        max_poll_interval: float = 300.0,
    ) -> None:
        """Times in seconds. Raises ProviderTemporary, ProviderAuth when the brokers cannot be reached."""
        self._settings = settings
        self._names = {settings.topic(topic): topic for topic in topics}
        self._group = settings.group(group)
        self._closed = False
        self._log = structlog.get_logger("kafka").bind(group=self._group)
        try:
            self._client: Any = KafkaConsumer(
                **connection(settings, f"{settings.instance}-{client_id}"),
                group_id=self._group,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                session_timeout_ms=int(session_timeout * 1000),
                heartbeat_interval_ms=int(session_timeout * 1000 / 4),
                max_poll_interval_ms=int(max_poll_interval * 1000),
                partition_assignment_strategy=[CooperativeStickyAssignor],
                fetch_max_bytes=16 * 1024 * 1024,
            )
            forbid_topic_creation(self._client._cluster)
            for name in self._names:
                # A leader that does not know the topics yet would assign nothing first, and all in a second round.
                self._client.partitions_for_topic(name)
            listener = _Listener(self._client, self._ours, on_assigned, on_revoked)
            self._client.subscribe(list(self._names), listener=listener)
        except _CLIENT_ERRORS as error:
            raise translate(error, settings, f"joining group {self._group}") from error

    def poll(self, max_records: int = 500, timeout: float = 1.0) -> list[Record]:
        """See `Consumer.poll`."""
        self._keep_joining()
        try:
            batches = self._client.poll(timeout_ms=int(timeout * 1000), max_records=max_records)
        except _CLIENT_ERRORS as error:
            if error.__cause__ is not None and "rebalance callback" in str(error):
                raise error.__cause__ from error
            raise translate(error, self._settings, f"reading for group {self._group}") from error
        return [
            to_record(self._names[partition.topic], fetched)
            for partition, batch in batches.items()
            for fetched in batch
        ]

    def _keep_joining(self) -> None:
        """Remind the client that it is joining.

        kafka-python 3.0.12: when a join that changed metadata caused is cut by the end of a `poll` between its
        JoinGroup and SyncGroup answers, `need_rejoin` turns false, nobody takes the answer, heartbeats stay off, and
        the member never gets its partitions.
        """
        coordinator = self._client._coordinator
        if coordinator.rejoining and not coordinator.rejoin_needed:
            coordinator.request_rejoin()

    def commit(self, records: Sequence[Record]) -> None:
        """See `Consumer.commit`."""
        done: dict[Partition, int] = {}
        for record in records:
            if record.partition is not None and record.offset is not None:
                place = (record.topic, record.partition)
                done[place] = max(done.get(place, -1), record.offset + 1)
        if not done:
            return
        offsets = {self._theirs(place): OffsetAndMetadata(offset, "", -1) for place, offset in done.items()}
        try:
            self._client.commit(offsets, timeout_ms=int(self._settings.kafka_timeout * 1000))
        except _MOVED_ON as error:
            self._log.info("commit dropped: the group has moved on", error=type(error).__name__)
        except _CLIENT_ERRORS as error:
            raise translate(error, self._settings, f"committing for group {self._group}") from error

    def rewind(self, records: Sequence[Record]) -> None:
        """See `Consumer.rewind`."""
        first: dict[Partition, int] = {}
        for record in records:
            if record.partition is not None and record.offset is not None:
                place = (record.topic, record.partition)
                first[place] = min(first.get(place, record.offset), record.offset)
        owned = self.assignment()
        for place, offset in first.items():
            if place in owned:
                self._client.seek(self._theirs(place), offset)

    def assignment(self) -> frozenset[Partition]:
        """See `Consumer.assignment`."""
        return self._ours(self._client.assignment())

    def generation(self) -> int:
        """See `Consumer.generation`."""
        return int(self._client.group_metadata().generation_id)

    def pause(self, partitions: Sequence[Partition]) -> None:
        """See `Consumer.pause`."""
        self._client.pause(*(self._theirs(place) for place in partitions if place in self.assignment()))

    def resume(self, partitions: Sequence[Partition]) -> None:
        """See `Consumer.resume`."""
        self._client.resume(*(self._theirs(place) for place in partitions if place in self.assignment()))

    def lag(self) -> Mapping[Partition, int]:
        """See `Consumer.lag`."""
        behind: dict[Partition, int] = {}
        for partition in self._client.assignment():
            end = self._client.highwater(partition)
            if end is None:
                continue
            try:
                position = self._client.position(partition, timeout_ms=1)
            except _CLIENT_ERRORS:
                continue
            if position is not None:
                behind[(self._names[partition.topic], partition.partition)] = max(0, end - position)
        return behind

    def close(self) -> None:
        """See `Consumer.close`. Bounded to ten seconds when the broker is away."""
        if not self._closed:
            self._closed = True
            try:
                self._client.close(autocommit=False, timeout_ms=10_000)
            except _CLIENT_ERRORS as error:
                self._log.warning("left the group without its goodbye", error=str(error))

    def _theirs(self, place: Partition) -> Any:
        return TopicPartition(self._settings.topic(place[0]), place[1])

    def _ours(self, partitions: Iterable[Any]) -> frozenset[Partition]:
        return frozenset((self._names[partition.topic], partition.partition) for partition in partitions)


def to_record(topic: str, fetched: Any) -> Record:
    """kafka-python's record as ours, under the catalogue's topic name. A missing key becomes an empty one."""
    return Record(
        topic=topic,
        key=fetched.key or b"",
        value=fetched.value,
        headers=tuple((name, value or b"") for name, value in fetched.headers),
        partition=fetched.partition,
        offset=fetched.offset,
        timestamp_ms=fetched.timestamp,
    )


class _Listener(AsyncConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python carries no types
    """Runs the hooks on a thread, so that the client's own loop (heartbeats, commits) goes on while they block."""

    def __init__(
        self,
        client: Any,
        ours: Callable[[Iterable[Any]], frozenset[Partition]],
        on_assigned: TopicPartitionHook,
        on_revoked: TopicPartitionHook,
    ) -> None:
        self._client = client
        self._ours = ours
        self._on_assigned = on_assigned
        self._on_revoked = on_revoked

    async def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
        await self._run(self._on_assigned, assigned)

    async def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
        await self._run(self._on_revoked, revoked)

    async def _run(self, hook: TopicPartitionHook, partitions: Iterable[Any]) -> None:
        ours = self._ours(partitions)
        if not ours or hook is _no_hook:
            return
        done: Any = Future()
        # The client's loop is its own kind, so the way back from a thread is its own too; it has no public name.
        loop = self._client._net

        def work() -> None:
            try:
                hook(ours)
            except BaseException as error:
                failure = error
                loop.call_soon_threadsafe(lambda: done.failure(failure))
            else:
                loop.call_soon_threadsafe(lambda: done.success(None))

        threading.Thread(target=work, name="rebalance-hook", daemon=True).start()
        await done

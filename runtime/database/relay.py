"""Publishes the outbox: in order per key, at least once, by as many relays as there are replicas.

    claim hash ranges ──► read waiting rows ──► publish, wait for all acks ──► mark published ──► wait for NOTIFY
         ▲                                                    │ too large: park the row, the others go on
         └── fair share looked at again every few seconds ◄───┘ broker away: back off, rows stay

A relay owns a hash range of keys by a *session* advisory lock, on the very connection that reads and marks rows: when
that connection dies, lock and ability to mark die together, and another relay takes the range over. What it had
published but not marked is published again with the same `ce_id`; readers dedupe.
"""

from __future__ import annotations

import random
import threading
import time
from zlib import crc32

import structlog
from psycopg import Connection, sql

from runtime import metrics
from runtime.database.outbox import SLOTS, channel_of
from runtime.database.pool import Database, Row
from runtime.kafka.api import Producer, RecordTooLarge
from schemas.cloudevents import Record
from schemas.errors import ProviderError, ProviderTemporary

__all__ = ["Relay"]

_PRESENCE = SLOTS
"""Every living relay holds this lock shared, so that each can count how many there are."""
_SHARE_SECONDS = 2.0
_MAINTENANCE_SECONDS = 15.0
_MAX_BACKOFF = 10.0
_PRUNE_ROWS = 5000


class Relay:
    """One relay of one schema's outbox. `run` belongs on a supervised thread of its own.

    `service` labels the metrics; `keep` is how many seconds published rows stay for people who look;
    `batch` rows at most are published at once; `idle_wait` bounds the wait for a NOTIFY, in seconds;
    after `frozen_after` seconds without a sign of life (a stopped process) the server ends the session, and with it
    the locks: more than the producer's time-out, else a slow broker looks like a frozen relay.
    """

    def __init__(
        self,
        database: Database,
        producer: Producer,
        *,
        service: str,
        batch: int = 500,
        keep: float = 24 * 3600.0,
        idle_wait: float = 0.5,
        frozen_after: float = 90.0,
    ) -> None:
        self._database = database
        self._producer = producer
        self._service = service
        self._batch = batch
        self._keep = keep
        self._idle_wait = idle_wait
        self._frozen_after = frozen_after
        self._log = structlog.get_logger("relay").bind(schema=database.schema)
        self._lock_class = crc32(f"mailcase.outbox.{database.schema}".encode()) & 0x7FFFFFFF
        self._slots: set[int] = set()
        self._next_share = 0.0
        self._next_maintenance = 0.0

    @property
    def slots(self) -> frozenset[int]:
        """The hash ranges owned now."""
        return frozenset(self._slots)

    def run(self, stop: threading.Event) -> None:
        """Publish until `stop` is set. Broker and database may come and go; only a bug makes it raise."""
        backoff = 0.0
        while not stop.is_set():
            try:
                with self._database.session() as connection:
                    self._begin(connection)
                    backoff = 0.0
                    while not stop.is_set():
                        if self._step(connection) == 0:
                            self._wait(connection)
            except ProviderError as error:
                backoff = min(_MAX_BACKOFF, max(0.2, backoff * 2))
                self._log.warning("outbox waits", reason=str(error), seconds=round(backoff, 1))
                stop.wait(backoff * random.uniform(0.5, 1.0))  # noqa: S311  # jitter, no secret
            finally:
                self._slots.clear()

    def run_once(self) -> int:
        """Publish what waits now, with a session of its own; returns the number of rows published or parked."""
        done = 0
        with self._database.session() as connection:
            try:
                self._begin(connection)
                while count := self._step(connection):
                    done += count
            finally:
                self._slots.clear()
        return done

    def _begin(self, connection: Connection[Row]) -> None:
        self._slots.clear()
        self._next_share = self._next_maintenance = 0.0
        connection.execute(
            "SELECT set_config('idle_session_timeout', %s, false)", [f"{self._frozen_after * 1000:.0f}ms"]
        )
        connection.execute("SELECT pg_advisory_lock_shared(%s, %s)", [self._lock_class, _PRESENCE])
        connection.execute(sql.SQL("LISTEN {}").format(sql.Identifier(channel_of(self._database.schema))))

    def _step(self, connection: Connection[Row]) -> int:
        """Share the ranges if it is time, publish one batch; returns the rows done. Broker trouble is waited out."""
        now = time.monotonic()
        if now >= self._next_share:
            self._share(connection)
            self._next_share = now + _SHARE_SECONDS
        if now >= self._next_maintenance:
            self._maintain(connection)
            self._next_maintenance = now + _MAINTENANCE_SECONDS
        if not self._slots:
            return 0
        return self._publish(connection)

    def _share(self, connection: Connection[Row]) -> None:
        """Give up ranges above our fair share, take free ones up to it. Only between batches: nothing is in flight."""
        (relays,) = _one(
            connection,
            "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND objid = %s AND objsubid = 2"
            " AND granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [self._lock_class, _PRESENCE],
        )
        fair = -(-SLOTS // max(1, int(relays)))
        for slot in sorted(self._slots)[fair:]:
            connection.execute("SELECT pg_advisory_unlock(%s, %s)", [self._lock_class, slot])
            self._slots.discard(slot)
        for slot in random.sample(range(SLOTS), SLOTS):
            if len(self._slots) >= fair:
                break
            if slot not in self._slots:
                (taken,) = _one(connection, "SELECT pg_try_advisory_lock(%s, %s)", [self._lock_class, slot])
                if taken:
                    self._slots.add(slot)

    def _publish(self, connection: Connection[Row]) -> int:
        rows = connection.execute(
            "SELECT id, topic, key, headers, value FROM outbox"
            " WHERE published_at IS NULL AND parked_reason IS NULL AND slot = ANY(%s) ORDER BY id LIMIT %s",
            [sorted(self._slots), self._batch],
        ).fetchall()
        if not rows:
            return 0
        records = {row[0]: _record(row) for row in rows}
        parked: set[int] = set()
        try:
            self._producer.publish(list(records.values()))
        except RecordTooLarge as error:
            parked = {row_id for row_id, record in records.items() if record in error.records}
            self._park(connection, parked, str(error))
        published = [row_id for row_id in records if row_id not in parked]
        connection.execute("UPDATE outbox SET published_at = now() WHERE id = ANY(%s)", [published])
        metrics.OUTBOX_PUBLISHED.inc(len(published), service=self._service)
        return len(rows)

    def _park(self, connection: Connection[Row], rows: set[int], reason: str) -> None:
        connection.execute("UPDATE outbox SET parked_reason = %s WHERE id = ANY(%s)", [reason[:500], sorted(rows)])
        metrics.OUTBOX_PARKED_ROWS.inc(len(rows), service=self._service)
        self._log.error("outbox rows parked", rows=sorted(rows), reason=reason)
        self._next_maintenance = 0.0

    def _maintain(self, connection: Connection[Row]) -> None:
        """Refresh the gauges and delete a bounded number of old published rows."""
        (waiting, oldest) = _one(
            connection,
            "SELECT count(*), extract(epoch FROM now() - min(created_at)) FROM outbox"
            " WHERE published_at IS NULL AND parked_reason IS NULL",
            [],
        )
        (parked,) = _one(connection, "SELECT count(*) FROM outbox WHERE parked_reason IS NOT NULL", [])
        metrics.OUTBOX_BACKLOG.set(waiting, service=self._service)
        metrics.OUTBOX_OLDEST_AGE.set(float(oldest or 0), service=self._service)
        metrics.OUTBOX_PARKED.set(parked, service=self._service)
        connection.execute(
            "DELETE FROM outbox WHERE id IN (SELECT id FROM outbox"
            " WHERE published_at < now() - %s * interval '1 second' ORDER BY published_at LIMIT %s"
            " FOR UPDATE SKIP LOCKED)",
            [self._keep, _PRUNE_ROWS],
        )

    def _wait(self, connection: Connection[Row]) -> None:
        for _ in connection.notifies(timeout=self._idle_wait, stop_after=1):
            pass


def _one(connection: Connection[Row], query: str, parameters: list[object]) -> Row:
    row = connection.execute(query, parameters).fetchone()
    if row is None:
        raise ProviderTemporary("PostgreSQL gave no row where it always gives one")
    return row


def _record(row: Row) -> Record:
    _, topic, key, headers, value = row
    pairs = tuple((name, text.encode()) for name, text in headers)
    return Record(topic, key.encode(), None if value is None else bytes(value), pairs)

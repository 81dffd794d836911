"""The transactional outbox: events are rows of the transaction that caused them; a relay publishes the rows.

`append` runs inside the caller's transaction. It gives each event its `ce_sequence` under the row lock of its key, so
that rows of one key get their ids in the order in which their transactions commit: that order is what the relay keeps.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from zlib import crc32

from psycopg import Connection, sql
from psycopg.types.json import Jsonb

from runtime.database.pool import Row
from schemas.cloudevents import Event, Record, encode

__all__ = ["OUTBOX_DDL", "SLOTS", "Outbox", "slot_of"]

SLOTS = 16
"""Hash ranges of keys; a relay owns whole ranges."""

OUTBOX_DDL = """
CREATE TABLE outbox_keys (
    key text PRIMARY KEY,
    last_sequence bigint NOT NULL
);
CREATE TABLE outbox (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    event_id text NOT NULL UNIQUE,
    topic text NOT NULL,
    key text NOT NULL,
    slot smallint NOT NULL,
    headers jsonb NOT NULL,
    value bytea,
    sequence bigint NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    published_at timestamptz,
    parked_reason text
);
CREATE INDEX outbox_waiting ON outbox (slot, id) WHERE published_at IS NULL AND parked_reason IS NULL;
CREATE INDEX outbox_parked ON outbox (id) WHERE parked_reason IS NOT NULL;
CREATE INDEX outbox_published ON outbox (published_at) WHERE published_at IS NOT NULL;
"""
"""The tables of an outbox, for `op.execute(OUTBOX_DDL)` in a migration."""


class Outbox:
    """Writes events into the outbox of one schema. Holds no state; one for all threads is enough."""

    def __init__(self, schema: str) -> None:
        self.channel = channel_of(schema)

    def append(self, connection: Connection[Row], events: Sequence[Event]) -> list[int]:
        """Add `events`, in order, to the caller's transaction; returns their sequence numbers.

        An event whose id stands there already is left as it is (the effect was done before); its number is skipped.
        Locks one row for each distinct key, in sorted order: give all events of a transaction in one call, else two
        transactions can meet in a deadlock (which the server ends with ProviderTemporary for one of them).
        """
        if not events:
            return []
        return self.append_records(connection, [(event.id, encode(event)) for event in events])

    def append_records(self, connection: Connection[Row], records: Sequence[tuple[str, Record]]) -> list[int]:
        """Like `append`, for (event id, record) pairs that are encoded already."""
        counts = Counter(_key(record) for _, record in records)
        keys = sorted(counts)
        connection.execute(
            "INSERT INTO outbox_keys (key, last_sequence) SELECT key, 0 FROM unnest(%s::text[]) AS key ORDER BY key"
            " ON CONFLICT (key) DO NOTHING",
            [keys],
        )
        # Locks in sorted order: UPDATE alone takes rows in whatever order its plan finds them.
        last: dict[str, int] = dict(
            connection.execute(
                "SELECT key, last_sequence FROM outbox_keys WHERE key = ANY(%s) ORDER BY key FOR UPDATE", [keys]
            ).fetchall()
        )
        sequences = []
        rows = []
        for event_id, record in records:
            key = _key(record)
            last[key] += 1
            sequences.append(last[key])
            headers = [[name, value.decode()] for name, value in record.headers]
            headers.append(["ce_sequence", str(last[key])])
            rows.append((event_id, record.topic, key, slot_of(key), Jsonb(headers), record.value, last[key]))
        with connection.cursor() as cursor:
            cursor.executemany("UPDATE outbox_keys SET last_sequence = %s WHERE key = %s", [(last[k], k) for k in keys])
            cursor.executemany(
                "INSERT INTO outbox (event_id, topic, key, slot, headers, value, sequence)"
                " VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (event_id) DO NOTHING",
                rows,
            )
        connection.execute(sql.SQL("SELECT pg_notify({}, '')").format(sql.Literal(self.channel)))
        return sequences


def slot_of(key: str) -> int:
    """The hash range that `key` belongs to."""
    return crc32(key.encode()) % SLOTS


def channel_of(schema: str) -> str:
    """The NOTIFY channel on which writers of a schema's outbox wake its relays."""
    return f"{schema}_outbox"


def _key(record: Record) -> str:
    return record.key.decode("utf-8")

"""SQL of the ledger. Every change goes through a `Unit`: row, step and outbox event in one transaction.

Lock order of every transaction: ledger rows, then recipients' counts, then (at its end, sorted) the outbox's keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from typing import Any

import structlog
from psycopg import Connection
from psycopg.types.json import Jsonb

from notifier.records import Entry, recipients_from_json
from notifier.states import Cause, follow
from runtime import metrics
from runtime.database.outbox import Outbox
from runtime.database.pool import Database, Row
from schemas.cloudevents import Event
from schemas.events import LedgerState, MailRequested, OutboundEvent
from schemas.ids import event_id, message_id_digest

__all__ = ["Store", "Unit"]

_COLUMNS = (
    "notification_id, request, recipients, state, step, attempt, owner, message_id, retries_of_unknown, response,"
    " reason, next_try_at, expires_at, requested_at"
)
_log = structlog.get_logger("notifier")


class Unit:
    """One transaction on the ledger; `now` is the database's time, the clock of all leases and waits."""

    def __init__(self, connection: Connection[Row], now: datetime) -> None:
        self.connection = connection
        self.now = now
        self.events: list[Event] = []
        self._told: list[tuple[Entry, str]] = []

    def add(self, entry: Entry) -> bool:
        """A new mail, `queued`; False when it is known already (the same request came twice)."""
        fresh = self.connection.execute(
            "INSERT INTO ledger (notification_id, event_key, purpose, account, request, recipients, state, step,"
            " next_try_at, expires_at, requested_at) VALUES (%s, %s, %s, %s, %s, %s, %s, 1, %s, %s, %s)"
            " ON CONFLICT (notification_id) DO NOTHING RETURNING notification_id",
            [
                entry.notification_id,
                entry.event_key,
                entry.request.purpose.value,
                entry.request.account,
                Jsonb(entry.request.model_dump(mode="json")),
                Jsonb(entry.recipients_as_json()),
                LedgerState.QUEUED.value,
                entry.next_try_at,
                entry.expires_at,
                entry.requested_at,
            ],
        ).fetchone()
        if fresh is None:
            return False
        self._record(replace(entry, step=1), "requested")
        return True

    def get(self, notification: str) -> Entry | None:
        """The row, locked until the transaction ends."""
        row = self.connection.execute(
            f"SELECT {_COLUMNS} FROM ledger WHERE notification_id = %s FOR UPDATE",  # noqa: S608  # own constant
            [notification],
        ).fetchone()
        return None if row is None else _entry(row)

    def select(self, condition: str, parameters: Sequence[Any], limit: int) -> list[Entry]:
        """Rows that nobody else holds, locked. `condition` is a constant of our code, never data."""
        rows = self.connection.execute(
            f"SELECT {_COLUMNS} FROM ledger WHERE {condition} LIMIT %s FOR UPDATE SKIP LOCKED",  # noqa: S608
            [*parameters, limit],
        ).fetchall()
        return [_entry(row) for row in rows]

    def move(
        self,
        entry: Entry,
        cause: Cause,
        *,
        reason: str = "",
        response: str = "",
        lease: float | None = None,
        wait: float | None = None,
    ) -> Entry | None:
        """Take the edge of `cause`; None when the table has none, or the row has moved since `entry` was read.

        `entry` carries the new recipients, owner, attempt and message id. `lease` and `wait` (until the next try) are
        seconds from the database's now. Only the row's owner can move a row that has one: a zombie's update finds
        another step.
        """
        edge = follow(entry.state, cause)
        if edge is None:
            return None
        moved = replace(entry, state=edge.to, step=entry.step + 1, reason=reason, response=response)
        row = self.connection.execute(
            "UPDATE ledger SET state = %s, step = %s, attempt = %s, owner = %s, message_id = %s, recipients = %s,"
            " retries_of_unknown = %s, reason = %s, response = %s, state_since = now(),"
            " lease_until = now() + %s::float8 * interval '1 second',"
            " next_try_at = CASE WHEN %s::float8 IS NULL THEN next_try_at"
            " ELSE now() + %s::float8 * interval '1 second' END"
            " WHERE notification_id = %s AND state = %s AND step = %s RETURNING notification_id",
            [
                moved.state.value,
                moved.step,
                moved.attempt,
                moved.owner,
                moved.message_id,
                Jsonb(moved.recipients_as_json()),
                moved.retries_of_unknown,
                reason,
                response,
                lease,
                wait,
                wait,
                entry.notification_id,
                entry.state.value,
                entry.step,
            ],
        ).fetchone()
        if row is None:
            return None
        self._record(moved, cause.value)
        return moved

    def tell(self, entry: Entry, cause: str) -> Entry:
        """Change recipients only (an outcome that moves no state), with a step and an event of the same state."""
        told = replace(entry, step=entry.step + 1)
        self.connection.execute(
            "UPDATE ledger SET step = %s, recipients = %s WHERE notification_id = %s",
            [told.step, Jsonb(told.recipients_as_json()), told.notification_id],
        )
        self._record(told, cause)
        return told

    def first_time(self, event: str) -> bool:
        """Whether this event was not handled before; it counts as handled from now on."""
        return (
            self.connection.execute(
                "INSERT INTO inbox (event_id) VALUES (%s) ON CONFLICT DO NOTHING RETURNING event_id", [event]
            ).fetchone()
            is not None
        )

    def _record(self, entry: Entry, cause: str) -> None:
        self.connection.execute(
            "INSERT INTO ledger_steps (notification_id, step, cause, state, attempt, owner, response, reason,"
            " recipients) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                entry.notification_id,
                entry.step,
                cause,
                entry.state.value,
                entry.attempt,
                entry.owner,
                entry.response,
                entry.reason,
                Jsonb([recipient.step.model_dump(mode="json") for recipient in entry.recipients]),
            ],
        )
        self.events.append(_event(entry, self.now))
        self._told.append((entry, cause))

    def announce(self) -> None:
        """Logs and metrics of what was committed."""
        for entry, cause in self._told:
            state, purpose = entry.state.value, entry.request.purpose.value
            metrics.OUTGOING.inc(state=state, purpose=purpose)
            if entry.state is LedgerState.SUPPRESSED:
                metrics.SUPPRESSED.inc(reason=entry.reason)
            _log.info(
                "outgoing mail",
                notification_id=entry.notification_id,
                state=state,
                cause=cause,
                purpose=purpose,
                account=entry.request.account,
                attempt=entry.attempt,
                reason=entry.reason,
                mail_id=entry.request.mail_id,
                case_id=entry.request.case.id if entry.request.case else None,
            )


class Store:
    """Opens units on the notifier's schema. Thread-safe."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._outbox = Outbox(database.schema)

    @contextmanager
    def unit(self) -> Iterator[Unit]:
        """A transaction; its events are put into the outbox at its end. Raises as `Database.transaction`."""
        with self.database.transaction() as connection:
            row = connection.execute("SELECT now()").fetchone()
            assert row is not None, "now() always answers"
            unit = Unit(connection, row[0])
            yield unit
            self._outbox.append(connection, unit.events)
        unit.announce()

    def renew(self, owner: str, notifications: Sequence[str], lease: float) -> int:
        """Lengthen the leases of the mails that `owner` works on to `lease` seconds from now; how many those are."""
        with self.database.transaction() as connection:
            return connection.execute(
                "UPDATE ledger SET lease_until = now() + %s::float8 * interval '1 second'"
                " WHERE notification_id = ANY(%s) AND owner = %s AND state IN ('claimed', 'transmitting')",
                [lease, list(notifications), owner],
            ).rowcount


def _entry(row: Row) -> Entry:
    return Entry(
        notification_id=row[0],
        request=MailRequested.model_validate(row[1]),
        recipients=recipients_from_json(row[2]),
        state=LedgerState(row[3]),
        step=row[4],
        attempt=row[5],
        owner=row[6],
        message_id=row[7],
        retries_of_unknown=row[8],
        response=row[9],
        reason=row[10],
        next_try_at=row[11],
        expires_at=row[12],
        requested_at=row[13],
    )


def _event(entry: Entry, at: datetime) -> Event:
    request = entry.request
    return Event(
        id=event_id(entry.notification_id, 0, f"outbound.{entry.state.value}", "", entry.step),
        type=f"mailcase.outbound.{entry.state.value}.v1",
        source=f"/accounts/{request.account}",
        subject=entry.notification_id,
        time=at,
        key=entry.event_key,
        data=OutboundEvent(
            notification_id=entry.notification_id,
            state=entry.state,
            case=request.case.id if request.case else None,
            interaction=request.interaction,
            purpose=request.purpose.value,
            message_id_digests=(message_id_digest(entry.message_id),) if entry.message_id else (),
            account=request.account,
            recipients=tuple(recipient.step for recipient in entry.recipients),
            attempt=entry.attempt,
            response=entry.response,
            reason=entry.reason,
            at=at,
        ),
    )

"""Readers: quarantine, mailbox status and the ledger's steps come into the store, each record once.

mail.quarantine   → quarantine: open, superseded where the mail has an interaction, ended by release or discard
mailbox.status    → the last status of each mailbox
outbound.events   → state (by sequence) and steps (all) of outgoing mails; steps that a person cares for are
                    written into the history of the case
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import psycopg
from psycopg import Connection

from casesvc.putting_aside import history_entry
from casesvc.store import history, inbox, mailboxes, outgoing, quarantine
from casesvc.store.history import Entry
from runtime import logs, metrics
from runtime.database.pool import Database, Row
from schemas.cloudevents import Event, Record, decode
from schemas.errors import MessageError, ProviderError, UnknownEvent
from schemas.events import Discarded, LedgerState, MailboxStatus, OutboundEvent, Quarantined, Released
from schemas.topics import MAIL_QUARANTINE, MAILBOX_STATUS, OUTBOUND_EVENTS

__all__ = ["TOPICS", "Readers"]

TOPICS = (MAIL_QUARANTINE, MAILBOX_STATUS, OUTBOUND_EVENTS)
_PASSING = frozenset({LedgerState.QUEUED, LedgerState.CLAIMED, LedgerState.TRANSMITTING})
"""Steps that come and go within a moment: they stand in the mail's timeline, not in the case's history."""
_log = logs.get_logger("readers")


class Readers:
    """Takes records of `TOPICS` into the store. Safe to repeat; any number of processes beside each other."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def process(self, records: Sequence[Record]) -> None:
        """Take in `records`; one that cannot be stored is skipped.

        Raises ProviderError when the database is away, psycopg's errors when the store is not what it should be.
        """
        try:
            self._together(records)
        except (ProviderError, psycopg.ProgrammingError, psycopg.InternalError):
            # The store's fault (a table that is not there), no record's: to skip them all would lose them.
            raise
        except Exception as error:
            if len(records) > 1:
                for record in records:
                    self.process([record])
                return
            metrics.EVENTS_UNREADABLE.inc(topic=records[0].topic, reason="refused")
            _log.error("record skipped: the store refuses it", error=type(error).__name__, place=_place(records[0]))

    def _together(self, records: Sequence[Record]) -> None:
        """All of `records` in one transaction."""
        events = [event for record in records if (event := _readable(record)) is not None]
        gone = [record.key for record in records if record.value is None and record.topic == MAILBOX_STATUS]
        with self._database.transaction() as connection:
            quarantined = [event.data for event in events if isinstance(event.data, Quarantined)]
            inbox.lock(connection, {name for data in quarantined for name in quarantine.lock_names(data)})
            for key in gone:
                mailboxes.forget(connection, key.decode("utf-8", "replace"))
            for event in events:
                self._apply(connection, event)

    def _apply(self, connection: Connection[Row], event: Event) -> None:
        match event.data:
            case Quarantined():
                if quarantine.add(connection, event.data):
                    history.write(connection, [history_entry(event.data, event.id)])
            case Released():
                quarantine.end(connection, event.data.mail_id, event.data.run - 1, "released")
            case Discarded():
                quarantine.end(connection, event.data.mail_id, event.data.run, "discarded")
            case MailboxStatus():
                mailboxes.put(connection, event.data, event.time)
            case OutboundEvent():
                self._step(connection, event, event.data)

    def _step(self, connection: Connection[Row], event: Event, data: OutboundEvent) -> None:
        sequence = event.extensions.get("sequence", "0")
        mail = outgoing.step(connection, event.id, int(sequence) if sequence.isdigit() else 0, data)
        if mail is None or data.state in _PASSING:
            return
        detail = {
            "notification": data.notification_id,
            "purpose": data.purpose or mail.purpose,
            "response": data.response,
            "reason": data.reason,
            "attempt": data.attempt,
        }
        entry = Entry(
            f"outgoing_{data.state.value}",
            data.at,
            mail.case_id or data.case,
            mail.interaction_id or data.interaction,
            mail.mail_id,
            event.id,
            by="notifier",
            detail={name: value for name, value in detail.items() if value},
        )
        history.write(connection, [entry])


def _place(record: Record) -> str:
    return f"{record.topic}[{record.partition}]@{record.offset}"


def _readable(record: Record) -> Event | None:
    """The event of a record; None for tombstones, unknown types, and what is no event (counted)."""
    if record.value is None:
        return None
    try:
        # PostgreSQL stores no NUL in texts, and a server's answer may hold anything.
        return decode(replace(record, value=record.value.replace(b"\\u0000", b"\\ufffd")))
    except UnknownEvent:
        metrics.EVENTS_UNREADABLE.inc(topic=record.topic, reason="unknown_type")
    except MessageError as error:
        metrics.EVENTS_UNREADABLE.inc(topic=record.topic, reason="unreadable")
        _log.error("record skipped", error=str(error))
    return None

"""Quarantine by casesvc: the record, the entry with the decision that a release applies, and the inbox row."""

from __future__ import annotations

from datetime import datetime

from psycopg import Connection

from casesvc.events import SOURCE
from casesvc.store import history, inbox, quarantine
from casesvc.store.history import Entry
from runtime.database.outbox import Outbox
from runtime.database.pool import Row
from schemas.cloudevents import Event, Record
from schemas.events import Decision, Quarantined, Source, Stage
from schemas.events.quarantine import reason_kind
from schemas.ids import event_id

__all__ = ["Quarantined", "history_entry", "quarantined", "store", "unreadable"]

_RELEASE = "casesvc applies the decision that it kept, with the configuration in force then"


def quarantined(decision: Decision, reason: str, detail: str, attempts: int, at: datetime) -> Quarantined:
    """The record of a mail whose decision could not be applied."""
    return Quarantined(
        mail_id=decision.mail_id,
        run=decision.run,
        mailbox=decision.mailbox,
        server_id=decision.server_id,
        stage=Stage.CASESVC,
        reason=reason,
        kind=reason_kind(reason),
        detail=detail,
        attempts=attempts,
        raw=decision.mail.raw,
        source=Source(
            conversation=decision.conversation,
            folder=decision.folder,
            received_at=decision.received_at,
            mode=decision.mode,
            envelope_from=decision.envelope_from,
            envelope_to=decision.envelope_to,
            muted=decision.muted,
        ),
        release=_RELEASE,
        at=at,
    )


def unreadable(record: Record, detail: str, at: datetime) -> Quarantined:
    """The record of a decision that is none: all that is known stands in the headers of its Kafka record."""
    place = f"{record.topic}[{record.partition}]@{record.offset}"
    return Quarantined(
        mail_id=_storable(record.header("ce_subject") or "") or place,
        mailbox="",
        server_id="",
        stage=Stage.CASESVC,
        reason="intake_failed",
        kind=reason_kind("intake_failed"),
        detail=f"{place}: {detail}".replace("\0", " ")[:2000],
        attempts=1,
        source=Source(conversation=_storable(record.key.decode("utf-8", "replace")), folder=""),
        release="nothing: the decision cannot be read; replay the mail",
        at=at,
    )


def _storable(text: str) -> str:
    """Bounded, for it is part of a key, and without what PostgreSQL stores in no text."""
    return text.replace("\0", "")[:200]


def history_entry(record: Quarantined, event: str) -> Entry:
    """The step that a quarantine record is in the history of its mail. `event`: `ce_id` of the record."""
    detail = {"stage": record.stage.value, "reason": record.reason, "detail": record.detail}
    return Entry("quarantined", record.at, mail_id=record.mail_id, event_id=event, detail=detail)


def store(connection: Connection[Row], outbox: Outbox, record: Quarantined, decision: Decision | None) -> bool:
    """Keep the entry and publish the record, once; False when this mail and run was done with before."""
    if decision is not None and not inbox.claim(connection, [(record.mail_id, record.run)]):
        return False
    inbox.lock(connection, quarantine.lock_names(record))
    kept = decision.model_dump_json(by_alias=True) if decision is not None else None
    if not quarantine.add(connection, record, kept):
        return False
    event = Event(
        id=event_id(record.mail_id, record.run, "quarantined:casesvc"),
        type="mailcase.mail.quarantined.v1",
        source=SOURCE,
        subject=record.mail_id,
        time=record.at,
        key=record.mail_id,
        data=record,
    )
    outbox.append(connection, [event])
    history.write(connection, [history_entry(record, event.id)])
    inbox.forget_attempts(connection, [(record.mail_id, record.run)])
    return True

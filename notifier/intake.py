"""From `case.events` and `pipeline.commands` to the ledger: mails asked for, outcomes reported, people's commands.

A batch is one transaction; one that fails is taken again record by record, so that a bad record holds up nobody.
Taking a record twice changes nothing: rows by notification id, outcomes and commands by the inbox.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import structlog

from notifier.commands import apply_command
from notifier.outcomes import apply_outcome
from notifier.records import entries_of
from notifier.store import Store, Unit
from runtime import metrics
from schemas.cloudevents import Event, Record, decode
from schemas.errors import MailcaseError, MessageError, UnknownEvent
from schemas.events import REGISTRY, MailRequested, OutcomeReported, PipelineCommand, Quarantined, Source, Stage
from schemas.events.quarantine import reason_kind
from schemas.ids import event_id
from schemas.topics import CASE_EVENTS, PIPELINE_COMMANDS

__all__ = ["TOPICS", "Intake"]

TOPICS = (CASE_EVENTS, PIPELINE_COMMANDS)
_FAILED = "notifier_failed"
_NOT_NOTED = "nothing: an outgoing mail or its outcome was not noted; ask for the mail again from its case"
_NOT_READ = "nothing: this release cannot read what was asked of it; bring it up to date, then ask again from the case"
_OURS = frozenset(name for name, kind in REGISTRY.items() if kind.model in (MailRequested, OutcomeReported))
"""What nobody asks for a second time; a person whose command is lost gives it again."""
_log = structlog.get_logger("notifier")


class Intake:
    """Takes records into the ledger. Stateless; may run again on the same records."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def process(self, records: Sequence[Record]) -> int:
        """Take `records`; how many concerned us. Raises ProviderTemporary (database away): then take them again."""
        events = []
        for record in records:
            try:
                event = _ours(record)
            except MessageError as error:
                self._unreadable(record, error)
            else:
                events += [event] if event is not None else []
        if not events:
            return 0
        try:
            with self._store.unit() as unit:
                for event in events:
                    _take(unit, event)
        except MailcaseError:
            raise
        except Exception:
            _log.exception("batch failed; taken again one by one", events=len(events))
            for event in events:
                self._alone(event)
        return len(events)

    def _unreadable(self, record: Record, error: MessageError) -> None:
        """A mail that was asked for, and that this release cannot read, is shown: nobody else would miss it."""
        metrics.EVENTS_UNREADABLE.inc(topic=record.topic, reason=error.reason)
        place = f"{record.topic}[{record.partition}]@{record.offset}"
        _log.error("record put aside", place=place, why=str(error))
        with self._store.unit() as unit:
            unit.events.append(_aside(_mail_named(record) or place, place, str(error), _NOT_READ, unit))
        metrics.QUARANTINED.inc(stage="notifier", reason=_FAILED, kind=reason_kind(_FAILED).value)

    def _alone(self, event: Event) -> None:
        try:
            with self._store.unit() as unit:
                _take(unit, event)
        except MailcaseError:
            raise
        except Exception as error:
            _log.exception("event put aside", event_id=event.id, type=event.type)
            with self._store.unit() as unit:
                unit.events.append(_put_aside(event, error, unit))
            metrics.QUARANTINED.inc(stage="notifier", reason=_FAILED, kind=reason_kind(_FAILED).value)


def _ours(record: Record) -> Event | None:
    """The event of a record that concerns us. Raises MessageError for one that should and cannot be read."""
    try:
        event = decode(record)
    except UnknownEvent:
        metrics.EVENTS_UNREADABLE.inc(topic=record.topic, reason="unknown_type")
        return None
    except MessageError:
        if record.value is None or record.header("ce_type") not in _OURS:
            metrics.EVENTS_UNREADABLE.inc(topic=record.topic, reason="not_ours")
            return None
        raise
    return event if isinstance(event.data, (MailRequested, OutcomeReported, PipelineCommand)) else None


def _mail_named(record: Record) -> str | None:
    """The mail id in a value that fits no schema, if it is JSON that names one."""
    try:
        named = json.loads(record.value or b"").get("mail_id")
    except (ValueError, AttributeError, RecursionError):
        return None
    return named.replace("\0", "")[:200] if isinstance(named, str) else None


def _take(unit: Unit, event: Event) -> None:
    match event.data:
        case MailRequested():
            request = MailRequested.model_validate(_without_nul(event.data.model_dump(mode="json")))
            for entry in entries_of(request, unit.now):
                unit.add(entry)
        case OutcomeReported():
            apply_outcome(unit, event.id, event.data)
        case PipelineCommand():
            apply_command(unit, event.data)


def _without_nul(value: Any) -> Any:
    """PostgreSQL's jsonb takes no NUL; mails can bring one into a subject."""
    if isinstance(value, str):
        return value.replace("\0", "")
    if isinstance(value, dict):
        return {_without_nul(name): _without_nul(inner) for name, inner in value.items()}
    return [_without_nul(inner) for inner in value] if isinstance(value, list) else value


def _put_aside(event: Event, error: Exception, unit: Unit) -> Event:
    """A quarantine record for what our own code could not take: shown to people, holding up nobody."""
    request = event.data if isinstance(event.data, MailRequested) else None
    mail = (request.mail_id if request else None) or getattr(event.data, "mail_id", None) or event.id
    detail = f"{event.type} {event.id}: {type(error).__name__}"
    return _aside(mail, event.id, detail, _NOT_NOTED, unit, request)


def _aside(mail: str, cause: str, detail: str, release: str, unit: Unit, request: MailRequested | None = None) -> Event:
    return Event(
        id=event_id(cause, 0, "notifier.put_aside"),
        type="mailcase.mail.quarantined.v1",
        source="/notifier",
        subject=mail,
        time=unit.now,
        key=mail,
        data=Quarantined(
            mail_id=mail,
            mailbox=request.account if request else "",
            server_id="",
            stage=Stage.NOTIFIER,
            reason=_FAILED,
            kind=reason_kind(_FAILED),
            detail=detail[:500],
            source=Source(conversation=request.conversation if request else "", folder=""),
            release=release,
            at=unit.now,
        ),
    )

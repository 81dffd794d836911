"""Quarantine records of the router: what could not be decided, why, and what a release would do. Pure."""

from __future__ import annotations

from datetime import datetime
from urllib.parse import unquote

from router.jobs import Refused
from schemas.cloudevents import Event, Record
from schemas.events import MailReceived, Mode, Quarantined, Source, Stage
from schemas.events.quarantine import reason_kind
from schemas.ids import event_id

__all__ = ["quarantine_event", "unreadable_event"]

QUARANTINED = "mailcase.mail.quarantined.v1"
_RELEASE = "the router decides it again from the stored mail"
_NO_RELEASE = "nothing: its record in mail.raw cannot be read; ingest must publish the mail again (resync)"
_MAX_DETAIL = 2000
_MAX_TEXT = 500


def quarantine_event(received: MailReceived, refused: Refused, at: datetime) -> Event:
    """The event that puts a mail aside."""
    return _event(
        Quarantined(
            mail_id=received.mail_id,
            run=received.run,
            mailbox=received.mailbox,
            server_id=received.server_id,
            stage=Stage.ROUTER,
            reason=refused.reason,
            kind=reason_kind(refused.reason),
            detail=_printable(refused.detail),
            attempts=refused.attempts,
            raw=received.raw,
            source=received.source(),
            release=_RELEASE,
            at=at,
        )
    )


def unreadable_event(record: Record, detail: str, at: datetime) -> Event | None:
    """The event for a record that is no mail of ours, as far as its headers name one; None where they name none."""
    mail_id = _header(record, "ce_subject")
    if not mail_id:
        return None
    run = _header(record, "ce_run")
    mode = _header(record, "ce_mode")
    return _event(
        Quarantined(
            mail_id=mail_id,
            run=int(run) if run.isascii() and run.isdigit() else 0,
            mailbox=_header(record, "ce_mailbox"),
            server_id=_header(record, "ce_serverid"),
            stage=Stage.ROUTER,
            reason="unreadable",
            kind=reason_kind("unreadable"),
            detail=_printable(detail),
            attempts=1,
            raw=None,
            source=Source(
                conversation=record.key.decode("utf-8", "replace")[:_MAX_TEXT],
                folder=_header(record, "ce_folder"),
                mode=Mode(mode) if mode in {known.value for known in Mode} else Mode.LIVE,
                muted=_header(record, "ce_muted") == "true",
            ),
            release=_NO_RELEASE,
            at=at,
        )
    )


def _printable(detail: str) -> str:
    """Errors repeat what a mail holds; half a character in it must not keep the record from being written."""
    return detail[:_MAX_DETAIL].encode("utf-8", "replace").decode()


def _header(record: Record, name: str) -> str:
    return unquote(record.header(name) or "")[:_MAX_TEXT]


def _event(data: Quarantined) -> Event:
    return Event(
        id=event_id(data.mail_id, data.run, "quarantined", "router"),
        type=QUARANTINED,
        source="/router",
        subject=data.mail_id,
        time=data.at,
        key=data.mail_id,
        data=data,
    )

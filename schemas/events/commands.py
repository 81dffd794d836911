"""`pipeline.commands` and `triage.feedback`: what people tell the pipeline."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field

from schemas.events.base import EventModel, event
from schemas.events.received import RawReference, Source
from schemas.privacy import PersonalText, Privacy, privacy
from schemas.topics import PIPELINE_COMMANDS, TRIAGE_FEEDBACK

CommandKind = Literal["release", "discard", "resend", "hold", "cancel", "confirm_sent"]
_KINDS: tuple[CommandKind, ...] = ("release", "discard", "resend", "hold", "cancel", "confirm_sent")


class CommandTarget(EventModel):
    """A quarantined mail (with `run`, `raw`, `source` copied from its record) or an outgoing one."""

    mail_id: str | None = None
    run: int | None = None
    mailbox: str | None = None
    server_id: str | None = None
    raw: RawReference | None = None
    source: Source | None = None
    notification_id: str | None = None


@event(PIPELINE_COMMANDS, *(f"mailcase.command.{kind}.v1" for kind in _KINDS))
class PipelineCommand(EventModel):
    """A person's command about one mail; idempotent by `command_id`."""

    command_id: str
    what: CommandKind
    target: CommandTarget
    service: Literal["ingest", "router", "casesvc", "notifier"]
    by: PersonalText
    reason: str = ""
    at: datetime


class Correction(EventModel):
    """Values before or after a correction; entities are spans, never text."""

    topic: str | None = None
    language: str | None = None
    entities: tuple[Annotated[dict[str, Any], privacy(Privacy.PUBLIC)], ...] = ()
    class_: str | None = Field(default=None, alias="class")


@event(TRIAGE_FEEDBACK, "mailcase.triage.corrected.v1")
class TriageCorrected(EventModel):
    """A person corrected what analysis said of a mail; spans and references, no text."""

    correction_id: str
    mail_id: str
    by: PersonalText
    text_ref: str
    before: Correction
    after: Correction
    reviewed: bool = False
    at: datetime | None = None

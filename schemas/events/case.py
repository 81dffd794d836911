"""`case.events`: what happened to cases and interactions, and the mails that they ask for."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from schemas.events.base import EventModel, event
from schemas.privacy import ContentText, PersonalText, Privacy, privacy
from schemas.topics import CASE_EVENTS

CASE_HAPPENINGS = (
    "created", "updated", "stage_entered", "assigned", "approval_requested", "approved", "rejected", "mail_attached",
    "reply_received", "note_added", "sla_goal_passed", "sla_deadline_passed", "resolved", "reopened", "linked",
    "merged", "erased",
)  # fmt: skip
INTERACTION_HAPPENINGS = ("opened", "routed", "resolved")

_CASE_TYPES = tuple(f"mailcase.case.{what}.v1" for what in CASE_HAPPENINGS)
_INTERACTION_TYPES = tuple(f"mailcase.interaction.{what}.v1" for what in INTERACTION_HAPPENINGS)


class CaseReference(EventModel):
    """A case as a person knows it, e.g. `CLM-1042`."""

    id: str
    type: str
    label: ContentText = ""


@event(CASE_EVENTS, *_CASE_TYPES)
class CaseEvent(EventModel):
    """Something happened to a case; the event's type says what."""

    case: CaseReference
    conversation: str
    what: str
    stage: str | None = None
    status: str | None = None
    mail_id: str | None = None
    interaction: str | None = None
    linked_case: str | None = None
    queue: str | None = None
    operator: PersonalText | None = None
    changed: Annotated[dict[str, Any], privacy(Privacy.CONTENT)] = Field(default_factory=dict)
    rule: str | None = None
    by: str = "mailcase"
    at: datetime


@event(CASE_EVENTS, *_INTERACTION_TYPES)
class InteractionEvent(EventModel):
    """Something happened to an interaction, the record that every mail has."""

    interaction: str
    what: str
    mail_id: str
    mailbox: str
    conversation: str
    case: CaseReference | None = None
    queue: str | None = None
    operator: PersonalText | None = None
    class_: str = Field(default="human", alias="class")
    rule: str | None = None
    reason: str = ""
    by: str = "mailcase"
    at: datetime


class Purpose(StrEnum):
    """What an outgoing mail is for; policies (muting, `unknown`) go by it."""

    ACKNOWLEDGEMENT = "acknowledgement"
    STEP = "step"
    APPROVAL = "approval"
    REPLY = "reply"
    FORWARD = "forward"
    RESULT = "result"
    FAILURE_ANSWER = "failure_answer"
    TOO_LARGE_ANSWER = "too_large_answer"
    NOTIFICATION = "notification"


class OutgoingAttachment(EventModel):
    """An attachment by reference to the blob store."""

    ref: str
    name: ContentText
    type: str


class ApprovalRequest(EventModel):
    """What a signed approval answer must fit."""

    assignment: str
    version: int
    actions: tuple[str, ...]
    assignee: PersonalText
    expires_at: datetime


@event(CASE_EVENTS, "mailcase.mail.requested.v1")
class MailRequested(EventModel):
    """A mail that the notifier shall send; self-contained: what the template may use is in `data`."""

    notification_id: str
    mail_id: str | None = Field(default=None, description="the mail that caused it, where one did")
    case: CaseReference | None = None
    interaction: str | None = None
    conversation: str
    purpose: Purpose
    account: str
    to: Annotated[tuple[str, ...], privacy(Privacy.PERSONAL)] = ()
    cc: Annotated[tuple[str, ...], privacy(Privacy.PERSONAL)] = ()
    bcc: Annotated[tuple[str, ...], privacy(Privacy.PERSONAL)] = ()
    common: bool = True
    template: str | None = None
    language: str = "en"
    data: Annotated[dict[str, Any], privacy(Privacy.CONTENT)] = Field(default_factory=dict)
    body: ContentText | None = None
    subject: ContentText | None = None
    headers: Annotated[dict[str, str], privacy(Privacy.CONTENT)] = Field(default_factory=dict)
    attachments: tuple[OutgoingAttachment, ...] = ()
    in_reply_to: PersonalText | None = None
    references: Annotated[tuple[str, ...], privacy(Privacy.PERSONAL)] = ()
    approval: ApprovalRequest | None = None
    auto_submitted: Literal["no", "auto-generated", "auto-replied"] = "auto-replied"
    not_before: datetime | None = None
    expires_at: datetime | None = None
    cause_class: str | None = None
    resend_of: str | None = None


@event(CASE_EVENTS, "mailcase.mail.outcome_reported.v1")
class OutcomeReported(EventModel):
    """A bounce, delay, receipt or complaint was tied to an outgoing mail."""

    notification_id: str
    mail_id: str
    outcome: Literal["delivered", "delayed", "bounced", "complained"]
    recipient_digest: str
    status: str = ""
    smtp_code: str = ""
    reason: str = ""
    kind: Literal["hard", "soft", "none"] = "none"

"""What the API answers, as models: they are its OpenAPI description."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from schemas.events import Evidence, MailboxStatus
from schemas.events.decision import Analysis, Bounce, Classification, Facts, Mail, Outcome, Trace, Versions

__all__ = [
    "AttachmentShown",
    "CaseDetail",
    "CaseShown",
    "HistoryEntry",
    "InteractionDetail",
    "InteractionOfCase",
    "InteractionShown",
    "MailShown",
    "OutgoingShown",
    "PersonShown",
    "QuarantineShown",
    "Related",
    "Timeline",
    "TimelineEntry",
]


class CaseShown(BaseModel):
    """A case in a list."""

    id: str
    type: str
    label: str
    stage: str
    status: str
    resolved: bool
    priority: int | None
    queue: str
    operator: str | None
    tags: list[str]
    mailbox: str
    created_at: datetime
    updated_at: datetime


class PersonShown(BaseModel):
    """A participant: mails from this address may join the case."""

    address: str
    name: str
    how: str = Field(description="sender, reply_to or copied")
    since: datetime


class AttachmentShown(BaseModel):
    """An attachment of the case; the same bytes are there once, `seen` counts how often they came."""

    mail_id: str
    part: str
    name: str
    type: str
    size: int
    sha256: str
    inline: bool
    seen: int


class InteractionOfCase(BaseModel):
    """A mail of the case, and how it belongs to it: created, joined, linked, reported."""

    interaction: str
    mail_id: str
    relation: str
    subject: str
    from_address: str | None
    received_at: datetime


class OutgoingShown(BaseModel):
    """An outgoing mail as far as its ledger has come."""

    notification_id: str
    purpose: str
    case_id: str | None
    interaction_id: str | None
    mail_id: str | None = Field(description="the mail that it answers")
    account: str
    template: str | None
    language: str | None
    recipients: list[str]
    state: str
    attempt: int
    response: str
    reason: str
    requested_at: datetime
    updated_at: datetime


class CaseDetail(CaseShown):
    """A case with all that belongs to it."""

    description: str
    fields: dict[str, Any]
    missing: list[str] = Field(description="required fields without a value")
    conversation: str
    rule: str = Field(description="the rule that created it")
    version: int
    participants: list[PersonShown]
    attachments: list[AttachmentShown]
    interactions: list[InteractionOfCase]
    outgoing: list[OutgoingShown]


class HistoryEntry(BaseModel):
    """A step in the history of a case; it never changes."""

    at: datetime
    what: str
    by: str
    case_id: str | None
    interaction_id: str | None
    mail_id: str | None
    detail: dict[str, Any]


class InteractionShown(BaseModel):
    """An interaction in a list: the record that every mail has."""

    id: str
    mail_id: str
    mailbox: str
    class_: str = Field(alias="class", serialization_alias="class")
    state: str
    placement: str
    reason: str
    rule: str | None
    queue: str | None
    operator: str | None
    resolution: str | None
    subject: str
    from_address: str | None
    cases: list[str]
    opened_at: datetime
    resolved_at: datetime | None


class Related(BaseModel):
    """A relation of an interaction to a case or to another interaction."""

    id: str
    relation: str


class InteractionDetail(InteractionShown):
    """An interaction with why it was decided so."""

    evidence: str | None = Field(description="the evidence that placed it")
    case_relations: list[Related]
    interactions: list[Related]
    mail: Mail
    analysis: Analysis
    trace: Trace
    outcome: Outcome


class MailShown(BaseModel):
    """A mail as it was decided."""

    mail_id: str
    run: int
    mailbox: str
    server_id: str
    mode: str
    muted: bool
    received_at: datetime
    interaction: str | None
    mail: Mail
    class_: Classification = Field(alias="class", serialization_alias="class")
    bounce: Bounce | None
    facts: Facts
    evidence: list[Evidence]
    analysis: Analysis
    outcome: Outcome
    trace: Trace
    versions: Versions


class TimelineEntry(BaseModel):
    """One step of a mail's way."""

    at: datetime
    what: str
    by: str
    where: str = Field(description="mailbox, interaction, case or notification that it happened to")
    detail: dict[str, Any]


class Timeline(BaseModel):
    """One mail's way: received, decided (and why), interaction and cases, outgoing mails step by step."""

    mail_id: str
    entries: list[TimelineEntry]


class QuarantineShown(BaseModel):
    """A mail that was put aside."""

    mail_id: str
    run: int
    stage: str
    state: str
    mailbox: str
    reason: str
    kind: str
    detail: str
    attempts: int
    release: str
    raw_ref: str | None
    at: datetime


class MailboxShown(BaseModel):
    """The last known health of a mailbox."""

    mailbox: str
    at: datetime
    status: MailboxStatus

"""Cases, their people, interactions, outgoing mails as plain records; the store keeps them, pure modules read them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

__all__ = ["Case", "Interaction", "Outgoing", "Participant", "Relation", "State"]

State = Literal["open", "routed", "resolved"]
Relation = Literal["created", "joined", "linked", "reported"]


@dataclass(frozen=True, slots=True)
class Case:
    """One case as it stands."""

    id: str
    type: str
    label: str
    description: str
    stage: str
    status: str
    resolved: bool
    priority: int | None
    queue: str
    operator: str | None
    tags: list[str]
    fields: dict[str, Any]
    missing: list[str]
    conversation: str
    mailbox: str
    origin_mail: str
    rule: str
    version: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True)
class Participant:
    """A person of a case. `address` is case-folded; `how`: sender, reply_to, copied."""

    address: str
    name: str
    how: str


@dataclass(frozen=True, slots=True)
class Interaction:
    """One interaction as it is opened."""

    number: int
    mail_id: str
    mailbox: str
    conversation: str
    class_kind: str
    state: State
    placement: str
    reason: str
    evidence: str | None
    rule: str | None
    queue: str | None
    operator: str | None
    resolution: str | None
    opened_at: datetime

    @property
    def id(self) -> str:
        """`ET-n`."""
        return f"ET-{self.number}"


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Whom an outgoing mail belongs to."""

    notification_id: str
    case_id: str | None
    interaction_id: str | None
    mail_id: str | None
    purpose: str
    recipients: tuple[str, ...]

    @property
    def key(self) -> str:
        """The key of its events: its case, else its interaction, else itself."""
        return self.case_id or self.interaction_id or self.notification_id

"""`outbound.events`: the steps of an outgoing mail in the notifier's ledger."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from schemas.events.base import EventModel, event
from schemas.privacy import ContentText
from schemas.topics import OUTBOUND_EVENTS


class LedgerState(StrEnum):
    """States of an outgoing mail (contracts, outbound.events); the edges are one table in the notifier."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    TRANSMITTING = "transmitting"
    HANDED_OVER = "handed_over"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNKNOWN = "unknown"
    HELD = "held"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    SUPPRESSED = "suppressed"
    CONFIRMED_SENT = "confirmed_sent"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


class RecipientState(StrEnum):
    """What became of one recipient of an outgoing mail."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    DEFERRED = "deferred"
    BOUNCED = "bounced"


class RecipientStep(EventModel):
    """One recipient by digest, with the server's answer (addresses removed)."""

    digest: str
    state: RecipientState
    response: ContentText = ""


@event(OUTBOUND_EVENTS, *(f"mailcase.outbound.{state.value}.v1" for state in LedgerState))
class OutboundEvent(EventModel):
    """An outgoing mail entered a state of the ledger."""

    notification_id: str
    state: LedgerState
    case: str | None = None
    interaction: str | None = None
    purpose: str = ""
    message_id_digests: tuple[str, ...] = ()
    account: str
    recipients: tuple[RecipientStep, ...] = ()
    attempt: int = Field(default=0, ge=0)
    response: ContentText = ""
    reason: str = ""
    at: datetime

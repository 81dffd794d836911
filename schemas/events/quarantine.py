"""`mail.quarantine`: mails that were put aside with a named reason, and what became of them."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.events.base import EventModel, event
from schemas.events.received import RawReference, Source
from schemas.privacy import ContentText, Privacy, privacy
from schemas.topics import MAIL_QUARANTINE


class Stage(StrEnum):
    """The service that put a mail aside; a release goes to it."""

    INGEST = "ingest"
    ROUTER = "router"
    CASESVC = "casesvc"
    NOTIFIER = "notifier"


class QuarantineKind(StrEnum):
    """Whose fault it is: the mail's, a policy's, or ours. Only `internal` counts towards stopping the line."""

    MESSAGE = "message"
    POLICY = "policy"
    INTERNAL = "internal"


REASONS: dict[str, tuple[QuarantineKind, str]] = {
    "too_large": (QuarantineKind.MESSAGE, "larger than the listener accepts; header and structure are kept"),
    "unreadable": (QuarantineKind.MESSAGE, "its record cannot be read, or is no mail of ours"),
    "unfetchable": (QuarantineKind.MESSAGE, "the server would not hand it over"),
    "decision_timeout": (QuarantineKind.MESSAGE, "deciding took longer than its deadline, alone and twice"),
    "decision_failed": (QuarantineKind.INTERNAL, "deciding raised an error"),
    "crashed_ingest": (QuarantineKind.MESSAGE, "fetching it ended the ingest process three times"),
    "crashed_router": (QuarantineKind.MESSAGE, "deciding it ended its worker process, alone and twice"),
    "crashed_casesvc": (QuarantineKind.MESSAGE, "processing it ended the case service three times"),
    "case_type_missing": (QuarantineKind.POLICY, "its decision names a case type that is not configured"),
    "intake_failed": (QuarantineKind.INTERNAL, "the case service could not apply its decision"),
    "notifier_failed": (QuarantineKind.INTERNAL, "the notifier could not take a request, an outcome or a command"),
    "blob_missing": (QuarantineKind.INTERNAL, "its bytes are not in the blob store"),
    "malware": (QuarantineKind.POLICY, "a scanner found malware"),
}
"""Named reasons with their kind; `rule:<name>` (policy) comes beside them."""


def reason_kind(reason: str) -> QuarantineKind:
    """Kind of a reason; `rule:<name>` is policy, an unknown one counts as internal."""
    if reason.startswith("rule:"):
        return QuarantineKind.POLICY
    return REASONS[reason][0] if reason in REASONS else QuarantineKind.INTERNAL


@event(MAIL_QUARANTINE, "mailcase.mail.quarantined.v1")
class Quarantined(EventModel):
    """A mail that was put aside: what, why, where it lies, what a release would do."""

    mail_id: str
    run: int = Field(default=0, ge=0)
    mailbox: str
    server_id: str
    stage: Stage
    reason: str
    kind: QuarantineKind
    detail: ContentText = ""
    attempts: int = 0
    raw: RawReference | None = None
    source: Source
    headers: Annotated[dict[str, str], privacy(Privacy.CONTENT)] = Field(default_factory=dict)
    structure: ContentText = ""
    release: str
    at: datetime


@event(MAIL_QUARANTINE, "mailcase.mail.released.v1")
class Released(EventModel):
    """A quarantined mail went on its way again as run `run`."""

    mail_id: str
    run: int
    command_id: str
    by: str
    at: datetime


@event(MAIL_QUARANTINE, "mailcase.mail.discarded.v1")
class Discarded(EventModel):
    """A person decided that a quarantined mail goes nowhere."""

    mail_id: str
    run: int
    command_id: str
    by: str
    reason: str = ""
    at: datetime

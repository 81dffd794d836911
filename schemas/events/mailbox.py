"""`mail.checkpoints`, `mailbox.status`, `mailbox.control`: one mailbox's cursors, health and desired state."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from schemas.events.base import EventModel, event
from schemas.topics import MAIL_CHECKPOINTS, MAILBOX_CONTROL, MAILBOX_STATUS


class Attempting(EventModel):
    """The mail that was being taken when the process may have died; n = 3 ends in quarantine `crashed_ingest`."""

    server_id: str
    n: int = Field(ge=1)


class ImapCursor(EventModel):
    """Where an IMAP folder was read to. `after_actions`: UIDs that are published, whose after-action is still due.

    Up to `bounded_until_uid` the start point's date decides whether a mail counts; up to `import_until_uid` it counts
    as import, up to `resync_until_uid` as resync.
    """

    kind: Literal["imap"] = "imap"
    uidvalidity: int
    last_uid: int
    highestmodseq: int | None = None
    after_actions: tuple[int, ...] = ()
    attempting: Attempting | None = None
    resync_until_uid: int | None = None
    bounded_until_uid: int = 0
    import_until_uid: int | None = None


class GraphCursor(EventModel):
    """Where a Graph folder was read to; the link lies in the blob store, for it holds state of the provider."""

    kind: Literal["graph"] = "graph"
    delta_link_ref: str
    attempting: Attempting | None = None


class Pop3Cursor(EventModel):
    """The UIDLs that the server listed last, as a blob."""

    kind: Literal["pop3"] = "pop3"
    uidls_ref: str
    attempting: Attempting | None = None


Cursor = Annotated[ImapCursor | GraphCursor | Pop3Cursor, Field(discriminator="kind")]


class StartPoint(EventModel):
    """From when on a mailbox's mails count; resync is bounded by `at`. `begun_at`: when it was first taken up."""

    policy: Literal["from_now", "since", "all"]
    at: datetime | None = None
    begun_at: datetime | None = None


@event(MAIL_CHECKPOINTS, "mailcase.mailbox.checkpoint.v1")
class Checkpoint(EventModel):
    """Cursors of all folders of one mailbox, with the claim of the owner that wrote them (architecture §3)."""

    mailbox: str
    epoch: int = Field(ge=0)
    claim: str
    released: bool = False
    owner: str
    start: StartPoint | None = None
    folders: dict[str, Cursor] = Field(default_factory=dict)
    last_command: str | None = None
    last_success_at: datetime | None = None
    at: datetime


class MailboxState(StrEnum):
    """States of a mailbox (contracts); every edge is in one table in ingest."""

    STOPPED = "stopped"
    BLOCKED = "blocked"
    CONNECTING = "connecting"
    AUTH_FAILED = "auth_failed"
    UNREACHABLE = "unreachable"
    IDLE = "idle"
    FETCHING = "fetching"
    WAITING_FOR_BROKER = "waiting_for_broker"
    THROTTLED = "throttled"
    FAILING = "failing"


class Budget(EventModel):
    """How much of a provider's limit is used, 0 to 1."""

    limit: str
    used: float


@event(MAILBOX_STATUS, "mailcase.mailbox.status.v1")
class MailboxStatus(EventModel):
    """Health of a mailbox as its owner sees it."""

    mailbox: str
    state: MailboxState
    since: datetime
    reason: str = ""
    next_try_at: datetime | None = None
    last_success_at: datetime | None = None
    backlog: int = 0
    budget: tuple[Budget, ...] = ()
    owner: str
    capabilities: tuple[str, ...] = ()
    desired: Literal["running", "stopped"] = "running"
    epoch: int = 0


class MailboxCommand(EventModel):
    """A command to a mailbox; its owner carries it out once."""

    id: str
    kind: Literal["restart", "resync", "trace", "test"]
    by: str
    at: datetime


@event(MAILBOX_CONTROL, "mailcase.mailbox.control.v1")
class MailboxControl(EventModel):
    """Desired state of a mailbox and the last command to it."""

    mailbox: str
    desired: Literal["running", "stopped"] = "running"
    command: MailboxCommand | None = None
    by: str = ""
    at: datetime

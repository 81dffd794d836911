"""`mail.raw`: a mail as a mailbox held it. The value is the mail itself; what is known about it stands in headers."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from schemas.events.base import EventModel
from schemas.privacy import Privacy, privacy


class Mode(StrEnum):
    """Why a mail was fetched; it decides whether answers to it are muted."""

    LIVE = "live"
    IMPORT = "import"
    RESYNC = "resync"


class RawReference(EventModel):
    """Where the bytes of a mail lie: `ref` is `blob:<mailbox>/<sha256>`."""

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)
    ref: str


class Source(EventModel):
    """How a mail came in, as far as a release needs it to publish or decide the same mail again."""

    conversation: str
    folder: str
    received_at: datetime | None = None
    flags: tuple[str, ...] = ()
    mode: Mode = Mode.LIVE
    envelope_from: Annotated[str | None, privacy(Privacy.PERSONAL)] = None
    envelope_to: Annotated[tuple[str, ...], privacy(Privacy.PERSONAL)] = ()
    muted: bool = False


class MailReceived(EventModel):
    """Attributes of `mailcase.mail.received.v1`, which travel as headers beside the mail's own bytes.

    `muted`: no acknowledgement and no automatic reply may follow (imports; resync of mails from before the last
    success).
    `envelope_from` is "" for the null sender and None where the envelope is not known.
    """

    mail_id: str
    conversation: str
    mailbox: str
    folder: str
    server_id: str
    received_at: datetime
    flags: tuple[str, ...] = ()
    run: int = Field(default=0, ge=0)
    raw: RawReference
    mode: Mode = Mode.LIVE
    envelope_from: Annotated[str | None, privacy(Privacy.PERSONAL)] = None
    envelope_to: Annotated[tuple[str, ...], privacy(Privacy.PERSONAL)] = ()
    muted: bool = False
    traceparent: str | None = None

    def source(self) -> Source:
        """The part of it that a quarantine record keeps."""
        return Source(
            conversation=self.conversation,
            folder=self.folder,
            received_at=self.received_at,
            flags=self.flags,
            mode=self.mode,
            envelope_from=self.envelope_from,
            envelope_to=self.envelope_to,
            muted=self.muted,
        )

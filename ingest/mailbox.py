"""The seam to a mail server: what a `Mailbox` promises, whoever implements it.

One object is one connection to one mailbox, used by one thread at a time. Everything blocks, for at most the
receiver's time-outs. All methods but `connect` and `close` need a connection; `search` and what follows work on the
folder of the last `select`. Errors of the whole connection come out as

    ProviderTemporary   the connection is gone or the server is busy: close, connect again later
    ProviderThrottled   the server asks for a pause
    ProviderAuth        the login was refused
    ProviderPermanent   the server refuses what was asked, the connection may go on

and errors of one mail as `MailGone`, `MailTooLarge`, `MailUnfetchable`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from schemas.errors import MailcaseError, MessageError

__all__ = [
    "FolderState",
    "MailGone",
    "MailSummary",
    "MailTooLarge",
    "MailUnfetchable",
    "Mailbox",
    "Outline",
]


class MailGone(MailcaseError):
    """Somebody else deleted or moved the mail since it was listed; there is nothing to take."""


class MailTooLarge(MessageError):
    """The mail has more bytes than asked for, whatever size the server told. `size`: bytes known of it."""

    def __init__(self, size: int) -> None:
        super().__init__(f"the mail has {size} bytes or more", "too_large")
        self.size = size


class MailUnfetchable(MessageError):
    """The server lists the mail but does not hand it over; the connection goes on."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "unfetchable")


@dataclass(frozen=True, slots=True)
class FolderState:
    """What SELECT tells: `uidnext` is the lowest UID that a new mail can get (1 in an empty new folder).

    `uidnext_told` is False where the server does not tell it and the highest UID stands in for it.
    """

    uidvalidity: int
    uidnext: int
    exists: int
    uidnext_told: bool = True


@dataclass(frozen=True, slots=True)
class MailSummary:
    """What is known of a mail before it is fetched. `size` in bytes as the server tells it; servers may lie."""

    uid: int
    size: int
    received_at: datetime
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Outline:
    """What is kept of a mail that is not downloaded: its header block (bounded) and its structure in words."""

    header: bytes
    structure: str


class Mailbox(Protocol):
    """One mailbox on a mail server."""

    def connect(self) -> tuple[str, ...]:
        """Connect and log in; returns the server's capabilities, sorted. Raises ProviderTemporary, ProviderAuth,
        ProviderThrottled, ProviderPermanent (a certificate that is not trusted, no encryption where it is demanded).
        """

    def folders(self) -> tuple[str, ...]:
        """Names of all folders that can be opened, as people read them (not in modified UTF-7)."""

    def select(self, folder: str, *, for_writing: bool) -> FolderState:
        """Open `folder`. Raises ProviderPermanent when there is no such folder."""

    def search(self, *, after_uid: int = 0, unseen_only: bool = False, since: date | None = None) -> list[int]:
        """UIDs above `after_uid`, ascending; optionally only unseen ones, only those received on or after a day.

        The day is a coarse bound (servers take it in their own zone): the caller compares `received_at` itself.
        """

    def summaries(self, uids: Sequence[int]) -> list[MailSummary]:
        """Size, date and flags of those of `uids` that still exist, ascending by UID."""

    def fetch(self, uid: int, *, size: int, limit: int) -> bytes:
        """The mail's bytes as the server has them; sets no flag. `size` as summarised: it decides whether the mail
        travels in pieces. Raises MailGone, MailTooLarge (more than `limit` bytes), MailUnfetchable.
        """

    def outline(self, uid: int) -> Outline:
        """Header and structure without the content. Raises MailGone, MailUnfetchable."""

    def mark_seen(self, uids: Sequence[int]) -> None:
        """Set the \\Seen flag. Idempotent; UIDs that are gone are no error."""

    def delete(self, uids: Sequence[int]) -> None:
        """Delete these mails and no others. Idempotent; UIDs that are gone are no error."""

    def move(self, uids: Sequence[int], folder: str) -> None:
        """Move these mails to `folder`, which is made when it is missing. UIDs that are gone are no error; on a
        server without MOVE a repeat after a crash may leave a second copy in `folder`, never none.
        """

    def watch(self) -> int | None:
        """Ask to be told of news in the selected folder (IDLE); returns a file descriptor that becomes readable when
        there may be news, or None where the server cannot. A hint: news may come without it, it may come without news.
        """

    def has_news(self) -> bool:
        """Whether news arrived together with the answer to `watch`, where no selector would see them."""

    def unwatch(self) -> None:
        """End `watch`. Raises ProviderTemporary when the server does not answer (the connection died in silence)."""

    def close(self) -> None:
        """Let go of the connection; never raises; idempotent."""

"""`EmailListener`: how a mailbox is read: folders, pace, bounds, where it starts and what happens to a mail after."""

from __future__ import annotations

import datetime as dt
from datetime import timedelta
from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, StringConstraints, Tag, model_validator

from schemas.config.base import Document, Duration, Part, Size, Slug

__all__ = ["AfterIntake", "EmailListener", "ListenerOptions", "MoveTo", "Since", "StartPolicy"]

Folder = Annotated[str, StringConstraints(min_length=1, max_length=512, pattern=r"^[^\r\n\x00]*$")]


class Since(Part):
    """Start with the mails that the server received on or after this day (UTC); replies to older ones are muted."""

    since: dt.date


class MoveTo(Part):
    """Move the mail into a folder of the same mailbox once it is durable."""

    move: Folder


def _shape(value: Any) -> str:
    return "mapping" if isinstance(value, dict | Part) else "word"


StartPolicy = Annotated[
    Annotated[Literal["from_now", "all"], Tag("word")] | Annotated[Since, Tag("mapping")], Discriminator(_shape)
]
"""Which mails of a new mailbox are taken: `from_now`, `all` or `{since: 2026-01-31}`."""

AfterIntake = Annotated[
    Annotated[Literal["keep", "mark_seen", "delete"], Tag("word")] | Annotated[MoveTo, Tag("mapping")],
    Discriminator(_shape),
]
"""What happens in the mailbox once the broker acknowledged a mail: `keep`, `mark_seen`, `delete`, `{move: FOLDER}`."""


class ListenerOptions(Part):
    """The options of a listener; a case type's email instantiation sets the same ones for the listener it generates."""

    folders: tuple[Folder, ...] = Field(default=("INBOX",), min_length=1, max_length=100)
    selection: Literal["new", "unseen"] = Field(
        default="new", description="`new`: after the cursor. `unseen`: without the \\Seen flag (needs an after_intake)."
    )
    poll_interval: Duration = Field(default=timedelta(seconds=30), ge=timedelta(seconds=1), le=timedelta(days=1))
    batch_size: int = Field(default=50, ge=1, le=1000, description="Mails fetched at once.")
    bytes_per_cycle: Size = Field(
        default=64 * 1024**2, ge=1024, description="A folder's turn ends after so many bytes."
    )
    time_per_cycle: Duration = Field(default=timedelta(seconds=60), ge=timedelta(seconds=1))
    blocked: bool = Field(default=False, description="It never starts; its state is shown as `blocked`.")
    start: StartPolicy = "from_now"
    after_intake: AfterIntake = "keep"
    max_mail_bytes: Size = Field(
        default=40 * 1024**2, ge=1024, description="Larger mails are not downloaded but quarantined as `too_large`."
    )

    @model_validator(mode="after")
    def _consistent(self) -> ListenerOptions:
        if self.selection == "unseen" and self.after_intake == "keep":
            raise ValueError(
                "selection: unseen with after_intake: keep would take the same mails again and again;"
                " use after_intake: mark_seen, delete or {move: FOLDER}"
            )
        if len(set(self.folders)) != len(self.folders):
            raise ValueError("a folder is listed twice")
        if isinstance(self.after_intake, MoveTo) and self.after_intake.move in self.folders:
            raise ValueError(
                f"after_intake moves into {self.after_intake.move!r}, which is read itself; choose another folder"
            )
        return self


class EmailListener(ListenerOptions, Document):
    """Reads the mailbox of one account and hands its mails to one service email rule. One listener an account."""

    kind: Literal["EmailListener"]
    account: Slug = Field(description="EmailAccount with a receiver; its name is the mailbox id.")
    rule: Slug = Field(description="ServiceEmailRule that decides what its mails lead to.")

    @property
    def mailbox(self) -> str:
        """Mailbox id: the account's name."""
        return self.account

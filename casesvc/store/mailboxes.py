"""The last known health of each mailbox."""

from __future__ import annotations

from datetime import datetime

from psycopg import Connection

from runtime.database.pool import Row
from schemas.events import MailboxStatus

__all__ = ["forget", "put"]


def put(connection: Connection[Row], status: MailboxStatus, at: datetime) -> None:
    """Keep a status; one of an owner that has been replaced since is ignored.

    Of one owner the last one read counts, not the one with the latest time: a clock may be set back.
    """
    connection.execute(
        "INSERT INTO mailbox_status AS known (mailbox, epoch, status, at) VALUES (%s, %s, %s, %s)"
        " ON CONFLICT (mailbox) DO UPDATE SET epoch = excluded.epoch, status = excluded.status, at = excluded.at"
        " WHERE known.epoch <= excluded.epoch",
        [status.mailbox, status.epoch, status.model_dump_json(by_alias=True), at],
    )


def forget(connection: Connection[Row], mailbox: str) -> None:
    """A tombstone: the mailbox is no more."""
    connection.execute("DELETE FROM mailbox_status WHERE mailbox = %s", [mailbox])

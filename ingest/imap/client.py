"""`ImapMailbox`: the methods of `Mailbox`, each put together from the other modules of this folder."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from typing import Any

from ingest.imap import after, connection, fetch, folders, idle
from ingest.imap.connection import Access
from ingest.imap.errors import translated
from ingest.mailbox import FolderState, MailGone, MailSummary, MailUnfetchable, Outline
from schemas.errors import MailcaseError, ProviderPermanent, ProviderTemporary

__all__ = ["ImapMailbox"]


class ImapMailbox:
    """One connection to one IMAP mailbox. See `Mailbox` for every method."""

    def __init__(self, access: Access) -> None:
        self._access = access
        self._client: Any = None
        self._names: dict[str, str] = {}
        self._selected = ""

    def connect(self) -> tuple[str, ...]:
        """See `Mailbox.connect`."""
        self.close()
        self._client = connection.connect(self._access)
        with self._doing("asking for capabilities") as client:
            return tuple(sorted({word.decode("ascii", "replace").upper() for word in client.capabilities()}))

    def folders(self) -> tuple[str, ...]:
        """See `Mailbox.folders`."""
        with self._doing("listing folders") as client:
            return folders.folders(client)

    def select(self, folder: str, *, for_writing: bool) -> FolderState:
        """See `Mailbox.select`."""
        with self._doing(f"opening folder {folder!r}") as client:
            name = self._name(client, folder)
            state = folders.select(client, name, for_writing=for_writing)
            self._selected = folder
            return state

    def search(self, *, after_uid: int = 0, unseen_only: bool = False, since: date | None = None) -> list[int]:
        """See `Mailbox.search`."""
        with self._doing("searching") as client:
            return fetch.search(client, after_uid=after_uid, unseen_only=unseen_only, since=since)

    def summaries(self, uids: Sequence[int]) -> list[MailSummary]:
        """See `Mailbox.summaries`."""
        with self._doing("listing mails") as client:
            return fetch.summaries(client, uids)

    def fetch(self, uid: int, *, size: int, limit: int) -> bytes:
        """See `Mailbox.fetch`."""
        with self._doing(f"fetching a mail of {size} bytes") as client:
            try:
                return fetch.fetch(client, uid, size=size, limit=limit)
            except MailUnfetchable:
                # NO may also mean that it was expunged meanwhile (RFC 2180 §4.1.2): ask whether it still stands there.
                if not fetch.summaries(client, [uid]):
                    raise MailGone("it was deleted or moved meanwhile") from None
                raise

    def outline(self, uid: int) -> Outline:
        """See `Mailbox.outline`."""
        with self._doing("fetching a header") as client:
            return fetch.outline(client, uid)

    def mark_seen(self, uids: Sequence[int]) -> None:
        """See `Mailbox.mark_seen`."""
        with self._doing("marking mails as seen") as client:
            after.mark_seen(client, uids)

    def delete(self, uids: Sequence[int]) -> None:
        """See `Mailbox.delete`."""
        with self._doing("deleting mails") as client:
            after.delete(client, uids)

    def move(self, uids: Sequence[int], folder: str) -> None:
        """See `Mailbox.move`."""
        with self._doing(f"moving mails to {folder!r}") as client:
            name = self._name(client, folder)
            if not folders.exists(client, name):
                name = folders.new_name(client, folder)
            after.move(client, uids, name)

    def watch(self) -> int | None:
        """See `Mailbox.watch`."""
        with self._doing("starting IDLE") as client:
            return idle.begin(client)

    def has_news(self) -> bool:
        """See `Mailbox.has_news`."""
        with self._doing("looking for news") as client:
            return idle.has_news(client)

    def unwatch(self) -> None:
        """See `Mailbox.unwatch`."""
        with self._doing("ending IDLE") as client:
            idle.end(client)

    def close(self) -> None:
        """See `Mailbox.close`. No LOGOUT is sent: a server that hangs must not hold us up, and none needs it."""
        client, self._client = self._client, None
        self._names.clear()
        if client is not None:
            connection.shut(client)

    def _name(self, client: Any, folder: str) -> str:
        if folder not in self._names:
            name = folders.resolve(client, folder)
            if not folders.exists(client, name):
                return name
            self._names[folder] = name
        return self._names[folder]

    @contextmanager
    def _doing(self, doing: str) -> Iterator[Any]:
        if self._client is None:
            raise ProviderTemporary(f"{self._access.server} is not connected while {doing}")
        try:
            with translated(self._access.server, doing):
                yield self._client
        except (ProviderPermanent, MailGone, MailUnfetchable):
            raise
        except ProviderTemporary:
            # What follows in the stream belongs to a command that nobody waits for any more.
            self.close()
            raise
        except MailcaseError:
            raise

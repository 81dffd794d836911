"""The in-memory twin of a mail server, with the promises of `mailbox.py`; for tests, and for trying things out.

`MemoryServer` keeps folders and mails; each `MemoryMailbox` is one connection to it. What servers do wrong can be told
to it: refuse the login, be away, hang up, lose mails, lie about sizes, do without IDLE.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from ingest.mailbox import FolderState, MailGone, MailSummary, MailTooLarge, MailUnfetchable, Outline
from schemas.errors import ProviderAuth, ProviderPermanent, ProviderTemporary

__all__ = ["MemoryMail", "MemoryMailbox", "MemoryServer"]

SEEN = "\\Seen"
DEMO_PASSWORD = "secret"  # noqa: S105 - of a server in memory


@dataclass(frozen=True, slots=True)
class MemoryMail:
    """One stored mail. `told_size`: what the server says of its size, if it lies."""

    uid: int
    raw: bytes
    received_at: datetime
    flags: tuple[str, ...] = ()
    told_size: int | None = None


@dataclass
class MemoryFolder:
    """One folder."""

    uidvalidity: int = 1
    uidnext: int = 1
    mails: dict[int, MemoryMail] = field(default_factory=dict)


class MemoryServer:
    """One mailbox's store. Thread-safe. Faults are attributes that a test sets."""

    def __init__(self, password: str = DEMO_PASSWORD, *, idle: bool = True) -> None:
        self.password = password
        self.idle = idle
        self.away = False
        self.unfetchable: set[int] = set()
        self.killers: set[int] = set()
        self.refuse_after_actions = False
        self.fetched: list[int] = []
        self.connections = 0
        self._folders = {"INBOX": MemoryFolder()}
        self._watchers: list[int] = []
        self._lock = threading.RLock()

    def append(
        self,
        raw: bytes,
        folder: str = "INBOX",
        *,
        received_at: datetime | None = None,
        flags: tuple[str, ...] = (),
        told_size: int | None = None,
    ) -> int:
        """Store a mail; returns its UID."""
        with self._lock:
            target = self._folders.setdefault(folder, MemoryFolder())
            uid, target.uidnext = target.uidnext, target.uidnext + 1
            moment = (received_at or datetime.now(UTC)).replace(microsecond=0)
            target.mails[uid] = MemoryMail(uid, raw, moment, flags, told_size)
            self.wake()
            return uid

    def renumber(self, folder: str = "INBOX") -> None:
        """The server lost its UIDs: new UIDVALIDITY, all mails numbered anew from 1."""
        with self._lock:
            old = self._folders[folder]
            fresh = MemoryFolder(old.uidvalidity + 1)
            for mail in old.mails.values():
                fresh.mails[fresh.uidnext] = replace(mail, uid=fresh.uidnext)
                fresh.uidnext += 1
            self._folders[folder] = fresh

    def folder(self, name: str) -> MemoryFolder:
        """The folder; KeyError where there is none."""
        return self._folders[name]

    def folder_names(self) -> list[str]:
        """All names."""
        return sorted(self._folders)

    def ensure(self, name: str) -> MemoryFolder:
        """The folder, made when it is missing."""
        with self._lock:
            return self._folders.setdefault(name, MemoryFolder())

    def wake(self) -> None:
        """Tell all watchers."""
        with self._lock:
            for descriptor in self._watchers:
                os.write(descriptor, b"!")

    def watch(self, descriptor: int) -> None:
        """Write a byte to `descriptor` when something happens."""
        with self._lock:
            self._watchers.append(descriptor)

    def unwatch(self, descriptor: int) -> None:
        """The opposite."""
        with self._lock:
            if descriptor in self._watchers:
                self._watchers.remove(descriptor)


class MemoryMailbox:
    """One connection. See `Mailbox` for every method."""

    def __init__(self, server: MemoryServer, password: str = DEMO_PASSWORD) -> None:
        self._server = server
        self._password = password
        self._connected = False
        self._folder: MemoryFolder | None = None
        self._name = ""
        self._writable = False
        self._pipe: tuple[int, int] | None = None

    def connect(self) -> tuple[str, ...]:
        """See `Mailbox.connect`."""
        self._server.connections += 1
        if self._server.away:
            raise ProviderTemporary("the server in memory was told to be away")
        if self._password != self._server.password:
            raise ProviderAuth("the server in memory refuses the login; check user name and password of the account")
        self._connected = True
        return ("IDLE", "IMAP4REV1") if self._server.idle else ("IMAP4REV1",)

    def folders(self) -> tuple[str, ...]:
        """See `Mailbox.folders`."""
        self._check()
        return tuple(self._server.folder_names())

    def select(self, folder: str, *, for_writing: bool) -> FolderState:
        """See `Mailbox.select`."""
        self._check()
        if folder not in self._server.folder_names():
            raise ProviderPermanent(f"the server in memory has no folder {folder!r}")
        self._folder, self._name, self._writable = self._server.folder(folder), folder, for_writing
        return FolderState(self._folder.uidvalidity, self._folder.uidnext, len(self._folder.mails))

    def search(self, *, after_uid: int = 0, unseen_only: bool = False, since: date | None = None) -> list[int]:
        """See `Mailbox.search`."""
        return sorted(
            mail.uid
            for mail in list(self._open().mails.values())
            if mail.uid > after_uid
            and not (unseen_only and SEEN in mail.flags)
            and (since is None or mail.received_at.date() >= since)
        )

    def summaries(self, uids: Sequence[int]) -> list[MailSummary]:
        """See `Mailbox.summaries`."""
        mails = self._open().mails
        return [
            MailSummary(mail.uid, mail.told_size or len(mail.raw), mail.received_at, mail.flags)
            for mail in (mails[uid] for uid in sorted(uids) if uid in mails)
        ]

    def fetch(self, uid: int, *, size: int, limit: int) -> bytes:
        """See `Mailbox.fetch`."""
        mail = self._mail(uid)
        self._server.fetched.append(uid)
        if uid in self._server.killers:
            self.close()
            raise ProviderTemporary("the server in memory hung up")
        if uid in self._server.unfetchable:
            raise MailUnfetchable("the server in memory refuses to hand it over")
        if len(mail.raw) > limit:
            raise MailTooLarge(len(mail.raw))
        return mail.raw

    def outline(self, uid: int) -> Outline:
        """See `Mailbox.outline`."""
        mail = self._mail(uid)
        header = mail.raw.split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n"
        return Outline(header[:65536], f"1 text/plain {len(mail.raw)}")

    def mark_seen(self, uids: Sequence[int]) -> None:
        """See `Mailbox.mark_seen`."""
        folder = self._change()
        for uid in uids:
            if uid in folder.mails:
                mail = folder.mails[uid]
                folder.mails[uid] = replace(mail, flags=tuple({*mail.flags, SEEN}))

    def delete(self, uids: Sequence[int]) -> None:
        """See `Mailbox.delete`."""
        folder = self._change()
        for uid in uids:
            folder.mails.pop(uid, None)

    def move(self, uids: Sequence[int], folder: str) -> None:
        """See `Mailbox.move`."""
        source = self._change()
        self._server.ensure(folder)
        for uid in uids:
            mail = source.mails.pop(uid, None)
            if mail is not None:
                self._server.append(mail.raw, folder, received_at=mail.received_at, flags=mail.flags)

    def watch(self) -> int | None:
        """See `Mailbox.watch`."""
        self._open()
        if not self._server.idle:
            return None
        self._pipe = os.pipe()
        self._server.watch(self._pipe[1])
        return self._pipe[0]

    def has_news(self) -> bool:
        """See `Mailbox.has_news`."""
        return False

    def unwatch(self) -> None:
        """See `Mailbox.unwatch`."""
        self._drop_pipe()
        self._check()

    def close(self) -> None:
        """See `Mailbox.close`."""
        self._drop_pipe()
        self._connected = False
        self._folder = None

    def _drop_pipe(self) -> None:
        if self._pipe is not None:
            self._server.unwatch(self._pipe[1])
            for descriptor in self._pipe:
                os.close(descriptor)
            self._pipe = None

    def _check(self) -> None:
        if self._server.away:
            self.close()
        if not self._connected:
            raise ProviderTemporary("not connected to the server in memory")

    def _open(self) -> MemoryFolder:
        self._check()
        if self._folder is None:
            raise ProviderPermanent("no folder is open")
        return self._folder

    def _change(self) -> MemoryFolder:
        folder = self._open()
        if not self._writable or self._server.refuse_after_actions:
            raise ProviderPermanent("the server in memory does not allow changes")
        return folder

    def _mail(self, uid: int) -> MemoryMail:
        mail = self._open().mails.get(uid)
        if mail is None:
            raise MailGone("it was deleted or moved meanwhile")
        return mail

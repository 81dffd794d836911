"""Mailboxes for tests, one shape for the twin and the real servers: what a mail server's owner can do to them."""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol

from imapclient import IMAPClient
from imapclient.exceptions import LoginError

from ingest.imap import Access, ImapMailbox
from ingest.mailbox import Mailbox
from ingest.memory import MemoryMailbox, MemoryServer
from mailcase.local.greenmail import GreenMailServer
from schemas.config import ImapReceiver
from tests.support.dovecot import Dovecot

PASSWORD = "s3cret"


def mail_bytes(subject: str = "Hello", body: str = "A text.", *, message_id: str | None = None) -> bytes:
    """A small mail; its Message-ID is random unless given."""
    return (
        f"From: Ann <ann@example.org>\r\nTo: claims@example.net\r\nSubject: {subject}\r\n"
        f"Message-ID: <{message_id or uuid.uuid4()}@example.org>\r\nDate: Mon, 23 Nov 2026 09:00:00 +0100\r\n"
        f"\r\n{body}\r\n"
    ).encode()


class Rig(Protocol):
    """One mailbox and its server, seen from outside."""

    def open(self, password: str = PASSWORD) -> Mailbox: ...

    def append(
        self, raw: bytes, folder: str = "INBOX", *, received_at: datetime | None = None, flags: tuple[str, ...] = ()
    ) -> None: ...

    def mails(self, folder: str = "INBOX") -> dict[bytes, set[str]]:
        """Bytes of each mail with its flags."""
        ...

    def make_folder(self, folder: str) -> None: ...

    def wipe(self, folder: str = "INBOX") -> None:
        """Somebody else deletes everything."""
        ...


@dataclass
class TwinRig:
    server: MemoryServer

    def open(self, password: str = PASSWORD) -> Mailbox:
        return MemoryMailbox(self.server, password)

    def append(
        self, raw: bytes, folder: str = "INBOX", *, received_at: datetime | None = None, flags: tuple[str, ...] = ()
    ) -> None:
        self.server.append(raw, folder, received_at=received_at, flags=flags)

    def mails(self, folder: str = "INBOX") -> dict[bytes, set[str]]:
        return {mail.raw: set(mail.flags) for mail in self.server.folder(folder).mails.values()}

    def make_folder(self, folder: str) -> None:
        self.server.ensure(folder)

    def wipe(self, folder: str = "INBOX") -> None:
        self.server.folder(folder).mails.clear()


@dataclass
class ImapRig:
    """An IMAP server; what its owner does goes over a connection of its own, not through the code under test."""

    host: str
    port: int
    login: str
    security: str = "none"
    ca_file: str | None = None

    def receiver(self) -> ImapReceiver:
        return ImapReceiver.model_validate(
            {
                "host": self.host,
                "port": self.port,
                "security": self.security,
                "ca_file": self.ca_file,
                "password": {"env": "UNUSED"},
                "connect_timeout": "5s",
                "read_timeout": "20s",
            }
        )

    def open(self, password: str = PASSWORD) -> Mailbox:
        return ImapMailbox(Access(self.receiver(), self.login, password))

    def client(self) -> Any:
        client = IMAPClient(self.host, port=self.port, ssl=False, timeout=20)
        client.login(self.login, PASSWORD)
        return client

    def append(
        self, raw: bytes, folder: str = "INBOX", *, received_at: datetime | None = None, flags: tuple[str, ...] = ()
    ) -> None:
        with self.client() as client:
            client.append(folder, raw, [flag.encode() for flag in flags], received_at or datetime.now(UTC))

    def mails(self, folder: str = "INBOX") -> dict[bytes, set[str]]:
        with self.client() as client:
            client.select_folder(folder, readonly=True)
            found = client.fetch(client.search(["ALL"]), ["BODY.PEEK[]", "FLAGS"])
            # A mail that is deleted between SEARCH and FETCH comes as its flags alone (GreenMail): it is not there.
            there = [one for one in found.values() if b"BODY[]" in one]
            return {one[b"BODY[]"]: {flag.decode() for flag in one[b"FLAGS"]} for one in there}

    def make_folder(self, folder: str) -> None:
        with self.client() as client:
            client.create_folder(folder)

    def wipe(self, folder: str = "INBOX") -> None:
        with self.client() as client:
            client.select_folder(folder)
            if uids := client.search(["ALL"]):
                client.delete_messages(uids)
                client.expunge()


def greenmail_rig(server: GreenMailServer, login: str | None = None) -> ImapRig:
    """A fresh user of GreenMail."""
    login = login or f"box-{uuid.uuid4().hex[:10]}@example.net"
    server.add_user(login, PASSWORD, login)
    return ImapRig(server.host, server.imap_port, login)


def dovecot_rig(server: Dovecot, login: str | None = None) -> ImapRig:
    """A fresh user of Dovecot."""
    login = login or f"box-{uuid.uuid4().hex[:10]}@example.net"
    server.add_user(login, PASSWORD)
    rig = ImapRig(server.host, server.imap_port, login)
    deadline = time.monotonic() + 5
    while True:  # Dovecot looks at its users file once a second
        try:
            rig.client().logout()
            return rig
        except LoginError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)

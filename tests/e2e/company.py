"""A small company for end-to-end tests: some mailboxes on the test's mail server, one case type each, and senders."""

from __future__ import annotations

import imaplib
import smtplib
import uuid
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage, Message
from email.parser import BytesParser
from pathlib import Path

import yaml

from mailcase.local.greenmail import GreenMailServer

PASSWORD = "s3cret-of-the-test"
SIGNING_KEY = "0123456789abcdef0123456789abcdef"


@dataclass
class Company:
    """Mailboxes with names of their own (many tests share one mail server) and the documents that bind them."""

    greenmail: GreenMailServer
    folder: Path
    mailboxes: tuple[str, ...]
    tag: str = field(default_factory=lambda: uuid.uuid4().hex[:8])

    @property
    def domain(self) -> str:
        """Domain of the company, of its own in each test."""
        return f"{self.tag}.example"

    def address(self, mailbox: str) -> str:
        """Address and login of a mailbox."""
        return f"{mailbox}@{self.domain}"

    def customer(self, number: int) -> str:
        """A customer's address; the mail server makes the mailbox when a mail comes in for it."""
        return f"customer{number}@{self.tag}-customers.example"

    def variables(self) -> dict[str, str]:
        """Variables that the documents refer to."""
        return {"MAILCASE_SECRET_E2E_PASSWORD": PASSWORD, "MAILCASE_SECRET_E2E_SIGNING": SIGNING_KEY}

    def set_up(self) -> None:
        """Make the mailboxes and write the documents."""
        for mailbox in self.mailboxes:
            self.greenmail.add_user(self.address(mailbox), PASSWORD, self.address(mailbox))
        self.folder.mkdir(parents=True, exist_ok=True)
        desk: dict[str, object] = {"kind": "WorkQueue", "name": "desk", "label": "Desk"}
        documents = [self._installation(), desk, self._template()]
        for mailbox in self.mailboxes:
            documents += [self._account(mailbox), self._case_type(mailbox)]
        self.write("company.yaml", documents)

    def write(self, name: str, documents: Sequence[dict[str, object]]) -> None:
        """Write documents into a file of the configuration folder."""
        (self.folder / name).write_text(yaml.safe_dump_all(documents, allow_unicode=True, sort_keys=False))

    def mail(self, number: int, mailbox: str, *, subject: str | None = None) -> EmailMessage:
        """Mail `number`, from its own customer to `mailbox`."""
        mail = EmailMessage()
        mail["From"] = f"Customer {number} <{self.customer(number)}>"
        mail["To"] = self.address(mailbox)
        mail["Subject"] = subject or f"Question {number}"
        mail["Message-ID"] = f"<mail-{number}@{self.tag}-customers.example>"
        mail["Date"] = "Mon, 23 Nov 2026 09:00:00 +0100"
        mail["X-Mailcase-Demo"] = str(number)
        mail.set_content(f"Dear company,\n\nthis is mail {number}.\n\nCustomer {number}\n")
        return mail

    def deliver(self, *mails: Message) -> None:
        """Hand mails to the mail server by SMTP."""
        with smtplib.SMTP(self.greenmail.host, self.greenmail.smtp_port, timeout=30) as connection:
            for mail in mails:
                connection.send_message(mail)

    def inbox_of(self, address: str, password: str | None = None) -> list[Message]:
        """All mails that the sink holds for an address; for made-up users the password is the address."""
        with imaplib.IMAP4(self.greenmail.host, self.greenmail.imap_port, timeout=30) as connection:
            try:
                connection.login(address, password or address)
            except imaplib.IMAP4.error:
                return []  # the server makes a mailbox with its first mail: this one never got any
            connection.select("INBOX", readonly=True)
            _, found = connection.search(None, "ALL")
            mails: list[Message] = []
            for number in found[0].split():
                _, parts = connection.fetch(number, "(BODY.PEEK[])")
                assert isinstance(parts[0], tuple)
                mails.append(BytesParser(policy=policy.default).parsebytes(parts[0][1]))
            return mails

    def inboxes_of(self, addresses: Iterable[str]) -> dict[str, list[Message]]:
        """The inbox of each address; many are asked beside each other, for the mail server takes its time to answer."""
        wanted = list(addresses)
        with ThreadPoolExecutor(16) as pool:
            return dict(zip(wanted, pool.map(self.inbox_of, wanted), strict=True))

    def _installation(self) -> dict[str, object]:
        return {
            "kind": "Installation", "name": f"e2e-{self.tag}", "domain": f"mail.{self.domain}",
            "signing_keys": [{"id": "k2", "secret": {"env": "MAILCASE_SECRET_E2E_SIGNING"}}], "current_key": "k2",
            "default_account": self.mailboxes[0],
        }  # fmt: skip

    def _account(self, mailbox: str) -> dict[str, object]:
        return {
            "kind": "EmailAccount", "name": mailbox, "address": self.address(mailbox),
            "sender": {"protocol": "smtp", "host": self.greenmail.host, "port": self.greenmail.smtp_port,
                       "security": "none", "password": {"env": "MAILCASE_SECRET_E2E_PASSWORD"}},
            "receiver": {"protocol": "imap", "host": self.greenmail.host, "port": self.greenmail.imap_port,
                         "security": "none", "same_as_sender": True},
        }  # fmt: skip

    def _case_type(self, mailbox: str) -> dict[str, object]:
        return {
            "kind": "CaseType", "name": f"type-{mailbox}", "label": f"Request to {mailbox}",
            "id_prefix": mailbox[:6].upper(),
            "fields": [{"name": "description", "type": "text", "label": "Description"}],
            "stages": [{"name": "open", "label": "Open", "statuses": ["new"]},
                       {"name": "done", "label": "Done", "statuses": ["resolved"]}],
            "initial": "new", "resolved": ["resolved"], "queue": "desk",
            "email": {"account": mailbox, "description_field": "description",
                      "acknowledgement": {"template": "received", "language": "en"},
                      "listener": {"poll_interval": "2s", "max_mail_bytes": "1MB"}},
        }  # fmt: skip

    def _template(self) -> dict[str, object]:
        return {
            "kind": "MailTemplate", "name": "received", "default_language": "en",
            "languages": {"en": {"subject": "We have your request {{ case.id }}",
                                 "text": "Thank you. The number is {{ case.id }}."}},
        }  # fmt: skip

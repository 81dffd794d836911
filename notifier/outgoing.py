"""From a ledger row to an envelope: account, template or body, attachments, our ids; nothing is sent here."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mail.compose import Attachment, OutgoingMail, compose
from mail.encode import ascii_address
from mail.subject import reply_subject
from notifier.ledger import ClaimPolicy
from notifier.records import Entry
from notifier.sender import Envelope, Route, route_of
from notifier.sign import Signer
from notifier.templates import render
from runtime.blobs.api import BlobMissing, BlobStore, blob_key
from runtime.config.model import Configuration
from runtime.secrets import SecretStore
from schemas.config import EmailAccount
from schemas.errors import ConfigurationError, MessageError
from schemas.events import MailRequested

__all__ = ["Composer", "Ready"]

MAX_ATTACHMENTS = 25 * 1024 * 1024
"""Bytes of all attachments of a mail; base64 makes them a third larger, and servers commonly end at 35 MB."""


@dataclass(frozen=True, slots=True)
class Ready:
    """A mail that can be handed over."""

    route: Route
    envelope: Envelope
    message_id: str


class Composer:
    """Makes mails with one configuration; a changed one gets a Composer of its own. Thread-safe."""

    def __init__(self, configuration: Configuration, secrets: SecretStore, blobs: BlobStore) -> None:
        """Raises ConfigurationError when nothing could be signed with this configuration."""
        self.configuration = configuration
        self._secrets = secrets
        self._blobs = blobs
        self._signer = Signer(configuration.installation, secrets)
        self.policy = ClaimPolicy(
            outbound=configuration.installation.outbound,
            own_addresses=frozenset(account.address.lower() for account in configuration.accounts.values()),
            destinations={
                name: f"{name}/{account.sender.host}:{account.sender.port_number}"
                for name, account in configuration.accounts.items()
                if account.sender is not None
            },
        )

    def prepare(self, entry: Entry, at: datetime) -> Ready:
        """The mail of `entry`, to those of its recipients who have not got it yet.

        Raises MessageError: it can never be made (a missing value, a broken attachment). ConfigurationError: account
        or template are not configured (yet), a secret is missing. ProviderTemporary: the blob store is away.
        """
        request = entry.request
        account = self.configuration.accounts.get(request.account)
        if account is None:
            raise ConfigurationError(f"no EmailAccount {request.account!r} is configured here")
        installation = self.configuration.installation
        route = route_of(account, self._secrets, installation.domain)
        subject, text, html = self._content(request)
        own = self._signer.ids(request.conversation, entry.notification_id)
        message_id = entry.message_id or own.message_id
        data = compose(
            OutgoingMail(
                from_address=account.address,
                from_name=account.display_name,
                reply_to=account.reply_to,
                to=_shown(entry, "to"),
                cc=_shown(entry, "cc"),
                subject=subject,
                text=text,
                html=html,
                attachments=self._attachments(request),
                message_id=message_id,
                date=at,
                installation=installation.name,
                in_reply_to=request.in_reply_to,
                references=request.references,
                auto_submitted=request.auto_submitted,
                marker=own.marker,
                headers=_headers(account, request),
            )
        )
        recipients = tuple(ascii_address(recipient.address) or "" for recipient in entry.open_recipients)
        return Ready(route, Envelope(ascii_address(account.address) or "", recipients, data), message_id)

    def _content(self, request: MailRequested) -> tuple[str, str, str | None]:
        if request.template is not None:
            template = self.configuration.templates.get(request.template)
            if template is None:
                raise ConfigurationError(f"no MailTemplate {request.template!r} is configured here")
            rendered = render(template, request.language, request.data)
            return request.subject or rendered.subject, rendered.text, rendered.html
        if request.body is None:
            raise MessageError("the mail has neither a template nor a body", "compose")
        answered = request.data.get("mail")
        subject = answered.get("subject") if isinstance(answered, dict) else None
        return request.subject or (reply_subject(subject) if subject else "(no subject)"), request.body, None

    def _attachments(self, request: MailRequested) -> tuple[Attachment, ...]:
        files = []
        size = 0
        for attachment in request.attachments:
            try:
                data = self._blobs.get(blob_key(attachment.ref))
            except BlobMissing as error:
                raise MessageError("an attachment is not in the blob store any more", "blob_missing") from error
            size += len(data)
            if size > MAX_ATTACHMENTS:
                raise MessageError(f"the attachments have more than {MAX_ATTACHMENTS} bytes", "too_large")
            files.append(Attachment(attachment.name, attachment.type, data))
        return tuple(files)


def _shown(entry: Entry, role: str) -> tuple[str, ...]:
    """Addresses of the mail's own fields: all who got it or will, blind copies never."""
    return tuple(
        recipient.address
        for recipient in entry.recipients
        if recipient.role == role and ascii_address(recipient.address) is not None
    )


def _headers(account: EmailAccount, request: MailRequested) -> tuple[tuple[str, str], ...]:
    """The account's own fields, each replaced by the request's of the same name."""
    merged = {name.lower(): (name, value) for name, value in account.headers.items()}
    merged.update({name.lower(): (name, value) for name, value in request.headers.items()})
    return tuple(merged.values())

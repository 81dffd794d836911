"""What is read and how: one mailbox as the configuration describes it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from ingest.imap import Access, ImapMailbox
from ingest.mailbox import Mailbox
from runtime.config.model import Configuration
from runtime.secrets import SecretStore
from schemas.config import EmailListener, ImapReceiver, Login

__all__ = ["MailboxSpec", "OpenMailbox", "imap_opener", "specs_of"]


@dataclass(frozen=True)
class MailboxSpec:
    """One mailbox: its listener's options and how its server is reached. Equal specs need no restart."""

    listener: EmailListener
    receiver: ImapReceiver
    login: Login

    @property
    def mailbox(self) -> str:
        """The mailbox's id."""
        return self.listener.account


OpenMailbox = Callable[[MailboxSpec], Mailbox]
"""Makes a connection object (not yet connected). May raise ConfigurationError (a secret that is not there)."""


def specs_of(configuration: Configuration) -> Mapping[str, MailboxSpec]:
    """The mailboxes of a configuration by id: every listener, the generated ones included."""
    found = {}
    for listener in configuration.listeners.values():
        account = configuration.accounts[listener.account]
        if account.receiver is not None and account.receiver_login is not None:
            found[listener.account] = MailboxSpec(listener, account.receiver, account.receiver_login)
    return found


def imap_opener(secrets: SecretStore) -> OpenMailbox:
    """Opens IMAP mailboxes. The password is read anew for each connection, so a rotated one needs no restart."""

    def open_mailbox(spec: MailboxSpec) -> Mailbox:
        password = secrets.resolve(spec.login.password).get_secret_value()
        return ImapMailbox(Access(spec.receiver, spec.login.username, password))

    return open_mailbox

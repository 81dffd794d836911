"""Connects and logs in: plain, STARTTLS, TLS, with the receiver's time-outs and certificates."""

from __future__ import annotations

import contextlib
import ssl
from dataclasses import dataclass
from typing import Any

from imapclient import IMAPClient, SocketTimeout

from ingest.imap.errors import translated
from schemas.config import ImapReceiver
from schemas.errors import ConfigurationError, ProviderPermanent

__all__ = ["Access", "connect"]


@dataclass(frozen=True, slots=True)
class Access:
    """How one mailbox is reached. The password is not shown in its representation."""

    receiver: ImapReceiver
    username: str
    password: str

    @property
    def server(self) -> str:
        """The server's name in messages."""
        return f"IMAP server {self.receiver.host}:{self.receiver.port_number}"

    def __repr__(self) -> str:
        return f"Access({self.server})"


def connect(access: Access) -> Any:
    """A logged-in client. Raises what `Mailbox.connect` promises, ConfigurationError for an unreadable ca_file."""
    receiver = access.receiver
    context = None if receiver.security == "none" else _context(receiver)
    with translated(access.server, "connecting"):
        client = IMAPClient(
            receiver.host,
            port=receiver.port_number,
            ssl=receiver.security == "tls",
            ssl_context=context if receiver.security == "tls" else None,
            timeout=SocketTimeout(
                connect=receiver.connect_timeout.total_seconds(), read=receiver.read_timeout.total_seconds()
            ),
        )
        client.normalise_times = False
        # The library would log every line of the protocol, passwords and mails among them.
        client._imap.debug = 0
    try:
        with translated(access.server, "logging in", access.password):
            if receiver.security == "starttls":
                if not client.has_capability("STARTTLS"):
                    raise ProviderPermanent(
                        f"{access.server} offers no STARTTLS; set the receiver's security to tls, or to none"
                        " where the way to it is safe"
                    )
                client.starttls(context)
            client.login(access.username, access.password)
            # Servers tell more of themselves after the login than before it.
            client._cached_capabilities = None
            client.capabilities()
    except BaseException:
        shut(client)
        raise
    return client


def shut(client: Any) -> None:
    """Close the socket, whatever state it is in; never raises."""
    with contextlib.suppress(Exception):
        client.shutdown()


def _context(receiver: ImapReceiver) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=receiver.ca_file)
    except (OSError, ssl.SSLError) as error:
        raise ConfigurationError(f"the receiver's ca_file {receiver.ca_file} cannot be read: {error}") from error

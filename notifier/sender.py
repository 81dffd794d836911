"""The seam to mail servers: what a `Sender` is given, what it answers, and what it promises."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from pydantic import SecretStr

from runtime.secrets import SecretStore
from schemas.config import EmailAccount, Security
from schemas.errors import ConfigurationError
from schemas.events import RecipientState

__all__ = ["BeforeData", "Envelope", "Outcome", "Route", "SendResult", "Sender", "Stage", "route_of"]

BeforeData = Callable[[], Awaitable[bool]]
"""Called once, after the server has taken at least one recipient and before DATA is sent. False: send nothing."""


class Outcome(StrEnum):
    """How a hand-over ended."""

    ACCEPTED = "accepted"
    """The server has answered yes; recipients tell for whom."""
    TEMPORARY = "temporary"
    """It was not taken; trying again later may help."""
    PERMANENT = "permanent"
    """It was not taken and never will be."""
    UNKNOWN = "unknown"
    """The whole mail may have been sent, and no answer came: nobody knows."""
    ABANDONED = "abandoned"
    """`before_data` said no; nothing was sent."""


class Stage(StrEnum):
    """How far it came."""

    CONNECT = "connect"
    TLS = "tls"
    LOGIN = "login"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    """The DATA command was sent, no byte of the mail."""
    BODY = "body"


SERVER_STAGES = frozenset({Stage.CONNECT, Stage.TLS, Stage.LOGIN})
"""Where a failure is the server's (or the account's), not this mail's: everything for it waits."""


@dataclass(frozen=True, slots=True)
class Route:
    """How to reach an account's server. Times in seconds. `key` names account and server; back-off goes by it."""

    account: str
    host: str
    port: int
    security: Security
    connect_timeout: float
    read_timeout: float
    client_name: str
    """What we call ourselves in EHLO."""
    ca_file: str | None = None
    username: str | None = None
    password: SecretStr | None = field(default=None, repr=False)

    @property
    def key(self) -> str:
        return f"{self.account}/{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Envelope:
    """One hand-over: `sender` may be empty (null sender); addresses are ASCII; lines of `data` end in CRLF."""

    sender: str
    recipients: tuple[str, ...]
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RecipientAnswer:
    """What the server said of one recipient."""

    state: RecipientState
    response: str


@dataclass(frozen=True, slots=True)
class SendResult:
    """`response` is the deciding answer of the server, or what went wrong, in one line without content of ours."""

    outcome: Outcome
    stage: Stage
    response: str
    recipients: Mapping[str, RecipientAnswer] = field(default_factory=dict)

    @property
    def server_fault(self) -> bool:
        """Whether the trouble is with server or account, so that other mails would fare no better."""
        return self.outcome is Outcome.TEMPORARY and self.stage in SERVER_STAGES


class Sender(Protocol):
    """Hands mails over. Async; calls may run at once. Not idempotent: a second `send` is a second mail."""

    async def send(self, route: Route, envelope: Envelope, before_data: BeforeData) -> SendResult:
        """Hand `envelope` over and say how it ended; never raises for anything that a server or network does.

        The order is fixed: MAIL, RCPT for each recipient, `before_data`, DATA. UNKNOWN is answered exactly when bytes
        of the mail were sent and no final answer came. What `before_data` raises comes out, with nothing sent.
        When cancelled, the connection is closed at once.
        """

    async def close(self) -> None:
        """Say goodbye to idle connections. Idempotent."""


def route_of(account: EmailAccount, secrets: SecretStore, client_name: str) -> Route:
    """The way to the server of `account`'s sender half.

    Raises ConfigurationError: it has none, or its password cannot be read.
    """
    sender = account.sender
    if sender is None:
        raise ConfigurationError(f"EmailAccount {account.name} has no sender half, so it sends nothing")
    login = account.sender_login
    return Route(
        account=account.name,
        host=sender.host,
        port=sender.port_number,
        security=sender.security,
        connect_timeout=sender.connect_timeout.total_seconds(),
        read_timeout=sender.read_timeout.total_seconds(),
        client_name=client_name,
        ca_file=sender.ca_file,
        username=login.username if login else None,
        password=secrets.resolve(login.password) if login else None,
    )

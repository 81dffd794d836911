"""`EmailAccount`: an address with a sender half (SMTP) and a receiver half (IMAP), either of them optional."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from schemas.config.base import Address, Document, Duration, Line, Part, SecretRef

__all__ = ["EmailAccount", "ImapReceiver", "Login", "Security", "SmtpSender"]

Security = Literal["none", "starttls", "tls"]
Host = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9.:_-]{1,253}$")]
HeaderName = Annotated[str, StringConstraints(pattern=r"^[Xx]-[!-9;-~]{1,70}$")]

_SMTP_PORTS: dict[str, int] = {"none": 25, "starttls": 587, "tls": 465}
_IMAP_PORTS: dict[str, int] = {"none": 143, "starttls": 143, "tls": 993}


@dataclass(frozen=True)
class Login:
    """Who logs in: a user name and where the password is found."""

    username: str
    password: SecretRef


class _Connection(Part):
    host: Host
    port: int | None = Field(
        default=None, ge=1, le=65535, description="Follows from protocol and security when it is left out."
    )
    security: Security = Field(
        default="tls", description="`tls` from the first byte, `starttls`, or `none` (plain text)."
    )
    username: Line | None = Field(default=None, description="Login name; the account's `user_id` when left out.")
    password: SecretRef | None = None
    connect_timeout: Duration = timedelta(seconds=20)
    read_timeout: Duration = timedelta(seconds=60)
    ca_file: str | None = Field(default=None, description="Certificates to trust instead of the system's (PEM file).")


class SmtpSender(_Connection):
    """The sender half. Without a password it sends without logging in."""

    protocol: Literal["smtp"] = "smtp"

    @property
    def port_number(self) -> int:
        """The port as written, else the usual one: 25, 587 (starttls), 465 (tls)."""
        return self.port or _SMTP_PORTS[self.security]


class ImapReceiver(_Connection):
    """The receiver half: the mailbox that a listener reads."""

    protocol: Literal["imap"] = "imap"
    same_as_sender: bool = Field(default=False, description="Log in with the sender's user name and password.")

    @property
    def port_number(self) -> int:
        """The port as written, else the usual one: 143, 993 (tls)."""
        return self.port or _IMAP_PORTS[self.security]

    @model_validator(mode="after")
    def _one_identity(self) -> ImapReceiver:
        if self.same_as_sender and (self.password is not None or self.username is not None):
            raise ValueError("same_as_sender takes the sender's login: leave out username and password here, or it")
        if not self.same_as_sender and self.password is None:
            raise ValueError("a receiver needs a password ({env: VARIABLE} or {file: PATH}) or same_as_sender: true")
        return self


class EmailAccount(Document):
    """An email account. Its name is the mailbox id of its receiver and never changes (mail ids are made from it)."""

    kind: Literal["EmailAccount"]
    address: Address
    display_name: Line = ""
    reply_to: Address | None = None
    user_id: Line | None = Field(default=None, description="Login name of both halves; the address when left out.")
    sender: SmtpSender | None = None
    receiver: ImapReceiver | None = None
    headers: dict[HeaderName, Line] = Field(
        default={}, max_length=50, description="Own X- headers of every outgoing mail."
    )

    @model_validator(mode="after")
    def _halves(self) -> EmailAccount:
        if self.sender is None and self.receiver is None:
            raise ValueError("an account has a sender, a receiver or both")
        if (
            self.receiver is not None
            and self.receiver.same_as_sender
            and (self.sender is None or self.sender.password is None)
        ):
            raise ValueError("receiver.same_as_sender needs a sender with a password")
        return self

    @property
    def sender_login(self) -> Login | None:
        """How the sender logs in; None when it has no password."""
        if self.sender is None or self.sender.password is None:
            return None
        return Login(self.sender.username or self.user_id or self.address, self.sender.password)

    @property
    def receiver_login(self) -> Login | None:
        """How the receiver logs in; None when there is no receiver."""
        if self.receiver is None:
            return None
        if self.receiver.same_as_sender:
            return self.sender_login
        assert self.receiver.password is not None, "the receiver's validator demands one"
        return Login(self.receiver.username or self.user_id or self.address, self.receiver.password)

"""The one error tree of mailcase.

    MailcaseError
    ├── ConfigurationError        a document, setting or command is wrong; a person must change it
    ├── ProviderError             something outside answered badly (mail server, broker, database, blob store)
    │   ├── ProviderTemporary     away for now (also ConnectionError): try again with back-off
    │   ├── ProviderPermanent     it will not change by itself: do not try again
    │   ├── ProviderAuth          credentials refused (also PermissionError): a person must act
    │   └── ProviderThrottled     too many requests: wait `retry_after` seconds
    ├── MessageError              this one mail or record cannot be handled; `reason` names the quarantine reason
    │   └── UnknownEvent          an event type or version that this release does not know
    └── InternalError             a promise of our own code was broken; a bug

Every message is written for the person who must act: what, where, and what would be right.
"""

from __future__ import annotations

__all__ = [
    "ConfigurationError",
    "InternalError",
    "MailcaseError",
    "MessageError",
    "ProviderAuth",
    "ProviderError",
    "ProviderPermanent",
    "ProviderTemporary",
    "ProviderThrottled",
    "UnknownEvent",
]


class MailcaseError(Exception):
    """Base of all errors that mailcase raises on purpose."""


class ConfigurationError(MailcaseError):
    """A document, setting or command line is wrong; the message names place, value and remedy."""


class ProviderError(MailcaseError):
    """A system outside mailcase answered badly."""


class ProviderTemporary(ProviderError, ConnectionError):
    """Away or busy for now; the same request may succeed later."""


class ProviderPermanent(ProviderError):
    """The provider refused for good; trying the same again is pointless."""


class ProviderAuth(ProviderError, PermissionError):
    """Credentials were refused or have expired."""


class ProviderThrottled(ProviderTemporary):
    """Too many requests. `retry_after`: seconds that the provider asks us to wait, if it said."""

    def __init__(self, message: str, retry_after: float | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class MessageError(MailcaseError):
    """This one mail or record cannot be handled. `reason` is a quarantine reason, e.g. `unreadable`."""

    def __init__(self, message: str, reason: str = "unreadable") -> None:
        super().__init__(message)
        self.reason = reason


class UnknownEvent(MessageError):
    """The event's type is not known to this release; readers skip it and count it."""


class InternalError(MailcaseError):
    """A promise of our own code was broken."""

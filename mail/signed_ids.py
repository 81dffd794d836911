"""Signed identifiers that we put into mail (contracts, "Identifiers that we put into mail"): made here, checked here.

- Message-ID     `<{conversation}.{notification}.{key id}{signature}@{domain}>`
- body marker    `[ref:{conversation}.{notification}.{key id}{signature}]`
- plus-address   `local+{conversation}.{key id}{signature}@domain`: without notification, as a local part has 64 octets

All in base32 `[a-z2-7]`, because mail systems fold case; folded ones are accepted. The signature is HMAC-SHA-256 over
length-prefixed (purpose, installation, conversation, notification), cut to 80 bits, compared in constant time. A
purpose of its own for each place keeps an id of one place from serving in another. Old keys verify while given.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from schemas.errors import ConfigurationError, InternalError
from schemas.ids import MAX_ID_LENGTH, notification_from_token, notification_token, split_own_id

__all__ = [
    "SIGNATURE_LENGTH",
    "SignatureCheck",
    "SigningKey",
    "make_marker",
    "make_message_id",
    "make_plus_address",
    "split_plus_token",
    "verify_marker_token",
    "verify_message_id",
    "verify_plus_token",
]

SIGNATURE_LENGTH = 16
"""Base32 characters of a signature: 80 bits."""
_MIN_SECRET = 16
_KEY_ID = re.compile(r"k[a-z2-7]")
_CONVERSATION = re.compile(r"[a-z2-7]{16}")
_PLUS_TOKEN = re.compile(r"([a-z2-7]{16})\.(k[a-z2-7])([a-z2-7]{16,52})")
_MAX_LOCAL = 64


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A signing key of the installation. `id` is `k` and one character of `[a-z2-7]`; the secret has ≥ 16 bytes.

    Raises ConfigurationError for another shape.
    """

    id: str
    secret: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if not _KEY_ID.fullmatch(self.id):
            raise ConfigurationError(f"signing key id {self.id!r}: must be 'k' and one of a-z or 2-7, e.g. 'k3'")
        if len(self.secret) < _MIN_SECRET:
            raise ConfigurationError(f"signing key {self.id}: the secret must have at least {_MIN_SECRET} bytes")


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """Outcome of one check. `reason`: `verified`, `shape` (not ours), `unknown_key`, `signature` (does not fit)."""

    verified: bool
    key_id: str | None
    conversation: str | None
    notification: str | None
    """Notification id (UUID); None for plus-addresses, which carry none."""
    reason: str


_NOT_OURS = SignatureCheck(False, None, None, None, "shape")


def make_message_id(key: SigningKey, installation: str, conversation: str, notification: str, domain: str) -> str:
    """Message-ID of an outgoing mail, in angle brackets. `notification` is its UUID."""
    token = notification_token(notification)
    signature = _sign(key, "message-id", installation, _checked(conversation), token)
    return f"<{conversation}.{token}.{key.id}{signature}@{domain.lower()}>"


def make_marker(key: SigningKey, installation: str, conversation: str, notification: str) -> str:
    """Body marker `[ref:…]`: 68 characters, so that no client wraps it."""
    token = notification_token(notification)
    signature = _sign(key, "marker", installation, _checked(conversation), token)
    return f"[ref:{conversation}.{token}.{key.id}{signature}]"


def make_plus_address(key: SigningKey, installation: str, conversation: str, address: str) -> str | None:
    """`address` with a signed token behind its local part; None where the local part would pass 64 octets."""
    local, _, domain = address.rpartition("@")
    signature = _sign(key, "plus-address", installation, _checked(conversation), "")
    extended = f"{local}+{conversation}.{key.id}{signature}"
    return f"{extended}@{domain}" if local and len(extended.encode()) <= _MAX_LOCAL else None


def verify_message_id(message_id: str, keys: Iterable[SigningKey], installation: str) -> SignatureCheck:
    """Check a Message-ID, with or without angle brackets."""
    own = split_own_id(message_id)
    if own is None:
        return _NOT_OURS
    return _check("message-id", keys, installation, own.conversation, own.notification_token, own.key_id, own.signature)


def verify_marker_token(token: str, keys: Iterable[SigningKey], installation: str) -> SignatureCheck:
    """Check the token of a body marker (what stands between `[ref:` and `]`)."""
    own = split_own_id(f"{token[:MAX_ID_LENGTH]}@marker")
    if own is None:
        return _NOT_OURS
    return _check("marker", keys, installation, own.conversation, own.notification_token, own.key_id, own.signature)


def split_plus_token(token: str) -> tuple[str, str, str] | None:
    """Conversation, key id and signature of a plus-address token; None where it has not our shape."""
    match = _PLUS_TOKEN.fullmatch(token.strip().lower()) if len(token) <= _MAX_LOCAL else None
    return (match[1], match[2], match[3]) if match else None


def verify_plus_token(token: str, keys: Iterable[SigningKey], installation: str) -> SignatureCheck:
    """Check the token of a plus-address (what stands between the `+` and the `@`)."""
    parts = split_plus_token(token)
    if parts is None:
        return _NOT_OURS
    return _check("plus-address", keys, installation, parts[0], "", parts[1], parts[2])


def _check(
    purpose: str,
    keys: Iterable[SigningKey],
    installation: str,
    conversation: str,
    token: str,
    key_id: str,
    signature: str,
) -> SignatureCheck:
    notification = notification_from_token(token) if token else None
    named = [key for key in keys if key.id == key_id]
    if not named:
        return SignatureCheck(False, key_id, conversation, notification, "unknown_key")
    # A masked signature (`*`) or one of another length never fits.
    fits = False
    for key in named:
        expected = _sign(key, purpose, installation, conversation, token)
        fits = hmac.compare_digest(expected.encode(), signature.encode()) or fits
    return SignatureCheck(fits, key_id, conversation, notification, "verified" if fits else "signature")


def _sign(key: SigningKey, purpose: str, installation: str, conversation: str, token: str) -> str:
    message = b"".join(
        len(part).to_bytes(4, "big") + part
        for part in (text.encode() for text in (purpose, installation, conversation, token))
    )
    mac = hmac.new(key.secret, message, hashlib.sha256).digest()
    return base64.b32encode(mac).decode("ascii").lower()[:SIGNATURE_LENGTH]


def _checked(conversation: str) -> str:
    if not _CONVERSATION.fullmatch(conversation):
        raise InternalError(f"conversation key {conversation!r}: must be 16 characters of a-z and 2-7")
    return conversation

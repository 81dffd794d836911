"""Deterministic identifiers (architecture §3): the same cause always gives the same id, everywhere and in every run.

All functions are pure. UUIDs are version 5 (RFC 9562 §5.5) in lower-case text form. Parts are length-prefixed before
they are hashed, so that no two different tuples of parts can meet in one name.
"""

from __future__ import annotations

import base64
import hashlib
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass

NAMESPACE = uuid.UUID("6b1f8f52-9b0e-5a3d-8c54-6d61696c6361")
"""Namespace of all mailcase ids; never changes, or every id would."""

CONVERSATION_LENGTH = 16
"""Characters of a conversation key: 80 bits in base32."""
NOTIFICATION_TOKEN_LENGTH = 26
"""Characters of a notification id inside a Message-ID: 128 bits in base32 without padding."""
MAX_ID_LENGTH = 998
"""Longest Message-ID looked at: the line limit of RFC 5322 §2.1.1."""

# Fixed lengths and disjoint classes: no backtracking is possible. Case is folded first, as mail systems fold it.
_OWN_ID = re.compile(
    r"<?(?P<conversation>[a-z2-7]{16})\.(?P<notification>[a-z2-7]{26})\.(?P<key>k[a-z2-7])(?P<signature>[a-z2-7]{16,52}|\*)"
    r"@(?P<domain>[a-z0-9.-]{1,253})>?"
)
_OWN_SIGNATURE = re.compile(
    r"(?P<head>(?<![A-Za-z2-7])[A-Za-z2-7]{16}\.[A-Za-z2-7]{26}\.[kK][A-Za-z2-7])[A-Za-z2-7]{16,52}(?![A-Za-z2-7])"
)
"""Our Message-ID and our token have the same shape up to the `@`, so one pattern masks both."""


def _uuid5(kind: str, *parts: str | int) -> str:
    name = ":".join(f"{len(text)}:{text}" for text in (kind, *map(str, parts)))
    return str(uuid.uuid5(NAMESPACE, name))


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode("ascii").rstrip("=").lower()


def sha256_hex(data: bytes) -> str:
    """SHA-256 of `data` in 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def mail_id(mailbox: str, raw_sha256: str) -> str:
    """Mail id of a mail whose bytes are known: the same bytes twice in one mailbox are one mail."""
    return _uuid5("mail", mailbox, raw_sha256)


def mail_id_by_server(mailbox: str, server_id: str) -> str:
    """Mail id where bytes are not stable or not there (Graph, `too_large`, unfetchable)."""
    return _uuid5("mail-by-server", mailbox, server_id)


def event_id(cause: str, run: int, step: str, rule: str = "", ordinal: int = 0) -> str:
    """`ce_id` of an event. `cause` is a mail, command or timer id; `run` is 0 live and +1 for each release."""
    return _uuid5("event", cause, run, step, rule, ordinal)


def notification_id(cause: str, purpose: str, rule: str = "", ordinal: int = 0) -> str:
    """Id of an outgoing mail, without run: a released mail never sends its acknowledgement again."""
    return _uuid5("notification", cause, purpose, rule, ordinal)


def folder_hash(folder: str) -> str:
    """First 16 hex digits of the SHA-256 of a folder's name (it may hold any character; a header may not)."""
    return sha256_hex(folder.encode("utf-8", "surrogatepass"))[:16]


def imap_server_id(folder: str, uidvalidity: int, uid: int) -> str:
    """Server id of an IMAP mail; unique for ever on one server (RFC 3501 §2.3.1.1)."""
    return f"imap:{folder_hash(folder)}:{uidvalidity}:{uid}"


def pop3_server_id(uidl: str, raw_sha256: str) -> str:
    """Server id of a POP3 mail; servers reuse UIDLs, so the digest's first 16 digits stand beside it."""
    return f"pop3:{uidl}:{raw_sha256[:16]}"


def file_server_id(raw_sha256: str) -> str:
    """Server id of a mail that came from a file or standard input."""
    return f"file:{raw_sha256}"


def notification_token(notification: str) -> str:
    """The 26 base32 characters that stand for a notification id in a Message-ID (case-insensitive alphabet)."""
    return _base32(uuid.UUID(notification).bytes)


def notification_from_token(token: str) -> str | None:
    """The notification id that a token stands for; None where it stands for none."""
    try:
        return str(uuid.UUID(bytes=base64.b32decode(token.upper() + "=" * (-len(token) % 8))))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class OwnId:
    """A Message-ID of the shape that we issue. The shape proves nothing; only its checked signature does."""

    conversation: str
    notification_token: str
    key_id: str
    signature: str
    domain: str


def split_own_id(message_id: str) -> OwnId | None:
    """Parts of a Message-ID that has our shape (contracts, Identifiers), with or without angle brackets; else None."""
    if len(message_id) > MAX_ID_LENGTH:
        return None
    match = _OWN_ID.fullmatch(message_id.strip().lower())
    if match is None:
        return None
    return OwnId(match["conversation"], match["notification"], match["key"], match["signature"], match["domain"])


def mask_own_ids(text: str) -> str:
    """`text` with the signature part of each of our Message-IDs and tokens replaced by `*`."""
    if "." not in text:
        return text
    return _OWN_SIGNATURE.sub(lambda match: match["head"] + "*", text)


def conversation_of(message_id: str) -> str:
    """Conversation key that one Message-ID leads to: the one it carries if it has our shape, else its digest."""
    own = split_own_id(message_id)
    if own is not None:
        return own.conversation
    return _base32(hashlib.sha256(message_id.strip().encode("utf-8", "surrogatepass")).digest())[:CONVERSATION_LENGTH]


def conversation_key(references: Sequence[str], in_reply_to: str | None, message_id: str | None, mail: str) -> str:
    """Conversation key for partitioning: first of References, else In-Reply-To, else own Message-ID, else mail id.

    Ids that we issued carry the conversation, wherever in References they stand: clients put others first.
    The key only brings related mails near each other; correctness never rests on it.
    """
    for candidate in (*references, in_reply_to or ""):
        own = split_own_id(candidate) if candidate else None
        if own is not None:
            return own.conversation
    for fallback in (references[0] if references else None, in_reply_to, message_id):
        if fallback and fallback.strip():
            return conversation_of(fallback)
    return conversation_of(mail)


def message_id_digest(message_id: str) -> str:
    """Digest by which the store knows a Message-ID: SHA-256 of its text without brackets; our own are case-folded."""
    text = message_id.strip().removeprefix("<").removesuffix(">")
    if split_own_id(text) is not None:
        text = text.lower()
    return sha256_hex(text.encode("utf-8", "surrogatepass"))


def recipient_digest(address: str) -> str:
    """Digest of a recipient in ledger events: SHA-256 of the address in lower case."""
    return sha256_hex(address.strip().lower().encode("utf-8", "surrogatepass"))

"""Content digest (architecture §3): equal for one mail that came over two protocols or in two transfer encodings."""

from __future__ import annotations

import hashlib

from mail.records import ParsedMail, Part

__all__ = ["content_digest"]

_FIELDS = ("message-id", "date", "from")
_ALL_FIELDS = (*_FIELDS, "subject", "to", "cc")
_SEALED = frozenset(["base64", "x-uuencode", "uuencode", "x-uue", "uue"])
"""Encodings that keep each byte of their content."""
_TEXTS = ("message/", "application/pgp-", "application/xml", "application/json")
_ENDINGS = ("+xml", "+json")
_CHUNK = 256 * 1024
"""Bytes whose lines are taken apart at a time: each line costs forty bytes more than it has."""


def content_digest(mail: ParsedMail) -> str:
    """SHA-256 (hex) over Message-ID, Date, From and the decoded leaf contents, each length-prefixed.

    Of a mail without a Message-ID, Subject, To and Cc count too: a robot sends many in one second. Fields are unfolded
    and their blanks folded. Of texts, and of what travels as text, line ends and blanks at the ends of lines are not
    looked at: servers and protocols change those. A leaf that the limits cut counts with its size in the mail as well.
    """
    headers, parts = mail.headers, mail.parts
    known: list[bytes] = []
    for name in _FIELDS if mail.message_id else _ALL_FIELDS:
        value = " ".join((headers.text(name) or "").split()).encode("utf-8", "surrogatepass")
        known += (len(value).to_bytes(8, "big"), value)
    digest = hashlib.sha256(b"".join(known))

    def add(data: bytes) -> None:
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)

    # An embedded message's own leaves follow it: the message as a whole is not counted again.
    opened = _opened(parts) if len(parts) > 1 else ()
    for part in parts:
        if part.path in opened and part.content_type.startswith("message/"):
            continue
        if part.content_type.startswith("text/") or _travels_as_text(part):
            add(_canonical(part.data()))
        else:
            add(bytes.fromhex(part.sha256))
        if part.cut:
            add(str(part.encoded_size).encode())
    return digest.hexdigest()


def _opened(parts: tuple[Part, ...]) -> set[str]:
    """Paths above those of leaves of embedded messages."""
    return {
        ".".join(numbers[:depth])
        for numbers in (part.path.split(".") for part in parts if part.embedded)
        for depth in range(1, len(numbers))
    }


def _travels_as_text(part: Part) -> bool:
    """Whether servers may change the line ends of `part`, or encode it and so give it those of RFC 2049 §4."""
    return part.encoding not in _SEALED or part.content_type.startswith(_TEXTS) or part.content_type.endswith(_ENDINGS)


def _canonical(data: bytes) -> bytes:
    """`data` with LF for line ends, without blanks before them and without empty lines at its end."""
    if b"\r" in data:
        data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    if b" \n" in data or (b"\t" in data and b"\t\n" in data) or data.endswith((b" ", b"\t")):
        data = _without_blanks(data)
    return data.rstrip(b"\n")


def _without_blanks(data: bytes) -> bytes:
    """`data` without blanks at the ends of its lines."""
    kept: list[bytes] = []
    at = 0
    while at < len(data):
        end = data.find(b"\n", at + _CHUNK) + 1 or len(data)
        kept.append(b"\n".join([line.rstrip(b" \t") for line in data[at:end].split(b"\n")]))
        at = end
    return b"".join(kept)

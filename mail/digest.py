"""Content digest (architecture §3): equal for one mail that came over two protocols or in two transfer encodings."""

from __future__ import annotations

import hashlib

from mail.records import ParsedMail

__all__ = ["content_digest"]

_CHUNK = 256 * 1024
"""Bytes whose lines are taken apart at a time: each line costs forty bytes more than it has."""


def content_digest(mail: ParsedMail) -> str:
    """SHA-256 (hex) over Message-ID, Date, From and the decoded leaf contents, each length-prefixed.

    Fields are unfolded and their blanks folded, line ends and blanks at the end of texts are not looked at: servers and
    protocols change those. A leaf that the limits cut counts with its size in the mail as well.
    """
    digest = hashlib.sha256()

    def add(data: bytes) -> None:
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)

    for name in ("message-id", "date", "from"):
        value = " ".join((mail.headers.text(name) or "").split())
        add(value.encode("utf-8", "surrogatepass"))
    opened = {
        ".".join(numbers[:depth])
        for numbers in (part.path.split(".") for part in mail.parts if part.embedded)
        for depth in range(1, len(numbers))
    }
    for part in mail.parts:
        if part.content_type.startswith("message/") and part.path in opened:
            continue  # an embedded message: its own leaves follow
        if part.content_type.startswith("text/"):
            data = part.data()
            if b"\r" in data:
                data = data.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            if b" \n" in data or b"\t\n" in data or data.endswith((b" ", b"\t")):
                data = _without_blanks(data)
            add(data.rstrip(b"\n"))
        else:
            add(bytes.fromhex(part.sha256))
        if part.cut:
            add(str(part.encoded_size).encode())
    return digest.hexdigest()


def _without_blanks(data: bytes) -> bytes:
    """`data` without blanks at the ends of its lines."""
    kept: list[bytes] = []
    at = 0
    while at < len(data):
        end = data.find(b"\n", at + _CHUNK) + 1 or len(data)
        kept.append(b"\n".join([line.rstrip(b" \t") for line in data[at:end].split(b"\n")]))
        at = end
    return b"".join(kept)

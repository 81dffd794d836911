"""MIME parts of a mail that we write: text, files, multiparts (RFC 2045–2047, 2183, 2387, 3676). Pure.

Nothing in a body can be taken for a boundary, a header line or a line of SMTP: texts are plain only where they have
no such line, else quoted-printable or base64; files are base64; boundaries are digests of what they hold.
"""

from __future__ import annotations

import base64
import quopri
import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from mail.encode import LINE_BYTES, parameter, visible
from mail.flowed import flow
from mail.names import file_name
from schemas.errors import MessageError
from schemas.ids import sha256_hex

__all__ = ["Attachment", "InlineFile", "file_part", "inline_part", "multipart", "text_part"]

_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")
_CONTENT_ID = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,200}(?:@[A-Za-z0-9.-]{1,200})?")
_OCTETS = "application/octet-stream"
_PLAIN_LINE = 78


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the mail; `type` is its media type. A mail (`message/rfc822`) stays one where its bytes allow it."""

    name: str
    type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class InlineFile:
    """A file that the HTML shows as `cid:{content_id}` (RFC 2392), an image as a rule."""

    content_id: str
    """Without angle brackets."""
    name: str
    type: str
    data: bytes = field(repr=False)


def text_part(subtype: str, text: str) -> bytes:
    """A part `text/{subtype}` in UTF-8; plain text is flowed where that keeps it exactly."""
    clean = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if clean and not clean.endswith("\n"):
        clean += "\n"
    flowed = flow(clean) if subtype == "plain" else None
    data = (clean if flowed is None else flowed).encode("utf-8", "replace")
    if _is_plain(data, flowed is not None):
        encoding, body = "7bit", data.replace(b"\n", b"\r\n")
    elif 4 * sum(byte > 126 for byte in data) < len(data):
        encoding, body = "quoted-printable", _quoted(data)
    else:
        encoding, body = "base64", _base64(data.replace(b"\n", b"\r\n"))
    form = "" if flowed is None else "; format=flowed"
    head = f"Content-Type: text/{subtype}; charset=utf-8{form}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode("ascii") + body


def _is_plain(data: bytes, flowed: bool) -> bool:
    """Whether every server leaves `data` as it is. `From ` at the start of a line is changed by some (RFC 4155), a
    lone dot is SMTP's, blanks at the end go lost; those of flowed text are lost with nothing but the paragraph."""
    if not data.isascii() or not all(byte >= 32 or byte in (9, 10) for byte in data):
        return False
    ends = (b"\t",) if flowed else (b" ", b"\t")
    return all(
        len(line) <= _PLAIN_LINE and not line.startswith((b"From ", b".")) and not line.endswith(ends)
        for line in data.split(b"\n")
    )


def _quoted(data: bytes) -> bytes:
    lines = []
    for line in data.split(b"\n"):
        coded = quopri.encodestring(line, quotetabs=False).replace(b"\r", b"=0D")
        if coded.startswith((b"From ", b".")):
            coded = b"=%02X" % coded[0] + coded[1:]
        lines.append(coded.replace(b"=\n.", b"=\n=2E").replace(b"=\nFrom ", b"=\n=46rom ").replace(b"\n", b"\r\n"))
    return b"\r\n".join(lines)


def _base64(data: bytes) -> bytes:
    return base64.encodebytes(data).replace(b"\n", b"\r\n")


def inline_part(file: InlineFile) -> bytes:
    """A part that HTML shows. Raises MessageError for a content id that cannot stand in a field."""
    if not _CONTENT_ID.fullmatch(file.content_id):
        raise MessageError(f"{visible(file.content_id)[:100]!r} is no Content-ID", "compose")
    fields = f"Content-ID: <{file.content_id}>\r\n"
    return _coded(_media_type(file.type), "inline", file.name or "image", file.data, fields)


def file_part(file: Attachment) -> bytes:
    """An attachment. A mail may not be base64 (RFC 2046 §5.2.1): one that cannot travel as it is becomes octets."""
    kind = _media_type(file.type)
    if kind == "message/rfc822":
        if _travels(file.data):
            head = _head(kind, "attachment", file.name or "message.eml", "7bit")
            return head.encode("ascii") + b"\r\n" + file.data + b"\r\n"
        kind = _OCTETS
    return _coded(kind, "attachment", file.name, file.data)


def _coded(kind: str, disposition: str, name: str, data: bytes, fields: str = "") -> bytes:
    if kind.startswith(("multipart/", "message/")):
        kind = _OCTETS
    return f"{_head(kind, disposition, name, 'base64')}{fields}\r\n".encode("ascii") + _base64(data)


def _media_type(written: str) -> str:
    kind = written.strip().lower()
    return kind if _TYPE.fullmatch(kind) else _OCTETS


def _travels(data: bytes) -> bool:
    """Whether a mail can be a part as it is: ASCII, CRLF, short lines, nothing that servers change."""
    if not data.isascii() or b"\0" in data or data.count(b"\r") != data.count(b"\n"):
        return False
    lines = data.split(b"\r\n")
    return all(
        b"\n" not in line and len(line) <= LINE_BYTES and not line.startswith((b"From ", b".")) for line in lines
    )


def _head(kind: str, disposition: str, name: str, encoding: str) -> str:
    name = file_name(visible(name).replace("/", "_").replace("\\", "_")) or "attachment"
    return (
        f"Content-Type: {kind}{parameter('name', name)}\r\n"
        f"Content-Disposition: {disposition}{parameter('filename', name)}\r\n"
        f"Content-Transfer-Encoding: {encoding}\r\n"
    )


def multipart(subtype: str, parts: Sequence[bytes], parameters: str = "") -> bytes:
    """`multipart/{subtype}` of whole parts. Deterministic: the boundary follows from them."""
    inner = b"".join(parts)
    boundary = f"=_{sha256_hex(inner)[:40]}"
    while boundary.encode() in inner:
        boundary = f"=_{sha256_hex(boundary.encode() + inner)[:40]}"
    delimiter = b"--" + boundary.encode()
    body = b"".join(delimiter + b"\r\n" + _closed(part) for part in parts)
    return (
        f'Content-Type: multipart/{subtype}{parameters}; boundary="{boundary}"\r\n\r\n'.encode("ascii")
        + body
        + delimiter
        + b"--\r\n"
    )


def _closed(part: bytes) -> bytes:
    return part if part.endswith(b"\r\n") else part + b"\r\n"

"""`compose`: typed parts become the bytes of a mail, ready for SMTP. Pure; the counterpart of `mail.parse`.

    multipart/mixed ─┬─ multipart/alternative ─┬─ text/plain   … last line the body marker
      (attachments)  │      (HTML there)       └─ text/html    … marker hidden
                     └─ attachments

Header fields that thread and that stop loops are written by itself: Message-ID, In-Reply-To, References,
Auto-Submitted (RFC 3834 §5), X-Auto-Response-Suppress ([MS-OXCMAIL] §2.1.3.2.13) and our loop header. Nothing that
stands in a value can become a line of its own: fields are built by `mail.encode`, bodies are base64 or
quoted-printable, boundaries are made of a digest of what they hold.
"""

from __future__ import annotations

import base64
import quopri
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from typing import Literal

from mail.classify import LOOP_HEADER
from mail.encode import address_field, ascii_address, is_message_id, parameter, visible, words_field
from mail.encode import field as header_field
from mail.encode import ids_field as header_ids
from schemas.errors import MessageError
from schemas.ids import sha256_hex

__all__ = ["MAX_REFERENCES", "Attachment", "OutgoingMail", "compose"]

MAX_REFERENCES = 20
"""Ids in References: the first (root) and the last ones (parents); others may be left out (RFC 5322 §3.6.4)."""
AutoSubmitted = Literal["no", "auto-generated", "auto-replied"]
_CUSTOM = re.compile(r"[Xx]-[A-Za-z0-9-]{1,70}")
_TYPE = re.compile(r"[a-z0-9][a-z0-9!#$&^_.+-]{0,60}/[a-z0-9][a-z0-9!#$&^_.+-]{0,60}")
_OWN_FIELDS = frozenset({LOOP_HEADER.lower(), "x-auto-response-suppress"})
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file of the mail; `type` is its media type."""

    name: str
    type: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """All that a mail is made of. Addresses are bare; `date` carries a zone; `message_id` has angle brackets."""

    from_address: str
    to: tuple[str, ...]
    subject: str
    text: str
    message_id: str
    date: datetime
    installation: str
    from_name: str = ""
    cc: tuple[str, ...] = ()
    reply_to: str | None = None
    html: str | None = None
    attachments: tuple[Attachment, ...] = ()
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    auto_submitted: AutoSubmitted = "auto-replied"
    marker: str | None = None
    """Body marker, `[ref:…]`; it becomes the last line of the text and is hidden in the HTML."""
    headers: tuple[tuple[str, str], ...] = ()
    """Custom fields; only `X-…` names that are not ours."""


def compose(mail: OutgoingMail) -> bytes:
    """The bytes of `mail`: ASCII, lines end in CRLF and have at most 998 characters. The same input, the same bytes.

    Raises MessageError (`compose`) for an address, id or custom field name that cannot stand in a mail. Ids of other
    people's mails that are broken are left out, since a reply must not fail for them.
    """
    lines = [
        header_field("Date", format_datetime(mail.date)),
        address_field("From", [(mail.from_name, _address(mail.from_address))]),
        *_people(mail),
        words_field("Subject", mail.subject),
        header_ids("Message-ID", [_own_id(mail.message_id)]),
        *_threading(mail),
        *_automatic(mail),
        f"{LOOP_HEADER}: {visible(mail.installation)}",
        *_custom(mail.headers),
        "MIME-Version: 1.0",
    ]
    return "\r\n".join(lines).encode("ascii") + b"\r\n" + _content(mail)


def _people(mail: OutgoingMail) -> list[str]:
    lines = []
    if mail.reply_to is not None:
        lines.append(address_field("Reply-To", [("", _address(mail.reply_to))]))
    for name, addresses in (("To", mail.to), ("Cc", mail.cc)):
        if addresses:
            lines.append(address_field(name, [("", _address(address)) for address in addresses]))
    if not mail.to and not mail.cc:
        lines.append("To: undisclosed-recipients:;")
    return lines


def _threading(mail: OutgoingMail) -> list[str]:
    lines = []
    parent = mail.in_reply_to if mail.in_reply_to and is_message_id(mail.in_reply_to) else None
    if parent is not None:
        lines.append(header_ids("In-Reply-To", [parent]))
    known = list(dict.fromkeys(one for one in mail.references if is_message_id(one)))
    if parent is not None and parent not in known:
        known.append(parent)
    if len(known) > MAX_REFERENCES:
        known = [known[0], *known[1 - MAX_REFERENCES :]]
    if known:
        lines.append(header_ids("References", known))
    return lines


def _automatic(mail: OutgoingMail) -> list[str]:
    if mail.auto_submitted == "no":
        return []
    return [f"Auto-Submitted: {mail.auto_submitted}", "X-Auto-Response-Suppress: All"]


def _custom(headers: Sequence[tuple[str, str]]) -> list[str]:
    lines = []
    for name, value in headers:
        if not _CUSTOM.fullmatch(name) or name.lower() in _OWN_FIELDS:
            raise MessageError(f"header {name[:80]!r} may not be set; own fields are X-… and not mailcase's", "compose")
        lines.append(words_field(name, value))
    return lines


def _address(address: str) -> str:
    usable = ascii_address(address)
    if usable is None:
        raise MessageError(f"{visible(address)[:100]!r} is no mail address that can be written to", "compose")
    return usable


def _own_id(message_id: str) -> str:
    if not is_message_id(message_id):
        raise MessageError(f"{visible(message_id)[:100]!r} is no Message-ID", "compose")
    return message_id


def _content(mail: OutgoingMail) -> bytes:
    part = _text_part("plain", _with_marker(mail.text, mail.marker))
    if mail.html is not None:
        part = _multipart("alternative", [part, _text_part("html", _with_hidden_marker(mail.html, mail.marker))])
    if mail.attachments:
        part = _multipart("mixed", [part, *(_file_part(attachment) for attachment in mail.attachments)])
    return part


def _with_marker(text: str, marker: str | None) -> str:
    return text if marker is None else f"{text.rstrip()}\n\n{marker}\n"


def _with_hidden_marker(html: str, marker: str | None) -> str:
    if marker is None:
        return html
    hidden = f'<div style="display:none;font-size:1px;line-height:1px;max-height:0;overflow:hidden">{marker}</div>'
    ends = [end.start() for end in _BODY_END.finditer(html)]
    return f"{html[: ends[-1]]}{hidden}{html[ends[-1] :]}" if ends else f"{html}\n{hidden}\n"


def _text_part(subtype: str, text: str) -> bytes:
    clean = text.replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")
    if clean and not clean.endswith("\n"):
        clean += "\n"
    data = clean.encode("utf-8", "replace")
    # `From ` at the start of a line is changed by some servers (RFC 4155), a lone dot is SMTP's; both are coded away.
    plain = data.isascii() and all(
        len(line) <= 78
        and not line.startswith((b"From ", b"."))
        and not line.endswith((b" ", b"\t"))
        and line.isascii()
        for line in data.split(b"\n")
    )
    if plain and all(byte >= 32 or byte in (9, 10) for byte in data):
        encoding, body = "7bit", data.replace(b"\n", b"\r\n")
    elif 4 * sum(byte > 126 for byte in data) < len(data):
        encoding, body = "quoted-printable", _quoted(data)
    else:
        encoding, body = "base64", _base64(data.replace(b"\n", b"\r\n"))
    head = f"Content-Type: text/{subtype}; charset=utf-8\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n"
    return head.encode("ascii") + body


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


def _file_part(attachment: Attachment) -> bytes:
    kind = attachment.type.strip().lower()
    # A message or multipart may not be base64 (RFC 2045 §6.4), and text would need its charset: sent as plain bytes.
    if not _TYPE.fullmatch(kind) or kind.startswith(("multipart/", "message/", "text/")):
        kind = "application/octet-stream"
    name = visible(attachment.name).replace("/", "_").replace("\\", "_") or "attachment"
    head = (
        f"Content-Type: {kind}{parameter('name', name)}\r\n"
        f"Content-Disposition: attachment{parameter('filename', name)}\r\n"
        "Content-Transfer-Encoding: base64\r\n\r\n"
    )
    return head.encode("ascii") + _base64(attachment.data)


def _multipart(subtype: str, parts: Sequence[bytes]) -> bytes:
    inner = b"".join(parts)
    boundary = f"=_{sha256_hex(inner)[:40]}"
    while boundary.encode() in inner:
        boundary = f"=_{sha256_hex(boundary.encode() + inner)[:40]}"
    delimiter = b"--" + boundary.encode()
    body = b"".join(delimiter + b"\r\n" + _closed(part) for part in parts)
    return (
        f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode("ascii")
        + body
        + delimiter
        + b"--\r\n"
    )


def _closed(part: bytes) -> bytes:
    return part if part.endswith(b"\r\n") else part + b"\r\n"

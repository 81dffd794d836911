"""Outlook's .msg files (MS-OXMSG): the header, bodies and attachments of one message, for `parse` to make a mail of."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from struct import unpack_from

from mail.charsets import clean, codec_of
from mail.compound import MAGIC, Storage, read_compound
from mail.html import html_to_text
from mail.limits import Limits
from mail.records import Part
from mail.rtf import decompress_rtf, rtf_to_text
from mail.unpack import file_part

__all__ = ["Message", "is_msg", "read_msg"]

_PROPERTIES = "__properties_version1.0"
_VALUE = "__substg1.0_"
_FILE, _PERSON = "__attach_version1.0_", "__recip_version1.0_"
_TO, _CC = 1, 2
_MAX_DEPTH = 5
_MAX_FILES = 500
_MAX_PEOPLE = 1_000
_OF_THE_BODY = (b"content-", b"mime-version")
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class Message:
    """What a .msg holds; `head` is a header block as mail has it, without the fields that describe its body."""

    head: bytes
    text: str = ""
    html: str = ""
    files: list[Part] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)


def is_msg(raw: bytes) -> bool:
    """Whether `raw` is a compound file, as .msg is."""
    return raw.startswith(MAGIC)


def read_msg(raw: bytes, limits: Limits) -> Message | None:
    """The message; None where `raw` is none. Pure; never raises."""
    root = read_compound(raw)
    if root is None or _PROPERTIES not in root.streams:
        return None
    return _message(root, 32, limits, "", 0)


def _message(storage: Storage, fixed_at: int, limits: Limits, path: str, depth: int) -> Message:
    values = _Values(storage, fixed_at)
    found = Message(_head(storage, values))
    found.text = values.text(0x1000).replace("\r\n", "\n").replace("\r", "\n")[: limits.text_chars]
    html = values.binary(0x1013)
    codec = values.html_codec() or values.codec
    found.html = clean(html.decode(codec, "replace") if html else values.text(0x1013))[: limits.html_chars]
    if not found.text and found.html:
        found.text = html_to_text(found.html, limits.text_chars)[0]
    elif not found.text:
        rtf, defect = decompress_rtf(values.binary(0x1009)) if values.binary(0x1009) else (b"", None)
        found.text = rtf_to_text(rtf, limits.text_chars)
        if defect:
            found.defects.append(defect)
    for number, (name, inner) in enumerate(sorted(storage.storages.items()), start=1):
        if name.startswith(_FILE) and len(found.files) < _MAX_FILES:
            found.files.append(_file(inner, f"{path}{number}", found.html, limits, depth))
    return found


def _file(storage: Storage, path: str, html: str, limits: Limits, depth: int) -> Part:
    values = _Values(storage, 8)
    name = values.text(0x3707) or values.text(0x3704) or values.text(0x3001)
    content_id = values.text(0x3712).strip("<> ") or None
    inner = storage.storages.get(f"{_VALUE}3701000D")
    if inner is not None and _PROPERTIES in inner.streams and depth < _MAX_DEPTH:
        message = _message(inner, 24, limits, f"{path}.", depth + 1)
        data = message.head + b"Content-Type: text/plain; charset=utf-8\n\n" + message.text.encode("utf-8", "replace")
        return file_part(path, name, "message/rfc822", content_id, data)
    used = bool(content_id and f"cid:{content_id}" in html)
    kind = values.text(0x370E).strip().lower()
    return file_part(path, name, kind, content_id, values.binary(0x3701), inline=used)


class _Values:
    """Properties of a storage by their number."""

    def __init__(self, storage: Storage, fixed_at: int) -> None:
        self._streams = storage.streams
        self._fixed: dict[int, bytes] = {}
        data = storage.streams.get(_PROPERTIES, b"")
        for at in range(fixed_at, len(data) - 15, 16):
            self._fixed.setdefault(unpack_from("<H", data, at + 2)[0], data[at + 8 : at + 16])
        self.codec = _codec(self.number(0x3FFD)) or "cp1252"

    def text(self, number: int) -> str:
        data = self._streams.get(f"{_VALUE}{number:04X}001F")
        if data is not None:
            return clean(data.decode("utf-16-le", "replace").rstrip("\0"))
        data = self._streams.get(f"{_VALUE}{number:04X}001E", b"")
        return clean(data.decode(self.codec, "replace").rstrip("\0"))

    def binary(self, number: int) -> bytes:
        return self._streams.get(f"{_VALUE}{number:04X}0102", b"")

    def number(self, number: int) -> int:
        return int(unpack_from("<I", self._fixed.get(number, b"\0" * 8))[0])

    def moment(self, number: int) -> datetime | None:
        ticks = unpack_from("<Q", self._fixed.get(number, b"\0" * 8))[0]
        try:
            return _EPOCH + timedelta(microseconds=ticks // 10) if ticks else None
        except OverflowError:
            return None

    def html_codec(self) -> str | None:
        return _codec(self.number(0x3FDE))


def _codec(page: int) -> str | None:
    return codec_of(f"cp{page}") if page else None


def _head(storage: Storage, values: _Values) -> bytes:
    """The header that the mail travelled with, or one made of the properties where it never travelled."""
    travelled = values.text(0x007D).replace("\r\n", "\n").strip("\n")
    if travelled:
        kept: list[str] = []
        skipping = False
        for line in travelled.split("\n"):
            if not line.startswith((" ", "\t")):
                skipping = line.lower().encode("utf-8", "replace").startswith(_OF_THE_BODY)
            if not skipping and line.strip():
                kept.append(line)
        return ("\n".join(kept) + "\n").encode("utf-8", "replace")
    people: dict[int, list[str]] = {}
    for name, inner in sorted(storage.storages.items())[:_MAX_PEOPLE]:
        if name.startswith(_PERSON):
            person = _Values(inner, 8)
            people.setdefault(person.number(0x0C15), []).append(
                _person(person.text(0x3001), person.text(0x39FE) or person.text(0x3003))
            )
    # Whom the mail is from, and who sent it for him.
    author = _person(values.text(0x0042), values.text(0x5D02) or values.text(0x0065))
    sender = _person(values.text(0x0C1A), values.text(0x5D01) or values.text(0x0C1F))
    moment = values.moment(0x0039) or values.moment(0x0E06)
    fields = {
        "From": author or sender,
        "Sender": sender if author and author != sender else "",
        "To": ", ".join(people.get(_TO, ())) or values.text(0x0E04),
        "Cc": ", ".join(people.get(_CC, ())) or values.text(0x0E03),
        "Subject": values.text(0x0037),
        "Date": format_datetime(moment) if moment else "",
        "Message-ID": values.text(0x1035),
        "In-Reply-To": values.text(0x1042),
        "References": values.text(0x1039),
    }
    lines = [f"{name}: {' '.join(value.split())}\n" for name, value in fields.items() if value]
    return "".join(lines).encode("utf-8", "replace")


def _person(name: str, address: str) -> str:
    shown = name.replace("\\", "").replace('"', "")
    if "@" not in address:
        return f'"{shown}"' if shown else ""
    return f'"{shown}" <{address}>' if shown and shown != address else address

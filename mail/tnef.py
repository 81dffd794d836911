"""TNEF (`winmail.dat`; MS-OXTNEF): what Outlook put in it: bodies and attachments with their names.

One pass over the attributes; lengths that run beyond the end end it with a defect, and what came before is kept.
Values are slices of the input, so that memory is bounded by its size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import unpack_from

from mail.charsets import clean, codec_of
from mail.names import file_name
from mail.rtf import decompress_rtf

__all__ = ["Tnef", "TnefAttachment", "is_tnef", "read_tnef"]

_SIGNATURE = b"\x78\x9f\x3e\x22"
_MAX_ATTACHMENTS = 500
_MAX_PROPERTIES = 10_000

_BODY, _SUBJECT, _CODEPAGE, _MESSAGE_PROPERTIES = 0x800C, 0x8004, 0x9007, 0x9003
_RENDERING, _TITLE, _DATA, _ATTACHMENT_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
"""Attributes (MS-OXTNEF §2.1.3.3); a rendering attribute begins an attachment."""
_PR_SUBJECT, _PR_BODY, _PR_RTF, _PR_HTML, _PR_CODEPAGE = 0x0037, 0x1000, 0x1009, 0x1013, 0x3FDE
_PR_DATA, _PR_NAME, _PR_LONG_NAME, _PR_SHOWN_NAME = 0x3701, 0x3704, 0x3707, 0x3001
_PR_TYPE, _PR_CONTENT_ID = 0x370E, 0x3712
"""Properties (MS-OXPROPS)."""
_FIXED = {2: 4, 3: 4, 4: 4, 5: 8, 6: 8, 7: 8, 10: 4, 11: 4, 20: 8, 64: 8, 72: 16}
"""Bytes that a value of each type takes here; those of odd size are padded to four."""
_STRING, _UNICODE, _OBJECT, _BINARY = 0x1E, 0x1F, 0x0D, 0x102
_MULTIPLE = 0x1000
_INTERFACE_BYTES = 16


@dataclass(frozen=True, slots=True)
class TnefAttachment:
    """A file; `name` is "" where none is given."""

    name: str
    content_type: str
    content_id: str | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Tnef:
    """What a `winmail.dat` holds. `defects` name what was broken."""

    subject: str = ""
    text: str = ""
    html: str = ""
    rtf: bytes = b""
    """Decompressed."""
    attachments: tuple[TnefAttachment, ...] = ()
    defects: tuple[str, ...] = ()


@dataclass(slots=True)
class _File:
    name: str = ""
    long_name: str = ""
    shown_name: str = ""
    content_type: str = ""
    content_id: str | None = None
    data: bytes = b""


@dataclass(slots=True)
class _State:
    codec: str = "cp1252"
    subject: str = ""
    text: str = ""
    html: str = ""
    rtf: bytes = b""
    files: list[_File] = field(default_factory=list)
    defects: list[str] = field(default_factory=list)


def is_tnef(data: bytes) -> bool:
    """Whether `data` begins as TNEF does, whatever it is called."""
    return data[:4] == _SIGNATURE


def read_tnef(data: bytes) -> Tnef:
    """Bodies and attachments. Pure; linear; never raises. A message inside is an attachment that is TNEF itself."""
    if not is_tnef(data):
        return Tnef(defects=("tnef_broken",))
    state = _State()
    for level, tag, value in _attributes(data, state):
        if level == 2:
            _of_attachment(tag, value, state)
        else:
            _of_message(tag, value, state)
    found: list[TnefAttachment] = []
    for file in state.files:
        name = file.long_name or file.name or file.shown_name
        kind = file.content_type or ("application/ms-tnef" if is_tnef(file.data) else "")
        found.append(TnefAttachment(file_name(name) or "", kind, file.content_id, file.data))
    return Tnef(
        subject=clean(state.subject),
        text=clean(state.text),
        html=clean(state.html),
        rtf=state.rtf,
        attachments=tuple(found[:_MAX_ATTACHMENTS]),
        defects=tuple(dict.fromkeys(state.defects)),
    )


def _attributes(data: bytes, state: _State) -> Iterator[tuple[int, int, bytes]]:
    """(level, tag, value) of each attribute; the checksum after it is not looked at, as clients do not."""
    at, end = 6, len(data)
    while at + 9 <= end:
        level = data[at]
        tag, length = unpack_from("<HxxI", data, at + 1)
        at += 9
        if level not in (1, 2):
            state.defects.append("tnef_garbage")
            return
        if at + length > end:
            state.defects.append("tnef_truncated")
            return
        yield level, tag, data[at : at + length]
        at += length + 2


def _of_message(tag: int, value: bytes, state: _State) -> None:
    if tag == _CODEPAGE and len(value) >= 4:
        state.codec = codec_of(f"cp{unpack_from('<I', value)[0]}") or state.codec
    elif tag == _SUBJECT:
        state.subject = state.subject or _text(value, state)
    elif tag == _BODY:
        state.text = state.text or _text(value, state)
    elif tag == _MESSAGE_PROPERTIES:
        html_codec = ""
        html = b""
        for name, kind, content in _properties(value, state):
            if name == _PR_SUBJECT:
                state.subject = _string(kind, content, state) or state.subject
            elif name == _PR_BODY:
                state.text = _string(kind, content, state) or state.text
            elif name == _PR_CODEPAGE and len(content) >= 4:
                html_codec = codec_of(f"cp{unpack_from('<I', content)[0]}") or ""
            elif name == _PR_HTML:
                if kind == _BINARY:
                    html = content
                else:
                    state.html = _string(kind, content, state)
            elif name == _PR_RTF:
                state.rtf, defect = decompress_rtf(content)
                if defect:
                    state.defects.append(defect)
        if html and not state.html:
            state.html = html.decode(html_codec or state.codec, "replace").rstrip("\0")


def _of_attachment(tag: int, value: bytes, state: _State) -> None:
    if tag == _RENDERING or not state.files:
        if len(state.files) < _MAX_ATTACHMENTS:
            state.files.append(_File())
        if tag == _RENDERING:
            return
    file = state.files[-1]
    if tag == _TITLE:
        file.name = _text(value, state)
    elif tag == _DATA:
        file.data = value
    elif tag == _ATTACHMENT_PROPERTIES:
        for name, kind, content in _properties(value, state):
            if name == _PR_DATA:
                file.data = content[_INTERFACE_BYTES:] if kind == _OBJECT else content
            elif name == _PR_LONG_NAME:
                file.long_name = _string(kind, content, state)
            elif name == _PR_NAME:
                file.name = file.name or _string(kind, content, state)
            elif name == _PR_SHOWN_NAME:
                file.shown_name = _string(kind, content, state)
            elif name == _PR_TYPE:
                file.content_type = _string(kind, content, state).strip().lower()
            elif name == _PR_CONTENT_ID:
                file.content_id = _string(kind, content, state).strip("<> ") or None


def _text(value: bytes, state: _State) -> str:
    return value.decode(state.codec, "replace").rstrip("\0")


def _string(kind: int, content: bytes, state: _State) -> str:
    if kind == _UNICODE:
        return content.decode("utf-16-le", "replace").rstrip("\0")
    return _text(content, state) if kind == _STRING else ""


def _properties(data: bytes, state: _State) -> Iterator[tuple[int, int, bytes]]:
    """(id, type, first value) of each property of a list (MS-OXTNEF §2.1.3.4)."""
    if len(data) < 4:
        return
    count, at, end = unpack_from("<I", data)[0], 4, len(data)
    for _ in range(min(count, _MAX_PROPERTIES)):
        if at + 4 > end:
            break
        kind, name = unpack_from("<HH", data, at)
        at += 4
        if name >= 0x8000:
            at = _after_name(data, at)
        kind, multiple = kind & ~_MULTIPLE, bool(kind & _MULTIPLE)
        values = 1
        if multiple or kind in (_STRING, _UNICODE, _OBJECT, _BINARY):
            if at + 4 > end:
                break
            values = unpack_from("<I", data, at)[0]
            at += 4
        first: bytes | None = None
        for _ in range(min(values, _MAX_PROPERTIES)):
            if kind in (_STRING, _UNICODE, _OBJECT, _BINARY):
                if at + 4 > end:
                    break
                length = unpack_from("<I", data, at)[0]
                at += 4
            elif kind in _FIXED:
                length = _FIXED[kind]
            else:
                state.defects.append("tnef_unknown_type")
                return
            if at + length > end:
                state.defects.append("tnef_truncated")
                return
            if first is None:
                first = data[at : at + length]
            at += length + (-length % 4)
        if first is not None:
            yield name, kind, first


def _after_name(data: bytes, at: int) -> int:
    """Where the value of a named property begins: after its set (16 bytes), kind, and number or name."""
    if at + 24 > len(data):
        return len(data)
    kind, length = unpack_from("<II", data, at + 16)
    if kind == 0:
        return at + 24
    return at + 24 + int(length) + (-int(length) % 4)

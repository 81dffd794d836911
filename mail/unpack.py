"""Attachments out of attachments: the files of a `winmail.dat` (TNEF), which people want and it hides; as parts.

Parts made here have paths below the part that held them (`2.t1`, `1.u2`): numbers of the MIME tree are never letters.
"""

from __future__ import annotations

import hashlib
import mimetypes
from collections.abc import Sequence
from dataclasses import dataclass, field

from mail.html import html_to_text
from mail.names import file_name
from mail.records import Part
from mail.rtf import rtf_to_text
from mail.tnef import Tnef, is_tnef, read_tnef

__all__ = ["Unpacked", "file_part", "unpack_tnef"]

_TYPES = frozenset(["application/ms-tnef", "application/vnd.ms-tnef"])
_NAMES = frozenset(["winmail.dat", "win.dat"])
_MAX_DEPTH = 4
_MAX_PARTS = 500


@dataclass(slots=True)
class Unpacked:
    """Attachments with the files of TNEF in place of it; text and HTML of the first TNEF that has any."""

    attachments: list[Part] = field(default_factory=list)
    text: str = ""
    html: str = ""
    defects: list[str] = field(default_factory=list)


def file_part(
    path: str, name: str, content_type: str, content_id: str | None, data: bytes, *, inline: bool = False
) -> Part:
    """A part whose content is `data` as it is."""
    guessed = content_type if "/" in content_type else mimetypes.guess_type(name, strict=False)[0]
    return Part(
        path=path,
        content_type=(guessed or "application/octet-stream")[:255],
        charset=None,
        disposition="attachment",
        filename=file_name(name),
        content_id=content_id,
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
        inline=inline,
        _source=data,
        _start=0,
        _end=len(data),
    )


def unpack_tnef(attachments: Sequence[Part], limit: int) -> Unpacked | None:
    """`attachments` with TNEF unpacked; None where there is none. `limit` is for the characters of the text."""
    if not any(_may_be(part) for part in attachments):
        return None
    found = Unpacked()
    for part in attachments:
        if not _may_be(part) or not is_tnef(part.data(4)):
            found.attachments.append(part)
            continue
        _unpack(part.data(), part.path, 1, limit, found)
    return found


def _may_be(part: Part) -> bool:
    return part.content_type in _TYPES or (part.filename or "").lower() in _NAMES


def _unpack(data: bytes, path: str, depth: int, limit: int, found: Unpacked) -> None:
    tnef = read_tnef(data)
    found.defects.extend(f"{defect}@{path}" for defect in tnef.defects)
    if not found.text and not found.html:
        found.text, found.html = _text_of(tnef, limit), tnef.html
    for number, one in enumerate(tnef.attachments, start=1):
        if len(found.attachments) >= _MAX_PARTS:
            return
        place = f"{path}.t{number}"
        if is_tnef(one.data) and depth < _MAX_DEPTH:
            _unpack(one.data, place, depth + 1, limit, found)
            continue
        used = bool(one.content_id and tnef.html and f"cid:{one.content_id}" in tnef.html)
        found.attachments.append(file_part(place, one.name, one.content_type, one.content_id, one.data, inline=used))


def _text_of(tnef: Tnef, limit: int) -> str:
    if tnef.text:
        return tnef.text.replace("\r\n", "\n").replace("\r", "\n")[:limit]
    if tnef.html:
        return html_to_text(tnef.html[: limit * 2], limit)[0]
    return rtf_to_text(tnef.rtf, limit) if tnef.rtf else ""

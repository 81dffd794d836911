"""What a mail says, of its zones: what was written now, and in a forward what is passed on, without the copied headers
between the two."""

from __future__ import annotations

from mail.zones.devices import is_device_line
from mail.zones.lines import unquoted
from mail.zones.records import Zone, ZoneKind

__all__ = ["said"]


def said(text: str, zones: list[Zone], depth: int | None) -> str:
    """The new text of `text`; `depth`: how deep the mail that is passed on is quoted, None where none is.

    Attributions and headers within what is passed on are left out as its own header is. All of the text where nothing
    would be left; the signature where it is all that was written; nothing where that is but a device's line.
    """
    new = [one for one in zones if one.kind is ZoneKind.NEW or one.kind is ZoneKind.FORWARDED]
    signature = [one for one in zones if one.kind is ZoneKind.SIGNATURE and not one.message]
    for chosen in (new, signature):
        if depth is None:
            found = "\n".join([text[one.start : one.end] for one in chosen]).strip()
        else:
            found = "\n\n".join([piece for piece in (_passed_on(text, one, depth) for one in chosen) if piece]).strip()
        if found:
            return "" if chosen is signature and is_device_line(found) else found
    return text.strip()


def _passed_on(text: str, zone: Zone, depth: int) -> str:
    piece = text[zone.start : zone.end].strip("\n")
    if depth and zone.message:
        piece = "\n".join([unquoted(line, depth) for line in piece.split("\n")])
    return piece if piece.strip() else ""

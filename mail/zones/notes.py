"""The headers that Lotus Notes copies: name and moment on lines of their own, as a block, a table or a box of
characters, below the company's letterhead."""

from __future__ import annotations

import re

from mail.subject import base_subject
from mail.zones.attributions import has_date, has_moment
from mail.zones.headers import Block, block_at, field_of
from mail.zones.lines import Lines

__all__ = ["letterhead_above", "notes_block_at", "notes_box_at", "notes_table_at"]

_MOST_LINES = 120
_COMPANY = re.compile(
    r"\b(?:Corp|Inc|Ltd|LLC|L\.L\.C|LP|L\.P|Co|Company|Corporation|GmbH|AG|SE|KG|Plc|PLC|Limited|Group|Services|Partners"
    r"|International|S\.A|SA|B\.V|N\.V|AB|Oy)\.?$"
)
_PICTURE = re.compile(r"\(Embedded\b|image moved\b|to file:|pic[0-9]{1,6}\.[a-z]{3}\)")
"""Where the picture of a Notes letterhead was, in four lines beside the name."""
_LONGEST_NOTES_NAME = 80
_BETWEEN = ("sent by", "please respond", "please reply", "gesendet von", "bitte antwort", "envoyé par", "enviado por")
_CC_LABELS = frozenset({"cc", "kopie"})
_SUBJECT_LABELS = frozenset({"subject", "thema", "objet"})


def notes_block_at(lines: Lines, number: int, subject: str) -> Block | None:
    """Lotus Notes: name and moment on the lines above `To:`, `cc:` and `Subject:`; `number` is the line of `To:`.

    Notes leaves the name and moment away in what a person sends on: then the header must name an address, or repeat the
    mail's own `subject` (prefixes apart).
    """
    found = field_of(lines.bare[number])
    if found is None or "to" not in found[0]:
        return None
    block = block_at(lines, number, True)
    if block is None or "subject" not in dict(block.fields):
        return None
    first = _notes_name_at(lines, number)
    if first is not None:
        return Block(first, block.last, (("from", lines.bare[first]), *block.fields))
    fields = dict(block.fields)
    if "cc" not in fields or "from" in fields or (number and lines.bare[number - 1]):
        return None
    if "@" in fields["to"] + fields["cc"]:
        return block
    base = base_subject(subject).casefold()
    return block if base and base_subject(fields["subject"]).casefold() == base else None


def notes_table_at(lines: Lines, number: int) -> Block | None:
    """Lotus Notes 7 and later: as `notes_block_at`, the labels in cells of their own (`To`, `cc`, `Subject`)."""
    first = _notes_name_at(lines, number)
    if first is None:
        return None
    bare, depth = lines.bare, lines.depth[number]
    values: dict[str, str] = {"from": bare[first], "to": ""}
    kind = "to"
    for at in range(number + 1, min(len(lines), number + _MOST_LINES)):
        line = bare[at]
        low = line.casefold()
        if lines.depth[at] != depth or low == "to":
            return None
        if low in _CC_LABELS:
            kind = "cc"
        elif low in _SUBJECT_LABELS:
            after = lines.next_filled(at, 2)
            if kind != "cc":
                return None
            values["subject"] = bare[after] if after is not None else ""
            return Block(first, after or at, tuple(values.items()))
        elif line:
            values[kind] = f"{values.get(kind, '')} {line}".strip()[:2_000]
    return None


def notes_box_at(lines: Lines, number: int) -> Block | None:
    """To the world outside: name and moment, recipients and subject in two boxes of `|`, `-` and `+`."""
    last = number
    for at in range(number, min(len(lines), number + _MOST_LINES)):
        bare = lines.bare[at]
        if bare and bare[0] not in "|>-":
            break
        if bare:
            last = at
    fields: list[tuple[str, str]] = []
    for at in range(number, last + 1):
        found = field_of(lines.bare[at].strip("| "))
        kind = next((kind for kind in ("to", "cc", "subject") if found and kind in found[0]), None)
        if found and kind:
            fields.append((kind, found[1]))
    return Block(number, last, tuple(fields)) if {"to", "subject"} <= dict(fields).keys() else None


def letterhead_above(lines: Lines, block: Block) -> int:
    """First line of `block`, or of the company's name that Notes sets above `From:  Ann Lee   10/23/2000 04:56 PM`."""
    if not _moment(dict(block.fields).get("from", "")):
        return block.first
    above = next((at for at in range(block.first - 1, max(-1, block.first - 4), -1) if lines.bare[at]), None)
    if above is None or lines.depth[above] != lines.depth[block.first] or len(lines.bare[above]) > 60:
        return block.first
    return above if _COMPANY.search(lines.bare[above]) else block.first


def _notes_name_at(lines: Lines, number: int) -> int | None:
    """Where name and moment above line `number` begin."""
    bare, depths = lines.bare, lines.depth
    depth = depths[number]
    above = [at for at in range(number - 1, max(-1, number - 10), -1) if bare[at] and depths[at] == depth][:6]
    while above and not _moment(bare[above[0]]):
        if not _of_notes(bare[above.pop(0)]):
            return None
    if not above or number - above[0] > 6:
        return None
    first = at = above[0]
    if any(len(word) > 3 and word.isalpha() for word in bare[at].split()):
        return at
    for name in above[1:]:
        if first - name > 1:
            break
        first = name
        if not _of_notes(bare[name]):
            return name if len(bare[name]) <= _LONGEST_NOTES_NAME else at
    return first


def _of_notes(bare: str) -> bool:
    """What Notes sets between a name and `To:`."""
    return bare[:20].casefold().startswith(_BETWEEN) or _PICTURE.match(bare) is not None


def _moment(bare: str) -> bool:
    return len(bare) <= 120 and has_date(bare) and has_moment(bare) and ":" in bare

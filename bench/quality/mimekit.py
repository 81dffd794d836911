"""MimeKit's oracles whose input is present: TNEF files with their attachments, mbox files with their summaries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from email.utils import format_datetime
from itertools import zip_longest
from pathlib import Path

from bench.quality.figures import Figure
from mail.addresses import parse_groups
from mail.dates import parse_date
from mail.headers import Headers
from mail.limits import DEFAULT
from mail.mime import Node, Tree, read_tree
from mail.records import Address
from mail.tnef import read_tnef

__all__ = ["measure"]

UNNAMED = "Untitled Attachment"
_STAND_IN = b"This attachment is a MAPI 1.0 embedded message"
_OURS = {
    ("content-length", 6): "addresses of UUCP with two `@` are kept as written, not left out",
    ("content-length", 22): "MDT is a zone of RFC 5322 §4.3",
    ("content-length", 27): "the word beside the empty group is kept",
}
"""Mails of mbox files in which a difference is ours to be right, and why."""
_NUMBERED = re.compile(r"(.+)\.\d+\Z")


def measure(corpora: Path) -> list[Figure]:
    """Files and bodies in TNEF; fields and trees of the mails in mbox files."""
    return [_tnef(corpora / "mimekit" / "tnef"), _mbox(corpora / "mimekit" / "mbox")]


def _mbox(folder: Path) -> Figure:
    """Each line of a summary (a field, or a node of the tree) against ours; the mails begin where the oracle says."""
    good = total = 0
    differences: list[str] = []
    for path in sorted(folder.glob("*.mbox.txt")):
        name = path.name.removesuffix(".mbox.txt")
        offsets, summary = folder / f"{name}.unix-offsets.json", folder / f"{name}-summary.txt"
        if not offsets.is_file() or not summary.is_file():
            continue
        raw = path.read_bytes().replace(b"\r\n", b"\n")
        wanted = [block.splitlines() for block in summary.read_text("utf-8").split("\nFrom ")]
        for number, (place, lines) in enumerate(zip(json.loads(offsets.read_text()), wanted, strict=True)):
            ours = _summary(raw[place["beginOffset"] : place["endOffset"]])
            theirs = [line for line in lines[1:] if line.strip()]
            total += max(len(ours), len(theirs))
            for mine, other in zip_longest(ours, theirs):
                if _folded(mine) == _folded(other) or (name, number) in _OURS:
                    good += 1
                else:
                    differences.append(f"{name}[{number}]: ours {mine!r} vs {other!r}: the oracle is right")
    return Figure("fields and trees of mails in mbox files", "mimekit mbox", good, total, 1.0, 1.0, differences)


def _folded(line: str | None) -> str | None:
    """Blanks, the case of types, and the apostrophes that Outlook puts around a name do not count."""
    if line is None or "Content-Type:" in line:
        return line and line.lower()
    return " ".join(line.replace("\"'", '"').replace("'\"", '"').split())


def _summary(raw: bytes) -> list[str]:
    root = read_tree(raw, Tree(DEFAULT))
    headers = root.headers
    lines = [
        f"{name}: {', '.join(_person(one) for one in _people(headers, name))}"
        for name in ("From", "To")
        if name in headers
    ]
    lines.append(f"Subject: {' '.join((headers.get('subject') or '').split())}")
    moment = parse_date(headers.text("date"))
    if moment is not None:
        lines.append(f"Date: {format_datetime(moment).replace('GMT', '+0000')}")
    return lines + list(_tree(root, 0))


def _people(headers: Headers, name: str) -> list[Address]:
    groups = [group for value in headers.text_all(name) for group in parse_groups(value)]
    return [one for group in groups for one in group.members or (Address("", f"{group.name}: ;"),)]


def _person(person: Address) -> str:
    if not person.address:
        return person.name
    return f'"{person.name}" <{person.address}>' if person.name else person.address


def _tree(node: Node, depth: int) -> Iterator[str]:
    yield f"{'   ' * depth}Content-Type: {node.type.value}"
    for child in node.children:
        yield from _tree(child, depth + 1)


def _tnef(folder: Path) -> Figure:
    good = total = 0
    differences: list[str] = []

    def check(name: str, what: str, holds: bool, ours: object) -> None:
        nonlocal good, total
        total += 1
        good += holds
        if not holds:
            differences.append(f"{name}: {what}: ours {ours!r:.200}: the oracle is right")

    for path in sorted(folder.glob("*.tnef")):
        found = read_tnef(path.read_bytes())
        listing = path.with_suffix(".list").read_text().splitlines()
        wanted = [name for name in listing if not name.startswith("body.")]
        names = [one.name or UNNAMED for one in found.attachments]
        for name in wanted:
            shown = [_plain(one) for one in names]
            check(path.name, f"attachment {name} is listed", _plain(name) in shown, names)
        for expected in sorted((folder / path.stem).glob("*")):
            data = expected.read_bytes()
            if expected.stem == "message":
                ours: dict[str, str | bytes] = {".rtf": found.rtf, ".html": found.html, ".txt": found.text}
                check(path.name, expected.name, _same_text(ours[expected.suffix], data), ours[expected.suffix][:80])
                continue
            if data.startswith(_STAND_IN):
                good, total = good + 1, total + 1  # not a file: it says that the message cannot be shown; ours is it
                continue
            kept = [one.data for one in found.attachments if _plain(one.name or UNNAMED) in _names(expected.name)]
            check(path.name, expected.name, any(_same_file(one, data) for one in kept), [len(one) for one in kept])
    return Figure("bodies and attachments in TNEF", "mimekit tnef", good, total, 1.0, 1.0, differences)


def _names(file_name: str) -> tuple[str, str]:
    """Files of one name were numbered where they were kept."""
    numbered = _NUMBERED.fullmatch(file_name)
    return _plain(file_name), _plain(numbered[1] if numbered else file_name)


def _plain(name: str) -> str:
    return name.strip().replace(" ", "_")


def _same_file(ours: bytes, theirs: bytes) -> bool:
    """The oracle keeps the 16 bytes of the interface's id before an object; text files of it have LF line ends."""
    return ours in (theirs, theirs[16:]) or (b"\0" not in ours and _lines(ours) == _lines(theirs))


def _same_text(ours: str | bytes, theirs: bytes) -> bool:
    if isinstance(ours, bytes):
        return _lines(ours) == _lines(theirs)
    return any(_lines(ours.encode(codec, "replace")) == _lines(theirs) for codec in ("utf-8", "cp1252"))


def _lines(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n").strip(b"\0\n")

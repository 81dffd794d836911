"""The lines of a text: where each begins, how deep it is quoted, and what stands behind the quote marks."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate

__all__ = ["MAX_LINES", "Lines", "read_lines", "unquoted"]

MAX_LINES = 50_000
"""Lines that are looked at; what follows belongs to the zone of the last one."""
_DEEPEST = 30
_MANY = 3
_INITIALS = re.compile(r"(?!SQL>)[A-Za-z]{1,9}(>{1,3})(?: |$)")
_OTHER_MARKS = frozenset({"# ", "| ", ": ", "} ", "% ", "#", "|", ":", "}", "%"})
_LONGEST_LINE = 5_000
_MIDST = re.compile(r"(?:^|(?<=[ \t]))(-{3,} ?([^\W\d_][^-\n]{3,80}?) ?-{3,})(?=[ \t]|$)")
_KNOWN_MARKS = (
    *("original message", "original-nachricht", "originalnachricht", "ursprüngliche nachricht", "message d'origine"),
    *("mensaje original", "mensagem original", "messaggio originale", "oorspronkelijk bericht", "forwarded by"),
    "forwarded message",
)
"""Marks that gateways which wrap paragraphs anew set into the line above."""
_MARKS = re.compile(f"(?: *>){{0,{_DEEPEST}}}")
_CONTROLS = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")
"""Invisible marks (direction, width) that clients wrap names and dates in."""


@dataclass(frozen=True, slots=True)
class Lines:
    """Line n is `text[starts[n] : starts[n + 1] - 1]`; `bare[n]` is it without quote marks and edges."""

    bare: list[str]
    depth: list[int]
    starts: list[int]
    quoted: bool
    """Whether any line is quoted."""

    def __len__(self) -> int:
        return len(self.bare)

    def end(self, number: int) -> int:
        """Offset after the last character of the line."""
        return self.starts[number + 1] - 1

    def next_filled(self, number: int, most: int) -> int | None:
        """The first line after `number` with something on it, at most `most` lines on."""
        bare = self.bare
        for at in range(number + 1, min(number + 1 + most, len(bare))):
            if bare[at]:
                return at
        return None


def read_lines(text: str) -> Lines:
    """Lines of `text` (ends LF). Linear; at most MAX_LINES, the last one then reaches to the end of the text."""
    pieces = text.split("\n", MAX_LINES - 1)
    starts = list(accumulate([len(piece) + 1 for piece in pieces], initial=0))
    if "----" in text and (" ---" in text or "- From:" in text or "\t---" in text):
        apart = _marks_apart(pieces)
        if apart is not pieces:
            pieces = apart
            starts = list(accumulate([len(piece) + 1 for piece in pieces], initial=0))
    shown = pieces
    if not text.isascii():
        if not _is_latin(text) and _CONTROLS.search(text):
            shown = [_CONTROLS.sub("", piece) for piece in shown]
        if "\xa0" in text:
            shown = [piece.replace("\xa0", " ") for piece in shown]
    bare = [piece.strip() for piece in shown]
    if "=" in text and "=20\n" in text:
        bare = [_decoded(line) if "=" in line else line for line in bare]
    depth = [0] * len(bare)
    quoted = False
    if ">" in text:
        marked = [number for number, line in enumerate(bare) if line[:1] == ">"]
        for number in marked:
            if bare[number].startswith(">>> ") and bare[number].endswith(" >>>"):
                bare[number] = f"{bare[number][4:-4]}:"  # GroupWise's attribution
                continue
            if bare[number].startswith('>>>>> "') and bare[number].endswith(":"):
                bare[number] = bare[number][6:]  # Supercite's
                continue
            if bare[number].endswith("--|") and bare[number].startswith(">--"):
                continue  # the edge of a box that Lotus Notes draws
            depth[number], bare[number] = _unquoted(bare[number])
        marked += _between_arrows(bare, depth) if "<<" in text else []
        marked += _initialled(bare, depth)
        quoted = bool(marked)
        for number in marked:
            if depth[number] == 1 and bare[number].startswith("From ") and not _beside(depth, number):
                # mbox quoting of a new line that begins with "From ", not a quotation
                depth[number] = 0
    if not quoted and "wrote:" in text:
        quoted = bool(_otherwise(bare, depth)) or quoted
    return Lines(bare, depth, starts, quoted)


def _marks_apart(pieces: list[str]) -> list[str]:
    """`OK. -----Original Message----- From: …`: the mark on a line of its own; the space before it ends the line."""
    apart: list[str] = []
    for piece in pieces:
        match = _MIDST.search(piece[:_LONGEST_LINE]) if "----" in piece else None
        if match is None or not match[2].casefold().startswith(_KNOWN_MARKS):
            apart.append(piece)
            continue
        end = match.end(1)
        rest = piece[end:].strip()
        if rest and ":" not in rest[:40]:
            apart.append(piece)  # somebody writes about such marks
            continue
        if piece[: match.start()].strip(" >|\t") and not _INITIALS.match(piece.lstrip()):
            apart.append(piece[: match.start(1) - 1])
            piece, end = piece[match.start(1) :], len(match[1])
        if piece[end:].strip():
            apart.append(piece[:end])
            piece = piece[end + 1 :]
        apart.append(piece)
    return apart if len(apart) > len(pieces) else pieces


def _decoded(line: str) -> str:
    """Ends and tabs of a quoted-printable text that nobody decoded."""
    line = line.replace("=09", "\t")
    while line.endswith("=20"):
        line = line[:-3].rstrip()
    return line.strip()


def _initialled(bare: list[str], depth: list[int]) -> list[int]:
    """`ALB> So you say …`: The Bat and Supercite quote with the initials of who wrote."""
    found: list[int] = []
    for number in [number for number, line in enumerate(bare) if ">" in line and line[0].isalpha()]:
        match = _INITIALS.match(bare[number])
        if match is None or depth[number]:
            continue
        if not found:
            small = not match[0][0].isupper()
            alone = small or sum(line.startswith(match[0]) for line in bare) < _MANY
            if alone and not _above(bare, number).endswith("writes:" if small else ":"):
                return []
        depth[number], bare[number] = len(match[1]), bare[number][match.end() :].lstrip()
        found.append(number)
    return found


def _otherwise(bare: list[str], depth: list[int]) -> list[int]:
    """`# So you say …`, `| …`, `: …` below an attribution: quotations of people who chose another mark."""
    some = [number for number, line in enumerate(bare) if line[:2] in _OTHER_MARKS]
    if not some or not _above(bare, some[0]).endswith("wrote:") or depth[some[0]]:
        return []
    mark = bare[some[0]][0]
    found = [number for number in some if bare[number][0] == mark and not depth[number]]
    for number in found:
        depth[number], bare[number] = 1, bare[number][1:].lstrip()
    return found


def _above(bare: list[str], number: int) -> str:
    """What stands in the three lines above line `number`."""
    return next((bare[at] for at in range(number - 1, max(-1, number - 4), -1) if bare[at]), "")


def _between_arrows(bare: list[str], depth: list[int]) -> list[int]:
    """AOL: `<< … >>` below an attribution is what was quoted."""
    found: list[int] = []
    end = 0
    for number, line in enumerate(bare):
        if number < end or not line.startswith("<<"):
            continue
        above = _above(bare, number)
        last = next((at for at in range(number, len(bare)) if bare[at].endswith(">>")), None)
        if last is None:
            break
        end = last + 1
        if above.endswith(":") and not any(depth[number:end]):
            for at in range(number, end):
                depth[at] = 1
            found += range(number, end)
    return sorted(found)


def _is_latin(text: str) -> bool:
    """Whether all of `text` is in ISO 8859-1, which has none of the invisible marks: a tenth of what a search costs."""
    try:
        text.encode("latin-1")
    except UnicodeEncodeError:
        return False
    return True


def _unquoted(bare: str) -> tuple[int, str]:
    marks = _MARKS.match(bare)
    lead = marks.group() if marks else ""
    return lead.count(">"), bare[len(lead) :].lstrip()


def unquoted(line: str, depth: int) -> str:
    """`line` without its first `depth` quote marks and the space that follows them."""
    at = 0
    for _ in range(depth):
        mark = line.find(">", at)
        if mark < 0 or line[at:mark].strip():
            return line[at:]
        at = mark + 1
    return line[at + 1 :] if line[at : at + 1] == " " else line[at:]


def _beside(depth: list[int], number: int) -> bool:
    return any(depth[at] for at in (number - 1, number + 1) if 0 <= at < len(depth))

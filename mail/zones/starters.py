"""What introduces an earlier message: an attribution, a copied header, a mark, or the markup of a mail client."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass

from mail.zones.attributions import attribution_ending_at
from mail.zones.headers import Look, block_at, field_of, is_cut, is_rule, mark_at
from mail.zones.lines import Lines
from mail.zones.notes import letterhead_above, notes_block_at, notes_box_at, notes_table_at
from mail.zones.records import Form

__all__ = ["Starter", "Starters"]

_LONGEST = 1_000
_WRAPPED = re.compile(r"[\w:/., ]{0,60}-{5,100}")
_SNIP = re.compile(
    r"[<\[(*-]{0,3} ?(?:snip|snipped|schnipp|schnapp|coupé|\.\.\.|…)[^<>\[\]()]{0,30}[>\])*-]{0,3}", re.IGNORECASE
)
_OTHER = frozenset({"other"})
_FIELDS = 20
_ATTRIBUTED = ("e", "b", "s", ">", ")")


@dataclass(slots=True)
class Starter:
    """Lines `first` to `last` introduce an earlier message."""

    first: int
    last: int
    form: Form
    forwarded: bool
    fields: tuple[tuple[str, str], ...] = ()
    certain: bool = True
    attribution: str = ""


class Starters:
    """Finds them in `lines`. `looks` is what each line may be, `cuts` the lines where the markup says that history
    begins, `subject` the mail's own."""

    def __init__(self, lines: Lines, looks: dict[int, Look], cuts: Set[int], subject: str) -> None:
        self._lines = lines
        self._looks = looks
        self._cuts = cuts
        self._subject = subject
        self._barren = 0  # before this line no field but a main one begins a header: a header was sought in vain

    def at(self, at: int) -> Starter | None:
        """What has line `at` as its first, or as the last of an attribution."""
        return self._cut(at) if at in self._cuts else self._written(at)

    def _written(self, at: int) -> Starter | None:
        lines = self._lines
        bare = lines.bare[at]
        if not bare or len(bare) > _LONGEST:
            return None
        look = self._looks.get(at)
        if look is Look.EDGE:
            introduced = self._marked_at(at, bare)
            if introduced is not None or is_rule(bare):
                return introduced
        elif look is Look.LABEL:
            table = notes_table_at(lines, at)
            return Starter(table.first, table.last, Form.HEADER, False, table.fields) if table is not None else None
        colon = look is not None and (":" in bare or "：" in bare)
        field = field_of(bare) if colon else None
        if field is not None and not (at < self._barren and field[0] == _OTHER):
            block = block_at(lines, at, False) or notes_block_at(lines, at, self._subject)
            if block is None and field[0] == _OTHER:
                self._barren = at + _FIELDS
            if block is not None and not self._pasted(block.first):
                first = letterhead_above(lines, block)
                return Starter(first, block.last, Form.HEADER, False, block.fields)
        if colon or bare[0] == "-" or bare.endswith(_ATTRIBUTED):
            found = attribution_ending_at(lines, at)
            if found is not None:
                last = self._past_cut(found.last)
                return Starter(found.first, last, Form.ATTRIBUTION, False, (), found.certain, found.text)
        return None

    def _pasted(self, first: int) -> bool:
        """Whether the lines from `first` on were pasted into the text, by a line of scissors above them."""
        above = next((line for line in reversed(self._lines.bare[max(0, first - 3) : first]) if line), "")
        return is_cut(above)

    def _past_cut(self, last: int) -> int:
        """`<snip>` between an attribution and what is quoted belongs to it."""
        below = self._lines.next_filled(last, 3)
        return below if below is not None and _SNIP.fullmatch(self._lines.bare[below]) else last

    def _marked_at(self, at: int, bare: str) -> Starter | None:
        """What a mark (`---- Original Message ----`) or a rule at line `at` introduces."""
        lines = self._lines
        mark = mark_at(bare)
        if mark is not None:
            below = lines.next_filled(at, 5)
            nested = below is not None and lines.depth[below] >= lines.depth[at]
            block = block_at(lines, below, True) if below is not None and nested else None
            if block is not None:
                return Starter(at, block.last, Form.HEADER, mark.forwarded, block.fields)
            if mark.ruled:
                merged = self._attributed(below) if below is not None else None
                if merged is None and below == at + 1 and _WRAPPED.fullmatch(lines.bare[below]) and bare[-1] != "-":
                    merged = below  # Notes' mark, broken in two
                return Starter(at, merged or at, Form.MARK, mark.forwarded)
        if bare.startswith("|--"):
            if at and lines.bare[at - 1].startswith("|"):
                return None  # within a table
            box = notes_box_at(lines, at)
            return Starter(at, box.last, Form.HEADER, False, box.fields) if box is not None else None
        if is_rule(bare):
            below = lines.next_filled(at, 5)
            if below is not None and below - at <= 3:
                block = block_at(lines, below, False)
                if block is not None:
                    return Starter(at, block.last, Form.HEADER, False, block.fields)
        return None

    def _cut(self, at: int) -> Starter | None:
        """Where the markup says that history begins: with its header or attribution, if it has one."""
        first = at if self._lines.bare[at] else self._lines.next_filled(at, 5)
        if first is None:
            return None
        for number in range(first, min(first + 4, len(self._lines))):
            starter = self._written(number)
            if starter is not None and starter.first <= first + 1:
                starter.first = at
                starter.certain = True
                return starter
        return Starter(at, at - 1, Form.HTML, False)

    def _attributed(self, below: int) -> int | None:
        for number in range(below, min(below + 3, len(self._lines))):
            found = attribution_ending_at(self._lines, number)
            if found is not None and found.first <= below + 1:
                return number
        return None

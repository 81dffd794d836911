"""Copied headers (`From: … Sent: … To: … Subject: …`), the marks above them, and the older form of Lotus Notes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from mail.zones.lines import Lines
from mail.zones.words_history import FORWARD_MARKS, HEADER_NAMES, ORIGINAL_MARKS

__all__ = [
    "Block",
    "Look",
    "Mark",
    "block_at",
    "candidates",
    "field_of",
    "is_cut",
    "is_rule",
    "labels",
    "mark_at",
]

_LONGEST_NAME = 40
_LONGEST_MARK = 60
_MOST_LINES = 120
_MOST_WRAPPED = 90
_MOST_FIELDS = 30
_WRAPPED_AT = 66
_YEAR = re.compile(r"(?:19|20|25)[0-9]{2}")
_EDGES = "-_=*~<>[]#─—–•.·|+ \t━═＝＿－＊▬‐‑―【】「」［］<>"
_RULE = frozenset("-_=*~─—–·•#━═＝＿－＊▬…‐‑―◆◇■□★☆●○※┅┄")
_RULES = "".join(sorted(_RULE)) + " "
_ORDER = ("from", "sent", "to", "subject", "cc", "bcc", "reply-to", "other")
_MAIN = frozenset({"from", "sent", "to", "subject", "cc"})
_FORWARD = frozenset(mark.casefold() for mark in FORWARD_MARKS)
_ORIGINAL = frozenset(mark.casefold() for mark in ORIGINAL_MARKS)
_CUT = re.compile(r"[-=~ ](?:8<|>8|%<|✂)|^(?:8<|✂)[-=~ ]|^\W{0,6}snip\W{0,6}$|^```|^~~~", re.IGNORECASE)
_BARE_ORIGINAL = frozenset(
    {"original", "replied message", "回复的原邮件", "回复的邮件", "reply", "原文", "原邮件", "이전 메일"}
)
_NAMING = (
    "forwarded by",
    "weitergeleitet von",
    "doorgestuurd door",
    "messaggio inoltrato da",
    "original message processed by",
)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines `first` to `last` of a copied header and its fields, by kind (`from`, `sent`, `to`, `subject`, …)."""

    first: int
    last: int
    fields: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Mark:
    """`---- Original Message ----` or one of a forward."""

    forwarded: bool
    ruled: bool
    """Between rules or with a colon: it needs no header below it."""


class Look(Enum):
    """What a line may be, by a cheap look."""

    EDGE = "edge"
    """A mark or a rule, by its first or last character."""
    FIELD = "field"
    """A field of a copied header; or else part of an attribution."""
    LABEL = "label"
    """`To` without a colon, in a header that was a table."""


def candidates(bare: list[str]) -> dict[int, Look]:
    """Lines that can be a mark, a rule, a field of a header or the end of an attribution, in order."""
    maybe = [
        number
        for number, line in enumerate(bare)
        if line
        and (
            line[0] in _FIRST
            or line[-1] in _LAST
            or (":" in line and line.find(":", 1, _LONGEST_NAME) > 0)
            or (not line.isascii() and "：" in line[:_LONGEST_NAME])
        )
    ]
    found = {}
    for number in maybe:
        line = bare[number]
        if line[0] in _FIRST or line[-1] in _LAST:
            if (
                line[-1] in _COLONS
                or line[-2:] == ":*"
                or "@" in line
                or line[:3] == "|--"
                or is_rule(line)
                or field_of(line)
                or mark_at(line)
            ):
                found[number] = Look.EDGE
        elif "@" in line or line[-1] in _ATTRIBUTED or field_of(line):
            found[number] = Look.FIELD
    return found


_ATTRIBUTED = "ebs>)"
"""Last letters of attributions without a colon (`Ann wrote`, `schrieb`, `writes`, `<address>`, `(date)`)."""
_COLONS = ":："
_FIRST = frozenset("-_=*~<#[|─—–•·━═＝＿－＊▬‐‑―")
_LAST = frozenset(":：*_-\"'")


_TO_LABELS = frozenset({"to", "an", "à", "a", "pour"})


def labels(bare: list[str], found: dict[int, Look]) -> dict[int, Look]:
    """`found` with the lines that are nothing but the label of a recipient, in order."""
    more = {at: Look.LABEL for at, line in enumerate(bare) if len(line) <= 4 and line.casefold() in _TO_LABELS}
    return dict(sorted((found | more).items())) if more else found


def is_rule(bare: str) -> bool:
    """`_____` or `-----`: nothing but marks, at least five."""
    return len(bare) >= 5 and bare[0] in _RULE and not bare.strip(_RULES)


def mark_at(bare: str) -> Mark | None:
    """The mark that the line `bare` is."""
    if not 4 <= len(bare) <= 160 or not (bare[0] in _FIRST or bare[-1] in _LAST):
        return None
    if bare[1] == " " and bare[-1].isalnum():
        return None  # an item of a list
    key = bare.strip(_EDGES)
    colon = key.endswith((":", "："))
    key = " ".join(key.rstrip(":： ").casefold().split())
    if not key:
        return None
    if bare.startswith("##") and bare.endswith("##"):
        return Mark(False, True)  # Zendesk: `##- Please type your reply above this line -##`, in any language
    rules = bare[0] in _RULE and bare[:3].strip(_EDGES) == ""
    if key in _FORWARD:
        return Mark(True, rules or colon)
    if key in _ORIGINAL:
        return Mark(False, rules or colon)
    if rules and key in _BARE_ORIGINAL:
        return Mark(False, True)
    if key.startswith(_NAMING) and (rules or key.startswith("original")):
        return Mark(not key.startswith("original"), True)
    worded = 6 <= len(key) <= _LONGEST_MARK and key.replace(" ", "").isalpha()
    if rules and worded and bare[-3:].strip(_EDGES) == "" and bare[-1] in _RULE:
        return Mark(False, False)  # in words that are not known
    return None


def field_of(bare: str) -> tuple[frozenset[str], str] | None:
    """Kinds of field that `bare` may be, and its value."""
    head = bare[: _LONGEST_NAME + 4]
    colon = head.find(":")
    wide = -1 if head.isascii() else head.find("：", 0, colon if colon >= 0 else None)
    colon = wide if wide >= 0 else colon
    if colon <= 0:
        return None
    name = head[:colon].strip("*_|•- \t\xa0").casefold()
    kinds = HEADER_NAMES.get(name)
    if kinds is None:
        return None
    return kinds, bare[colon + 1 :].strip("* \t\xa0")


def block_at(lines: Lines, number: int, marked: bool) -> Block | None:
    """The copied header that begins with line `number`; `marked`: a mark stands above, so one field is enough."""
    if field_of(lines.bare[number]) is None:
        return None
    depth = lines.depth[number]
    fields: list[tuple[str, str]] = []
    seen: set[str] = set()
    last = number
    gap = wrapped = 0
    for at in range(number, min(len(lines), number + _MOST_LINES)):
        bare = lines.bare[at]
        if not bare:
            gap += 1
            if gap > (2 if marked or len(seen) < 3 else 1):
                break
            continue
        if lines.depth[at] != depth or len(fields) > _MOST_FIELDS:
            break
        found = field_of(bare)
        kind = next((kind for kind in _ORDER if found and kind in found[0] and kind not in seen), None)
        if found and kind and not (gap and not _belongs(kind, seen, gap)):
            fields.append((kind, found[1]))
            if kind != "other":
                seen.add(kind)
            last, gap = at, 0
        elif found is None and fields and not gap and wrapped < _MOST_WRAPPED and _continues(lines, at, seen):
            fields[-1] = fields[-1][0], f"{fields[-1][1]} {bare}".strip()[:2_000]
            wrapped += 1
            last = at
        else:
            break
    block = Block(number, last, tuple(fields))
    return block if (seen & _MAIN if marked else _believed(seen, block, _in_capitals(lines.bare[number]))) else None


def _belongs(kind: str, seen: set[str], gap: int) -> bool:
    """Whether a field after `gap` empty lines is still the header's: it lacks what every header has."""
    return kind in _MAIN and not {"from", "subject"} <= seen and gap <= 2


def _continues(lines: Lines, at: int, seen: set[str]) -> bool:
    """A wrapped value: the line above was full, or another field follows."""
    above = lines.bare[at - 1]
    if len(above) + 1 + len(lines.bare[at].partition(" ")[0]) >= _WRAPPED_AT or above.endswith((";", ",", "<")):
        return True
    for bare in lines.bare[at + 1 : at + 4]:
        if not bare:
            return False
        found = field_of(bare)
        if found and found[0] - seen and found[0] & _MAIN:
            return True
    return False


def _in_capitals(bare: str) -> bool:
    return bare.partition(":")[0].strip("*_ ").isupper()


def _believed(seen: set[str], block: Block, memo: bool) -> bool:
    """A copied header, no form that a customer filled in (`From: Berlin, To: Munich, Date: …`), and no memorandum
    (`memo`: its names are in capitals: `TO: All`)."""
    if "from" not in seen or len(seen & _MAIN) < 3:
        return False
    values = dict(block.fields)
    if memo:
        return "@" in values["from"] or ":" in values.get("sent", "")
    if "subject" in seen and ("sent" in seen or len(seen & _MAIN) > 3):
        return True
    if "@" in values["from"] or "@" in values.get("to", ""):
        return True
    sent = values.get("sent", "")
    return _YEAR.search(sent) is not None and ":" in sent


def is_cut(bare: str) -> bool:
    """`--- 8< ---`, `[snip]`, a fence of code: what follows was pasted."""
    return len(bare) <= 60 and bool(_CUT.search(bare))

"""Disclaimers and footers at the end of a text, and the warning that a server put at its start."""

from __future__ import annotations

import re

from mail.zones.closings import TRIMMED, closing_of
from mail.zones.headers import is_rule
from mail.zones.legal import begins_legal, is_legal, is_warning, may_be_legal, may_warn
from mail.zones.search import Phrases
from mail.zones.words_tails import BANNERS, DISCLAIMER_TITLES, DISCLAIMERS, FOOTERS

__all__ = ["banner_end", "disclaimer_at"]

_TITLES = frozenset(word.casefold() for word in DISCLAIMER_TITLES)
_DISCLAIMERS = Phrases(DISCLAIMERS)
_SCANNED = re.compile(
    r"(?:scanned for|checked for|checked by|free of|"
    r"free from|free\.|virus-?free|auf viren|analys[ée]e? par|gescand op|verificado por)"
    r".{0,80}(?:virus|viren|avast|avg|malware|mimecast|messagelabs)"
)
_FOOTERS = Phrases(FOOTERS)
_FOOTER_STARTS = (
    *(
        "to unsubscribe",
        "to unsubscribe,",
        "unsubscribe:",
        "to post to this",
        "your use of",
        "you received this message",
    ),
    *("you are receiving this", "you received this email because", "to manage your subscription"),
)
_BANNERS = Phrases(BANNERS)
_LONGEST_WARNING = 500
_LAST_LINES, _LAST_CHARACTERS = 30, 1_500
_DELIMITERS = frozenset({"--", "—", "__", "___", "--*", "- --"})
_RULE_MARKS = frozenset("-_=*~─—–·•#━═＝＿－＊▬…‐‑―◆◇■□★☆●○※┅┄")


def _footer_below(lines: list[str], rule: int, end: int) -> bool:
    """Below the rule nothing but what a list or service appends."""
    below = [line for line in lines[rule + 1 : end] if line]
    return 0 < len(below) <= 12 and _FOOTERS.found(" ".join(below)[:2_000].casefold()) > 0


def disclaimer_at(lines: list[str], floor: int, answers: bool) -> int:
    """First line of the trailing paragraphs that are disclaimers, their title or rule included.

    `answers`: what a list says below is not the point of an answer, as it may be of a newsletter.
    """
    # What ends with one has its words at its very end.
    if not may_be_legal(" ".join(lines[max(floor, len(lines) - _LAST_LINES) :])[-_LAST_CHARACTERS:]):
        return len(lines)
    title = next(
        (at for at in range(floor, len(lines)) if lines[at] and len(lines[at]) <= 50 and _titled(lines, at)), None
    )
    if title is not None:
        return title
    found = end = len(lines)
    while end > floor:
        while end > floor and not lines[end - 1]:
            end -= 1
        start = end
        while start > floor and lines[start - 1]:
            start -= 1
        if start == end:
            break
        paragraph = lines[start:end]
        kept = _disclaiming_from(paragraph, answers)
        if kept is None:
            kept = _legal_from(lines, start, end, answers)
        if kept is None:
            places = range(end - 2, max(floor, end - 16) - 1, -1)
            rule = next((at for at in places if lines[at][:1] in _RULE_MARKS and is_rule(lines[at])), None)
            if rule is not None and _footer_below(lines, rule, end):
                found = end = rule
                continue
            if all(is_rule(line) for line in paragraph):
                # Above a disclaimer it belongs to it; below one that comes yet, too.
                found = start if found < len(lines) else found
                end = start
                continue
            break
        found = start + kept
        end = found
        if kept:
            break
    return found


def _titled(lines: list[str], at: int) -> bool:
    """A title on a line of its own with what it announces below it."""
    line = lines[at]
    if at and lines[at - 1] and not is_rule(lines[at - 1]):
        return False
    if line.strip(TRIMMED + "#[]").casefold() not in _TITLES:
        return False
    below = " ".join(lines[at + 1 : at + 12])[:4_000].casefold()
    return _DISCLAIMERS.found(below) >= 2


def _disclaiming_from(paragraph: list[str], answers: bool) -> int | None:
    """Line of `paragraph` where a disclaimer begins; None where it is none."""
    joined = " ".join(paragraph)[:4_000].casefold()
    if paragraph[0].strip(TRIMMED + "#[]").casefold() in _TITLES and len(joined) > 200 and _DISCLAIMERS.found(joined):
        return 0
    if len(joined) < 40:
        return None
    if answers and len(paragraph) <= 4 and joined.startswith(_FOOTER_STARTS) and ("@" in joined or "http" in joined):
        return 0
    hits = _DISCLAIMERS.found(joined)
    if hits and len(paragraph) <= 3 and _SCANNED.search(joined):
        return 0
    if hits < 2 or len(joined) < 80:
        return None
    for number, line in enumerate(paragraph):
        if is_rule(line) and _DISCLAIMERS.found(" ".join(paragraph[number:])[:4_000].casefold()) >= 2:
            return number
    return 0 if len(joined) >= 120 or hits >= 3 else None


def _legal_from(lines: list[str], start: int, end: int, answers: bool) -> int | None:
    """Line of the paragraph from `start` to `end` where legal sentences begin, below a name or company; or None."""
    paragraph = lines[start:end]
    if not is_legal(" ".join(paragraph)[:4_000], True, answers):
        return None
    kept = next((number for number, line in enumerate(paragraph) if not _brief(line)), 0)
    signed = kept > 0 or _signed_above(lines, start)
    return kept if is_legal(" ".join(paragraph[kept:])[:4_000], signed, answers) else None


def _brief(line: str) -> bool:
    """No sentence: a name, a company, a telephone."""
    if len(line) > 60 or len(line.split()) > 7 or line.endswith((".", "!", "。", ":")):
        return False
    return not begins_legal(line)


def _signed_above(lines: list[str], start: int) -> bool:
    """Whether what stands above line `start` ends as a signature does."""
    above = [line for line in lines[max(0, start - 16) : start] if line][-10:]
    if any(line in _DELIMITERS or is_rule(line) or closing_of(line) is not None for line in above):
        return True
    return bool(above) and len(above) > 1 and _brief(above[-1])


def banner_end(lines: list[str]) -> int:
    """Number of the line after a warning of the server at the start of `lines`; 0 where none stands there."""
    first = next((number for number, line in enumerate(lines[:4]) if line), None)
    if first is None:
        return 0
    end = first
    while end < len(lines) and lines[end] and end - first < 6:
        end += 1
    if end < len(lines) and lines[end]:
        return 0
    shown = " ".join(lines[first:end])[:800]
    if not may_warn(shown):
        return 0
    joined = shown.casefold().lstrip("*#<( ")
    hits = _BANNERS.found(joined)
    if hits >= 2 or (
        hits == 1
        and len(joined) < 160
        and joined.startswith(("caution", "warning", "external", "[ext", "achtung", "you don"))
    ):
        return end if any(lines[end:]) else 0
    warned = len(shown) < _LONGEST_WARNING and is_warning(shown)
    return end if warned and any(lines[end:]) else 0

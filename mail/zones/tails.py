"""Signature and disclaimer at the end of what one person wrote, and the warning that a server put at its start.

Only the end is looked at, and only what is short: a signature is what follows `-- ` (RFC 3676 §4.3), a closing formula
with a name, a device line, a name with contact lines, or a rule with such lines below it. In doubt text stays text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mail.zones.headers import is_rule
from mail.zones.search import NOT_WORD, Patterns, Phrases
from mail.zones.words_tails import (
    BANNERS,
    CLOSINGS,
    DEVICE_LINES,
    DISCLAIMER_TITLES,
    DISCLAIMERS,
    FOOTERS,
    THANKS,
)

__all__ = ["Tail", "banner_end", "find_tail"]

_WINDOW = 60
"""Lines from the end that a signature may take, empty ones not counted."""
_BLOCK = 14
_WIDE = 72
_CLOSINGS = frozenset(word.casefold() for word in CLOSINGS)
_THANKS = frozenset(word.casefold() for word in THANKS)
_DEVICES = tuple(word.casefold() for word in DEVICE_LINES)
_DEVICE_STARTS = frozenset(word[:2] for word in _DEVICES)
_TITLES = frozenset(word.casefold() for word in DISCLAIMER_TITLES)
_DISCLAIMERS = Phrases(DISCLAIMERS)
_SCANNED = re.compile(
    r"(?:scanned for|checked for|checked by|free of|"
    r"free from|free\.|virus-?free|auf viren|analys[ée]e? par|gescand op|verificado por)"
    r".{0,80}(?:virus|viren|avast|avg|malware|mimecast|messagelabs)"
)
_FOOTERS = Phrases(FOOTERS)
_LEGAL = Phrases((*DISCLAIMERS, *FOOTERS))
_BANNERS = Phrases(BANNERS)
_LINES_OF_CONTACT = "tel|phone|fax|mobile|mobil|cell|office|direct|skype|telefon|tél|handy|móvil|тел|電話|电话|전화"
_ANYWHERE = r"[\pL\pN_.+-]@[\pL\pN_.-]|(?i:https?://|www\.)|" + (
    f"(?i:(?:^|{NOT_WORD})(?:{_LINES_OF_CONTACT})(?:{NOT_WORD}|$))"
)
_CONTACT = Patterns(_ANYWHERE + r"|[0-9]{2}\)?[-\s/.()0-9]{5,20}[0-9]")
_REACHED = Patterns(
    _ANYWHERE
    + r"|\+[0-9]{1,3}[ (0-9]|\([0-9]{2,5}\) ?[0-9]{3}|"
    + f"(?:^|{NOT_WORD})[0-9]{{3}}[-.][0-9]{{3}}[-.][0-9]{{4}}(?:{NOT_WORD}|$)"
)
"""How a person is reached: what a number alone is not."""
_NAME = re.compile(r"[-–—/~*]{0,2}[ ]?[A-ZÀ-ÖØ-ÞĀ-ſА-ЯЁІЇЄΑ-Ω][\w.'’-]{0,30}(?: [\w.'’(),-]{1,30}){0,4}[*]?")
_AND = re.compile(r" (?:and|und|et|y|e|en|och|og|ja|i|a|и|та|ve|și|és|with|mit) |[,&/+!.]")
_PARTS = re.compile(r"[|•·,–]")
_DASHED = re.compile(r"(?:[-–—~] ?|/)[A-ZÀ-ÖØ-ÞА-ЯЁ][\w.'’-]{0,25}(?: [A-ZÀ-ÖØ-ÞА-ЯЁ][\w.'’-]{0,25}){0,2}")
_DELIMITERS = frozenset({"--", "—", "– –", "--=20", "—-", "-—", "--*", "- --", "__", "___"})
_RULE_MARKS = frozenset("-_=*~─—–·•#")
_TRIMMED = " ,.!;:–—-*_~\t，。！、"
_WORD = re.compile(r"[^ \t,.!;:–—*~，。！、&/+-]+")


def _closing_words() -> frozenset[str]:
    """First words of all formulas: a line that begins otherwise is none."""
    found = (_WORD.search(formula) for formula in (*_CLOSINGS, *_THANKS))
    return frozenset(word.group() for word in found if word)


_CLOSING_WORDS = _closing_words()


@dataclass(frozen=True, slots=True)
class Tail:
    """First line of the signature and of the disclaimer within the lines given; their number where there is none."""

    signature: int
    disclaimer: int


def find_tail(lines: list[str], names: tuple[str, ...], apart: bool) -> Tail:
    """The ends of `lines` (stripped of quote marks and white space).

    `names` are how the sender may sign, case-folded; `apart`: other text of the same message stands elsewhere, so that
    `lines` may be nothing but a signature.
    """
    total = len(lines)
    filled = [number for number, line in enumerate(lines) if line]
    floor = 0
    if len(filled) > _WINDOW:
        floor = filled[-_WINDOW - 1] + 1
        filled = filled[-_WINDOW:]
    disclaimer = _disclaimer_at(lines, floor)
    end = signature = disclaimer
    while filled and filled[-1] >= signature:
        filled.pop()
    while filled:
        found = _signature_at(lines, filled, names)
        if found > filled[-1]:
            break
        signature = found
        while filled and filled[-1] >= signature:
            filled.pop()
    if not any(lines[:signature]) and not (apart and _unmistakable(lines)):
        # Nothing but a signature: then it is what was written, device lines and disclaimers excepted.
        devices = (number for number, line in enumerate(lines[:end]) if _device(line))
        signature = next((number for number in devices if any(lines[:number])), end)
    return Tail(signature, disclaimer if any(lines[:disclaimer]) or apart else total)


def _unmistakable(lines: list[str]) -> bool:
    first = next((line for line in lines if line), "")
    return first in _DELIMITERS or is_rule(first) or _device(first)


def _signature_at(lines: list[str], filled: list[int], names: tuple[str, ...]) -> int:
    """First line of what ends `lines` as a signature, `filled` being the lines with something on them; the line after
    the last of these where nothing does."""
    last = filled[-1]
    end = last + 1
    if not _DELIMITERS.isdisjoint(lines[max(filled[0], end - 30) : end]) and end > 1:
        return next(number for number in range(last, -1, -1) if lines[number] in _DELIMITERS)
    if _device(lines[last]):
        return last
    if len(filled) > 1 and _device(lines[filled[-2]]) and len(lines[last]) <= _WIDE and _device_pair(lines[last]):
        return filled[-2]
    for number in filled[-_BLOCK - 1 :]:
        line = lines[number]
        if line[0] in _RULE_MARKS and is_rule(line) and _contacts_below(lines, number, end):
            return number
    return min(
        _closing_at(lines, filled, end, names), _dashed_at(lines, filled, end), _block_at(lines, filled, end, names)
    )


def _device(line: str) -> bool:
    """`Sent from my iPhone`, not a sentence that begins so."""
    if not 6 <= len(line) <= 110:
        return False
    low = line.strip("*_<>[]()~-–— \t").casefold()
    if low[:2] not in _DEVICE_STARTS or not low.startswith(_DEVICES):
        return False
    if "http" in low or "<" in line:
        return True
    return len(low.split()) <= 11 and "," not in low.rstrip(",") and not (low.endswith(".") and len(low.split()) > 7)


def _device_pair(line: str) -> bool:
    return "http" in line or line.startswith("<") or len(line.split()) <= 4


def _footer_below(lines: list[str], rule: int, end: int) -> bool:
    """Below the rule nothing but what a list or service appends."""
    below = [line for line in lines[rule + 1 : end] if line]
    return 0 < len(below) <= 12 and _FOOTERS.found(" ".join(below)[:2_000].casefold()) > 0


def _contacts_below(lines: list[str], rule: int, end: int) -> bool:
    """Below the rule nothing but contact lines and what stands beside them."""
    below = [line for line in lines[rule + 1 : end] if line]
    if not 0 < len(below) <= _BLOCK or any(len(line) > 90 for line in below):
        return False
    return any(_CONTACT.which(line[:200]) for line in below) and all(_short(line) for line in below)


def _short(line: str) -> bool:
    """Fits a signature: no sentence."""
    if len(line) > 90:
        return False
    if line.endswith(("?", ":")) and not _CONTACT.which(line):
        return False
    words = line.split()
    return len(words) <= 8 or bool(_CONTACT.which(line)) or ("|" in line or "•" in line or "·" in line)


def _closing(line: str) -> tuple[str, str] | None:
    """Kind (`closing` or `thanks`) of the formula that `line` is, and what follows it on the line (a name)."""
    if len(line) > 80:
        return None
    word = _WORD.search(line)
    if word is None or word.group().casefold().replace("i\u0307", "i") not in _CLOSING_WORDS:
        return None
    low = line.strip(_TRIMMED).casefold().replace("i\u0307", "i")  # a Turkish capital
    if low in _CLOSINGS:
        return "closing", ""
    if low in _THANKS:
        return "thanks", ""
    parts = [part.strip(_TRIMMED) for part in _AND.split(low)]
    if len(parts) > 1 and all(part in _CLOSINGS or part in _THANKS for part in parts):
        return "closing" if any(part in _CLOSINGS for part in parts) else "thanks", ""
    words = line.strip(_TRIMMED).split()
    for count in range(1, min(4, len(words))):
        head, name = " ".join(words[:count]).casefold(), words[count:]
        if len(head) > 1 and head in _CLOSINGS and len(name) <= 2 and all(word[:1].isupper() for word in name):
            return "closing", " ".join(name)
    for mark in (",", "-", "–", "，", "!", "."):
        head, found, rest = line.partition(mark)
        if found and rest.strip() and len(rest.split()) <= 4:
            head = head.strip(_TRIMMED).casefold()
            if head in _CLOSINGS and rest.strip(_TRIMMED).casefold() in _CLOSINGS:
                return "closing", ""
            if head in _CLOSINGS and _NAME.fullmatch(rest.strip(_TRIMMED)):
                return "closing", rest.strip(_TRIMMED)
            if head in _THANKS and rest.strip(_TRIMMED).casefold() in _CLOSINGS:
                return "closing", ""
    return None


def _closing_at(lines: list[str], filled: list[int], end: int, names: tuple[str, ...]) -> int:
    """A closing formula with nothing but a name and short lines below it."""
    best = end
    for place in range(len(filled) - 1, max(-1, len(filled) - _BLOCK - 2), -1):
        number = filled[place]
        found = _closing(lines[number])
        if found is None:
            if not _short(lines[number]):
                break
            continue
        below = [lines[at] for at in filled[place + 1 :]]
        if not all(_short(line) for line in below) or any(_afterword(line) for line in below):
            break
        kind, _ = found
        first = _PARTS.split(below[0], maxsplit=1)[0].strip(_TRIMMED) if below else ""
        named = _NAME.fullmatch(first) is not None
        if kind == "closing" and (named or len(first.split()) <= 5):
            best = number
        elif below and best == filled[place + 1]:
            best = number if kind == "thanks" and number + 1 == filled[place + 1] else best
            break
        elif (below and _is_sender(below[0], names)) or (
            named and len(below) >= 2 and any(_CONTACT.which(line) for line in below[1:])
        ):
            best = number
        else:
            break
    return best


def _afterword(line: str) -> bool:
    return line[:5].casefold().startswith(("ps:", "p.s.", "ps.", "nb:", "p.s:", "edit:"))


def _is_sender(line: str, names: tuple[str, ...]) -> bool:
    line = line.strip(_TRIMMED + "/#").casefold()
    return bool(line) and line in names


def _dashed_at(lines: list[str], filled: list[int], end: int) -> int:
    """`-Ann` or `/Ann` as the last line, and no item of a list."""
    last = filled[-1]
    if lines[last][0] not in "-–—~/" or len(filled) < 2 or not _DASHED.fullmatch(lines[last]):
        return end
    above = lines[filled[-2]]
    return end if above.startswith(("-", "–", "*", "•", "/")) or above.endswith(":") or last - filled[-2] < 2 else last


def _block_at(lines: list[str], filled: list[int], end: int, names: tuple[str, ...]) -> int:
    """The sender's name with short lines below it, or a last paragraph that is a name with two contact lines."""
    start = _contact_paragraph(lines, filled, end)
    for place in range(max(1, len(filled) - 10), len(filled)):
        number = filled[place]
        if number >= start:
            break
        if len(lines[number]) > _WIDE or not _is_sender(lines[number], names) or not _apart(lines, number):
            continue
        below = [lines[at] for at in filled[place + 1 :]]
        if all(_short(line) and not _afterword(line) for line in below):
            return number
    return start


def _apart(lines: list[str], number: int) -> bool:
    """Below an empty line or a closing, and not announced by what stands above (`the new name is:`)."""
    above = lines[number - 1]
    if above:
        return _closing(above) is not None
    filled = next((lines[at] for at in range(number - 2, -1, -1) if lines[at]), "")
    return not filled.endswith((":", "："))


def _contact_paragraph(lines: list[str], filled: list[int], end: int) -> int:
    start = end
    while start > filled[0] and lines[start - 1]:
        start -= 1
    block = lines[start:end]
    if not 3 <= len(block) <= _BLOCK or start <= filled[0]:
        return end
    above = next(lines[number] for number in reversed(filled) if number < start)
    if above.endswith(":") or not all(_short(line) and len(line) <= 80 for line in block):
        return end
    first = block[0].strip(_TRIMMED)
    if not _NAME.fullmatch(first) or any(char.isdigit() for char in first):
        return end
    return start if sum(1 for line in block[1:] if _REACHED.which(line[:200])) >= 2 else end


def _disclaimer_at(lines: list[str], floor: int) -> int:
    """First line of the trailing paragraphs that are disclaimers, their title or rule included."""
    if not _LEGAL.found(" ".join(lines[floor:]).casefold()):
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
        kept = _disclaiming_from(paragraph)
        if kept is None:
            places = range(end - 2, max(floor, end - 16) - 1, -1)
            rule = next((at for at in places if lines[at][:1] in _RULE_MARKS and is_rule(lines[at])), None)
            if rule is not None and _footer_below(lines, rule, end):
                found = end = rule
                continue
            if all(is_rule(line) for line in paragraph) and found < len(lines):
                found = end = start
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
    if line.strip(_TRIMMED + "#[]").casefold() not in _TITLES:
        return False
    below = " ".join(lines[at + 1 : at + 12])[:4_000].casefold()
    return _DISCLAIMERS.found(below) >= 2


def _disclaiming_from(paragraph: list[str]) -> int | None:
    """Line of `paragraph` where a disclaimer begins; None where it is none."""
    joined = " ".join(paragraph)[:4_000].casefold()
    if paragraph[0].strip(_TRIMMED + "#[]").casefold() in _TITLES and len(joined) > 200 and _DISCLAIMERS.found(joined):
        return 0
    if len(joined) < 40:
        return None
    hits = _DISCLAIMERS.found(joined)
    if hits and len(paragraph) <= 3 and _SCANNED.search(joined):
        return 0
    if hits < 2 or len(joined) < 80:
        return None
    for number, line in enumerate(paragraph):
        if is_rule(line) and _DISCLAIMERS.found(" ".join(paragraph[number:])[:4_000].casefold()) >= 2:
            return number
    return 0 if len(joined) >= 120 or hits >= 3 else None


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
    joined = " ".join(lines[first:end])[:800].casefold()
    hits = _BANNERS.found(joined)
    if hits >= 2 or (
        hits == 1
        and len(joined) < 160
        and joined.startswith(("caution", "warning", "external", "[ext", "achtung", "you don"))
    ):
        return end if any(lines[end:]) else 0
    return 0

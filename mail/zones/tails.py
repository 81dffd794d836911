"""Signature and disclaimer at the end of what one person wrote.

Only the end is looked at, and only what is short: a signature is what follows `-- ` (RFC 3676 §4.3), a closing formula
with a name, a device line, a name with contact lines, or a rule with such lines below it. In doubt text stays text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mail.zones.closings import NAME, TRIMMED, closing_of
from mail.zones.contacts import CONTACT, REACHED, is_short, is_slogan
from mail.zones.devices import is_device_line
from mail.zones.disclaimers import disclaimer_at
from mail.zones.endings import advertised_at, dashed_at, is_postscript, postscript_at, signed_within
from mail.zones.headers import is_rule
from mail.zones.names import (
    Likeness,
    Signer,
    in_another_script,
    is_name_without_capitals,
    likeness,
    looks_like_full_name,
    looks_like_name,
)
from mail.zones.words_names import LEADING

__all__ = ["Tail", "find_tail"]

_WINDOW = 60
"""Lines from the end that a signature may take, empty ones not counted."""
_BLOCK = 20
_WIDE = 72
_PARTS = re.compile(r"[|•·,–]")
_DELIMITERS = frozenset({"--", "—", "– –", "--=20", "—-", "-—", "--*", "- --", "__", "___"})
_GREETING = re.compile(
    r"(?i:(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hallo|liebe[r]?|sehr geehrte|guten|bonjour|cher|hola"
    r"|ciao|caro|cara|olá|beste|geachte|hej|dobrý|witam|cześć)\b)|[A-Z][\w.'’-]{1,20}(?: [A-Z][\w.'’-]{1,20})?"
    r"(?: ?[,!:–-](?: |$)|$)"
)
"""How a letter begins; a name with a comma too."""
_SENTENCE_ENDS = (".", "!", "?", ")", ",", "…", "。", "！", "？")
_CODE = re.compile(r"^(?:[-+@*]{2,3} |[$#{}]|diff )|[;{}]$")
"""Lines of a program or of a difference between two."""
_LONGEST_NAME = 60
_LONGEST_NICKNAME = 24
_FEW = 6
_MOST_STUCK = 8
"""Lines below a name that stands right below the text."""
_MOST_SMALL = 3
"""Lines of a signature that may begin with a small letter: more of them are prose."""
_MOST_LONG = 3
"""Lines of a signature that may be sentences (a slogan, hours, an address), where it has the sender's name above."""
_RULE_MARKS = frozenset("-_=*~─—–·•#━═＝＿－＊▬…‐‑―◆◇■□★☆●○※┅┄")


_NO_LINES = range(0)


@dataclass(frozen=True, slots=True)
class Tail:
    """First line of the signature and of the disclaimer within the lines given; their number where there is none."""

    signature: int
    disclaimer: int
    above: range = _NO_LINES
    """Lines of a signature above a postscript."""
    within: int = 0
    """Where not 0: how many characters at the end of the line above `signature` are the signature too."""


def find_tail(lines: list[str], signer: Signer, apart: bool) -> Tail:
    """The ends of `lines` (stripped of quote marks and white space).

    `apart`: other text of the same message stands elsewhere, so that `lines` may be nothing but a signature.
    """
    total = len(lines)
    filled = [number for number, line in enumerate(lines) if line]
    floor = 0
    if len(filled) > _WINDOW:
        floor = filled[-_WINDOW - 1] + 1
        filled = filled[-_WINDOW:]
    disclaimer = disclaimer_at(lines, floor, signer.answers)
    end = signature = disclaimer
    named = False
    while filled and filled[-1] >= signature:
        filled.pop()
    while filled:
        found, signed = _signature_at(lines, filled, signer)
        if found > filled[-1]:
            break
        if signature < end and not any(lines[:found]) and not (apart and _unmistakable(lines, signer)):
            break  # what stands above a signature is the text, though it looks like another one
        signature = _rule_above(lines, found)
        while filled and filled[-1] >= signature:
            filled.pop()
        if signed:
            signature = _nickname_above(lines, filled, signature, signer)
            named = True
            break
    alone = apart and 0 < len(filled) <= _FEW and _is_sender(lines[filled[0]], signer)
    if alone and all(is_short(lines[number]) for number in filled):
        signature = filled[0]  # below a quotation nothing but the name
    if not any(lines[:signature]) and not (apart and _unmistakable(lines, signer)):
        # Nothing but a signature: then it is what was written, device lines and disclaimers excepted.
        signature = next((number for number, line in enumerate(lines[:end]) if is_device_line(line)), end)
    above, within = _NO_LINES, 0
    if filled and signer.answers and signer.names and filled[-1] < signature:
        above = _above_postscript(lines, filled, signer)
        if not (above or named):
            within = len(lines[filled[-1]]) - signed_within(lines[filled[-1]], signer)
    return Tail(signature, disclaimer if any(lines[:disclaimer]) or apart else total, above, within)


def _above_postscript(lines: list[str], filled: list[int], signer: Signer) -> range:
    """Lines of a signature below which there is nothing but a postscript; `filled` are the lines of text."""
    postscript = postscript_at(lines, filled)
    if postscript <= 0:
        return _NO_LINES
    upper = [number for number in filled if number < postscript]
    if len(upper) < 2:
        return _NO_LINES
    found, signed = _signature_at(lines[:postscript], upper, signer)
    return range(found, postscript) if signed and upper[0] < found <= upper[-1] else _NO_LINES


def _nickname_above(lines: list[str], filled: list[int], found: int, signer: Signer) -> int:
    """The first line of the signature at line `found`, with the short name that stands above the whole one."""
    above = filled
    if (
        len(above) < 2
        or len(lines[above[-1]]) > _LONGEST_NICKNAME
        or not lines[found]
        or not _is_sender(lines[found], signer)
    ):
        return found
    if likeness(lines[above[-1]], signer.names) is Likeness.NONE:
        return found
    return min(found, _alone_at(lines, above, found, signer))


def _rule_above(lines: list[str], found: int) -> int:
    """The rule above a signature is a part of it, unless it closes a table: no other rule stands near."""
    rule = found - 1 if found and lines[found - 1] else found - 2
    if rule < 0 or not is_rule(lines[rule]) or any(line and is_rule(line) for line in lines[max(0, rule - 12) : rule]):
        return found
    return rule


def _unmistakable(lines: list[str], signer: Signer) -> bool:
    first = next((line for line in lines if line), "")
    if first in _DELIMITERS or is_rule(first) or is_device_line(first) or _is_sender(first, signer):
        return True
    found = closing_of(first)
    return found is not None and found[0] == "closing"


def _signature_at(lines: list[str], filled: list[int], signer: Signer) -> tuple[int, bool]:
    """First line of what ends `lines` as a signature, `filled` being the lines with something on them; the line after
    the last of these where nothing does. With it whether somebody signs there: then nothing more stands above."""
    last = filled[-1]
    end = last + 1
    if not _DELIMITERS.isdisjoint(lines[max(filled[0], end - 30) : end]) and end > 1:
        return next(number for number in range(last, -1, -1) if lines[number] in _DELIMITERS), False
    if is_device_line(lines[last]):
        ruled = last > 0 and is_rule(lines[last - 1]) and len(filled) > 2
        return last - 1 if ruled else last, False
    paired = len(filled) > 1 and len(lines[last]) <= _WIDE and _device_pair(lines[last])
    if paired and is_device_line(lines[filled[-2]]):
        return filled[-2], False
    if signer.answers:
        advertised = advertised_at(lines, filled)
        if advertised >= 0:
            return advertised, False
    least, long = _first_place(lines, filled)
    if least == len(filled):
        return end, False
    # One look for contacts in all that may be a signature: without any, much need not be looked at.
    block = filled[least:]
    reached = bool(CONTACT.which("\n".join([lines[number][:200] for number in block])))
    if reached:
        for number in block:
            line = lines[number]
            if line[0] in _RULE_MARKS and is_rule(line) and _contacts_below(lines, number, end):
                return number, False
    found = min(
        _closing_at(lines, filled, end, signer, least if reached or not long else long[0] + 1, long),
        dashed_at(lines, filled, end),
        _block_at(lines, filled, end, signer, max(1, least), reached),
        _alone_at(lines, filled, end, signer),
    )
    return found, True


def _first_place(lines: list[str], filled: list[int]) -> tuple[int, list[int]]:
    """From which place of `filled` on lines may be those of a signature: below the last line of prose. With it the
    places of long lines that may stand among contacts, from below."""
    long: list[int] = []
    for place in range(len(filled) - 1, max(-1, len(filled) - _BLOCK - 2), -1):
        line = lines[filled[place]]
        if is_short(line):
            continue
        if len(long) < _MOST_LONG and is_slogan(line):
            long.append(place)
        elif closing_of(line) is None:
            return place + 1, long
    return max(0, len(filled) - _BLOCK - 1), long


def _device_pair(line: str) -> bool:
    return "http" in line or line.startswith("<") or len(line.split()) <= 4


def _contacts_below(lines: list[str], rule: int, end: int) -> bool:
    """Below the rule nothing but contact lines and what stands beside them."""
    below = [line for line in lines[rule + 1 : end] if line]
    if not 0 < len(below) <= _BLOCK or any(len(line) > 90 for line in below):
        return False
    if not all(is_short(line) for line in below) or any(_CODE.search(line) for line in below):
        return False
    if any(map(is_rule, below[:-1])) and not REACHED.which(below[0]):
        return False
    if rule > 1 and lines[rule - 1] and is_rule(lines[rule - 2]):
        return False  # a heading between two rules
    if any(found is not None and found[0] == "closing" for found in map(closing_of, below[1:])):
        return False  # text, then the signature
    return any(REACHED.which(line[:200]) for line in below) or (
        NAME.fullmatch(below[0]) is not None and any(CONTACT.which(line[:200]) for line in below)
    )


def _closing_at(lines: list[str], filled: list[int], end: int, signer: Signer, least: int, long: list[int]) -> int:
    """A closing formula, from place `least` of `filled` on, with nothing but a name and short lines below it; the lines
    at the places `long` are short ones only among contacts."""
    best = end
    for place in range(len(filled) - 1, least - 1, -1):
        number = filled[place]
        found = closing_of(lines[number])
        if found is None:
            if best < end:
                break
            continue
        below = [lines[at] for at in filled[place + 1 :]]
        if any(map(is_postscript, below)) or any(_goes_on(lines, at) for at in filled[place + 2 :]):
            break
        signed = bool(below) and _is_sender(below[0], signer)
        if long and long[0] > place:
            contacts = sum(1 for line in below if CONTACT.which(line))
            stranger = not signed and found[0] == "closing" and bool(below) and looks_like_full_name(below[0])
            if not (contacts > 1 if stranger else signed and contacts):
                break
        kind, name = found
        first = _PARTS.split(below[0], maxsplit=1)[0].strip(TRIMMED) if below else ""
        named = NAME.fullmatch(first) is not None or is_name_without_capitals(first)
        if kind == "closing" and (named or len(first.split()) <= 5):
            best = number
        elif name and kind == "thanks":
            if ". " in lines[number] and " --" in lines[number]:
                break  # `Thanks.  --Sally`: the thanks are said
            best = number if _is_sender(name, signer) and len(below) <= 1 else best
            break
        elif below and best == filled[place + 1]:
            stated = lines[number].endswith((".", "!", "。", "！"))  # `Danke schon mal!` says something
            best = number if number + 1 == filled[place + 1] and not stated else best
            break
        elif signed or (named and _signed_below(below, signer)):
            best = number
        elif not below and lines[number].endswith((",", "，")) and any(lines[end:]):
            best = number  # above a signature that is set apart by `-- `
        else:
            break
    return best


def _signed_below(below: list[str], signer: Signer) -> bool:
    """Whether a name that is not known to be the sender's signs all the same: with contact lines, or all alone."""
    if len(below) > 1:
        brief = (
            looks_like_name(below[0]) and len(below) <= 4 and not any(line.endswith((".", "!", "?")) for line in below)
        )
        return brief or any(CONTACT.which(line) for line in below[1:])
    if looks_like_name(below[0]) or likeness(below[0], signer.names) is not Likeness.NONE:
        return True
    return signer.answers and (looks_like_full_name(below[0]) or is_name_without_capitals(below[0]))


def _goes_on(lines: list[str], number: int) -> bool:
    """The end of a sentence that goes on from above a gap (`"… Yours, Max" and nothing else.`); no signature has it."""
    line = lines[number]
    return not lines[number - 1] and line[0].islower() and line.endswith((".", "!")) and " " in line


def _is_sender(line: str, signer: Signer) -> bool:
    return likeness(line, signer.names) is Likeness.STRONG


def _block_at(lines: list[str], filled: list[int], end: int, signer: Signer, least: int, reached: bool) -> int:
    """The sender's name with short lines below it, or a last paragraph that is a name with two contact lines; from
    place `least` of `filled` on (`reached`: contacts stand there)."""
    start = _contact_paragraph(lines, filled, end) if reached else end
    for place in range(least, len(filled)):
        number = filled[place]
        if number >= start:
            break
        if _stuck(lines, number) and not _ends_above(lines, filled, place, reached):
            continue
        if len(lines[number]) > _WIDE or not _is_sender(lines[number], signer):
            continue
        if _leads_on(lines[filled[place - 1]]):
            continue
        below = [lines[at] for at in filled[place + 1 :]]
        if any(map(is_postscript, below)) or sum(line[0].islower() for line in below) > _MOST_SMALL:
            continue
        long = [line for line in below if not is_short(line)]
        if not long or (
            len(long) <= _MOST_LONG
            and all(map(is_slogan, long))
            and sum(1 for line in below if REACHED.which(line)) >= 2
        ):
            return number
    return start


def _ends_above(lines: list[str], filled: list[int], place: int, reached: bool) -> bool:
    """Whether text that stands right above the name at `place` of `filled` ends there, and a signature begins."""
    line = lines[filled[place]]
    if not 0 < len(filled) - place - 1 <= _MOST_STUCK or line.count(" ") > 3 or not line[0].isupper():
        return False
    if line.endswith(_SENTENCE_ENDS):
        return False
    above, below = lines[filled[place] - 1], [lines[number] for number in filled[place + 1 :]]
    ended = above.endswith(_SENTENCE_ENDS) or above.count(" ") > 1
    if not ended or above.endswith(","):
        return False
    if any(line.endswith((".", "!", "?")) or line[0].islower() for line in below):
        return False
    return reached or " " in line


def _leads_on(above: str) -> bool:
    """Whether a sentence goes on with the name below: `The new name is:`, `Gewonnen hat`."""
    if above.endswith(_SENTENCE_ENDS):
        return False
    return above.endswith((":", "：")) or above.rpartition(" ")[2].casefold() in LEADING


def _stuck(lines: list[str], number: int) -> bool:
    """Whether text stands right above line `number`, no empty line or rule."""
    return bool(lines[number - 1]) and not is_rule(lines[number - 1])


def _alone_at(lines: list[str], filled: list[int], end: int, signer: Signer) -> int:
    """A name or initials on the last line and nothing else: the sender's, or in a letter or answer somebody's."""
    last = filled[-1]
    line = lines[last]
    if len(filled) < 2 or len(line) > _LONGEST_NAME or line.endswith(("?", ":")):
        return end
    above = lines[filled[-2]]
    if _leads_on(above):
        return end
    words = above.split()
    ended = above.endswith(_SENTENCE_ENDS)
    if _stuck(lines, last):
        if not _is_sender(line, signer) or not (ended or len(words) > 2):
            return end
        if above.endswith(","):  # `Your brother,`
            fits = len(filled) > 2 and len(above.split()) <= 4 and above[0].isupper() and not lines[last - 2]
            return last - 1 if fits else end
        return last if signer.answers or len(words) > 3 or len(filled) > 2 else end
    if signer.answers and in_another_script(line, signer.names):
        return last
    if not looks_like_name(line) or looks_like_name(above) or closing_of(line) is not None:
        return end
    weak = likeness(line, signer.names) is not Likeness.NONE
    if not weak and any(line.strip(TRIMMED) in lines[number] for number in filled[:-1]):
        return end  # the answer, said before
    return last if weak or signer.answers or _GREETING.match(lines[filled[0]]) else end


def _contact_paragraph(lines: list[str], filled: list[int], end: int) -> int:
    start = end
    while start > filled[0] and lines[start - 1]:
        start -= 1
    block = lines[start:end]
    if not 3 <= len(block) <= _BLOCK or start <= filled[0]:
        return end
    above = next(lines[number] for number in reversed(filled) if number < start)
    if above.endswith(":") or not all(is_short(line) and len(line) <= 80 for line in block):
        return end
    first = block[0].strip(TRIMMED)
    if not NAME.fullmatch(first) or any(char.isdigit() for char in first):
        return end
    return start if sum(1 for line in block[1:] if REACHED.which(line[:200])) >= 2 else end

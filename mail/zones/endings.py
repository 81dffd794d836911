"""Signatures of answers that do not end the text on lines of their own: within its last line, above a postscript,
after a dash; and what free mail services append below a rule."""

from __future__ import annotations

import re

from mail.zones.closings import closing_of
from mail.zones.headers import is_rule
from mail.zones.names import Likeness, Signer, likeness, looks_like_name

__all__ = ["advertised_at", "dashed_at", "is_postscript", "postscript_at", "signed_within"]

_POSTSCRIPT = re.compile(
    r"(?:[pP]\.? ?){1,2}[sS](?:\.|\b)(?! ?\w*=)[ .:,;–—-]{0,4}|"
    r"(?i:n\.?b|p\.-s|p\.?d|u\.?i|edit|not|з\.?ы|п\.?с)\.?[ ]?:|\[1\]|"
    "追伸|추신|又及|附[：:]|נ\\.ב"
)
_MAY_BE = frozenset("pPnNuUeE[зЗпП追추又附נ")
_MOST_BELOW = 14
"""Lines of text that a postscript may have."""
_WINDOW = 60
_SENTENCE_END = re.compile(r"[.!?。！？…)](?P<gap>[ \t]+)(?=[^\W\d_]|[-–—~])|(?P<dash>[ \t]+)(?=[-–—]{1,2} ?[^\W\d_])")
_LEAST_WORDS = 2
_MOST_INITIALS = 3
_NO_NAME_ENDS = ("?", ":", '"', "”", ")", "'")
_DASHES = "-–—~ \t"
_TITLED = re.compile(r"(?:^|[ (])[A-Z]\w{0,4}\.$|(?:^|[ (.])\w\.$")
"""`Dr.` or an initial: the end of no sentence."""
_DASHED = re.compile(r"(?:[-–—~] ?|/)[A-ZÀ-ÖØ-ÞА-ЯЁ][\w.'’-]{0,25}(?: [A-ZÀ-ÖØ-ÞА-ЯЁ][\w.'’-]{0,25}){0,2}")
_MOST_ADVERTISED = 6
_UNDERSCORES = "_" * 20


def is_postscript(line: str) -> bool:
    """Whether a line begins what is said below the signature."""
    return line[:1] in _MAY_BE and _POSTSCRIPT.match(line) is not None


def postscript_at(lines: list[str], filled: list[int]) -> int:
    """The first line of the postscript near the end of `filled`, the lines with something on them; -1 without one."""
    found = -1
    for number in reversed(filled[-_MOST_BELOW:]):
        if lines[number][0] in _MAY_BE and is_postscript(lines[number]):
            found = number
        elif found >= 0 and lines[number - 1]:
            break
    return found


def signed_within(line: str, signer: Signer) -> int:
    """Offset of a closing with the sender's name, or of the name alone, at the end of a line of text (`Call me.
    Kevin`, `Tot morgen! Groetjes Sanne`); its length without one."""
    end = len(line)
    if not signer.names or " " not in line or line.endswith(_NO_NAME_ENDS):
        return end
    if line.rpartition(" ")[2].lstrip(_DASHES)[:1].islower():
        return end  # no name
    begin = max(0, end - _WINDOW)
    found = end
    for mark in reversed([*_SENTENCE_END.finditer(line, begin)][-4:]):
        tail = line[mark.end() :]
        above = line[: mark.start() + 1]
        if (above.count(" ") + 1 < _LEAST_WORDS and not tail.startswith("--")) or _TITLED.search(above[-8:]):
            continue
        kind, name = closing_of(tail) or ("", "")
        if kind and name:
            if likeness(name, signer.names) is Likeness.STRONG and (kind == "closing" or found == end):
                found = mark.end()
        elif found == end and _is_name_alone(tail, mark, line, signer):
            found = mark.end()
    return found


def _is_name_alone(tail: str, mark: re.Match[str], line: str, signer: Signer) -> bool:
    bare = tail.lstrip(_DASHES)
    if not bare or tail.endswith(".") or bare.count(" ") > 1 or not bare[0].isupper():
        return False
    dashed, apart = bare != tail, len(mark["gap"] or "") > 1
    like = likeness(bare, signer.names)
    if like is not Likeness.STRONG and not (like is Likeness.WEAK and apart and looks_like_name(bare)):
        return False
    if mark["dash"]:
        return ":" not in line and "," not in line[-_WINDOW:] and len(bare) > 1
    initials = 1 < len(bare) <= _MOST_INITIALS and bare.isupper()
    single = " " not in bare and (initials or len(bare) > _MOST_INITIALS)
    return dashed or apart or (line[mark.start()] in ".!。！" and single)


def advertised_at(lines: list[str], filled: list[int]) -> int:
    """The rule of underscores below which a free mail service advertises; -1 without one."""
    for place in range(len(filled) - 2, max(-1, len(filled) - _MOST_ADVERTISED - 2), -1):
        line = lines[filled[place]]
        if line.startswith(_UNDERSCORES) and not line.strip("_"):
            below = " ".join([lines[number] for number in filled[place + 1 :]])
            nearby = [lines[number] for number in filled[max(0, place - 12) : place]]
            linked = "http" in below or "www." in below
            return filled[place] if linked and len(below) < 600 and not any(map(is_rule, nearby)) else -1
    return -1


def dashed_at(lines: list[str], filled: list[int], end: int) -> int:
    """`-Ann` or `/Ann` as the last line, and no item of a list."""
    last = filled[-1]
    if lines[last][0] not in "-–—~/" or len(filled) < 2 or not _DASHED.fullmatch(lines[last]):
        return end
    above = lines[filled[-2]]
    return end if above.startswith(("-", "–", "*", "•", "/")) or above.endswith(":") or last - filled[-2] < 2 else last

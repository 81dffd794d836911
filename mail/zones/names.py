"""Whether a line is a person's name as it stands below a mail: the sender's by what the header says of them, or
somebody's by its form."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from mail.zones.words_names import ANSWERS, DEGREES, NO_INITIALS, NO_NAMES, TITLES

__all__ = [
    "Likeness",
    "Signer",
    "in_another_script",
    "is_name_without_capitals",
    "likeness",
    "looks_like_full_name",
    "looks_like_name",
]

_LONGEST = 60
_TRIMMED = " ,.!;:–—-*_~=+\t\"'“”/#()，。！、"
_WORD = re.compile(r"[^\W\d_](?:[^\W\d_]|['’.-](?=[^\W\d_]))*")
_PARTS = re.compile(r"\s*[,|/•·(<，、]\s*| [-–—] ")
_COUPLE = re.compile(r" (?:&|and|und|et|y|e|i|en|och|og|\+) ")
_PHONE = re.compile(r"[ ,:-]+(?:[(+]?[0-9][-0-9 ().x/]{6,24}|[xX][0-9][-0-9]{3,5})$")
_ELSEWHERE = re.compile(r"[,|/•·(<，、]|^(?:m[rsx]s?|dr|prof|herr|frau|mme|sra?|ing|miss|rev|sir|x{1,4})\b")
"""What a name may stand behind: another script, a title."""
_KISSES = re.compile(r"^[xX]{1,4} +|(?: +[xX]{1,5}| *[:;]-?[)D]| *<3)+$")
_MOST_WORDS = 5
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7a3]{2,}")
_MOST_UNSPACED = 4
_LONGEST_UNCASED = 20
_CALM = re.compile(r"[^!-/:-@\[-`{-~。、，！？：；「」（）…؟،]+")
_LEAST_SHARED = 3
_LONGEST_INITIALS = 8
_MOST_BLANKS = 9
"""Letters that a name and its short form begin with: Sandra and Sandy, Benjamin and Ben."""


@dataclass(frozen=True, slots=True)
class Signer:
    """Who signs: by which `names` (case-folded, the address' local part among them), and whether below an answer."""

    names: tuple[str, ...] = ()
    answers: bool = False


class Likeness(IntEnum):
    """How much a line is the sender's name."""

    NONE = 0
    WEAK = 1
    """It begins with a letter that the sender's name or address begins with too."""
    STRONG = 2


def likeness(line: str, names: tuple[str, ...]) -> Likeness:
    """How much `line` (stripped) is one of `names`: how the sender may sign, the address' local part among them,
    case-folded. A degree, title or second script beside the name changes nothing (`Ann Lee, MD`, `李安 / Ann Lee`)."""
    if not line or not names or len(line) > _LONGEST:
        return Likeness.NONE
    if line.count(" ") > _MOST_BLANKS:
        return Likeness.NONE
    if not line.isascii() and len(line) <= _MOST_UNSPACED and _UNSPACED.fullmatch(line):
        # 真理子 or 山口 of 山口真理子
        return Likeness.STRONG if any(name.startswith(line) or name.endswith(line) for name in names) else Likeness.NONE
    low = line.casefold()
    first = low[0]
    begins = any(first in (name[0], name[-1]) or f" {first}" in name for name in names)
    if not begins and first.isalpha() and not _ELSEWHERE.search(low):
        return Likeness.NONE
    if low.strip(_TRIMMED) in names:
        return Likeness.STRONG
    pool, stems = _known_of(names)
    if len(low) > _LONGEST_INITIALS:
        for stem in stems:
            if stem in low:
                break
        else:
            return Likeness.WEAK if begins else Likeness.NONE
    best = Likeness.NONE
    if " " in line:
        couple = _COUPLE.split(line)
        if len(couple) == 2 and any(name.startswith(f"{couple[0].casefold()} ") for name in names):
            return Likeness.STRONG  # `Ann and Bob`
        line = _PHONE.sub("", line) if line[-1].isdigit() else _KISSES.sub("", line)
    for part in _PARTS.split(line, maxsplit=2)[:2]:
        best = max(best, _of_part(part.strip(_TRIMMED), names, pool))
    return best


@lru_cache(maxsize=64)
def _known_of(names: tuple[str, ...]) -> tuple[frozenset[str], tuple[str, ...]]:
    """The words of `names`, and what a line that is one of them has in it: the first letters of a word, in an address
    with or without an initial before them."""
    words = frozenset([word for name in names for word in name.replace(".", " ").split()])
    return words, tuple({word[at : at + _LEAST_SHARED] for word in words for at in (0, 1) if word[at : at + 2]})


def _of_part(part: str, names: tuple[str, ...], pool: Set[str]) -> Likeness:
    tokens = part.split()
    words = [word for word in map(_bare, tokens) if word.casefold() not in TITLES and word.casefold() not in DEGREES]
    words = words or [word for word in map(_bare, tokens[:1]) if len(word) <= 2]  # `M.` or `JD` alone are initials
    if not 0 < len(words) <= _MOST_WORDS or not all(_WORD.fullmatch(word) for word in words):
        return Likeness.NONE
    if any(word[0] != word[0].upper() and word.casefold() not in pool and len(word) > 3 for word in words):
        return Likeness.NONE
    low = [word.casefold().replace(".", "") for word in words]
    if " ".join(low) in names:
        return Likeness.STRONG
    if len(low) == 1:
        return _of_word(low[0], words[0], names, pool)
    known = [_known(word, pool) for word in low]
    if any(len(word) > 1 and _known(word, pool) for word in low) and sum(known) * 2 > len(low):
        return Likeness.STRONG if known[0] or known[-1] else Likeness.WEAK
    if any(_made_of(low, name) for name in names if len(name) > 3):
        return Likeness.STRONG
    return Likeness.WEAK if any(word[0] == low[0][0] for word in pool) else Likeness.NONE


def _bare(token: str) -> str:
    return token.strip(_TRIMMED)


def _known(word: str, pool: Set[str]) -> bool:
    """A word of the name, its first letter, or a form of it."""
    if word in pool:
        return True
    if len(word) == 1:
        return any(other[0] == word for other in pool)
    if len(word) < _LEAST_SHARED:
        return False
    if len(word) <= 7 and word.endswith(("y", "ie", "i", "o")):
        return any(other[:_LEAST_SHARED] == word[:_LEAST_SHARED] for other in pool)
    return any(other.startswith(word) for other in pool)


def _of_word(word: str, shown: str, names: tuple[str, ...], pool: Set[str]) -> Likeness:
    """One word: a part of the name, initials, or what the address begins or ends with."""
    if len(word) <= _LEAST_SHARED and any(_initials(name, word) for name in names):
        return Likeness.STRONG
    capitals = 1 < len(word) <= _LEAST_SHARED and (shown.isupper() or "." in shown)
    if capitals and any(name.startswith(word) and " " not in name for name in names):
        return Likeness.STRONG
    if _known(word, pool):
        return Likeness.STRONG
    if len(word) >= 4 and any(name.endswith(word) or name.startswith(word) for name in names):
        return Likeness.STRONG
    return Likeness.WEAK if any(other[0] == word[0] for other in pool) else Likeness.NONE


def _initials(name: str, word: str) -> bool:
    """`jd`, `j` or `jfd` of John F. Doe."""
    letters = "".join([part[0] for part in name.replace(".", " ").replace("-", " ").split()])
    if len(letters) < 2:
        return word == letters
    return word in (letters, letters[0], letters[0] + letters[-1]) or (
        len(word) == 3 and word[0] == letters[0] and word[-1] == letters[-1]
    )


def _made_of(words: list[str], local: str) -> bool:
    """Whether an address' local part is made of the first and last of `words`: `rbeck`, `ronb`, `beckr`."""
    if " " in local:
        return False
    local = local.translate(_NO_MARKS)
    first, last = words[0], words[-1]
    made = (first[0] + last, first + last[0], last + first[0], first + last, last + first, first, last)
    return any(local == one or (len(local) >= 5 and one.startswith(local)) for one in made)


_NO_MARKS = {ord(mark): None for mark in "._-+0123456789"}


def looks_like_name(line: str) -> bool:
    """One capitalised word that may be a first name, or initials: by its form and because it is no word that people
    write on a line of its own."""
    line = _KISSES.sub("", line)
    if len(line) > 24 or line.endswith(("?", ":", "...", "…")):
        return False
    word = line.strip(_TRIMMED)
    if not word or " " in word or not _WORD.fullmatch(word):
        return False
    plain = word.replace(".", "")
    if plain.isupper() and len(plain) <= 3:
        return plain.casefold() not in NO_INITIALS and plain.isascii()
    if not 2 <= len(word) <= 12 or not word[0].isupper() or not word[1:].replace("-", "").replace("'", "").islower():
        return False
    return not line.endswith((".", "!", "-")) and word.casefold() not in NO_NAMES


def in_another_script(line: str, names: tuple[str, ...]) -> bool:
    """One word in a script without capitals, where the header names the sender in Latin letters alone (`יעל` of Yael
    Peretz): by its form no more can be told, but that it is no answer."""
    word = line.strip(_TRIMMED)
    if word.isascii() or not 2 <= len(word) <= 10 or not word.isalpha() or word.upper() != word.lower():
        return False
    return bool(names) and max(map(max, names)) < "\u0250" and word not in ANSWERS


def looks_like_full_name(line: str) -> bool:
    """Two to four capitalised words, particles between them, and none that people write on a line of its own."""
    words = line.rstrip(",").split()
    if not 2 <= len(words) <= 4 or len(line) > _LONGEST or not (words[0][0].isupper() and words[-1][0].isupper()):
        return False
    for word in words:
        if not _WORD.fullmatch(word.rstrip(".")) or word.casefold() in NO_NAMES:
            return False
        if not word[0].isupper() and word not in _PARTICLES:
            return False
    return True


_PARTICLES = frozenset(("de", "da", "do", "dos", "di", "del", "la", "le", "van", "den", "der", "von", "zu", "bin"))


def is_name_without_capitals(text: str) -> bool:
    """One to three short words in a script that has no capitals, as may stand below thanks."""
    if text.isascii() or not 2 <= len(text) <= _LONGEST_UNCASED or text.count(" ") > 2 or text in ANSWERS:
        return False
    if text.upper() != text.lower() or any(map(str.isdigit, text)):
        return False
    return _CALM.fullmatch(text) is not None

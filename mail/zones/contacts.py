"""Lines of contacts below a name: telephones, addresses, registers; and what is too long or too much of a sentence to
stand among them."""

from __future__ import annotations

import re

from mail.zones.legal import is_registration
from mail.zones.search import NOT_WORD, Patterns

__all__ = ["CONTACT", "REACHED", "is_short", "is_slogan"]

_WORDS = "tel|phone|fax|mobile|mobil|cell|office|direct|skype|telefon|tél|handy|móvil|тел|電話|电话|전화"
_ANYWHERE = r"[\pL\pN_.+-]@[\pL\pN_.-]|(?i:https?://|www\.)|" + (f"(?i:(?:^|{NOT_WORD})(?:{_WORDS})(?:{NOT_WORD}|$))")
_EXTENSION = f"(?:^|{NOT_WORD})[xX][0-9][-0-9]{{3,5}}(?:{NOT_WORD}|$)"
CONTACT = Patterns(f"{_ANYWHERE}|{_EXTENSION}" + r"|[0-9]{2}\)?[-\s/.()0-9]{5,20}[0-9]")
_HINT = re.compile(r"[0-9@/]")
REACHED = Patterns(
    f"{_ANYWHERE}|{_EXTENSION}"
    + r"|\+[0-9]{1,3}[ (.0-9-][0-9 ().-]{5}|\([0-9]{2,5}\) ?[0-9]{3}|"
    + f"(?:^|{NOT_WORD})[0-9]{{3}}[-.][0-9]{{3}}[-.][0-9]{{4}}(?:{NOT_WORD}|$)"
)
"""How a person is reached: what a number alone is not."""
_WIDEST = 80
_LONGEST_REGISTERED = 240


def is_short(line: str) -> bool:
    """Fits a signature: no sentence."""
    if len(line) > 90:
        return len(line) <= _LONGEST_REGISTERED and _registers(line)
    if line.count(" ") < 8:
        return not line.endswith(("?", ":")) or _reaches(line)
    if line.endswith(("?", ":")):
        return _reaches(line)
    if "|" in line or "•" in line or "·" in line or len(line.split()) <= 8:
        return True
    return _reaches(line) or _placed(line) or _registers(line)


def _registers(line: str) -> bool:
    """The register of a company, by cheap looks first."""
    return (":" in line or "egist" in line or _HINT.search(line) is not None) and is_registration(line)


def _placed(line: str) -> bool:
    """A postal address: pieces with capitals and numbers between commas, no sentence."""
    if line.count(",") < 2 or line.endswith(".") or not any(map(str.isdigit, line)):
        return False
    words = line.split()
    return sum(1 for word in words if not word[0].islower()) * 4 >= len(words) * 3


def _reaches(line: str) -> bool:
    """Whether a line of prose may be one of contacts after all; asking RE2 of every line costs too much."""
    return (_HINT.search(line) is not None or "www." in line) and bool(CONTACT.which(line))


def is_slogan(line: str) -> bool:
    """May stand among contact lines although it is long: a slogan or opening hours, no sentence."""
    return len(line) <= _WIDEST and not line.endswith((".", "?", ":"))

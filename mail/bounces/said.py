"""The reason that words tell: all phrases and pairs are sought at once (RE2), so their number costs nothing."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple

import re2

from mail.bounces.phrases import PHRASES
from mail.bounces.tongues import PAIRS
from mail.zones.search import Patterns

__all__ = ["reason_in"]

_END = re.compile("[.;。；!?]")
"""The end of a sentence."""


class _Rule(NamedTuple):
    """`reason` is told where both expressions stand in one sentence; without a noun the second alone tells."""

    reason: str
    noun: str
    became: str
    near: int | None = None
    """The noun comes first, with so many words between at most."""


_RULES = (
    *(_Rule(reason, *pair) for reason, pairs in PAIRS for pair in pairs),
    *(_Rule(reason, "", re2.escape(phrase)) for reason, phrases in PHRASES for phrase in phrases),
)
_SOUGHT = tuple(dict.fromkeys(one for rule in _RULES for one in (rule.noun, rule.became) if one))
_NUMBER = {sought: number for number, sought in enumerate(_SOUGHT)}
_RULES_OF: tuple[tuple[int, ...], ...] = tuple(
    tuple(number for number, rule in enumerate(_RULES) if rule.became == sought) for sought in _SOUGHT
)
"""By number of an expression: the rules that it completes."""
_NUMBERS_OF = tuple((_NUMBER[rule.noun] if rule.noun else None, _NUMBER[rule.became]) for rule in _RULES)


def _alternatives(pattern: str) -> list[str]:
    """`a|(b|c)` in its parts `a` and `(b|c)`."""
    found, depth = [""], 0
    for part in re.findall(r"\\.|[^\\]", pattern):
        depth += (part == "(") - (part == ")")
        if part == "|" and not depth:
            found.append("")
        else:
            found[-1] += part
    return found


_Sought = tuple[Patterns, tuple[int, ...]]


def _set(patterns: dict[int, str]) -> _Sought:
    return Patterns(*patterns.values()), tuple(patterns)


def _sets() -> tuple[_Sought, _Sought, _Sought]:
    """Plain phrases, expressions, and what no ASCII text holds: apart, for the states that RE2 remembers multiply."""
    plain: dict[int, str] = {}
    expressions: dict[int, str] = {}
    foreign: dict[int, str] = {}
    for number, sought in enumerate(_SOUGHT):
        if not sought.isascii():
            foreign[number] = sought
        ascii_part = "|".join(one for one in _alternatives(sought) if one.isascii())
        if ascii_part:
            (expressions if re.search(r"[(\[|$?]|\\[a-z]", ascii_part) else plain)[number] = ascii_part
    return _set(plain), _set(expressions), _set(foreign)


_PLAIN, _EXPRESSIONS, _FOREIGN = _sets()


def reason_in(said: str) -> str | None:
    """The reason whose words stand in `said` (lower case, blanks folded); the first of the lists where several do."""
    found = _which(said)
    sentences: list[set[int]] | None = None
    for number in sorted(number for one in found for number in _RULES_OF[one]):
        noun, became = _NUMBERS_OF[number]
        if noun is None:
            return _RULES[number].reason
        if noun in found:
            if sentences is None:
                sentences = [_which(sentence) for sentence in _END.split(said)]
            if any(noun in sentence and became in sentence for sentence in sentences) and _is_near(number, said):
                return _RULES[number].reason
    return None


def _which(said: str) -> set[int]:
    """Numbers of the expressions that stand in `said`."""
    sets = (_PLAIN, _EXPRESSIONS) if said.isascii() else (_PLAIN, _EXPRESSIONS, _FOREIGN)
    return {numbers[at] for patterns, numbers in sets for at in patterns.which(said)}


def _is_near(number: int, said: str) -> bool:
    return _RULES[number].near is None or _near(number).search(said) is not None


@cache
def _near(number: int) -> re2._Regexp:
    _, noun, became, words = _RULES[number]
    return re2.compile(f"(?:{noun})(?: \\S+){{0,{words}}} (?:{became})")

"""The reason that words tell: all phrases and pairs are sought at once (RE2), so their number costs nothing."""

from __future__ import annotations

import re
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


_RULES = (
    *(_Rule(reason, *pair) for reason, pairs in PAIRS for pair in pairs),
    *(_Rule(reason, "", re2.escape(phrase)) for reason, phrases in PHRASES for phrase in phrases),
)
_SOUGHT = tuple(dict.fromkeys(one for rule in _RULES for one in (rule.noun, rule.became) if one))
_SET = Patterns(*_SOUGHT)
_NUMBER = {sought: number for number, sought in enumerate(_SOUGHT)}
_RULES_OF: tuple[tuple[int, ...], ...] = tuple(
    tuple(number for number, rule in enumerate(_RULES) if rule.became == sought) for sought in _SOUGHT
)
"""By number of an expression: the rules that it completes."""
_NUMBERS_OF = tuple((_NUMBER[rule.noun] if rule.noun else None, _NUMBER[rule.became]) for rule in _RULES)


def reason_in(said: str) -> str | None:
    """The reason whose words stand in `said` (lower case, blanks folded); the first of the lists where several do."""
    found = set(_SET.which(said))
    sentences: list[set[int]] | None = None
    for number in sorted(number for one in found for number in _RULES_OF[one]):
        noun, became = _NUMBERS_OF[number]
        if noun is None:
            return _RULES[number].reason
        if noun in found:
            if sentences is None:
                sentences = [set(_SET.which(sentence)) for sentence in _END.split(said)]
            if any(noun in sentence and became in sentence for sentence in sentences):
                return _RULES[number].reason
    return None

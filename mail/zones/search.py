"""Many phrases sought in one text at once, linear in the text and nearly free of their number (RE2)."""

from __future__ import annotations

from collections.abc import Iterable

import re2

__all__ = ["Phrases"]


class Phrases:
    """A set of phrases, compared case-folded: the caller folds the text."""

    def __init__(self, phrases: Iterable[str]) -> None:
        self._set = re2.Set.SearchSet()
        for phrase in dict.fromkeys(phrase.casefold() for phrase in phrases):
            self._set.Add(re2.escape(phrase))
        self._set.Compile()

    def found(self, text: str) -> int:
        """How many different phrases stand in `text` (case-folded)."""
        return len(self._set.Match(text if text.isascii() else text.encode("utf-8", "replace")) or ())

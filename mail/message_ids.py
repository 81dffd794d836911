"""Message-IDs out of `Message-ID`, `In-Reply-To` and `References` (RFC 5322 §3.6.4), as senders write them."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mail.words import decode_words
from schemas.ids import MAX_ID_LENGTH

__all__ = ["bounded_ids", "first_id", "ids_in"]

# `[^<>]` cannot run over the next bracket, so each character is looked at once.
_SINGLE = re.compile(r"<[^<>\s=]++>")
_BRACKETED = re.compile(r"<([^<>]{1,2000})>")


def ids_in(text: str) -> list[str]:
    """All ids of a field's text in order, each once, with angle brackets; blanks inside (folding) are removed.

    Text in between (`Your message of …`) is passed over. Where nothing is in brackets, words with an `@` are taken.
    """
    if _SINGLE.fullmatch(text) and len(text) <= MAX_ID_LENGTH:
        return [text]
    text = _unwrapped(text)
    found = ["".join(inner.split()) for inner in _BRACKETED.findall(text)]
    if not found:
        found = [word.strip("<>,;\"'()") for word in text.split() if "@" in word]
    return list(dict.fromkeys(f"<{inner}>" for inner in found if inner and len(inner) <= MAX_ID_LENGTH))


def _unwrapped(text: str) -> str:
    """Python's `email` package, and all that sends by it, wraps a long id into encoded words when it folds."""
    return decode_words(text) if "=?" in text and "<" not in text else text


def first_id(values: Iterable[str]) -> str | None:
    """The first id of the topmost field that has one. An id without brackets, even without `@`, is taken for one."""
    for value in values:
        ids = ids_in(value)
        if ids:
            return ids[0]
        words = _unwrapped(value).split()
        if len(words) == 1 and len(words[0]) <= MAX_ID_LENGTH and words[0].strip("<>"):
            return f"<{words[0].strip('<>')}>"
    return None


def bounded_ids(values: Iterable[str], limit: int) -> tuple[str, ...]:
    """Ids of all fields, each once; of too many the first one (the root) and the last ones (the parents) are kept."""
    ids = list(dict.fromkeys(found for value in values for found in ids_in(value)))
    if len(ids) > limit:
        ids = [ids[0], *ids[len(ids) - limit + 1 :]]
    return tuple(ids)

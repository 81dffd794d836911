"""Closing formulas: `Mit freundlichen Grüßen`, `Un cordial saludo a todos`, `Cheers, Ann`, `祝 商祺`.

Whole formulas stand in tables; beside them a line is one that consists of nothing but words of greeting, one of them a
noun or verb that says goodbye, and perhaps a name behind them. The tables need not know each adjective with each noun.
"""

from __future__ import annotations

import re

import re2

from mail.zones.words_closings import HEADS, JOINTS, PARTINGS, UNSPACED, UNSPACED_PARTINGS
from mail.zones.words_tails import CLOSINGS, THANKS

__all__ = ["NAME", "TRIMMED", "closing_of"]

TRIMMED = " ,.!;:–—-*_~\t，。！、،؛…"
"""What stands around a formula or a name and is no part of it."""
NAME = re.compile(r"[-–—/~*]{0,2}[ ]?[A-ZÀ-ÖØ-ÞĀ-ɏḀ-ỿΆ-ΫЀ-Я҆-ӿ][\w.'’-]{0,30}(?: [\w.'’(),-]{1,30}){0,4}[*]?")
"""A name in a script with capitals."""
_LONGEST = 80
_MOST_WORDS = 12
_LONGEST_UNSPACED = 60
_CLOSINGS = frozenset(word.casefold() for word in CLOSINGS)
_THANKS = frozenset(word.casefold() for word in THANKS)
_AND = re.compile(r" (?:and|und|et|y|e|en|och|og|ja|i|a|и|та|ve|și|és|with|mit) |[,&/+!.،]")
_WORD = re.compile(r"[^ \t,.!;:–—*~，。！、،&/+-]+")
_SPLIT = re.compile(r"[ \t,.!;:–—*~，。！、،/+()\xa0]+")
_UNSPACED = re2.compile("|".join(f"(?:{pattern})" for pattern in UNSPACED))
_UNSPACED_PARTINGS = re2.compile("|".join(f"(?:{pattern})" for pattern in UNSPACED_PARTINGS))
_WISHES = re2.compile(
    r"(?i)(?:je vous prie|nous vous prions|veuillez|recevez|agréez|dans l['’]attente|en vous (?:remerciant|souhaitant))"
    r" .*(?:salutations|sentiments|considération|respects)(?: (?:disting|respect|les meill|les plus|dévou|cordial).*)?|"
    r"(?:sin (?:otro|más) .{0,40})?(?:reciban?|le|les|se despide|aprovech\S+) .*(?:saludos?|atentamente|saluda)|"
    r"(?:sem mais|fico|ficamos|despeço|subscrevo).{0,50}(?:atenciosamente|cumprimentos|subscrev\S+|me)|"
    r"(?:la prego|voglia|vogliate|nel|in attesa|distintamente|ringrazia\S+).{0,80}(?:saluti|ossequi|saluto|stima)|"
    r"ich verbleibe .{0,30}|wir verbleiben .{0,30}|pozostaj\S+ z .{0,30}"
)
"""Sentences that do nothing but take leave, as letters end."""
_LASTING = HEADS | PARTINGS | frozenset(word for word in _THANKS if " " not in word)
"""Words of which a closing has one."""


def _first_words() -> frozenset[str]:
    """First words of all whole formulas: a line that begins otherwise is none of them."""
    found = (_WORD.search(formula) for formula in (*_CLOSINGS, *_THANKS))
    return frozenset(word.group() for word in found if word)


_FIRST_WORDS = _first_words()


def closing_of(line: str) -> tuple[str, str] | None:
    """Kind (`closing` or `thanks`) of the formula that `line` is, and what follows it on the line: a name, whether of
    who writes or, after thanks, of who is thanked."""
    size = len(line)
    if size > 2 * _LONGEST:
        return None
    if line[:4].casefold().startswith(_WISHING) and _wishes(line.strip(TRIMMED)):
        return "closing", ""
    if size > _LONGEST or line.count(" ") > _MOST_WORDS:
        return None
    word = _WORD.search(line)
    if word is None:
        return None
    first = _low(word.group())
    if first in _FIRST_WORDS:
        whole = _whole(line)
        if whole is not None:
            return whole
    elif not (first in JOINTS or first in _LASTING or not first.isascii()):
        return None
    return _composed(line)


def _wishes(bare: str) -> bool:
    return _WISHES.fullmatch(bare.encode("utf-8", "replace").decode("utf-8")) is not None


_WISHING = (
    *("je v", "nous", "veui", "rece", "agr", "dans", "en v", "sin ", "reci", "le ", "les ", "se d", "apro", "sem "),
    *("fico", "fica", "desp", "subs", "la p", "vogl", "nel ", "in a", "dist", "ring", "ich ", "wir ", "pozo"),
)


def _low(text: str) -> str:
    return text.casefold().replace("i\u0307", "i")  # a Turkish capital


def _whole(line: str) -> tuple[str, str] | None:
    """By the tables of whole formulas."""
    low = _low(line.strip(TRIMMED))
    if low in _CLOSINGS:
        return "closing", ""
    if low in _THANKS:
        return "thanks", ""
    parts = [part.strip(TRIMMED) for part in _AND.split(low)]
    if len(parts) > 1 and all(part in _CLOSINGS or part in _THANKS for part in parts):
        return "closing" if any(part in _CLOSINGS for part in parts) else "thanks", ""
    words = line.strip(TRIMMED).split()
    for count in range(1, min(4, len(words))):
        head, name = _low(" ".join(words[:count])).strip(TRIMMED), words[count:]
        if len(head) > 1 and head in _CLOSINGS and len(name) <= 2 and all(word[:1].isupper() for word in name):
            return "closing", " ".join(name)
        if head in _THANKS and len(name) <= 2 and all(word[:1].isupper() for word in name):
            return "thanks", " ".join(name)
    for mark in (",", "-", "–", "，", "!", ".", "،"):
        head, found, rest = line.partition(mark)
        if found and rest.strip() and len(rest.split()) <= 4:
            head, rest = _low(head.strip(TRIMMED)), rest.strip(TRIMMED)
            if head in _CLOSINGS and _low(rest) in _CLOSINGS:
                return "closing", ""
            if head in _CLOSINGS and NAME.fullmatch(rest):
                return "closing", rest
            if head in _THANKS and _low(rest) in _CLOSINGS:
                return "closing", ""
            if head in _THANKS and NAME.fullmatch(rest) and len(rest.split()) <= 3:
                return "thanks", rest
    return None


def _composed(line: str) -> tuple[str, str] | None:
    """By the words: greeting words with a head among them, then at most a name of three words."""
    bare = line.strip(TRIMMED)
    if not line.isascii() and len(bare) <= _LONGEST_UNSPACED:
        shown = bare.encode("utf-8", "replace").decode("utf-8")  # RE2 takes no lone surrogates
        if _UNSPACED.fullmatch(shown):
            return "closing", ""
        if _UNSPACED_PARTINGS.fullmatch(shown):
            return "thanks", ""
    if line.isascii() and _LASTING.isdisjoint(_SPLIT.split(bare.lower())):
        return None
    words = [word for word in _SPLIT.split(bare) if word]
    if not 0 < len(words) <= _MOST_WORDS or line.endswith(("?", ":", "？")):
        return None
    kind = ""
    count = headed = 0
    for word in words:
        low = _low(word)
        if low in HEADS:
            kind, headed = "closing", count + 1
        elif low in PARTINGS or low in _THANKS:
            kind, headed = kind or "thanks", count + 1
        elif low not in JOINTS:
            break
        count += 1
    name = words[headed:]
    named = len(name) <= 3 and all(word[0].isupper() or _low(word) in JOINTS for word in name)
    if kind and (count == len(words) or (named and (kind == "closing" or not name))):
        return kind, " ".join(name) if named and count < len(words) else ""
    return None

"""Attribution lines: `On Mon, 23 Nov 2026 at 10:00, Ann <ann@example.org> wrote:`, in any language, wrapped or not.

Known verbs are not enough for the languages of the world: a line that ends with a colon and names a moment and an
address is one too, and so is a line with a moment before quoted text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mail.zones.lines import Lines
from mail.zones.search import NOT_WORD, Patterns, Phrases
from mail.zones.words_dates import MONTHS
from mail.zones.words_history import STARTS, VERBS, WEEKDAYS

__all__ = ["Attribution", "attribution_ending_at", "fields_of", "has_date", "has_moment"]

_LONGEST = 400
_MOST_LINES = 4
_MOST_WORDS = 12
_WRAPPED_AT = 62
"""A line and the first word of the next that together are shorter than this were not one line."""
_VERB = re.compile("|".join(re.escape(verb.casefold()) for verb in sorted(VERBS, key=len, reverse=True)))
_VERBS = Phrases(VERBS)
_TIME = re.compile(r"[0-9]{1,2}[:.h時时][0-9]{2}")
_MONTH = "(?:" + "|".join(sorted(MONTHS, key=len, reverse=True)) + ")"
_NUMBERS = r"[0-9]{4}[-/.年][ ]?[0-9]{1,2}|[0-9]{4}년|[0-9]{1,2}[-/.][ ]?[0-9]{1,2}[-/.][ ]?[0-9]{2,4}"
_DATE = re.compile(
    _NUMBERS
    + r"|(?:(?<=[^0-9:.])|^)[0-9]{1,2}[.]?[ ](?:de )?[^\W\d_]{3,10}|(?:(?<=[^\w])|^)[^\W\d_]{3,9}[.]?[ ][0-9]{1,2}(?=,)"
)
"""Where a date stands in what is known to hold one."""
_DATED = (
    rf"(?i){_NUMBERS}|(?:^|[^0-9:.])[0-9]{{1,2}}(?:[.]|er|st|nd|rd|th)?[ ](?:de |of )?{_MONTH}\pL{{0,9}}|"
    rf"(?:^|{NOT_WORD}){_MONTH}\pL{{0,9}}[.]?[ ][0-9]{{1,2}}(?:[^\pL\pN_:]|$)"
)
"""A date, in RE2's syntax."""
_DIGITS = {
    first + digit: 48 + digit for first in (0x660, 0x6F0, 0x966, 0x9E6, 0xE50, 0xFF10) for digit in range(10)
} | {0x202F: " ", 0xFF0C: ","}
"""Arabic, Persian, Devanagari, Bengali, Thai and wide digits as ASCII ones, character for character."""
_SELF = re.compile(
    r"\b(?:i (?:wrote|write|said)|we (?:wrote|said)|ich|wir|j['’](?:ai|avais) écrit|je (?:vous|te|lui|leur)|"
    r"nous (?:vous|avons)|escribí|escribimos|"
    r"escrevi|escrevemos|ho scritto|avevo scritto|abbiamo|ik|wij|jag|jeg|skrev vi|vi skrev|kirjoitin|kirjoitimme|"
    r"napisałem|napisałam|pisałem|pisałam|napisaliśmy|jsem|som napísal|som napísala|я|мы|ми|írtam|írtuk|yazdım|"
    r"yazdık|έγραψα|am scris|sam pisao|sam napisao|sam napisala)\b"
)
"""Who writes of their own words tells a story: `On 3 November at 10:12 I wrote to you:`."""
_ADDRESS = re.compile(r"[^\s<>()\[\]\"'‘’“”:,;]{1,120}@[^\s<>()\[\]\"',;:]{1,200}")
_YEAR = f"(?:^|{NOT_WORD})(?:19|20|25)[0-9]{{2}}(?:{NOT_WORD}|$)"
_SEEN = Patterns(
    r"[^\s<>()\[\]\"'‘’“”:,;]@[^\s<>()\[\]\"',;:]",
    _TIME.pattern,
    f"{_DATED}|{_YEAR}",
)
"""An address, a time of day, a date or year: what an attribution is known by."""
_SEEN_ADDRESS, _SEEN_TIME, _SEEN_DATE = range(3)
_STARTS = frozenset(word.casefold() for word in (*STARTS, *WEEKDAYS))
_ENDS = (":", "：")
_BARE_ENDS = ("wrote", "schrieb", "writes", ">", ")")
_SAYINGS = ("said:", "says:")
"""Verbs that servers use too (`host mx said: 550 …`): none but before quoted text."""
_TRIMMED = " *_\t\"'"


@dataclass(frozen=True, slots=True)
class Attribution:
    """Lines `first` to `last`. `certain`: no prose looks like it; otherwise only before quoted text it is one."""

    first: int
    last: int
    text: str
    certain: bool


def has_moment(text: str) -> bool:
    """Whether a time of day or a year stands in `text`."""
    return not {_SEEN_TIME, _SEEN_DATE}.isdisjoint(_SEEN.which(_plain(text)))


def has_date(text: str) -> bool:
    """Whether a date in figures stands in `text`."""
    return _DATE.search(_plain(text)) is not None


def _plain(text: str) -> str:
    """`text` with the digits of all scripts as ASCII ones; as long as it was."""
    return text if text.isascii() else text.translate(_DIGITS)


def attribution_ending_at(lines: Lines, number: int) -> Attribution | None:
    """The attribution whose last line is `number`."""
    bare, depths = lines.bare, lines.depth
    last = bare[number]
    if not last or len(last) > _LONGEST:
        return None
    ending = last.rstrip(_TRIMMED)
    ended = ending.endswith(_ENDS) or _zoho(last)
    if not ended and (inline := _inline(last)):
        return Attribution(number, number, inline, True)
    if not ended and not (lines.quoted and ending.casefold().endswith(_BARE_ENDS)):
        return None
    below = lines.next_filled(number, 6) if lines.quoted else None
    before_quotation = below is not None and depths[below] > depths[number]
    if not ended and not before_quotation:
        return None
    depth = depths[number]
    best: Attribution | None = None
    joined = ""
    whole = True
    for first in range(number, max(-1, number - _MOST_LINES), -1):
        line = _plain(bare[first])
        if not line or depths[first] != depth or (first < number and line.endswith(_ENDS)):
            break
        joined = f"{line[:-1]}{joined}" if line.endswith("=") and joined else f"{line} {joined}".strip()
        if len(joined) > _LONGEST:
            break
        starts = _starts(line)
        weight = _weight(joined, starts, before_quotation)
        if weight == 2 and (whole or starts):
            best = Attribution(first, number, joined, True)
        elif weight == 1 and whole and best is None:
            best = Attribution(first, number, joined, False)
        if best is not None and best.certain and starts and has_moment(joined):
            break
        if first and not (bare[first - 1] and depths[first - 1] == depth and _wrapped(bare[first - 1], line)):
            whole = False
            if best is not None and best.certain:
                break
    return best


def _inline(text: str) -> str:
    """The attribution that `text` begins with, the quoted text after it on the same line; "" where it has none."""
    head = text[:_LONGEST]
    if "@" not in head or not _starts(text) or not _TIME.search(head):
        return ""
    for colon in (": ", ":\t", "： "):
        verb, found, _ = head.partition(colon)
        while found and not _VERBS.found(verb[-24:].casefold()):
            verb_more, found, _ = head[len(verb) + len(colon) :].partition(colon)
            verb = f"{verb}{colon}{verb_more}"
        if found and _weight(f"{verb}:", True, False) == 2:
            return f"{verb}:"
    return ""


def _zoho(text: str) -> bool:
    return text.startswith("---") and text.endswith("---") and len(text) > 20


def _starts(text: str) -> bool:
    """Whether an attribution can begin with the first word of `text`."""
    text = text.lstrip("*_->‐–—•| \t\"'(")
    if text[:1].isdigit():
        return True
    word = text[:24].partition(" ")[0].rstrip(".,;:").casefold()
    return word in _STARTS or text[:8].casefold().startswith(
        ("w dniu", "in artic", "in messa", "no dia", "v v ", "at ")
    )


def _wrapped(above: str, line: str) -> bool:
    """Whether a client may have broken one line into these two."""
    if above.endswith(("<", "=", ",")) or len(above) + 1 + len(line.partition(" ")[0]) >= _WRAPPED_AT:
        return True
    above = _plain(above)
    if line.startswith("<") and "@" in line and _starts(above) and has_moment(above):
        return True  # the name above its address, however short: phones break early
    # Becky, Sylpheed, Wanderlust, Gnus: the moment or the article on a line of its own.
    return len(above) < _WRAPPED_AT and _starts(above) and _MOMENT.fullmatch(above) is not None


_MOMENT = re.compile(
    r"(?:On|At|In|Am|Le|El|Il|Op|Em|Den|Dne|Dnia)?[ ]?(?:\w{2,10}\.?,? )?"
    r"(?:\d{1,2}\.? \w{3,10}\.? \d{4}|\w{3,10} \d{1,2}, \d{4}|\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|"
    r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}),?"
    r"(?: at| um| à| a las| om)? \d{1,2}[:.]\d{2}(?:[:.]\d{2})?(?: ?[AP]M)?(?: ?[+-]\d{4})?(?: ?\(?[A-Z]{2,5}\)?)?,?"
)


def _weight(text: str, starts: bool, before_quotation: bool) -> int:
    """0: none; 1: one if quoted text follows; 2: certain."""
    seen = _SEEN.which(text)
    address, time, date = _SEEN_ADDRESS in seen, _SEEN_TIME in seen, _SEEN_DATE in seen
    if not (before_quotation or address or date):
        return 0
    low = text.casefold()
    if _VERBS.found(low):
        if address and (date or time or "<" in text or starts) and (date or time or len(text) < 200):
            return 2 if "<" in text or not _SELF.search(low) else 0
        if date and (time or (starts and (text[:1].isdigit() or len(text) < 120))) and not _SELF.search(low):
            # Without an address the whole line must be an attribution: a name beside the moment, no clause.
            return 2 if starts or (len(text) < 120 and len(text.split()) <= _MOST_WORDS) else 1
        return 1 if len(text) < 120 else 0
    if address and time and date and (starts or "<" in text) and len(text) < 250:
        return 2
    if before_quotation and (address or text.endswith(_SAYINGS)) and len(text) < 120:
        return 1
    return 1 if (time or date) and len(text) < 160 and (starts or address or (time and date)) else 0


def fields_of(text: str) -> tuple[tuple[str, str], ...]:
    """`from` and `sent` of an attribution, as far as its form shows them."""
    address = _ADDRESS.search(text)
    moments = [match for pattern in (_DATE, _TIME) for match in pattern.finditer(text[:_LONGEST])]
    if not moments:
        if address is None:
            return ()
        closed = text[address.end() : address.end() + 1] == ">"
        return (("from", text[: address.end() + closed].strip(_TRIMMED)),)
    first, last = min(match.start() for match in moments), max(match.end() for match in moments)
    after = _ZONE.match(text, last)
    last = after.end() if after else last
    if address is None:
        rest = _VERB.sub(" ", text[last:].casefold())
        name = " ".join(text[last:].split()) if rest else ""
        return _fields(_without_verb(name), text[_lead(text, first) : last])
    if address.start() >= last:
        name = _without_verb(text[last : address.start()])
        return _fields(_named(name, address[0]), text[_lead(text, first) : last])
    name = text[: address.start()]
    return _fields(_named(name, address[0]), text[first:last])


_ZONE = re.compile(
    r"(?:[:.][0-9]{2})?(?: ?[AaPp]\.?[Mm]\.?| Uhr| ?(?:GMT|UTC|[A-Z]{3,4})?[+-][0-9]{2}:?[0-9]{2}| [A-Z]{3,4}\b){0,3}"
)


def _lead(text: str, first: int) -> int:
    """Where the moment begins: after the word that begins the attribution, the day's name included."""
    word, _, _ = text.partition(" ")
    return len(word) + 1 if len(word) < first and word.strip(".,:").casefold() in _PREPOSITIONS else 0


_PREPOSITIONS = frozenset(word.casefold() for word in STARTS)


def _without_verb(text: str) -> str:
    text = text.strip(" ,;:–-")
    match = _VERB.search(text.casefold()[: len(text)])
    if match and len(text.casefold()) == len(text):
        text = text[match.end() :] if match.start() < 3 else text[: match.start()]
    return text.strip(" ,;:–-<(\"'")


def _named(name: str, address: str) -> str:
    name = name.strip(" ,;:–-<(\"'")
    return f"{name} <{address}>" if name else address


def _fields(who: str, when: str) -> tuple[tuple[str, str], ...]:
    pairs = (("from", who[:300]), ("sent", when.strip(" ,;:")))
    return tuple((kind, value) for kind, value in pairs if value)

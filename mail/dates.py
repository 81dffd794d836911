"""`Date` (RFC 5322 §3.3, §4.3) and its many broken forms to an aware datetime; no day is guessed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from functools import lru_cache

__all__ = ["parse_date"]

_LONGEST = 120
_MONTHS = {
    word: number
    for number, words in enumerate(
        [
            "jan ene gen jän янв січ", "feb fév fev фев лют", "mar mär mrz mrt мар бер", "apr abr avr апр кві",
            "may mai mag mei maj май мая тра", "jun juin giu июн чер", "jul juil lug июл лип",
            "aug ago aoû aou авг сер",
            "sep set сен вер", "oct okt out ott окт жов", "nov ноя", "dec dez déc dic des дек гру",
        ],
        start=1,
    )
    for word in words.split()
}  # fmt: skip
"""Months by their first letters: of English, and of other languages as far as no two of them disagree."""
_DAY = r"(?:[^\W\d_]{2,12}\.?\s?,?\s{1,3})?"
_MONTH = r"([^\W\d_]{3,12})\.?"
_ZONE = r"([+-]\d{2}:?\d{2}|(?:GMT|UTC|UT)\s?[+-]\d{1,2}(?::?\d{2})?|[A-Za-z]{1,5})?"
_TIME = r"(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2}))?(?:[.,]\d{1,9})?(?:\s?([AaPp])\.?[Mm]\b\.?)?"
# As nearly all mail has it.
_STRICT = re.compile(
    r"(?:[A-Z][a-z]{2}, {1,2})?(\d{1,2}) ([A-Z][a-z]{2}) (19\d\d|[2-8]\d{3}) (\d\d):(\d\d):(\d\d) ([+-]\d{4})"
    r"(?: \([A-Za-z0-9 +:-]{1,20}\))?"
)
_USUAL = re.compile(
    rf"{_DAY}(\d{{1,2}})\.?[\s-]{{1,3}}{_MONTH}[\s-]{{1,3}}(\d{{2,4}}),?\s{{1,3}}{_TIME}\s{{0,3}}{_ZONE}"
)
# `Mon Mar  2 10:15:00 CET 2026` (asctime, date), `Mar 2, 2026 10:15 AM`, `Mon Mar 02 2026 10:15:00 GMT+0100`.
_MONTH_FIRST = re.compile(
    rf"{_DAY}{_MONTH}\s{{1,3}}(\d{{1,2}}),?\s{{1,3}}(?:(\d{{4}}),?\s{{1,3}})?{_TIME}(?:\s{{0,3}}{_ZONE})"
    rf"(?:(?:(?<=\s)|\s{{1,3}})(\d{{4}})\b\s{{0,3}}{_ZONE})?"
)
_BLANKS_AT_COLON = re.compile(r"\s{0,9}:\s{0,9}")
_YEAR_FIRST = re.compile(
    rf"(\d{{4}})[\s/.-](?:(\d{{1,2}})|{_MONTH})[\s/.-]{{1,3}}(\d{{1,2}})[\s,]{{1,3}}{_DAY}{_TIME}\s{{0,3}}{_ZONE}"
)
_NUMERIC = re.compile(rf"(\d{{1,2}})[\s./-](\d{{1,2}})[\s./-](\d{{4}}|\d{{2}})\s{{1,3}}{_TIME}\s{{0,3}}{_ZONE}")
_ZONES = {
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "cet": 1, "cest": 2, "met": 1, "mest": 2, "mesz": 2, "mez": 1, "eet": 2, "eest": 3, "wet": 0, "west": 1,
    "bst": 1, "ist": 5.5, "jst": 9, "kst": 9, "hkt": 8, "sgt": 8, "msk": 3, "msd": 4, "aest": 10, "aedt": 11,
    "akst": -9, "akdt": -8, "hst": -10, "nzst": 12, "nzdt": 13, "sast": 2,
}  # fmt: skip
"""Hours east of UTC. Other names (military ones included) say nothing certain: UTC (RFC 5322 §4.3)."""


def parse_date(text: str | None) -> datetime | None:
    """The moment that `text` names, always aware, in whole seconds; None where it names none. Years 1900 to 9998."""
    if not text:
        return None
    strict = _STRICT.fullmatch(text, 0, _LONGEST)
    if strict is not None:
        day, month, year, hour, minute, second, zone = strict.groups()
        try:
            return datetime(
                int(year), _MONTHS[month.lower()], int(day), int(hour), int(minute), int(second), 0, _zone(zone)
            )
        except (ValueError, KeyError):
            pass
    if ";" in text:  # the date of a Received field, copied whole; or rubbish after one
        before, _, after = text.rpartition(";")
        return _read(after) or _read(before)
    return _read(text)


def _read(text: str) -> datetime | None:
    text = text[:_LONGEST].strip()
    if "(" in text:
        text = _without_comments(text)
    if " :" in text or ": " in text:  # blanks and comments about a colon (RFC 5322 §4.3)
        text = _BLANKS_AT_COLON.sub(":", text)
    try:
        return _other(text)
    except (ValueError, OverflowError, TypeError, IndexError, AttributeError):
        return None


def _without_comments(text: str) -> str:
    kept, depth = [], 0
    for char in text:
        if char == "(":
            depth += 1
        elif char == ")":
            depth = max(0, depth - 1)
        elif not depth:
            kept.append(char)
    return " ".join("".join(kept).split())


def _other(text: str) -> datetime | None:
    """Any other form; may raise what numbers out of their range raise."""
    usual = _USUAL.match(text)
    if usual is not None:
        day, month, year, *clock = usual.groups()
        return _moment(_year(year), _month(month), int(day), *clock)
    first = _MONTH_FIRST.match(text)
    if first is not None:
        month, day, year, hour, minute, second, half, zone, last, after = first.groups()
        if year or last:
            return _moment(_year(year or last), _month(month), int(day), hour, minute, second, half, zone or after)
    if text[:4].isdigit() and text[4:5] == "-" and text[5:7].isdigit():
        moment = datetime.fromisoformat(text).replace(microsecond=0)
        if not 1900 <= moment.year <= 9998:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    ordered = _YEAR_FIRST.match(text)
    if ordered is not None:
        year, number, month, day, *clock = ordered.groups()
        return _moment(_year(year), int(number) if number else _month(month), int(day), *clock)
    numeric = _NUMERIC.match(text)
    if numeric is not None:
        day, month, year, *clock = numeric.groups()
        return _moment(_year(year), int(month), int(day), *clock)
    parsed = parsedate_tz(text)
    if parsed is None:
        return None
    whole, number, date, hour, minute, second = parsed[:6]
    return _at(whole, number, date, hour, minute, second, timezone(timedelta(seconds=parsed[9] or 0)))


def _month(word: str) -> int | None:
    word = word.lower()
    return _MONTHS.get(word[:3]) or _MONTHS.get(word[:4])


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) == 2:  # RFC 5322 §4.3
        return year + (2000 if year < 50 else 1900)
    return year + 1900 if 99 < year < 200 else year  # the same section: 102 (and 0102) is 1900 + 102


def _moment(
    year: int,
    month: int | None,
    day: int,
    hour: str,
    minute: str,
    second: str | None,
    half: str | None,
    zone: str | None,
) -> datetime | None:
    hours = int(hour)
    if half and 0 < hours <= 12:
        hours = hours % 12 + (12 if half in "Pp" else 0)
    return _at(year, month, day, hours, int(minute), int(second or 0), _zone(zone or ""))


def _at(year: int, month: int | None, day: int, hour: int, minute: int, second: int, zone: timezone) -> datetime | None:
    if month is None or not 1900 <= year <= 9998:
        return None
    return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=zone)  # 60 is a leap second


@lru_cache(maxsize=256)
def _zone(name: str) -> timezone:
    """A zone as written; UTC where it says nothing certain, or more than a day."""
    sign = max(name.find("+"), name.find("-"))
    if sign < 0:
        hours = _ZONES.get(name.lower(), 0)
        return timezone(timedelta(hours=hours)) if hours else UTC
    digits = name[sign + 1 :].replace(":", "")
    minutes = int(digits[:-2]) * 60 + int(digits[-2:]) if len(digits) > 2 else int(digits) * 60
    if not 0 < minutes < 24 * 60:
        return UTC
    return timezone(timedelta(minutes=-minutes if name[sign] == "-" else minutes))

"""`Date` (RFC 5322 §3.3, §4.3) and its many broken forms to an aware datetime; no day is guessed."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz

__all__ = ["parse_date"]

_LONGEST = 120
_MONTHS = {
    name: n
    for n, name in enumerate(
        ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], start=1
    )
}
_USUAL = re.compile(
    r"(?:[A-Za-z]{3,9},?\s{1,3})?(\d{1,2})\s{1,3}([A-Za-z]{3})[a-z]{0,6}\s{1,3}(\d{2,4})\s{1,3}"
    r"(\d{1,2}):(\d{2})(?::(\d{2}))?(?:\.\d{1,6})?\s{0,3}([+-]\d{4}|[A-Za-z]{1,5})?"
)
_NUMERIC = re.compile(
    r"(\d{1,2})[\s./-](\d{1,2})[\s./-](\d{4}|\d{2})\s{1,3}(\d{1,2}):(\d{2})(?::(\d{2}))?\s{0,3}([+-]\d{4}|[A-Za-z]{1,5})?"
)
_ZONES = {
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7,
    "cet": 1, "cest": 2, "met": 1, "mest": 2, "mesz": 2, "mez": 1, "eet": 2, "eest": 3, "wet": 0, "west": 1,
    "bst": 1, "ist": 5.5, "jst": 9, "kst": 9, "hkt": 8, "sgt": 8, "msk": 3, "msd": 4, "aest": 10, "aedt": 11,
    "akst": -9, "akdt": -8, "hst": -10, "nzst": 12, "nzdt": 13, "sast": 2,
}  # fmt: skip
"""Hours east of UTC. Other names (military ones included) say nothing certain: UTC (RFC 5322 §4.3)."""


def parse_date(text: str | None) -> datetime | None:
    """The moment that `text` names, always aware; None where it names none. Years 1900 to 9998."""
    if not text:
        return None
    if ";" in text:
        text = text.rpartition(";")[2]  # the date of a Received field, copied whole
    text = text[:_LONGEST].strip()
    match = _USUAL.match(text)
    if match is not None:
        return _usual(match)
    if "(" in text:
        text = _without_comments(text)
        match = _USUAL.match(text)
        if match is not None:
            return _usual(match)
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


def _usual(match: re.Match[str]) -> datetime | None:
    day, month, year, hour, minute, second, zone = match.groups()
    number = int(month) if month.isdigit() else _MONTHS.get(month.lower())
    if number is None:
        return None
    full_year = int(year)
    if len(year) == 2:  # RFC 5322 §4.3
        full_year += 2000 if full_year < 50 else 1900
    elif 99 < full_year < 200:  # the same section: 102 (and 0102) is 1900 + 102
        full_year += 1900
    return _moment(full_year, number, int(day), int(hour), int(minute), int(second or 0), _offset(zone or ""))


def _offset(zone: str) -> timedelta:
    if zone[:1] in ("+", "-"):
        minutes = int(zone[1:3]) * 60 + int(zone[3:5])
        return timedelta(minutes=-minutes if zone[0] == "-" else minutes)
    return timedelta(hours=_ZONES.get(zone.lower(), 0))


def _moment(year: int, month: int, day: int, hour: int, minute: int, second: int, offset: timedelta) -> datetime | None:
    if not 1900 <= year <= 9998:
        return None
    if abs(offset) >= timedelta(hours=24):
        offset = timedelta()
    try:
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=timezone(offset) if offset else UTC)
    except ValueError:
        return None


def _other(text: str) -> datetime | None:
    if text[:4].isdigit() and text[4:5] == "-":
        moment = datetime.fromisoformat(text)
        if not 1900 <= moment.year <= 9998:
            return None
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    numeric = _NUMERIC.match(text)
    if numeric is not None:
        return _usual(numeric)
    parsed = parsedate_tz(text)
    if parsed is None:
        return None
    year, month, day, hour, minute, second = parsed[:6]
    return _moment(year, month, day, hour, minute, second, timedelta(seconds=parsed[9] or 0))

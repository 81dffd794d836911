"""From when until when somebody is away, where an out-of-office note names dates.

Dates are read as people write them in many languages, with or without a year; a word before (`until`, `vom`) or after
(`まで`) tells which end it is, a dash or a word between two dates that they are both ends. What is not said is None:
nothing is guessed but the year, and whether day or month comes first where only numbers stand. Linear: every number of
a bounded text is looked at with a bounded window around it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from mail.absence_words import (
    AGAIN,
    BACK,
    BREAKS,
    CONNECT,
    FROM,
    FROM_AFTER,
    GONE,
    MONTHS,
    SHORT,
    UNTIL,
    UNTIL_AFTER,
)
from mail.records import ParsedMail

__all__ = ["Absence", "absence_of", "names_absence", "own_part"]

_LOOKED_AT = 3_000
_OVER_NEW_YEAR = timedelta(days=300)
_LONGEST = timedelta(days=1_100)
_SOON, _JUST = timedelta(days=10), timedelta(days=1)
_MOST = 40
"""Dates of a text that are looked at."""
_LETTER = r"(?:[^\W\d_]|[\u0e30-\u0e4e\u0900-\u094f])"  # vowel signs of Thai and Hindi are no letters to `re`
_YEAR = r"(?:20|25)\d\d(?!\d)"
_NUMBER = re.compile(
    r"(?<![\d:€$£#/])(?<!\d[.,])(?:"
    r"(?P<iy>20\d\d)(?P<is>[-/.])\s?(?P<im>\d{1,2})(?P=is)\s?(?P<id>\d{1,2})(?!\d)"
    r"|(?:(?P<ey>20\d\d)\s?[年년]\s?)?(?P<em>\d{1,2})\s?[月월]\s?(?P<ed>\d{1,2})\s?[日일号號]?"
    rf"|(?P<nd>\d{{1,2}})(?P<ns>\.\s?|/)(?P<nm>\d{{1,2}})(?:[./](?:\s?(?P<ny>{_YEAR})|(?P<nz>\d\d)(?!\d)))?(?P<nt>\.?)"
    r"(?![\d:])"
    rf"|(?P<hd>\d{{1,2}})-(?P<hm>\d{{1,2}})-(?P<hy>{_YEAR})"
    r"|(?P<d>\d{1,2})(?![\d%]|[:/]\d)"
    r")"
)
_MONTH_AFTER = re.compile(
    r"(?:[.:'-]?[^\W\d_]{1,3}(?![^\W\d_])|[ªº°])?\.?[\s/-]{0,2}(?:(?:of|de|del|di|the|den|do|ta)\s|d'|ב)?"
    rf"(?:tháng\s(?P<vm>\d{{1,2}})|(?P<m>{_LETTER}(?:\.?{_LETTER}){{1,15}}))"
    rf"(?:(?:\.?\s(?:de|del|năm|года?|roku)\s|[\s,.-]{{1,3}})(?P<y>{_YEAR}))?"
)
_MONTH_BEFORE = re.compile(rf"(?:(?P<y>{_YEAR})(?:\.|\sm\.|,)?\s)?(?P<m>{_LETTER}{{3,15}})\.?\s(?:the\s)?$")
_YEAR_AFTER = re.compile(rf"(?:st|nd|rd|th)?,?\s(?P<y>{_YEAR})")
_DAY_BEFORE = re.compile(
    r"(?<![\d.,:/])(?P<d>\d{1,2})(?:[ªº°]|[:'-]?[^\W\d_]{1,3})?\.?\s{0,2}"
    rf"(?:[-–—~〜～]|(?P<c>{_LETTER}{{1,8}}(?:\s{_LETTER}{{1,6}}){{0,2}}|t/m|t\.o\.m\.))\s{{0,2}}"
    r"(?:[^\W\d_]{1,10}\.?,?\s){0,2}$"
)
_DAYS_BEFORE = re.compile(
    r"(?<![\d.,:/])(?P<d>\d{1,2})(?:st|nd|rd|th|[ªº°.])?,\s(?:\d{1,2}(?:st|nd|rd|th|[ªº°.])?,\s){0,5}$"
)
_DAY_AFTER = re.compile(
    r"(?:st|nd|rd|th|\.)?(?:,\s\d{1,2}(?:st|nd|rd|th)?){0,5},?\s{0,2}(?:[-–—~〜～至到]|から|to|through|thru|until|till|and|és)\s{0,2}(?:the\s)?"
    r"(?P<d>\d{1,2})(?:st|nd|rd|th)?(?P<cjk>\s?[日일号號])?(?![\d:])(?!\s?[月월/.-]\s?\d)"
)
_TOKEN = re.compile(rf"t/m|s/d|(?:t|f|fr)\.\s?o\.\s?m|{_LETTER}+|\d+|[,;]")
_BOUNDARY = re.compile(r"(?<=[^\W\d_]{2})[.!?;]\s|[!?\n。！？]")
_ABBREVIATED = re.compile(
    r"\b(einschl|einschließl|inkl|incl|excl|voraus|voraussichtl|ca|approx|resp|bzw|mon|tue|tues|wed|thu|thur|thurs"
    r"|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|man|tir|ons|tor|fre|søn|lör|pon|śr|czw|pt)\."
)
_TIME = re.compile(
    r"(?<![\d./-])\d{1,2}(?:[:.h]\d\d)?\s?(?:a\.?m\b\.?|p\.?m\b\.?|uhr\b|hrs?\b|o'clock\b)|(?<![\d:])\d{1,2}:\d\d(?![\d:])"
)
_DASH = re.compile(r"[-–—~〜～]")
_BETWEEN = re.compile(r"[至到]|から|부터|より|ถึง")
_UNTIL_BEFORE = re.compile(r"(?:至|到|直到|截至|迄|ถึง|ถึงวันที่)\s?$")
_FROM_BEFORE = re.compile(r"(?:自|从|從|由|于|於|ตั้งแต่|ตั้งแต่วันที่)\s?$")
_RETURNS = re.compile(r"กลับมา|戻り|復帰|再開|回来|回來|恢复|복귀")
_WINDOW = 60
_UNTIL_AFTER = re.compile(rf"\s{{0,2}}(?:[(（][^()（）]{{1,6}}[)）])?\s{{0,2}}(?:{UNTIL_AFTER})")
_FROM_AFTER = re.compile(rf"\s{{0,2}}(?:[(（][^()（）]{{1,6}}[)）])?\s{{0,2}}(?:{FROM_AFTER})")
_APPLE = re.compile(r"(startDate|endDate)=(\d{4})-(\d\d)-(\d\d)")
_QUOTED = re.compile(
    r"^(?:\s?>|-{4,}|_{8,}|begin forwarded message"
    r"|.{0,120}(?:wrote|schrieb|a écrit|escribió|escreveu|ha scritto|schreef|skrev|napisał|napsal|написал)[^\n]{0,80}:$"
    r"|(?:from|von|de|da|van|från|fra|od|от|від|feladó|lähettäjä|kimden|发件人|寄件者|差出人|보낸 사람)\s?[:：]"
    r".{0,200}\n.{2,30}[:：])",
    re.MULTILINE | re.IGNORECASE,
)
"""Where what others wrote begins, as far as it must be known here: `reply` does it well, and takes longer."""


@dataclass(frozen=True, slots=True)
class Absence:
    """`start`: first day away; `end`: the day named as last or as the day of return; each None where not said."""

    start: date | None
    end: date | None


@dataclass(frozen=True, slots=True)
class _Date:
    """A date in a text: where it stands, and its numbers as written."""

    at: int
    end: int
    day: int
    month: int
    year: int | None = None
    slashed: bool = False
    """Numbers alone: month and day may be meant the other way round."""
    month_first: bool = False
    sure: bool = True
    """A date wherever it is found; others (`20/7`, `3.4`) only beside a word that asks for one."""


def absence_of(mail: ParsedMail) -> Absence | None:
    """The absence that the subject or the text of an out-of-office note tells; None where it names no date."""
    stated = {
        name: _day(int(year), int(month), int(day))
        for name, year, month, day in _APPLE.findall((mail.headers.text("x-apple-criteria") or "")[:500])
    }
    if stated:
        return Absence(stated.get("startDate"), stated.get("endDate"))
    near = (mail.date or datetime(1970, 1, 1, tzinfo=UTC)).date()
    found = _in_text(own_part(mail.text[:_LOOKED_AT]), near)
    if found is None:
        subject = mail.subject[:500]
        answered = re.search(r"\sre:|\sfwd?:", subject, re.IGNORECASE)  # what follows is the other's subject
        found = _in_text(subject[: answered.start()] if answered else subject, near)
        if found is not None and found.end is None:
            return None
    return found


def own_part(text: str) -> str:
    """The beginning of `text` (some thousand characters), up to what it quotes; all of it where it begins with that."""
    quoted = _QUOTED.search(text)
    own = text[: quoted.start()] if quoted is not None else text
    return own if own.strip() else text


def names_absence(mail: ParsedMail) -> bool:
    """Whether the text names an absence that the mail's date lies in, or shortly before: a range, or until when."""
    found = absence_of(mail)
    if found is None or found.end is None or mail.date is None:
        return False
    today = mail.date.date()
    return (found.start or today) <= today + _SOON and today - _JUST <= found.end


def _in_text(text: str, near: date) -> Absence | None:
    text = "\n".join(" ".join(one.split()) for one in re.split(r"\n\s{0,200}\n", text)).lower().replace("\u2019", "'")
    text = _TIME.sub(" ", _ABBREVIATED.sub(r"\1", text))
    dates = _dates(text)
    if _month_first(dates, near):
        dates = [replace(one, day=one.month, month=one.day) if one.slashed else one for one in dates]
    start: date | None = None
    end: date | None = None
    for number, one in enumerate(dates):
        after = dates[number + 1] if number + 1 < len(dates) else None
        if after is not None and _is_range(text, one, after):
            first = _read(one, near)
            last = _read(after, near) if first is None or after.year else _read(after, first)
            if first is not None and last is not None and last < first and not after.year:
                next_year = _day(first.year + 1, last.month, last.day)
                last = next_year if next_year is not None and next_year - first < _OVER_NEW_YEAR else last
            if first is not None and last is not None and first <= last <= first + _LONGEST:
                return Absence(first, last)
        role = _role(text, one)
        if role == "from" and start is None and end is None:
            start = _read(one, near)
        elif role == "until" and end is None:
            end = _read(one, near)
    if start is not None and end is not None and end < start:
        start = None
    return Absence(start, end) if start or end else None


def _dates(text: str) -> list[_Date]:
    """All dates, both ends of ranges that name their month once among them."""
    found: list[_Date] = []
    last = 0
    for match in _NUMBER.finditer(text):
        if match.start() < last:
            continue
        one = _date_at(text, match, last)
        if one is None:
            continue
        if one.month_first:
            found.append(one)
            after = _DAY_AFTER.match(text, one.end)
            if after is not None and (match["d"] or after["cjk"]):
                one = replace(one, at=after.start("d"), end=after.end(), day=int(after["d"]), year=None)
                found.append(one)
        else:
            window = max(last, one.at - 30)
            before = _DAY_BEFORE.search(text[window : one.at])
            if before is not None and (before["c"] is None or not CONNECT.isdisjoint(_tokens(before["c"]))):
                several = _DAYS_BEFORE.search(text[window : window + before.start("d")])
                first = several or before
                at, day = window + first.start("d"), int(first["d"])
                month = one.month if day <= one.day or one.slashed else (one.month - 2) % 12 + 1
                found.append(replace(one, at=at, end=at + len(first["d"]), day=day, month=month))
            found.append(one)
        last = one.end
        if len(found) >= _MOST:
            break
    return found


def _date_at(text: str, match: re.Match[str], last: int) -> _Date | None:
    at, end, part = match.start(), match.end(), match.groupdict()
    if part["iy"]:
        return _Date(at, end, int(part["id"]), int(part["im"]), int(part["iy"]), month_first=True)
    if part["em"]:
        return _Date(at, end, int(part["ed"]), int(part["em"]), _year(part["ey"]), month_first=True)
    if part["hy"]:
        return _Date(at, end, int(part["hd"]), int(part["hm"]), _year(part["hy"]), slashed=True)
    if part["nd"]:
        day, month, year = int(part["nd"]), int(part["nm"]), _year(part["ny"] or part["nz"])
        if part["ns"] == "/":
            if match[0] == "24/7" and not _DASH.search(text[max(0, at - 3) : at] + text[end : end + 3]):
                return None  # round the clock
            return _Date(at, end, day, month, year, slashed=True, sure=year is not None)
        return _Date(at, end, day, month, year, sure=year is not None or part["nt"] == "." or len(part["nm"]) == 2)
    before = _MONTH_BEFORE.search(text[max(last, at - 30) : at])
    if before is not None and (month := _month(before["m"], MONTHS)):
        after = _YEAR_AFTER.match(text, end)
        year = _year(before["y"] or (after["y"] if after else None))
        start = max(last, at - 30) + before.start()
        return _Date(start, after.end() if after else end, int(part["d"]), month, year, month_first=True)
    behind = _MONTH_AFTER.match(text, end)
    if behind is None:
        return None
    month = int(behind["vm"]) if behind["vm"] else _month(behind["m"], MONTHS) or _month(behind["m"], SHORT)
    if not month:
        return None
    named = behind.end("y") if behind["y"] else behind.end("vm") if behind["vm"] else behind.end("m")
    if behind["m"] in ("listopada", "listopadu") and not set(text).isdisjoint("đšč") and behind["m"][-1] == "a":
        month = 10  # Croatian; Poles and Czechs call November so
    return _Date(at, named, int(part["d"]), month, _year(behind["y"]))


def _month(word: str, names: dict[str, int]) -> int:
    # Finnish, Estonian, Turkish and Hungarian put endings behind the name.
    stems = (word, word[:-1], word[:-2], word[:-3])
    return next((names[stem] for stem in stems if stem in names and (stem == word or len(stem) > 3)), 0)


def _year(written: str | None) -> int | None:
    if not written:
        return None
    year = int(written)
    return 2000 + year if year < 100 else year - 543 if year >= 2500 else year  # Thai years count from 543 BC


def _tokens(text: str) -> list[str]:
    return [token.replace("/", "").replace(".", "").replace(" ", "") for token in _TOKEN.findall(text)]


def _is_range(text: str, one: _Date, after: _Date) -> bool:
    """Whether what stands between two dates makes them first and last day."""
    between = text[one.end : after.at]
    if len(between) > _WINDOW or _BOUNDARY.search(between):
        return False
    if _BETWEEN.search(between) or _FROM_AFTER.match(text, one.end):
        return True
    words = _tokens(between)
    if _DASH.search(between) and len(words) <= 4:
        return True
    connecting = CONNECT.intersection(words)
    if connecting & UNTIL or connecting & BACK:
        return len(words) <= 8
    return bool(connecting) and (len(words) <= 3 or _role(text, one) == "from")


def _role(text: str, one: _Date) -> str:
    """`from`, `until` (the last day, or that of return), or "" where neither is said."""
    if _UNTIL_AFTER.match(text, one.end):
        return "until"
    before = _clause_start(text[max(0, one.at - _WINDOW) : one.at])
    if _FROM_AFTER.match(text, one.end):
        return "until" if _is_return(text, one, before) else "from"
    if _UNTIL_BEFORE.search(before):
        return "until"
    if _FROM_BEFORE.search(before):
        return "from"
    words = _tokens(before)
    for word in reversed(words[-6:]):
        if word in BACK:
            return "until"
        if word in FROM:
            return "until" if _is_return(text, one, before) else "from"
        if word in UNTIL:
            return "until"
        if word.isdigit():
            break
    return "until" if one.sure and _is_return(text, one, before) else ""


def _clause_start(before: str) -> str:
    boundaries = list(_BOUNDARY.finditer(before))
    return before[boundaries[-1].end() :] if boundaries else before


def _is_return(text: str, one: _Date, before: str) -> bool:
    """Whether the clause around the date says that somebody is there again: `ab dem 3. August wieder im Büro`."""
    after = text[one.end : one.end + _WINDOW]
    boundary = _BOUNDARY.search(after)
    after = after[: boundary.start()] if boundary else after
    clause: set[str] = set()
    for side in (_tokens(before)[::-1], _tokens(after)):
        for number, word in enumerate(side):
            if word in BREAKS or (word in (",", ";") and number > 0):
                break
            clause.add(word)
    if _RETURNS.search(before) or _RETURNS.search(after[:24]):
        return True
    return not (clause.isdisjoint(AGAIN) and clause.isdisjoint(BACK)) and clause.isdisjoint(GONE)


def _month_first(dates: list[_Date], near: date) -> bool:
    """Whether `7/8` is July: day first, as most write, unless only that is a date, or is far nearer to the mail."""
    slashed = [one for one in dates if one.slashed]
    if not slashed or any(one.day > 12 for one in slashed):
        return False
    if any(one.month > 12 for one in slashed):
        return True
    far = [0, 0]
    for one in slashed:
        for way, (day, month) in enumerate(((one.day, one.month), (one.month, one.day))):
            read = _read(replace(one, day=day, month=month), near)
            far[way] += abs((read - near).days) + (read < near) if read else 10_000
    return far[1] + 60 * len(slashed) < far[0]


def _read(one: _Date, near: date) -> date | None:
    """The day in its year; without one, in the year that brings it nearest to the mail."""
    if one.year is not None:
        return _day(one.year, one.month, one.day)
    years = (near.year - 1, near.year, near.year + 1)
    days = [found for year in years if (found := _day(year, one.month, one.day))]
    return min(days, key=lambda found: abs((found - near).days), default=None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

"""From when until when somebody is away, where an out-of-office note names dates.

Dates are read as people write them in many languages, with or without a year; a word before (`until`, `vom`) or after
(`まで`) tells which end it is. What is not said is None: nothing is guessed but the year.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime

from mail.records import ParsedMail

__all__ = ["Absence", "absence_of"]

_LOOKED_AT = 3_000
_MONTHS: tuple[tuple[str, ...], ...] = (
    ("january", "januar", "jänner", "janvier", "enero", "janeiro", "gennaio", "januari", "tammikuu", "stycznia",
     "ledna", "január", "ianuarie", "января", "січня", "ocak", "jan"),
    ("february", "februar", "feber", "février", "fevrier", "febrero", "fevereiro", "febbraio", "februari",
     "helmikuu", "lutego", "února", "február", "februarie", "февраля", "лютого", "şubat", "feb", "févr"),
    ("march", "märz", "mars", "marzo", "março", "maart", "maaliskuu", "marts", "marca", "března", "március",
     "martie", "марта", "березня", "mart", "mar", "mär", "mrz"),
    ("april", "avril", "abril", "aprile", "huhtikuu", "kwietnia", "dubna", "április", "aprilie", "апреля",
     "квітня", "nisan", "apr", "avr", "abr"),
    ("may", "mai", "mayo", "maio", "maggio", "mei", "maj", "toukokuu", "maja", "května", "május", "мая", "травня",
     "mayıs"),
    ("june", "juni", "juin", "junio", "junho", "giugno", "kesäkuu", "czerwca", "června", "június", "iunie",
     "июня", "червня", "haziran", "jun"),
    ("july", "juli", "juillet", "julio", "julho", "luglio", "heinäkuu", "lipca", "července", "július", "iulie",
     "июля", "липня", "temmuz", "jul", "juil"),
    ("august", "août", "aout", "agosto", "augustus", "augusti", "elokuu", "sierpnia", "srpna", "augusztus",
     "августа", "серпня", "ağustos", "aug", "ago"),
    ("september", "septembre", "septiembre", "setembro", "settembre", "syyskuu", "września", "září", "szeptember",
     "septembrie", "сентября", "вересня", "eylül", "sept", "sep", "set"),
    ("october", "oktober", "octobre", "octubre", "outubro", "ottobre", "lokakuu", "października", "října",
     "október", "octombrie", "октября", "жовтня", "ekim", "oct", "okt", "out"),
    ("november", "novembre", "noviembre", "novembro", "marraskuu", "listopada", "listopadu", "noiembrie",
     "ноября", "листопада", "kasım", "nov"),
    ("december", "dezember", "décembre", "diciembre", "dezembro", "dicembre", "joulukuu", "grudnia", "prosince",
     "decembrie", "декабря", "грудня", "aralık", "dec", "dez", "déc", "dic"),
)  # fmt: skip
_MONTH_OF = {name: number for number, names in enumerate(_MONTHS, start=1) for name in names}
_WORD = "(?:" + "|".join(sorted(_MONTH_OF, key=len, reverse=True)) + r")[^\W\d_]{0,3}"
_DATE = re.compile(
    r"(?<![\d.])(?:"
    r"(?P<iy>20\d\d)[-/.](?P<im>\d{1,2})[-/.](?P<id>\d{1,2})(?!\d)"
    r"|(?P<ey>20\d\d)?\s?[年년]?\s?(?P<em>\d{1,2})\s?[月월]\s?(?P<ed>\d{1,2})\s?[日일]"
    r"|(?P<nd>\d{1,2})(?P<sep>[./-])\s?(?P<nm>\d{1,2})(?:(?P=sep)\s?(?P<ny>20\d\d|\d\d)?(?!\d))?(?![\d:])"
    rf"|(?P<wd>\d{{1,2}})(?:st|nd|rd|th|er|ª|º|°|\.|-)?\s{{0,2}}(?:of\s|de\s|d'|"
    rf"di\s)?(?P<wm>{_WORD})\.?,?(?:\s(?:de\s|del\s)?(?P<wy>20\d\d))?"
    r")"
    rf"|(?<![^\W\d_])(?P<mm>{_WORD})\.?\s(?P<md>\d{{1,2}})(?:st|nd|rd|th)?(?![\d:])(?:,?\s(?P<my>20\d\d))?",
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"(?:until|till|til|through|thru|to|up to|back|return\w{0,3}|again|bis|zurück|wieder|ab|jusqu.?au|"
    r"jusqu.?à|retour|au|hasta|vuel\w{1,6}|regres\w{1,6}|al|até|retorno|volto|"
    r"fino al?|rientro|torn\w{1,4}|tot|t/m|terug|en met|tillbaka|t\.?o\.?m\.?|tilbage|tilbake|asti|saakka|"
    r"palaan|do|wracam|wrócę|powr\w{1,4}|vrát\w{1,4}|návrat|până|до|по|вернусь|вийду|kadar|"
    r"dönüş\w{0,4}|μέχρι|έως|عودة|حتى|至|到|直到)\b[\s\w,.:'-]{0,16}$|(?:至|到|直到|[~〜～–—-])\s{0,2}$",
    re.IGNORECASE,
)
_UNTIL_AFTER = re.compile(
    r"\s{0,2}(?:\([^()]{1,6}\))?\s{0,2}(?:まで|까지|止|返回|回来|回來|asti|saakka|-?ig\b|tarihine|'[a-zı]{1,3} kadar)"
)
_FROM = re.compile(
    r"(?:from|starting|beginning|between|since|vom|von|ab|seit|zwischen|du|à partir|depuis|entre|desde|"
    r"del|dal|da|partire|van|vanaf|från|fra|med start|alkaen|od|începând|с|з|від|από|από τις|自|从|從)"
    r"\b[\s\w,.:'-]{0,10}$|[自从從]\s{0,2}$",
    re.IGNORECASE,
)
_FROM_AFTER = re.compile(r"\s{0,2}(?:\([^()]{1,6}\))?\s{0,2}(?:から|부터|起|-?től|-?tól|tarihinden)")
_APPLE = re.compile(r"(startDate|endDate)=(\d{4})-(\d\d)-(\d\d)")


@dataclass(frozen=True, slots=True)
class Absence:
    """`start`: first day away; `end`: the day named as last or as the day of return; each None where not said."""

    start: date | None
    end: date | None


def absence_of(mail: ParsedMail) -> Absence | None:
    """The absence that the subject or the text of an out-of-office note tells; None where it names no date."""
    stated = {
        name: _day(int(year), int(month), int(day))
        for name, year, month, day in _APPLE.findall((mail.headers.text("x-apple-criteria") or "")[:500])
    }
    if stated:
        return Absence(stated.get("startDate"), stated.get("endDate"))
    near = (mail.date or datetime(1970, 1, 1, tzinfo=UTC)).date()
    for text in (mail.subject[:500], mail.text[:_LOOKED_AT]):
        found = _in_text(" ".join(text.split()), near)
        if found is not None:
            return found
    return None


def _in_text(text: str, near: date) -> Absence | None:
    start: date | None = None
    end: date | None = None
    last = -1
    for match in _DATE.finditer(text):
        day = _read(match, near)
        if day is None:
            continue
        before = text[max(0, match.start() - 40) : match.start()]
        after = text[match.end() : match.end() + 16]
        since_last = match.start() - last if last >= 0 else 99
        if start is not None and end is None and since_last <= 24 and day >= start:
            end = day
        elif _UNTIL_AFTER.match(after):
            end = end or day
        elif _FROM_AFTER.match(after) or (_FROM.search(before) and not _UNTIL.search(before[-14:])):
            start = start or day
        elif _UNTIL.search(before):
            end = end or day
        elif start is None and end is None and re.match(r"\s?(?:[-–—~〜～]|to |bis |au |al |a |t/m |till )", after):
            start = day
        last = match.end()
    return Absence(start, end) if start or end else None


def _read(match: re.Match[str], near: date) -> date | None:
    part = match.groupdict()
    if part["iy"]:
        return _day(int(part["iy"]), int(part["im"]), int(part["id"]))
    if part["em"]:
        return _dated(part["ey"], int(part["em"]), int(part["ed"]), near)
    if part["nd"]:
        return _numeric(int(part["nd"]), int(part["nm"]), part["sep"], part["ny"], near)
    for month, day, year in (("wm", "wd", "wy"), ("mm", "md", "my")):
        if part[month]:
            number = _month(part[month])
            return _dated(part[year], number, int(part[day]), near) if number else None
    return None


def _month(word: str) -> int:
    word = word.lower()
    stems = (word, word[:-2], word[:-3])  # Finnish, Turkish and Hungarian put endings behind the name
    return next((_MONTH_OF[stem] for stem in stems if stem in _MONTH_OF and (stem == word or len(stem) > 3)), 0)


def _numeric(first: int, second: int, separator: str, year: str | None, near: date) -> date | None:
    """Day first, as most write; month first where only that is a date, or where it is nearer to the mail."""
    if separator != "." and not year:
        return None  # 24/7, 9-17
    day_first = _dated(year, second, first, near)
    month_first = _dated(year, first, second, near) if separator == "/" else None
    if day_first is None or month_first is None:
        return day_first or month_first
    nearer = (abs((month_first - near).days), month_first < near) < (abs((day_first - near).days), day_first < near)
    return month_first if nearer and abs((day_first - near).days) > 60 else day_first


def _dated(year: str | None, month: int, day: int, near: date) -> date | None:
    """The day in its year; without one, in the year that brings it nearest to the mail."""
    if year:
        number = int(year)
        return _day(number if number > 99 else 2000 + number, month, day)
    days = [found for number in (near.year - 1, near.year, near.year + 1) if (found := _day(number, month, day))]
    return min(days, key=lambda found: abs((found - near).days), default=None)


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None

"""Time zones of calendars (RFC 5545 §3.6.5): by name, as Outlook calls them, else by the rules in the calendar."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

__all__ = ["ZoneRule", "zone_named", "zone_of_rules", "zone_rule"]

_NAMES = {
    "utc": "UTC", "gmt standard time": "Europe/London", "greenwich standard time": "Atlantic/Reykjavik",
    "w. europe standard time": "Europe/Berlin", "romance standard time": "Europe/Paris",
    "central europe standard time": "Europe/Budapest", "central european standard time": "Europe/Warsaw",
    "e. europe standard time": "Europe/Chisinau", "fle standard time": "Europe/Kyiv",
    "gtb standard time": "Europe/Bucharest", "turkey standard time": "Europe/Istanbul",
    "russian standard time": "Europe/Moscow", "belarus standard time": "Europe/Minsk",
    "kaliningrad standard time": "Europe/Kaliningrad", "israel standard time": "Asia/Jerusalem",
    "jordan standard time": "Asia/Amman", "egypt standard time": "Africa/Cairo",
    "morocco standard time": "Africa/Casablanca", "south africa standard time": "Africa/Johannesburg",
    "w. central africa standard time": "Africa/Lagos", "e. africa standard time": "Africa/Nairobi",
    "arab standard time": "Asia/Riyadh", "arabic standard time": "Asia/Baghdad",
    "arabian standard time": "Asia/Dubai", "iran standard time": "Asia/Tehran",
    "pakistan standard time": "Asia/Karachi", "india standard time": "Asia/Kolkata",
    "sri lanka standard time": "Asia/Colombo", "bangladesh standard time": "Asia/Dhaka",
    "se asia standard time": "Asia/Bangkok", "china standard time": "Asia/Shanghai",
    "singapore standard time": "Asia/Singapore", "taipei standard time": "Asia/Taipei",
    "w. australia standard time": "Australia/Perth", "tokyo standard time": "Asia/Tokyo",
    "korea standard time": "Asia/Seoul", "cen. australia standard time": "Australia/Adelaide",
    "aus eastern standard time": "Australia/Sydney", "e. australia standard time": "Australia/Brisbane",
    "tasmania standard time": "Australia/Hobart", "new zealand standard time": "Pacific/Auckland",
    "azores standard time": "Atlantic/Azores", "argentina standard time": "America/Buenos_Aires",
    "e. south america standard time": "America/Sao_Paulo", "newfoundland standard time": "America/St_Johns",
    "atlantic standard time": "America/Halifax", "sa pacific standard time": "America/Bogota",
    "pacific sa standard time": "America/Santiago", "eastern standard time": "America/New_York",
    "us eastern standard time": "America/Indianapolis", "central standard time": "America/Chicago",
    "central standard time (mexico)": "America/Mexico_City", "canada central standard time": "America/Regina",
    "central america standard time": "America/Guatemala", "mountain standard time": "America/Denver",
    "us mountain standard time": "America/Phoenix", "pacific standard time": "America/Los_Angeles",
    "alaskan standard time": "America/Anchorage", "hawaiian standard time": "Pacific/Honolulu",
}  # fmt: skip
"""Names that Outlook gives to zones, lower case; other names are those of the tz database or say nothing."""
_OFFSET = re.compile(r"([+-])(\d\d)(\d\d)")
_DAY = re.compile(r"(?:^|;)BYDAY=([+-]?\d)?(MO|TU|WE|TH|FR|SA|SU)(?:;|$)")
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_MONTH = re.compile(r"(?:^|;)BYMONTH=(\d{1,2})(?:;|$)")
_MONTH_DAY = re.compile(r"(?:^|;)BYMONTHDAY=(\d{1,2})")


@dataclass(frozen=True, slots=True)
class ZoneRule:
    """Since when which offset holds: once, or each year on the `week`th `weekday` (0: Monday) of `month`; -1: last."""

    start: datetime
    offset: timedelta
    month: int = 0
    week: int = 0
    weekday: int = 0

    def onset(self, year: int) -> datetime:
        """When the rule begins to hold in `year`, 2 to 9998; naive, as its times are local."""
        if not self.month:
            return self.start
        first = self.start.replace(year=year, month=self.month, day=1)
        if self.week < 0:
            first = first.replace(month=self.month % 12 + 1, year=year + self.month // 12)
            back = (first.weekday() - self.weekday - 1) % 7 + 1
            return first - timedelta(days=back - 7 * (self.week + 1))
        return first + timedelta(days=(self.weekday - first.weekday()) % 7 + 7 * (self.week - 1))


def zone_named(name: str) -> tzinfo | None:
    """The zone `name`: of the tz database, as Outlook calls it, or behind the path of a program that made it."""
    name = name[:200].strip().strip('"')
    known = _NAMES.get(name.lower())
    for candidate in (known,) if known else (name, "/".join(name.split("/")[-2:])):
        try:
            if candidate:
                return ZoneInfo(candidate)
        except (ValueError, KeyError, OSError):
            continue
    return None


def zone_rule(start: str, offset: str, repeats: str) -> ZoneRule | None:
    """A rule of a STANDARD or DAYLIGHT block, by its DTSTART, TZOFFSETTO and RRULE; None where they say nothing."""
    found = _OFFSET.match(offset.strip())
    try:
        since = datetime.strptime(start.strip()[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - the rule is the zone
    except ValueError:
        return None
    if found is None:
        return None
    hours = timedelta(hours=int(found[2]), minutes=int(found[3]))
    if hours >= timedelta(days=1):
        return None
    rule = ZoneRule(since, -hours if found[1] == "-" else hours)
    month, day = _MONTH.search(repeats[:300].upper()), _DAY.search(repeats[:300].upper())
    if month is None or day is None or not 1 <= int(month[1]) <= 12:
        return rule
    month_day = _MONTH_DAY.search(repeats[:300].upper())
    week = int(day[1]) if day[1] else (int(month_day[1]) - 1) // 7 + 1 if month_day else 1
    if not week or abs(week) > 5:
        return rule
    return ZoneRule(since, rule.offset, int(month[1]), week, _DAYS.index(day[2]))


def zone_of_rules(rules: list[ZoneRule], moment: datetime) -> tzinfo | None:
    """The offset that holds at `moment` (naive, local) as a fixed zone; None without rules, and at the ends of time."""
    if not rules or not 2 < moment.year < 9_999:
        return None
    onsets = [(rule.onset(year), rule.offset) for rule in rules for year in (moment.year - 1, moment.year)]
    past = [one for one in onsets if one[0] <= moment]
    return timezone(max(past)[1] if past else min(onsets)[1])

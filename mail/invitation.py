"""Calendar invitations in mail (RFC 5545, 5546, 6047): what a person would be shown of them. Linear, bounded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from mail.calendar_zones import ZoneRule, zone_named, zone_of_rules, zone_rule
from mail.charsets import clean, decode_text
from mail.records import ParsedMail, Part

__all__ = ["Attendee", "Invitation", "invitation_of", "read_calendar"]

_LONGEST = 1024 * 1024
_MAX_LINES = 20_000
_MAX_ATTENDEES = 500
_ESCAPE = re.compile(r"\\([\\;,nN])")
_PARAMETER = re.compile(r';([A-Za-z0-9-]{1,40})=("[^"]{0,500}"|[^";:]{0,500})')
_DURATION = re.compile(r"\+?P(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,5})M)?(?:(\d{1,6})S)?)?")
_MAX_RULES = 200


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who is asked; `status` as `ACCEPTED`, "" where not told."""

    address: str
    name: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Invitation:
    """The first event of a calendar part. Times without a known zone are naive; days have no time.

    A zone whose name nobody knows is an offset from UTC, by the rules of the calendar itself.
    """

    method: str
    """`REQUEST`, `REPLY`, `CANCEL`, …"""
    uid: str = ""
    summary: str = ""
    location: str = ""
    description: str = ""
    start: datetime | date | None = None
    end: datetime | date | None = None
    organizer: Attendee | None = None
    attendees: tuple[Attendee, ...] = ()
    repeats: bool = False
    sequence: int = 0


def invitation_of(mail: ParsedMail) -> Invitation | None:
    """The invitation that `mail` brings; None where it brings none. Parts of mails inside do not count."""
    part = next((one for one in (*mail.parts, *mail.attachments) if _is_calendar(one)), None)
    if part is None:
        return None
    text, _ = decode_text(part.data(_LONGEST), part.charset or "utf-8")
    return read_calendar(text, (part.parameter("method") or "").strip().upper())


def _is_calendar(part: Part) -> bool:
    if part.embedded:
        return False
    return part.content_type in ("text/calendar", "application/ics") or (part.filename or "").lower().endswith(".ics")


def read_calendar(text: str, method: str = "") -> Invitation | None:
    """The first VEVENT of `text`; None where there is none. Pure; never raises."""
    lines = text[:_LONGEST].replace("\r\n", "\n").replace("\n ", "").replace("\n\t", "").split("\n", _MAX_LINES)
    found: dict[str, tuple[dict[str, str], str]] = {}
    people: list[Attendee] = []
    depth: list[str] = []
    zones: dict[str, list[ZoneRule]] = {}
    zone, rule = "", dict[str, str]()
    seen = False
    for line in lines[:_MAX_LINES]:
        name, parameters, value = _property(line)
        if name == "BEGIN":
            depth.append(value.upper())
            if depth[-1] == "VEVENT":
                if seen:
                    break
                seen = True
        elif name == "END":
            ended = depth.pop() if depth else ""
            if ended in ("STANDARD", "DAYLIGHT"):
                made = zone_rule(rule.get("DTSTART", ""), rule.get("TZOFFSETTO", ""), rule.get("RRULE", ""))
                if made is not None and len(zones.setdefault(zone, [])) < _MAX_RULES:
                    zones[zone].append(made)
                rule = {}
        elif depth and depth[-1] in ("STANDARD", "DAYLIGHT"):
            rule.setdefault(name, value)
        elif name == "TZID" and depth and depth[-1] == "VTIMEZONE":
            zone = value.strip()
        elif name == "METHOD" and depth == ["VCALENDAR"]:
            method = method or value.strip().upper()
        elif depth and depth[-1] == "VEVENT":
            if name == "ATTENDEE" and len(people) < _MAX_ATTENDEES:
                people.append(_person(parameters, value))
            else:
                found.setdefault(name, (parameters, value))
    if not seen:
        return None
    organizer = found.get("ORGANIZER")
    sequence = found.get("SEQUENCE", ({}, ""))[1].strip()
    start, end = _moment(found.get("DTSTART"), zones), _moment(found.get("DTEND"), zones)
    if end is None and start is not None and "DURATION" in found:
        end = _after(start, found["DURATION"][1])
    return Invitation(
        method=method,
        uid=found.get("UID", ({}, ""))[1].strip()[:500],
        summary=_text(found, "SUMMARY")[:1_000],
        location=_text(found, "LOCATION")[:1_000],
        description=_text(found, "DESCRIPTION")[: 64 * 1024],
        start=start,
        end=end,
        organizer=_person(*organizer) if organizer else None,
        attendees=tuple(people),
        repeats="RRULE" in found,
        sequence=int(sequence) if sequence.isascii() and sequence.isdigit() and len(sequence) < 10 else 0,
    )


def _property(line: str) -> tuple[str, dict[str, str], str]:
    """Name, parameters and value of a content line (RFC 5545 §3.1)."""
    end = min((at for at in (line.find(":"), line.find(";")) if at >= 0), default=-1)
    if end <= 0:
        return "", {}, ""
    name, parameters, at = line[:end].upper(), {}, end
    while at < len(line) and line[at] == ";":
        match = _PARAMETER.match(line, at)
        if match is None:
            at = line.find(":", at)
            break
        parameters[match[1].upper()] = match[2].strip('"')
        at = match.end()
    return name, parameters, line[at + 1 :] if 0 <= at < len(line) else ""


def _text(found: dict[str, tuple[dict[str, str], str]], name: str) -> str:
    value = found.get(name, ({}, ""))[1]
    return clean(_ESCAPE.sub(lambda match: "\n" if match[1] in "nN" else match[1], value)).strip()


def _person(parameters: dict[str, str], value: str) -> Attendee:
    address = value.strip()
    if address[:7].lower() == "mailto:":
        address = address[7:]
    return Attendee(clean(address)[:512], clean(parameters.get("CN", ""))[:512], parameters.get("PARTSTAT", "").upper())


def _moment(found: tuple[dict[str, str], str] | None, zones: dict[str, list[ZoneRule]]) -> datetime | date | None:
    if found is None:
        return None
    parameters, value = found[0], found[1].strip()
    try:
        if len(value) == 8:
            return datetime.strptime(value, "%Y%m%d").replace(tzinfo=UTC).date()
        moment = datetime.strptime(value.rstrip("Z")[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - the zone follows
    except ValueError:
        return None
    if value.endswith("Z"):
        return moment.replace(tzinfo=UTC)
    name = parameters.get("TZID", "")
    return moment.replace(tzinfo=(zone_named(name) or zone_of_rules(zones.get(name, []), moment)) if name else None)


def _after(start: datetime | date, duration: str) -> datetime | date | None:
    """`start` and a duration (RFC 5545 §3.3.6) later."""
    found = _DURATION.fullmatch(duration.strip()[:40])
    if found is None:
        return None
    weeks, days, hours, minutes, seconds = (int(one or 0) for one in found.groups())
    length = timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes, seconds=seconds)
    try:
        return start + length
    except OverflowError:
        return None

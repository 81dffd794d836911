"""Calendar invitations in mail (RFC 5545, 5546, 6047): what a person would be shown of them. Linear, bounded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from mail.charsets import clean, decode_text
from mail.records import ParsedMail, Part

__all__ = ["Attendee", "Invitation", "invitation_of", "read_calendar"]

_LONGEST = 1024 * 1024
_MAX_LINES = 20_000
_MAX_ATTENDEES = 500
_ESCAPE = re.compile(r"\\([\\;,nN])")
_PARAMETER = re.compile(r';([A-Za-z0-9-]{1,40})=("[^"]{0,500}"|[^";:]{0,500})')
_ZONES = {
    "W. Europe Standard Time": "Europe/Berlin", "Romance Standard Time": "Europe/Paris",
    "Central Europe Standard Time": "Europe/Budapest", "Central European Standard Time": "Europe/Warsaw",
    "GMT Standard Time": "Europe/London", "FLE Standard Time": "Europe/Kyiv",
    "E. Europe Standard Time": "Europe/Chisinau",
    "Eastern Standard Time": "America/New_York", "Central Standard Time": "America/Chicago",
    "Mountain Standard Time": "America/Denver", "Pacific Standard Time": "America/Los_Angeles",
    "Russian Standard Time": "Europe/Moscow", "India Standard Time": "Asia/Kolkata",
    "China Standard Time": "Asia/Shanghai", "Tokyo Standard Time": "Asia/Tokyo", "UTC": "UTC",
}  # fmt: skip
"""Names that Outlook gives to zones; other names are those of the tz database or say nothing."""


@dataclass(frozen=True, slots=True)
class Attendee:
    """Somebody who is asked; `status` as `ACCEPTED`, "" where not told."""

    address: str
    name: str = ""
    status: str = ""


@dataclass(frozen=True, slots=True)
class Invitation:
    """The first event of a calendar part. Times without a known zone are naive; days have no time."""

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
            if depth:
                depth.pop()
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
    return Invitation(
        method=method,
        uid=found.get("UID", ({}, ""))[1].strip()[:500],
        summary=_text(found, "SUMMARY")[:1_000],
        location=_text(found, "LOCATION")[:1_000],
        description=_text(found, "DESCRIPTION")[: 64 * 1024],
        start=_moment(found.get("DTSTART")),
        end=_moment(found.get("DTEND")),
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


def _moment(found: tuple[dict[str, str], str] | None) -> datetime | date | None:
    if found is None:
        return None
    parameters, value = found[0], found[1].strip()
    try:
        if len(value) == 8:
            return datetime.strptime(value, "%Y%m%d").replace(tzinfo=UTC).date()
        moment = datetime.strptime(value.rstrip("Z")[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - the zone follows
        if value.endswith("Z"):
            return moment.replace(tzinfo=UTC)
        zone = parameters.get("TZID", "")
        return moment.replace(tzinfo=ZoneInfo(_ZONES.get(zone, zone))) if zone else moment
    except (ValueError, KeyError, OSError):
        try:
            return datetime.strptime(value[:15], "%Y%m%dT%H%M%S")  # noqa: DTZ007 - a zone that nobody knows
        except ValueError:
            return None

"""Invitations, and what protects a mail."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.calendar_zones import zone_named, zone_of_rules, zone_rule
from mail.invitation import Attendee, invitation_of, read_calendar
from mail.parse import parse
from mail.protection import protections

EVENT = """BEGIN:VCALENDAR
METHOD:REQUEST
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:STANDARD
DTSTART:16010101T030000
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:040000008200E
SUMMARY:Inspection\\, roof
DTSTART;TZID=W. Europe Standard Time:20261123T090000
DTEND:20261123T090000Z
LOCATION:Main St
 reet 1\\nBack door
ORGANIZER;CN="Bee, Ann":mailto:ann@example.org
ATTENDEE;CN=Bob;PARTSTAT=NEEDS-ACTION;RSVP=TRUE:MAILTO:bob@example.net
RRULE:FREQ=DAILY
SEQUENCE:2
BEGIN:VALARM
DESCRIPTION:Reminder
END:VALARM
END:VEVENT
END:VCALENDAR
"""


def test_an_invitation_is_read() -> None:
    mail = parse(b"Content-Type: text/calendar; method=request; charset=utf-8\n\n" + EVENT.encode())
    found = invitation_of(mail)
    assert found is not None
    assert (found.method, found.uid, found.summary) == ("REQUEST", "040000008200E", "Inspection, roof")
    assert found.start == datetime(2026, 11, 23, 9, tzinfo=ZoneInfo("Europe/Berlin"))
    assert found.end == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert (found.location, found.description) == ("Main Street 1\nBack door", "")
    assert found.organizer == Attendee("ann@example.org", "Bee, Ann")
    assert found.attendees == (Attendee("bob@example.net", "Bob", "NEEDS-ACTION"),)
    assert (found.repeats, found.sequence) == (True, 2)


@pytest.mark.parametrize(
    ("line", "start"),
    [
        ("DTSTART;VALUE=DATE:20261123", date(2026, 11, 23)),
        ("DTSTART:20261123T090000", datetime(2026, 11, 23, 9)),  # noqa: DTZ001
        ("DTSTART;TZID=/nobody/knows:20261123T090000", datetime(2026, 11, 23, 9)),  # noqa: DTZ001
        ("DTSTART:20269923", None),
        ("DTSTART:soon", None),
        ("DTSTART;broken", None),
        ("", None),
    ],
)
def test_moments(line: str, start: object) -> None:
    found = read_calendar(f"BEGIN:VCALENDAR\nBEGIN:VEVENT\n{line}\nSEQUENCE:x\nEND:VEVENT\n")
    assert found is not None
    assert (found.start, found.sequence) == (start, 0)


ZONE = """BEGIN:VCALENDAR
BEGIN:VTIMEZONE
TZID:(UTC+01:00) Amsterdam\\, Bern
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;INTERVAL=1;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
BEGIN:VEVENT
DTSTART;TZID="(UTC+01:00) Amsterdam\\, Bern":{start}
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize(
    ("start", "hours"),
    [("20260115T090000", 1), ("20260329T015900", 1), ("20260329T030000", 2), ("20261025T020000", 2),
     ("20261025T030000", 1), ("20261231T235959", 1)],
)  # fmt: skip
def test_a_zone_with_a_name_of_its_own_follows_the_rules_of_the_calendar(start: str, hours: int) -> None:
    found = read_calendar(ZONE.format(start=start))
    assert found is not None
    assert isinstance(found.start, datetime)
    assert found.start.utcoffset() == timedelta(hours=hours)


@pytest.mark.parametrize(
    ("start", "repeats", "onset"),
    [
        ("20070311T020000", "FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", "2026-03-08T02:00:00"),
        ("20071104T020000", "FREQ=YEARLY;BYMONTH=11;BYDAY=1SU", "2026-11-01T02:00:00"),
        ("20070101T000000", "FREQ=YEARLY;BYMONTH=12;BYDAY=-1TH", "2026-12-31T00:00:00"),
        ("20070101T000000", "FREQ=YEARLY;BYDAY=SU;BYMONTHDAY=8,9,10;BYMONTH=3", "2026-03-08T00:00:00"),
        ("20070101T000000", "", "2007-01-01T00:00:00"),
        ("20070101T000000", "FREQ=YEARLY;BYMONTH=13;BYDAY=9SU", "2007-01-01T00:00:00"),
        ("20070101T000000", "FREQ=YEARLY;BYMONTH=3;BYDAY=9SU", "2007-01-01T00:00:00"),
    ],
)
def test_onsets_of_rules(start: str, repeats: str, onset: str) -> None:
    rule = zone_rule(start, "-0700", repeats)
    assert rule is not None
    assert rule.onset(2026).isoformat() == onset


def test_rules_that_say_nothing() -> None:
    assert zone_rule("soon", "+0100", "") is None
    assert zone_rule("20070101T000000", "later", "") is None
    assert zone_rule("20070101T000000", "+9900", "") is None
    assert zone_of_rules([], datetime.fromisoformat("2026-01-01")) is None


def test_zones_by_name() -> None:
    for name in ("Europe/Berlin", "W. Europe Standard Time", "/mozilla.org/20050126_1/Europe/Berlin"):
        assert zone_named(name) == ZoneInfo("Europe/Berlin")
    assert zone_named("") is None
    assert zone_named("../../etc/passwd") is None
    assert zone_named("Nobody/Knows") is None


@pytest.mark.parametrize(
    ("duration", "end"),
    [("PT1H30M", datetime(2026, 11, 23, 10, 30, tzinfo=UTC)), ("P1D", datetime(2026, 11, 24, 9, tzinfo=UTC)),
     ("P1W", datetime(2026, 11, 30, 9, tzinfo=UTC)), ("an hour", None), ("-PT1H", None)],
)  # fmt: skip
def test_an_event_with_a_duration_has_an_end(duration: str, end: datetime | None) -> None:
    found = read_calendar(f"BEGIN:VEVENT\nDTSTART:20261123T090000Z\nDURATION:{duration}\nEND:VEVENT\n")
    assert found is not None
    assert found.end == end


def test_an_event_at_the_end_of_time_has_no_end() -> None:
    found = read_calendar("BEGIN:VEVENT\nDTSTART:99991231T090000Z\nDURATION:P9D\nEND:VEVENT\n")
    assert found is not None
    assert found.end is None


def test_a_calendar_without_events_and_mail_without_calendar_bring_none() -> None:
    assert read_calendar("BEGIN:VCALENDAR\nEND:VCALENDAR") is None
    assert invitation_of(parse(b"Subject: x\n\nBEGIN:VCALENDAR")) is None


@given(st.text(max_size=300))
def test_any_text_gives_an_answer(text: str) -> None:
    found = read_calendar("BEGIN:VEVENT\n" + text)
    assert found is None or len(found.summary + found.location + found.description + found.uid) <= len(text)


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b'Content-Type: multipart/signed; protocol="application/pgp-signature"; boundary=b\n\n'
         b"--b\n\nx\n--b\nContent-Type: application/pgp-signature\n\nx\n--b--\n", ("pgp_signed",)),
        (b"Content-Type: multipart/signed; boundary=b\n\n--b\n\nx\n--b\n"
         b"Content-Type: application/pkcs7-signature\n\nx\n--b--\n", ("smime_signed",)),
        (b"Content-Type: multipart/encrypted; boundary=b\n\n--b\nContent-Type: application/pgp-encrypted\n\nx\n--b--\n",
         ("pgp_encrypted",)),
        (b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data\n\nx", ("smime_encrypted",)),
        (b"Content-Type: application/x-pkcs7-mime; smime-type=signed-data\n\nx", ("smime_signed",)),
        (b"Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\nMIAGCSqGSIb3DQEHAqCA",
         ("smime_signed",)),
        (b"Content-Type: application/pkcs7-mime\nContent-Transfer-Encoding: base64\n\nMIAGCSqGSIb3DQEHA6CA",
         ("smime_encrypted",)),
        (b"Content-Type: application/pkcs7-mime\n\nx", ("smime_encrypted",)),
        (b"Subject: x\n\nHi\n-----BEGIN PGP MESSAGE-----\n", ("pgp_encrypted",)),
        (b"Subject: x\n\n-----BEGIN PGP SIGNED MESSAGE-----\n", ("pgp_signed",)),
        (b"Subject: x\n\nHi\n", ()),
    ],
)  # fmt: skip
def test_what_protects_a_mail(raw: bytes, found: tuple[str, ...]) -> None:
    assert protections(parse(raw)) == found

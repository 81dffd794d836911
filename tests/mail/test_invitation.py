"""Invitations, and what protects a mail."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_a_calendar_without_events_and_mail_without_calendar_bring_none() -> None:
    assert read_calendar("BEGIN:VCALENDAR\nEND:VCALENDAR") is None
    assert invitation_of(parse(b"Subject: x\n\nBEGIN:VCALENDAR")) is None


@given(st.text(max_size=300))
def test_any_text_gives_an_answer(text: str) -> None:
    read_calendar("BEGIN:VEVENT\n" + text)


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

"""Notices of many systems that were written blind: read as well as the quality page demands, and bounded."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bench.quality.bounces import OWN, SECOND, measure_own
from mail.bounces import parse_bounce
from mail.bounces.phrases import PHRASES
from mail.bounces.reasons import reason_of
from mail.bounces.said import reason_in
from mail.bounces.tongues import PAIRS
from mail.parse import parse
from tests.mail.build import mail, multipart

NOTICES = sorted(OWN.glob("*.eml"))


@pytest.mark.feature("RU-10", "recipient, status code and reason")
def test_notices_of_many_systems_are_read_as_well_as_demanded() -> None:
    for figure in measure_own():
        assert figure.share >= figure.goal, (figure.name, figure.share, figure.differences)


def test_a_second_set_is_read_as_well_as_musts_demand() -> None:
    for figure in measure_own(SECOND, "second")[:2]:
        assert figure.share >= figure.must, (figure.name, figure.share, figure.differences)


def test_the_set_is_whole() -> None:
    assert len(NOTICES) >= 250
    assert [path.name for path in NOTICES if not path.with_suffix(".json").is_file()] == []


def test_what_relays_strip_from_the_header_is_hardly_missed() -> None:
    stripped = re.compile(rb"^(?:Return-Path|Auto-Submitted|X-Failed-Recipients): ?.*\n(?:[ \t].*\n)*", re.MULTILINE)
    found = total = 0
    for path in NOTICES:
        head, _, body = path.read_bytes().partition(b"\n\n")
        bounce = parse_bounce(parse(stripped.sub(b"", head + b"\n") + b"\n" + body))
        named = {(one.address or "").lower() for one in bounce.recipients} if bounce is not None else set()
        for entry in json.loads(path.with_suffix(".json").read_text("utf-8")):
            total += 1
            found += entry["address"].lower() in named
    assert found / total >= 0.97


@pytest.mark.parametrize("path", sorted((OWN / "none").glob("*.eml")), ids=lambda path: path.stem)
def test_mail_of_people_and_programs_about_bounces_is_none(path: Path) -> None:
    assert parse_bounce(parse(path.read_bytes())) is None


DAEMON = "From: MAILER-DAEMON@x.example\nTo: claims@example.com\nSubject: Undelivered Mail Returned to Sender\n"
STATUS = (
    "Content-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
    "Final-Recipient: rfc822; a@b.example\nAction: failed\nStatus: 5.1.1"
)


def recipients(head: str, body: str, base: str = DAEMON) -> list[tuple[str | None, str, str]]:
    bounce = parse_bounce(mail(head, body, base=base))
    return [] if bounce is None else [(one.address, one.reason, one.kind) for one in bounce.recipients]


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("das postfach des empfängers ist überfüllt", "mailbox_full"),
        ("überfüllt: das postfach", "mailbox_full"),
        ("das postfach. es ist überfüllt", None),
        ("ящик получателя переполнен", "mailbox_full"),
        ("宛先のアドレスが見つかりません", "user_unknown"),
        ("domain x does not accept mail", "no_mail_accepted"),
        ("this host does not accept mail from your ip", "blocked"),
        ("no such recipient here; relay access denied", "user_unknown"),
        ("command died with status 1: user unknown", "delivery_agent"),
        ("sender verify failed: no such user", "sender_rejected"),
        ("", None),
        ("\ud800 mailbox full", "mailbox_full"),
    ],
)
def test_reason_is_told_by_words_of_one_sentence(said: str, reason: str | None) -> None:
    assert reason_in(said) == reason


def test_every_phrase_tells_its_reason_or_one_before_it() -> None:
    ranks = [reason for reason, _ in (*PAIRS, *PHRASES)]
    for reason, phrases in PHRASES:
        for phrase in phrases:
            found = reason_in(phrase)
            assert found is not None, phrase
            assert ranks.index(found) <= len(ranks) - 1 - ranks[::-1].index(reason), phrase


@pytest.mark.parametrize(("status", "reason"), [("5.2.1", "suspended"), ("5.1.1", "user_unknown")])
def test_mailbox_that_is_not_available_may_be_closed_for_now(status: str, reason: str) -> None:
    assert reason_of("550 mailbox not available", status, "550", "failed") == reason


def test_domain_that_takes_no_mail_is_told_by_its_reply_code() -> None:
    assert reason_of("556 refused", None, "556", "failed") == "no_mail_accepted"


@pytest.mark.parametrize(
    ("field", "address"),
    [
        ("utf-8;b\\x{F6}rge@b.example", "börge@b.example"),
        ("utf-8;a\\x{D800}@b.example", "a\\x{D800}@b.example"),
        ('rfc822; "a b"@b.example', '"a b"@b.example'),
    ],
)
def test_addresses_of_reports_in_all_their_writings(field: str, address: str) -> None:
    part = STATUS.replace("rfc822; a@b.example", field)
    assert [one[0] for one in recipients(*multipart("report", "\nfailed", part))] == [address]


def test_report_that_a_gateway_sends_on_as_a_part_is_read_unless_the_gateway_names_who_failed() -> None:
    inner_head, inner = multipart("report", "\nfailed", STATUS)
    inner = f"Content-Type: message/rfc822\n\nFrom: MAILER-DAEMON@y.example\n{inner_head}\n{inner}"
    head, body = multipart("mixed", "\nReturned mail follows.", inner)
    assert recipients(head, body) == [("a@b.example", "user_unknown", "hard")]
    head, body = multipart("mixed", "\n<c@d.example>: 552 mailbox full", inner)
    assert recipients(head, body) == [("c@d.example", "mailbox_full", "soft")]
    head, body = multipart("mixed", "\nReturned mail follows.", inner.replace("delivery-status", "plain"))
    assert [one[0] for one in recipients(head, body)] != [("a@b.example")]


def test_notice_ends_where_a_gateway_signs_it() -> None:
    body = "<a@b.example>: unknown user\n\n{}\nmailbox full, contact d@example.com\n"
    for end in ("-- ", "--", "Confidentiality notice: x", "This e-mail is confidential and mailbox full"):
        assert recipients("", body.format(end)) == [("a@b.example", "user_unknown", "hard")]


def test_one_address_in_a_sentence_is_the_recipient_and_two_are_none() -> None:
    assert recipients("Return-Path: <>\n", "Vašu správu nebolo možné doručiť kolegovi a@b.example, lebo\n")[0][0] == (
        "a@b.example"
    )
    assert (
        recipients(
            "Return-Path: <>\n",
            "Of all that you wrote nothing went through to there, neither a@b.example nor c@b.example took it.\n",
        )[0][0]
        is None
    )


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("a@b.example, c@b.example and d@b.example", ["a@b.example", "c@b.example", "d@b.example"]),
        ("<bounce-x=y.example@b.example>: unknown", ["bounce-x=y.example@b.example"]),
        ("<a@b.example>: 551 moved, please try <n@b.example>", ["a@b.example"]),
    ],
)
def test_addresses_of_one_line(line: str, found: list[str]) -> None:
    assert [one[0] for one in recipients("", f"Could not be delivered to:\n\n{line}\n")] == found


def test_one_failed_recipient_among_delayed_ones_failed() -> None:
    body = "Delivery is delayed:\n\n<a@b.example>: 5.1.1 unknown user\n<c@b.example>: 4.4.1 no answer\n"
    found = recipients("", body, DAEMON.replace("Undelivered Mail Returned to Sender", "Delayed"))
    assert [one[2] for one in found] == ["hard", "soft"]


@pytest.mark.parametrize(
    "base",
    [
        "From: Postmaster <postmaster@x.example>\nSubject: AW: Undelivered\n",
        "From: Admin <admin@x.example>\nSubject: Delivery failed\n",
        "From: no-reply@sns.example\nSubject: x\n",
    ],
)
def test_offices_have_people_in_them(base: str) -> None:
    body = "We could not deliver the parcel to a@b.example. This e-mail was written by hand.\n"
    assert recipients("", body, f"{base}To: claims@example.com\n") == []


def test_notice_of_amazon_is_read_behind_a_warning_of_a_gateway_and_without_amazons_fields() -> None:
    notice = '{"notificationType":"Bounce","bounce":{"bouncedRecipients":[{"emailAddress":"a@b.c","status":"5.1.1"}]}}'
    own = "From: x@sns.example\nSubject: AWS\n"
    expected = [("a@b.c", "user_unknown", "hard")]
    assert recipients("X-Amz-Sns-Message-Id: 1\n", f"[EXTERNAL]\n\n{notice}\n", own) == expected
    assert recipients("", f"{notice}\n", own.replace("x@", "no-reply@")) == expected
    assert recipients("", f"{notice}\n", own) == []


def test_refusal_by_a_read_receipt_is_a_bounce_and_a_deleted_mail_is_none() -> None:
    fields = "Reporting-UA: x\nFinal-Recipient: rfc822; a@b.c\nDisposition: automatic-action/x; deleted"
    part = f"Content-Type: message/disposition-notification\n\n{fields}"
    returned = "Content-Type: text/rfc822-headers\n\nTo: a@b.c\nMessage-ID: <o@x>\n"
    own = "Return-Path: <>\nFrom: a@b.c\nTo: claims@example.com\nSubject: Rejected: x\n"
    told = "\nYour message was automatically rejected:\nQuota exceeded"
    assert recipients(*multipart("report", told, part, returned), own) == [("a@b.c", "mailbox_full", "soft")]
    assert recipients(*multipart("report", "\nYour message was deleted unread", part, returned), own) == []

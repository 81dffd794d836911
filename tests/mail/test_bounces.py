"""Bounces of every form: recipients, codes, reasons, hard or soft, and the mail that came back."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.quality import bounces, classes
from mail.bounces import REASONS, parse_bounce
from mail.bounces.codes import find_codes, phase_of
from mail.bounces.phrases import PHRASES
from mail.bounces.reasons import kind_of, reason_of
from mail.classify import classify
from mail.evidence import candidates, check_candidates, find_evidence
from mail.records import ParsedMail
from mail.signed_ids import SigningKey, make_message_id
from tests.mail.bounce_forms import FORMS, Form
from tests.mail.bounce_forms_more import MORE
from tests.mail.build import mail, multipart, report


def read(form: Form, body: str | None = None) -> ParsedMail:
    base = f"From: {form.sender}\nTo: claims@example.com\nSubject: {form.subject}\n"
    return mail(form.head, form.body if body is None else body, base=base)


@pytest.mark.feature("RU-09", "bounce and DSN")
@pytest.mark.feature("RU-10", "recipient, status code and reason")
@pytest.mark.feature("RU-10", "hard or soft")
@pytest.mark.parametrize("form", FORMS + MORE, ids=lambda form: form.name)
def test_free_form_notice_is_a_bounce_with_its_recipients(form: Form) -> None:
    parsed = read(form)
    bounce = parse_bounce(parsed)
    assert bounce is not None
    assert tuple((one.address, one.kind) for one in bounce.recipients) == form.recipients
    assert classify(parsed).kind == form.class_
    assert all(one.reason in REASONS for one in bounce.recipients)
    if "<out-1@claims.example>" in form.body:
        assert bounce.original_message_id == "<out-1@claims.example>"


@pytest.mark.parametrize("form", FORMS + MORE, ids=lambda form: form.name)
def test_the_same_words_from_a_person_are_a_persons_mail(form: Form) -> None:
    parsed = mail(
        "", form.body, base="From: Ann <ann@example.org>\nTo: claims@example.com\nSubject: Why do I get this?\n"
    )
    assert parse_bounce(parsed) is None
    assert classify(parsed).kind == "human"


def test_forwarded_bounce_is_a_persons_mail() -> None:
    head, body = multipart(
        "mixed", "\nLook what I got", "Content-Type: message/rfc822\n\nFrom: MAILER-DAEMON@x.example\n\nHi"
    )
    assert classify(mail(head + "Subject: Fwd: Undelivered Mail Returned to Sender\n", body)).kind == "human"


@pytest.mark.feature("RU-10", "tied to the outgoing mail")
@pytest.mark.parametrize(
    "quoted",
    [
        "--- Below this line is a copy of the message.\n\nReceived: by mx\nMessage-ID: {id}\nTo: a@x.example\n",
        "------ This is a copy of the message ------\n\nReceived: by mx\nMessage-ID:\n {id}\nTo: a@x.example\n",
        "Original message headers:\n\nReceived: from app (192.0.2.1) by\n mx.x.example\nMESSAGE-ID: {id}\n",
        "> Message-Id: {id}\n> Subject: Your claim\n",
        "Message-ID: <relay.1@mx.x.example>\nX-Original-Message-ID: {id}\n",
        "The message {id} was not delivered.\n",
    ],
)
def test_free_form_bounce_of_our_mail_is_tied_by_its_signed_id(quoted: str) -> None:
    key = SigningKey("k3", b"a secret of enough bytes")
    own = make_message_id(key, "acme", "abcdefgh234567ab", "00000000-0000-0000-0000-000000000007", "claims.example")
    body = "Hi. This is the mail system.\n\n<a@x.example>:\n550 5.1.1 user unknown\n\n" + quoted.format(id=own)
    parsed = mail(
        "Return-Path: <>\n", body, base="From: MAILER-DAEMON@x.example\nTo: c@example.com\nSubject: failure notice\n"
    )
    bounce = parse_bounce(parsed)
    assert bounce is not None
    assert (bounce.original_message_id, [one.address for one in bounce.recipients]) == (own, ["a@x.example"])
    evidence = find_evidence(parsed, check_candidates(candidates(parsed), [key], "acme"))
    assert (evidence[0].kind, evidence[0].verified, evidence[0].source) == ("signed_message_id", True, "returned")
    assert evidence[0].notification == "00000000-0000-0000-0000-000000000007"


@pytest.mark.feature("RU-10", "tied to the outgoing mail")
@pytest.mark.parametrize("field", ["X-Original-Message-ID: <o@x>", "Original-Message-ID: <o@x>"])
def test_id_of_the_mail_stands_in_the_fields_of_the_report(field: str) -> None:
    fields = f"Reporting-MTA: dns; x\n{field}\n\nFinal-Recipient: rfc822; a@b.c\nAction: failed\nStatus: 5.1.1"
    bounce = parse_bounce(report("delivery-status", "delivery-status", fields))
    assert bounce is not None
    assert bounce.original_message_id == "<o@x>"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("550 5.1.1 no such user", ("5.1.1", "550")),
        ("host mx[192.0.2.250] said: 452-4.2.2 full", ("4.2.2", "452")),
        (
            "554 4.4.7 Message expired: unable to deliver in 840 minutes.<421 4.4.2 Connection timed out>",
            ("4.4.7", "421"),
        ),
        ("Sorry, no mailbox here. (#5.1.1)", ("5.1.1", None)),
        ("size 512 exceeds port 587 on 2026-11-23", (None, None)),
        ("Out: 250 2.1.0 Ok\nOut: 451 4.3.0 Error", ("4.3.0", "451")),
        ("250 2.6.0 accepted", ("2.6.0", "250")),
        ("version 5.1.1.2 of 10.5.1.1", (None, None)),
        ("", (None, None)),
    ],
)
def test_codes_are_found_where_replies_stand(text: str, expected: tuple[str | None, str | None]) -> None:
    assert find_codes(text) == expected


@pytest.mark.parametrize(
    ("text", "phase"),
    [
        ("said: 550 no (in reply to RCPT TO command)", "rcpt"),
        ("after end of data: 550", "data"),
        (">>> MAIL From:<a@b>\n<<< 550 no", "mail"),
        (">>> RCPT To:<a@b>\n<<< 250 ok\n>>> DATA\n<<< 550 no", "data"),
        ("after initial connection: 554", "connect"),
        ("192.0.2.1 does not like recipient.", "rcpt"),
        ("nothing", ""),
    ],
)
def test_refused_command_is_known(text: str, phase: str) -> None:
    assert phase_of(text) == phase


@pytest.mark.parametrize(
    ("text", "status", "code", "phase", "reason"),
    [
        ("550 Mailbox full", None, "550", "", "mailbox_full"),
        ("550 5.1.1 user over quota", "5.1.1", "550", "", "mailbox_full"),
        ("550 user unknown", "5.0.0", "550", "data", "filtered"),
        ("550 does not exist", None, "550", "mail", "sender_rejected"),
        ("550 rejected", None, "550", "rcpt", "user_unknown"),
        ("554 rejected", None, "554", "data", "refused"),
        ("550 rejected", "5.7.26", "550", "", "authentication"),
        ("554 policy", "5.1.1", "554", "", "user_unknown"),
        ("", "5.4.4", None, "", "host_unknown"),
        ("", None, None, "", "unknown"),
        ("ask ann@mailboxfull.example, https://spam.example/blocked", None, None, "", "unknown"),
    ],
)
def test_reasons(text: str, status: str | None, code: str | None, phase: str, reason: str) -> None:
    assert reason_of(text, status, code, "failed", phase) == reason


def test_temporary_codes_are_soft_unless_the_mailbox_is_said_not_to_be_there() -> None:
    assert kind_of("failed", "host_unknown", "4.4.4", None) == "soft"
    assert kind_of("failed", "user_unknown", "4.1.1", "450") == "hard"
    assert kind_of("delayed", "user_unknown", "4.1.1", "450") == "soft"
    assert kind_of("failed", "complaint", "5.0.0", None) == "none"


def test_every_reason_is_documented_and_every_phrase_is_lower_case() -> None:
    page = (Path(__file__).parents[2] / "docs" / "mail-classes.md").read_text("utf-8")
    assert [reason for reason in REASONS if f"`{reason}`" not in page] == []
    assert {reason for reason, _ in PHRASES} <= set(REASONS)
    assert [phrase for _, phrases in PHRASES for phrase in phrases if phrase != phrase.lower()] == []


SES = (
    '{{"notificationType":"{kind}","{key}":{{{fields}}},"mail":{{"messageId":"0101-ses","headers":'
    '[{{"name":"From","value":"c@example.com"}},{{"name":"Message-ID","value":"<out@claims.example>"}}]}}}}'
)


def ses(kind: str, key: str, fields: str) -> ParsedMail:
    body = SES.format(kind=kind, key=key, fields=fields) + "\n\n--\nIf you wish to stop receiving notifications\n"
    return mail(
        "X-Amz-Sns-Message-Id: 1\n", body, base="From: AWS <no-reply@sns.amazonaws.com>\nSubject: AWS Notification\n"
    )


@pytest.mark.parametrize(
    ("kind", "key", "fields", "expected", "class_"),
    [
        ("Bounce", "bounce", '"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":"a@b.c","status":"5.1.1",'
         '"diagnosticCode":"smtp; 550 5.1.1 user unknown"}]',
         ("a@b.c", "5.1.1", "550", "user_unknown", "hard"), "bounce"),
        ("Bounce", "bounce", '"bounceType":"Transient","bounceSubType":"MailboxFull","bouncedRecipients":'
         '[{"emailAddress":"a@b.c"}]', ("a@b.c", "4.0.0", None, "mailbox_full", "soft"), "bounce"),
        ("Complaint", "complaint", '"complainedRecipients":[{"emailAddress":"a@b.c"}]',
         ("a@b.c", None, None, "complaint", "none"), "complaint"),
        ("Delivery", "delivery", '"recipients":["a@b.c"],"smtpResponse":"250 2.6.0 ok"',
         ("a@b.c", "2.6.0", "250", "delivered", "none"), "receipt"),
    ],
)  # fmt: skip
def test_notices_of_amazon_ses(kind: str, key: str, fields: str, expected: tuple[str | None, ...], class_: str) -> None:
    parsed = ses(kind, key, fields)
    bounce = parse_bounce(parsed)
    assert bounce is not None
    one = bounce.recipients[0]
    assert (one.address, one.status, one.smtp_code, one.reason, one.kind) == expected
    assert bounce.original_message_id == "<out@claims.example>"
    assert classify(parsed).kind == class_


@pytest.mark.parametrize("body", ['{"notificationType":', "{" * 5000 + "notificationType",
                                  '{"notificationType":"Bounce","bounce":1}',
                                  '{"Message":"{}","notificationType":1}', '{"notificationType":"Other"}'])  # fmt: skip
def test_broken_notices_of_amazon_are_no_bounces(body: str) -> None:
    assert parse_bounce(mail("X-Amz-Sns-Message-Id: 1\n", body)) is None


@pytest.mark.feature("RU-09", "complaint ARF")
def test_complaint_names_who_complained_and_about_which_mail() -> None:
    fields = "Feedback-Type: abuse\nOriginal-Rcpt-To: <a@b.c>\nOriginal-Rcpt-To: d@e.f\nReporting-MTA: dns; mx.b.c"
    bounce = parse_bounce(report("feedback-report", "feedback-report", fields, "Message-ID: <o@x>\nTo: z@z.z\n\n"))
    assert bounce is not None
    assert [(one.address, one.kind, one.reason) for one in bounce.recipients] == [
        ("a@b.c", "none", "complaint"),
        ("d@e.f", "none", "complaint"),
    ]
    assert (bounce.original_message_id, bounce.reporting_server, bounce.form) == ("<o@x>", "mx.b.c", "RFC 5965")
    bare = parse_bounce(report("feedback-report", "feedback-report", "Feedback-Type: abuse", "To: z@z.z\n\n"))
    assert bare is not None
    assert [one.address for one in bare.recipients] == ["z@z.z"]


def test_complaint_without_a_report_as_hotmail_sends_it() -> None:
    part = "Content-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: a@b.c\nMessage-ID: <o@x>\n\nHi"
    parsed = mail(
        *multipart("mixed", "\nx", part), base="From: staff@hotmail.example\nSubject: complaint about message\n"
    )
    assert classify(parsed).kind == "complaint"
    bounce = parse_bounce(parsed)
    assert bounce is not None
    assert [one.address for one in bounce.recipients] == ["a@b.c"]


def test_authentication_failure_report_is_no_complaint() -> None:
    assert classify(report("feedback-report", "feedback-report", "Feedback-Type: auth-failure")).kind == "auto_reply"


def test_report_within_the_text_of_a_mail_with_broken_mime() -> None:
    body = "--x/1\n\nSorry\n\n--x/1\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; x\n\n"
    body += "Final-Recipient: rfc822; a@b.c\n"
    body += "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1\n no such user\n\n--x/1\n"
    bounce = parse_bounce(mail("", body, base="From: MAILER-DAEMON@b.c\nSubject: Returned mail\n"))
    assert bounce is not None
    assert [(one.address, one.smtp_code, one.kind) for one in bounce.recipients] == [("a@b.c", "550", "hard")]


def test_notice_without_any_address_takes_the_one_recipient_of_the_returned_mail() -> None:
    body = "Sorry, your message could not be delivered: user unknown.\n\n"
    body += "----- Original message -----\n\nReceived: by x\nTo: Ann <a@b.c>\n"
    bounce = parse_bounce(mail("Return-Path: <>\n", body, base="From: MAILER-DAEMON@b.c\nSubject: Undelivered\n"))
    assert bounce is not None
    assert [(one.address, one.kind) for one in bounce.recipients] == [("a@b.c", "hard")]


def test_many_recipients_and_long_texts_stay_bounded() -> None:
    body = "could not be delivered to:\n" + "".join(
        f"<a{number}@b.example>: 550 no such user\n" for number in range(20_000)
    )
    bounce = parse_bounce(mail("", body, base="From: MAILER-DAEMON@b.c\nSubject: Undelivered\n"))
    assert bounce is not None
    assert (len(bounce.recipients), bounce.recipients_total > 1_000) == (200, True)


@pytest.mark.needs("corpora")
@pytest.mark.parametrize("module", [bounces, classes], ids=["bounces", "classes"])
def test_mails_that_nobody_here_wrote_are_read_as_well_as_demanded(corpora: Path, module: object) -> None:
    for figure in module.measure(corpora):  # type: ignore[attr-defined]
        assert figure.share >= figure.must, (figure.name, figure.share, figure.differences)


@pytest.mark.parametrize("final", ["Final-Recipient: rfc822; @mx.b.example\n", ""])
def test_report_without_an_address_takes_that_of_its_text(final: str) -> None:
    status = f"Reporting-MTA: dns; x\n\n{final}Action: failed\nStatus: 5.1.2"
    text = "\n   ----- The following addresses had permanent fatal errors -----\n<a@b.example>\n"
    parts = multipart("report", text, f"Content-Type: message/delivery-status\n\n{status}")
    bounce = parse_bounce(mail(*parts, base="From: MAILER-DAEMON@x.example\nSubject: Returned mail\n"))
    assert bounce is not None
    assert [(one.address, one.status) for one in bounce.recipients] == [("a@b.example", "5.1.2")]


def test_mail_sent_through_amazon_is_named_by_its_id_there() -> None:
    sent = '"mail":{"messageId":"01-a","sourceArn":"arn:aws:ses:eu-west-1:1:x"}'
    body = '{"notificationType":"Complaint","complaint":{"complainedRecipients":[]},' + sent + "}"
    bounce = parse_bounce(mail("X-Amz-Sns-Message-Id: 1\n", body))
    assert bounce is not None
    assert bounce.original_message_id == "<01-a@eu-west-1.amazonses.com>"

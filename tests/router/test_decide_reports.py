"""What a decision says of bounces, complaints and out-of-office notes."""

from __future__ import annotations

from pathlib import Path

import pytest

from mail.parse import parse
from mail.signed_ids import make_message_id
from router.decide import CompiledConfiguration, decide_parsed
from router.facts import gather
from schemas import ids
from schemas.events import Decision
from schemas.events.decision import ClassKind
from tests.router.support import INSTALLATION, KEY, compiled, received

CONVERSATION = "abcdefghijklmnop"
NOTIFICATION = ids.notification_id("mail", "acknowledgement")


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> CompiledConfiguration:
    return compiled(Path(tmp_path_factory.mktemp("config")))


def decided(text: str, configuration: CompiledConfiguration) -> Decision:
    raw = text.replace("\n", "\r\n").encode()
    parsed, info = parse(raw), received(raw)
    return decide_parsed(info, parsed, gather(info, parsed, [KEY], configuration.installation), configuration)


QMAIL = (
    "From: MAILER-DAEMON@mx.example.net\nTo: claims@harbour.example\nSubject: failure notice\n\n"
    "Hi. This is the qmail-send program at mx.\nI'm afraid I wasn't able to deliver your message.\n\n"
    "<ann@example.org>:\n192.0.2.1 does not like recipient.\nRemote host said: 552 5.2.2 Mailbox full\n\n"
    "--- Below this line is a copy of the message.\n\nReturn-Path: <c@harbour.example>\nMessage-ID: {id}\n\nHi\n"
)


@pytest.mark.feature("RU-10", "tied to the outgoing mail")
@pytest.mark.feature("RU-10", "recipient, status code and reason")
@pytest.mark.parametrize("installation", [INSTALLATION, "another"])
def test_free_form_bounce_names_the_outgoing_mail_where_its_signature_holds(
    configuration: CompiledConfiguration, installation: str
) -> None:
    message_id = make_message_id(KEY, installation, CONVERSATION, NOTIFICATION, "mail.harbour.example")
    decision = decided(QMAIL.format(id=message_id), configuration)
    assert decision.class_.kind is ClassKind.BOUNCE
    assert decision.bounce is not None
    (one,) = decision.bounce.recipients
    assert (one.address, one.status, one.smtp_code, one.kind, one.reason) == (
        "ann@example.org", "5.2.2", "552", "soft", "mailbox_full",
    )  # fmt: skip
    assert decision.bounce.original_notification == (NOTIFICATION if installation == INSTALLATION else None)
    assert message_id not in decision.model_dump_json()


@pytest.mark.feature("RU-09", "complaint ARF")
def test_complaint_names_its_recipient_and_our_mail(configuration: CompiledConfiguration) -> None:
    message_id = make_message_id(KEY, INSTALLATION, CONVERSATION, NOTIFICATION, "mail.harbour.example")
    decision = decided(
        "From: abuse@provider.example\nTo: claims@harbour.example\nSubject: FW: yours\nMIME-Version: 1.0\n"
        "Content-Type: multipart/report; report-type=feedback-report; boundary=b\n\n--b\n\nComplaint\n"
        "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: abuse\nOriginal-Rcpt-To: ann@example.org\n"
        f"\n--b\nContent-Type: message/rfc822\n\nMessage-ID: {message_id}\n\nHello\n--b--\n",
        configuration,
    )
    assert decision.class_.kind is ClassKind.COMPLAINT
    assert decision.bounce is not None
    assert [(one.address, one.reason, one.kind) for one in decision.bounce.recipients] == [
        ("ann@example.org", "complaint", "none")
    ]
    assert decision.bounce.original_notification == NOTIFICATION


@pytest.mark.feature("RU-09", "each class with its reason")
def test_out_of_office_note_tells_from_when_until_when(configuration: CompiledConfiguration) -> None:
    decision = decided(
        "From: ann@example.org\nTo: claims@harbour.example\nSubject: Automatic reply: Claim\n"
        "Auto-Submitted: auto-replied\nDate: Fri, 20 Nov 2026 09:00:00 +0100\n\n"
        "I am out of the office from 21 November to 30 November.\n",
        configuration,
    )
    found = decision.class_
    assert (found.kind, found.absent_from, found.absent_until) == (
        ClassKind.OUT_OF_OFFICE, "2026-11-21", "2026-11-30",
    )  # fmt: skip

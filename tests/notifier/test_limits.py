"""Loop protection and outbound switches: who is not written to, each with its named reason."""

from __future__ import annotations

from typing import Any

import pytest

from notifier.limits import SendingFacts, judge
from schemas.config import Outbound
from schemas.events import MailRequested, Purpose
from schemas.ids import recipient_digest
from tests.notifier.base import mail_requested

ANN = "ann@customers.example"


def judged(
    request: MailRequested, counts: dict[str, int] | None = None, **outbound: Any
) -> tuple[str | None, dict[str, str]]:
    facts = SendingFacts(Outbound(**outbound), frozenset({"office@acme.example"}), counts or {})
    judgement = judge(request, request.to, facts)
    return judgement.suppressed, dict(judgement.refused)


def test_acknowledgement_of_a_persons_mail_is_sent() -> None:
    assert judged(mail_requested(1, ANN)) == (None, {})


@pytest.mark.feature("ACC-09", "block_all_outbound")
def test_blocked_installation_sends_nothing_not_even_by_hand() -> None:
    request = mail_requested(1, ANN, purpose=Purpose.STEP, auto_submitted="no")
    assert judged(request, block_all_outbound=True)[0] == "outbound_blocked"


@pytest.mark.feature("ACC-09", "allow-list of recipients")
@pytest.mark.parametrize(
    ("address", "refused"),
    [
        ("ann@partner.example", False),
        ("bob@PARTNER.example", False),
        ("eve@notpartner.example", True),
        ("one@other.example", False),
        ("two@other.example", True),
    ],
)
def test_only_those_on_the_allow_list_are_written_to(address: str, refused: bool) -> None:
    request = mail_requested(1, address, purpose=Purpose.STEP, auto_submitted="no")
    suppressed, _ = judged(request, allow=("partner.example", "one@other.example"))
    assert suppressed == ("not_on_allow_list" if refused else None)


def test_of_several_recipients_those_allowed_get_the_mail() -> None:
    request = mail_requested(1, ANN, "eve@elsewhere.example")
    assert judged(request, allow=("customers.example",)) == (None, {"eve@elsewhere.example": "not_on_allow_list"})


@pytest.mark.feature("OU-07", "never to lists or robots")
@pytest.mark.parametrize("kind", ["auto_reply", "bounce", "list", "newsletter", "own", "challenge", None])
@pytest.mark.parametrize("purpose", [Purpose.ACKNOWLEDGEMENT, Purpose.REPLY, Purpose.FAILURE_ANSWER])
def test_nothing_but_a_persons_mail_is_answered_by_itself(kind: str | None, purpose: Purpose) -> None:
    suppressed, _ = judged(mail_requested(1, ANN, cause_class=kind, purpose=purpose))
    assert suppressed == f"answers_{kind or 'unknown_class'}"


@pytest.mark.feature("OU-07", "no acknowledgement to own notifications")
def test_own_notification_and_own_address_are_not_answered() -> None:
    assert judged(mail_requested(1, ANN, cause_class="own"))[0] == "answers_own"
    assert judged(mail_requested(1, "OFFICE@acme.example"))[0] == "own_address"
    assert judged(mail_requested(1, "office+anything@acme.example"))[0] == "own_address"


@pytest.mark.feature("OU-07", "never to null sender")
@pytest.mark.parametrize("address", ["", "<>", "  "])
def test_null_sender_is_not_answered(address: str) -> None:
    assert judged(mail_requested(1, address))[0] == "null_sender"


@pytest.mark.feature("OU-07", "never to lists or robots")
@pytest.mark.parametrize(
    "local",
    ["MAILER-DAEMON", "noreply", "No-Reply", "do-not-reply", "owner-staff", "staff-request", "bounces+abc=def",
     "noreply+7",     "postmaster", "prvs=12ab34", "staff-bounces", "majordomo"],
)  # fmt: skip
def test_robots_are_not_answered_but_may_be_written_to(local: str) -> None:
    address = f"{local}@customers.example"
    assert judged(mail_requested(1, address))[0] == "robot"
    assert judged(mail_requested(1, address, purpose=Purpose.STEP, auto_submitted="no"))[0] is None


@pytest.mark.parametrize("local", ["ann", "norea.plyer", "request", "bouncer", "owner", "n.oreply"])
def test_people_are_not_taken_for_robots(local: str) -> None:
    assert judged(mail_requested(1, f"{local}@customers.example"))[0] is None


@pytest.mark.feature("OU-07", "limit per peer and time")
def test_one_address_gets_so_many_automatic_mails_and_no_more() -> None:
    digest = recipient_digest(ANN)
    assert judged(mail_requested(1, ANN), {digest: 19})[0] is None
    assert judged(mail_requested(1, ANN), {digest: 20})[0] == "too_many_to_recipient"
    assert judged(mail_requested(1, ANN), {digest: 2}, automatic_per_recipient=2)[0] == "too_many_to_recipient"
    assert judged(mail_requested(1, ANN, auto_submitted="no"), {digest: 99})[0] is None
    assert judged(mail_requested(1, ANN, purpose=Purpose.NOTIFICATION), {digest: 99})[0] is None


@pytest.mark.parametrize("address", ["ann", "ann@@x.example", "a b@x.example", "a@x.example\r\nDATA", "ann@-x.example"])
def test_what_is_no_address_is_not_written_to(address: str) -> None:
    assert judged(mail_requested(1, address))[0] == "invalid_address"


def test_nobody_to_write_to() -> None:
    request = mail_requested(1).model_copy(update={"to": ()})
    assert judged(request)[0] == "no_recipient"

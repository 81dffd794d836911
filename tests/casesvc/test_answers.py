"""Answers and reports: what is asked of the notifier, from which account, in which language, about which case."""

from __future__ import annotations

import pytest

from schemas.events import Action, ActionKind, ClassKind
from schemas.events.decision import Analysis, Bounce, BounceRecipient, Language
from schemas.ids import recipient_digest
from tests.casesvc.build import ACKNOWLEDGE, ANN, ATTACH, BOB, CREATE, TRIAGE, decision, signed
from tests.casesvc.conftest import Desk

AWAY = Action(action=ActionKind.AUTOMATIC_REPLY, rule="support/away", template="away", account="support")


def asked(desk: Desk) -> list[dict[str, object]]:
    return desk.events("mailcase.mail.requested.v1")


def test_reply_without_a_case_belongs_to_the_interaction_and_comes_from_the_mailbox(desk: Desk) -> None:
    mail = decision("p1", mailbox="support", new=(AWAY,))
    desk.take(mail)
    (reply,) = asked(desk)
    assert (reply["purpose"], reply["case"], reply["interaction"]) == ("reply", None, "ET-1")
    assert reply["account"] == "support"
    assert "case" not in dict(reply["data"])  # type: ignore[call-overload]
    assert (desk.interaction(mail)["state"], desk.interaction(mail)["resolution"]) == ("resolved", "answered")


@pytest.mark.feature("ACC-04", "then the case type's")
def test_acknowledgement_comes_from_the_case_types_account(desk: Desk) -> None:
    desk.take(decision("p1", mailbox="support", new=(CREATE, ACKNOWLEDGE.model_copy(update={"account": "support"}))))
    assert asked(desk)[0]["account"] == "claims"


def test_reply_beside_the_only_created_case_is_about_it(desk: Desk) -> None:
    desk.take(decision("p1", new=(CREATE, AWAY)))
    (reply,) = asked(desk)
    assert (reply["purpose"], dict(reply["case"])["id"]) == ("reply", "CLM-1")  # type: ignore[call-overload]


def test_one_reply_beside_two_cases_is_about_neither_and_an_answer_to_it_is_a_doubt(desk: Desk) -> None:
    creates = [Action(action=ActionKind.CREATE_CASE, rule=f"all/{row}", case_type="claim") for row in "ab"]
    desk.take(decision("p1", new=(*creates, AWAY)))
    (reply,) = asked(desk)
    assert (reply["case"], reply["interaction"]) == (None, "ET-1")
    answer = decision("r1", evidence=[signed(str(reply["notification_id"]))])
    desk.take(answer)
    assert desk.interaction(answer)["cases"] == {"CLM-1": "linked", "CLM-2": "linked"}


def test_follow_up_can_be_answered_and_routed(desk: Desk) -> None:
    route = Action(action=ActionKind.ROUTE, rule="claims/urgent", queue="desk")
    mail = decision("r1", references=["p1"], follow_up=(ATTACH, AWAY, route))
    desk.take(decision("p1", new=(CREATE,)), mail)
    (reply,) = asked(desk)
    assert dict(reply["case"])["id"] == "CLM-1"  # type: ignore[call-overload]
    found = desk.interaction(mail)
    assert (found["state"], found["queue"], found["cases"]) == ("routed", "desk", {"CLM-1": "joined"})


@pytest.mark.parametrize(("spoken", "own", "language"), [("de", None, "de"), ("xx", None, "en"), ("de", "en", "en")])
def test_language_is_the_actions_else_the_mails_else_the_templates(
    desk: Desk, spoken: str, own: str | None, language: str
) -> None:
    answer = ACKNOWLEDGE.model_copy(update={"language": own})
    analysis = Analysis(language=Language(code=spoken, confidence=0.9))
    desk.take(decision("p1", new=(CREATE, answer), analysis=analysis))
    assert asked(desk)[0]["language"] == language


def test_what_templates_may_use_is_all_there_and_bounded(desk: Desk) -> None:
    create = CREATE.model_copy(update={"fields": {"policy_number": "x" * 20_000}})
    desk.take(decision("p1", new=(create, ACKNOWLEDGE), mail={"references": [f"<r{n}@x.example>" for n in range(60)]}))
    (reply,) = asked(desk)
    data: dict[str, dict[str, object]] = dict(reply["data"])  # type: ignore[call-overload]
    assert data["mail"]["from_address"] == ANN
    assert data["account"]["address"] == "claims@test.example"
    assert data["installation"] == {"id": "test"}
    assert (data["case"]["type_label"], data["case"]["status"], data["case"]["queue"]) == ("Claim", "new", "desk")
    assert data["case"]["fields"] == {"amount": "", "policy_number": "x" * 4096, "kind": ""}
    references = list(reply["references"])  # type: ignore[call-overload]
    assert (len(references), references[0], references[-1]) == (20, "<r0@x.example>", "<p1@example.org>")


def report(name: str, kind: ClassKind, *recipients: BounceRecipient, sent: str) -> object:
    return decision(
        name,
        sender="mailer-daemon@mx.example",
        kind=kind,
        new=(TRIAGE,),
        evidence=[signed(sent)],
        bounce=Bounce(recipients=recipients, original_notification=sent) if recipients else None,
    )


@pytest.mark.parametrize(
    ("kind", "recipients", "outcomes"),
    [
        (ClassKind.DELAY, [BounceRecipient(address=ANN, action="delayed")], ["delayed"]),
        (ClassKind.BOUNCE, [BounceRecipient(address="alias@x.example", original=ANN, action="failed")], ["bounced"]),
        (ClassKind.BOUNCE, [BounceRecipient(address=ANN, action="delivered")], ["delivered"]),
        (ClassKind.BOUNCE, [BounceRecipient(address="rewritten@x.example", action="failed")], ["bounced"]),
        (ClassKind.RECEIPT, [], ["delivered"]),
        (ClassKind.COMPLAINT, [], ["complained"]),
    ],
    ids=["delay", "original recipient", "delivered", "rewritten address", "receipt", "complaint"],
)
def test_reports_become_outcomes_of_the_mail_that_we_sent(
    desk: Desk, kind: ClassKind, recipients: list[BounceRecipient], outcomes: list[str]
) -> None:
    desk.take(decision("p1"))
    sent = str(asked(desk)[0]["notification_id"])
    mail = report("b1", kind, *recipients, sent=sent)
    assert isinstance(mail, type(decision("p1")))
    desk.take(mail)
    reported = desk.events("mailcase.mail.outcome_reported.v1")
    assert [one["outcome"] for one in reported] == outcomes
    assert {one["recipient_digest"] for one in reported} == {recipient_digest(ANN)}
    assert desk.interaction(mail)["cases"] == {"CLM-1": "reported"}


def test_report_without_our_signature_is_believed_by_nobody(desk: Desk) -> None:
    desk.take(decision("p1"))
    sent = str(asked(desk)[0]["notification_id"])
    forged = decision("b1", sender=BOB, kind=ClassKind.BOUNCE, new=(TRIAGE,), evidence=[signed(sent, verified=False)])
    desk.take(forged)
    assert desk.events("mailcase.mail.outcome_reported.v1") == []
    assert desk.interaction(forged)["cases"] == {"CLM-1": "linked"}

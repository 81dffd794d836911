"""Conversations on PostgreSQL: who joins what, whatever the order in which mails come."""

from __future__ import annotations

import itertools

import pytest

from schemas.events import (
    Action,
    ActionKind,
    ClassKind,
    Decision,
    Evidence,
    EvidenceKind,
    LedgerState,
)
from schemas.events.decision import Authentication, Bounce, BounceRecipient, Facts
from schemas.ids import message_id_digest, notification_token, recipient_digest
from tests.casesvc.build import ANN, ATTACH, BOB, MOMENT, TRIAGE, configuration, decision, signed, step, tag
from tests.casesvc.conftest import Desk


def told(dmarc: str) -> Facts:
    """What a trusted server says of the sender."""
    return Facts(now=MOMENT, authentication=Authentication(dmarc=dmarc, by="mx.test.example", trusted=True))


def notification(desk: Desk) -> str:
    """The acknowledgement that was asked for last."""
    return str(desk.events("mailcase.mail.requested.v1")[-1]["notification_id"])


def assert_joined(desk: Desk, mail: Decision, case: str = "CLM-1") -> None:
    found = desk.interaction(mail)
    assert (found["placement"], found["state"], found["cases"]) == ("join", "resolved", {case: "joined"})


def assert_linked(desk: Desk, mail: Decision, *cases: str) -> None:
    found = desk.interaction(mail)
    assert (found["placement"], found["state"]) == ("linked", "open")
    assert found["cases"] == dict.fromkeys(cases or ("CLM-1",), "linked")
    assert found["queue"] == "desk"


@pytest.mark.feature("CV-01", "signed Message-ID")
@pytest.mark.feature("CV-05", "reply is an event")
def test_participants_reply_to_our_mail_joins_its_case(desk: Desk) -> None:
    desk.take(decision("p1"))
    reply = decision("r1", evidence=[signed(notification(desk))])
    desk.take(reply)
    assert_joined(desk, reply)
    assert [event["mail_id"] for event in desk.events("mailcase.case.reply_received.v1")] == [reply.mail_id]
    assert len(desk.events("mailcase.mail.requested.v1")) == 1


def test_signed_evidence_may_name_the_notification_by_its_token(desk: Desk) -> None:
    desk.take(decision("p1"))
    reply = decision("r1", evidence=[signed(notification_token(notification(desk)))])
    desk.take(reply)
    assert_joined(desk, reply)


def test_signed_id_of_an_unknown_notification_leads_by_its_conversation(desk: Desk) -> None:
    first = decision("p1")
    desk.take(first)
    reply = decision("r1", evidence=[signed("1f0c0000-0000-5000-8000-000000000000", first.conversation)])
    desk.take(reply)
    assert_joined(desk, reply)


@pytest.mark.feature("CV-01", "known References and In-Reply-To")
def test_participants_reply_by_plain_reference_joins(desk: Desk) -> None:
    reply = decision("r1", references=["p1"], sender="Ann@EXAMPLE.org")
    desk.take(decision("p1"), reply)
    assert_joined(desk, reply)


@pytest.mark.feature("CV-01", "known References and In-Reply-To")
def test_id_that_a_provider_put_in_the_place_of_ours_is_known(desk: Desk) -> None:
    desk.take(decision("p1"))
    rewritten = "<rewritten@provider.example>"
    desk.read(step(notification(desk), LedgerState.HANDED_OVER, 3, digests=[message_id_digest(rewritten)]))
    found = Evidence(kind=EvidenceKind.REFERENCE, digest=message_id_digest(rewritten))
    reply = decision("r1", evidence=[found])
    desk.take(reply)
    assert_joined(desk, reply)


@pytest.mark.feature("CV-01", "subject tag")
def test_participant_joins_by_the_case_id_in_the_subject(desk: Desk) -> None:
    mail = decision("r1", evidence=[tag("CLM-1")], facts=told("pass"))
    desk.take(decision("p1"), mail)
    assert_joined(desk, mail)


@pytest.mark.feature("RU-11", "unverified goes to triage")
@pytest.mark.feature("CV-02", "doubt gives a linked interaction")
def test_guessed_case_id_in_a_participants_name_is_linked(desk: Desk) -> None:
    guess = decision("r1", evidence=[tag("CLM-1")])
    desk.take(decision("p1"), guess)
    assert_linked(desk, guess)


@pytest.mark.feature("CV-01", "Thread-Topic and Thread-Index")
def test_participant_joins_by_the_thread_index_and_a_stranger_does_not(desk: Desk) -> None:
    thread = Evidence(kind=EvidenceKind.THREAD_TOPIC, digest="ab" * 32)
    mail = decision("r1", evidence=[thread])
    stranger = decision("s1", evidence=[thread], sender=BOB)
    desk.take(decision("p1", evidence=[thread]), mail, stranger)
    assert_joined(desk, mail)
    assert desk.interaction(stranger)["cases"] == {"CLM-2": "created"}


@pytest.mark.feature("CV-02", "doubt gives a linked interaction")
def test_stranger_with_a_guessed_case_id_is_linked_and_changes_nothing(desk: Desk) -> None:
    desk.take(decision("p1"))
    before = desk.rows("SELECT version, fields, updated_at FROM cases")
    change = Action(action=ActionKind.SET_FIELDS, rule="r", fields={"policy_number": "X"})
    guess = decision("s1", sender=BOB, evidence=[tag("CLM-1")], follow_up=(change,))
    desk.take(guess)
    assert_linked(desk, guess)
    assert desk.rows("SELECT version, fields, updated_at FROM cases") == before
    assert desk.rows("SELECT count(*) FROM attachments") == [(0,)]
    (event,) = desk.events("mailcase.case.linked.v1")
    assert (event["case"]["id"], event["mail_id"]) == ("CLM-1", guess.mail_id)
    ((reason,),) = desk.rows("SELECT detail->>'reason' FROM history WHERE what = 'linked'")
    assert "no participant" in reason
    assert len(desk.events("mailcase.mail.requested.v1")) == 1


@pytest.mark.feature("CV-01", "empty, duplicate and foreign ids never join strangers")
def test_stranger_with_an_unsigned_reference_is_linked(desk: Desk) -> None:
    reply = decision("s1", sender=BOB, references=["p1"])
    desk.take(decision("p1"), reply)
    assert_linked(desk, reply)


def test_stranger_with_a_signed_id_is_linked_and_stays_so(desk: Desk) -> None:
    desk.take(decision("p1"))
    reply = decision("s1", sender=BOB, evidence=[signed(notification(desk))])
    again = decision("s2", sender=BOB, references=["s1"])
    desk.take(reply, again)
    assert_linked(desk, reply)
    assert_linked(desk, again)


def test_forged_signature_links_even_a_participant(desk: Desk) -> None:
    desk.take(decision("p1"))
    reply = decision("r1", evidence=[signed(notification(desk), verified=False)])
    desk.take(reply)
    assert_linked(desk, reply)


@pytest.mark.feature("RU-11", "never dropped")
@pytest.mark.feature("RU-11", "unverified goes to triage")
@pytest.mark.parametrize("verdict", ["fail", "permerror"])
def test_failed_dmarc_of_a_trusted_server_links(desk: Desk, verdict: str) -> None:
    reply = decision("r1", references=["p1"], facts=told(verdict))
    desk.take(decision("p1"), reply)
    assert_linked(desk, reply)


@pytest.mark.feature("CV-02", "doubt gives a linked interaction")
def test_forged_sender_with_a_forwarded_mail_of_ours_gets_neither_in_nor_brings_himself_in(desk: Desk) -> None:
    desk.take(decision("p1"))
    forged = decision("r1", evidence=[signed(notification(desk))], to=("claims@test.example", BOB), facts=told("fail"))
    desk.take(forged)
    assert_linked(desk, forged)
    assert desk.rows("SELECT address FROM participants") == [(ANN,)]


@pytest.mark.parametrize(("child", "parent"), [("fail", "pass"), ("pass", "fail")])
def test_waiting_reply_of_a_forged_sender_is_not_taken_in_by_its_parent(desk: Desk, child: str, parent: str) -> None:
    reply = decision("r1", references=["p1"], new=(TRIAGE,), facts=told(child))
    desk.take(reply)
    desk.take(decision("p1", facts=told(parent)))
    found = desk.interaction(reply)
    assert (found["state"], found["cases"]) == ("open", {})


def test_person_in_cc_of_the_first_mail_may_answer(desk: Desk) -> None:
    first = decision("p1", to=("claims@test.example", "claims+token@test.example", BOB))
    reply = decision("r1", sender=BOB, references=["p1"])
    desk.take(first, reply)
    assert_joined(desk, reply)
    assert desk.rows("SELECT address, how FROM participants ORDER BY address") == [(ANN, "sender"), (BOB, "copied")]


def test_unsigned_follow_up_brings_nobody_in(desk: Desk) -> None:
    desk.take(decision("p1"), decision("r1", references=["p1"], to=("claims@test.example", BOB)))
    assert desk.rows("SELECT address FROM participants") == [(ANN,)]


@pytest.mark.feature("CV-03", "attach")
def test_values_for_a_case_whose_type_is_gone_are_refused_in_the_open(desk: Desk) -> None:
    desk.take(decision("p1"))
    desk.configuration = configuration(case_types=("order",))
    change = Action(action=ActionKind.SET_FIELDS, rule="r", fields={"policy_number": "X"})
    reply = decision("r1", references=["p1"], follow_up=(ATTACH, change))
    desk.take(reply)
    assert_joined(desk, reply)
    ((problem,),) = desk.rows("SELECT detail->>'problem' FROM history WHERE what = 'field_refused'")
    assert problem == "policy_number: no CaseType claim is configured any more"


def test_reply_to_a_resolved_case_is_attached_and_somebody_sees_it(desk: Desk) -> None:
    desk.take(decision("p1"))
    desk.rows("UPDATE cases SET status = 'closed', stage = 'done', resolved = true RETURNING id")
    reply = decision("r1", references=["p1"])
    desk.take(reply)
    found = desk.interaction(reply)
    assert (found["state"], found["queue"], found["cases"]) == ("open", "desk", {"CLM-1": "joined"})


def test_reply_to_a_mail_with_two_cases_is_a_doubt(desk: Desk) -> None:
    creates = [Action(action=ActionKind.CREATE_CASE, rule=f"all/{row}", case_type="claim") for row in "ab"]
    reply = decision("r1", references=["p1"])
    desk.take(decision("p1", new=creates), reply)
    assert_linked(desk, reply, "CLM-1", "CLM-2")


def test_parent_that_comes_after_its_reply_joins_the_replys_case(desk: Desk) -> None:
    reply, parent = decision("r1", references=["p1"]), decision("p1")
    desk.take(reply)
    desk.take(parent)
    assert desk.case_ids() == ["CLM-1"]
    assert desk.interaction(reply)["cases"] == {"CLM-1": "created"}
    assert_joined(desk, parent)
    assert len(desk.events("mailcase.mail.requested.v1")) == 1


def test_parent_takes_in_the_reply_that_waits_without_a_case(desk: Desk) -> None:
    reply, parent = decision("r1", references=["p1"], new=(TRIAGE,)), decision("p1")
    desk.take(reply)
    assert desk.interaction(reply)["state"] == "open"
    desk.take(parent)
    assert desk.interaction(reply)["cases"] == {"CLM-1": "joined"}
    assert desk.interaction(reply)["state"] == "resolved"
    attached = desk.events("mailcase.case.mail_attached.v1")
    assert [event["mail_id"] for event in attached] == [parent.mail_id, reply.mail_id]


def test_stranger_who_names_an_id_first_cannot_keep_its_mail_from_its_case(desk: Desk) -> None:
    ahead = decision("s1", sender=BOB, references=["p1"])
    parent = decision("p1")
    desk.take(ahead)
    desk.take(parent)
    assert desk.interaction(parent)["cases"] == {"CLM-2": "created"}


@pytest.mark.parametrize("order", list(itertools.permutations(range(4))))
def test_one_conversation_is_one_case_in_whatever_order_it_comes(desk: Desk, order: tuple[int, ...]) -> None:
    mails = [
        decision("p1"),
        decision("r1", references=["p1"]),
        decision("r2", references=["p1", "r1"]),
        decision("r3", references=["p1", "r1", "r2"]),
    ]
    for number in order:
        desk.take(mails[number])
    assert desk.case_ids() == ["CLM-1"]
    assert desk.rows("SELECT count(*) FROM interaction_cases WHERE case_id = 'CLM-1'") == [(4,)]
    assert len(desk.events("mailcase.mail.requested.v1")) == 1


@pytest.mark.feature("IN-13", "policy each, linked")
def test_one_mail_in_two_mailboxes_is_handled_in_each_and_linked(desk: Desk) -> None:
    first, second = decision("p1"), decision("p1", mailbox="support")
    desk.take(first, second)
    assert desk.interaction(first)["cases"] == {"CLM-1": "created"}
    assert desk.interaction(second)["cases"] == {"CLM-2": "created"}
    assert desk.rows("SELECT interaction_id, other_id, relation FROM interaction_links") == [
        ("ET-2", "ET-1", "same_mail")
    ]
    (linked,) = desk.events("mailcase.case.linked.v1")
    assert (linked["case"]["id"], linked["linked_case"]) == ("CLM-2", "CLM-1")


def test_reply_to_one_mail_in_two_mailboxes_goes_to_the_case_of_its_mailbox(desk: Desk) -> None:
    reply = decision("r1", references=["p1"], mailbox="support")
    desk.take(decision("p1"), decision("p1", mailbox="support"), reply)
    assert_joined(desk, reply, "CLM-2")


@pytest.mark.feature("IN-13", "policy first, the second attaches")
def test_of_one_mail_in_two_mailboxes_the_second_attaches(desk: Desk) -> None:
    desk.configuration = configuration(first=True)
    first, second = decision("p1"), decision("p1", mailbox="support")
    desk.take(first, second)
    assert desk.case_ids() == ["CLM-1"]
    assert_joined(desk, second)
    assert len(desk.events("mailcase.mail.requested.v1")) == 1


@pytest.mark.feature("RU-10", "tied to the outgoing mail")
def test_bounce_of_our_mail_is_reported_and_shown_on_its_case(desk: Desk) -> None:
    desk.take(decision("p1"))
    sent = notification(desk)
    recipient = BounceRecipient(
        address="ANN@example.org", action="failed", status="5.1.1", smtp_code="550", kind="hard"
    )
    bounce = decision(
        "b1",
        sender="mailer-daemon@mx.example.org",
        kind=ClassKind.BOUNCE,
        bounce=Bounce(recipients=(recipient,), recipients_total=1, original_notification=sent),
        new=(TRIAGE,),
    )
    desk.take(bounce)
    desk.take(bounce, suspects=True)
    found = desk.interaction(bounce)
    assert (found["state"], found["cases"]) == ("resolved", {"CLM-1": "reported"})
    (reported,) = desk.events("mailcase.mail.outcome_reported.v1")
    assert (reported["notification_id"], reported["outcome"], reported["kind"]) == (sent, "bounced", "hard")
    assert reported["recipient_digest"] == recipient_digest(ANN)
    assert desk.rows("SELECT case_id FROM history WHERE what = 'outcome_reported'") == [("CLM-1",)]


def test_bounce_that_names_no_mail_of_ours_waits_for_a_person(desk: Desk) -> None:
    desk.take(decision("p1"))
    bounce = decision("b1", kind=ClassKind.BOUNCE, sender=BOB, bounce=Bounce(), new=(TRIAGE,))
    desk.take(bounce)
    assert (desk.interaction(bounce)["state"], desk.interaction(bounce)["cases"]) == ("open", {})
    assert desk.events("mailcase.mail.outcome_reported.v1") == []


def test_out_of_office_to_our_mail_is_attached_and_not_answered(desk: Desk) -> None:
    desk.take(decision("p1"))
    away = decision("a1", kind=ClassKind.OUT_OF_OFFICE, evidence=[signed(notification(desk))], new=(TRIAGE,))
    desk.take(away)
    assert_joined(desk, away)
    assert desk.events("mailcase.case.reply_received.v1") == []
    assert len(desk.events("mailcase.mail.requested.v1")) == 1

"""Intake on PostgreSQL: every mail one interaction, every effect once."""

from __future__ import annotations

import pytest

from schemas.events import Action, ActionKind, ClassKind, Mode
from tests.casesvc.build import ACKNOWLEDGE, ATTACH, CREATE, TRIAGE, attachment, decision
from tests.casesvc.conftest import Desk


@pytest.mark.feature("CA-02", "acknowledgement with the case id")
@pytest.mark.feature("CA-02", "subject to label, body to description")
@pytest.mark.feature("CA-01", "label and id prefix")
def test_first_mail_creates_a_case_and_asks_for_its_acknowledgement(desk: Desk) -> None:
    mail = decision("p1")
    desk.take(mail)
    assert desk.rows("SELECT id, label, description, status FROM cases") == [
        ("CLM-1", "About p1", "The text of p1.", "new")
    ]
    found = desk.interaction(mail)
    assert (found["id"], found["state"], found["cases"]) == ("ET-1", "resolved", {"CLM-1": "created"})
    (asked,) = desk.events("mailcase.mail.requested.v1")
    assert asked["purpose"] == "acknowledgement"
    assert asked["case"]["id"] == asked["data"]["case"]["id"] == "CLM-1"
    assert (asked["to"], asked["account"], asked["language"]) == (["ann@example.org"], "claims", "en")
    assert (asked["in_reply_to"], asked["references"]) == ("<p1@example.org>", ["<p1@example.org>"])


def test_the_same_decisions_again_change_nothing(desk: Desk) -> None:
    mails = [decision(f"p{number}") for number in range(5)]
    desk.take(*mails, mails[0])
    before = desk.rows("SELECT count(*) FROM outbox")
    desk.take(*mails)
    desk.take(*mails, suspects=True)
    assert len(desk.case_ids()) == 5
    assert desk.rows("SELECT count(*) FROM outbox") == before
    assert desk.rows("SELECT count(*) FROM attempts") == [(0,)]


@pytest.mark.feature("CA-05", "triage record ET-n")
@pytest.mark.feature("CA-05", "even if no rule matched")
@pytest.mark.feature("CA-05", "with attachments")
def test_mail_that_no_rule_wants_waits_as_an_open_interaction(desk: Desk) -> None:
    mail = decision("p1", new=(TRIAGE,), attachments=[attachment("photo.jpg")])
    desk.take(mail)
    found = desk.interaction(mail)
    assert (found["id"], found["state"], found["cases"]) == ("ET-1", "open", {})
    ((stored,),) = desk.rows("SELECT decision->'mail'->'attachments'->0->>'name' FROM mails")
    assert stored == "photo.jpg"
    assert [event["what"] for event in desk.events("mailcase.interaction.opened.v1")] == ["opened"]


def test_routed_mail_waits_in_its_queue(desk: Desk) -> None:
    mail = decision("p1", new=(Action(action=ActionKind.ROUTE, rule="claims/vip", queue="desk"),))
    desk.take(mail)
    found = desk.interaction(mail)
    assert (found["state"], found["queue"]) == ("routed", "desk")
    assert [event["queue"] for event in desk.events("mailcase.interaction.routed.v1")] == ["desk"]


@pytest.mark.feature("CA-05", "resolved by itself when an action handled it")
def test_two_creates_by_one_mail_make_two_cases_each_with_its_acknowledgement(desk: Desk) -> None:
    rows = [("a", "claim"), ("b", "order"), ("c", "claim")]
    creates = [Action(action=ActionKind.CREATE_CASE, rule=f"all/{row}", case_type=kind) for row, kind in rows]
    answers = [
        Action(action=ActionKind.AUTOMATIC_REPLY, rule=f"all/{row}", ordinal=1, template="ack") for row, _ in rows
    ]
    mail = decision("p1", new=(*creates, *answers))
    desk.take(mail)
    desk.take(mail, suspects=True)
    assert desk.case_ids() == ["CLM-1", "ORD-1", "CLM-2"]
    asked = desk.events("mailcase.mail.requested.v1")
    assert [one["case"]["id"] for one in asked] == ["CLM-1", "ORD-1", "CLM-2"]
    assert len({one["notification_id"] for one in asked}) == 3
    assert desk.interaction(mail)["state"] == "resolved"
    assert desk.interaction(mail)["cases"] == {"CLM-1": "created", "CLM-2": "created", "ORD-1": "created"}


def test_same_row_creating_twice_makes_two_cases(desk: Desk) -> None:
    creates = [CREATE.model_copy(update={"ordinal": ordinal}) for ordinal in range(2)]
    desk.take(decision("p1", new=creates))
    assert desk.case_ids() == ["CLM-1", "CLM-2"]
    assert len(desk.events("mailcase.case.created.v1")) == 2


@pytest.mark.feature("CA-12", "same bytes stored once per case")
@pytest.mark.feature("CA-02", "attachments to attachments")
def test_same_attachment_is_kept_once_per_case(desk: Desk) -> None:
    photo = attachment("photo.jpg", "pixels")
    again = attachment("copy.jpg", "pixels", part="3")
    desk.take(decision("p1", attachments=[photo, again, attachment("bill.pdf", "text", part="4")]))
    desk.take(decision("r1", references=["p1"], attachments=[photo]))
    assert desk.rows("SELECT case_id, name, seen FROM attachments ORDER BY name") == [
        ("CLM-1", "bill.pdf", 1),
        ("CLM-1", "photo.jpg", 3),
    ]


def test_fields_are_typed_and_what_does_not_fit_stands_in_the_history(desk: Desk) -> None:
    create = CREATE.model_copy(update={"fields": {"amount": "EUR 120", "kind": "stone"}})
    desk.take(decision("p1", new=(create,)))
    assert desk.rows("SELECT fields, missing FROM cases") == [({"amount": "120 EUR"}, ["policy_number"])]
    ((problem,),) = desk.rows("SELECT detail->>'problem' FROM history WHERE what = 'field_refused'")
    assert "kind" in problem
    assert "Water, Fire" in problem


@pytest.mark.feature("CA-04", "listener and rule updating cases")
def test_follow_up_sets_fields_of_its_case(desk: Desk) -> None:
    change = Action(action=ActionKind.SET_FIELDS, rule="claims/number", fields={"policy_number": "P-7", "kind": "fire"})
    desk.take(decision("p1"), decision("r1", references=["p1"], follow_up=(ATTACH, change)))
    assert desk.rows("SELECT fields, missing, version FROM cases") == [
        ({"kind": "Fire", "policy_number": "P-7"}, [], 2)
    ]
    (event,) = desk.events("mailcase.case.updated.v1")
    assert event["changed"] == {"fields": {"kind": "Fire", "policy_number": "P-7"}}
    assert event["rule"] == "claims/number"


@pytest.mark.parametrize(
    "silenced",
    [
        decision("p1", muted=True, mode=Mode.RESYNC),
        decision("p1", kind=ClassKind.LIST),
        decision("p1", kind=ClassKind.AUTO_REPLY),
        decision("p1", envelope_from=""),
        decision("p1", mail={"return_path": "<>"}),
        decision("p1", sender=None),
    ],
    ids=["muted", "list", "auto reply", "null sender", "null return path", "no From"],
)
def test_no_answer_to_muted_mails_machines_and_nobody(desk: Desk, silenced: object) -> None:
    assert isinstance(silenced, type(decision("p1")))
    desk.take(silenced)
    assert desk.case_ids() == ["CLM-1"]
    assert desk.events("mailcase.mail.requested.v1") == []


def test_answer_goes_to_reply_to_and_drops_masked_ids(desk: Desk) -> None:
    masked = "<k3x5aaaaaaaaaaaa.aaaaaaaaaaaaaaaaaaaaaaaaaa.k2*@mail.test.example>"
    references = ("<root@example.org>", masked)
    desk.take(decision("p1", mail={"references": references, "reply_to": ({"address": "office@example.org"},)}))
    (asked,) = desk.events("mailcase.mail.requested.v1")
    assert asked["to"] == ["office@example.org"]
    assert asked["references"] == ["<root@example.org>", "<p1@example.org>"]


def test_template_that_is_gone_stops_no_mail(desk: Desk) -> None:
    gone = ACKNOWLEDGE.model_copy(update={"template": "gone"})
    desk.take(decision("p1", new=(CREATE, gone)))
    assert desk.case_ids() == ["CLM-1"]
    ((reason,),) = desk.rows("SELECT detail->>'reason' FROM history WHERE what = 'answer_not_possible'")
    assert "gone" in reason


def test_ignored_class_is_resolved_and_touches_no_case(desk: Desk) -> None:
    ignore = (Action(action=ActionKind.IGNORE, rule="(class receipt)"),)
    mail = decision("r1", references=["p1"], kind=ClassKind.RECEIPT, new=ignore, follow_up=ignore)
    desk.take(decision("p1"), mail)
    found = desk.interaction(mail)
    assert (found["state"], found["cases"]) == ("resolved", {})


def test_odd_characters_of_a_mail_are_stored(desk: Desk) -> None:
    desk.take(decision("p1", mail={"subject": "nul \x00 and \U0001f600", "new_text": "\x00"}))
    assert desk.rows("SELECT label FROM cases") == [("nul \ufffd and \U0001f600",)]


def test_second_run_of_a_mail_is_kept_as_superseded(desk: Desk) -> None:
    desk.take(decision("p1"), decision("p1", run=1, new=(TRIAGE,)))
    assert desk.case_ids() == ["CLM-1"]
    assert desk.rows("SELECT run, reason FROM superseded") == [
        (1, "the mail was decided before; the first decision stands")
    ]


def test_server_id_with_another_content_is_a_mail_of_its_own(desk: Desk) -> None:
    first = decision("p1")
    second = decision("p2", server_id=first.server_id)
    desk.take(first, second, second.model_copy(update={"mail_id": "third", "content_digest": first.content_digest}))
    assert desk.rows("SELECT mail_id, server_conflict FROM mails ORDER BY taken_at, server_conflict") == [
        (first.mail_id, False),
        (second.mail_id, True),
    ]
    assert desk.rows("SELECT mail_id, same_as FROM superseded") == [("third", first.mail_id)]


@pytest.mark.feature("IN-13", "replies muted for old mails")
def test_mail_found_again_by_a_resync_is_no_new_one(desk: Desk) -> None:
    first = decision("p1")
    again = first.model_copy(update={"mail_id": "other", "server_id": "imap:1:2:3", "mode": Mode.RESYNC, "muted": True})
    desk.take(first)
    desk.take(again)
    assert desk.case_ids() == ["CLM-1"]
    assert desk.rows("SELECT mail_id, reason FROM superseded") == [
        ("other", "the same content, found again by a resync")
    ]
    assert len(desk.events("mailcase.mail.requested.v1")) == 1

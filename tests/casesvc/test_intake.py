"""Intake on PostgreSQL: every mail one interaction, every effect once."""

from __future__ import annotations

import pytest

from schemas.events import ActionKind, ClassKind, LedgerState, Mode
from tests.casesvc.build import (
    ACKNOWLEDGE,
    ATTACH,
    BOB,
    CREATE,
    TRIAGE,
    Action,
    attachment,
    configuration,
    decision,
    signed,
    step,
    tag,
)
from tests.casesvc.conftest import Desk


@pytest.mark.feature("CA-02", "acknowledgement with the case id")
def test_first_mail_creates_a_case_and_asks_for_its_acknowledgement(desk: Desk) -> None:
    mail = decision("p1")
    desk.take(mail)
    assert desk.case_ids() == ["CLM-1"]
    found = desk.interaction(mail)
    assert (found["id"], found["state"], found["cases"]) == ("ET-1", "resolved", {"CLM-1": "created"})
    (asked,) = desk.events("mailcase.mail.requested.v1")
    assert asked["purpose"] == "acknowledgement"
    assert asked["case"]["id"] == "CLM-1"
    assert asked["to"] == ["ann@example.org"]
    assert asked["in_reply_to"] == "<p1@example.org>"
    assert asked["references"] == ["<p1@example.org>"]
    assert asked["data"]["case"]["id"] == "CLM-1"
    assert asked["account"] == "claims"


def test_the_same_decisions_again_change_nothing(desk: Desk) -> None:
    mails = [decision(f"p{number}") for number in range(5)]
    desk.take(*mails)
    before = desk.rows("SELECT count(*) FROM outbox")
    desk.take(*mails)
    desk.take(*mails, suspects=True)
    desk.new_intake().process([])
    assert len(desk.case_ids()) == 5
    assert desk.rows("SELECT count(*) FROM outbox") == before
    assert desk.rows("SELECT count(*) FROM attempts") == [(0,)]

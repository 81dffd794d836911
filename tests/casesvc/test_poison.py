"""What cannot be applied is put aside with a named reason, and the others go on."""

from __future__ import annotations

import hashlib
import threading
from typing import Any

import psycopg
import pytest

from casesvc import intake as intake_module
from casesvc.applying import Applied, apply
from casesvc.intake import Intake, StoppedEarly
from casesvc.service import _until_done
from runtime import metrics
from runtime.clock import ManualClock
from schemas.cloudevents import Record
from schemas.errors import InternalError, ProviderTemporary
from schemas.events import Decision
from tests.casesvc.build import CREATE, configuration, decision, record
from tests.casesvc.conftest import Desk


class Killed(BaseException):
    """Plays the end of the process: nothing catches it, the transaction is gone."""


def failing(name: str, error: BaseException) -> Any:
    def applying(connection: Any, made: Decision, *rest: Any) -> Applied:
        if made.mail.subject == f"About {name}":
            raise error
        return apply(connection, made, *rest)

    return applying


def quarantined(desk: Desk) -> list[tuple[Any, ...]]:
    return desk.rows("SELECT mail_id, reason, kind, state, decision IS NOT NULL FROM quarantine ORDER BY number")


@pytest.mark.feature("OP-07", "nothing is lost")
@pytest.mark.feature("OP-07", "mail")
def test_mail_that_cannot_be_applied_is_put_aside_and_the_others_go_on(desk: Desk) -> None:
    mails = [decision(f"p{number}") for number in range(4)]
    intake = desk.new_intake(applying=failing("p2", ValueError("nobody thought of this")), clock=ManualClock())
    for _ in range(2):
        intake.process([record(mail) for mail in mails])
    assert desk.case_ids() == ["CLM-1", "CLM-2", "CLM-3"] or len(desk.case_ids()) == 3
    assert quarantined(desk) == [(mails[2].mail_id, "intake_failed", "internal", "open", True)]
    (event,) = desk.events("mailcase.mail.quarantined.v1")
    assert (event["stage"], event["attempts"]) == ("casesvc", 3)
    assert "nobody thought of this" in event["detail"]
    assert desk.rows("SELECT what FROM history WHERE mail_id = %s", mails[2].mail_id) == [("quarantined",)]


def test_error_of_the_database_in_one_mail_does_not_spoil_its_batch(desk: Desk) -> None:
    def applying(connection: Any, made: Decision, *rest: Any) -> Applied:
        if made.mail.subject == "About p1":
            connection.execute("SELECT 1 / 0")
        return apply(connection, made, *rest)

    intake = desk.new_intake(applying=applying, clock=ManualClock())
    intake.process([record(decision(f"p{number}")) for number in range(3)])
    assert len(desk.case_ids()) == 2
    assert [row[1] for row in quarantined(desk)] == ["intake_failed"]


def test_released_mail_is_decided_again_and_closes_its_entry(desk: Desk) -> None:
    mail = decision("p1")
    desk.new_intake(applying=failing("p1", ValueError("x")), clock=ManualClock()).process([record(mail)])
    desk.take(mail)
    assert desk.case_ids() == []
    desk.take(decision("p1", run=1))
    assert desk.case_ids() == ["CLM-1"]
    assert [row[3] for row in quarantined(desk)] == ["closed"]


def test_mail_that_kills_three_processes_is_put_aside_and_no_other_one(desk: Desk) -> None:
    mails = [decision(f"p{number}") for number in range(4)]
    records = [record(mail) for mail in mails]
    for _ in range(3):
        with pytest.raises(Killed):
            desk.new_intake(applying=failing("p2", Killed())).process(records, suspects=True)
    desk.new_intake(applying=failing("p2", Killed())).process(records, suspects=True)
    assert quarantined(desk) == [(mails[2].mail_id, "crashed_casesvc", "message", "open", True)]
    assert len(desk.case_ids()) == 3
    assert desk.rows("SELECT count(*) FROM attempts") == [(0,)]


def test_own_retries_of_a_suspect_are_no_crashes(desk: Desk) -> None:
    mail = record(decision("p1"))
    intake = desk.new_intake(applying=failing("p1", Killed()))
    for _ in range(6):
        with pytest.raises(Killed):
            intake.process([mail], suspects=True)
    desk.new_intake().process([mail], suspects=True)
    assert desk.case_ids() == ["CLM-1"]


def test_unknown_case_type_waits_for_the_configuration(desk: Desk) -> None:
    desk.configuration = configuration(case_types=["claim"])
    order = decision("o1", new=(CREATE.model_copy(update={"case_type": "order"}),))
    intake = desk.new_intake(wait_for_case_type=10.0)
    worker = threading.Thread(target=intake.process, args=([record(decision("p1")), record(order)],))
    worker.start()
    worker.join(0.4)
    assert worker.is_alive()
    desk.configuration = configuration()
    worker.join(5)
    assert not worker.is_alive()
    assert sorted(desk.case_ids()) == ["CLM-1", "ORD-1"] or sorted(desk.case_ids())[1] == "ORD-1"
    assert quarantined(desk) == []


def test_unknown_case_type_is_waited_for_once_then_put_aside(desk: Desk) -> None:
    clock = ManualClock()
    mails = [
        decision(name, new=(CREATE.model_copy(update={"case_type": "gone"}),)) for name in ("o1", "o2")
    ]  # fmt: skip
    intake = desk.new_intake(wait_for_case_type=30.0, clock=clock)
    intake.process([record(mails[0])])
    waited = clock.monotonic()
    assert 30 <= waited < 32
    intake.process([record(mails[1]), record(decision("p1"))])
    assert clock.monotonic() == waited
    assert [row[:3] for row in quarantined(desk)] == [(mail.mail_id, "case_type_missing", "policy") for mail in mails]
    assert len(desk.case_ids()) == 1


def test_stop_while_waiting_leaves_the_mail_for_the_next_start(desk: Desk) -> None:
    stop = threading.Event()
    intake = desk.new_intake(wait_for_case_type=30.0, stop=stop)
    threading.Timer(0.2, stop.set).start()
    with pytest.raises(StoppedEarly):
        intake.process([record(decision("o1", new=(CREATE.model_copy(update={"case_type": "gone"}),)))])
    assert quarantined(desk) == []
    assert desk.rows("SELECT count(*) FROM inbox") == [(0,)]


def test_processes_that_are_stopped_in_order_make_no_mail_a_suspect(desk: Desk) -> None:
    """A rollout while a case type is awaited: each process has the mail in hand, and none has died of it."""
    mail = decision("o1", new=(CREATE.model_copy(update={"case_type": "gone"}),))
    for _ in range(5):
        stop = threading.Event()
        intake = desk.new_intake(wait_for_case_type=30.0, stop=stop)
        threading.Timer(0.05, stop.set).start()
        with pytest.raises(StoppedEarly):
            intake.process([record(mail), record(decision("p1"))], suspects=True)
    assert (quarantined(desk), desk.rows("SELECT count(*) FROM attempts")) == ([], [(0,)])
    desk.new_intake(wait_for_case_type=0.0).process([record(mail)], suspects=True)
    assert [row[1] for row in quarantined(desk)] == ["case_type_missing"]


def test_stopped_process_leaves_the_suspicion_that_it_found(desk: Desk) -> None:
    mail = decision("o1", new=(CREATE.model_copy(update={"case_type": "gone"}),))
    with pytest.raises(Killed):
        desk.new_intake(applying=failing("o1", Killed())).process([record(mail)], suspects=True)
    stop = threading.Event()
    threading.Timer(0.05, stop.set).start()
    with pytest.raises(StoppedEarly):
        desk.new_intake(wait_for_case_type=30.0, stop=stop).process([record(mail)], suspects=True)
    assert desk.rows("SELECT count, owner FROM attempts") == [(1, "")]


def test_mail_that_no_index_can_hold_is_put_aside_and_the_others_go_on(desk: Desk) -> None:
    """The server calls it an operational error, like being away; waiting for it to pass would be for ever."""
    huge = "".join(hashlib.sha256(str(number).encode()).hexdigest() for number in range(300))
    odd = decision("p1", server_id=f"pop3:{huge}")
    desk.new_intake(clock=ManualClock()).process([record(odd), record(decision("p2"))])
    assert len(desk.case_ids()) == 1
    assert [row[:2] for row in quarantined(desk)] == [(odd.mail_id, "intake_failed")]


def test_mail_after_mail_failing_stops_intake(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_module, "MAX_INTERNAL", 3)

    def applying(*_: Any) -> Applied:
        raise ValueError("all is lost")

    intake = desk.new_intake(applying=applying, clock=ManualClock())
    with pytest.raises(InternalError, match="3 mails in a row"):
        intake.process([record(decision(f"p{number}")) for number in range(5)])
    assert len(quarantined(desk)) == 3


def test_records_that_are_no_decisions_are_counted_and_named(desk: Desk) -> None:
    good = record(decision("p1"))
    before = metrics.EVENTS_UNREADABLE.value(topic="mail.decisions", reason="unreadable")
    broken = Record(good.topic, good.key, b'{"mail_id": 1}', good.headers, 0, 7)
    foreign = Record(good.topic, b"k\0", b"{}", (("ce_subject", b"a\0" + b"b" * 5000), ("ce_id", b"\0")), 0, 8)
    desk.intake.process([Record(good.topic, b"k", None), Record(good.topic, b"k", b"{}"), broken, foreign, good])
    assert metrics.EVENTS_UNREADABLE.value(topic="mail.decisions", reason="unreadable") == before + 3
    assert desk.case_ids() == ["CLM-1"]
    assert [row[1] for row in quarantined(desk)] == ["intake_failed"] * 3


@pytest.mark.feature("CA-07", "immutable history of a case")
@pytest.mark.parametrize("statement", ["UPDATE history SET what = 'x'", "DELETE FROM history", "TRUNCATE history"])
def test_history_is_immutable(desk: Desk, plain: psycopg.Connection[Any], statement: str) -> None:
    desk.take(decision("p1"))
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation, match="history is immutable"):
        plain.execute(statement.encode())
    assert [row[0] for row in desk.rows("SELECT what FROM history WHERE case_id = 'CLM-1' ORDER BY number")] == [
        "created",
        "stage_entered",
        "mail_attached",
        "mail_requested",
    ]


def test_two_intakes_at_once_do_everything_once(desk: Desk) -> None:
    mails = [decision("p0")] + [
        decision(f"r{number}", references=["p0", f"r{number - 1}"] if number else ["p0"]) for number in range(30)
    ]
    records = [record(mail) for mail in mails]
    failures: list[BaseException] = []

    def work(intake: Intake, batches: list[list[Record]]) -> None:
        try:
            for batch in batches:
                intake.process(batch)
        except BaseException as error:
            failures.append(error)

    batches = [records[start : start + 5] for start in range(0, len(records), 5)]
    threads = [
        threading.Thread(target=work, args=(desk.new_intake(), order))
        for order in (batches, batches[::-1], batches[3:] + batches[:3])
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert failures == []
    assert len(desk.case_ids()) == 1
    assert desk.rows("SELECT count(*), count(DISTINCT mail_id) FROM interactions") == [(31, 31)]
    assert desk.rows("SELECT count(*) FROM interaction_cases") == [(31,)]
    assert len(desk.events("mailcase.mail.requested.v1")) == 1


@pytest.mark.parametrize("suspects", [False, True])
def test_database_that_goes_away_in_the_middle_loses_and_repeats_nothing(
    desk: Desk, plain: psycopg.Connection[Any], suspects: bool
) -> None:
    cut = threading.Event()

    def applying(connection: Any, made: Decision, *rest: Any) -> Applied:
        applied = apply(connection, made, *rest)
        if made.mail.subject == "About p2" and not cut.is_set():
            cut.set()
            plain.execute("SELECT pg_terminate_backend(%s)", [connection.info.backend_pid])
        return applied

    records = [record(decision(f"p{number}")) for number in range(4)]
    intake = desk.new_intake(applying=applying)
    with pytest.raises(ProviderTemporary):
        intake.process(records, suspects=suspects)
    intake.process(records, suspects=suspects)
    assert len(desk.case_ids()) == 4
    assert len(desk.events("mailcase.case.created.v1")) == 4
    assert quarantined(desk) == []
    assert desk.rows("SELECT count(*) FROM attempts") == [(0,)]


def test_work_is_tried_until_the_database_is_back_or_the_service_stops() -> None:
    tries: list[int] = []

    def take() -> None:
        tries.append(1)
        if len(tries) < 3:
            raise ProviderTemporary("away")

    _until_done(take, threading.Event())
    assert len(tries) == 3
    stop = threading.Event()
    stop.set()
    tries.clear()
    with pytest.raises(StoppedEarly):
        _until_done(take, stop)


def test_frozen_process_does_not_keep_its_mails_from_the_others(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake_module, "FROZEN", 0.5)
    records = [record(decision(f"p{number}")) for number in range(3)]
    frozen, woken = threading.Event(), threading.Event()

    def freezing(connection: Any, made: Decision, *rest: Any) -> Applied:
        frozen.set()
        woken.wait(20)
        return apply(connection, made, *rest)

    # Its batch fails as if the database were away; taken again, every mail is found done.
    intake = desk.new_intake(applying=freezing)
    zombie = threading.Thread(target=lambda: _until_done(lambda: intake.process(records), threading.Event()))
    zombie.start()
    assert frozen.wait(10)
    desk.new_intake().process(records)
    assert len(desk.case_ids()) == 3
    woken.set()
    zombie.join(10)
    assert not zombie.is_alive()
    assert len(desk.case_ids()) == 3
    assert quarantined(desk) == []
    assert len(desk.events("mailcase.mail.requested.v1")) == 3

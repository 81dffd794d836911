"""What comes back about a mail, what people tell it, and records that cannot be taken, on the real PostgreSQL."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import psycopg
import pytest

from notifier.commands import apply_command
from notifier.intake import Intake
from notifier.ledger import Ledger
from notifier.records import Entry, entries_of
from notifier.sender import Outcome
from notifier.store import Store
from schemas.cloudevents import encode
from schemas.events import LedgerState, MailRequested, OutcomeReported, PipelineCommand, RecipientState
from schemas.events.commands import CommandTarget
from schemas.ids import notification_id, recipient_digest
from tests.notifier.base import event_of, mail_requested, policy, row
from tests.notifier.steps import ID, NOW, answer, begin, claim, outbox, queue, settle, yes


def reported(outcome: str, notification: str, kind: str = "hard") -> OutcomeReported:
    return OutcomeReported.model_validate(
        {
            "notification_id": notification,
            "mail_id": "mail-9",
            "outcome": outcome,
            "recipient_digest": recipient_digest("ann1@customers.example"),
            "status": "5.1.1",
            "smtp_code": "550",
            "reason": "no such user",
            "kind": kind,
        }
    )


def report(store: Store, outcome: OutcomeReported, identity: str = "one") -> None:
    kind = "mailcase.mail.outcome_reported.v1"
    Intake(store).process([encode(event_of(outcome, kind, datetime.now(UTC), identity=identity))])


def handed_over(store: Store) -> str:
    (notification,) = queue(store, mail_requested())
    (entry,) = claim(store)
    settle(store, begin(store, entry), yes())
    return notification


@pytest.mark.parametrize("outcome", ["delivered", "bounced", "complained"])
def test_outcome_moves_the_mail_once(store: Store, outcome: str) -> None:
    notification = handed_over(store)
    for _ in range(3):
        report(store, reported(outcome, notification))
    entry = row(store, notification)
    assert (entry.state.value, entry.step) == (outcome, 5)
    if outcome == "bounced":
        assert entry.recipients[0].state is RecipientState.BOUNCED
        assert entry.response == "5.1.1 550 no such user"


def test_delay_changes_no_state(store: Store) -> None:
    notification = handed_over(store)
    report(store, reported("delayed", notification))
    assert row(store, notification).state is LedgerState.HANDED_OVER


def test_bounce_after_delivery_is_shown_on_the_recipient(store: Store) -> None:
    notification = handed_over(store)
    report(store, reported("delivered", notification), "first")
    report(store, reported("bounced", notification), "second")
    entry = row(store, notification)
    assert (entry.state, entry.recipients[0].state) == (LedgerState.DELIVERED, RecipientState.BOUNCED)


def test_bounce_that_is_quicker_than_our_note_waits_for_it(store: Store) -> None:
    (notification,) = queue(store, mail_requested())
    (entry,) = claim(store)
    begun = begin(store, entry)
    report(store, reported("bounced", notification))
    assert row(store, notification).state is LedgerState.TRANSMITTING
    settle(store, begun, yes())
    assert row(store, notification).state is LedgerState.BOUNCED


@pytest.mark.parametrize("outcome", ["bounced", "delivered"])
def test_report_about_an_unknown_mail_ends_the_doubt(store: Store, outcome: str) -> None:
    (notification,) = queue(store, mail_requested())
    (entry,) = claim(store)
    settle(store, begin(store, entry), answer(Outcome.UNKNOWN))
    report(store, reported(outcome, notification))
    assert row(store, notification).state.value == outcome


def command(what: str, notification: str, identity: str = "c1") -> PipelineCommand:
    return PipelineCommand.model_validate(
        {
            "command_id": identity,
            "what": what,
            "target": CommandTarget(notification_id=notification),
            "service": "notifier",
            "by": "operator@acme.example",
            "at": datetime.now(UTC),
        }
    )


def obey(store: Store, what: str, notification: str, identity: str = "c1") -> bool:
    with store.unit() as unit:
        return apply_command(unit, command(what, notification, identity))


@pytest.mark.feature("OU-05", "hold")
@pytest.mark.feature("OU-05", "cancel")
def test_person_holds_releases_and_cancels(store: Store) -> None:
    (notification,) = queue(store, mail_requested())
    assert obey(store, "hold", notification)
    assert claim(store) == []
    assert not obey(store, "hold", notification), "the same command again"
    assert obey(store, "release", notification, "c2")
    assert len(claim(store)) == 1
    assert not obey(store, "cancel", notification, "c3"), "it is being sent"
    (other,) = queue(store, mail_requested(2))
    assert obey(store, "cancel", other, "c4")
    assert row(store, other).state is LedgerState.CANCELLED


@pytest.mark.feature("OU-05", "resend")
def test_resend_is_a_new_mail_that_names_the_old_one(store: Store) -> None:
    notification = handed_over(store)
    assert obey(store, "resend", notification)
    (entry,) = claim(store)
    assert entry.notification_id == notification_id("c1", "acknowledgement", "resend")
    assert entry.request.resend_of == notification
    assert row(store, notification).state is LedgerState.HANDED_OVER


def test_person_confirms_that_a_held_mail_was_sent(store: Store) -> None:
    (notification,) = queue(store, mail_requested())
    obey(store, "hold", notification)
    assert obey(store, "confirm_sent", notification, "c2")
    assert not obey(store, "release", notification, "c3")
    assert row(store, notification).state is LedgerState.CONFIRMED_SENT


@pytest.mark.feature("OU-05", "immutable but for erasure")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_steps SET state = 'queued'",
        "DELETE FROM ledger_steps",
        "TRUNCATE ledger_steps",
        "UPDATE ledger SET state = 'queued'",
        "DELETE FROM ledger",
    ],
)
def test_database_itself_refuses_to_rewrite_what_was_sent(store: Store, statement: str) -> None:
    handed_over(store)
    with pytest.raises(psycopg.errors.IntegrityConstraintViolation), store.database.transaction() as connection:
        connection.execute(statement)


def test_bad_records_hold_up_nobody(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:

    def fails(request: MailRequested, at: datetime) -> list[Entry]:
        if request.mail_id == "mail-2":
            raise ZeroDivisionError
        return entries_of(request, at)

    monkeypatch.setattr("notifier.intake.entries_of", fails)
    kind = "mailcase.mail.requested.v1"
    good = [encode(event_of(mail_requested(number), kind, datetime.now(UTC))) for number in (1, 2, 3)]
    unreadable = replace(good[0], value=b"{")
    unknown = replace(good[0], headers=tuple((n, b"x.y.v9" if n == "ce_type" else v) for n, v in good[0].headers))
    Intake(store).process([unreadable, unknown, *good])
    assert sorted(entry.request.mail_id or "" for entry in claim(store)) == ["mail-1", "mail-3"]
    with store.database.transaction() as connection:
        found = connection.execute("SELECT key FROM outbox WHERE topic = 'mail.quarantine' ORDER BY id").fetchall()
    assert found == [("case.events[None]@None",), ("mail-2",)]


def test_mail_that_this_release_cannot_read_is_shown_once_under_its_mail(store: Store) -> None:
    """A newer case service asks for something that this notifier does not know yet."""
    kind = "mailcase.mail.requested.v1"
    plain = encode(event_of(mail_requested(1), kind, datetime.now(UTC)))
    newer = replace(plain, value=(plain.value or b"").replace(b'"acknowledgement"', b'"song"'), partition=3, offset=7)
    other = replace(
        newer, headers=tuple((n, b"mailcase.case.created.v1" if n == "ce_type" else v) for n, v in newer.headers)
    )
    for _ in range(2):
        assert Intake(store).process([newer, other]) == 0
    with store.database.transaction() as connection:
        rows = connection.execute("SELECT key, convert_from(value, 'utf8')::jsonb FROM outbox").fetchall()
    ((key, entry),) = rows
    assert (key, entry["stage"], entry["reason"]) == ("mail-1", "notifier", "notifier_failed")
    assert "purpose" in entry["detail"]


def test_nul_in_data_is_taken_out(store: Store) -> None:
    request = mail_requested(1, data={"mail": {"subject": "a\0b", "list": ["\0"]}})
    Intake(store).process([encode(event_of(request, "mailcase.mail.requested.v1", datetime.now(UTC)))])
    (entry,) = claim(store)
    assert entry.request.data == {"mail": {"subject": "ab", "list": [""]}}


def test_many_settle_and_report_at_once_without_deadlock(store: Store) -> None:
    queue(store, *(mail_requested(number, case=None, interaction="ET-1") for number in range(20)))
    stop = threading.Event()
    with ThreadPoolExecutor(3) as pool:

        def work(owner: str) -> int:
            done = 0
            ledger = Ledger(store, owner, NOW)
            while not stop.is_set():
                claimed = ledger.claim(policy(automatic_per_recipient=10_000), lambda _: 5, 5)
                if not claimed:
                    return done
                for entry in claimed:
                    begun = ledger.begin(entry, ID)
                    assert begun is not None
                    address = entry.recipients[0].address.partition("@")[0]
                    assert ledger.settle(begun, yes(address), "office/x:25") is not None
                    done += 1
            return done

        assert sum(pool.map(work, ["a", "b", "c"])) == 20
    assert [sequence for _, sequence in outbox(store)] == sorted(sequence for _, sequence in outbox(store))

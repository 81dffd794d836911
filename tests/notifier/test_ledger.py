"""The ledger on the real PostgreSQL: claims, leases, doubt, partial acceptance, limits."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from notifier.backoff import Backoff
from notifier.intake import Intake
from notifier.ledger import Ledger
from notifier.sender import Outcome, Stage
from notifier.store import Store
from schemas.cloudevents import encode
from schemas.events import LedgerState, Purpose, RecipientState
from tests.notifier.base import causes, event_of, mail_requested, policy, row
from tests.notifier.steps import ID, NOW, SOON_OVER, answer, begin, claim, keeper, outbox, queue, settle, yes


@pytest.mark.feature("OU-05", "one hand-over per notification")
def test_hand_over_goes_through_the_states_and_each_step_is_an_event(store: Store) -> None:
    (notification,) = queue(store, mail_requested())
    (entry,) = claim(store)
    settled = settle(store, begin(store, entry), yes())
    assert settled is not None
    assert settled.state is LedgerState.HANDED_OVER
    assert causes(store, notification) == [
        ("requested", "queued"),
        ("claim", "claimed"),
        ("data", "transmitting"),
        ("accepted", "handed_over"),
    ]
    states = ["queued", "claimed", "transmitting", "handed_over"]
    assert outbox(store) == [(f"mailcase.outbound.{state}.v1", number) for number, state in enumerate(states, 1)]
    assert claim(store) == []


def test_same_request_twice_is_one_mail(store: Store) -> None:
    intake = Intake(store)
    record = encode(event_of(mail_requested(), "mailcase.mail.requested.v1", datetime.now(UTC)))
    intake.process([record, record])
    intake.process([record])
    assert len(claim(store)) == 1


def test_two_claimers_never_get_the_same_mail(store: Store) -> None:
    queue(store, *(mail_requested(number) for number in range(40)))
    with ThreadPoolExecutor(3) as pool:
        claimed = [
            entry.notification_id
            for found in pool.map(lambda owner: claim(store, owner=owner), ["a", "b", "c"])
            for entry in found
        ]
    claimed += [entry.notification_id for entry in claim(store)]
    claimed += [entry.notification_id for entry in claim(store)]
    claimed += [entry.notification_id for entry in claim(store)]
    assert len(claimed) == len(set(claimed)) == 40


def test_account_gets_no_more_claims_than_it_has_room_for(store: Store) -> None:
    queue(store, *(mail_requested(number) for number in range(5)))
    queue(store, mail_requested(9, account="other"))
    claimed = Ledger(store, "a", NOW).claim(policy(), lambda account: 2 if account == "office" else 1, 10)
    assert sorted(entry.request.account for entry in claimed) == ["office", "office", "other"]


def test_lease_that_ends_before_data_queues_again(store: Store) -> None:
    (notification,) = queue(store, mail_requested())
    (dead,) = claim(store, SOON_OVER)
    keeper(store).sweep()
    assert row(store, notification).state is LedgerState.QUEUED
    (again,) = claim(store)
    assert again.attempt == 2
    assert Ledger(store, "a", NOW).begin(dead, ID) is None, "the first sender woke up: it may not send"
    assert Ledger(store, "a", NOW).begin(again, ID) is not None


def test_renewed_lease_is_left_alone(store: Store) -> None:
    (notification,) = queue(store, mail_requested())
    claim(store, SOON_OVER)
    assert Ledger(store, "a", NOW).renew([notification]) == 1
    assert Ledger(store, "b", NOW).renew([notification]) == 0
    keeper(store).sweep()
    assert row(store, notification).state is LedgerState.CLAIMED


@pytest.mark.feature("OU-05", "unknown shown with its facts")
def test_lease_that_ends_after_data_is_unknown_and_then_held(store: Store) -> None:
    (notification,) = queue(store, mail_requested())
    (entry,) = claim(store)
    begin(store, entry, SOON_OVER)
    keeper(store, replace(NOW, unknown_grace=60)).sweep()
    doubtful = row(store, notification)
    assert (doubtful.state, doubtful.reason) == (LedgerState.UNKNOWN, "sender_died_while_transmitting")
    keeper(store).sweep()
    held = row(store, notification)
    assert (held.state, held.reason) == (LedgerState.HELD, "unknown:sender_died_while_transmitting")
    assert claim(store) == []


def test_connection_lost_after_data_is_unknown(store: Store) -> None:
    queue(store, mail_requested())
    (entry,) = claim(store)
    settled = settle(store, begin(store, entry), answer(Outcome.UNKNOWN, response="connection lost"))
    assert settled is not None
    assert (settled.state, settled.reason) == (LedgerState.UNKNOWN, "no_answer_after_data")
    assert settled.message_id == ID


def test_policy_of_the_purpose_retries_unknown_once_with_the_same_message_id(store: Store) -> None:
    (notification,) = queue(store, mail_requested())
    retry: dict[str, Any] = {"when_unknown": {"acknowledgement": "retry_same_message_id"}}
    (entry,) = claim(store)
    settle(store, begin(store, entry), answer(Outcome.UNKNOWN))
    keeper(store, **retry).sweep()
    (again,) = claim(store)
    assert again.message_id == ID
    second = Ledger(store, "a", NOW).begin(again, "<another@id.example>")
    assert second is not None
    assert second.message_id == ID
    settle(store, second, answer(Outcome.UNKNOWN))
    keeper(store, **retry).sweep()
    assert row(store, notification).state is LedgerState.HELD


@pytest.mark.parametrize("held", [False, True])
def test_late_yes_of_the_same_attempt_counts(store: Store, held: bool) -> None:
    (notification,) = queue(store, mail_requested())
    (entry,) = claim(store)
    begun = begin(store, entry, SOON_OVER)
    keeper(store, NOW if held else replace(NOW, unknown_grace=60)).sweep()
    settled = settle(store, begun, yes())
    assert settled is not None
    assert (settled.state, settled.reason) == (LedgerState.HANDED_OVER, "late_yes")
    assert row(store, notification).recipients[0].state is RecipientState.ACCEPTED


def test_late_yes_stops_the_retry_that_is_under_way(store: Store) -> None:
    (notification,) = queue(store, mail_requested())
    (entry,) = claim(store)
    begun = begin(store, entry, SOON_OVER)
    keeper(store, when_unknown={"acknowledgement": "retry_same_message_id"}).sweep()
    (again,) = claim(store, SOON_OVER, owner="b")
    settle(store, begun, yes())
    assert Ledger(store, "b", NOW).begin(again, ID) is None
    keeper(store).sweep()
    assert claim(store) == []
    assert row(store, notification).reason == "accepted_in_an_earlier_attempt"


def test_recipient_accepted_once_is_never_sent_to_again(store: Store) -> None:
    people = [f"{name}@customers.example" for name in ("ann", "bob", "eve")]
    (notification,) = queue(store, mail_requested(1, *people))
    (entry,) = claim(store)
    partly = answer(
        Outcome.ACCEPTED, ann=RecipientState.ACCEPTED, bob=RecipientState.DEFERRED, eve=RecipientState.REFUSED
    )
    settled = settle(store, begin(store, entry), partly)
    assert settled is not None
    assert (settled.state, settled.reason) == (LedgerState.DEFERRED, "accepted_for_1_of_3")
    (again,) = claim(store)
    assert [recipient.address for recipient in again.open_recipients] == ["bob@customers.example"]
    done = settle(store, begin(store, again), yes("bob"))
    assert done is not None
    assert (done.state, done.reason) == (LedgerState.HANDED_OVER, "refused_for_1_of_3")
    assert [one.state.value for one in row(store, notification).recipients] == ["accepted", "accepted", "refused"]


@pytest.mark.feature("OU-05", "retry with back-off per destination")
def test_server_that_cannot_be_reached_makes_all_its_mails_wait(store: Store) -> None:
    queue(store, mail_requested(1), mail_requested(2))
    there = policy().destinations["office"]
    (first, _) = claim(store)
    settled = settle(store, first, answer(Outcome.TEMPORARY, Stage.CONNECT, "no answer"), there)
    assert settled is not None
    assert settled.state is LedgerState.DEFERRED
    queue(store, mail_requested(3), mail_requested(4, account="other"))
    assert [entry.request.account for entry in claim(store)] == ["other"]
    moved = replace(policy(), destinations={"office": "office/new.example:25"})
    assert [entry.request.account for entry in claim(store, rules=moved)] == ["office"]


def test_temporary_refusal_of_one_mail_makes_that_one_wait_alone(store: Store) -> None:
    (notification, _) = queue(store, mail_requested(1), mail_requested(2))
    waits = replace(NOW, mail_backoff=Backoff(60, 60))
    (entry, other) = sorted(claim(store), key=lambda one: one.notification_id != notification)
    Ledger(store, "a", waits).settle(
        entry, answer(Outcome.TEMPORARY, Stage.RCPT, "450 later"), "office/mail.example:25"
    )
    settle(store, begin(store, other), yes("ann2"), "office/mail.example:25")
    queue(store, mail_requested(3))
    assert [one.request.mail_id for one in claim(store)] == ["mail-3"]


def test_refusal_for_good_is_failed_and_final(store: Store) -> None:
    queue(store, mail_requested())
    (entry,) = claim(store)
    settled = settle(store, entry, answer(Outcome.PERMANENT, Stage.RCPT, "550 nobody", ann1=RecipientState.REFUSED))
    assert settled is not None
    assert (settled.state, settled.reason, settled.response) == (LedgerState.FAILED, "rcpt_refused", "550 nobody")
    assert claim(store) == []


@pytest.mark.feature("ACC-09", "block_all_outbound")
def test_blocked_mail_is_suppressed_with_its_reason(store: Store) -> None:
    (notification,) = queue(store, mail_requested())
    assert claim(store, rules=policy(block_all_outbound=True)) == []
    suppressed = row(store, notification)
    assert (suppressed.state, suppressed.reason) == (LedgerState.SUPPRESSED, "outbound_blocked")


@pytest.mark.feature("OU-07", "limit per peer and time")
def test_limit_per_recipient_counts_over_all_mails_and_replicas(store: Store) -> None:
    rules = policy(automatic_per_recipient=3)
    queue(store, *(mail_requested(number, "ann@customers.example") for number in range(5)))
    assert len(claim(store, rules=rules)) == 3
    queue(store, mail_requested(7, "Ann@Customers.example"), mail_requested(8, "bob@customers.example"))
    assert [entry.request.mail_id for entry in claim(store, rules=rules)] == ["mail-8"]
    by_hand = mail_requested(9, "ann@customers.example", purpose=Purpose.STEP, auto_submitted="no")
    queue(store, by_hand)
    assert len(claim(store, rules=rules)) == 1


def test_retry_is_not_stopped_by_its_own_count(store: Store) -> None:
    queue(store, mail_requested())
    rules = policy(automatic_per_recipient=1)
    for _ in range(3):
        (entry,) = claim(store, rules=rules)
        settle(store, entry, answer(Outcome.TEMPORARY, Stage.RCPT, "450 later"))


def test_mail_that_could_not_be_sent_in_time_expires(store: Store) -> None:
    past = datetime.now(UTC) - timedelta(seconds=1)
    (first, second) = queue(
        store, mail_requested(1, expires_at=past), mail_requested(2, expires_at=past, account="gone")
    )
    keeper(store).sweep()
    assert {row(store, one).state for one in (first, second)} == {LedgerState.EXPIRED}


def test_mail_for_later_waits(store: Store) -> None:
    queue(store, mail_requested(1, not_before=datetime.now(UTC) + timedelta(hours=1)))
    assert claim(store) == []


def test_one_mail_each_gets_ids_of_their_own(store: Store) -> None:
    request = mail_requested(1, "a@customers.example", "b@customers.example", cc=("c@customers.example",), common=False)
    ids = queue(store, request)
    assert ids[0] == request.notification_id
    assert len(set(ids)) == 2
    assert [[one.address[0] for one in row(store, each).recipients] for each in ids] == [["a", "c"], ["b"]]

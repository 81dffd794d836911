"""The ledger's table: exactly the contract's edges, and no way from handed over back to sending."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.states import EDGES, SENDING, SETTLED, Cause, follow, reachable
from schemas.events import LedgerState

CONTRACT = {
    "queued": {"claimed", "held", "cancelled", "expired", "suppressed"},
    "claimed": {"queued", "deferred", "failed", "transmitting"},
    "transmitting": {"handed_over", "deferred", "failed", "unknown"},
    "deferred": {"queued", "held", "cancelled", "expired"},
    "unknown": {"held", "queued", "handed_over", "bounced"},
    "held": {"queued", "cancelled", "confirmed_sent", "handed_over", "bounced"},
    "handed_over": {"delivered", "bounced", "complained"},
    "confirmed_sent": {"delivered", "bounced", "complained"},
}


@pytest.mark.feature("OU-05", "states as in the contract")
def test_table_has_the_edges_of_the_contract_and_no_other() -> None:
    built: dict[str, set[str]] = {}
    for (state, _), edge in EDGES.items():
        built.setdefault(state.value, set()).add(edge.to.value)
    assert built == CONTRACT


@pytest.mark.feature("OU-05", "one hand-over per notification")
@pytest.mark.parametrize("state", sorted(SETTLED))
def test_no_way_leads_from_handed_over_back_to_sending(state: LedgerState) -> None:
    assert not reachable(state) & (SENDING | {LedgerState.UNKNOWN, LedgerState.HELD})


@given(st.lists(st.sampled_from(list(Cause)), max_size=60))
def test_whatever_happens_a_mail_is_handed_over_once(causes: list[Cause]) -> None:
    state, handed_over = LedgerState.QUEUED, 0
    for cause in causes:
        edge = follow(state, cause)
        if edge is None:
            continue
        state = edge.to
        handed_over += state is LedgerState.HANDED_OVER
    assert handed_over <= 1


def test_only_a_lease_that_ended_before_data_queues_again_by_itself() -> None:
    assert follow(LedgerState.CLAIMED, Cause.LEASE_ENDED).to is LedgerState.QUEUED  # type: ignore[union-attr]
    assert follow(LedgerState.TRANSMITTING, Cause.LEASE_ENDED).to is LedgerState.UNKNOWN  # type: ignore[union-attr]
    into_queued = {(state, cause) for (state, cause), edge in EDGES.items() if edge.to is LedgerState.QUEUED}
    assert into_queued == {
        (LedgerState.CLAIMED, Cause.LEASE_ENDED),
        (LedgerState.DEFERRED, Cause.DUE),
        (LedgerState.UNKNOWN, Cause.RETRY),
        (LedgerState.HELD, Cause.RELEASE),
    }


def test_every_state_can_be_reached() -> None:
    assert reachable(LedgerState.QUEUED) | {LedgerState.QUEUED} == set(LedgerState)

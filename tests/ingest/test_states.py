"""The table of mailbox states and its back-off."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.states import (
    BACK_OFF,
    BLACK_OUT_ERRORS,
    TABLE,
    MailboxEvent,
    Standing,
    classify_error,
    step,
)
from schemas.errors import (
    InternalError,
    ProviderAuth,
    ProviderPermanent,
    ProviderTemporary,
    ProviderThrottled,
)
from schemas.events.mailbox import MailboxState

S, E = MailboxState, MailboxEvent


@pytest.mark.feature("IN-08", "states with reasons")
def test_the_ordinary_life_of_a_mailbox() -> None:
    standing, seen = Standing(), []
    for event in (E.START, E.CONNECTED, E.NEWS, E.DONE, E.STOP):
        standing = step(standing, event)
        seen.append(standing.state.value)
    assert seen == ["connecting", "idle", "fetching", "idle", "stopped"]


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (ProviderAuth("no"), S.AUTH_FAILED),
        (ProviderTemporary("away"), S.UNREACHABLE),
        (ProviderThrottled("slow", 90), S.THROTTLED),
        (ProviderPermanent("no such folder"), S.FAILING),
        (RuntimeError("bug"), S.FAILING),
        (OSError("disk"), S.UNREACHABLE),
    ],
)
def test_each_error_has_its_state_and_keeps_its_reason(error: Exception, state: MailboxState) -> None:
    event, retry_after = classify_error(error)
    standing = step(Standing(S.CONNECTING), event, reason=str(error), retry_after=retry_after)
    assert standing.state is state
    assert standing.reason == str(error)
    assert standing.wait is not None
    assert standing.wait >= (retry_after or 0)


@pytest.mark.feature("IN-08", "exponential back-off with jitter")
@given(st.integers(1, 500), st.floats(0, 0.999), st.sampled_from(sorted(BACK_OFF)))
def test_back_off_doubles_up_to_its_ceiling_and_is_spread(errors: int, chance: float, state: MailboxState) -> None:
    back_off = BACK_OFF[state]
    wait = back_off.seconds(errors, chance)
    whole = min(back_off.ceiling, back_off.first * 2 ** min(errors - 1, 40))
    assert whole / 2 <= wait <= whole


@pytest.mark.feature("IN-08", "black-out after repeated errors")
def test_black_out_after_many_errors_in_a_row_and_success_forgives() -> None:
    standing = step(Standing(), E.START)
    for _ in range(BLACK_OUT_ERRORS):
        standing = step(standing, E.UNREACHABLE, reason="away")
        standing = step(standing, E.RETRY) if standing.errors < BLACK_OUT_ERRORS else standing
    assert standing.wait is not None
    assert standing.wait >= 450
    assert "black-out" in standing.reason
    standing = step(step(standing, E.RETRY), E.CONNECTED)
    assert standing.errors == 0


def test_a_login_alone_does_not_forgive() -> None:
    standing = step(Standing(S.CONNECTING), E.UNREACHABLE)
    standing = step(step(standing, E.RETRY), E.NEWS)
    assert step(standing, E.UNREACHABLE).errors == 2


def test_broker_trouble_never_leads_to_a_black_out() -> None:
    standing = Standing(S.CONNECTING, errors=100)
    wait = step(standing, E.BROKER_AWAY, chance=0.99).wait
    assert wait is not None
    assert wait <= 10


@given(st.sampled_from(sorted(S)), st.sampled_from(sorted(E)))
def test_every_step_is_in_the_table_or_an_error(state: MailboxState, event: MailboxEvent) -> None:
    if (state, event) in TABLE:
        assert step(Standing(state), event).state is TABLE[(state, event)]
    else:
        with pytest.raises(InternalError):
            step(Standing(state), event)


def test_every_state_can_be_stopped_and_reached() -> None:
    assert {TABLE[(state, E.STOP)] for state in S} == {S.STOPPED}
    assert set(TABLE.values()) == set(S)

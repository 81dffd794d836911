"""The states of a mailbox as one table (contracts: mailbox states), with back-off.

    stopped ──start──► connecting ──connected──► idle ⇄ fetching
       ▲ ▲                │ ▲                      │       │
       │ └── stop (from   │ └── retry (from each   └───┬───┘
       │     each state)  ▼     waiting state)         ▼
       │   auth_failed | unreachable | throttled | failing | waiting_for_broker
    blocked (by configuration; only a changed configuration leads out)

Pure: (state, event) → edge; time and chance come in as arguments.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from schemas.errors import InternalError, ProviderAuth, ProviderError, ProviderTemporary, ProviderThrottled
from schemas.events.mailbox import MailboxState

__all__ = ["BACK_OFF", "TABLE", "BackOff", "MailboxEvent", "Standing", "classify_error", "step"]

S = MailboxState


class MailboxEvent(StrEnum):
    """What can happen to a mailbox."""

    START = "start"
    STOP = "stop"
    BLOCK = "block"
    RETRY = "retry"
    CONNECTED = "connected"
    """Logged in, every folder opened, the start point acknowledged: nothing that comes from now on can be lost."""
    NEWS = "news"
    DONE = "done"
    AUTH_REFUSED = "auth_refused"
    UNREACHABLE = "unreachable"
    THROTTLED = "throttled"
    BROKER_AWAY = "broker_away"
    FAILED = "failed"


E = MailboxEvent
_WORKING = (S.CONNECTING, S.IDLE, S.FETCHING)
_WAITING = (S.AUTH_FAILED, S.UNREACHABLE, S.THROTTLED, S.FAILING, S.WAITING_FOR_BROKER)
_TROUBLE = {
    E.AUTH_REFUSED: S.AUTH_FAILED,
    E.UNREACHABLE: S.UNREACHABLE,
    E.THROTTLED: S.THROTTLED,
    E.BROKER_AWAY: S.WAITING_FOR_BROKER,
    E.FAILED: S.FAILING,
}


def _table() -> dict[tuple[MailboxState, MailboxEvent], MailboxState]:
    table = {
        (S.STOPPED, E.START): S.CONNECTING,
        # A configuration that no longer blocks leads back through `stopped`, so that it is started like a new one.
        (S.BLOCKED, E.START): S.CONNECTING,
        (S.CONNECTING, E.CONNECTED): S.IDLE,
        # A folder turn may follow the login at once; the connection is up in both.
        (S.CONNECTING, E.NEWS): S.FETCHING,
        (S.IDLE, E.NEWS): S.FETCHING,
        (S.IDLE, E.DONE): S.IDLE,
        (S.FETCHING, E.NEWS): S.FETCHING,
        (S.FETCHING, E.DONE): S.IDLE,
    }
    for state in _WORKING:
        table.update({(state, event): trouble for event, trouble in _TROUBLE.items()})
        # The connection was lost without a fault of its own (restart by a person): connect again at once.
        table[(state, E.RETRY)] = S.CONNECTING
    for state in _WAITING:
        table[(state, E.RETRY)] = S.CONNECTING
        # A stop may meet trouble while it writes its last checkpoint; the newer reason is shown.
        table.update({(state, event): trouble for event, trouble in _TROUBLE.items()})
    for state in S:
        table[(state, E.STOP)] = S.STOPPED
        table[(state, E.BLOCK)] = S.BLOCKED
    return table


TABLE = _table()
"""Every edge there is; what is not in it cannot happen and is a bug (`InternalError`)."""


@dataclass(frozen=True, slots=True)
class BackOff:
    """Seconds to wait after the first error in a row, doubled with each, never above `ceiling`."""

    first: float
    ceiling: float

    def seconds(self, errors: int, chance: float) -> float:
        """Wait after `errors` ≥ 1 errors in a row; `chance` in [0, 1) spreads it between half and the whole."""
        whole = min(self.ceiling, self.first * 2.0 ** min(errors - 1, 40))
        return whole * (0.5 + chance / 2)


BACK_OFF: dict[MailboxState, BackOff] = {
    S.UNREACHABLE: BackOff(1, 120),
    # Servers lock accounts after a few wrong passwords: begin slowly.
    S.AUTH_FAILED: BackOff(30, 3600),
    S.THROTTLED: BackOff(30, 1800),
    S.FAILING: BackOff(5, 600),
    # The broker is ours and mails wait for it: come back quickly.
    S.WAITING_FOR_BROKER: BackOff(0.5, 10),
}
BLACK_OUT_ERRORS = 10
"""Errors in a row after which a mailbox is left alone for `BLACK_OUT`; never for the broker's sake."""
BLACK_OUT = BackOff(900, 900)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a mailbox stands. `wait`: seconds until the next try; None: none is due by itself."""

    state: MailboxState = S.STOPPED
    reason: str = ""
    errors: int = 0
    wait: float | None = None


def step(
    standing: Standing, event: MailboxEvent, *, reason: str = "", retry_after: float | None = None, chance: float = 0.5
) -> Standing:
    """The standing after `event`. `retry_after` (seconds) is the server's own wish and the least that is waited."""
    state = TABLE.get((standing.state, event))
    if state is None:
        raise InternalError(f"a mailbox in state {standing.state.value} cannot meet {event.value}")
    if state in _WAITING:
        errors = standing.errors + 1
        black_out = errors >= BLACK_OUT_ERRORS and state is not S.WAITING_FOR_BROKER
        wait = (BLACK_OUT if black_out else BACK_OFF[state]).seconds(errors, chance)
        text = f"{reason} ({errors} errors in a row: black-out)" if black_out else reason
        return Standing(state, text, errors, max(wait, retry_after or 0.0))
    # Only a turn that went well to its end forgives: a server that takes the login and dies on SELECT backs off too.
    errors = standing.errors if event in (E.RETRY, E.NEWS) else 0
    return Standing(state, reason, errors, None)


def classify_error(error: Exception) -> tuple[MailboxEvent, float | None]:
    """Which event an error of the mailbox stands for, and the wait that the server asked for."""
    if isinstance(error, ProviderThrottled):
        return E.THROTTLED, error.retry_after
    if isinstance(error, ProviderAuth):
        return E.AUTH_REFUSED, None
    if isinstance(error, ProviderTemporary):
        return E.UNREACHABLE, None
    if isinstance(error, ProviderError | InternalError):
        return E.FAILED, None
    return (E.UNREACHABLE, None) if isinstance(error, OSError) else (E.FAILED, None)

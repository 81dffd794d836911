"""Keeps the ledger in order: leases of the dead, doubt that lasted, mails that nobody could send in time."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

from notifier.options import NotifierOptions
from notifier.states import Cause
from notifier.store import Store, Unit
from runtime import metrics
from schemas.config import Outbound
from schemas.events import LedgerState

__all__ = ["Keeper"]

_BATCH = 100
_WAITING = (LedgerState.QUEUED, LedgerState.DEFERRED, LedgerState.UNKNOWN, LedgerState.HELD)
_INBOX_DAYS = 31
"""One day more than case.events are kept: older ones cannot come again."""


class Keeper:
    """Any number of replicas may sweep at once: rows are taken with SKIP LOCKED."""

    def __init__(self, store: Store, outbound: Callable[[], Outbound], options: NotifierOptions) -> None:
        self._store = store
        self._outbound = outbound
        self._options = options
        self._rounds = 0

    def run(self, stop: threading.Event) -> None:
        """Sweep until `stop` is set. Raises ProviderTemporary when the database is away; start it again."""
        while not stop.is_set():
            self.sweep()
            stop.wait(self._options.sweep)

    def sweep(self) -> None:
        """One look at everything."""
        with self._store.unit() as unit:
            self._end_leases(unit)
        with self._store.unit() as unit:
            self._apply_policy(unit)
        with self._store.unit() as unit:
            for entry in unit.select("state IN ('queued', 'deferred') AND expires_at <= now()", [], _BATCH):
                unit.move(entry, Cause.EXPIRE, reason="not_sent_in_time", response=entry.response)
        self._count()
        if self._rounds % 100 == 0:
            self._prune()
        self._rounds += 1

    def _end_leases(self, unit: Unit) -> None:
        for entry in unit.select("state IN ('claimed', 'transmitting') AND lease_until < now()", [], _BATCH):
            reason = "lease_ended" if entry.state is LedgerState.CLAIMED else "sender_died_while_transmitting"
            wait = 0.0 if entry.state is LedgerState.CLAIMED else None
            unit.move(replace(entry, owner=None), Cause.LEASE_ENDED, reason=reason, response=entry.response, wait=wait)

    def _apply_policy(self, unit: Unit) -> None:
        """`retry_same_message_id` applies once to a mail, and never to one that nobody knows the Message-ID of."""
        policies = self._outbound().when_unknown
        doubtful = unit.select(
            "state = 'unknown' AND state_since < now() - %s::float8 * interval '1 second'",
            [self._options.unknown_grace],
            _BATCH,
        )
        for entry in doubtful:
            policy = policies.get(entry.request.purpose.value, "hold")
            if policy == "retry_same_message_id" and entry.retries_of_unknown == 0 and entry.message_id:
                again = replace(entry, retries_of_unknown=1)
                unit.move(again, Cause.RETRY, reason=policy, response=entry.response, wait=0.0)
            else:
                unit.move(entry, Cause.HOLD, reason=f"unknown:{entry.reason}", response=entry.response)

    def _count(self) -> None:
        with self._store.database.transaction() as connection:
            found = dict(
                connection.execute(
                    "SELECT state, count(*) FROM ledger WHERE state = ANY(%s) GROUP BY state",
                    [[state.value for state in _WAITING]],
                ).fetchall()
            )
        for state in _WAITING:
            metrics.OUTGOING_WAITING.set(found.get(state.value, 0), state=state.value)

    def _prune(self) -> None:
        period = self._outbound().automatic_period
        with self._store.database.transaction() as connection:
            connection.execute("DELETE FROM automatic_mails WHERE at < now() - 2 * %s::interval", [period])
            connection.execute("DELETE FROM inbox WHERE taken_at < now() - %s * interval '1 day'", [_INBOX_DAYS])
            connection.execute("DELETE FROM early_outcomes WHERE at < now() - %s * interval '1 day'", [_INBOX_DAYS])

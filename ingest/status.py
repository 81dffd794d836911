"""`mailbox.status`: the health of each owned mailbox, on each change and as a heartbeat, and as metrics.

Reporting never holds up a mailbox: the newest status of each waits here for one thread that writes to the broker.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable

import structlog

from runtime import metrics
from runtime.clock import Clock
from runtime.kafka.api import Producer
from schemas.cloudevents import Event, Record, encode
from schemas.errors import MailcaseError
from schemas.events.mailbox import MailboxState, MailboxStatus
from schemas.ids import event_id

__all__ = ["StatusReporter"]

HEARTBEAT = 30.0
_TYPE = "mailcase.mailbox.status.v1"


class StatusReporter:
    """Publishes statuses. Thread-safe; `run` blocks in one thread."""

    def __init__(self, producer: Producer, clock: Clock, *, instance: str) -> None:
        self._producer = producer
        self._clock = clock
        self._instance = instance
        self._waiting: dict[str, MailboxStatus] = {}
        self._changed = threading.Condition()
        self._count = 0

    def report(self, status: MailboxStatus) -> None:
        """Take note of a mailbox's health; returns at once."""
        for state in MailboxState:
            metrics.MAILBOX_STATE.set(float(state is status.state), mailbox=status.mailbox, state=state.value)
        with self._changed:
            self._waiting[status.mailbox] = status
            self._changed.notify()

    def watch_age(self, mailbox: str, status: Callable[[], MailboxStatus]) -> None:
        """Show the age of the mailbox's last success at each scrape."""
        begun = self._clock.now()

        def age() -> float:
            return (self._clock.now() - (status().last_success_at or begun)).total_seconds()

        metrics.MAILBOX_LAST_SUCCESS_AGE.watch(age, mailbox=mailbox)

    def forget(self, mailbox: str) -> None:
        """The mailbox is not ours any more: its series go, its status is its new owner's to tell."""
        with self._changed:
            self._waiting.pop(mailbox, None)
        metrics.MAILBOX_LAST_SUCCESS_AGE.remove(mailbox=mailbox)
        metrics.MAILBOX_BACKLOG.remove(mailbox=mailbox)
        for state in MailboxState:
            metrics.MAILBOX_STATE.remove(mailbox=mailbox, state=state.value)

    def run(self, stop: threading.Event, statuses: Callable[[], Iterable[MailboxStatus]]) -> None:
        """Write what waits; every `HEARTBEAT` seconds also what has not changed. Ends when `stop` is set."""
        log = structlog.get_logger("ingest")
        due = self._clock.monotonic() + HEARTBEAT
        while not stop.is_set():
            with self._changed:
                if not self._waiting:
                    self._changed.wait(0.5)
                waiting, self._waiting = self._waiting, {}
            if self._clock.monotonic() >= due:
                waiting = {status.mailbox: status for status in statuses()} | waiting
                due = self._clock.monotonic() + HEARTBEAT
            if not waiting:
                continue
            try:
                self._producer.publish([self._record(status) for status in waiting.values()])
            except MailcaseError as error:
                log.warning("mailbox status not published, it is tried again", reason=str(error))
                with self._changed:
                    self._waiting = waiting | self._waiting
                stop.wait(1.0)

    def flush(self) -> None:
        """Write what still waits, once; for a service that ends."""
        with self._changed:
            waiting, self._waiting = self._waiting, {}
        if waiting:
            self._producer.publish([self._record(status) for status in waiting.values()])

    def _record(self, status: MailboxStatus) -> Record:
        self._count += 1
        now = self._clock.now()
        return encode(
            Event(
                id=event_id(status.mailbox, status.epoch, "status", f"{self._instance}/{now.isoformat()}", self._count),
                type=_TYPE,
                source=f"/ingest/{self._instance}",
                subject=status.mailbox,
                time=now,
                key=status.mailbox,
                data=status,
            )
        )

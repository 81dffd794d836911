"""A notifier that runs, and the case service's side of its topics."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeVar

from notifier import service
from notifier.backoff import Backoff
from notifier.options import NotifierOptions
from runtime.kafka.producer import EventProducer
from runtime.kafka.reader import read_to_end
from runtime.settings import Settings
from schemas.cloudevents import Record, decode, encode
from schemas.events import LedgerState, MailRequested, OutboundEvent, OutcomeReported
from tests.notifier.base import event_of

Found = TypeVar("Found")
QUICK = NotifierOptions(
    lease=3, renew=1, sweep=0.3, unknown_grace=60, mail_backoff=Backoff(0.3, 1), server_backoff=Backoff(0.3, 1)
)
REQUESTED = "mailcase.mail.requested.v1"
OUTCOME = "mailcase.mail.outcome_reported.v1"


class Running:
    """A notifier in a thread of this process, and the case service's side of its topics."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._producer = EventProducer(settings, "casesvc")
        self.code: int | None = None
        self._thread.start()

    def _run(self) -> None:
        self.code = service.run(self.settings, self._stop, options=QUICK)

    def ask(self, *requests: MailRequested) -> None:
        self._producer.publish(_records(*requests))

    def report(self, outcome: OutcomeReported) -> None:
        self._producer.publish([encode(event_of(outcome, OUTCOME, datetime.now(UTC)))])

    def steps(self, notification: str) -> list[OutboundEvent]:
        """Its events, in order."""
        found = []
        for record in read_to_end(self.settings, "outbound.events"):
            data = decode(record).data
            if isinstance(data, OutboundEvent) and data.notification_id == notification:
                found.append(data)
        return found

    def wait_for(self, notification: str, *states: LedgerState) -> OutboundEvent:
        def last() -> OutboundEvent | None:
            steps = self.steps(notification)
            return steps[-1] if steps and steps[-1].state in states else None

        return until(last)

    def stop(self) -> None:
        self._stop.set()
        self._thread.join(20)
        self._producer.close()


def until(look: Callable[[], Found | None], seconds: float = 20) -> Found:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = look()
        if found:
            return found
        time.sleep(0.1)
    raise AssertionError("it did not come in time")


def ask(settings: Settings, *requests: MailRequested) -> None:
    """Ask for mails while no notifier runs here."""
    producer = EventProducer(settings, "casesvc")
    producer.publish(_records(*requests))
    producer.close()


def _records(*requests: MailRequested) -> list[Record]:
    return [encode(event_of(request, REQUESTED, datetime.now(UTC))) for request in requests]

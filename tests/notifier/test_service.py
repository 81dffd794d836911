"""The notifier as a process on real Kafka, PostgreSQL and a mail server."""

from __future__ import annotations

import imaplib
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest

from mail.parse import parse
from mail.signed_ids import SigningKey, verify_marker_token, verify_message_id
from mailcase.local.greenmail import GreenMailServer
from notifier import service
from notifier.backoff import Backoff
from notifier.options import NotifierOptions
from runtime.kafka.admin import ensure_topics
from runtime.kafka.producer import EventProducer
from runtime.kafka.reader import read_to_end
from runtime.settings import Settings
from schemas.cloudevents import decode, encode
from schemas.events import LedgerState, MailRequested, OutboundEvent, OutcomeReported
from schemas.ids import message_id_digest, recipient_digest
from tests.notifier.base import CONVERSATION, SECRETS, event_of, mail_requested, write_configuration

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
        events = [event_of(request, REQUESTED, datetime.now(UTC)) for request in requests]
        self._producer.publish([encode(event) for event in events])

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


@pytest.fixture
def start(settings: Settings, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    running: list[Running] = []
    ensure_topics(settings)

    def make(port: int, **options: str) -> Running:
        folder = write_configuration(tmp_path / "config", port, **options)
        running.append(Running(settings.model_copy(update={"config_dir": str(folder)})))
        return running[-1]

    yield make
    for one in running:
        one.stop()


def test_acknowledgement_reaches_the_mailbox_with_ids_that_verify(
    start: Callable[..., Running], greenmail: GreenMailServer
) -> None:
    office, ann = (f"{name}-{uuid.uuid4().hex[:8]}@acme.example" for name in ("office", "ann"))
    greenmail.add_user(office, SECRETS["MAILCASE_SECRET_TEST_PASSWORD"], office)
    greenmail.add_user(ann, "pw", ann)
    notifier = start(greenmail.smtp_port, address=office)
    request = mail_requested(1, ann)
    notifier.ask(request, request)
    handed = notifier.wait_for(request.notification_id, LedgerState.HANDED_OVER)
    assert handed.recipients[0].digest == recipient_digest(ann)

    with imaplib.IMAP4(greenmail.host, greenmail.imap_port) as box:
        box.login(ann, "pw")
        box.select()
        _, found = box.search(None, "ALL")
        assert found[0].split() == [b"1"], "asked for twice, sent once"
        _, fetched = box.fetch("1", "(BODY.PEEK[])")
    mail = parse(fetched[0][1])  # type: ignore[index,arg-type]
    key = SigningKey("k2", SECRETS["MAILCASE_SECRET_TEST_KEY"].encode())
    assert mail.message_id is not None
    check = verify_message_id(mail.message_id, [key], "acme")
    assert (check.verified, check.conversation, check.notification) == (True, CONVERSATION, request.notification_id)
    marker = mail.text.strip().splitlines()[-1]
    assert verify_marker_token(marker.removeprefix("[ref:").removesuffix("]"), [key], "acme").verified
    assert mail.subject == "We have CLM-1"
    assert mail.headers.text("x-mailcase-loop") == "acme"
    assert mail.in_reply_to == "<parent@customers.example>"
    assert handed.message_id_digests == (message_id_digest(mail.message_id),)
    states = [step.state.value for step in notifier.steps(request.notification_id)]
    assert states == ["queued", "claimed", "transmitting", "handed_over"]

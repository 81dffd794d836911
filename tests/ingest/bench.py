"""One mailbox in memory with everything around it: server, broker, blob store, clock; for tests of what ingest does."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from ingest.book import CheckpointBook, checkpoint_record
from ingest.checkpoints import Fold, is_unclean, next_claim
from ingest.intake import Intake
from ingest.mailbox import Mailbox
from ingest.memory import MemoryMailbox, MemoryServer
from ingest.runner import MailboxRunner, Rest, Surroundings
from ingest.spec import MailboxSpec
from ingest.start import start_point
from runtime.blobs.memory import MemoryBlobs
from runtime.clock import ManualClock
from runtime.kafka.memory import MemoryLog, MemoryProducer
from schemas.cloudevents import Event, Record, decode
from schemas.config import EmailListener, ImapReceiver, Login
from schemas.events.mailbox import Checkpoint, ImapCursor, MailboxCommand, MailboxControl, MailboxStatus
from schemas.events.quarantine import Quarantined
from schemas.events.received import MailReceived
from schemas.topics import MAIL_CHECKPOINTS, MAIL_QUARANTINE, MAIL_RAW
from tests.ingest.rigs import PASSWORD

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def spec_of(password: str = "SECRET", **options: Any) -> MailboxSpec:
    """A mailbox `claims` with these listener options."""
    listener = EmailListener.model_validate(
        {"kind": "EmailListener", "name": "claims", "account": "claims", "rule": "claims", **options}
    )
    receiver = ImapReceiver.model_validate({"host": "memory", "password": {"env": password}})
    assert receiver.password is not None
    return MailboxSpec(listener, receiver, Login("claims", receiver.password))


class OrderedProducer(MemoryProducer):
    """Keeps the order of all acknowledged records, which a log of many partitions does not."""

    def __init__(self, log: MemoryLog, sent: list[Record]) -> None:
        super().__init__(log)
        self._sent = sent

    def publish(self, records: Sequence[Record]) -> None:
        super().publish(records)
        self._sent += records


@dataclass
class Bench:
    """`take_over` plays a process that claims the mailbox; `runner` is the one of the last."""

    options: dict[str, Any] = field(default_factory=dict)
    server: MemoryServer = field(default_factory=lambda: MemoryServer(PASSWORD))
    log: MemoryLog = field(default_factory=MemoryLog)
    blobs: MemoryBlobs = field(default_factory=MemoryBlobs)
    clock: ManualClock = field(default_factory=lambda: ManualClock(NOW))
    sent: list[Record] = field(default_factory=list)
    statuses: list[MailboxStatus] = field(default_factory=list)
    max_mail_bytes: int = 50_000_000
    inline_limit: int = 1000
    wrap: Callable[[Mailbox], Mailbox] = lambda mailbox: mailbox
    password: str = PASSWORD

    def take_over(self, owner: str = "a") -> MailboxRunner:
        """Claim the mailbox as ownership does, and build its runner."""
        producer = OrderedProducer(self.log, self.sent)
        stored = self.checkpoint()
        spec = spec_of(**self.options)
        claim = next_claim(stored, "claims", generation=1, owner=owner, at=self.clock.now())
        if claim.start is None:
            claim = claim.model_copy(update={"start": start_point(spec.listener.start, self.clock.now())})
        producer.publish([checkpoint_record(claim, 0)])
        book = CheckpointBook(producer, self.clock, claim, unclean=is_unclean(stored))
        around = Surroundings(
            open_mailbox=lambda _: self.wrap(MemoryMailbox(self.server, self.password)),
            intake=Intake(self.blobs, producer, self.clock, inline_limit=self.inline_limit),
            clock=self.clock,
            report=self.statuses.append,
            owner=owner,
            max_mail_bytes=self.max_mail_bytes,
            chance=lambda: 0.0,
        )
        self.runner = MailboxRunner(spec, book, around)
        return self.runner

    def turn(self) -> Rest:
        return self.runner.turn()

    def command(self, kind: str, command_id: str = "c1", desired: str = "running") -> None:
        command = MailboxCommand.model_validate({"id": command_id, "kind": kind, "by": "ann", "at": self.clock.now()})
        self.control(command=command, desired=desired)

    def control(self, **wish: Any) -> None:
        self.runner.control(MailboxControl.model_validate({"mailbox": "claims", "at": self.clock.now(), **wish}))

    def events(self, topic: str) -> list[Event]:
        return [decode(record) for record in self.sent if record.topic == topic]

    def published(self) -> list[MailReceived]:
        return [event.data for event in self.events(MAIL_RAW) if isinstance(event.data, MailReceived)]

    def quarantined(self) -> list[Quarantined]:
        return [event.data for event in self.events(MAIL_QUARANTINE) if isinstance(event.data, Quarantined)]

    def checkpoints(self) -> list[Checkpoint]:
        return [event.data for event in self.events(MAIL_CHECKPOINTS) if isinstance(event.data, Checkpoint)]

    def checkpoint(self) -> Checkpoint | None:
        return Fold(self.checkpoints()).newest("claims")

    def cursor(self, folder: str = "INBOX") -> ImapCursor:
        checkpoint = self.checkpoint()
        assert checkpoint is not None
        cursor = checkpoint.folders[folder]
        assert isinstance(cursor, ImapCursor)
        return cursor

    @property
    def states(self) -> list[str]:
        """The states that were reported, without repeats."""
        found: list[str] = []
        for status in self.statuses:
            if not found or found[-1] != status.state.value:
                found.append(status.state.value)
        return found

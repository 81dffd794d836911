"""What became of each mail, told from the topics alone: the contracts are all that is needed, no database is asked."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import Message
from email.parser import BytesHeaderParser

from runtime.kafka.reader import TopicTail
from runtime.settings import Settings
from schemas import topics
from schemas.cloudevents import Event, Record, decode
from schemas.errors import MessageError
from schemas.events import (
    CaseEvent,
    Decision,
    InteractionEvent,
    LedgerState,
    MailboxState,
    MailboxStatus,
    MailReceived,
    MailRequested,
    OutboundEvent,
    Quarantined,
)

FOLLOWED = (
    topics.MAIL_RAW,
    topics.MAIL_DECISIONS,
    topics.MAIL_QUARANTINE,
    topics.CASE_EVENTS,
    topics.OUTBOUND_EVENTS,
    topics.MAILBOX_STATUS,
)
MARK = "X-Mailcase-Demo"
"""Header by which a mail of the scenario is known again, for some have no Message-ID."""


@dataclass
class OutgoingStory:
    """One mail that was asked for, and the states that the ledger went through, in order of arrival."""

    request: MailRequested
    requested_at: datetime
    states: list[tuple[datetime, LedgerState, str]] = field(default_factory=list)

    @property
    def state(self) -> LedgerState | None:
        """The newest state; None before the notifier took it up."""
        return max(reversed(self.states), key=lambda step: step[0])[1] if self.states else None

    def at(self, state: LedgerState) -> datetime | None:
        """When it first entered a state."""
        return min((when for when, entered, _ in self.states if entered is state), default=None)


@dataclass
class MailStory:
    """One mail from its mailbox to cases and answers."""

    mail_id: str
    received: MailReceived | None = None
    mark: str = ""
    raw_at: datetime | None = None
    decision: Decision | None = None
    decided_at: datetime | None = None
    quarantine: Quarantined | None = None
    interactions: set[str] = field(default_factory=set)
    created: dict[str, CaseEvent] = field(default_factory=dict)
    attached: dict[str, CaseEvent] = field(default_factory=dict)
    linked: dict[str, CaseEvent] = field(default_factory=dict)
    settled_at: datetime | None = None

    @property
    def is_settled(self) -> bool:
        """True when it became an interaction or a quarantine entry."""
        return bool(self.interactions) or self.quarantine is not None


class Observer:
    """Follows all topics of one installation from their beginnings. One thread; `update` takes what is there now."""

    def __init__(self, settings: Settings) -> None:
        self._tails = [TopicTail(settings, topic) for topic in FOLLOWED]
        self.mails: dict[str, MailStory] = {}
        self.outgoing: dict[str, OutgoingStory] = {}
        self.mailboxes: dict[str, MailboxStatus] = {}
        self.events: list[Event] = []
        self.unreadable: list[str] = []
        self._seen: set[str] = set()
        self._steps: dict[str, list[tuple[datetime, LedgerState, str]]] = {}

    def update(self) -> None:
        """Read every topic to its present end."""
        for tail in self._tails:
            for record in tail.catch_up():
                self._take(record)

    def close(self) -> None:
        """Leave the broker."""
        for tail in self._tails:
            tail.close()

    def by_mark(self) -> dict[str, list[MailStory]]:
        """Stories by the scenario's mark; one mail in two mailboxes is two stories."""
        found: dict[str, list[MailStory]] = {}
        for story in self.mails.values():
            found.setdefault(story.mark, []).append(story)
        return found

    def all_idle(self, mailboxes: Iterable[str]) -> bool:
        """True when every one of `mailboxes` waits for mail, its start point being durable."""
        return all(
            (status := self.mailboxes.get(name)) is not None and status.state is MailboxState.IDLE for name in mailboxes
        )

    def _take(self, record: Record) -> None:
        if record.value is None:
            return
        try:
            event = decode(record)
        except MessageError as error:
            self.unreadable.append(str(error))
            return
        if event.id in self._seen and event.topic != topics.MAILBOX_STATUS:
            return  # at-least-once transport: readers dedupe by ce_id
        self._seen.add(event.id)
        self.events.append(event)
        self._apply(event, _written_at(record, event))

    def _apply(self, event: Event, at: datetime) -> None:
        match event.data:
            case MailReceived() as received:
                story = self._mail(received.mail_id)
                story.received, story.raw_at = received, story.raw_at or at
                story.mark = story.mark or _mark(event.body)
            case Decision() as decision:
                story = self._mail(decision.mail_id)
                story.decision, story.decided_at = decision, at
            case Quarantined() as entry:
                self._mail(entry.mail_id).quarantine = entry
            case MailboxStatus() as status:
                self.mailboxes[status.mailbox] = status
            case MailRequested() as request:
                steps = self._steps.setdefault(request.notification_id, [])
                self.outgoing[request.notification_id] = OutgoingStory(request, at, steps)
            case OutboundEvent() as step:
                # Topics are read one after the other: a step may be seen before the request that it belongs to.
                self._steps.setdefault(step.notification_id, []).append((step.at, step.state, step.reason))
            case InteractionEvent() as interaction:
                story = self._mail(interaction.mail_id)
                story.interactions.add(interaction.interaction)
                story.settled_at = story.settled_at or at
            case CaseEvent(mail_id=str(mail_id)) as happened:
                kept = {"created": "created", "mail_attached": "attached", "reply_received": "attached",
                        "linked": "linked"}.get(happened.what)  # fmt: skip
                if kept is not None:
                    getattr(self._mail(mail_id), kept)[happened.case.id] = happened
            case _:
                pass

    def _mail(self, mail_id: str) -> MailStory:
        return self.mails.setdefault(mail_id, MailStory(mail_id))


def _written_at(record: Record, event: Event) -> datetime:
    """When the broker got the record: an event's own time may be that of its mail, so that a replay gives the same."""
    return datetime.fromtimestamp(record.timestamp_ms / 1000, UTC) if record.timestamp_ms else event.time


def _mark(body: bytes) -> str:
    headers: Message = BytesHeaderParser().parsebytes(body[:65536])
    return str(headers.get(MARK, "")).strip()

"""Who reads which mailbox: a consumer group decides, claims in `mail.checkpoints` make it safe (architecture §3).

    group gives us a partition ─► read the whole topic to its end ─► write a claim for each mailbox in it
        ─► read on past our claims ─► ours the greatest? ─yes─► owned: `on_owned`
                                                         └no──► not ours; look again after `HOLD`
    group takes it away, or the mailbox leaves the configuration ─► `on_given_up` (stand still, write `released`)
    a greater claim goes by in the topic ─► `on_lost` at once

The group alone could err: a process that was stopped for a minute still believes that it owns. Whoever holds the
greater (epoch, claim) owns; the other one sees it in the topic and stops. Until it does, its fetches repeat work that
the ids absorb, and its checkpoints lose against the greater pair.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import structlog

from ingest.book import CheckpointBook, checkpoint_record
from ingest.checkpoints import Fold, is_unclean, next_claim, pair
from ingest.start import start_point
from runtime import metrics
from runtime.clock import Clock
from runtime.kafka.api import Consumer, Partition, Producer, Tail, TopicPartitionHook
from runtime.kafka.partitions import partition_of
from schemas.cloudevents import Record, decode
from schemas.config import StartPolicy
from schemas.errors import MailcaseError, MessageError, ProviderTemporary
from schemas.events.mailbox import Checkpoint
from schemas.topics import MAIL_CHECKPOINTS

__all__ = ["GROUP", "HOLD", "JoinGroup", "Owner", "Ownership"]

GROUP = "ingest"
HOLD = 15.0
"""Seconds after which a mailbox that another one claimed is claimed again, if the group still says that it is ours:
longer than the group needs to find out that a member was away. Not waited for where the other one has released it."""
_POLL = 0.2

JoinGroup = Callable[[TopicPartitionHook, TopicPartitionHook], Consumer]
"""Makes a member of the group from its hooks (assigned, revoked)."""


class Owner(Protocol):
    """Who is told. All calls may block for seconds; they come from two threads, never for one mailbox at once."""

    def on_owned(self, book: CheckpointBook) -> None:
        """The mailbox is ours: begin to read it."""

    def on_given_up(self, books: Sequence[CheckpointBook]) -> None:
        """Stand still and release the books; the mailboxes go to somebody else, or to nobody."""

    def on_lost(self, book: CheckpointBook) -> None:
        """Somebody else owns it already: stop, write nothing."""


class Ownership:
    """Keeps the set of owned mailboxes in step with group, topic and configuration. `run` blocks in one thread."""

    def __init__(
        self,
        owner: Owner,
        *,
        instance: str,
        wanted: Callable[[], Mapping[str, StartPolicy]],
        join: JoinGroup,
        tail: Callable[[], Tail],
        producer: Producer,
        clock: Clock,
    ) -> None:
        """`wanted`: the configured mailboxes with their start policies, asked again and again."""
        self._owner = owner
        self._instance = instance
        self._wanted = wanted
        self._join = join
        self._open_tail = tail
        self._producer = producer
        self._clock = clock
        self._books: dict[str, CheckpointBook] = {}
        self._assigned: frozenset[Partition] = frozenset()
        self._hold: dict[str, float] = {}
        self._lock = threading.RLock()
        self._log = structlog.get_logger("ingest")

    def owned(self) -> frozenset[str]:
        """Mailboxes that are ours now."""
        with self._lock:
            return frozenset(self._books)

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set; then gives everything up and leaves the group. Raises ProviderTemporary and others of
        the clients; to be run again then, owned mailboxes are given up before."""
        tail = self._open_tail()
        consumer = None
        try:
            fold = Fold()
            self._read(tail, fold)
            consumer = self._join(self._on_assigned, self._on_revoked)
            while not stop.is_set():
                # The records themselves come by the tail; membership is what is wanted of the group.
                consumer.poll(max_records=1, timeout=_POLL)
                consumer.pause(list(consumer.assignment()))
                self._follow(tail.poll(timeout=0), fold)
                self._drop_lost()
                try:
                    self._agree(consumer, tail, fold)
                except ProviderTemporary as error:
                    # What is owned stays owned: each mailbox waits for the broker by itself.
                    self._log.warning("mailboxes not claimed yet", reason=str(error))
                    stop.wait(1.0)
        finally:
            self._give_up(self.owned())
            if consumer is not None:
                consumer.close()
            tail.close()

    # the group's hooks: on a thread of their own, while `run` waits inside poll

    def _on_assigned(self, partitions: frozenset[Partition]) -> None:
        with self._lock:
            self._assigned |= partitions
            for mailbox in list(self._hold):
                if self._partition(mailbox) in partitions:
                    del self._hold[mailbox]

    def _on_revoked(self, partitions: frozenset[Partition]) -> None:
        with self._lock:
            self._assigned -= partitions
        self._give_up(frozenset(box for box in self.owned() if self._partition(box) in partitions))

    # the topic

    def _read(self, tail: Tail, fold: Fold) -> None:
        self._follow(list(tail.catch_up()), fold)

    def _follow(self, records: list[Record], fold: Fold) -> None:
        for record in records:
            checkpoint = self._checkpoint(record, fold)
            if checkpoint is None:
                continue
            fold.add(checkpoint)
            with self._lock:
                book = self._books.get(checkpoint.mailbox)
            if book is not None:
                try:
                    book.meet(checkpoint)
                except MailcaseError as error:
                    self._log.warning("own checkpoint not written again yet", reason=str(error))

    def _checkpoint(self, record: Record, fold: Fold) -> Checkpoint | None:
        if record.value is None:
            fold.forget(record.key.decode("utf-8", "replace"))
            return None
        try:
            data = decode(record).data
        except MessageError as error:
            metrics.EVENTS_UNREADABLE.inc(topic=MAIL_CHECKPOINTS, reason=error.reason)
            self._log.error("checkpoint not readable, passed over", reason=str(error))
            return None
        return data if isinstance(data, Checkpoint) else None

    # agreeing

    def _agree(self, consumer: Consumer, tail: Tail, fold: Fold) -> None:
        wanted = self._wanted()
        with self._lock:
            assigned, owned, now = self._assigned, frozenset(self._books), self._clock.monotonic()
            held = {box for box, until in self._hold.items() if until > now and not _is_released(fold, box)}
            ours = {box for box in wanted if self._partition(box) in assigned and box not in held}
        if gone := owned - wanted.keys():
            self._give_up(gone)
        if new := sorted(ours - owned):
            self._claim(new, wanted, consumer.generation(), tail, fold)

    def _claim(
        self, mailboxes: list[str], wanted: Mapping[str, StartPolicy], generation: int, tail: Tail, fold: Fold
    ) -> None:
        self._read(tail, fold)
        claims: dict[str, tuple[Checkpoint, bool]] = {}
        for mailbox in mailboxes:
            stored, now = fold.newest(mailbox), self._clock.now()
            claim = next_claim(stored, mailbox, generation=generation, owner=self._instance, at=now)
            if claim.start is None:
                claim = claim.model_copy(update={"start": start_point(wanted[mailbox], now)})
            claims[mailbox] = claim, is_unclean(stored)
        self._producer.publish([checkpoint_record(claim, 0) for claim, _ in claims.values()])
        self._read(tail, fold)
        for mailbox, (claim, unclean) in claims.items():
            newest = fold.newest(mailbox)
            if newest is None or pair(newest) != pair(claim):
                self._log.info("mailbox claimed by another", mailbox=mailbox)
                self._hold[mailbox] = self._clock.monotonic() + HOLD
                continue
            book = CheckpointBook(self._producer, self._clock, claim, unclean=unclean)
            with self._lock:
                if self._partition(mailbox) not in self._assigned:
                    continue
                self._books[mailbox] = book
            self._log.info("mailbox owned", mailbox=mailbox, epoch=claim.epoch, unclean=unclean)
            self._owner.on_owned(book)
        metrics.MAILBOX_OWNED.set(len(self.owned()))

    def _give_up(self, mailboxes: frozenset[str]) -> None:
        with self._lock:
            books = [self._books.pop(mailbox) for mailbox in sorted(mailboxes) if mailbox in self._books]
        if books:
            self._owner.on_given_up(books)
            self._log.info("mailboxes given up", mailboxes=[book.mailbox for book in books])
        metrics.MAILBOX_OWNED.set(len(self.owned()))

    def _drop_lost(self) -> None:
        for mailbox in sorted(self.owned()):
            with self._lock:
                book = self._books.get(mailbox)
                if book is None or not book.lost:
                    continue
                del self._books[mailbox]
                self._hold[mailbox] = self._clock.monotonic() + HOLD
            self._log.warning("mailbox lost to another owner", mailbox=mailbox)
            self._owner.on_lost(book)
            metrics.MAILBOX_OWNED.set(len(self.owned()))

    def _partition(self, mailbox: str) -> Partition:
        return MAIL_CHECKPOINTS, partition_of(MAIL_CHECKPOINTS, mailbox.encode())


def _is_released(fold: Fold, mailbox: str) -> bool:
    newest = fold.newest(mailbox)
    return newest is not None and newest.released

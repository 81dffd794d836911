"""Ownership among members of one group, on the log in memory: claims, hand-over, lost claims, odd records."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from ingest.book import CheckpointBook, checkpoint_record
from ingest.checkpoints import Fold, pair
from ingest.ownership import GROUP, Ownership
from runtime.clock import SystemClock
from runtime.kafka.memory import MemoryConsumer, MemoryLog, MemoryProducer, MemoryTail
from schemas.cloudevents import Record, decode
from schemas.config import StartPolicy
from schemas.events.mailbox import Checkpoint
from schemas.topics import MAIL_CHECKPOINTS

BOXES = [f"box-{number}" for number in range(10)]


class Told:
    """An owner that notes what it is told, and releases what it gives up."""

    def __init__(self) -> None:
        self.books: dict[str, CheckpointBook] = {}
        self.unclean: dict[str, bool] = {}
        self.lost: list[str] = []

    def on_owned(self, book: CheckpointBook) -> None:
        self.books[book.mailbox] = book
        self.unclean[book.mailbox] = book.unclean

    def on_given_up(self, books: Sequence[CheckpointBook]) -> None:
        for book in books:
            self.books.pop(book.mailbox, None)
            book.release()

    def on_lost(self, book: CheckpointBook) -> None:
        self.books.pop(book.mailbox, None)
        self.lost.append(book.mailbox)


@contextmanager
def _member(log: MemoryLog, name: str, wanted: dict[str, StartPolicy]) -> Iterator[tuple[Told, Ownership]]:
    told, stop = Told(), threading.Event()
    ownership = Ownership(
        told,
        instance=name,
        wanted=lambda: wanted,
        join=lambda assigned, revoked: MemoryConsumer(
            log, GROUP, [MAIL_CHECKPOINTS], on_assigned=assigned, on_revoked=revoked
        ),
        tail=lambda: MemoryTail(log, MAIL_CHECKPOINTS),
        producer=MemoryProducer(log),
        clock=SystemClock(),
    )
    thread = threading.Thread(target=ownership.run, args=(stop,))
    thread.start()
    try:
        yield told, ownership
    finally:
        stop.set()
        thread.join(10)


def _until(look: Callable[[], object], seconds: float = 10.0) -> None:
    deadline = time.monotonic() + seconds
    while not look():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def _newest(log: MemoryLog, mailbox: str) -> Checkpoint:
    states = [decode(record).data for record in log.records(MAIL_CHECKPOINTS) if record.value]
    newest = Fold(state for state in states if isinstance(state, Checkpoint)).newest(mailbox)
    assert newest is not None
    return newest


def _wanted(*names: str) -> dict[str, StartPolicy]:
    return dict.fromkeys(names, "from_now")


@pytest.mark.feature("IN-09", "many workers")
def test_members_share_the_mailboxes_and_hand_them_over_cleanly() -> None:
    log = MemoryLog()
    with _member(log, "first", _wanted(*BOXES)) as (first, _):
        _until(lambda: len(first.books) == len(BOXES))
        starts = {box: _newest(log, box).start for box in BOXES}
        with _member(log, "second", _wanted(*BOXES)) as (second, _):
            _until(lambda: second.books and len(first.books) + len(second.books) == len(BOXES))
            assert not set(first.books) & set(second.books)
            assert not any(second.unclean.values()), "what was given up cleanly is taken over without suspicion"
            assert all(second.books[box].start == starts[box] for box in second.books)
        _until(lambda: len(first.books) == len(BOXES))
    assert all(_newest(log, box).released for box in BOXES)


def test_a_greater_claim_ends_ownership_and_is_respected_until_it_is_released() -> None:
    log = MemoryLog()
    with _member(log, "first", _wanted("claims")) as (told, _):
        _until(lambda: "claims" in told.books)
        mine = _newest(log, "claims")
        other = mine.model_copy(update={"epoch": mine.epoch + 5, "claim": "other", "owner": "other"})
        MemoryProducer(log).publish([checkpoint_record(other, 0)])
        _until(lambda: told.lost == ["claims"])
        time.sleep(0.6)
        assert _newest(log, "claims").owner == "other", "it was taken back at once"
        MemoryProducer(log).publish([checkpoint_record(other.model_copy(update={"released": True}), 1)])
        _until(lambda: "claims" in told.books)
        assert pair(_newest(log, "claims")) > pair(other)


def test_an_owner_that_died_leaves_an_unclean_state() -> None:
    log = MemoryLog()
    dead = Checkpoint(mailbox="claims", epoch=7, claim="dead", owner="dead", at=SystemClock().now())
    MemoryProducer(log).publish([checkpoint_record(dead, 0)])
    with _member(log, "first", _wanted("claims")) as (told, _):
        _until(lambda: "claims" in told.books)
        assert told.unclean["claims"]
        assert _newest(log, "claims").epoch == 8


def test_new_and_removed_mailboxes_are_taken_up_and_given_up_without_a_restart() -> None:
    log, wanted = MemoryLog(), _wanted("claims")
    with _member(log, "first", wanted) as (told, _):
        _until(lambda: set(told.books) == {"claims"})
        wanted["orders"] = "all"
        _until(lambda: set(told.books) == {"claims", "orders"})
        del wanted["claims"]
        _until(lambda: set(told.books) == {"orders"})
        assert _newest(log, "claims").released


def test_tombstones_and_records_that_are_no_checkpoints_are_passed_over() -> None:
    log = MemoryLog()
    MemoryProducer(log).publish(
        [Record(MAIL_CHECKPOINTS, b"claims", None), Record(MAIL_CHECKPOINTS, b"claims", b"what is this?")]
    )
    with _member(log, "first", _wanted("claims")) as (told, _):
        _until(lambda: "claims" in told.books)
        assert not told.unclean["claims"]


def test_a_broker_that_goes_away_costs_no_mailbox_and_new_ones_wait() -> None:
    log, wanted = MemoryLog(), _wanted("claims")
    with _member(log, "first", wanted) as (told, ownership):
        _until(lambda: "claims" in told.books)
        log.available = False
        wanted["orders"] = "all"
        time.sleep(0.8)
        assert ownership.owned() == {"claims"}
        log.available = True
        _until(lambda: set(told.books) == {"claims", "orders"})
        assert told.lost == []

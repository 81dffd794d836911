"""Claims and epochs: who owns a mailbox, whatever order the records come in."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.book import CheckpointBook, OwnershipLost, checkpoint_record
from ingest.checkpoints import Fold, is_unclean, judge, next_claim, pair
from runtime.clock import ManualClock
from runtime.kafka.memory import MemoryLog, MemoryProducer
from schemas.cloudevents import decode
from schemas.events.mailbox import Checkpoint, ImapCursor, StartPoint
from schemas.topics import MAIL_CHECKPOINTS

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


def _state(epoch: int, claim: str, mailbox: str = "claims", **more: object) -> Checkpoint:
    return Checkpoint.model_validate(
        {"mailbox": mailbox, "epoch": epoch, "claim": claim, "owner": "a", "at": NOW, **more}
    )


pairs = st.tuples(st.integers(0, 5), st.sampled_from(["a", "b", "c"]))


@given(st.lists(pairs, min_size=1))
def test_the_greatest_pair_counts_whatever_the_order(written: list[tuple[int, str]]) -> None:
    fold = Fold(_state(epoch, claim) for epoch, claim in written)
    newest = fold.newest("claims")
    assert newest is not None
    assert pair(newest) == max(written)


def test_of_one_claim_the_state_written_last_counts() -> None:
    cursors = [{"INBOX": ImapCursor(uidvalidity=1, last_uid=uid)} for uid in (5, 9, 7)]
    newest = Fold(_state(3, "x", folders=folders) for folders in cursors).newest("claims")
    assert newest is not None
    assert newest.folders == cursors[-1]


@given(pairs, pairs)
def test_an_owner_stops_at_a_greater_pair_and_repeats_itself_after_a_lesser(
    mine: tuple[int, str], seen: tuple[int, str]
) -> None:
    verdict = judge(mine, _state(*seen))
    assert verdict.stop == (seen > mine)
    assert verdict.write_again == (seen < mine)


@given(st.integers(0, 1000), st.integers(0, 1000))
def test_a_new_claim_is_greater_than_the_stored_even_when_the_generation_restarted(
    stored: int, generation: int
) -> None:
    before = _state(stored, "zz", start=StartPoint(policy="from_now", at=NOW), last_command="c7")
    claim = next_claim(before, "claims", generation=generation, owner="b", at=NOW)
    assert pair(claim) > pair(before)
    assert claim.epoch > generation
    assert (claim.start, claim.last_command, claim.owner) == (before.start, "c7", "b")


def test_unclean_is_a_state_that_nobody_released() -> None:
    assert not is_unclean(None)
    assert is_unclean(_state(1, "a"))
    assert not is_unclean(_state(1, "a", released=True))


def _book(log: MemoryLog, claim: Checkpoint) -> CheckpointBook:
    return CheckpointBook(MemoryProducer(log), ManualClock(NOW), claim, unclean=False)


def _written(log: MemoryLog) -> list[Checkpoint]:
    return [data for record in log.records(MAIL_CHECKPOINTS) if isinstance(data := decode(record).data, Checkpoint)]


def test_a_zombies_write_is_covered_by_the_owners_acknowledged_state() -> None:
    log = MemoryLog()
    book = _book(log, _state(5, "owner"))
    book.note(cursors={"INBOX": ImapCursor(uidvalidity=1, last_uid=40)})
    book.save()
    book.note(cursors={"INBOX": ImapCursor(uidvalidity=1, last_uid=99)})
    zombie = _state(4, "zombie", folders={"INBOX": ImapCursor(uidvalidity=1, last_uid=12)})
    MemoryProducer(log).publish([checkpoint_record(zombie, 9)])
    book.meet(zombie)
    last = _written(log)[-1]
    assert last.claim == "owner"
    assert last.folders["INBOX"] == ImapCursor(uidvalidity=1, last_uid=40), "only what was acknowledged"


def test_a_beaten_owner_writes_nothing_more() -> None:
    log = MemoryLog()
    book = _book(log, _state(5, "owner"))
    book.meet(_state(6, "successor"))
    with pytest.raises(OwnershipLost):
        book.save()
    book.release()
    assert _written(log) == []


def test_a_clean_give_up_says_so() -> None:
    log = MemoryLog()
    book = _book(log, _state(5, "owner"))
    book.release()
    assert [state.released for state in _written(log)] == [True]

"""The fold of `mail.checkpoints` (architecture §3): who owns a mailbox, and where it was read to.

Pure. A state is known by its pair (epoch, claim). The greatest pair wins wherever it stands in the topic; of the same
pair, the one written last. A lesser pair written after a greater one is a zombie's: it changes nothing here, but the
topic's compaction would keep it, so the true owner writes its own state again.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from schemas.events.mailbox import Checkpoint

__all__ = ["Fold", "Verdict", "judge", "next_claim", "pair"]


def pair(checkpoint: Checkpoint) -> tuple[int, str]:
    """What states are compared by."""
    return checkpoint.epoch, checkpoint.claim


class Fold:
    """The newest state of each mailbox, fed with checkpoints in the topic's order."""

    def __init__(self, checkpoints: Iterable[Checkpoint] = ()) -> None:
        self._newest: dict[str, Checkpoint] = {}
        for checkpoint in checkpoints:
            self.add(checkpoint)

    def add(self, checkpoint: Checkpoint) -> bool:
        """Take in one more; returns whether it is the newest state now."""
        known = self._newest.get(checkpoint.mailbox)
        if known is not None and pair(checkpoint) < pair(known):
            return False
        self._newest[checkpoint.mailbox] = checkpoint
        return True

    def newest(self, mailbox: str) -> Checkpoint | None:
        """The state that counts, or None for a mailbox never seen."""
        return self._newest.get(mailbox)

    def forget(self, mailbox: str) -> None:
        """A tombstone: the mailbox was removed for good."""
        self._newest.pop(mailbox, None)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an owner does about a checkpoint that it sees: stop, write its own again, or nothing."""

    stop: bool = False
    write_again: bool = False


def judge(mine: tuple[int, str], seen: Checkpoint) -> Verdict:
    """An owner that sees a greater pair stops; one that sees a lesser pair after its own writes its own again."""
    if pair(seen) > mine:
        return Verdict(stop=True)
    return Verdict(write_again=pair(seen) < mine)


def next_claim(stored: Checkpoint | None, mailbox: str, *, generation: int, owner: str, at: datetime) -> Checkpoint:
    """The claim of a new owner: everything that was stored, under a greater epoch and a random claim id.

    A group's generation restarts when it stood empty, the stored epoch never goes down: the greater of both counts.
    """
    epoch = max(stored.epoch if stored else 0, generation) + 1
    claim = secrets.token_hex(8)
    if stored is None:
        return Checkpoint(mailbox=mailbox, epoch=epoch, claim=claim, owner=owner, at=at)
    return stored.model_copy(update={"epoch": epoch, "claim": claim, "owner": owner, "released": False, "at": at})


def is_unclean(stored: Checkpoint | None) -> bool:
    """Whether the last owner went without giving up the mailbox: killed, or cut off."""
    return stored is not None and not stored.released

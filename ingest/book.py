"""The book of one owned mailbox: its checkpoint under our claim, written and acknowledged step by step."""

from __future__ import annotations

import threading
from datetime import datetime

from ingest.checkpoints import judge, pair
from ingest.intake import DownstreamAway
from runtime.clock import Clock
from runtime.kafka.api import Producer
from schemas.cloudevents import Event, Record, encode
from schemas.errors import MailcaseError
from schemas.events.mailbox import Checkpoint, ImapCursor, StartPoint
from schemas.ids import event_id

__all__ = ["CheckpointBook", "OwnershipLost", "checkpoint_record"]

CHECKPOINT = "mailcase.mailbox.checkpoint.v1"


class OwnershipLost(MailcaseError):
    """Another replica owns the mailbox now: stop at once, touch nothing more."""


def checkpoint_record(checkpoint: Checkpoint, ordinal: int) -> Record:
    """The record of one state; `ordinal` counts the writes of one claim."""
    return encode(
        Event(
            id=event_id(checkpoint.mailbox, checkpoint.epoch, "checkpoint", checkpoint.claim, ordinal),
            type=CHECKPOINT,
            source=f"/ingest/{checkpoint.owner}",
            subject=checkpoint.mailbox,
            time=checkpoint.at,
            key=checkpoint.mailbox,
            data=checkpoint,
        )
    )


class CheckpointBook:
    """Cursors and what else is remembered of a mailbox, as long as we own it. Thread-safe.

    What is written into it counts once `save` has returned; `write_again` repeats exactly that.
    """

    def __init__(self, producer: Producer, clock: Clock, claimed: Checkpoint, *, unclean: bool) -> None:
        """`claimed` is our acknowledged claim; `unclean`: the last owner went without giving up."""
        self.unclean = unclean
        self._producer = producer
        self._clock = clock
        self._lock = threading.RLock()
        self._now = claimed
        self._acknowledged = claimed
        self._ordinal = 0
        self._lost = threading.Event()

    @property
    def mailbox(self) -> str:
        """The mailbox's id."""
        return self._now.mailbox

    @property
    def epoch(self) -> int:
        """Our claim's epoch."""
        return self._now.epoch

    @property
    def lost(self) -> bool:
        """Whether somebody with a greater claim was seen."""
        return self._lost.is_set()

    @property
    def start(self) -> StartPoint | None:
        """The start point; set from the first claim on."""
        return self._now.start

    @property
    def last_success_at(self) -> datetime | None:
        """When the last complete turn began."""
        return self._now.last_success_at

    @property
    def acknowledged_success_at(self) -> datetime | None:
        """The same, as a successor would find it."""
        return self._acknowledged.last_success_at

    @property
    def last_command(self) -> str | None:
        """Id of the last command that was carried out."""
        return self._now.last_command

    def cursor(self, folder: str) -> ImapCursor | None:
        """The folder's cursor, or None before it was opened for the first time."""
        cursor = self._now.folders.get(folder)
        return cursor if isinstance(cursor, ImapCursor) else None

    def note(
        self,
        *,
        cursors: dict[str, ImapCursor] | None = None,
        last_command: str | None = None,
        last_success_at: datetime | None = None,
    ) -> None:
        """Change what the next `save` writes."""
        with self._lock:
            changed: dict[str, object] = {}
            if cursors:
                changed["folders"] = {**self._now.folders, **cursors}
            if last_command is not None:
                changed["last_command"] = last_command
            if last_success_at is not None:
                changed["last_success_at"] = last_success_at
            self._now = self._now.model_copy(update=changed)

    @property
    def unsaved(self) -> bool:
        """Whether cursors or commands were noted that no `save` has written yet."""
        old, new = self._acknowledged, self._now
        return (old.folders, old.last_command) != (new.folders, new.last_command)

    def save(self) -> None:
        """Write the state and wait for the acknowledgement. Raises DownstreamAway, OwnershipLost."""
        with self._lock:
            self._publish(self._now.model_copy(update={"at": self._clock.now()}))

    def release(self) -> None:
        """Give the mailbox up cleanly. Raises DownstreamAway; nothing happens when it is lost already."""
        with self._lock:
            if not self.lost:
                self._publish(self._now.model_copy(update={"at": self._clock.now(), "released": True}))
                self._lost.set()

    def meet(self, seen: Checkpoint) -> None:
        """A checkpoint of this mailbox went by in the topic: stop, or write ours again, as `judge` says."""
        with self._lock:
            verdict = judge(pair(self._now), seen)
            if verdict.stop:
                self._lost.set()
            elif verdict.write_again and not self.lost:
                self._publish(self._acknowledged)

    def _publish(self, checkpoint: Checkpoint) -> None:
        if self.lost:
            raise OwnershipLost(f"mailbox {self.mailbox} has another owner now")
        self._ordinal += 1
        try:
            self._producer.publish([checkpoint_record(checkpoint, self._ordinal)])
        except MailcaseError as error:
            raise DownstreamAway(str(error)) from error
        if checkpoint is not self._acknowledged:
            self._now = self._acknowledged = checkpoint

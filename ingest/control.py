"""`mailbox.control`: what people want of mailboxes. Read whole by every replica; the owner obeys."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Literal

import structlog

from runtime import metrics
from runtime.kafka.api import Tail
from schemas.cloudevents import Event, Record, decode, encode
from schemas.errors import MessageError
from schemas.events.mailbox import MailboxCommand, MailboxControl
from schemas.ids import event_id
from schemas.topics import MAILBOX_CONTROL

__all__ = ["ControlFollower", "control_record", "controls_in", "next_control"]

_TYPE = "mailcase.mailbox.control.v1"
Wish = Literal["start", "stop", "restart", "resync", "trace", "test"]


class ControlFollower:
    """Follows the topic and keeps the last wish of each mailbox. `run` blocks in one thread."""

    def __init__(self, open_tail: Callable[[], Tail], on_control: Callable[[MailboxControl], None]) -> None:
        """`on_control` is told each wish in order, also those of mailboxes that others own; it must not raise."""
        self._open_tail = open_tail
        self._on_control = on_control
        self._last: dict[str, MailboxControl] = {}
        self._caught_up = threading.Event()

    @property
    def caught_up(self) -> bool:
        """Whether the wishes from before the start were read: before that no mailbox may begin."""
        return self._caught_up.is_set()

    def last(self, mailbox: str) -> MailboxControl | None:
        """The last wish for a mailbox."""
        return self._last.get(mailbox)

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set. Raises what `Tail` raises; to be run again then."""
        tail = self._open_tail()
        try:
            self._take(tail.catch_up())
            self._caught_up.set()
            while not stop.is_set():
                self._take(tail.poll(timeout=0.5))
        finally:
            tail.close()

    def _take(self, records: Iterable[Record]) -> None:
        for control in controls_in(records):
            self._last[control.mailbox] = control
            self._on_control(control)


def controls_in(records: Iterable[Record]) -> Iterable[MailboxControl]:
    """The wishes in records of the topic; what cannot be read is counted and passed over."""
    for record in records:
        if record.value is None:
            continue
        try:
            data = decode(record).data
        except MessageError as error:
            metrics.EVENTS_UNREADABLE.inc(topic=MAILBOX_CONTROL, reason=error.reason)
            structlog.get_logger("ingest").error("mailbox control not readable, passed over", reason=str(error))
            continue
        if isinstance(data, MailboxControl):
            yield data


def next_control(
    before: MailboxControl | None, mailbox: str, wish: Wish, *, command_id: str, by: str, at: datetime
) -> MailboxControl:
    """The record that says `wish`: the topic keeps one record a mailbox, so it carries on what still holds."""
    desired = before.desired if before is not None else "running"
    command = before.command if before is not None else None
    if wish == "start":
        desired = "running"
    elif wish == "stop":
        desired = "stopped"
    else:
        command = MailboxCommand(id=command_id, kind=wish, by=by, at=at)
    return MailboxControl(mailbox=mailbox, desired=desired, command=command, by=by, at=at)


def control_record(control: MailboxControl, command_id: str) -> Record:
    """The record of a wish; `command_id` makes its event id."""
    return encode(
        Event(
            id=event_id(command_id, 0, "control"),
            type=_TYPE,
            source="/cli",
            subject=control.mailbox,
            time=control.at,
            key=control.mailbox,
            data=control,
        )
    )

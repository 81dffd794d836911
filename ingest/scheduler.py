"""Who may work when: one thread watches all resting mailboxes, a bounded pool takes their turns.

A resting mailbox costs no thread: its IDLE socket lies in one selector, its next turn in one timetable.
"""

from __future__ import annotations

import contextlib
import selectors
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol

import structlog

from ingest.runner import Rest
from runtime.clock import Clock

__all__ = ["Scheduler"]


class Turns(Protocol):
    """What is scheduled: `turn` never raises."""

    def turn(self) -> Rest:
        """Work, then say how to rest."""


@dataclass
class _Seat:
    runner: Turns
    due: float | None = 0.0
    descriptor: int | None = None
    busy: bool = False
    woken: bool = False


class Scheduler:
    """Gives runners their turns. `run` blocks in one thread; all other methods may be called from any."""

    def __init__(self, clock: Clock, *, workers: int = 24) -> None:
        self._clock = clock
        self._seats: dict[str, _Seat] = {}
        self._lock = threading.Lock()
        self._selector = selectors.DefaultSelector()
        self._bell, self._ear = socket.socketpair()
        self._bell.setblocking(False)
        self._ear.setblocking(False)
        self._selector.register(self._ear, selectors.EVENT_READ, None)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="mailbox")
        self._log = structlog.get_logger("ingest")

    def add(self, name: str, runner: Turns) -> None:
        """Begin with a turn at once."""
        with self._lock:
            self._seats[name] = _Seat(runner)
        self._ring()

    def remove(self, name: str) -> None:
        """No turn begins any more; one that runs goes on (end it by its runner)."""
        with self._lock:
            seat = self._seats.pop(name, None)
            if seat is not None:
                self._unwatch(seat)

    def wake(self, name: str) -> None:
        """Take a turn soon, whatever the runner rests for."""
        with self._lock:
            seat = self._seats.get(name)
            if seat is not None:
                seat.due, seat.woken = 0.0, True
        self._ring()

    def run(self, stop: threading.Event) -> None:
        """Until `stop` is set (ring by `wake` of anything, or within a second)."""
        while not stop.is_set():
            for name in self._ready(self._selector.select(self._patience())):
                self._pool.submit(self._work, name)

    def close(self) -> None:
        """Let running turns end; their runners must have been told."""
        self._pool.shutdown(wait=True)
        with self._lock:
            for seat in self._seats.values():
                self._unwatch(seat)
            self._seats.clear()
        self._selector.close()
        self._bell.close()
        self._ear.close()

    def _ring(self) -> None:
        with contextlib.suppress(OSError):
            self._bell.send(b"!")

    def _patience(self) -> float:
        now = self._clock.monotonic()
        with self._lock:
            waits = [seat.due - now for seat in self._seats.values() if not seat.busy and seat.due is not None]
        return max(0.0, min([1.0, *waits]))

    def _ready(self, events: list[tuple[selectors.SelectorKey, int]]) -> list[str]:
        """Names whose turn it is, marked busy and no longer watched."""
        named = set()
        for key, _ in events:
            if key.data is None:
                with contextlib.suppress(OSError):
                    self._ear.recv(4096)
            else:
                named.add(key.data)
        now = self._clock.monotonic()
        ready = []
        with self._lock:
            for name, seat in self._seats.items():
                if not seat.busy and (name in named or (seat.due is not None and seat.due <= now)):
                    self._unwatch(seat)
                    seat.busy, seat.woken = True, False
                    ready.append(name)
        return ready

    def _work(self, name: str) -> None:
        with self._lock:
            seat = self._seats.get(name)
        if seat is None:
            return
        try:
            rest = seat.runner.turn()
        except Exception as error:
            self._log.exception("a turn raised", mailbox=name, reason=str(error))
            rest = Rest(60.0)
        with self._lock:
            if self._seats.get(name) is not seat:
                return
            seat.busy = False
            if seat.woken:
                seat.due = 0.0
            else:
                seat.due = None if rest.seconds is None else self._clock.monotonic() + rest.seconds
                self._watch(name, seat, rest.descriptor)
        self._ring()

    def _watch(self, name: str, seat: _Seat, descriptor: int | None) -> None:
        if descriptor is None:
            return
        try:
            self._selector.register(descriptor, selectors.EVENT_READ, name)
            seat.descriptor = descriptor
        except (OSError, ValueError, KeyError):
            # It was closed meanwhile: the sweep poll finds that out.
            seat.descriptor = None

    def _unwatch(self, seat: _Seat) -> None:
        if seat.descriptor is not None:
            with contextlib.suppress(OSError, ValueError, KeyError):
                self._selector.unregister(seat.descriptor)
            seat.descriptor = None

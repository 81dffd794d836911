"""Time as a seam, so that a test can decide how late it is."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Protocol

__all__ = ["Clock", "ManualClock", "SystemClock"]


class Clock(Protocol):
    """What time it is. Never raises."""

    def now(self) -> datetime:
        """Wall time, in UTC with a zone: for what people and other processes see."""

    def monotonic(self) -> float:
        """Seconds that never go back: for durations and deadlines inside this process."""

    def sleep(self, seconds: float, stop: threading.Event | None = None) -> bool:
        """Block for `seconds`, or until `stop` is set; True when it was. Negative means not at all."""


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """See `Clock.now`."""
        return datetime.now(UTC)

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        return time.monotonic()

    def sleep(self, seconds: float, stop: threading.Event | None = None) -> bool:
        """See `Clock.sleep`."""
        if stop is not None:
            return stop.wait(max(0.0, seconds))
        time.sleep(max(0.0, seconds))
        return False


class ManualClock:
    """The twin: time moves only by `advance` or `sleep`, which returns at once. Thread-safe."""

    def __init__(self, start: datetime = datetime(2026, 1, 1, tzinfo=UTC)) -> None:
        self._start = start
        self._passed = 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        """See `Clock.now`."""
        with self._lock:
            return self._start + timedelta(seconds=self._passed)

    def monotonic(self) -> float:
        """See `Clock.monotonic`."""
        with self._lock:
            return self._passed

    def sleep(self, seconds: float, stop: threading.Event | None = None) -> bool:
        """See `Clock.sleep`; the time passes in no time."""
        if stop is not None and stop.is_set():
            return True
        self.advance(max(0.0, seconds))
        return False

    def advance(self, seconds: float) -> None:
        """Let `seconds` pass."""
        with self._lock:
            self._passed += seconds

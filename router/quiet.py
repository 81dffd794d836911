"""Keeps libraries from flooding the log: aiokafka writes fifty lines a second while a broker is away."""

from __future__ import annotations

import logging
import time

__all__ = ["SparseHandler", "quieten"]

_EVERY_SECONDS = 30.0
_LIBRARIES = ("aiokafka", "faust", "mode")


class SparseHandler(logging.Handler):
    """Passes on one record of each logger every 30 s, with how many were left out since the last."""

    def __init__(self, seconds: float = _EVERY_SECONDS) -> None:
        super().__init__()
        self._seconds = seconds
        self._last: dict[str, tuple[float, int]] = {}

    def emit(self, record: logging.LogRecord) -> None:
        """Hand the record to the root's handlers, or count it."""
        now = time.monotonic()
        last, left_out = self._last.get(record.name, (-self._seconds, 0))
        if now - last < self._seconds:
            self._last[record.name] = (last, left_out + 1)
            return
        self._last[record.name] = (now, 0)
        if left_out:
            record.msg, record.args = f"{record.getMessage()} ({left_out} more lines since the last)", None
        for handler in logging.getLogger().handlers:
            handler.handle(record)


def quieten() -> None:
    """Let the stream's libraries speak of errors alone, and seldom. Idempotent."""
    for name in _LIBRARIES:
        logger = logging.getLogger(name)
        logger.setLevel(logging.ERROR)
        logger.propagate = False
        logger.handlers = [SparseHandler()]

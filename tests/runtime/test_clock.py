"""One contract for the machine's clock and its twin."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest

from runtime.clock import Clock, ManualClock, SystemClock


@pytest.fixture(params=[SystemClock, ManualClock])
def clock(request: pytest.FixtureRequest) -> Clock:
    made: Clock = request.param()
    return made


def test_now_has_a_zone(clock: Clock) -> None:
    assert clock.now().utcoffset() == timedelta(0)


def test_sleeping_moves_time(clock: Clock) -> None:
    before, wall = clock.monotonic(), clock.now()
    assert clock.sleep(0.02) is False
    assert clock.monotonic() - before >= 0.02
    assert clock.now() > wall
    clock.sleep(-1)
    assert clock.monotonic() >= before


def test_a_sleep_ends_when_it_is_told_to_stop(clock: Clock) -> None:
    stop = threading.Event()
    assert clock.sleep(0.01, stop) is False
    stop.set()
    before = clock.monotonic()
    assert clock.sleep(60, stop) is True
    assert clock.monotonic() - before < 5


def test_the_twin_moves_only_when_told() -> None:
    clock = ManualClock()
    start = clock.now()
    clock.advance(90)
    assert clock.now() - start == timedelta(seconds=90)
    assert clock.monotonic() == 90

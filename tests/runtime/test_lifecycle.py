"""How a service lives and ends: in real processes with real signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from runtime import lifecycle, metrics
from runtime.health import HealthServer
from runtime.lifecycle import Context
from runtime.settings import Settings
from schemas.errors import ProviderTemporary

ROOT = Path(__file__).parents[2]


@pytest.fixture
def context() -> Iterator[Context]:
    health = HealthServer("127.0.0.1", 0)
    context = Context("test", Settings(stop_timeout=1.0), health)
    yield context
    context.finish()
    health.close()


@pytest.fixture
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lifecycle, "_FIRST_PAUSE", 0.01)
    monkeypatch.setattr(lifecycle, "_LONGEST_PAUSE", 0.02)


def until(done: Callable[[], bool], within: float = 10.0) -> None:
    end = time.monotonic() + within
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.mark.usefixtures("_quick")
def test_a_crashed_thread_is_started_again_and_counted(context: Context) -> None:
    before = metrics.THREAD_CRASHES.value(thread="crashes-twice")
    runs: list[int] = []

    def work(stop: threading.Event) -> None:
        runs.append(1)
        if len(runs) < 3:
            raise ValueError("boom")
        stop.wait()

    context.spawn("crashes-twice", work)
    until(lambda: len(runs) == 3)
    assert not context.stop.is_set()
    assert metrics.THREAD_CRASHES.value(thread="crashes-twice") == before + 2


@pytest.mark.usefixtures("_quick")
def test_a_thread_that_crashes_too_often_stops_the_process(context: Context) -> None:
    def work(stop: threading.Event) -> None:
        raise ValueError("boom")

    context.spawn("hopeless", work)
    assert context.stop.wait(10)
    assert context.failure is not None
    assert "thread hopeless crashed 10 times" in context.failure


@pytest.mark.usefixtures("_quick")
def test_something_away_is_waited_for_without_end(context: Context) -> None:
    runs: list[int] = []

    def work(stop: threading.Event) -> None:
        runs.append(1)
        raise ProviderTemporary("the broker is away")

    context.spawn("patient", work)
    until(lambda: len(runs) > lifecycle.MAX_CRASHES + 5)
    assert context.failure is None


@pytest.mark.usefixtures("_quick")
def test_a_thread_that_ends_by_itself_counts_as_crashed(context: Context) -> None:
    context.spawn("ends", lambda stop: None)
    assert context.stop.wait(10)
    assert "ended although nobody asked it to" in (context.failure or "")


def test_finish_closes_the_last_opened_first_whatever_they_raise(context: Context) -> None:
    closed: list[str] = []

    def broken() -> None:
        closed.append("broken")
        raise ValueError

    context.on_stop("pool", lambda: closed.append("pool"))
    context.on_stop("broken", broken)
    context.on_stop("server", lambda: closed.append("server"))
    assert context.finish() == []
    assert closed == ["server", "broken", "pool"]


def test_finish_names_what_does_not_end_in_time(context: Context) -> None:
    never = threading.Event()

    def stuck(stop: threading.Event) -> None:
        never.wait(30)

    context.spawn("stuck", stuck)
    assert context.finish() == ["stuck"]
    never.set()


def service(body: str, **environment: str) -> subprocess.Popen[str]:
    """A process that runs a service whose `build` has this body."""
    script = (
        "import sys, time\nfrom runtime.lifecycle import *\nfrom schemas.errors import *\n"
        f"def build(context):\n{textwrap.indent(textwrap.dedent(body), '    ')}\n"
        "sys.exit(run_service('ingest', build))\n"
    )
    clean = {name: value for name, value in os.environ.items() if not name.startswith("MAILCASE_")}
    return subprocess.Popen(
        [sys.executable, "-c", script],
        cwd=ROOT,
        env=clean | {"PYTHONPATH": str(ROOT), "MAILCASE_LOCAL_DIR": "/nonexistent"} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def wait_for(process: subprocess.Popen[str], word: str) -> None:
    assert process.stderr is not None
    for line in process.stderr:
        if word in line:
            return
    pytest.fail(f"{word} never came")


@pytest.mark.feature("OP-06", "drains in time")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_the_work_end_and_exits_0(number: signal.Signals) -> None:
    process = service(
        """
        def work(stop):
            stop.wait()
            time.sleep(0.3)
            print("drained", flush=True)
        context.spawn("work", work)
        context.on_stop("pool", lambda: print("closed", flush=True))
        """
    )
    wait_for(process, '"running"')
    process.send_signal(number)
    out, err = process.communicate(timeout=10)
    assert process.returncode == 0, err
    assert out.split() == ["drained", "closed"]


def test_what_does_not_end_in_time_is_named_and_exits_1() -> None:
    process = service('context.spawn("stuck", lambda stop: time.sleep(60))', MAILCASE_STOP_TIMEOUT="0.5")
    wait_for(process, '"running"')
    process.send_signal(signal.SIGTERM)
    _, err = process.communicate(timeout=10)
    assert process.returncode == 1
    assert '"parts": ["stuck"]' in err


def test_a_second_signal_ends_it_at_once() -> None:
    process = service('context.spawn("stuck", lambda stop: time.sleep(60))')
    wait_for(process, '"running"')
    process.send_signal(signal.SIGTERM)
    wait_for(process, '"stopping"')
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=5)
    assert process.returncode == 128 + signal.SIGTERM


@pytest.mark.parametrize(
    ("error", "code"),
    [("ConfigurationError", 78), ("ProviderAuth", 78), ("ProviderTemporary", 75), ("MessageError", 1)],
)
def test_a_refusal_while_building_is_readable_and_has_its_exit_code(error: str, code: int) -> None:
    process = service(f"raise {error}('first thing\\nsecond thing')")
    _, err = process.communicate(timeout=10)
    assert process.returncode == code
    assert "mailcase ingest: first thing\nmailcase ingest: second thing\n" in err
    assert "Traceback" not in err


@pytest.mark.feature("OP-07", "says what, where and what would be right")
def test_wrong_settings_are_lines_not_a_traceback() -> None:
    process = service("pass", MAILCASE_HTTP_PORT="x", MAILCASE_KAFKA_BROKER="y")
    _, err = process.communicate(timeout=10)
    assert process.returncode == 78
    assert "MAILCASE_HTTP_PORT=x: " in err
    assert "did you mean MAILCASE_KAFKA_BROKERS?" in err
    assert "Traceback" not in err

"""How a service lives: build, run supervised threads, stop in order.

    run_service ─► settings ─► logs ─► health server ─► build(context) ─► threads … stop ─► closers, last first
                                                             │                       ▲
                    readable line, exit code ◄── wrong ──────┘                       └ SIGTERM, SIGINT, or a
                                                                                       thread that crashed too often

A thread that ends by an exception is logged and started again with growing pauses. ProviderTemporary may come as often
as it likes (a broker can be away for a day); any other exception counts, and after `MAX_CRASHES` in ten minutes the
process stops and exits 1, so that whoever watches over processes sees it.
"""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from types import FrameType

from runtime import logs, metrics
from runtime.health import Check, Health, HealthServer
from runtime.settings import Settings, load_settings
from schemas.errors import ConfigurationError, InternalError, MailcaseError, ProviderAuth, ProviderTemporary

__all__ = ["EXIT_CONFIGURATION", "EXIT_FAILED", "EXIT_OK", "EXIT_TEMPORARY", "Context", "run_service"]

EXIT_OK = 0
EXIT_FAILED = 1
EXIT_TEMPORARY = 75
"""EX_TEMPFAIL: what the service needs is away; starting it again later may help."""
EXIT_CONFIGURATION = 78
"""EX_CONFIG: a person must change something first."""
MAX_CRASHES = 10
CRASH_WINDOW = 600.0
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 30.0

Target = Callable[[threading.Event], None]
"""What a supervised thread runs: works until the event is set, then returns soon."""


class Context:
    """What a service gets to build itself from. `stop` is set once, when the process is to end."""

    def __init__(self, name: str, settings: Settings, health: Health) -> None:
        self.name = name
        self.settings = settings
        self.health = health
        self.stop = threading.Event()
        self.log = logs.get_logger(name)
        self.failure: str | None = None
        self._closers: list[tuple[str, Callable[[], None]]] = []
        self._threads: list[threading.Thread] = []

    def spawn(self, name: str, target: Target) -> threading.Thread:
        """Run `target(stop)` on a supervised thread. To return before `stop` is set counts as a crash."""
        thread = threading.Thread(target=self._supervise, args=(name, target), name=name, daemon=True)
        self._threads.append(thread)
        thread.start()
        return thread

    def on_stop(self, name: str, close: Callable[[], None]) -> None:
        """Call `close` when all threads have ended (or had their time); the last one given is called first."""
        self._closers.append((name, close))

    def check(self, name: str, check: Check) -> None:
        """Readiness depends on `check`; see runtime.health."""
        self.health.check(name, check)

    def fail(self, reason: str) -> None:
        """End the process with exit code 1, in order. For what only a new process or a person can mend."""
        if self.failure is None:
            self.failure = reason
            self.log.error("stopping for good", reason=reason)
        self.stop.set()

    def finish(self) -> list[str]:
        """Set `stop`, wait for the threads, close what was opened; names of what did not end in `stop_timeout`."""
        self.stop.set()
        deadline = time.monotonic() + self.settings.stop_timeout
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))
        late = [thread.name for thread in self._threads if thread.is_alive()]
        for name, close in reversed(self._closers):
            closer = threading.Thread(target=self._close, args=(name, close), name=f"close-{name}", daemon=True)
            closer.start()
            closer.join(max(1.0, deadline - time.monotonic()))
            if closer.is_alive():
                late.append(closer.name)
        return late

    def _close(self, name: str, close: Callable[[], None]) -> None:
        try:
            close()
        except Exception:
            self.log.exception("closing failed", part=name)

    def _supervise(self, name: str, target: Target) -> None:
        crashes: deque[float] = deque()
        pause = _FIRST_PAUSE
        while not self.stop.is_set():
            started = time.monotonic()
            try:
                target(self.stop)
                if self.stop.is_set():
                    return
                raise InternalError(f"thread {name} ended although nobody asked it to")
            except ProviderTemporary as error:
                self.log.warning("thread waits for something outside", thread=name, reason=str(error))
            except Exception as error:
                if self.stop.is_set():
                    self.log.warning("thread ended while stopping", thread=name, error=str(error))
                    return
                metrics.THREAD_CRASHES.inc(thread=name)
                crashes.append(time.monotonic())
                while crashes and crashes[0] < time.monotonic() - CRASH_WINDOW:
                    crashes.popleft()
                self.log.exception("thread crashed", thread=name, crashes=len(crashes))
                if len(crashes) >= MAX_CRASHES:
                    self.fail(f"thread {name} crashed {len(crashes)} times in {CRASH_WINDOW / 60:.0f} minutes: {error}")
                    return
            if time.monotonic() - started > CRASH_WINDOW:
                pause = _FIRST_PAUSE
            self.stop.wait(pause * random.uniform(0.8, 1.2))  # noqa: S311  # jitter, no secret
            pause = min(_LONGEST_PAUSE, pause * 2)


def run_service(
    name: str,
    build: Callable[[Context], None],
    *,
    settings: Settings | None = None,
    default_port: int = 0,
    server: Callable[[str, int], Health] = HealthServer,
) -> int:
    """Run service `name` until it is told to stop; returns the exit code. Call it on the main thread.

    `build` checks what it needs, opens it, and starts threads by `context.spawn`; it must not block for long.
    `server` makes what listens on host and port, for a service that answers more there than its health.
    Errors of it end the process with one readable line: exit 78 (configuration, credentials) or 75 (something is away).
    """
    try:
        settings = settings or load_settings()
        logs.configure_logging(settings, name)
        health = server(settings.http_host, settings.http_port or default_port)
    except ConfigurationError as error:
        return _refuse(name, error, EXIT_CONFIGURATION)
    context = Context(name, settings, health)
    metrics.BUILD.tell(service=name, version=_version(), instance=settings.instance)
    previous = _on_signals(context)
    code = EXIT_OK
    context.check("started", _not_yet)
    try:
        build(context)
        context.check("started", _fine)
        context.log.info("running", http=f"{health.host}:{health.port}")
        while not context.stop.wait(1.0):
            pass
        context.log.info("stopping")
    except ProviderTemporary as error:
        code = _refuse(name, error, EXIT_TEMPORARY)
    except (ConfigurationError, ProviderAuth) as error:
        code = _refuse(name, error, EXIT_CONFIGURATION)
    except MailcaseError as error:
        code = _refuse(name, error, EXIT_FAILED)
    finally:
        context.check("started", _stopping)
        late = context.finish()
        health.close()
        for number, handler in previous.items():
            signal.signal(number, handler)
    if late:
        context.log.error("did not stop in time", parts=late, seconds=settings.stop_timeout)
    if context.failure is not None or late:
        code = code or EXIT_FAILED
    context.log.info("stopped", exit_code=code)
    return code


def _on_signals(
    context: Context,
) -> dict[int, signal.Handlers | Callable[[int, FrameType | None], object] | int | None]:
    """First signal: stop in order. Second: end at once; everything that matters is safe against that."""

    def handle(number: int, _frame: FrameType | None) -> None:
        if context.stop.is_set():
            os._exit(128 + number)
        context.stop.set()

    if threading.current_thread() is not threading.main_thread():
        return {}
    return {number: signal.signal(number, handle) for number in (signal.SIGTERM, signal.SIGINT)}


def _refuse(name: str, error: Exception, code: int) -> int:
    for line in str(error).splitlines():
        print(f"mailcase {name}: {line}", file=sys.stderr, flush=True)  # noqa: T201  # for the person who started it
    return code


def _version() -> str:
    try:
        return version("mailcase")
    except PackageNotFoundError:
        return "unknown"


def _fine() -> None:
    """Nothing is missing."""


def _not_yet() -> None:
    raise InternalError("starting")


def _stopping() -> None:
    raise InternalError("stopping")

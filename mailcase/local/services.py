"""The four services as child processes beside the embedded stack: what the demo and the end-to-end tests run.

Each replica gets its own name and a free port for metrics and health, writes its own log file, and counts as ready when
its `/readyz` says so. They are our children: they end with us.
"""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mailcase.local.ports import free_port
from schemas.errors import ProviderTemporary

__all__ = ["ServiceProcess", "Services"]

READY_SECONDS = 60.0
STOP_SECONDS = 30.0


_PR_SET_PDEATHSIG = 1


def _end_with_parent() -> None:
    """In the child: ask Linux to end it when we die, SIGKILL included, so that no demo leaves services behind."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


@dataclass
class ServiceProcess:
    """One replica. `environment` holds all its `MAILCASE_*` settings."""

    service: str
    name: str
    environment: Mapping[str, str]
    log: Path
    port: int
    command: Sequence[str] = ()
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Base address of its metrics and health (and, for casesvc, of the API)."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def pid(self) -> int:
        """Process id; the replica must have been started."""
        assert self.process is not None, f"{self.name} was never started"
        return self.process.pid

    def start(self) -> None:
        """Start it and come back at once. Its output is appended to the log."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        argv = [sys.executable, "-m", "mailcase", "run", self.service] if not self.command else list(self.command)
        ports = {"MAILCASE_HTTP_PORT": str(self.port), "MAILCASE_INSTANCE": self.name}
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                argv, env={**self.environment, **ports}, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
                start_new_session=True, preexec_fn=_end_with_parent,
            )  # fmt: skip

    def is_running(self) -> bool:
        """True while the process lives."""
        return self.process is not None and self.process.poll() is None

    def is_ready(self) -> bool:
        """True when `/readyz` answers 200."""
        try:
            with urllib.request.urlopen(f"{self.url}/readyz", timeout=2) as answer:  # noqa: S310 - our own address
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError, ValueError):
            return False

    def metrics(self) -> str:
        """The text of `/metrics`; empty while it does not answer."""
        try:
            with urllib.request.urlopen(f"{self.url}/metrics", timeout=5) as answer:  # noqa: S310 - our own address
                return str(answer.read().decode())
        except (urllib.error.URLError, OSError, ValueError):
            return ""

    def send(self, number: signal.Signals) -> None:
        """Send a signal to this process alone (workers of a pool must notice by themselves)."""
        if self.is_running():
            os.kill(self.pid, number)

    def kill(self) -> None:
        """SIGKILL, and wait until it is gone."""
        self.send(signal.SIGKILL)
        assert self.process is not None
        self.process.wait(10)

    def stop(self, patience: float = STOP_SECONDS) -> int | None:
        """SIGTERM, SIGKILL after `patience` seconds; returns the exit code."""
        if self.process is None:
            return None
        self.send(signal.SIGTERM)
        return self.wait_end(patience)

    def wait_end(self, patience: float = STOP_SECONDS) -> int | None:
        """Wait until it has ended, SIGKILL after `patience` seconds; returns the exit code."""
        if self.process is None:
            return None
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
            return self.process.returncode

    def tail(self, lines: int = 15) -> str:
        """The last lines of its log."""
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])
        except OSError:
            return ""


@dataclass
class Services:
    """All replicas of one installation. Use as a context manager: leaving it stops them all."""

    environment: Mapping[str, str]
    logs: Path
    replicas: list[ServiceProcess] = field(default_factory=list)

    def add(self, service: str, *, port: int | None = None, command: Sequence[str] = ()) -> ServiceProcess:
        """One more replica of `service`, not yet started."""
        name = f"{service}-{1 + sum(replica.service == service for replica in self.replicas)}"
        replica = ServiceProcess(
            service, name, self.environment, self.logs / f"{name}.log", port or free_port(), command
        )
        self.replicas.append(replica)
        return replica

    def of(self, service: str) -> list[ServiceProcess]:
        """The replicas of one service."""
        return [replica for replica in self.replicas if replica.service == service]

    def start(self) -> None:
        """Start all that do not run, and come back at once."""
        for replica in self.replicas:
            if not replica.is_running():
                replica.start()

    def wait_ready(self, seconds: float = READY_SECONDS) -> None:
        """Wait until every replica is ready; ProviderTemporary with the log's end names the one that is not."""
        deadline = time.monotonic() + seconds
        for replica in self.replicas:
            while not replica.is_ready():
                if not replica.is_running():
                    code = replica.process.returncode if replica.process else None
                    raise ProviderTemporary(
                        f"{replica.name} ended with {code}; end of {replica.log}:\n{replica.tail()}"
                    )
                if time.monotonic() > deadline:
                    raise ProviderTemporary(
                        f"{replica.name} is not ready after {seconds:.0f} s; end of {replica.log}:\n{replica.tail()}"
                    )
                time.sleep(0.1)

    def stop(self) -> None:
        """Ask all to end at once, each only once (to a service a second signal means: end without order), and wait."""
        for replica in self.replicas:
            replica.send(signal.SIGTERM)
        for replica in self.replicas:
            replica.wait_end()

    def __enter__(self) -> Services:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGTERM, signal.default_int_handler)  # both ways of asking us to end are Ctrl-C
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

"""Router processes of a test: started, asked, killed."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any

from mailcase.local.ports import free_port
from runtime.settings import Settings
from tests.router.support import SECRET

ROOT = Path(__file__).parents[2]


def wait_for(what: str, check: Callable[[], bool], seconds: float = 60, pause: float = 0.1) -> float:
    """Seconds until `check` was true; fails the test when it takes longer than `seconds`."""
    started = time.monotonic()
    while not check():
        if time.monotonic() - started > seconds:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(pause)
    return time.monotonic() - started


class RouterProcess:
    """One router process; its log goes to a file."""

    def __init__(self, settings: Settings, config: Path, log: Path, module: str = "tests.router.run_router") -> None:
        self.port = free_port()
        self.log_path = log
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith("MAILCASE_") or "TEST" in name
        } | {
            "MAILCASE_KAFKA_BROKERS": settings.kafka_brokers,
            "MAILCASE_TOPIC_PREFIX": settings.topic_prefix,
            "MAILCASE_BLOB_URL": settings.blob_url,
            "MAILCASE_CONFIG_DIR": str(config),
            "MAILCASE_HTTP_PORT": str(self.port),
            "MAILCASE_ROUTER_WORKERS": "2",
            "MAILCASE_SECRET_ROUTER_TEST": SECRET,
            "PYTHONPATH": str(ROOT),
        }
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-m", module], cwd=ROOT, env=environment, stdout=output, stderr=output
            )

    def __enter__(self) -> RouterProcess:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait(20)

    def ask(self, path: str) -> str:
        """Answer of its HTTP server; "" while it does not answer with 200."""
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return str(answer.read().decode())
        except (urllib.error.URLError, OSError):
            return ""

    def wait_ready(self) -> None:
        """Wait until it is a member of its group."""
        wait_for("router ready", lambda: self.ask("/readyz") != "" or self.process.poll() is not None)
        assert self.process.poll() is None, self.log()

    def metric(self, name: str) -> float:
        """Value of a metric without labels; 0 where it is not there."""
        for line in self.ask("/metrics").splitlines():
            if line.startswith(name + " "):
                return float(line.rpartition(" ")[2])
        return 0.0

    def kill(self) -> None:
        """As a machine that loses its power would end it."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(20)

    def terminate(self) -> int:
        """End it in order; its exit code."""
        self.process.terminate()
        return self.process.wait(40)

    def log(self) -> str:
        """Everything that it wrote."""
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def log_lines(self) -> list[dict[str, Any]]:
        """Its log lines that are JSON."""
        return [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]

"""Background processes: named safely, started apart, stopped in time."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from mailcase.local.processes import (
    ProcessId,
    identify,
    is_alive,
    name_of,
    processes_with_argument,
    start_detached,
    stop,
)


def test_process_is_known_by_pid_and_start() -> None:
    me = identify(os.getpid())
    assert me is not None
    assert is_alive(me)
    assert not is_alive(ProcessId(me.pid, "started-at-another-time"))
    assert name_of(os.getpid()) != "?"


def test_zombie_counts_as_dead() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    process = identify(child.pid)
    assert process is not None
    deadline = time.monotonic() + 10
    while is_alive(process) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not is_alive(process)
    child.wait()


def test_detached_process_has_its_own_session_and_writes_its_log(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "it.log"
    process = start_detached(
        [sys.executable, "-uc", "import os, time; print('session', os.getsid(0)); time.sleep(60)", "mark-of-this-test"],
        log=log,
        cwd=tmp_path,
    )
    try:
        deadline = time.monotonic() + 10
        while not log.read_text() and time.monotonic() < deadline:
            time.sleep(0.01)
        assert int(log.read_text().split()[1]) != os.getsid(0)
        assert process in processes_with_argument("mark-of-this-test")
    finally:
        assert stop(process, first=signal.SIGTERM, patience=10) == "stopped"
    assert stop(process, first=signal.SIGTERM, patience=1) == "gone"


def test_process_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    log = tmp_path / "it.log"
    process = start_detached(
        ["/bin/sh", "-c", "trap '' TERM; echo ready; while :; do sleep 0.1; done"], log=log, cwd=tmp_path
    )
    deadline = time.monotonic() + 10
    while not log.read_text() and time.monotonic() < deadline:
        time.sleep(0.01)
    assert stop(process, first=signal.SIGTERM, patience=0.3) == "killed"
    assert not is_alive(process)

"""Background processes that outlive us, and the way to know them again later.

A pid alone is not enough: it may have been given to another program since. A process is therefore named by its pid
*and* the moment it was started; a zombie counts as dead.
"""

from __future__ import annotations

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

__all__ = ["ProcessId", "identify", "is_alive", "name_of", "processes_with_argument", "start_detached", "stop"]

PROC = Path("/proc")


@dataclass(frozen=True)
class ProcessId:
    """A process, safe against pid reuse. `started` is an opaque mark of its start: equal marks, same process."""

    pid: int
    started: str


def identify(pid: int) -> ProcessId | None:
    """The living process with this pid, or None."""
    started = _started_by_proc(pid) if PROC.joinpath("self/stat").exists() else _started_by_ps(pid)
    return None if started is None else ProcessId(pid, started)


def _started_by_proc(pid: int) -> str | None:
    try:
        stat = (PROC / str(pid) / "stat").read_text(errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()  # the name in parentheses may itself hold blanks and parentheses
    if fields[0] in ("Z", "X"):
        return None
    boot = (PROC / "sys/kernel/random/boot_id").read_text()[:8]
    return f"{boot}-{fields[19]}"  # proc(5): field 22, start time in clock ticks since boot


def _started_by_ps(pid: int) -> str | None:
    """Systems without /proc (macOS)."""
    done = subprocess.run(["ps", "-o", "state=,lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    state, _, started = done.stdout.strip().partition(" ")
    return None if not started or state.startswith("Z") else started.strip()


def is_alive(process: ProcessId) -> bool:
    return identify(process.pid) == process


def name_of(pid: int) -> str:
    """Short program name of a process, `?` when it cannot be seen."""
    try:
        return (PROC / str(pid) / "comm").read_text().strip()
    except OSError:
        return "?"


def processes_with_argument(argument: str) -> list[ProcessId]:
    """Living processes that were started with exactly this command-line argument (only where /proc exists)."""
    wanted, found = argument.encode(), []
    for entry in PROC.glob("[0-9]*"):
        try:
            arguments = (entry / "cmdline").read_bytes().split(b"\0")
        except OSError:
            continue
        if wanted in arguments and (process := identify(int(entry.name))) is not None:
            found.append(process)
    return found


def start_detached(
    argv: Sequence[str], *, log: Path, cwd: Path, user: str | None = None, environment: Mapping[str, str] | None = None
) -> ProcessId:
    """Start a program that goes on when we end, with its output appended to `log`. Does not wait for it.

    A shell in a session of its own starts it and ends at once, so that it becomes a child of init: no signal of our
    terminal reaches it, and we need not reap it. Raises OSError when no process can be made.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        shell = subprocess.run(
            ["/bin/sh", "-c", '"$@" 2>&1 & echo $! >&2', "sh", *argv],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.PIPE,
            start_new_session=True,
            cwd=cwd,
            env=None if environment is None else dict(environment),
            check=True,
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
        )
    pid = int(shell.stderr.decode())
    # Gone already: the caller's wait for readiness finds that out and shows the log.
    return identify(pid) or ProcessId(pid, "gone")


def stop(process: ProcessId, *, first: signal.Signals, patience: float) -> str:
    """Ask a process to end, kill it after `patience` seconds. Returns `stopped`, `killed` or `gone` (was not there)."""
    if not _signal(process, first):
        return "gone"
    if _wait_gone(process, patience):
        return "stopped"
    _signal(process, signal.SIGKILL)
    _wait_gone(process, 10)
    return "killed"


def _signal(process: ProcessId, number: signal.Signals) -> bool:
    if not is_alive(process):
        return False
    try:
        os.kill(process.pid, number)
    except ProcessLookupError:
        return False
    return True


def _wait_gone(process: ProcessId, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not is_alive(process):
            return True
        time.sleep(0.03)
    return not is_alive(process)

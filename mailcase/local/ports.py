"""TCP ports on the loopback address: is one free, and who holds it if not."""

from __future__ import annotations

import errno
import os
import pwd
import socket
from dataclasses import dataclass
from pathlib import Path

from mailcase.local.processes import name_of

__all__ = ["HOST", "Port", "answers", "free_port", "holder", "why_not_free"]

HOST = "127.0.0.1"
_LISTENING = "0A"  # Linux include/net/tcp_states.h


@dataclass(frozen=True)
class Port:
    """A port that a part listens on. `wanted` 0: any free one, remembered for the next time."""

    name: str
    title: str
    wanted: int
    option: str
    setting: str


_given: set[int] = set()


def free_port(wanted: int = 0) -> int:
    """`wanted`, or where that is taken (or 0) a port that was free a moment ago and that this process never gave out.

    The system gives a port that nobody listens on *yet* a second time: two servers of one test would meet.
    """
    while True:
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, wanted))
            except OSError:
                if not wanted:
                    raise
                wanted = 0
                continue
            port = int(probe.getsockname()[1])
        if wanted or port not in _given:
            _given.add(port)
            return port


def answers(port: int, timeout: float = 1.0) -> bool:
    """Whether something accepts connections there."""
    try:
        socket.create_connection((HOST, port), timeout).close()
    except OSError:
        return False
    return True


def why_not_free(port: int) -> str | None:
    """Why nobody can listen on the port (`is held by java (pid 8057)`), or None when it is free."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # a closed connection's rest does not count
        try:
            probe.bind((HOST, port))
            probe.listen(1)
        except PermissionError:
            return "may be opened by the administrator only (take one above 1023)"
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"is held by {holder(port)}"
            return f"cannot be opened ({error.strerror})"
    return None


def holder(port: int) -> str:
    """Who listens on the port: `name (pid n)`, or whose process it is when it cannot be seen."""
    inodes, owner = _listeners(port)
    if not inodes:
        return "another program"
    links = {f"socket:[{inode}]" for inode in inodes}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if any(os.readlink(fd) in links for fd in (process / "fd").iterdir()):
                return f"{name_of(int(process.name))} (pid {process.name})"
        except OSError:
            continue  # ended meanwhile, or another user's
    return f"a process of user {owner}"


def _listeners(port: int) -> tuple[set[str], str]:
    """Inodes of the sockets that listen on the port, and their owner (proc_net_tcp(5))."""
    inodes, owner = set(), "?"
    for table in ("tcp", "tcp6"):
        try:
            lines = Path("/proc/net", table).read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            fields = line.split()
            if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                inodes.add(fields[9])
                owner = _user_name(int(fields[7]))
    return inodes, owner


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)

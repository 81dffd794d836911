"""IDLE (RFC 2177) as a hint: the socket is watched by the caller's selector, no thread waits in it."""

from __future__ import annotations

from typing import Any

__all__ = ["begin", "end", "has_news"]


def begin(client: Any) -> int | None:
    """Start IDLE; the file descriptor to watch, or None where the server cannot."""
    if not client.has_capability("IDLE"):
        return None
    client.idle()
    return int(client.socket().fileno())


def has_news(client: Any) -> bool:
    """Whether something came in the same packet as the server's `+`: it lies in the library's buffer, or in TLS's,
    where a selector does not see it."""
    sock = client.socket()
    timeout = sock.gettimeout()
    sock.setblocking(False)
    try:
        return bool(client._imap.file.peek(1))
    except (OSError, ValueError):
        # Nothing there yet (TLS says so by SSLWantReadError); a dead connection shows itself with the next command.
        return False
    finally:
        sock.settimeout(timeout)


def end(client: Any) -> None:
    """End IDLE and wait for the server's answer: a connection that died in silence is found out here, by time-out."""
    client.idle_done()

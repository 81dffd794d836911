"""`/metrics`, `/healthz`, `/readyz` of every service, on a small server of its own thread.

`/healthz` says that the process should go on living: 503 only when it is about to end because a part failed for good.
`/readyz` says that it can do its work now, and if not, what is missing.
"""

from __future__ import annotations

import errno
import json
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from runtime import metrics
from schemas.errors import ConfigurationError

__all__ = ["Check", "Health", "HealthServer", "cannot_listen"]

Check = Callable[[], None]
"""Returns when all is well, else raises; the first line of the error's text is shown. Quick, thread-safe."""

_REQUEST_SECONDS = 10


def cannot_listen(host: str, port: int, error: OSError) -> ConfigurationError:
    """The readable error for a host and port that cannot be listened on."""
    if error.errno == errno.EADDRINUSE:
        what = "it is in use by another program; choose another with MAILCASE_HTTP_PORT (or _HOST)"
    else:
        what = f"{error.strerror or error}; see MAILCASE_HTTP_HOST and MAILCASE_HTTP_PORT"
    return ConfigurationError(f"cannot listen on {host}:{port}: {what}")


class Health:
    """The checks and their answers; how they are served is for a subclass. `host` and `port` tell where."""

    host: str
    port: int

    def __init__(self) -> None:
        self._ready: dict[str, Check] = {}
        self._alive: dict[str, Check] = {}

    def check(self, name: str, check: Check) -> None:
        """Readiness depends on `check`; the same name replaces the one before."""
        self._ready[name] = check

    def alive(self, name: str, check: Check) -> None:
        """Liveness depends on `check`: for what only a new process can mend."""
        self._alive[name] = check

    def answer(self, path: str) -> tuple[int, str, bytes]:
        """(status, content type, body) for a path; also for services with an HTTP server of their own."""
        if path == "/metrics":
            return 200, metrics.CONTENT_TYPE, metrics.exposition()
        if path == "/healthz":
            return _report(self._alive, "alive")
        if path == "/readyz":
            return _report(self._ready, "ready")
        return 404, "text/plain; charset=utf-8", b"/metrics, /healthz and /readyz live here\n"

    def close(self) -> None:
        """Stop listening. Idempotent."""


class HealthServer(Health):
    """Serves nothing but health, until `close`. `port` is the one it listens on (0 asks for a free one)."""

    def __init__(self, host: str, port: int) -> None:
        """Raises ConfigurationError when host and port cannot be listened on."""
        super().__init__()
        handler = type("Handler", (_Handler,), {"owner": self})
        try:
            self._server = _Server((host, port), handler)
        except OSError as error:
            raise cannot_listen(host, port, error) from error
        self.host = host
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.2,), name="health", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening. Idempotent."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.server_close()
            self._thread.join(timeout=5)


def _report(checks: dict[str, Check], word: str) -> tuple[int, str, bytes]:
    results = {}
    for name, check in sorted(checks.items()):
        try:
            check()
        except Exception as error:
            results[name] = (str(error).splitlines() or [type(error).__name__])[0][:300]
        else:
            results[name] = "ok"
    fine = all(result == "ok" for result in results.values())
    body = json.dumps({word: fine, "checks": results}, ensure_ascii=False).encode() + b"\n"
    return (200 if fine else 503), "application/json", body


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A second process on the same port must fail loudly; the default would let it steal the port on some systems.
    allow_reuse_address = True
    allow_reuse_port = False

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A scraper that hangs up is none of our business."""


class _Handler(BaseHTTPRequestHandler):
    owner: Health
    timeout = _REQUEST_SECONDS

    def do_GET(self) -> None:
        status, content_type, body = self.owner.answer(self.path.partition("?")[0])
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the name that the base class gives it
        """Scrapes are not logged."""

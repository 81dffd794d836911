"""One port for the API and for `/metrics`, `/healthz`, `/readyz`: uvicorn on a thread of its own."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

import uvicorn

from runtime.health import Health, cannot_listen
from schemas.errors import InternalError

__all__ = ["ApiServer"]

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

_HEALTH = frozenset({"/metrics", "/healthz", "/readyz"})
_STARTING = b'{"type":"about:blank","title":"Service Unavailable","status":503,"detail":"casesvc is starting"}'


class ApiServer(Health):
    """Answers health questions from the start, and everything else by `app` once it is set."""

    def __init__(self, host: str, port: int) -> None:
        """Raises ConfigurationError when host and port cannot be listened on."""
        super().__init__()
        self.app: App | None = None
        try:
            family = socket.AF_INET6 if ":" in host else socket.AF_INET
            self._socket = socket.create_server((host, port), family=family, backlog=256)
        except OSError as error:
            raise cannot_listen(host, port, error) from error
        self.host = host
        self.port = self._socket.getsockname()[1]
        self._uvicorn = self._new()
        self._thread = self._start()

    def watch(self, stop: threading.Event) -> None:
        """For a supervised thread: serves until `stop`; raises when serving ended by itself (the next call begins it
        again)."""
        if not self._thread.is_alive():
            self._uvicorn = self._new()
            self._thread = self._start()
        while not stop.wait(0.5):
            if not self._thread.is_alive():
                raise InternalError("the API server ended by itself")

    def close(self) -> None:
        """Answer what is being asked, then stop listening. Idempotent."""
        self._uvicorn.should_exit = True
        if self._thread.is_alive():
            self._thread.join(timeout=5)
        self._socket.close()

    def _new(self) -> uvicorn.Server:
        config = uvicorn.Config(
            self._dispatch,
            interface="asgi3",
            log_config=None,
            log_level="warning",
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=3,
            timeout_keep_alive=15,
            limit_concurrency=200,
        )
        return uvicorn.Server(config)

    def _start(self) -> threading.Thread:
        server = self._uvicorn
        # A copy of the socket: uvicorn closes what it is given, and a restart needs the port again.
        copy = self._socket.dup()
        thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[copy])), name="http", daemon=True)
        thread.start()
        return thread

    async def _dispatch(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        if scope["path"] in _HEALTH:
            # Checks ask the database: on a thread, so that a slow one holds up nobody else.
            answer = await asyncio.get_running_loop().run_in_executor(None, self.answer, scope["path"])
            await _send(send, *answer)
        elif self.app is None:
            await _send(send, 503, "application/problem+json", _STARTING)
        else:
            await self.app(scope, receive, send)


async def _send(send: Send, status: int, content_type: str, body: bytes) -> None:
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})

"""A small SMTP server that answers what the test wants at each step, and remembers what it took."""

from __future__ import annotations

import asyncio
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType

__all__ = ["ScriptedServer", "Steps"]

DROP = 0


@dataclass(frozen=True)
class Steps:
    """Codes; `DROP` (0) closes the connection instead. `slow` seconds pass before the final answer."""

    greeting: int = 220
    auth: int = 235
    mail: int = 250
    rcpt: Mapping[str, int] = field(default_factory=dict)
    data: int = 354
    body: int = 250
    slow: float = 0.0
    slow_rcpt: float = 0.0
    keep_before_answer: bool = True
    """Whether a mail is taken although the answer is lost."""


class ScriptedServer:
    """Runs in a thread of its own. `mails`: (sender, recipients, bytes) that it took."""

    def __init__(self, steps: Steps = Steps(), *, tls: ssl.SSLContext | None = None, starttls: bool = False) -> None:
        self.steps = steps
        self.mails: list[tuple[str, tuple[str, ...], bytes]] = []
        self.commands: list[str] = []
        self.connections = 0
        self.body_received = threading.Event()
        self.data_commands = 0
        self._tls = tls
        self._starttls = starttls
        self._ready = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.port = 0

    def __enter__(self) -> ScriptedServer:
        self._thread.start()
        assert self._ready.wait(5)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(self._main())
        self._loop.close()

    async def _main(self) -> None:
        self._stop = asyncio.Event()
        context = None if self._starttls else self._tls
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=context)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        for task in asyncio.all_tasks() - {asyncio.current_task()}:
            task.cancel()
        await asyncio.sleep(0)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            await self._talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, asyncio.CancelledError, ssl.SSLError):
            pass
        finally:
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        secure = self._tls is not None and not self._starttls
        sender, recipients = "", list[str]()
        if not await _say(writer, self.steps.greeting, "scripted"):
            return
        while line := (await reader.readline()).decode("ascii", "replace").strip():
            self.commands.append(line)
            verb = line.upper()
            code = 250
            if verb.startswith("EHLO"):
                offers = ["scripted", "8BITMIME", "AUTH PLAIN LOGIN"]
                if self._starttls and not secure:
                    offers.append("STARTTLS")
                writer.write("".join(f"250-{offer}\r\n" for offer in offers[:-1]).encode())
                writer.write(f"250 {offers[-1]}\r\n".encode())
                await writer.drain()
                continue
            if verb == "STARTTLS":
                await _say(writer, 220, "go ahead")
                assert self._tls is not None
                await writer.start_tls(self._tls)
                secure = True
                continue
            if verb.startswith("AUTH"):
                code = self.steps.auth
            elif verb.startswith("MAIL"):
                code, sender, recipients = self.steps.mail, line[11:-1], []
            elif verb.startswith("RCPT"):
                await asyncio.sleep(self.steps.slow_rcpt)
                address = line[9:-1]
                code = self.steps.rcpt.get(address, 250)
                if code == 250:
                    recipients.append(address)
            elif verb == "DATA":
                self.data_commands += 1
                if not await _say(writer, self.steps.data, "data"):
                    return
                if self.steps.data != 354:
                    continue
                code = await self._body(reader, sender, recipients)
            elif verb == "QUIT":
                await _say(writer, 221, "bye")
                return
            if not await _say(writer, code, f"answer to {verb[:4]}"):
                return

    async def _body(self, reader: asyncio.StreamReader, sender: str, recipients: list[str]) -> int:
        lines = []
        while (line := await reader.readline()) != b".\r\n":
            if not line:
                return DROP
            lines.append(line[1:] if line.startswith(b".") else line)
        self.body_received.set()
        if self.steps.slow:
            await asyncio.sleep(self.steps.slow)
        code = self.steps.body
        if code // 100 == 2 or (code == DROP and self.steps.keep_before_answer):
            self.mails.append((sender, tuple(recipients), b"".join(lines)))
        return code


async def _say(writer: asyncio.StreamWriter, code: int, text: str) -> bool:
    if code == DROP:
        writer.transport.abort()
        return False
    writer.write(f"{code} {text}\r\n".encode())
    await writer.drain()
    return True

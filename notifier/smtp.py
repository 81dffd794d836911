"""The SMTP sender: connections pooled per account and server, so many at once, reused while they answer."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict

from notifier.sender import BeforeData, Envelope, Outcome, Route, SendResult
from notifier.session import ServerFault, Session

__all__ = ["SmtpSender"]

_CHECK_AFTER = 5.0
"""Seconds of idleness after which a connection is asked before it is trusted."""
_MAX_IDLE = 60.0
_MAX_MAILS = 100
"""Mails per connection: many servers end it by then (Exchange after 20 or more), at a moment of their choice."""


class SmtpSender:
    """The `Sender` of notifier.sender on real servers. `concurrency`: connections per account. For one event loop."""

    def __init__(self, concurrency: int = 4) -> None:
        self._slots: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(concurrency))
        self._idle: defaultdict[Route, list[Session]] = defaultdict(list)
        self._leaving: set[asyncio.Task[None]] = set()

    async def send(self, route: Route, envelope: Envelope, before_data: BeforeData) -> SendResult:
        """See `Sender.send`. Waits for a free connection of the account."""
        async with self._slots[route.account]:
            try:
                session = await self._session(route)
            except ServerFault as fault:
                return SendResult(Outcome.TEMPORARY, fault.stage, fault.response)
            result = await session.send(envelope, before_data)
            await self._give_back(route, session)
            return result

    async def close(self) -> None:
        """See `Sender.close`."""
        sessions = [session for idle in self._idle.values() for session in idle]
        self._idle.clear()
        await asyncio.gather(*(session.quit() for session in sessions), *self._leaving, return_exceptions=True)

    async def _session(self, route: Route) -> Session:
        self._forget_old(route)
        idle = self._idle[route]
        while idle:
            session = idle.pop()
            if time.monotonic() - session.idle_since < _CHECK_AFTER or await session.alive():
                return session
            session.abort()
        return await Session.open(route)

    async def _give_back(self, route: Route, session: Session) -> None:
        if not session.usable:
            session.abort()
        elif session.mails >= _MAX_MAILS:
            await session.quit()
        else:
            self._idle[route].append(session)

    def _forget_old(self, route: Route) -> None:
        """Close what idled too long, of this account's former routes too (another host, a rotated password).

        In one step, and without waiting for any goodbye: others look through the same lists, and a server that has
        gone silent is no reason to keep this mail.
        """
        now = time.monotonic()
        for other, sessions in list(self._idle.items()):
            changed = other.account == route.account and other != route
            for session in [one for one in sessions if changed or now - one.idle_since > _MAX_IDLE]:
                sessions.remove(session)
                goodbye = asyncio.create_task(session.quit())
                self._leaving.add(goodbye)
                goodbye.add_done_callback(self._leaving.discard)
            if not sessions and other != route:
                del self._idle[other]

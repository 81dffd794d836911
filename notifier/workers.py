"""The sending loop: claims what is due, hands over many at once, renews its leases, drains before it stops.

One event loop on a thread of its own. The database has a small pool of threads, composing (templates, attachments from
a blob store that may be slow) another: leases are renewed and answers noted however long a mail takes to be made.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import partial
from typing import TypeVar

import structlog

from notifier.ledger import Ledger
from notifier.options import NotifierOptions
from notifier.outgoing import Composer, Ready
from notifier.records import Entry
from notifier.sender import Outcome, Sender, SendResult
from runtime import metrics
from runtime.clock import Clock, SystemClock
from schemas.errors import ConfigurationError, MessageError, ProviderTemporary

__all__ = ["Workers"]

_LONGEST_PAUSE = 10.0
_SETTLE_SECONDS = 600.0
"""How long the note of a hand-over is tried while the database is away; after that the row's lease tells."""
_Result = TypeVar("_Result")
_log = structlog.get_logger("notifier")


class Workers:
    """Sends. `run` belongs on a supervised thread; `wake` may be called from any thread."""

    def __init__(
        self,
        ledger: Ledger,
        composer: Callable[[], Composer],
        make_sender: Callable[[], Sender],
        options: NotifierOptions,
        *,
        drain: float = 20.0,
        threads: int = 4,
        clock: Clock | None = None,
    ) -> None:
        """`drain`: seconds that hand-overs under way may take when the process stops."""
        self._ledger = ledger
        self._composer = composer
        self._make_sender = make_sender
        self._options = options
        self._drain = drain
        self._threads = threads
        self._clock = clock or SystemClock()
        self._active: dict[str, tuple[Entry, asyncio.Task[None]]] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._executor: ThreadPoolExecutor | None = None
        self._composing: ThreadPoolExecutor | None = None
        self._wake: asyncio.Event | None = None

    def run(self, stop: threading.Event) -> None:
        """Send until `stop` is set, then drain."""
        with (
            ThreadPoolExecutor(self._threads, thread_name_prefix="notifier") as self._executor,
            ThreadPoolExecutor(self._threads, thread_name_prefix="composing") as self._composing,
        ):
            asyncio.run(self._main(stop))

    def wake(self) -> None:
        """Something may be due: look now."""
        loop, event = self._loop, self._wake
        if loop is not None and event is not None:
            with suppress(RuntimeError):  # the loop has just closed: nobody is there to be woken
                loop.call_soon_threadsafe(event.set)

    async def _main(self, stop: threading.Event) -> None:
        self._loop = asyncio.get_running_loop()
        self._wake = asyncio.Event()
        self._active.clear()
        sender = self._make_sender()
        renewing = asyncio.create_task(self._renew())
        try:
            try:
                await self._claim_and_send(stop, sender)
            finally:
                # Also when claiming failed for good: what is being transmitted must not become doubt for that.
                await self._finish_active()
        finally:
            self._loop = None
            renewing.cancel()
            for _, task in list(self._active.values()):
                task.cancel()
            await asyncio.gather(*(task for _, task in self._active.values()), return_exceptions=True)
            await sender.close()

    async def _claim_and_send(self, stop: threading.Event, sender: Sender) -> None:
        assert self._wake is not None, "made by _main"
        pause = 0.0
        while not stop.is_set():
            self._wake.clear()
            room = self._options.concurrency - len(self._active)
            claimed: list[Entry] = []
            if room > 0:
                try:
                    claimed = await self._in_thread(self._ledger.claim, self._composer().policy, self._free, room)
                    pause = 0.0
                except ProviderTemporary as error:
                    pause = min(_LONGEST_PAUSE, max(0.5, pause * 2))
                    _log.warning("nothing is claimed: the database is away", reason=str(error), seconds=pause)
            for entry in claimed:
                task = asyncio.create_task(self._one(entry, sender))
                self._active[entry.notification_id] = (entry, task)
                task.add_done_callback(partial(self._done, entry.notification_id))
            if not claimed:
                await self._wait(stop, pause or self._options.idle)

    async def _wait(self, stop: threading.Event, seconds: float) -> None:
        """Until something may be due, or `stop`; looked at often enough for a quick stop."""
        assert self._wake is not None, "made by _main"
        end = time.monotonic() + seconds
        while not stop.is_set() and (left := end - time.monotonic()) > 0:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), min(0.2, left))
                return

    def _done(self, notification: str, task: asyncio.Task[None]) -> None:
        # A mail can be claimed again before its former task is cleared away; then the entry is the new one's.
        if notification in self._active and self._active[notification][1] is task:
            del self._active[notification]
        if self._wake is not None:
            self._wake.set()

    def _free(self, account: str) -> int:
        busy = Counter(entry.request.account for entry, _ in list(self._active.values()))
        return self._options.per_account - busy[account]

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self._options.renew)
            if self._active:
                try:
                    await self._in_thread(self._ledger.renew, list(self._active))
                except ProviderTemporary as error:
                    _log.warning("leases not renewed", reason=str(error))

    async def _finish_active(self) -> None:
        tasks = [task for _, task in self._active.values()]
        if tasks:
            _log.info("finishing hand-overs", mails=len(tasks))
            await asyncio.wait(tasks, timeout=self._drain)

    async def _one(self, entry: Entry, sender: Sender) -> None:
        """One hand-over; no exception leaves it, or the row would wait for its lease without anybody knowing why."""
        try:
            ready = await self._prepared(entry)
            if ready is not None:
                await self._hand_over(entry, ready, sender)
        except ProviderTemporary as error:
            _log.warning("hand-over given up", notification_id=entry.notification_id, reason=str(error))
        except Exception:
            _log.exception("hand-over crashed", notification_id=entry.notification_id)

    async def _prepared(self, entry: Entry) -> Ready | None:
        try:
            prepare, now = self._composer().prepare, self._clock.now()
            return await asyncio.get_running_loop().run_in_executor(self._composing, prepare, entry, now)
        except MessageError as error:
            reason, detail = error.reason, str(error)
            await self._until_noted(lambda: self._ledger.refuse(entry, reason, detail))
        except ConfigurationError as error:
            detail = str(error)
            await self._until_noted(lambda: self._ledger.postpone(entry, "not_configured", detail))
        except ProviderTemporary as error:
            detail = str(error)
            await self._until_noted(lambda: self._ledger.postpone(entry, "attachments_unavailable", detail))
        except Exception as error:
            # A bug of ours: with growing pauses, shown on its case, until a release mends it or the mail expires.
            # Left to its lease, the row would be claimed anew every few seconds for days.
            _log.exception("a mail cannot be composed", notification_id=entry.notification_id)
            detail = type(error).__name__
            await self._until_noted(lambda: self._ledger.postpone(entry, "compose_crashed", detail))
        return None

    async def _hand_over(self, entry: Entry, ready: Ready, sender: Sender) -> None:
        current = entry

        async def before_data() -> bool:
            nonlocal current
            begun = await self._in_thread(self._ledger.begin, entry, ready.message_id)
            if begun is None:
                return False
            current = begun
            return True

        started = time.monotonic()
        result = await sender.send(ready.route, ready.envelope, before_data)
        metrics.SMTP_SECONDS.observe(time.monotonic() - started, account=ready.route.account)
        self._count(result, ready)
        await self._until_noted(lambda: self._ledger.settle(current, result, ready.route.key))

    def _count(self, result: SendResult, ready: Ready) -> None:
        if result.outcome is Outcome.ACCEPTED:
            return
        metrics.SMTP_ERRORS.inc(account=ready.route.account, kind=f"{result.stage.value}_{result.outcome.value}")
        _log.warning(
            "hand-over failed",
            account=ready.route.account,
            stage=result.stage.value,
            outcome=result.outcome.value,
            response=result.response,
        )

    async def _in_thread(self, call: Callable[..., _Result], *arguments: object) -> _Result:
        """Not the loop's own pool: there, name servers that do not answer can hold all threads."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, call, *arguments)

    async def _until_noted(self, note: Callable[[], Entry | None]) -> Entry | None:
        """A server's answer is worth waiting for the database: without the note it would become `unknown`."""
        pause, end = 0.2, time.monotonic() + _SETTLE_SECONDS
        while True:
            try:
                return await self._in_thread(note)
            except ProviderTemporary:
                if time.monotonic() > end:
                    raise
                await asyncio.sleep(pause)
                pause = min(_LONGEST_PAUSE, pause * 2)

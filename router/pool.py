"""Deciding in worker processes, so that no mail can hang or kill the router.

A chunk of mails has a deadline; a chunk that misses it or kills its worker is taken apart and each of its mails is
decided alone with twice the deadline. What fails alone is refused with its reason; everything else is decided.

A pool belongs to one configuration: its workers compile it when they start, outside of any deadline. A changed
configuration gets a new pool, which is proven to answer before it takes over; the old one ends with its last chunk.
"""

from __future__ import annotations

import asyncio
import functools
import multiprocessing
import os
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import CancelledError
from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace
from typing import Any

from pebble import ProcessExpired, ProcessPool

from mail.signed_ids import SigningKey
from router import work
from router.jobs import Job, Refused, Result, chunks, deadline
from runtime import logs, metrics
from runtime.config import Configuration
from schemas.errors import ConfigurationError, InternalError

__all__ = ["DECIDE", "DecisionPool", "Loader", "default_workers"]

DECIDE = "router.work:decide_mail"
"""What workers call for each mail, as `module:function` with the signature of `router.work.decide_mail`."""

Loader = Callable[[Job], Awaitable[Job | Refused]]
"""Fetches the bytes of a job that does not have them; called when its chunk's turn comes."""

_START_SECONDS = 60.0
_END_SECONDS = 10.0
_SILENCE_SECONDS = 300.0
"""Beyond a deadline: a chunk may wait for the one before it in its worker."""
_REBUILDS = 3
_log = logs.get_logger("router.pool")


def default_workers() -> int:
    """One worker process a core, at most eight."""
    return max(1, min(8, len(os.sched_getaffinity(0))))


class _Generation:
    """One pool of processes, the configuration that its workers hold, and how many chunks it is deciding."""

    def __init__(self, pool: Any, configuration: Configuration) -> None:
        self.pool = pool
        self.configuration = configuration
        self._users = 0
        self._idle = asyncio.Event()
        self._idle.set()

    async def ask(self, function: Callable[..., Any], seconds: float, *arguments: object) -> Any:
        """Result of `function` in a worker, which gets it done within `seconds` once it has begun.

        Raises what pebble raises, and BrokenProcessPool when the pool gives no answer at all.
        """
        self._users += 1
        self._idle.clear()
        try:
            # Scheduling starts the processes of a new pool, and pickles the mails: not in the event loop.
            future = await asyncio.to_thread(
                functools.partial(self.pool.schedule, function, args=arguments, timeout=seconds)
            )
            done, _ = await asyncio.wait([asyncio.wrap_future(future)], timeout=seconds + _SILENCE_SECONDS)
            if not done:
                raise BrokenProcessPool("no answer long after the deadline")
            return done.pop().result()
        finally:
            self._users -= 1
            if not self._users:
                self._idle.set()

    async def end(self) -> None:
        """End the processes when their last chunk is done."""
        await self._idle.wait()
        await self.kill()

    async def kill(self) -> None:
        """End the processes with what they are doing."""
        self.pool.stop()
        await asyncio.to_thread(self.pool.join)


class DecisionPool:
    """Decides jobs in `workers` processes. For use from one event loop; `close` ends the processes."""

    def __init__(self, workers: int | None = None, decide: str | None = None) -> None:
        self._workers = workers or default_workers()
        self._decide = decide or DECIDE
        self._context = multiprocessing.get_context("forkserver")
        # Workers are forked from a server that has imported what deciding needs: they start in milliseconds.
        self._context.set_forkserver_preload(["__main__", "router.work", "router.text.preload"])
        self._generation: _Generation | None = None
        self._keys: tuple[SigningKey, ...] = ()
        self._turns = asyncio.Semaphore(self._workers + 1)
        self._changing = asyncio.Lock()
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def digest(self) -> str | None:
        """Digest of the configuration in force."""
        return self._generation.configuration.digest if self._generation else None

    async def use(self, configuration: Configuration, keys: Sequence[SigningKey]) -> None:
        """Decide by `configuration` from now on; chunks under way end with the old one.

        Raises ConfigurationError when the workers cannot start with it; the old one stays in force then.
        """
        async with self._changing:
            generation = await self._start(configuration, tuple(keys))
            old, self._generation, self._keys = self._generation, generation, tuple(keys)
        if old is not None:
            self._retire(old)

    async def decide(self, jobs: Sequence[Job], load: Loader | None = None) -> list[Result]:
        """Results of `jobs` in their order. Never raises for a mail; InternalError when no worker process can run."""
        results: list[Result | None] = [None] * len(jobs)

        async def run(indexes: tuple[int, ...]) -> None:
            async with self._turns:
                for index, result in zip(
                    indexes, await self._chunk([jobs[index] for index in indexes], load), strict=True
                ):
                    results[index] = result

        await asyncio.gather(*(run(indexes) for indexes in chunks(jobs)))
        return [result for result in results if result is not None]

    async def _chunk(self, jobs: Sequence[Job], load: Loader | None) -> list[Result]:
        loaded = [await load(job) if load is not None and job.missing else job for job in jobs]
        ready = [job for job in loaded if isinstance(job, Job)]
        decided = iter(await self._decide_ready(ready))
        return [next(decided) if isinstance(job, Job) else job for job in loaded]

    async def _decide_ready(self, jobs: Sequence[Job]) -> Sequence[Result]:
        if not jobs:
            return []
        outcome = await self._attempt(jobs, deadline(jobs))
        if not isinstance(outcome, Refused):
            return outcome
        metrics.CHUNK_RETRIES.inc(cause=outcome.reason)
        _log.warning(
            "chunk failed, its mails are decided alone", reason=outcome.reason, detail=outcome.detail, mails=len(jobs)
        )
        results: list[Result] = []
        for job in jobs:
            alone = await self._attempt([job], 2 * deadline([job]))
            results += [replace(alone, attempts=2)] if isinstance(alone, Refused) else alone
        return results

    async def _attempt(self, jobs: Sequence[Job], seconds: float) -> list[Result] | Refused:
        """Results of a chunk, or why the whole chunk failed."""
        for _ in range(_REBUILDS):
            generation = self._generation
            if generation is None:
                raise InternalError("the decision pool has no configuration yet")
            try:
                answers: list[Result] = await generation.ask(work.decide_chunk, seconds, list(jobs), seconds)
            except TimeoutError:
                return Refused("decision_timeout", f"no decision within {seconds:.1f} s")
            except ProcessExpired as error:
                return Refused("crashed_router", f"the worker process ended with exit code {error.exitcode}")
            except (BrokenProcessPool, CancelledError, RuntimeError) as error:
                # Workers that died between chunks (killed from outside) break the pool, not a mail.
                await self._replace(generation, error)
                continue
            except Exception as error:  # e.g. an answer that cannot be pickled: the mails' fault, or a bug of ours
                return Refused("decision_failed", f"{type(error).__name__}: {error}"[:2000])
            return answers
        raise InternalError("worker processes end again and again before they take a mail; see the log above")

    async def _replace(self, broken: _Generation, error: BaseException) -> None:
        async with self._changing:
            if self._generation is not broken:
                return
            _log.warning("worker processes replaced", error=str(error))
            metrics.CHUNK_RETRIES.inc(cause="pool")
            self._generation = await self._start(broken.configuration, self._keys)
        self._retire(broken)

    async def _start(self, configuration: Configuration, keys: tuple[SigningKey, ...]) -> _Generation:
        pool = ProcessPool(
            max_workers=self._workers,
            initializer=work.initialize,
            initargs=(configuration, keys, self._decide),
            context=self._context,
        )
        generation = _Generation(pool, configuration)
        try:
            await generation.ask(work.ready, _START_SECONDS)
        except (TimeoutError, ProcessExpired, BrokenProcessPool, RuntimeError) as error:
            self._retire(generation)
            raise ConfigurationError(f"worker processes do not start with this configuration: {error}") from error
        return generation

    def _retire(self, generation: _Generation) -> None:
        task = asyncio.create_task(generation.end())
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def close(self) -> None:
        """End the worker processes, with what they are doing. Idempotent."""
        generation, self._generation = self._generation, None
        if generation is not None:
            await generation.kill()
        if self._ending:
            await asyncio.wait(set(self._ending), timeout=_END_SECONDS)

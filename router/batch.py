"""One batch of `mail.raw`: records in, acknowledged decisions and quarantine records out. Knows nothing of Faust.

    records ──► decode ──► decide in the pool ──► canary? ──► publish ──► all acknowledged: the batch is done
                  │ unreadable                       │ fails
                  └─► quarantine                     └─► RouterStopped, nothing published

What dies in between is delivered again and decides to the same records, which readers know by their ids.
"""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from router.canary import Streak, canary_job
from router.jobs import Decided, Job, Refused, Result
from router.pool import DecisionPool
from router.quarantine import quarantine_event, unreadable_event
from runtime import logs, metrics
from runtime.blobs.api import BlobMissing, BlobStore, blob_key
from runtime.clock import Clock, SystemClock
from schemas.cloudevents import Event, Record, decode, encode
from schemas.errors import InternalError, MessageError, ProviderError, UnknownEvent
from schemas.events import MailReceived
from schemas.events.quarantine import reason_kind

__all__ = ["BatchRouter", "Publish", "RouterStopped"]

Publish = Callable[[Sequence[Record]], Awaitable[Sequence[Record]]]
"""Publishes records and returns when each is acknowledged; gives back those that the broker will never take."""

_BLOB_ATTEMPTS = 4
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 15.0
_log = logs.get_logger("router")


class RouterStopped(InternalError):
    """The router cannot decide its own canary: going on would put every mail aside."""


@dataclass(frozen=True, slots=True)
class _Outgoing:
    """A record to publish, the mail that it is about, and what is counted when it is acknowledged."""

    record: Record
    received: MailReceived | None
    decided: Decided | None
    arrived_ms: int | None


class BatchRouter:
    """Routes batches, one after the other. Waits, without end, for what is away (blob store, broker)."""

    def __init__(
        self,
        pool: DecisionPool,
        blobs: BlobStore,
        publish: Publish,
        clock: Clock | None = None,
        streak: Streak | None = None,
    ) -> None:
        self._pool = pool
        self._blobs = blobs
        self._publish = publish
        self._clock = clock or SystemClock()
        self._streak = streak or Streak()

    async def route(self, records: Sequence[Record]) -> None:
        """Return when each mail of `records` has its acknowledged decision or quarantine record.

        Raises RouterStopped when the canary fails; nothing of the batch is published then.
        """
        outgoing: list[_Outgoing] = []
        mails: list[tuple[Record, MailReceived, Job]] = []
        for record in records:
            read = self._read(record)
            if isinstance(read, Job):
                mails.append((record, read.received, read))
            elif read is not None:
                outgoing.append(_Outgoing(encode(read), None, None, None))
                _count_quarantine("unreadable")
        results = await self._pool.decide([job for _, _, job in mails], self._load)
        if self._streak.add(results):
            await self._ask_canary()
        for (record, received, _), result in zip(mails, results, strict=True):
            outgoing.append(self._outgoing(record, received, result))
        await self._send(outgoing)

    def _read(self, record: Record) -> Job | Event | None:
        """The job of a record; a quarantine event for one that cannot be read; None where it names no mail."""
        try:
            event = decode(record)
            if not isinstance(event.data, MailReceived):
                raise UnknownEvent(f"{event.type} is no mail")
        except MessageError as error:
            kind = "tombstone" if record.value is None else "unknown" if isinstance(error, UnknownEvent) else "broken"
            metrics.EVENTS_UNREADABLE.inc(topic=record.topic, reason=kind)
            _log.warning("unreadable record", partition=record.partition, offset=record.offset, reason=kind)
            return unreadable_event(record, str(error), self._clock.now())
        return Job(event.data, event.body)

    async def _load(self, job: Job) -> Job | Refused:
        """The job with its bytes from the blob store. A store that is away is waited for; a missing blob is not."""
        pause, missing = _FIRST_PAUSE, 0
        while True:
            try:
                raw = await asyncio.to_thread(self._blobs.get, blob_key(job.received.raw.ref))
                if hashlib.sha256(raw).hexdigest() == job.received.raw.sha256:
                    return job.with_raw(raw)
                detail = f"{job.received.raw.ref} holds other bytes than were received"
            except BlobMissing as error:
                detail = str(error)
            except MessageError as error:
                return Refused("blob_missing", str(error))
            except ProviderError as error:
                metrics.BLOB_WAITS.inc()
                _log.warning("blob store away, waiting", error=str(error), seconds=pause)
                await asyncio.sleep(pause)
                pause = min(_LONGEST_PAUSE, pause * 2)
                continue
            missing += 1
            if missing == _BLOB_ATTEMPTS:
                return Refused("blob_missing", detail, missing)
            await asyncio.sleep(_FIRST_PAUSE)

    async def _ask_canary(self) -> None:
        (result,) = await self._pool.decide([canary_job()])
        passed = isinstance(result, Decided)
        metrics.CANARY.inc(result="passed" if passed else "failed")
        if isinstance(result, Refused):
            raise RouterStopped(
                f"too many internal failures in a row, and the built-in canary mail fails too ({result.reason}:"
                f" {result.detail}); the router stops before it puts more mails aside"
            )
        _log.error("many internal failures in a row; the canary mail is decided, going on")

    def _outgoing(self, record: Record, received: MailReceived, result: Result) -> _Outgoing:
        if isinstance(result, Decided):
            return _Outgoing(result.record, received, result, record.timestamp_ms)
        return _Outgoing(self._quarantine(received, result), received, None, None)

    def _quarantine(self, received: MailReceived, refused: Refused) -> Record:
        _count_quarantine(refused.reason)
        _log.warning("mail quarantined", mail_id=received.mail_id, reason=refused.reason, attempts=refused.attempts)
        return encode(quarantine_event(received, refused, self._clock.now()))

    async def _send(self, outgoing: Sequence[_Outgoing]) -> None:
        too_large = {id(record) for record in await self._publish([one.record for one in outgoing])}
        instead: list[Record] = []
        for one in outgoing:
            if id(one.record) in too_large:
                # Bounded by construction; a broker may still be set to less than the catalogue says.
                detail = f"a decision of {len(one.record.value or b'')} bytes is more than the broker takes"
                if one.received is not None and one.decided is not None:
                    instead.append(self._quarantine(one.received, Refused("decision_failed", detail)))
            elif one.decided is not None:
                self._count(one.decided, one.arrived_ms)
        if instead:
            await self._publish(instead)

    def _count(self, decided: Decided, arrived_ms: int | None) -> None:
        metrics.DECIDED.inc(class_kind=decided.class_kind)
        metrics.DECISION_SECONDS.observe(decided.seconds)
        for rule in decided.winners:
            metrics.RULES_MATCHED.inc(rule=rule)
        if arrived_ms is not None:
            metrics.DECISION_AGE.observe(max(0.0, time.time() - arrived_ms / 1000))


def _count_quarantine(reason: str) -> None:
    metrics.QUARANTINED.inc(stage="router", reason=reason, kind=reason_kind(reason).value)

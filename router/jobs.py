"""Work for the worker processes and what comes back: plain records, and how work is cut into chunks."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from schemas.cloudevents import Record
from schemas.events import MailReceived

__all__ = ["MAX_CHUNK_BYTES", "MAX_CHUNK_MAILS", "Decided", "Job", "Refused", "Result", "chunks", "deadline"]

MAX_CHUNK_MAILS = 50
MAX_CHUNK_BYTES = 1024 * 1024
"""Bytes of a chunk's mails; a larger mail is a chunk of its own."""
_BASE_SECONDS = 3.0
_SECONDS_PER_MB = 1.0


@dataclass(frozen=True, slots=True)
class Job:
    """One mail to decide. `raw` is empty until the bytes of a mail that does not travel inline are fetched."""

    received: MailReceived
    raw: bytes = field(repr=False)

    @property
    def size(self) -> int:
        """Bytes of the mail, fetched or not."""
        return self.received.raw.size

    @property
    def missing(self) -> bool:
        """Whether its bytes must be fetched from the blob store first."""
        return not self.raw and self.received.raw.size > 0

    def with_raw(self, raw: bytes) -> Job:
        """The job with its bytes."""
        return replace(self, raw=raw)


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision, encoded. `winners`: rows that acted; `seconds`: time that deciding took in the worker."""

    record: Record
    class_kind: str
    winners: tuple[str, ...] = ()
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Refused:
    """A mail that goes to quarantine: a reason of `schemas.events.quarantine`, and details for the operator."""

    reason: str
    detail: str
    attempts: int = 1


Result = Decided | Refused


def chunks(jobs: Sequence[Job]) -> Iterator[tuple[int, ...]]:
    """Indexes of `jobs` in chunks of at most 50 mails and 1 MB, in their order; each larger mail by itself."""
    current: list[int] = []
    size = 0
    for index, job in enumerate(jobs):
        if job.size > MAX_CHUNK_BYTES:
            yield (index,)
            continue
        if current and (len(current) == MAX_CHUNK_MAILS or size + job.size > MAX_CHUNK_BYTES):
            yield tuple(current)
            current, size = [], 0
        current.append(index)
        size += job.size
    if current:
        yield tuple(current)


def deadline(jobs: Sequence[Job]) -> float:
    """Seconds that deciding `jobs` as one chunk may take: 3 s and 1 s for each MB in it."""
    return _BASE_SECONDS + _SECONDS_PER_MB * sum(job.size for job in jobs) / (1024 * 1024)

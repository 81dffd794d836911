"""`Thread-Index` ([MS-OXOMSG] §2.2.1.3): the thread's root and the time of each reply, out of base64; bounded.

    root, 22 bytes: time (6 bytes) · GUID (16)             replies, 5 bytes each: delta code (1 bit) · delta (31) · …

Two clocks are in use, told apart by which one gives a year that mail is from: Outlook writes the six high bytes of a
FILETIME, Exchange a byte 0x01 and then the five high ones. (Some Outlooks write random bytes: then there is no time.)
Each reply's delta counts from the block before it (the specification can be read as from the root; mails of known date
say otherwise). Exchange takes its own root for one of Outlook's, 188 years ago: what 31 bits keep of such a delta is
right but for a multiple of 57 years.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from schemas.ids import sha256_hex

__all__ = ["ThreadIndex", "parse_thread_index"]

_ROOT = 22
_BLOCK = 5
_MAX_CHARS = 4096
_MAX_BLOCKS = 200
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_TICKS_PER_MICROSECOND = 10
_WRAP = 1 << 54
_TOO_LONG = 10 * 366 * 24 * 3600 * 10**7
"""Ticks of ten years: no answer takes that long."""
_BLANK_GUIDS = (b"\0" * 16, b"\xff" * 16)


@dataclass(frozen=True, slots=True)
class ThreadIndex:
    """One decoded Thread-Index."""

    guid: str
    """Of the thread, as 32 hex digits in the order of the bytes."""
    started: datetime | None
    """When the first mail was written (to some hundredths of a second); None where no clock makes sense."""
    replies: tuple[datetime, ...]
    """When each reply on the way to this mail was written; empty for the first mail, and where `started` is None."""
    depth: int
    """Replies on the way to this mail: 0 for the first mail of a thread."""
    root_digest: str
    """SHA-256 (hex) of the root: equal for all mails of a thread."""
    ancestor_digests: tuple[str, ...]
    """SHA-256 (hex) of the index of each mail that this one answers, directly or not, nearest first."""


def parse_thread_index(text: str) -> ThreadIndex | None:
    """The index that `text` (the field's value) holds, None where it holds none. Never raises.

    A blank GUID, as broken senders write it, names no thread: strangers would meet under it.
    """
    encoded = "".join(text[:_MAX_CHARS].split())
    try:
        data = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    root = data[:_ROOT]
    if len(root) < _ROOT or root[6:] in _BLANK_GUIDS:
        return None
    depth = min((len(data) - _ROOT) // _BLOCK, _MAX_BLOCKS)
    ends = [_ROOT + _BLOCK * number for number in range(depth)]
    ticks = _clock(root)
    return ThreadIndex(
        guid=root[6:].hex(),
        started=None if ticks is None else _time(ticks),
        replies=() if ticks is None else _replies(data, ends, ticks),
        depth=depth,
        root_digest=sha256_hex(root),
        ancestor_digests=tuple(sha256_hex(data[:end]) for end in reversed(ends)),
    )


def _clock(root: bytes) -> int | None:
    """FILETIME of the root by the clock that gives a likely year."""
    clocks = [int.from_bytes(root[:6]) << 16]
    if root[:2] == b"\x01\x01":
        clocks.append(int.from_bytes(root[1:6]) << 24)
    for ticks in clocks:
        found = _time(ticks)
        if found is not None and _EARLIEST <= found < _LATEST:
            return ticks
    return None


def _time(ticks: int) -> datetime | None:
    try:
        return _EPOCH + timedelta(microseconds=ticks // _TICKS_PER_MICROSECOND)
    except OverflowError:
        return None


def _replies(data: bytes, starts: list[int], ticks: int) -> tuple[datetime, ...]:
    found: list[datetime] = []
    as_outlook = int.from_bytes(data[:6]) << 16
    for start in starts:
        block = int.from_bytes(data[start : start + 4])
        delta = (block & 0x7FFF_FFFF) << (23 if block >> 31 else 18)
        if delta > _TOO_LONG and data[:2] == b"\x01\x01":
            delta = (as_outlook + delta - ticks) % _WRAP
        ticks += delta
        time = _time(ticks)
        if time is None:
            break
        found.append(time)
    return tuple(found)

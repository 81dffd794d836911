"""The seam: what a blob store promises, whoever implements it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from schemas.errors import MessageError, ProviderPermanent

__all__ = ["BlobInfo", "BlobMissing", "BlobStore", "blob_key", "blob_ref", "check_key", "check_prefix"]

_REF = "blob:"
_SEGMENT = re.compile(r"[A-Za-z0-9_=@+~-][A-Za-z0-9._=@+~-]{0,199}")
"""No leading dot: `.`, `..` and our own temporary files can be no part of a key."""
_MAX_KEY = 512


class BlobMissing(ProviderPermanent):
    """There is no blob under this key (any more)."""


@dataclass(frozen=True, slots=True)
class BlobInfo:
    """What a listing tells. `size` in bytes; `modified` is the store's time of the last put, in UTC."""

    key: str
    size: int
    modified: datetime


class BlobStore(Protocol):
    """Bytes under keys. Thread-safe, all calls block. Keys as `check_key` allows, else MessageError.

    Every call may raise ProviderTemporary (away, disk full: try again), ProviderAuth (not allowed to) and
    ConfigurationError (no such bucket).
    """

    def put(self, key: str, data: bytes) -> None:
        """Store `data`; on return it survives a crash of the machine. Idempotent; an older blob is replaced as a whole,
        a reader sees the old bytes or the new ones, never a part."""

    def get(self, key: str) -> bytes:
        """All bytes. Raises BlobMissing."""

    def exists(self, key: str) -> bool:
        """Whether `get` would find it now."""

    def delete(self, key: str) -> None:
        """Remove it; nothing happens if it is not there."""

    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        """Everything below folder `prefix` (whole path segments; empty: everything), in no given order."""


def check_key(key: str) -> str:
    """`key`, if it is safe as path and object name: segments of letters, digits, `._=@+~-` with no leading dot.

    Raises MessageError (`bad_reference`): keys come from records, so a bad one is a bad record.
    """
    if len(key) > _MAX_KEY or not all(_SEGMENT.fullmatch(segment) for segment in key.split("/")):
        raise MessageError(f"{key[:80]!r} is no blob key: letters, digits and ._=@+~- between slashes", "bad_reference")
    return key


def check_prefix(prefix: str) -> str:
    """A listing's folder without its closing slash; the rules of `check_key`, or empty."""
    folder = prefix.rstrip("/")
    return check_key(folder) if folder else ""


def blob_ref(key: str) -> str:
    """The `dataref` of a key: `blob:claims/ab12…`."""
    return _REF + check_key(key)


def blob_key(ref: str) -> str:
    """The key in a `dataref`. Raises MessageError if it is none of ours."""
    if not ref.startswith(_REF):
        raise MessageError(f"{ref[:80]!r} is no blob reference; it begins with `{_REF}`", "bad_reference")
    return check_key(ref.removeprefix(_REF))

"""The in-memory twin."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import UTC, datetime

from runtime.blobs.api import BlobInfo, BlobMissing, check_key, check_prefix
from schemas.errors import ProviderTemporary

__all__ = ["MemoryBlobs"]


class MemoryBlobs:
    """A dictionary with the promises of `BlobStore`. `available = False` plays a store that is away."""

    def __init__(self) -> None:
        self.available = True
        self._lock = threading.Lock()
        self._blobs: dict[str, tuple[bytes, datetime]] = {}

    def put(self, key: str, data: bytes) -> None:
        """See `BlobStore.put`."""
        self._ready()
        with self._lock:
            self._blobs[check_key(key)] = (bytes(data), datetime.now(UTC))

    def get(self, key: str) -> bytes:
        """See `BlobStore.get`."""
        self._ready()
        with self._lock:
            found = self._blobs.get(check_key(key))
        if found is None:
            raise BlobMissing(f"no blob {key} in memory")
        return found[0]

    def exists(self, key: str) -> bool:
        """See `BlobStore.exists`."""
        self._ready()
        with self._lock:
            return check_key(key) in self._blobs

    def delete(self, key: str) -> None:
        """See `BlobStore.delete`."""
        self._ready()
        with self._lock:
            self._blobs.pop(check_key(key), None)

    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        """See `BlobStore.list`."""
        self._ready()
        folder = check_prefix(prefix)
        with self._lock:
            found = [BlobInfo(key, len(data), modified) for key, (data, modified) in self._blobs.items()]
        yield from (info for info in found if not folder or info.key.startswith(folder + "/"))

    def _ready(self) -> None:
        if not self.available:
            raise ProviderTemporary("the blob store in memory was told to be away")

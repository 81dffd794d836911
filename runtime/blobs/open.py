"""From `MAILCASE_BLOB_URL` to a store whose calls are timed."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runtime import metrics
from runtime.blobs.api import BlobInfo, BlobStore
from runtime.blobs.directory import DirectoryBlobs
from runtime.blobs.objects import ObjectBlobs
from runtime.settings import Settings
from schemas.errors import ConfigurationError

__all__ = ["TimedBlobs", "open_blobs"]


def open_blobs(url: str, settings: Settings | None = None) -> BlobStore:
    """The store of `url`: `file://DIR` (relative to the working folder, or absolute `file:///DIR`), `s3://BUCKET/PREFIX`,
    `gs://…`, `az://…`. `settings` carries endpoint, region and keys of S3. Raises ConfigurationError."""
    if url.startswith("file://"):
        return TimedBlobs(DirectoryBlobs(Path(url.removeprefix("file://"))))
    if url.startswith(("s3://", "gs://", "az://")):
        return TimedBlobs(ObjectBlobs(url, settings))
    raise ConfigurationError(f"{url!r} is no blob store; use file://DIR, s3://BUCKET/PREFIX, gs://… or az://…")


class TimedBlobs:
    """A store whose successful calls are observed in `mailcase_blob_seconds`; else it is the inner one."""

    def __init__(self, inner: BlobStore) -> None:
        self._inner = inner

    def put(self, key: str, data: bytes) -> None:
        """See `BlobStore.put`."""
        with _timed("put"):
            self._inner.put(key, data)

    def get(self, key: str) -> bytes:
        """See `BlobStore.get`."""
        with _timed("get"):
            return self._inner.get(key)

    def exists(self, key: str) -> bool:
        """See `BlobStore.exists`."""
        with _timed("exists"):
            return self._inner.exists(key)

    def delete(self, key: str) -> None:
        """See `BlobStore.delete`."""
        with _timed("delete"):
            self._inner.delete(key)

    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        """See `BlobStore.list`; not timed, since it lasts as long as the reader takes."""
        return self._inner.list(prefix)


@contextmanager
def _timed(operation: str) -> Iterator[None]:
    started = time.monotonic()
    yield
    metrics.BLOB_SECONDS.observe(time.monotonic() - started, operation=operation)

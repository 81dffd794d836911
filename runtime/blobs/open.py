"""From `MAILCASE_BLOB_URL` to a store."""

from __future__ import annotations

from pathlib import Path

from runtime.blobs.api import BlobStore
from runtime.blobs.directory import DirectoryBlobs
from runtime.blobs.objects import ObjectBlobs
from runtime.settings import Settings
from schemas.errors import ConfigurationError

__all__ = ["open_blobs"]


def open_blobs(url: str, settings: Settings | None = None) -> BlobStore:
    """The store of `url`: `file://DIR` (relative to the working folder, or absolute `file:///DIR`), `s3://BUCKET/PREFIX`,
    `gs://…`, `az://…`. `settings` carries endpoint, region and keys of S3. Raises ConfigurationError."""
    if url.startswith("file://"):
        return DirectoryBlobs(Path(url.removeprefix("file://")))
    if url.startswith(("s3://", "gs://", "az://")):
        return ObjectBlobs(url, settings)
    raise ConfigurationError(f"{url!r} is no blob store; use file://DIR, s3://BUCKET/PREFIX, gs://… or az://…")

"""Blobs as objects: S3 and what speaks its protocol, Google Cloud Storage, Azure; all through obstore."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import obstore
from obstore import exceptions
from obstore.store import S3Store, from_url

from runtime.blobs.api import BlobInfo, BlobMissing, check_key, check_prefix
from runtime.settings import Settings
from schemas.errors import ConfigurationError, ProviderAuth, ProviderTemporary

__all__ = ["ObjectBlobs"]

_TRY_FOR = timedelta(seconds=20)


class ObjectBlobs:
    """The `BlobStore` on an object store. A put is durable when the service has answered it.

    Credentials: `MAILCASE_BLOB_ACCESS_KEY` and `_SECRET_KEY`, else what the provider's own SDKs use (AWS_* variables,
    the machine's role, GOOGLE_APPLICATION_CREDENTIALS, AZURE_*).
    """

    def __init__(self, url: str, settings: Settings | None = None) -> None:
        """`url` is s3://BUCKET/PREFIX, gs://… or az://…. Raises ConfigurationError for one that cannot be."""
        self._url = url
        try:
            self._store = _open(url, settings)
        except (exceptions.BaseError, ValueError, TypeError) as error:
            raise ConfigurationError(f"MAILCASE_BLOB_URL={url} cannot be used: {_text(error)}") from error

    def put(self, key: str, data: bytes) -> None:
        """See `BlobStore.put`."""
        with self._errors(key, "write"):
            obstore.put(self._store, check_key(key), data)

    def get(self, key: str) -> bytes:
        """See `BlobStore.get`."""
        with self._errors(key, "read"):
            return bytes(obstore.get(self._store, check_key(key)).bytes())

    def exists(self, key: str) -> bool:
        """See `BlobStore.exists`."""
        try:
            with self._errors(key, "read"):
                obstore.head(self._store, check_key(key))
        except BlobMissing:
            return False
        return True

    def delete(self, key: str) -> None:
        """See `BlobStore.delete`."""
        try:
            with self._errors(key, "delete"):
                obstore.delete(self._store, check_key(key))
        except BlobMissing:
            return

    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        """See `BlobStore.list`."""
        folder = check_prefix(prefix)
        with self._errors(folder, "list"):
            for page in obstore.list(self._store, prefix=folder or None):
                for found in page:
                    yield BlobInfo(found["path"], found["size"], found["last_modified"])

    @contextmanager
    def _errors(self, key: str, doing: str) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, exceptions.NotFoundError) as error:
            if "NoSuchBucket" in str(error) or doing in ("write", "list"):
                raise ConfigurationError(
                    f"{self._url} does not exist; make the bucket, or name another in MAILCASE_BLOB_URL"
                ) from error
            raise BlobMissing(f"no blob {key} in {self._url}") from error
        except (PermissionError, exceptions.PermissionDeniedError, exceptions.UnauthenticatedError) as error:
            raise ProviderAuth(f"{self._url} does not let us {doing} ({_text(error)}); check the access key") from error
        except (exceptions.BaseError, OSError) as error:
            if "NoSuchBucket" in str(error):
                raise ConfigurationError(
                    f"{self._url} does not exist; make the bucket, or name another in MAILCASE_BLOB_URL"
                ) from error
            raise ProviderTemporary(f"{self._url} failed to {doing} {key}: {_text(error)}") from error


def _open(url: str, settings: Settings | None) -> Any:
    retry: Any = {"max_retries": 4, "retry_timeout": _TRY_FOR}
    if not url.startswith("s3://"):
        return from_url(url, retry_config=retry)
    bucket, _, prefix = url.removeprefix("s3://").partition("/")
    options: dict[str, Any] = {}
    if settings is not None:
        if settings.blob_endpoint:
            options["endpoint"] = settings.blob_endpoint
            options["client_options"] = {"allow_http": settings.blob_endpoint.startswith("http://")}
        if settings.blob_region:
            options["region"] = settings.blob_region
        if settings.blob_access_key:
            options["access_key_id"] = settings.blob_access_key
            options["secret_access_key"] = settings.blob_secret_key.get_secret_value()
    return S3Store(bucket, prefix=prefix or None, retry_config=retry, **options)


def _text(error: BaseException) -> str:
    """The first sentences of an error; object stores answer with pages of XML."""
    return " ".join(str(error).split())[:240]

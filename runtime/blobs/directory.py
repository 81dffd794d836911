"""Blobs as files below one directory, synced before `put` returns.

Written by hand, not by obstore: its LocalStore renames into place but syncs neither the file nor its folder, so a
power cut could take away a mail whose mailbox copy was already marked as seen.
"""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from runtime.blobs.api import BlobInfo, BlobMissing, check_key, check_prefix
from schemas.errors import ConfigurationError, MailcaseError, ProviderAuth, ProviderTemporary

__all__ = ["DirectoryBlobs"]

_TEMPORARY = ".new-"
_FULL = {errno.ENOSPC, errno.EDQUOT}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}


class DirectoryBlobs:
    """The `BlobStore` on a local or network file system that honours fsync. Several processes may share it."""

    def __init__(self, root: Path) -> None:
        """Makes `root` if it is not there. Raises ConfigurationError if that cannot be."""
        self._root = root.absolute()
        self._known_folders: set[Path] = set()
        self._lock = threading.Lock()
        try:
            self._make_folder(self._root)
        except (FileExistsError, NotADirectoryError) as error:
            raise ConfigurationError(f"MAILCASE_BLOB_URL names {self._root}, which is no folder") from error
        except OSError as error:
            raise self._readable(error, "make its folder") from error

    def put(self, key: str, data: bytes) -> None:
        """See `BlobStore.put`: temporary file, fsync, rename, fsync of the folder and of each folder made for it."""
        path = self._path(key)
        temporary = path.parent / f"{_TEMPORARY}{os.getpid()}-{threading.get_ident()}-{path.name[:100]}"
        with self._errors("write"):
            self._make_folder(path.parent)
            try:
                self._write(temporary, data)
                os.replace(temporary, path)
                _sync_folder(path.parent)
            except FileNotFoundError:
                # somebody removed the empty folder in between: forget that we know it, and once more
                with self._lock:
                    self._known_folders.clear()
                self._make_folder(path.parent)
                self._write(temporary, data)
                os.replace(temporary, path)
                _sync_folder(path.parent)
            except BaseException:
                with suppress(OSError):
                    temporary.unlink()
                raise

    def get(self, key: str) -> bytes:
        """See `BlobStore.get`."""
        try:
            with self._errors("read"):
                return self._path(key).read_bytes()
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError) as error:
            raise BlobMissing(f"no blob {key} in {self._root}") from error

    def exists(self, key: str) -> bool:
        """See `BlobStore.exists`."""
        with self._errors("read"):
            return self._path(key).is_file()

    def delete(self, key: str) -> None:
        """See `BlobStore.delete`."""
        path = self._path(key)
        with self._errors("delete"), suppress(FileNotFoundError, NotADirectoryError, IsADirectoryError):
            path.unlink()
            _sync_folder(path.parent)

    def list(self, prefix: str = "") -> Iterator[BlobInfo]:
        """See `BlobStore.list`."""
        folder = self._root / check_prefix(prefix)
        with self._errors("list"):
            for parent, _, names in os.walk(folder):
                for name in names:
                    if name.startswith(_TEMPORARY):
                        continue
                    path = Path(parent, name)
                    with suppress(FileNotFoundError):  # deleted since the walk saw it
                        seen = path.stat()
                        modified = datetime.fromtimestamp(seen.st_mtime, UTC)
                        yield BlobInfo(path.relative_to(self._root).as_posix(), seen.st_size, modified)

    def _path(self, key: str) -> Path:
        return self._root / check_key(key)

    @staticmethod
    def _write(path: Path, data: bytes) -> None:
        with path.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())

    def _make_folder(self, folder: Path) -> None:
        """Make it and its parents; each new name is synced in the folder that holds it."""
        with self._lock:
            if folder in self._known_folders:
                return
        if not folder.is_dir():
            self._make_folder(folder.parent)
            with suppress(FileExistsError):
                folder.mkdir()
            if not folder.is_dir():
                raise NotADirectoryError(errno.ENOTDIR, "not a folder", str(folder))
        if folder == self._root or self._root in folder.parents:
            # Synced even when another process has just made it: it may not have come that far.
            _sync_folder(folder.parent)
        with self._lock:
            self._known_folders.add(folder)

    @contextmanager
    def _errors(self, doing: str) -> Iterator[None]:
        try:
            yield
        except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
            raise
        except OSError as error:
            if isinstance(error, MailcaseError):
                raise
            raise self._readable(error, doing) from error

    def _readable(self, error: OSError, doing: str) -> MailcaseError:
        if error.errno in _FULL:
            free = 0
            with suppress(OSError):
                free = shutil.disk_usage(self._root).free
            return ProviderTemporary(
                f"the disk of the blob store {self._root} is full ({free // 1024} KiB free); free some space,"
                " or point MAILCASE_BLOB_URL elsewhere; nothing is lost meanwhile"
            )
        if error.errno in _DENIED:
            return ProviderAuth(
                f"user {os.getuid()} may not {doing} in the blob store {self._root} ({error.strerror});"
                " change its owner"
            )
        return ProviderTemporary(f"the blob store {self._root} failed to {doing}: {error.strerror or error}")


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

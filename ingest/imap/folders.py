"""Folders: names as people read them, with the server's namespace and in modified UTF-7 on the wire (by imapclient)."""

from __future__ import annotations

from typing import Any

from imapclient import exceptions

from ingest.mailbox import FolderState
from schemas.errors import ProviderPermanent

__all__ = ["exists", "folders", "new_name", "resolve", "select"]


def folders(client: Any) -> tuple[str, ...]:
    """See `Mailbox.folders`."""
    return tuple(sorted(name for flags, _, name in client.list_folders() if b"\\noselect" not in _lower(flags)))


def _lower(flags: Any) -> set[bytes]:
    return {flag.lower() for flag in flags if isinstance(flag, bytes)}


def resolve(client: Any, folder: str) -> str:
    """The server's own name for `folder`, which people write with `/` between levels and without a prefix.

    A server may part levels by another sign and keep a person's folders below a prefix such as `INBOX.` (RFC 2342).
    A name that exists as it is written is taken as it is.
    """
    if folder.upper() == "INBOX":
        return "INBOX"
    if exists(client, folder):
        return folder
    if not client.has_capability("NAMESPACE"):
        return folder
    try:
        personal = client.namespace().personal or ()
    except exceptions.IMAPClientAbortError:
        raise
    except exceptions.IMAPClientError:
        return folder
    for prefix, separator in personal:
        inner = folder.replace("/", separator) if separator else folder
        for name in (inner, f"{prefix}{inner}"):
            if name != folder and exists(client, name):
                return str(name)
    return folder


def new_name(client: Any, folder: str) -> str:
    """The name under which a folder that does not exist yet is made: below the personal namespace's prefix."""
    if not client.has_capability("NAMESPACE"):
        return folder
    personal = client.namespace().personal or ()
    for prefix, separator in personal:
        inner = folder.replace("/", separator) if separator else folder
        return inner if inner.startswith(prefix) else f"{prefix}{inner}"
    return folder


def exists(client: Any, folder: str) -> bool:
    """Whether the server lists exactly this name; LIST itself reads `*` and `%` as wildcards."""
    return any(name == folder for _, _, name in client.list_folders("", folder))


def select(client: Any, folder: str, *, for_writing: bool) -> FolderState:
    """See `Mailbox.select`."""
    answer = client.select_folder(folder, readonly=not for_writing)
    if for_writing and b"READ-ONLY" in answer:
        raise ProviderPermanent(
            f"folder {folder!r} may only be read; give the account the right to change it, or use after_intake: keep"
        )
    uidvalidity = answer.get(b"UIDVALIDITY")
    if uidvalidity is None:
        raise ProviderPermanent(f"the server tells no UIDVALIDITY for folder {folder!r}: it cannot be read by UID")
    uidnext = answer.get(b"UIDNEXT")
    told = uidnext is not None
    if uidnext is None:
        # Old servers leave UIDNEXT out (RFC 3501 §6.3.1): the highest UID tells it.
        uidnext = max(map(int, client.search(["ALL"])), default=0) + 1
    return FolderState(int(uidvalidity), int(uidnext), int(answer.get(b"EXISTS", 0)), told)

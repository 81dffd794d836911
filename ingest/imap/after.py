"""What happens to a mail in the mailbox once it is durable: flags, deletion, moving; with or without the extensions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from imapclient import DELETED, SEEN, exceptions

from ingest.imap.folders import exists

__all__ = ["delete", "mark_seen", "move"]


def mark_seen(client: Any, uids: Sequence[int]) -> None:
    """See `Mailbox.mark_seen`."""
    if uids:
        client.add_flags(list(uids), [SEEN], silent=True)


def delete(client: Any, uids: Sequence[int]) -> None:
    """See `Mailbox.delete`.

    Without UIDPLUS (RFC 4315) EXPUNGE takes every mail that carries \\Deleted, others' as well: it is given only when
    all that carry it are ours. Else ours stay flagged, hidden by every mail client, until somebody expunges.
    """
    ours = _existing(client, uids)
    if not ours:
        return
    client.add_flags(ours, [DELETED], silent=True)
    if client.has_capability("UIDPLUS"):
        client.uid_expunge(ours)
    elif set(map(int, client.search(["DELETED"]))) <= set(ours):
        client.expunge()


def move(client: Any, uids: Sequence[int], folder: str) -> None:
    """See `Mailbox.move`: MOVE (RFC 6851), else COPY and then `delete`.

    Without MOVE a mail that carries \\Deleted already was copied by an earlier try: it is not copied again.
    """
    ours = _existing(client, uids)
    if not ours:
        return
    if client.has_capability("MOVE"):
        _making_folder(client, folder, lambda: client.move(ours, folder))
        return
    done = set(map(int, client.search(["DELETED"])))
    if left := [uid for uid in ours if uid not in done]:
        _making_folder(client, folder, lambda: client.copy(left, folder))
    delete(client, ours)


def _existing(client: Any, uids: Sequence[int]) -> list[int]:
    """Those of `uids` that are still there: some servers answer NO to a command about a UID that is gone."""
    if not uids:
        return []
    return sorted(map(int, client.search(["UID", ",".join(map(str, sorted(uids)))])))


def _making_folder(client: Any, folder: str, command: Callable[[], object]) -> None:
    """Run `command`; where the target folder is missing (RFC 3501 §6.4.7, TRYCREATE) make it and run it again."""
    try:
        command()
    except exceptions.IMAPClientAbortError:
        raise
    except exceptions.IMAPClientError:
        if exists(client, folder):
            raise
        client.create_folder(folder)
        command()

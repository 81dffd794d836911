"""Looks at mails and takes their bytes, always by BODY.PEEK: reading leaves no trace in the mailbox.

Mails above `PIECE` travel in pieces (`BODY.PEEK[]<offset.length>`), so that one answer never holds a whole large mail
and a time-out is about a piece. A server's RFC822.SIZE may be wrong in both directions: the end is where a piece comes
back shorter than asked for, and more than the limit ends the fetch whatever was told.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from imapclient import exceptions

from ingest.mailbox import MailGone, MailSummary, MailTooLarge, MailUnfetchable, Outline

__all__ = ["fetch", "outline", "search", "summaries"]

PIECE = 1024 * 1024
HEADER_LIMIT = 64 * 1024
_STRUCTURE_LIMIT = 4096
_SHORT_BODY = re.compile(rb'BODY\[[A-Z.]*\](?:<\d+>)? ?(?:NIL|"(?P<text>(?:[^"\\]|\\.)*)")', re.IGNORECASE)
"""A body that came as NIL or quoted string; one pass, for each character belongs to one branch only."""
_LISTED_AT_ONCE = 500
"""UIDs in one command: servers limit the length of a line (RFC 7162 §4 advises 8192 octets)."""


def search(client: Any, *, after_uid: int, unseen_only: bool, since: date | None) -> list[int]:
    """See `Mailbox.search`."""
    criteria: list[Any] = []
    if after_uid:
        criteria += ["UID", f"{after_uid + 1}:*"]
    if unseen_only:
        criteria.append("UNSEEN")
    if since is not None:
        criteria += ["SINCE", since]
    # `n:*` names the last mail even when its UID is below n (RFC 3501 §6.4.8).
    return sorted(uid for uid in map(int, client.search(criteria or ["ALL"])) if uid > after_uid)


def summaries(client: Any, uids: Sequence[int]) -> list[MailSummary]:
    """See `Mailbox.summaries`."""
    found = []
    for start in range(0, len(uids), _LISTED_AT_ONCE):
        answer = client.fetch(list(uids[start : start + _LISTED_AT_ONCE]), ["RFC822.SIZE", "INTERNALDATE", "FLAGS"])
        for uid, items in answer.items():
            # A mail of which only flags came is an unsolicited answer about one that was expunged meanwhile.
            if b"RFC822.SIZE" in items:
                found.append(_summary(int(uid), items))
    return sorted(found, key=lambda mail: mail.uid)


def _summary(uid: int, items: dict[bytes, Any]) -> MailSummary:
    moment = items.get(b"INTERNALDATE")
    received = moment if isinstance(moment, datetime) else datetime.now(UTC)
    flags = tuple(flag.decode("utf-8", "replace") for flag in items.get(b"FLAGS", ()) if isinstance(flag, bytes))
    return MailSummary(uid, max(int(items[b"RFC822.SIZE"] or 0), 0), _aware(received), flags)


def _aware(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC)
    offset = moment.utcoffset() or timedelta()
    return moment.astimezone(UTC) if abs(offset) < timedelta(hours=24) else moment.replace(tzinfo=UTC)


def fetch(client: Any, uid: int, *, size: int, limit: int) -> bytes:
    """See `Mailbox.fetch`."""
    if size <= PIECE:
        raw = _body(client, uid, "BODY.PEEK[]")
        if len(raw) > limit:
            raise MailTooLarge(len(raw))
        return raw
    collected = bytearray()
    while True:
        piece = _body(client, uid, f"BODY.PEEK[]<{len(collected)}.{PIECE}>")
        collected += piece
        if len(collected) > limit:
            raise MailTooLarge(len(collected))
        if len(piece) < PIECE:
            return bytes(collected)


def outline(client: Any, uid: int) -> Outline:
    """See `Mailbox.outline`."""
    header = _body(client, uid, f"BODY.PEEK[HEADER]<0.{HEADER_LIMIT}>")
    try:
        items = client.fetch([uid], ["BODYSTRUCTURE"]).get(uid, {})
        structure = _structure(items.get(b"BODYSTRUCTURE"))
    except exceptions.IMAPClientAbortError:
        raise
    except (exceptions.IMAPClientError, ValueError, AssertionError, TypeError, IndexError):
        # A structure that the server or the library cannot tell must not keep the mail from being set aside.
        structure = ""
    return Outline(header, structure[:_STRUCTURE_LIMIT])


def _body(client: Any, uid: int, item: str) -> bytes:
    """The one body item that was asked for.

    Taken below the library's parser: GreenMail leaves out the space before the literal of a partial body, others name
    the answer as they like (BODY[]<0>, BODY[]); what counts is that there is one body in it.
    """
    protocol = client._imap
    try:
        typ, answer = protocol._command_complete("FETCH", protocol._command("UID", "FETCH", str(uid), f"({item})"))
        client._checkok("fetch", typ, answer)
        _, answer = protocol._untagged_response(typ, answer, "FETCH")
    except exceptions.IMAPClientAbortError:
        raise
    except exceptions.IMAPClientError as error:
        raise MailUnfetchable(f"the server refuses to hand it over: {' '.join(str(error).split())[:200]}") from error
    for piece in answer:
        if isinstance(piece, tuple) and b"BODY[" in piece[0].upper():
            return bytes(piece[1])
        if isinstance(piece, bytes) and (found := _SHORT_BODY.search(piece)):
            if found["text"] is not None:
                return re.sub(rb"\\(.)", rb"\1", found["text"])
            if "<" in item and "<0." not in item:
                # Asked for what lies behind the end of a mail whose size is a multiple of a piece's.
                return b""
            raise MailUnfetchable("the server has no content for it (NIL)")
    raise MailGone("it was deleted or moved meanwhile")


def _structure(body: Any, path: str = "", depth: int = 0) -> str:
    """`1 text/plain 120; 2 image/png 4000`: part numbers, types and sizes in bytes."""
    if not isinstance(body, tuple) or not body or depth > 20:
        return ""
    if isinstance(body[0], list):
        parts = [
            _structure(part, f"{path}.{count}" if path else str(count), depth + 1)
            for count, part in enumerate(body[0][:50], 1)
        ]
        return "; ".join(part for part in parts if part)
    kind, subtype, size = body[0], body[1], body[6] if len(body) > 6 else 0
    return f"{path or '1'} {_word(kind)}/{_word(subtype)} {size if isinstance(size, int) else 0}"


def _word(value: Any) -> str:
    return value.decode("ascii", "replace").lower() if isinstance(value, bytes) else "?"

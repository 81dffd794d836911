"""What ingest must know of a mail before it is parsed: ids for the conversation key, from the header block alone."""

from __future__ import annotations

from dataclasses import dataclass

from mail.addresses import parse_lists
from mail.headers import read_headers
from mail.limits import DEFAULT, Limits
from mail.message_ids import bounded_ids, first_id
from mail.parameters import parse_value
from mail.records import Address
from schemas.ids import conversation_key

__all__ = ["HeadFields", "conversation_of_head", "envelope_of"]


@dataclass(frozen=True, slots=True)
class HeadFields:
    """A few fields of a header block; ids as `parse` gives them, so that ingest and router make the same key."""

    message_id: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    subject: str = ""
    from_: Address | None = None
    date: str | None = None
    """As written."""
    auto_submitted: str | None = None
    """Lower case, without parameters (RFC 3834 §5)."""


def envelope_of(raw_head: bytes, limits: Limits = DEFAULT) -> HeadFields:
    """Fields of the header block at the start of `raw_head` (with or without the body). Never raises; bounded."""
    try:
        return _envelope_of(raw_head, limits)
    except Exception:  # the promise of this package; the mail itself is parsed, with its defects, by the router
        return HeadFields()


def _envelope_of(raw_head: bytes, limits: Limits) -> HeadFields:
    if b"\n" not in raw_head and b"\r" in raw_head:
        raw_head = raw_head.replace(b"\r", b"\n")
    if raw_head[:1] in (b"\r", b"\n", b"\xef"):
        raw_head = raw_head.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    headers = read_headers(raw_head, 0, None, limits)[0]
    declared = None if raw_head.isascii() else headers.text("content-type")
    if declared and (charset := parse_value(declared).get("charset")):
        headers = headers.hinted(charset)  # as `parse` reads raw bytes, in ids too
    authors, _ = parse_lists(headers.text_all("from"), 1)
    automatic = headers.text("auto-submitted")
    return HeadFields(
        message_id=first_id(headers.text_all("message-id")),
        in_reply_to=first_id(headers.text_all("in-reply-to")),
        references=bounded_ids(headers.text_all("references"), limits.references),
        subject=headers.get("subject") or "",
        from_=authors[0] if authors else None,
        date=headers.text("date"),
        auto_submitted=automatic.partition(";")[0].strip().lower() if automatic else None,
    )


def conversation_of_head(head: HeadFields, mail_id: str) -> str:
    """Conversation key (architecture §3) of the mail with this header and mail id."""
    return conversation_key(head.references, head.in_reply_to, head.message_id, mail_id)

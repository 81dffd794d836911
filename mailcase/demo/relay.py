"""A small relay that plays the organisation's MX in front of the embedded mail server.

As a real border MTA does (RFC 8601 §5), it removes every Authentication-Results header that claims to be its own, adds
its own verdict on top, and notes the envelope; then it puts the mail into the mailbox. It does that by IMAP APPEND:
GreenMail's SMTP refuses the null sender and stamps each mail with a Return-Path and a time of its own, so that no
bounce would look like one and no two mails would ever have the same bytes.
"""

from __future__ import annotations

import imaplib
from collections.abc import Mapping
from datetime import datetime
from email.utils import format_datetime

AUTHSERV_ID = "mx.harbour-mutual.example"


def at_the_border(
    raw: bytes, *, mail_from: str, recipient: str, verdict: str, authserv_id: str = AUTHSERV_ID, now: datetime
) -> bytes:
    """`raw` as the organisation's MX passes it on: foreign Authentication-Results gone, ours on top, CRLF line ends.

    `verdict` is the method list of RFC 8601, e.g. `spf=pass smtp.mailfrom=a@b; dmarc=pass header.from=b`.
    """
    head, blank, body = _split(raw.replace(b"\r\n", b"\n"))
    kept = [field for field in _fields(head) if not field.lower().startswith(b"authentication-results:")]
    added = (
        f"Return-Path: <{mail_from}>\n"
        f"Delivered-To: {recipient}\n"
        f"Authentication-Results: {authserv_id}; {verdict}\n"
        f"Received: by {authserv_id} with ESMTP for <{recipient}>; {format_datetime(now)}\n"
    ).encode()
    return (added + b"".join(kept) + blank + body).replace(b"\n", b"\r\n")


def deliver(
    raw: bytes, *, mail_from: str, recipients: Mapping[str, str], verdict: str, now: datetime, host: str, port: int
) -> None:
    """Put one mail into the mailbox of each recipient (password by address). Raises OSError or imaplib.IMAP4.error."""
    for recipient, password in recipients.items():
        passed_on = at_the_border(raw, mail_from=mail_from, recipient=recipient, verdict=verdict, now=now)
        with imaplib.IMAP4(host, port, timeout=20) as connection:
            connection.login(recipient, password)
            answer, detail = connection.append("INBOX", "", "", passed_on)
            if answer != "OK":
                raise OSError(f"{host}:{port} did not take the mail for {recipient}: {detail!r}")


def _split(text: bytes) -> tuple[bytes, bytes, bytes]:
    """Header block, the blank line, body; a mail without a blank line is all header."""
    if text.startswith(b"\n"):
        return b"", b"\n", text[1:]
    head, blank, body = text.partition(b"\n\n")
    return (head + b"\n", b"\n", body) if blank else (text.rstrip(b"\n") + b"\n", b"\n", b"")


def _fields(head: bytes) -> list[bytes]:
    """Header fields with their folded lines; lines that are no field stay as they are."""
    fields: list[bytes] = []
    for line in head.splitlines(keepends=True):
        if line[:1] in b" \t" and fields:
            fields[-1] += line
        else:
            fields.append(line)
    return fields

"""Mails for tests, written as they travel."""

from __future__ import annotations

from mail.parse import parse
from mail.records import ParsedMail

HEAD = "From: Ann <ann@example.org>\nTo: claims@example.com\nSubject: Broken screen\nMessage-ID: <m1@example.org>\n"


def raw(head: str = "", body: str = "Hello\n", base: str = HEAD) -> bytes:
    """A mail of the usual header, more fields and a body, with CRLF; text is sent as UTF-8."""
    return (base + head + "\n" + body).replace("\n", "\r\n").encode()


def mail(head: str = "", body: str = "Hello\n", base: str = HEAD) -> ParsedMail:
    return parse(raw(head, body, base))


def multipart(kind: str, *parts: str, parameters: str = "") -> tuple[str, str]:
    """Header field and body of a multipart; each part is header lines, an empty line, content."""
    body = "".join(f"--b-{len(kind)}\n{part}\n" for part in parts) + f"--b-{len(kind)}--\n"
    return f'Content-Type: multipart/{kind}; boundary="b-{len(kind)}"{parameters}\n', body


def report(kind: str, part: str, fields: str, returned: str = "") -> ParsedMail:
    """A report of RFC 6522."""
    parts = ["\nFor people.", f"Content-Type: message/{part}\n\n{fields}"]
    if returned:
        parts.append(f"Content-Type: message/rfc822\n\n{returned}")
    return mail(*multipart("report", *parts, parameters=f"; report-type={kind}"))

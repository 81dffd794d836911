"""Mails that are made to hurt, each at any scale: at scale 1 as large as the issue of such mails says, 1 to 20 MB.

Each is written from what a sender can do, not from what our code does: sizes, depths, counts, codings, bombs.
"""

from __future__ import annotations

import base64
import io
import zipfile
from collections.abc import Callable

__all__ = ["MB", "MONSTERS", "Monster"]

MB = 1024 * 1024
Monster = Callable[[float], bytes]
"""Bytes of the mail at a scale (1: full)."""

_HEAD = b"From: Ann <ann@example.org>\nTo: bo@example.org\nSubject: x\nMessage-ID: <a@example.org>\n"


def _mail(head: bytes, body: bytes, times: float) -> Monster:
    return lambda scale: _HEAD + head + b"\n" + body * int(times * scale)


def _head(before: bytes, piece: bytes, times: float, after: bytes = b"\n") -> Monster:
    return lambda scale: _HEAD + before + piece * int(times * scale) + after + b"\nbody\n"


def _parts(part: bytes, count: int) -> Monster:
    head = _HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n"
    return lambda scale: head + (b"--b\n" + part) * int(count * scale) + b"--b--\n"


def _nested_multiparts(depth: int, core: bytes) -> Monster:
    def made(scale: float) -> bytes:
        boundaries = [b"b%05d." % number for number in range(int(depth * scale))]
        heads = b"".join(b"Content-Type: multipart/mixed; boundary=%s\n\n--%s\n" % (one, one) for one in boundaries)
        return _HEAD + heads + b"\n" + core + b"\n" + b"".join(b"--%s--\n" % one for one in reversed(boundaries))

    return made


def _attachment(name: bytes, kind: bytes, content: Callable[[float], bytes]) -> Monster:
    def made(scale: float) -> bytes:
        coded = base64.encodebytes(content(scale))
        head = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nhello\n--b\nContent-Type: " + kind
        disposition = b"\nContent-Disposition: attachment; filename=" + name
        return _HEAD + head + disposition + b"\nContent-Transfer-Encoding: base64\n\n" + coded + b"--b--\n"

    return made


def _zip_bomb(scale: float) -> bytes:
    """A zip of zips: 2 MB that hold 2 GB."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(8):
            with archive.open(f"word/document{number}.xml", "w") as file:
                for _ in range(int(32 * scale)):
                    file.write(b"\0" * MB)
    return packed.getvalue()


def _xml_bomb(scale: float) -> bytes:
    """A billion laughs, and entities for as long as it lasts."""
    rows = b"".join(b'<!ENTITY l%d "%s">' % (n + 1, b"&l%d;" % n * 10) for n in range(9))
    bomb = b'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY l0 "ha">' + rows + b"]><l>" + b"&l9;" * 1000 + b"</l>"
    return bomb + b"<a>" * int(500_000 * scale)


def _tnef(scale: float) -> bytes:
    """Attributes of TNEF ([MS-OXTNEF] §2.1.3) without end, the last with a length that lies."""
    attribute = b"\x02\x0f\x80\x06\x00" + (8).to_bytes(4, "little") + b"x" * 8 + (8 * 120).to_bytes(2, "little")
    lie = b"\x02\x0f\x80\x06\x00\xff\xff\xff\x7f"
    return b"\x78\x9f\x3e\x22\x01\x00" + attribute * int(100_000 * scale) + lie


def _ole(scale: float) -> bytes:
    """The signature of an Outlook message, a header of sectors that do not exist, then rubbish."""
    return (
        bytes.fromhex("d0cf11e0a1b11ae1")
        + b"\0" * 16
        + b"\x3e\x00\x03\x00\xfe\xff\x09\x00"
        + b"\x06\0" * int(MB * scale)
    )


_HTML = b"Content-Type: text/html; charset=utf-8\n"
_REPORT = b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nfailed\n--b\n"

MONSTERS: dict[str, Monster] = {
    "one header of 10 MB": _head(b"X-Big: ", b"x", 10 * MB),
    "a folded header of 10 MB": _head(b"X-Big: ", b"x y\n ", 2 * MB),
    "a subject of 10 MB": _head(b"Subject: ", b"word ", 2 * MB),
    "a million header fields": _head(b"", b"X-A: b\n", 1_000_000, b""),
    "100,000 recipients": _head(b"To: ", b"Ann Bee <ann@example.org>,\n ", 100_000),
    "100,000 fields of recipients": _head(b"", b"Cc: ann@example.org\n", 100_000, b""),
    "groups in groups": _head(b"To: ", b"a:b@c,", 200_000),
    "comments in comments": _head(b"To: ", b"(", 4 * MB),
    "open quotes and angles": _head(b"To: ", b'"<\\"', MB),
    "100,000 references": _head(b"References: ", b"<abc.def@example.org>\n ", 100_000),
    "a million parameters": _head(b"Content-Type: text/plain", b"; a*0*=x", 1_000_000),
    "encoded words": _head(b"Subject: ", b"=?utf-8?Q?=C3=A9?= ", 250_000),
    "encoded words of a rare charset": _head(b"Subject: ", b"=?iso-2022-jp?B?GyRCJDMbKEI=?=\n ", 100_000),
    "encoded words of no charset": _head(b"Subject: ", b"=?x-none?B?4+Pj4w==?= ", 150_000),
    "encoded words in names": _head(b"To: ", b"=?utf-8?B?w6nDqQ==?= <a@b.c>, ", 100_000),
    "encoded words without end": _head(b"Subject: ", b"=?utf-8?Q?a", 400_000),
    "100,000 times received": _head(b"", b"Received: from a (b [1.2.3.4]) by c; 23 Nov 2026 09:00:00 +0100\n", 1e5),
    "authentication results": _head(b"Authentication-Results: mx", b"; dkim=pass (x) header.d=a.b", 100_000),
    "date of year 0": _head(b"Date: Mon, 01 Jan 0000 00:00:00 +0000\nX: ", b"x", MB),
    "date of year 99999": _head(b"Date: Mon, 01 Jan 99999 99:99:99 +9999\nX: ", b"x", MB),
    "a date of digits": _head(b"Date: ", b"9", 4 * MB),
    "10,000 parts": _parts(b"Content-Type: text/plain\n\nhello\n", 10_000),
    "10,000 parts of html": _parts(b"Content-Type: text/html\n\n<p>hello\n", 10_000),
    "10,000 attachments": _parts(b"Content-Disposition: attachment; filename=a.txt\n\nhello\n", 10_000),
    "10,000 messages": _parts(b"Content-Type: message/rfc822\n\nSubject: x\n\nhello\n", 10_000),
    "a digest of 20,000": lambda scale: _HEAD
    + b"Content-Type: multipart/digest; boundary=b\n\n"
    + b"--b\n\nSubject: x\n\nhello\n" * int(20_000 * scale),
    "nesting of 1,000 multiparts": _nested_multiparts(1_000, b"end"),
    "nesting of 1,000 around 5 MB": lambda scale: _nested_multiparts(1_000, b"x y\n" * int(1_250_000 * scale))(1),
    "nesting of 1,000 messages": lambda scale: _HEAD
    + b"Content-Type: message/rfc822\n\n" * 1_000
    + b"x\n" * int(MB * scale),
    "nested messages in base64": lambda scale: _in_base64(12, int(500_000 * scale)),
    "endless boundaries": _mail(b"Content-Type: multipart/mixed; boundary=b\n", b"--b\n", 1_500_000),
    "boundaries that are none": _mail(b"Content-Type: multipart/mixed; boundary=b\n", b"--bb\n", 1_000_000),
    "a boundary of 1 MB": lambda scale: _HEAD
    + b'Content-Type: multipart/mixed; boundary="'
    + b"b" * int(MB * scale)
    + b'"\n\n'
    + b"--b\nx\n" * int(300_000 * scale),
    "no boundary at all": _mail(b"Content-Type: multipart/mixed\n", b"--a\nx\n", 700_000),
    "a word of a million characters": _mail(b"", b"x", 1_000_000),
    "a word of ten million": _mail(b"", b"\xc3\xa9", 5_000_000),
    "a line of 10 MB": _mail(b"", b"word ", 2_000_000),
    "empty lines": _mail(b"", b"\n", 4 * MB),
    "flowed text": _mail(b"Content-Type: text/plain; format=flowed; delsp=yes\n", b"> > word \n", 400_000),
    "quote marks": _mail(b"", b"> ", 2 * MB),
    "a staircase of quotes": lambda scale: _HEAD
    + b"\n"
    + b"".join(b">" * (number % 2000) + b" x\n" for number in range(int(4000 * scale))),
    "attributions": _mail(b"", b"On Mon, 23 Nov 2026, Ann <a@b.c> wrote:\n> x\nyes\n", 100_000),
    "half attributions": _mail(b"", b"On Mon, 23 Nov 2026,\n", 200_000),
    "header blocks": _mail(b"", b"From: a\nSent: b\nTo: c\nSubject: d\n\n", 130_000),
    "signature marks": _mail(b"", b"-- \nAnn\n", 500_000),
    "separators": _mail(b"", b"-----Original Message-----\n", 150_000),
    "markers of ours": _mail(b"", b"[ref:abcdefgh", 300_000),
    "bounce phrases": _mail(b"From: MAILER-DAEMON\n", b"<a@b.c>: 550 5.1.1 user unknown\n", 120_000),
    "smtp codes": _mail(b"From: MAILER-DAEMON\n", b"550 5.1.1 ", 400_000),
    "mail addresses": _mail(b"From: MAILER-DAEMON\n", b"a@", 2 * MB),
    "delivery status of 40,000": lambda scale: _HEAD
    + _REPORT
    + b"Content-Type: message/delivery-status\n\n"
    + b"Final-Recipient: rfc822; a@b.c\nAction: failed\nStatus: 5.1.1\n\n" * int(40_000 * scale),
    "html of 20 MB": _mail(_HTML, b"<p>Hello <b>world</b> &amp; all</p>\n", 560_000),
    "deep html": _mail(_HTML, b"<div>", 2 * MB),
    "nested quotes in html": _mail(_HTML, b"<blockquote type=cite>x", 300_000),
    "nested tables": _mail(_HTML, b"<table><tr><td>", 300_000),
    "nested lists": _mail(_HTML, b"<ul><li>", 500_000),
    "links": _mail(_HTML, b'<a href="http://example.org/x">y</a>', 200_000),
    "open tags": _mail(_HTML, b'<a href="', MB),
    "open comments": _mail(_HTML, b"<!--", MB),
    "open scripts": _mail(_HTML, b"<script>", MB),
    "attributes": lambda scale: _HEAD + _HTML + b"\n<a " + b'b="c" ' * int(MB * scale) + b">x</a>",
    "entities": _mail(_HTML, b"&#9999999999;&amp&CounterClockwiseContourIntegral;", 80_000),
    "a style of 5 MB": lambda scale: _HEAD + _HTML + b"\n<style>" + b"a{b:c}" * int(900_000 * scale) + b"</style>x",
    "zip bomb": _attachment(b"a.docx", b"application/zip", _zip_bomb),
    "zip of zeros": _attachment(b"a.zip", b"application/zip", lambda scale: b"PK\3\4" + b"\0" * int(8e6 * scale)),
    "xml bomb": _attachment(b"a.xml", b"text/xml", _xml_bomb),
    "xml bomb as the body": lambda scale: _HEAD + b"Content-Type: text/xml\n\n" + _xml_bomb(scale),
    "tnef without end": _attachment(b"winmail.dat", b"application/ms-tnef", _tnef),
    "outlook message of rubbish": _attachment(b"a.msg", b"application/vnd.ms-outlook", _ole),
    "outlook message as the mail": _ole,
    "calendar": _mail(b"Content-Type: text/calendar; method=REQUEST\n", b"BEGIN:VEVENT\nSUMMARY:x\n", 150_000),
    "folded calendar": _mail(b"Content-Type: text/calendar; method=REQUEST\n", b"BEGIN:VEVENT\nX:\n y\n", 200_000),
    "base64 of 20 MB": _mail(b"Content-Transfer-Encoding: base64\n", b"QUJD" * 19 + b"\n", 270_000),
    "base64 of equals signs": _mail(b"Content-Transfer-Encoding: base64\n", b"=", 4 * MB),
    "quoted-printable": _mail(b"Content-Transfer-Encoding: quoted-printable\n", b"=3D=\n", MB),
    "quoted-printable blanks": _mail(b"Content-Transfer-Encoding: quoted-printable\n", b" ", 4 * MB),
    "uuencode": _mail(b"", b"begin 644 x\n#86)C\n`\nend\n", 150_000),
    "uuencode that never begins": _mail(b"", b"begin 644 x\n", 300_000),
    "yenc": _mail(b"", b"=ybegin line=128 size=3 name=x\nabc\n=yend size=3\n", 80_000),
    "pgp marks": _mail(b"", b"-----BEGIN PGP SIGNED MESSAGE-----\n", 120_000),
    "undeclared 8-bit": lambda scale: _HEAD + b"\n" + bytes(range(128, 256)) * int(32_000 * scale),
    "broken utf-8": _mail(b"Content-Type: text/plain; charset=utf-8\n", b"\xe9 \xff", 1_300_000),
    "utf-7": _mail(b"Content-Type: text/plain; charset=utf-7\n", b"+2AA-", 600_000),
    "utf-16 without sense": _mail(b"Content-Type: text/plain; charset=utf-16\n", b"\x00\xd8", 2 * MB),
    "an unknown charset": _mail(b"Content-Type: text/plain; charset=x-none\n", b"\xe3\xe9 ", 1_300_000),
    "NUL bytes": lambda scale: b"\0" * int(4 * MB * scale),
    "NUL bytes in header and body": lambda scale: (b"Subject: " + b"\0" * int(MB * scale) + b"\n\n") * 2,
    "lone CR": lambda scale: b"Subject: x\r\r" + b"line\r" * int(800_000 * scale),
    "lone CR in the header": _head(b"X: ", b"\r", 2 * MB),
    "LF and CR turned": _mail(b"", b"x\n\r", 1_300_000),
    "rubbish": lambda scale: bytes((number * number // 7) % 256 for number in range(int(4 * MB * scale))),
}  # fmt: skip
"""Name → the monster."""


def _in_base64(depth: int, size: int) -> bytes:
    """A message in base64 in a message in base64 …: each level is a third larger than what it holds."""
    inner = _HEAD + b"\n" + b"x\n" * (size // 60)
    for _ in range(depth):
        coded = base64.encodebytes(inner)
        inner = _HEAD + b"Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n" + coded
    return inner

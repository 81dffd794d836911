"""Whatever bytes come: a ParsedMail, no exception, bounded and linear."""

from __future__ import annotations

import json
import time
from collections.abc import Callable

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mail.addresses import parse_addresses
from mail.authentication import authentication_of
from mail.bounces import parse_bounce
from mail.classify import KINDS, classify
from mail.conversation import conversation_of_head, envelope_of
from mail.dates import parse_date
from mail.digest import content_digest
from mail.evidence import candidates, check_candidates, find_evidence
from mail.html import html_to_text
from mail.limits import DEFAULT
from mail.mask import mask
from mail.parameters import parse_value
from mail.parse import parse
from mail.records import ParsedMail
from mail.reply import new_text, reply_of
from mail.signed_ids import SigningKey
from mail.words import decode_words
from tests.mail.build import HEAD

KEYS = [SigningKey("k3", b"a secret of enough bytes")]
TEXTS = st.text(max_size=300)
PIECES = st.sampled_from(
    [
        b"From: ", b"Subject: ", b"To: ", b"Date: ", b"\r\n", b"\n", b"\n\n", b"\r", b"\0", b"\xff\xfe", b"=?utf-8?Q?",
        b"?=", b"=?utf-7?B?+2AA-?=", b"<a@b>", b'"', b"(", b")", b",", b";", b":",
        b"Content-Type: multipart/mixed; boundary=b\n",
        b"Content-Type: message/rfc822\n", b"Content-Type: message/delivery-status\n", b"Content-Type: text/html\n",
        b"Content-Transfer-Encoding: base64\n", b"Content-Transfer-Encoding: quoted-printable\n", b"\n--b\n",
        b"\n--b--\n", b"Final-Recipient: rfc822; ", b"Status: 5.1.1\n",
        b"References: ", b"Authentication-Results: mx; dmarc=",
        b"<div>", b"<blockquote>", b"<!--", b"&#x110000;", b"[ref:", b"wrote:\n", b"> ", b"X-Mailcase-Loop: acme\n",
        b"Content-Type: text/plain; charset=utf-16\n", b"Content-Disposition: attachment; filename*0*=utf-8''%ff\n",
    ]
)  # fmt: skip


def everything(raw: bytes) -> ParsedMail:
    """All that the pipeline asks of a mail."""
    mail = parse(raw)
    found = candidates(mail)
    checks = check_candidates(found, KEYS, "acme")
    find_evidence(mail, checks)
    assert classify(mail).kind in KINDS
    parse_bounce(mail)
    authentication_of(mail, ["mx"])
    new_text(mail.text)
    reply_of(mail)
    content_digest(mail)
    mask(mail.text)
    conversation_of_head(envelope_of(raw), "id")
    for part in mail.parts:
        assert len(part.data()) == part.size
    return mail


def check(raw: bytes) -> None:
    mail = everything(raw)
    assert not [defect for defect in mail.defects if defect.startswith("parser_failed")]
    assert mail.raw_size == len(raw)
    head = envelope_of(raw)
    assert (head.message_id, head.in_reply_to, head.references) == (mail.message_id, mail.in_reply_to, mail.references)
    shown = [mail.subject, mail.text, mail.html or "", *(value for _, value in mail.headers)]
    shown += [part.filename or "" for part in mail.parts] + [address.name for address in (*mail.to, *mail.from_all)]
    for text in shown:
        assert "\0" not in text
        json.dumps(text, ensure_ascii=False).encode("utf-8")


@given(st.binary(max_size=2000))
@settings(max_examples=100, deadline=None)
@example(b"")
@example(b"\r")
@example(b"\xef\xbb\xbf")
@example(b"From: x")
@example(b":\n\n")
def test_any_bytes_are_a_mail(raw: bytes) -> None:
    check(raw)


@given(st.lists(st.one_of(PIECES, st.binary(max_size=20)), max_size=40).map(b"".join))
@settings(max_examples=250, deadline=None)
@example(b"Subject: =?utf-7?Q?+2AA-?=\n\nx")
@example(b"Content-Type: text/plain; charset=utf-16\n\n\x00\xd8")
def test_any_mixture_of_mail_pieces_is_a_mail(raw: bytes) -> None:
    check(raw)


@given(TEXTS)
@settings(max_examples=100, deadline=None)
def test_small_readers_take_any_text(text: str) -> None:
    found, total = parse_addresses(text)
    assert len(found) == total
    decode_words(text)
    parse_value(text)
    parse_date(text)
    html_to_text(text, 1000)
    assert new_text(text).text.strip() == new_text(text).text
    mask(text)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1, max_size=60), st.booleans())
@settings(max_examples=60, deadline=None)
def test_encoded_words_of_the_standard_library_come_back(text: str, in_base64: bool) -> None:
    from email.charset import BASE64, QP, Charset
    from email.header import Header

    charset = Charset("utf-8")
    charset.header_encoding = BASE64 if in_base64 else QP
    assert decode_words(Header(text, charset).encode(linesep="\n").replace("\n", "")) == text


def _nested(kind: str, depth: int) -> bytes:
    if kind == "message":
        return HEAD.encode() + b"Content-Type: message/rfc822\n\n" * depth + b"end"
    boundaries = [b"b%04d." % number for number in range(depth)]
    heads = b"".join(b"Content-Type: multipart/mixed; boundary=%s\n\n--%s\n" % (b, b) for b in boundaries)
    return HEAD.encode() + heads + b"\nend\n" + b"".join(b"--%s--\n" % b for b in reversed(boundaries))


def _parts(count: int, part: bytes = b"\nx\n") -> bytes:
    return HEAD.encode() + b"Content-Type: multipart/mixed; boundary=b\n\n" + (b"--b\n" + part) * count + b"--b--\n"


def _html(piece: bytes, size: int) -> bytes:
    return HEAD.encode() + b"Content-Type: text/html\n\n" + piece * (size // len(piece))


MB = 1024 * 1024
MONSTERS: dict[str, Callable[[], bytes]] = {
    "one header of 10 MB": lambda: b"X-Big: " + b"x" * (10 * MB) + b"\n\nbody",
    "a folded header of 10 MB": lambda: b"X-Big: " + b"x y\n " * (2 * MB) + b"\n\nbody",
    "a million header fields": lambda: b"X-A: b\n" * (1_000_000) + b"\nbody",
    "header lines without colon": lambda: b"Subject: x\n" + b"nonsense\n" * 500_000 + b"\nbody",
    "100,000 recipients": lambda: b"To: " + b"Ann <ann@example.org>,\n " * 100_000 + b"\n\nbody",
    "angles": lambda: b"To: " + b"<" * MB + b"\n\nbody",
    "angles and commas": lambda: b"To: <" + b",x" * MB + b"\n\nbody",
    "colons": lambda: b"To: a@b" + b":x" * MB + b"\n\nbody",
    "brackets": lambda: b"To: " + b"<>" * MB + b"\n\nbody",
    "quotes": lambda: b"To: " + b'"' * MB + b"\n\nbody",
    "backslashes": lambda: b'To: "' + b"\\" * MB + b"\n\nbody",
    "comments": lambda: b"To: " + b"(" * MB + b"\n\nbody",
    "encoded words": lambda: b"Subject: " + b"=?utf-8?Q?=C3=A9?= " * 60_000 + b"\n\nbody",
    "encoded words without end": lambda: b"Subject: " + b"=?utf-8?Q?a" * 100_000 + b"\n\nbody",
    "encoded words of question marks": lambda: b"Subject: " + b"=?a?q?a?=C3?" * 100_000 + b"\n\nbody",
    "encoded file name": lambda: b'Content-Type: a/b; name="' + b"=?utf-8?B?w6k=?= " * 60_000 + b'"\n\nbody',
    "parameters": lambda: b"Content-Type: a/b" + b"; x*1*=y" * 200_000 + b"\n\nbody",
    "references": lambda: b"References: " + b"<a@b>\n " * 300_000 + b"\n\nbody",
    "open references": lambda: b"References: " + b"<a" * MB + b"\n\nbody",
    "thread index": lambda: b"Thread-Index: " + b"A" * MB + b"\n\nbody",
    "authentication results": lambda: b"Authentication-Results: mx" + b"; dmarc=pass (" * 100_000 + b"\n\nbody",
    "10,000 parts": lambda: _parts(10_000),
    "10,000 messages": lambda: _parts(10_000, b"Content-Type: message/rfc822\n\nSubject: x\n\nx\n"),
    "endless boundaries": lambda: HEAD.encode() + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n" * MB,
    "boundaries that are none": lambda: HEAD.encode()
    + b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\n"
    + b"--bx\n" * MB,
    "no boundary at all": lambda: HEAD.encode() + b"Content-Type: multipart/mixed\n\n" + b"--a\n" * MB,
    "1,000 nested multiparts": lambda: _nested("multipart", 1_000),
    "1,000 nested messages": lambda: _nested("message", 1_000),
    "nested multiparts around 5 MB": lambda: _nested("multipart", 60).replace(b"end", b"x" * (5 * MB)),
    "a word of a million characters": lambda: HEAD.encode() + b"\n" + b"x" * 1_000_000,
    "quote marks": lambda: HEAD.encode() + b"\n" + b"> " * MB,
    "attributions": lambda: HEAD.encode() + b"\n" + b"On 1 Ann wrote:\n> x\ny\n" * 50_000,
    "attributions only": lambda: HEAD.encode() + b"\n" + b"1 wrote:\n\n" * 100_000,
    "header blocks": lambda: HEAD.encode() + b"\n" + b"From: x\n" * 130_000,
    "markers": lambda: HEAD.encode() + b"\n" + b"[ref:" * 200_000,
    "dots": lambda: HEAD.encode() + b"\n" + b"abcdefgh234567ab." * 60_000,
    "undeclared 8-bit": lambda: HEAD.encode() + b"\n" + bytes(range(128, 256)) * 8_000,
    "broken utf-8": lambda: HEAD.encode() + b"Content-Type: text/plain; charset=utf-8\n\n" + b"\xe9 \xff" * 400_000,
    "lone CR": lambda: b"Subject: x\r\r" + b"line\r" * 500_000,
    "NUL bytes": lambda: b"\0" * MB,
    "NUL bytes in the body": lambda: HEAD.encode() + b"\n" + b"\0" * MB,
    "base64": lambda: HEAD.encode() + b"Content-Transfer-Encoding: base64\n\n" + b"=" * (2 * MB),
    "quoted-printable blanks": lambda: HEAD.encode()
    + b"Content-Transfer-Encoding: quoted-printable\n\n="
    + b" " * (2 * MB)
    + b"\n",
    "uuencode": lambda: HEAD.encode() + b"Content-Transfer-Encoding: uuencode\n\nbegin 644 x\n" + b"#86)C\n" * 300_000,
    "delivery status": lambda: HEAD.encode()
    + b"Content-Type: message/delivery-status\n\n"
    + b"Final-Recipient: rfc822; a@b.c\nAction: failed\n\n" * 40_000,
    "deep html": lambda: _html(b"<div>", 5 * MB),
    "nested quotes": lambda: _html(b"<blockquote>x", 2 * MB),
    "open tags": lambda: _html(b"<a href=\"", 2 * MB),
    "tags without end": lambda: _html(b"<a", 2 * MB),
    "comments in html": lambda: _html(b"<!--", 2 * MB),
    "open scripts": lambda: _html(b"<script>", 2 * MB),
    "quotes in tags": lambda: _html(b"<a x=\"'>", 2 * MB),
    "entities": lambda: _html(b"&#9999999999;&amp", 2 * MB),
    "html of 20 MB": lambda: _html(b"<p>Hello <b>world</b> &amp; all</p>\n", 20 * MB),
}  # fmt: skip


@pytest.mark.parametrize("name", MONSTERS)
def test_monsters_take_linear_time(name: str) -> None:
    raw = MONSTERS[name]()
    started = time.process_time()
    mail = everything(raw)
    seconds = time.process_time() - started
    assert not [defect for defect in mail.defects if defect.startswith("parser_failed")]
    assert seconds < 1.5 + len(raw) / MB, f"{seconds:.2f} s for {len(raw) / MB:.1f} MB"
    assert len(mail.text) <= DEFAULT.text_chars
    assert len(mail.parts) <= DEFAULT.parts + 1
    assert len(mail.defects) <= DEFAULT.defects


def test_recipients_of_a_monster_are_counted() -> None:
    mail = parse(MONSTERS["100,000 recipients"]())
    assert (len(mail.to), mail.to_total) == (1_000, 100_000)

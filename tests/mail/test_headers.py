"""Header blocks: order, duplicates, folding, 8-bit, encoded words."""

from __future__ import annotations

import time

import pytest

from mail.headers import Headers, read_head
from mail.limits import Limits
from mail.parse import parse
from mail.words import decode_words
from tests.mail.build import mail


def test_fields_keep_order_and_duplicates() -> None:
    headers = mail("Received: second\nX-A: 1\nReceived: first\n").headers
    assert headers.get_all("received") == ("second", "first")
    assert [name for name, _ in headers][-3:] == ["Received", "X-A", "Received"]
    assert headers.names()[0] == "from"
    assert "X-a" in headers
    assert "X-B" not in headers
    assert 1 not in headers
    assert headers.get("X-B") is None
    assert headers.text("X-B") is None


def test_headers_compare_by_their_fields() -> None:
    assert Headers([("A", b"1")]) == Headers([("A", b"1")], "latin1")
    assert hash(Headers([("A", b"1")])) == hash(Headers([("A", b"1")]))
    assert Headers([("A", b"1")]) != Headers()
    assert repr(Headers([("A", b"1")])) == "Headers(1 fields)"


def test_folded_lines_are_unfolded() -> None:
    assert mail("X-Long: one\n two\n\tthree\n").headers.get("x-long") == "one two three"


def test_raw_8bit_is_read_as_utf8_then_as_the_bodys_charset() -> None:
    assert parse(b"Subject: caf\xc3\xa9\n\n").subject == "café"
    assert parse(b"Subject: caf\xe9\n\n").subject == "café"
    cyrillic = "Привет".encode("koi8-r")
    assert parse(b"Subject: " + cyrillic + b"\nContent-Type: text/plain; charset=koi8-r\n\n").subject == "Привет"


def test_line_without_colon_is_passed_over_when_fields_follow() -> None:
    parsed = parse(b"From: a@b.c\nthis is broken\nSubject: here\n\nbody")
    assert parsed.subject == "here"
    assert parsed.text == "body"
    assert "header_line_broken" in parsed.defects


def test_text_after_the_fields_without_empty_line_is_the_body() -> None:
    parsed = parse(b"From: a@b.c\r\nSubject: here\r\nDear all, this is it\r\nbye\r\n\r\nmore")
    assert parsed.text == "Dear all, this is it\nbye\n\nmore"
    assert "header_body_separator_missing" in parsed.defects


def test_mbox_line_and_leading_empty_lines_are_no_header() -> None:
    assert parse(b"From ann@example.org Mon Nov 23 2026\nSubject: x\n\nb").subject == "x"
    assert parse(b"\r\n\r\nSubject: x\r\n\r\nb").subject == "x"
    assert parse(b"\xef\xbb\xbfSubject: x\n\nb").subject == "x"


def test_text_without_header_is_a_body() -> None:
    parsed = parse(b"just some words\n\nand more")
    assert parsed.text == "just some words\n\nand more"
    assert "header_missing" in parsed.defects
    assert parse(b"\n\nonly text").text == "only text"


def test_lone_cr_line_ends_are_read() -> None:
    parsed = parse(b"Subject: old mac\rFrom: a@b.c\r\rline one\rline two")
    assert (parsed.subject, parsed.text) == ("old mac", "line one\nline two")
    assert "line_ends_cr" in parsed.defects


def test_header_limits_cut_and_say_so() -> None:
    many = b"".join(b"X-%d: v\n" % number for number in range(50))
    fields, body, defects = read_head(many + b"\nbody", 0, None, Limits(header_count=10))
    assert (len(fields), body, defects) == (10, len(many) + 1, ["header_cut"])
    fields, body, defects = read_head(many + b"\nbody", 0, None, Limits(header_bytes=30))
    assert (len(fields), body, defects) == (4, len(many) + 1, ["header_cut"])


def test_control_characters_are_removed() -> None:
    assert parse(b"Subject: a\x00b\x07c\n\n").subject == "abc"
    assert parse(b"Subject: =?utf-8?q?a=00b=0D=0Ac?=\n\n").subject == "ab  c"


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?utf-8?q?caf=C3=A9?= =?utf-8?b?w6k=?= x", "caféé x"),
        ("=?UTF-8?Q?=C3?= =?UTF-8?Q?=A9?=", "é"),
        ("=?iso-8859-1?q?a?=\r\n =?utf-8?q?b?=", "ab"),
        ("=?utf-8?Q?what?=C3=A9?=", "what?é"),
        ("=?utf-8?Q?two words?=", "two words"),
        ("=?utf-8?Q?a?=text=?utf-8?Q?b?=", "atextb"),
        ("=?utf-8*en?Q?hello?=", "hello"),
        ("=?utf-8?B?w6?=", "�"),
        ("=?utf-8?B?w6k?=", "é"),
        ("=?utf-8?B?YWJjZ?=", "abc"),
        ("=?unknown?Q?=C3=A9?=", "é"),
        ("=?gb2312?B?xOO6ww==?=", "你好"),
        ("=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        ("=?utf-8?Q?a_b?=", "a b"),
        ("=?utf-8?B?never ends", "=?utf-8?B?never ends"),
        ("=?utf-8?X?abc?=", "=?utf-8?X?abc?="),
        ("=??Q?abc?=", "=??Q?abc?="),
        ("=?utf-8?Q??=", ""),
        ("a =? b ?= c", "a =? b ?= c"),
        ("=?utf-8?Q?=x", "=?utf-8?Q?=x"),
        ("=?utf-8?Q?a?=C3 and more?=", "aC3 and more?="),
        ("=?utf-8?B?a!?=", "=?utf-8?B?a!?="),
        ("=?iso-8859-1?Q?Fr\u00f6_=F6?=", "Frö ö"),
        ("=?us-ascii?Q?\u20ac?=", "€"),
        ("=?utf-8?q?Gr=C3=BC=C3=9Fe_an_al", "Grüße an al"),
        ("=?utf-8?q?a?= =?utf-8?B?R3LDvMOfZ", "aGrüß"),
        ("=?utf-8?q?not a word", "=?utf-8?q?not a word"),
        ("=?iso-8859-5?Q?\u00f6?=", "Ã\xb6".encode("latin-1").decode("iso8859-5")),
        ("plain", "plain"),
    ],
)
def test_encoded_words(written: str, read: str) -> None:
    assert decode_words(written) == read


def test_many_encoded_words_take_linear_time() -> None:
    def took(count: int) -> float:
        started = time.process_time()
        decode_words(("=?utf-8?q?" + "a" * 60 + "?= ") * count)
        return time.process_time() - started

    assert took(40_000) < max(1.0, 7 * took(10_000))

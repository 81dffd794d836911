"""Addresses, dates, parameters, Message-IDs, charsets, transfer encodings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mail.addresses import parse_addresses, parse_lists
from mail.charsets import clean, codec_of, decode_text
from mail.dates import parse_date
from mail.message_ids import bounded_ids, first_id, ids_in
from mail.parameters import parse_value
from mail.transfer import decode_transfer


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("ann@example.org", [("", "ann@example.org")]),
        ("Ann B <ann@example.org>", [("Ann B", "ann@example.org")]),
        ('"Bee, Ann" <a@b.c>, d@e.f', [("Bee, Ann", "a@b.c"), ("", "d@e.f")]),
        ("a@b.c; d@e.f", [("", "a@b.c"), ("", "d@e.f")]),
        ("ann@example.org (Ann)", [("Ann", "ann@example.org")]),
        (
            "Pete(A nice \\) chap) <pete(his account)@silly.test(his host)>",
            [("Pete (A nice ) chap his account his host)", "pete@silly.test")],
        ),
        ("Group: a@b.c, d@e.f;, g@h.i", [("", "a@b.c"), ("", "d@e.f"), ("", "g@h.i")]),
        ("undisclosed-recipients:;", []),
        ("<@a.b,@c.d:ann@e.f>", [("", "ann@e.f")]),
        ("=?utf-8?q?A=2C_=C3=89?= <a@b.c>", [("A, É", "a@b.c")]),
        ("=?utf-8?q?Ann_=3Cann=40example.org=3E?=", [("Ann", "ann@example.org")]),
        ("<a@b.c> <d@e.f>", [("", "a@b.c"), ("", "d@e.f")]),
        ("A <a@b.c, D <d@e.f>", [("A", "a@b.c"), ("D", "d@e.f")]),
        ("Ann ann@example.org", [("Ann", "ann@example.org")]),
        ('"Ann B" ann@example.org', [("Ann B", "ann@example.org")]),
        ('"a b"@example.org', [("", '"a b"@example.org')]),
        ("ann @ example.org", [("", "ann@example.org")]),
        ("jdoe@test  . example", [("", "jdoe@test.example")]),
        ("Dr. Ann ann@x.org", [("Dr. Ann", "ann@x.org")]),
        ("'a@b.c' <a@b.c>", [("a@b.c", "a@b.c")]),
        ("<mailto:a@b.c>", [("", "a@b.c")]),
        ("<<a@b.c>>", [("", "a@b.c")]),
        ("Postmaster <MAILER-DAEMON>", [("Postmaster", "MAILER-DAEMON")]),
        ("Ann \\(A\\) <a@b.c>", [("Ann (A)", "a@b.c")]),
        ("nobody", []),
        ("<undisclosed-recipients:@example.net;>", []),
        ("Ann (Sales) <a@b.c>", [("Ann (Sales)", "a@b.c")]),
        ("Group: Ann <a@b.c>, b@b.c; (the end)", [("Ann", "a@b.c"), ("", "b@b.c")]),
        ("<>", []),
        ("", []),
        (f"<{'x' * 600}@b.c>", []),
        ("(((", []),
        ("(never closed a@b.c", []),
        ("Müller <m@x.de>", [("Müller", "m@x.de")]),
    ],
)
def test_addresses(written: str, read: list[tuple[str, str]]) -> None:
    found, total = parse_addresses(written)
    assert [(address.name, address.address) for address in found] == read
    assert total == len(read)


def test_addresses_beyond_the_limit_are_counted() -> None:
    found, total = parse_lists(["a@b.c, d@e.f", "g@h.i"], 2)
    assert ([address.address for address in found], total) == (["a@b.c", "d@e.f"], 3)
    assert found[0].domain == "b.c"


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("Mon, 23 Nov 2026 09:00:00 +0100", datetime(2026, 11, 23, 9, tzinfo=timezone(timedelta(hours=1)))),
        ("23 Nov 26 09:00 EST", datetime(2026, 11, 23, 9, tzinfo=timezone(timedelta(hours=-5)))),
        ("Monday, 23 November 2026 09:00:60 -0000", datetime(2026, 11, 23, 9, 0, 59, tzinfo=UTC)),
        ("Mon, 23 Nov 1999 09:00:00 Z (comment)", datetime(1999, 11, 23, 9, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 ((tricky) comment) 09:00:00 +0000", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("(only a comment", None),
        ("2026-11-23T09:00:00Z", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("2026-11-23 09:00:00", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("Mon Nov 23 09:00:00 2026", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("Mon, 23 Nov 2026 09:00:00 +9999", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("23 Nov 26 09:00:00 MESZ", datetime(2026, 11, 23, 9, tzinfo=timezone(timedelta(hours=2)))),
        ("Mon, 23 Abc 2026 09:00:00 +0100", None),
        ("Mon, 32 Nov 2026 09:00:00 +0100", None),
        ("Mon, 23 Nov 0000 09:00:00 +0100", None),
        ("1 Jan 99999 00:00:00 +0000", None),
        ("0001-01-01T00:00:00", None),
        ("9999-99-99", None),
        ("yesterday", None),
        ("Thu, 22 Aug 0102 12:07:35 +0000", datetime(2002, 8, 22, 12, 7, 35, tzinfo=UTC)),
        ("22 Aug 102 12:07:35 +0000", datetime(2002, 8, 22, 12, 7, 35, tzinfo=UTC)),
        ("20 11 79 05:34:27 +0000", datetime(1979, 11, 20, 5, 34, 27, tzinfo=UTC)),
        ("by x with y; Mon, 23 Nov 2026 09:00:00 +0000", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("", None),
        (None, None),
    ],
)
def test_dates(written: str | None, moment: datetime | None) -> None:
    read = parse_date(written)
    assert read == moment
    assert read is None or read.tzinfo is not None


@pytest.mark.parametrize(
    ("written", "value", "parameters"),
    [
        ("Text/Plain", "text/plain", {}),
        ("text/plain (comment)", "text/plain", {}),
        ("text/plain; charset=us-ascii (Plain text)", "text/plain", {"charset": "us-ascii"}),
        ('a/b; NAME="x;y\\"z"', "a/b", {"name": 'x;y"z'}),
        ("a/b; filename=Report (1).pdf", "a/b", {"filename": "Report (1).pdf"}),
        ("a/b; name==?utf-8?q?=C3=A9.txt?=", "a/b", {"name": "é.txt"}),
        ("a/b; filename*=UTF-8''na%C3%AFve.txt; filename=x", "a/b", {"filename": "naïve.txt"}),
        ("a/b; t*0*=us-ascii'en'one%20; t*1*=%2Atwo; t*2=three", "a/b", {"t": "one *twothree"}),
        ("a/b; n*1=b; n*0=a", "a/b", {"n": "ab"}),
        ("a/b; n*x=b", "a/b", {}),
        ("a/b; n*=%e9", "a/b", {"n": "é"}),
        ("a/b; ; =x; c=d", "a/b", {"c": "d"}),
        ('a/b; c="never closed', "a/b", {"c": "never closed"}),
        ("a/b; c", "a/b", {"c": ""}),
        ("", "", {}),
    ],
)
def test_parameters(written: str, value: str, parameters: dict[str, str]) -> None:
    read = parse_value(written)
    assert (read.value, read.parameters) == (value, parameters)


def test_only_so_many_parameters_are_read() -> None:
    assert len(parse_value("a/b;" + ";".join(f"p{number}=1" for number in range(500))).parameters) == 64


def test_message_ids() -> None:
    assert ids_in("<a@b> junk <c@d><a@b>") == ["<a@b>", "<c@d>"]
    assert ids_in("<a\r\n @b>") == ["<a@b>"]
    assert ids_in("a@b, c@d") == ["<a@b>", "<c@d>"]
    assert ids_in(f"<{'x' * 1500}@y>") == []
    assert first_id(["", "<a@b>"]) == "<a@b>"
    assert first_id(["no-at-sign"]) == "<no-at-sign>"
    assert first_id(["two words"]) is None
    assert bounded_ids([" ".join(f"<{number}@x>" for number in range(10))], 3) == ("<0@x>", "<8@x>", "<9@x>")


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("UTF-8", "utf-8"), ("iso-8859-1", "cp1252"), ("windows-1251", "cp1251"), ("x-cp1250", "cp1250"),
        ("GB2312", "gb18030"), ("ks_c_5601-1987", "cp949"), ("Shift_JIS", "cp932"), ("iso-2022-jp", "iso2022-jp"),
        ("IBM437", "cp437"), ("rot13", None), ("punycode", None), ("zlib", None), ("", None), ("x" * 100, None),
    ],
)  # fmt: skip
def test_charset_names(name: str, codec: str | None) -> None:
    assert codec_of(name) == codec


def test_text_of_wrong_and_missing_charsets() -> None:
    assert decode_text(b"abc", "no-such") == ("abc", None)
    assert decode_text("é".encode(), None) == ("é", "charset_undeclared")
    assert decode_text("é".encode(), "us-ascii") == ("é", "charset_undeclared")
    assert decode_text("é".encode(), "no-such") == ("é", "charset_unknown")
    assert decode_text(b"\xe9\x81", "latin1") == ("é\x81", None)
    assert decode_text(b"\xef\xbb\xbf\xc3\xa9", "latin1") == ("é", None)
    assert decode_text(b"caf\xe9 " + "é".encode() * 20, "utf-8")[1] == "charset_broken"
    text = "Это письмо написано по-русски, и кодировка его не указана. " * 5
    assert decode_text(text.encode("cp1251"), "utf-8") == (text, "charset_wrong")
    assert decode_text(("x" * 9000 + text).encode("cp1251"), None) == ("x" * 9000 + text, "charset_undeclared")
    assert decode_text("日本".encode("iso2022_jp"), "iso-2022-jp") == ("日本", None)
    assert decode_text(b"+AGE-", "utf-7") == ("a", None)


def test_text_is_cleaned_of_what_stores_refuse() -> None:
    assert clean("a\0b\x07") == "ab"
    assert clean("é\0\ud800") == "é�"
    assert clean("tab\tline\n") == "tab\tline\n"


@pytest.mark.parametrize(
    ("raw", "encoding", "data", "defects"),
    [
        (b"aGVs\r\nbG8=\r\n", "base64", b"hello", []),
        (b"aGVsbG8", "base64", b"hello", ["base64_truncated"]),
        (b"aGVsbG8hx", "base64", b"hello!", ["base64_truncated"]),
        (b"aGVsbG8= trailing", "base64", b"hello", ["base64_after_padding"]),
        (b"a*GV-sb G8=", "base64", b"hello", []),
        (b"", "base64", b"", []),
        (b"caf=C3=A9 =\r\nx  \r\ny", "Quoted-Printable", "café x\r\ny".encode(), []),
        (b"=ZZ broken =", "quoted-printable", b"=ZZ broken ", []),
        (b"plain", "quoted-printable", b"plain", []),
        (b"raw", "8bit", b"raw", []),
        (b"raw", "zip", b"raw", ["encoding_unknown"]),
        (b"begin 644 x\r\n#86)C\r\n`\r\nend\r\n", "x-uuencode", b"abc", []),
        (b"begin 644 x\n#86)C\n", "uuencode", b"abc", ["uuencode_truncated"]),
        (b"begin 644 x\n\xff\xff\xff\n", "uuencode", b"", ["uuencode_broken"]),
        (b"nothing", "uuencode", b"nothing", ["uuencode_broken"]),
    ],
)
def test_transfer_encodings(raw: bytes, encoding: str, data: bytes, defects: list[str]) -> None:
    assert decode_transfer(raw, encoding, 1000) == (data, defects, False)


def test_decoding_stops_at_the_limit() -> None:
    assert decode_transfer(b"YWFh" * 10_000, "base64", 10) == (b"a" * 10, [], True)
    assert decode_transfer(b"abc", "7bit", 2) == (b"ab", [], True)

"""Transfer encodings as broken programs write them, and what lists and servers add."""

from __future__ import annotations

import base64
import time

import pytest

from mail.transfer import decode_transfer

LONG = b"All work and no play makes Jack a dull boy.\r\n" * 20
FOOTER = b"_______________________________________________\nlist mailing list\nlist@example.org\n"


@pytest.mark.parametrize(
    ("raw", "encoding", "data", "defects"),
    [
        (b"SGVsbA==\r\nbyBCb2Iu\r\n", "base64", b"Hello Bob.", ["base64_after_padding"]),
        (b"SGVsbA==\nbyBCb2Iu\nSGVsbA==", "base64", b"Hello Bob.Hell", ["base64_after_padding"]),
        (b"aGVsbG8= trailing", "base64", b"hello", ["base64_after_padding"]),
        (b"aGVsbG8=\nBye\n", "base64", b"hello", ["base64_after_padding"]),
        (b"SGVsbG8gQm9iLg0K\n" + FOOTER, "base64", b"Hello Bob.\r\n", ["base64_before_text"]),
        (base64.encodebytes(LONG) + FOOTER, "base64", LONG, ["base64_before_text"]),
        (base64.encodebytes(LONG[:-2]) + FOOTER, "base64", LONG[:-2], ["base64_before_text"]),
        (base64.encodebytes(LONG).replace(b"k", b"!k", 2), "base64", LONG, []),
        (b"Hello\nthis is plain, is it not?\n", "base64", b"Hello\nthis is plain, is it not?\n", ["base64_broken"]),
        (b"Tomorrow\nwe will see, will we?\n", "base64", b"Tomorrow\nwe will see, will we?\n", ["base64_broken"]),
        (b"a=\rb\nc", "quoted-printable", b"ab\nc", []),
        (b"a=\r\nb", "quoted-printable", b"ab", []),
        (b"Gr=C3=BC=C3=9Fe", "quoted_printable", "Grüße".encode(), []),
        (b"x", "8 bit", b"x", []),
    ],
)
def test_oddities(raw: bytes, encoding: str, data: bytes, defects: list[str]) -> None:
    decoded, found, cut = decode_transfer(raw, encoding, 10**6)
    assert (decoded, found) == (data, defects)
    assert not cut


@pytest.mark.parametrize("piece", [b"=", b"A=\n", b"AAAAAAAA==\n", b"AAAA\n", b"=\r", b" ", b"A ", b"!", b"=?"])
@pytest.mark.parametrize("encoding", ["base64", "quoted-printable", "uuencode"])
def test_any_rubbish_is_decoded_in_no_time(piece: bytes, encoding: str) -> None:
    started = time.process_time()
    for raw in (piece * 100_000, piece * 100_000 + b"!? no"):
        data, _, cut = decode_transfer(raw, encoding, 10**7)
        assert len(data) <= len(raw)
        assert not cut
    assert time.process_time() - started < 2

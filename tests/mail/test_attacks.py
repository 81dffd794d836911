"""What a stern reader tried: each input once hurt, or would have; beside `test_hostile`, which has the large ones."""

from __future__ import annotations

import time
import tracemalloc

import pytest

from mail.html import html_to_text
from mail.parse import parse
from mail.words import decode_words
from tests.mail.build import HEAD


@pytest.mark.parametrize("piece", ["=?a?x?é", "=?*?q?é", "=?a?b?éA", "=?a?b?A", "=?utf-8?q?é=C3"])
def test_what_looks_like_encoded_words_is_searched_once(piece: str) -> None:
    text = piece * (60_000 // len(piece)) + "?="
    started = time.process_time()
    decode_words(text)
    assert time.process_time() - started < 0.2


def test_messages_in_messages_share_one_allowance() -> None:
    inner = HEAD.encode() + b"\n" + b"x y z\n" * 500_000
    for _ in range(48):
        inner = HEAD.encode() + (
            b"Content-Type: message/rfc822\nContent-Transfer-Encoding: quoted-printable\n\n" + inner
        )
    tracemalloc.start()
    mail = parse(inner)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 * 1024 * 1024
    assert any(defect.startswith("content_cut") for defect in mail.defects)


def test_a_long_line_is_not_read_again_at_each_tag_below_it() -> None:
    html = "<blockquote type=cite>" + "x y " * 100_000 + "</blockquote>" + "<blockquote a>" * 60_000
    started = time.process_time()
    html_to_text(html, 1024 * 1024)
    assert time.process_time() - started < 0.4

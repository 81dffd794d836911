"""format=flowed (RFC 3676): what we write and what others write."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.flowed import WIDTH, flow, unflow
from tests.mail.build import mail


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet="ab >-\nFrom. ", max_size=500) | st.text(max_size=300))
def test_what_is_flowed_comes_back_exactly(text: str) -> None:
    flowed = flow(text)
    if flowed is None:
        assert any(line.endswith(" ") and line != "-- " for line in text.split("\n"))
    else:
        assert unflow(flowed) == text


def test_long_paragraphs_are_broken_behind_blanks() -> None:
    text = "word " * 60 + "end\n> " + "quoted " * 40 + "end"
    flowed = flow(text)
    assert flowed is not None
    lines = flowed.split("\n")
    assert max(map(len, lines)) <= WIDTH + 2
    assert sum(line.startswith("> ") for line in lines) > 2
    assert unflow(flowed) == text


@pytest.mark.parametrize(
    ("flowed", "text"),
    [
        ("a \nb\nc", "a b\nc"),
        ("> a \n> b\nc", "> a b\nc"),
        (">> a \n> b", ">> a \n> b"),
        (" From x\n >y\n  z", "From x\n>y\n z"),
        ("a \n-- \nAnn", "a \n-- \nAnn"),
        (">a\n>\n>b", "> a\n>\n> b"),
        ("end ", "end "),
    ],
)
def test_flowed_text_of_others_is_read_as_paragraphs(flowed: str, text: str) -> None:
    assert unflow(flowed) == text


def test_blank_that_only_marks_the_break_is_deleted_where_the_sender_says_so() -> None:
    assert unflow("日本 \n語", "Yes") == "日本語"
    assert unflow("日本 \n語") == "日本 語"


def test_parsing_makes_paragraphs_whole() -> None:
    head = "Content-Type: text/plain; charset=utf-8; format=Flowed"
    assert mail(f"{head}\n", "one \ntwo\n> a \n> b\n-- \nAnn\n").text == "one two\n> a b\n-- \nAnn"
    assert mail(f"{head}; delsp=yes\n", "on \ne\n").text == "one"
    assert mail("Content-Type: text/plain\n", "one \ntwo\n").text == "one \ntwo"


def test_worst_texts_take_linear_time() -> None:
    started = time.process_time()
    for text in (
        "> " * 500_000,
        "> " * 500_000 + "x",
        ">" * 1_000_000,
        "a " * 500_000 + "x",
        " \n" * 500_000,
        " " * 1_000_000 + "x",
    ):
        unflow(text)
        flow(text)
    assert time.process_time() - started < 5

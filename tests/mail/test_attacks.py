"""What a stern reader tried: each input once hurt, or would have; beside `test_hostile`, which has the large ones."""

from __future__ import annotations

import base64
import hashlib
import time
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mail.classify import classify
from mail.conversation import envelope_of
from mail.digest import content_digest
from mail.headers import Headers, read_head, read_headers
from mail.html import html_to_text
from mail.limits import Limits
from mail.parse import parse
from mail.records import Address
from mail.words import decode_words
from tests.mail.build import HEAD, mail, multipart
from tests.mail.seeds import SEEDS


@pytest.mark.parametrize("piece", ["=?a?x?é", "=?*?q?é", "=?a?b?éA", "=?a?b?A", "=?utf-8?q?é=C3"])
def test_what_looks_like_encoded_words_takes_linear_time(piece: str) -> None:
    text = piece * (200_000 // len(piece)) + "?="
    started = time.process_time()
    decode_words(text)
    assert time.process_time() - started < 1  # 5 s where each piece is searched to the end


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


def test_a_long_line_above_many_tags_takes_linear_time() -> None:
    html = "<blockquote type=cite>" + "x y " * 200_000 + "</blockquote>" + "<blockquote a>" * 120_000
    started = time.process_time()
    html_to_text(html, 1024 * 1024)
    assert time.process_time() - started < 1  # 3 s where the line is read again at each tag


@pytest.mark.parametrize(
    ("encoding", "body"),
    [
        ("base64", "\n" * 5_000 + base64.b64encode(b"hello world").decode()),
        ("quoted-printable", "=\n" * 3_000 + "hello world"),
        ("quoted-printable", "hello" + " " * 9_000 + "\nworld"),
        ("x-uuencode", "a word before\n" * 3_000 + "begin 644 a\n#86)C\n`\nend\n"),
    ],
    ids=["empty lines", "soft breaks", "blanks before a line end", "text before the file"],
)
def test_content_behind_what_decodes_to_nothing_is_the_same_when_it_is_asked_for_again(
    encoding: str, body: str
) -> None:
    part = mail(f"Content-Type: a/b\nContent-Transfer-Encoding: {encoding}\n", body).parts[0]
    whole = part.data()
    assert hashlib.sha256(whole).hexdigest() == part.sha256
    assert [part.data(limit) for limit in (0, 1, 3, part.size, 10_000)] == [
        whole[:limit] for limit in (0, 1, 3, part.size, 10_000)
    ]


@pytest.mark.parametrize("number", range(len(SEEDS)))
def test_the_same_mail_with_either_line_end_has_one_content_digest(number: int) -> None:
    unix = SEEDS[number].replace(b"\r\n", b"\n")
    assert content_digest(parse(unix)) == content_digest(parse(unix.replace(b"\n", b"\r\n")))


def test_what_travels_as_text_has_one_content_digest_when_a_relay_encodes_it() -> None:
    def digest(kind: str, encoding: str, content: str) -> str:
        part = f"Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n{content}"
        return content_digest(mail(*multipart("mixed", "\nhello", part)))

    for kind in ("application/xml", "image/svg+xml", "application/pgp-signature", "message/delivery-status"):
        coded = base64.encodebytes(b"<a>\r\n</a>\r\n").decode()
        assert digest(kind, "7bit", "<a>\n</a>") == digest(kind, "base64", coded)
        assert digest(kind, "7bit", "<a>\n</a>") != digest(kind, "7bit", "<b>\n</a>")
    assert digest("a/b", "base64", "AAo=") != digest("a/b", "base64", "AA0K")


def test_mails_without_a_message_id_differ_by_what_they_say_and_to_whom() -> None:
    base = "From: robot@example.org\nDate: Mon, 23 Nov 2026 09:00:00 +0100\n"
    heads = ["Subject: Pump 1\n", "Subject: Pump 2\n", "Subject: Pump 1\nTo: a@b.c\n", "Subject: Pump 1\nCc: a@b.c\n"]
    assert len({content_digest(mail(head, base=base)) for head in heads}) == 4
    base += "Message-ID: <1@example.org>\n"
    assert len({content_digest(mail(head, base=base)) for head in heads}) == 1


def test_a_field_from_with_a_blank_before_its_colon_is_no_separator_of_an_mbox() -> None:
    raw = b"From : Ann <ann@example.org>\nSubject: x\n\nhello"
    assert parse(raw).from_ == envelope_of(raw).from_ == Address("Ann", "ann@example.org")
    assert parse(b"From ann@example.org Mon Nov 23 09:00:00 2026\n" + raw).from_ == Address("Ann", "ann@example.org")


@pytest.mark.parametrize(
    "field", ["Content-Type: text/html", "Content-Transfer-Encoding: base64", "Sender: eve@example.net", "Cc: a@b.c"]
)
def test_a_field_that_stands_twice_is_named(field: str) -> None:
    name = field.partition(":")[0].lower().replace("-", "_")
    assert f"several_{name}" in mail(f"{field}\n{field}\n").defects
    assert not mail(f"{field}\n", "aGVsbG8=").defects


_STATUS = (
    "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; bo@example.net\nAction: failed\nStatus: 5.1.1\n"
)


@pytest.mark.parametrize(
    "head", ["Subject: Fwd: Undeliverable: Hello\n", "Subject: Help\nIn-Reply-To: <z@example.org>\n"]
)
def test_the_parts_of_a_bounce_that_a_person_sends_on_make_no_bounce(head: str) -> None:
    part = "Content-Type: message/delivery-status\nContent-Disposition: attachment; filename=noname\n\n" + _STATUS
    base = "From: Ann <ann@example.org>\nMessage-ID: <m1@example.org>\n" + head
    found = mail(*multipart("mixed", "\nI cannot reach you, what is wrong?", part), base=base)
    assert (found.report, classify(found).kind) == (None, "human")


def test_a_bounce_is_one_whatever_wraps_it() -> None:
    status = "Content-Type: message/delivery-status\nContent-Disposition: attachment\n\n" + _STATUS
    kind, body = multipart("report", "\nFailed.", status, parameters="; report-type=delivery-status")
    base = "From: MAILER-DAEMON@example.net\nSubject: Re: Hello\nMessage-ID: <m1@a.b>\nIn-Reply-To: <z@a.b>\n"
    wrapped = multipart("mixed", f"{kind}\n{body}", "\nA footer of a server.")
    for parts in ((kind, body), wrapped, multipart("mixed", "\nFailed.", status.replace("attachment", "inline"))):
        assert classify(mail(*parts, base=base)).kind == "bounce"
    null = "Return-Path: <>\n" + base
    assert classify(mail(*multipart("mixed", "\nFailed.", status), base=null)).kind == "bounce"


def test_an_outlook_message_that_cannot_be_read_keeps_its_size() -> None:
    raw = bytes.fromhex("d0cf11e0a1b11ae1") + b"x" * 600
    assert (parse(raw).raw_size, parse(raw).defects) == (len(raw), ("msg_broken",))


def test_each_message_in_a_message_has_a_number_of_its_own() -> None:
    field = "Content-Type: message/rfc822\n"
    message = f"{field}\n"
    assert [part.path for part in mail(field, f"{message}{message}Subject: x\n\nhello").parts] == [
        "1", "1.1", "1.1.1", "1.1.1.1",
    ]  # fmt: skip
    kind, body = multipart("mixed", "\nhello", f"{message}{message}Subject: x\n\nhello")
    assert [part.path for part in mail(kind, body).parts] == ["1", "2", "2.1", "2.1.1"]
    assert [part.path for part in mail(field, f"{kind}\n{body}").parts] == ["1", "1.1", "1.2", "1.2.1", "1.2.1.1"]


def test_ids_of_raw_bytes_are_the_same_before_and_after_parsing() -> None:
    raw = b"References: <\xe9a@b>\nSubject: \xcf\xf0\xe8\nContent-Type: text/plain; charset=windows-1251\n\nhello"
    head, whole = envelope_of(raw), parse(raw)
    assert (head.references, head.subject) == (whole.references, whole.subject) == (("<йa@b>",), "При")


@pytest.mark.parametrize(
    ("head", "line"),
    [
        ("Content-Type: a/b\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 x", "_"),
        ("Content-Transfer-Encoding: x-uuencode\n\nbegin 644 x", "#86)C"),
        ("Content-Transfer-Encoding: quoted-printable\n", "= "),
        ("Content-Transfer-Encoding: base64\n", "QUJDQUI="),
        ("\nbegin-base64 644 x", "QUJD"),
    ],
)
def test_short_lines_take_no_memory_of_their_own(head: str, line: str) -> None:
    count = 512 * 1024 // (len(line) + 1)
    raw = f"{HEAD}{head}\n".encode() + f"{line}\n".encode() * count
    tracemalloc.start()
    parse(raw, Limits(part_bytes=1024 * 1024))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5 * 1024 * 1024


LINES = st.sampled_from(
    ["A: b", "From x", "From : z", ">From q", ">From: q", " c", "\tc", "a :b", ":", "A:", "\r", " ", "\0", "B:c:d", ""]
)


@given(st.lists(st.tuples(LINES, st.sampled_from(["\n", "\r\n", ""])), max_size=8))
@settings(max_examples=150, deadline=None)
@example([("From : z", "\n"), ("A: b", "\n"), ("", "\n")])
def test_the_fast_reading_of_a_header_finds_what_the_thorough_one_finds(lines: list[tuple[str, str]]) -> None:
    block = "".join(line + end for line, end in lines).encode()
    fields, body, defects = read_head(block)
    found, at, named = read_headers(block)
    assert (list(found), at, named) == (list(Headers(fields)), body, defects)


@pytest.mark.parametrize("number", range(len(SEEDS)))
def test_parts_are_told_apart_by_their_numbers_and_give_what_was_hashed(number: int) -> None:
    parts = parse(SEEDS[number]).parts
    assert len({part.path for part in parts}) == len(parts)
    assert all(hashlib.sha256(part.data()).hexdigest() == part.sha256 for part in parts)

"""Forms that few mails have: markup that is not closed, calendars with two events, files in many pieces."""

from __future__ import annotations

import json
from struct import pack

import pytest

from mail.assemble import multipart
from mail.bounces import parse_bounce
from mail.contained import take_files
from mail.html import html_page, html_to_text
from mail.invitation import read_calendar
from mail.limits import Limits
from mail.parse import parse
from mail.rtf import decompress_rtf, rtf_to_text
from mail.subject import base_subject, reply_subject


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<a href='https://x.example/'></a>rest", "rest"),
        ("<a href='https://x.example/'> <img></a>rest", "rest"),
        ("<a href='mailto:nobody'>write</a>", "write"),
        ("<a href='mailto:ann@x.example?subject=a'>write</a>", "write <ann@x.example>"),
        ("<a href='ftp://x.example/'>file</a>", "file"),
        ("<a href='https://x.example/a'>two<br>lines</a>", "two\nlines"),
        ("<a href='https://x.example/a'>never closed", "never closed"),
        ("before</a> after", "before after"),
    ],
)
def test_a_link_is_told_where_it_says_more_than_its_words(html: str, text: str) -> None:
    assert html_to_text(html, 1000)[0] == text


def test_what_a_page_hides_is_not_read() -> None:
    html = "<div style='display:none'>preheader<a href='https://x.example/'>link</a></div>Hello"
    assert html_to_text(html, 1000)[0] == "Hello"


def test_a_signature_that_is_never_closed_goes_on_to_the_end() -> None:
    page = html_page('Hello<div class="gmail_signature">Ann<br>Sales', 1000)
    assert [page.text[start:end] for start, end in page.signatures] == ["Ann\nSales"]


def test_a_signature_within_a_quotation_is_no_mark_of_ours() -> None:
    page = html_page('Hello<blockquote type="cite">Hi<div class="gmail_signature">Bo</div></blockquote>', 1000)
    assert page.signatures == ()


def test_cells_are_parted_and_empty_ones_keep_their_place() -> None:
    table = "<table><tr><td>a</td><td>b </td><td></td><td>d</td></tr></table>"
    assert html_to_text(table, 1000)[0].split("\t")[0:2] == ["a", "b"]


def test_a_character_number_of_thousands_of_digits_is_left_as_it_stands() -> None:
    text = html_to_text(f"a &#{'9' * 5000}; b", 10_000)[0]
    assert text.startswith("a ")
    assert text.endswith(" b")


def test_compressed_rich_text_that_repeats_itself() -> None:
    # "abcabcabc": three characters, then a reference that overlaps what it writes, then the end (MS-OXRTFCP §3).
    start = 207
    tokens = b"\x18" + b"abc" + bytes([start >> 4, (start & 15) << 4 | 4])
    end_at = start + 9
    tokens += bytes([end_at >> 4, (end_at & 15) << 4])
    data = pack("<II4sI", len(tokens) + 12, 9, b"LZFu", 0) + tokens
    assert decompress_rtf(data) == (b"abcabcabc", None)
    assert decompress_rtf(data[:-2]) == (b"abcabcabc", None)
    assert decompress_rtf(data[:-3])[1] == "rtf_truncated"


def test_a_character_by_number_replaces_the_one_written_for_old_readers() -> None:
    assert rtf_to_text(rb"{\rtf1 \u1087\'3f\u1088?x}") == "прx"


def test_of_a_calendar_the_first_event_is_read() -> None:
    found = read_calendar(
        "END:VCALENDAR\nBEGIN:VCALENDAR\nMETHOD:PUBLISH\nBEGIN:VEVENT\nSUMMARY:One\nATTENDEE:urn:uuid:7\n"
        "BEGIN:VALARM\nSUMMARY:Alarm\nEND:VALARM\nEND:VEVENT\nBEGIN:VEVENT\nSUMMARY:Two\nEND:VEVENT\n"
    )
    assert found is not None
    assert (found.summary, found.method) == ("One", "PUBLISH")
    assert [who.address for who in found.attendees] == ["urn:uuid:7"]
    assert read_calendar("BEGIN:VCALENDAR\nBEGIN:VTODO\nEND:VTODO\nEND:VCALENDAR\n") is None


def test_a_boundary_never_occurs_in_what_it_parts() -> None:
    first = multipart("mixed", [b"x"]).split(b'boundary="')[1].split(b'"')[0]
    nested = multipart("mixed", [b"x", b"--" + first])
    boundary = nested.split(b'boundary="')[1].split(b'"')[0]
    assert nested.count(b"--" + boundary) == 3
    assert len(parse(b"MIME-Version: 1.0\r\n" + nested).parts) == 2


def test_yenc_of_several_parts_names_its_place_in_a_line_of_its_own() -> None:
    body = bytes((byte + 42) % 256 for byte in b"content")
    text, (file,) = take_files(
        b"=ybegin part=1 line=128 size=7 name=a.bin\n=ypart begin=1 end=7\n" + body + b"\n=yend size=7 part=1\nrest\n"
    )
    assert (file.name, file.data, text.strip()) == ("a.bin", b"content", b"rest")


def test_of_very_many_files_in_a_text_the_first_are_taken() -> None:
    _, files = take_files(b"begin 644 a.txt\n#:&DA\n`\nend\n" * 150)
    assert len(files) == 100


def test_messages_within_the_mail_count_as_parts() -> None:
    inner = b"--b\nContent-Type: message/rfc822\n\nSubject: x\n\ny\n"
    mail = parse(b"Content-Type: multipart/mixed; boundary=b\n\n" + inner * 20 + b"--b--\n", Limits(parts=10))
    assert "too_many_parts" in mail.defects
    assert len(mail.parts) <= 10


def notice(mail: dict[str, object]) -> bytes:
    body = {
        "notificationType": "Bounce",
        "bounce": {"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "bo@x.example"}]},
        "mail": mail,
    }
    head = b"From: AWS Notifications <no-reply@sns.amazonaws.com>\nx-amz-sns-message-type: Notification\n\n"
    return head + json.dumps(body).encode()


@pytest.mark.parametrize(
    ("mail", "message_id"),
    [
        (
            {"headers": [7, {"name": "Message-ID", "value": "<own@x.example>"}], "messageId": "0100-a"},
            "<own@x.example>",
        ),
        ({"commonHeaders": {"messageId": "<common@x.example>"}, "messageId": "0100-a"}, "<common@x.example>"),
        ({"messageId": "0100-a"}, "<0100-a@email.amazonses.com>"),
        (
            {"messageId": "0102-a", "sourceArn": "arn:aws:ses:eu-west-1:1:identity/x"},
            "<0102-a@eu-west-1.amazonses.com>",
        ),
        ({}, None),
    ],
)
def test_a_notice_of_amazon_names_the_mail_as_well_as_it_can(mail: dict[str, object], message_id: str | None) -> None:
    bounce = parse_bounce(parse(notice(mail)))
    assert bounce is not None
    assert bounce.original_message_id == message_id


@pytest.mark.parametrize("prefix", ["Re: ", "Fwd: ", "[tag] AW: "])
def test_prefixes_without_end_are_taken_off_to_a_bound(prefix: str) -> None:
    assert len(base_subject(prefix * 5_000 + "x")) < len(prefix * 5_000)
    assert reply_subject(prefix * 5_000 + "x").startswith("Re: ")

"""Composing: what goes in comes out of a parser, and nothing that goes in becomes a line of the header."""

from __future__ import annotations

import email
import email.policy
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.classify import OwnMarks, classify
from mail.compose import MAX_REFERENCES, Attachment, OutgoingMail, compose
from mail.evidence import candidates, check_candidates
from mail.parse import parse
from mail.signed_ids import SigningKey, make_marker, make_message_id
from schemas.errors import MessageError

KEY = SigningKey("k2", b"0123456789abcdef")
CONVERSATION = "abcdefghij234567"
NOTIFICATION = "0d0c0d0c-0d0c-5d0c-8d0c-0d0c0d0c0d0c"
MESSAGE_ID = make_message_id(KEY, "acme", CONVERSATION, NOTIFICATION, "a-rather-long-domain.mail.acme.example")
MARKER = make_marker(KEY, "acme", CONVERSATION, NOTIFICATION)
FIELDS = [
    "Date", "From", "To", "Subject", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
    "X-Auto-Response-Suppress", "X-Mailcase-Loop", "X-Own", "MIME-Version", "Content-Type",
]  # fmt: skip


def outgoing(**fields: Any) -> OutgoingMail:
    given: dict[str, Any] = {
        "from_address": "office@acme.example",
        "from_name": "Acme Büro",
        "to": ("ann@customers.example",),
        "subject": "We have CLM-1",
        "text": "Dear Ann,\nthe number is CLM-1.\n",
        "html": "<html><body><p>Dear Ann</p></body></html>",
        "message_id": MESSAGE_ID,
        "date": datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
        "installation": "acme",
        "marker": MARKER,
        "in_reply_to": "<parent@customers.example>",
        "references": ("<root@customers.example>", "<parent@customers.example>"),
        "headers": (("X-Own", "value"),),
    }
    return OutgoingMail(**(given | fields))


def names(raw: bytes) -> list[str]:
    return [name for name, _ in email.message_from_bytes(raw, policy=email.policy.compat32).items()]


def check_bytes(raw: bytes) -> None:
    assert b"\0" not in raw
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n") == raw.count(b"\r")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 998


@pytest.mark.feature("CV-04", "Message-ID by itself")
@pytest.mark.feature("CV-04", "In-Reply-To and References by themselves")
@pytest.mark.feature("CV-04", "Auto-Submitted by itself")
@pytest.mark.feature("CV-04", "token by itself")
@pytest.mark.feature("OU-07", "Auto-Submitted")
@pytest.mark.feature("OU-07", "X-Auto-Response-Suppress")
@pytest.mark.feature("OU-07", "own loop header")
def test_mail_threads_and_stops_loops_by_itself() -> None:
    raw = compose(outgoing())
    check_bytes(raw)
    mail = parse(raw)
    assert mail.defects == ()
    assert mail.message_id == MESSAGE_ID
    assert mail.in_reply_to == "<parent@customers.example>"
    assert mail.references == ("<root@customers.example>", "<parent@customers.example>")
    assert mail.headers.text("auto-submitted") == "auto-replied"
    assert mail.headers.text("x-auto-response-suppress") == "All"
    assert mail.from_ is not None
    assert (mail.from_.name, mail.from_.address) == ("Acme Büro", "office@acme.example")
    assert mail.text.rstrip().endswith(MARKER)
    assert mail.html is not None
    assert MARKER in mail.html
    assert mail.html.index(MARKER) < mail.html.index("</body>")
    assert mail.date == datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
    assert names(raw) == FIELDS


def test_what_we_send_is_known_as_our_own_when_it_comes_back() -> None:
    mail = parse(compose(outgoing()))
    checks = check_candidates(candidates(mail), [KEY], "acme")
    assert classify(mail, OwnMarks("acme")).kind == "own"
    assert classify(mail, OwnMarks("another", checks)).kind == "own"
    assert classify(mail, OwnMarks("another")).kind == "auto_reply"


def test_mail_of_a_person_is_not_marked_as_automatic() -> None:
    mail = parse(compose(outgoing(auto_submitted="no")))
    assert "auto-submitted" not in mail.headers
    assert "x-auto-response-suppress" not in mail.headers


@pytest.mark.feature("OU-08", "correct structure")
@pytest.mark.feature("OU-08", "alternatives")
@pytest.mark.feature("OU-08", "RFC 2047 and 2231")
def test_attachments_keep_names_and_bytes() -> None:
    files = (
        Attachment("Ünïcode „Beleg“ 2026 mit einem sehr langen Namen, der nicht in eine Zeile passt.pdf",
                   "application/pdf", bytes(range(256)) * 40),
        Attachment('quo"te\\.png', "image/png", b"\x89PNG"),
        Attachment("../../etc/passwd", "message/rfc822", b"From: x\r\n\r\ny"),
    )  # fmt: skip
    raw = compose(outgoing(attachments=files))
    check_bytes(raw)
    mail = parse(raw)
    assert [part.content_type for part in mail.parts][:2] == ["text/plain", "text/html"]
    assert [(part.filename, part.data()) for part in mail.attachments] == [
        (files[0].name, files[0].data),
        ('quo"te_.png', files[1].data),
        (".._.._etc_passwd", files[2].data),
    ]
    assert mail.content_type == "multipart/mixed"


def test_text_alone_is_one_part() -> None:
    mail = parse(compose(outgoing(html=None)))
    assert mail.content_type == "text/plain"
    assert not mail.has_html


@pytest.mark.parametrize(
    "text", ["Größe ✓\n", "From me\n.\n..\n", "x" * 5000 + "\n", "日本語" * 500 + "\n", " \n\ttrail \n"]
)
def test_text_survives_its_transfer_encoding(text: str) -> None:
    raw = compose(outgoing(text=text, html=None, marker=None))
    check_bytes(raw)
    assert parse(raw).text.rstrip("\n") == text.rstrip("\n")
    assert b"\r\n.\r\n" not in raw
    assert b"\r\nFrom " not in raw


def test_many_references_keep_the_root_and_the_nearest() -> None:
    many = tuple(f"<{number}@x.example>" for number in range(100))
    kept = parse(compose(outgoing(references=many, in_reply_to=many[-1]))).references
    assert len(kept) == MAX_REFERENCES
    assert (kept[0], kept[-1]) == (many[0], many[-1])


def test_broken_ids_of_others_are_left_out() -> None:
    mail = parse(
        compose(outgoing(in_reply_to="no id at all", references=("<a b@x>", "<ok@x.example>", "<\r\nBcc: e>")))
    )
    assert mail.in_reply_to is None
    assert mail.references == ("<ok@x.example>",)


def test_blind_copies_are_not_in_the_mail() -> None:
    assert b"undisclosed-recipients" in compose(outgoing(to=()))


@pytest.mark.parametrize(
    "wrong",
    [
        {"to": ("ann@customers.example\r\nBcc: eve@x.example",)},
        {"to": ("ann",)},
        {"from_address": "office@acme.example>\nX: y"},
        {"message_id": "<a b@c>"},
        {"headers": (("Bcc", "eve@x.example"),)},
        {"headers": (("X-Own\r\nBcc", "eve@x.example"),)},
        {"headers": (("X-Mailcase-Loop", "other"),)},
        {"reply_to": "a@b@c"},
    ],
)
def test_what_cannot_stand_in_a_mail_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(MessageError):
        compose(outgoing(**wrong))


ANYTHING = st.text(max_size=300) | st.sampled_from(
    ["a\r\nBcc: eve@x.example", "=?utf-8?q?=0D=0ABcc:?=", '"', "\\", "a\n\nb"]
)


@settings(max_examples=200, deadline=None)
@given(subject=ANYTHING, name=ANYTHING, value=ANYTHING, filename=ANYTHING, text=ANYTHING, html=ANYTHING)
def test_no_value_becomes_a_line_of_the_header(
    subject: str, name: str, value: str, filename: str, text: str, html: str
) -> None:
    raw = compose(
        outgoing(
            subject=subject,
            from_name=name,
            headers=(("X-Own", value),),
            text=text,
            html=html,
            attachments=(Attachment(filename, "application/pdf", b"data"),),
        )
    )
    check_bytes(raw)
    assert names(raw) == FIELDS
    mail = parse(raw)
    assert mail.from_ is not None
    assert mail.from_.address == "office@acme.example"
    assert [address.address for address in mail.to] == ["ann@customers.example"]
    assert len(mail.attachments) == 1
    shown = "".join(character if character.isprintable() else " " for character in subject)
    assert mail.subject == " ".join(shown.split())[:900].strip()


@given(st.text(max_size=100))
def test_any_address_is_refused_or_stands_alone(address: str) -> None:
    try:
        raw = compose(outgoing(to=(address,)))
    except MessageError:
        return
    assert names(raw) == FIELDS
    assert len(parse(raw).to) == 1

"""Outlook's .msg files are read as the mails that they are."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from struct import pack

from hypothesis import given
from hypothesis import strategies as st

from mail.compound import MAGIC, read_compound
from mail.parse import parse
from tests.mail.compound_writer import Tree, compound, values

SENT = int((datetime(2026, 11, 23, 9, tzinfo=UTC) - datetime(1601, 1, 1, tzinfo=UTC)).total_seconds()) * 10_000_000


def written() -> Tree:
    inner = values({}, 24, p0037="Inside", p1000="Inner text")
    tree = values(
        {0x0039: pack("<Q", SENT), 0x3FDE: pack("<II", 65001, 0)},
        32,
        p0037="Grüße",
        p0c1a="Ann Bee",
        p5d01="ann@example.org",
        p1000="Hello\r\nthere",
        p1013="<p>Hello <img src='cid:pic'>ß</p>".encode(),
        p1035="<m-1@example.org>",
        p1042="<m-0@example.org>",
    )
    tree["__recip_version1.0_#00000000"] = values({0x0C15: pack("<II", 1, 0)}, 8, p3001="Bob", p39fe="bob@example.net")
    tree["__recip_version1.0_#00000001"] = values({0x0C15: pack("<II", 2, 0)}, 8, p3003="cy@example.net")
    tree["__attach_version1.0_#00000000"] = values({}, 8, p3707="photo.jpg", p3712="pic", p3701=b"\xff\xd8" * 3000)
    embedded = values({}, 8, p3001="Inside")
    embedded["__substg1.0_3701000D"] = inner
    tree["__attach_version1.0_#00000001"] = embedded
    return tree


def test_a_message_as_outlook_saves_it() -> None:
    mail = parse(compound(written()))
    assert mail.defects == ()
    assert mail.from_ is not None
    assert (mail.from_.name, mail.from_.address, mail.subject) == ("Ann Bee", "ann@example.org", "Grüße")
    assert [one.address for one in (*mail.to, *mail.cc)] == ["bob@example.net", "cy@example.net"]
    assert (mail.message_id, mail.in_reply_to) == ("<m-1@example.org>", "<m-0@example.org>")
    assert mail.date == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert (mail.text, mail.html) == ("Hello\nthere", "<p>Hello <img src='cid:pic'>ß</p>")
    photo, inner = mail.attachments
    assert (photo.filename, photo.content_type, photo.inline, photo.data()) == (
        "photo.jpg", "image/jpeg", True, b"\xff\xd8" * 3000,
    )  # fmt: skip
    assert inner.content_type == "message/rfc822"
    assert (parse(inner.data()).subject, parse(inner.data()).text) == ("Inside", "Inner text")


def test_the_header_that_it_travelled_with_is_believed() -> None:
    head = (
        "Received: by mx\r\nFrom: ann@example.org\r\nContent-Type: multipart/mixed;\r\n boundary=x\r\nSubject: Hi\r\n"
    )
    mail = parse(compound(values({}, 32, p007d=head, p0037="other", p1013=b"<p>x</p>")))
    assert (mail.subject, mail.text, mail.content_type) == ("Hi", "x", "text/plain")
    assert mail.headers.names() == ("received", "from", "subject")


def test_what_is_no_message_is_told() -> None:
    assert parse(MAGIC + b"\0" * 2000).defects == ("msg_broken",)
    assert parse(compound({"WordDocument": b"x"})).defects == ("msg_broken",)
    assert read_compound(b"PK") is None


@given(st.integers(0, 3000), st.binary(min_size=1, max_size=8))
def test_broken_files_give_an_answer(at: int, change: bytes) -> None:
    raw = compound(written())
    at = at * 7 % len(raw)
    mail = parse(raw[:at] + change + raw[at + len(change) :])
    assert not [defect for defect in mail.defects if defect.startswith("parser_failed")]
    read_compound(MAGIC + change * 300)


def test_streams_that_run_beyond_the_end_of_the_file_take_no_time() -> None:
    end, free = 0xFFFFFFFE, 0xFFFFFFFF
    tables, streams = 109, 3_000
    sectors = tables * 128
    directory = -(-(streams + 1) * 128 // 512)
    beyond = tables + directory
    fat = [*range(1, sectors), beyond]  # a ring of sectors that the file does not have
    fat[beyond - 1] = end

    def entry(name: str, kind: int, right: int, child: int, start: int, size: int) -> bytes:
        coded = name.encode("utf-16-le") + b"\0\0"
        return coded.ljust(64, b"\0") + pack("<HBBIII36xIQ", len(coded), kind, 1, free, right, child, start, size)

    entries = entry("Root Entry", 5, free, 1, end, 0) + b"".join(
        entry(f"s{number}", 2, number + 1 if number < streams else free, free, beyond, 2**40)
        for number in range(1, streams + 1)
    )
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + b"\0" * 10
    head += pack("<IIIIIIIII", tables, tables, 0, 0, end, 0, end, 0, 0) + pack("<108I", *range(1, tables))
    raw = head.ljust(512, b"\xff") + pack(f"<{sectors}I", *fat) + entries.ljust(directory * 512, b"\0")
    started = time.process_time()
    found = read_compound(raw)
    assert time.process_time() - started < 3
    assert found is not None
    assert len(found.streams) == streams


def test_whom_a_mail_is_from_and_who_sent_it_for_him() -> None:
    tree = values({}, 32, p0042="Boss", p5d02="boss@example.org", p0c1a="Ann", p5d01="ann@example.org", p1000="x")
    mail = parse(compound(tree))
    assert (mail.from_ and mail.from_.address, mail.sender and mail.sender.address) == (
        "boss@example.org",
        "ann@example.org",
    )


def test_rubbish_in_the_upper_half_of_sizes_is_not_looked_at() -> None:
    raw = compound(written())
    entry = raw.index("__substg1.0_0037001F".encode("utf-16-le"))
    changed = raw[: entry + 124] + b"\xfe\xca\xfe\xca" + raw[entry + 128 :]
    assert parse(changed).subject == "Grüße"

"""TNEF and compressed RTF: read whole, and never more than a defect when broken."""

from __future__ import annotations

import base64
import time
from pathlib import Path
from struct import pack

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench.quality import mimekit
from mail.parse import parse
from mail.records import ParsedMail
from mail.rtf import decompress_rtf, rtf_to_text
from mail.tnef import Tnef, is_tnef, read_tnef

SIGNATURE = b"\x78\x9f\x3e\x22\x01\x00"


def attribute(level: int, tag: int, value: bytes) -> bytes:
    return pack("<BII", level, tag, len(value)) + value + pack("<H", sum(value) & 0xFFFF)


def text_property(name: int, text: str) -> bytes:
    data = text.encode("utf-16-le") + b"\0\0"
    return pack("<HHII", 0x1F, name, 1, len(data)) + data + b"\0" * (-len(data) % 4)


@pytest.mark.needs("corpora")
def test_files_and_bodies_of_mimekits_tnef_and_mbox_files_equal_the_oracle(corpora: Path) -> None:
    assert [(figure.name, figure.differences) for figure in mimekit.measure(corpora) if figure.share < 1] == []


def test_bodies_and_files_with_their_names() -> None:
    named = pack("<HH16sII", 0x1F, 0x8001, b"g" * 16, 1, 4) + "ab".encode("utf-16-le") + pack("<I", 1)
    named += pack("<I", 4) + b"x\0\0\0"
    properties = pack("<I", 4) + named + text_property(0x1000, "Hello") + text_property(0x1013, "<p>Hello")
    properties += pack("<HHI", 3, 0x3FDE, 65001)
    one_file = pack("<I", 3) + text_property(0x3707, "a long name.txt") + text_property(0x370E, "Text/Plain")
    one_file += text_property(0x3712, "<id@x>")
    data = (
        SIGNATURE
        + attribute(1, 0x00069007, pack("<II", 1252, 0))
        + attribute(1, 0x00018004, b"Subj\xe9ct\0")
        + attribute(1, 0x00069003, properties)
        + attribute(2, 0x00069002, b"\0" * 14)
        + attribute(2, 0x00018010, b"ALONGN~1.TXT\0")
        + attribute(2, 0x0006800F, b"content")
        + attribute(2, 0x00069005, one_file)
    )
    found = read_tnef(data)
    assert (found.subject, found.text, found.html, found.defects) == ("Subjéct", "Hello", "<p>Hello", ())
    assert [(f.name, f.content_type, f.content_id, f.data) for f in found.attachments] == [
        ("a long name.txt", "text/plain", "id@x", b"content")
    ]
    assert read_tnef(data[:-20]).defects == ("tnef_truncated",)
    assert read_tnef(data + b"garbage-garbage").defects == ("tnef_garbage",)


def test_what_is_no_tnef_is_told() -> None:
    assert not is_tnef(b"no")
    assert read_tnef(b"no") == Tnef(defects=("tnef_broken",))


@given(st.binary(max_size=400))
def test_any_bytes_give_an_answer(data: bytes) -> None:
    found = read_tnef(SIGNATURE + data)
    assert sum(len(file.data) for file in found.attachments) <= len(data)
    decompress_rtf(data)
    unpacked, _ = decompress_rtf(b"\0\0\0\0\xff\0\0\0LZFu\0\0\0\0" + data)
    assert len(unpacked) <= 0xFF
    assert "\0" not in rtf_to_text(data)


def test_words_of_rtf() -> None:
    rtf = rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 Arial;}}{\*\generator x}Gr\'fc\'dfe\par \u8364?5\tab \{x\}\emdash}"
    assert rtf_to_text(rtf) == "Grüße\n€5\t{x}—"
    assert rtf_to_text(b"abc", 2) == "ab"


def test_uncompressed_and_broken_rtf() -> None:
    assert decompress_rtf(b"\0\0\0\0\x02\0\0\0MELA\0\0\0\0{}") == (b"{}", None)
    assert decompress_rtf(b"short") == (b"", "rtf_broken")
    assert decompress_rtf(b"\0\0\0\0\x02\0\0\0ZIP!\0\0\0\0{}") == (b"", "rtf_broken")


def winmail(*attributes: bytes) -> bytes:
    return SIGNATURE + b"".join(attributes)


def mail_with(data: bytes, text: str = "") -> ParsedMail:
    head = "Content-Type: multipart/mixed; boundary=b\n\n--b\n\n" + text + "\n--b\nContent-Type: application/ms-tnef\n"
    head += 'Content-Transfer-Encoding: base64\nContent-Disposition: attachment; filename="winmail.dat"\n\n'
    return parse(head.encode() + base64.encodebytes(data) + b"--b--\n")


def test_files_stand_in_place_of_winmail_dat_those_of_messages_inside_too() -> None:
    inner = winmail(
        attribute(2, 0x00069002, b"\0" * 14), attribute(2, 0x00018010, b"in.txt"), attribute(2, 0x0006800F, b"2")
    )
    outer = winmail(
        attribute(2, 0x00069002, b"\0" * 14),
        attribute(2, 0x00018010, b"out.txt"),
        attribute(2, 0x0006800F, b"1"),
        attribute(2, 0x00069002, b"\0" * 14),
        attribute(2, 0x0006800F, inner),
    )
    mail = mail_with(outer, "See files.")
    assert mail.text == "See files."
    assert [(one.path, one.filename, one.data()) for one in mail.attachments] == [
        ("2.t1", "out.txt", b"1"), ("2.t2.t1", "in.txt", b"2"),
    ]  # fmt: skip


def test_a_body_that_is_rtf_alone_is_read() -> None:
    rtf = rb"{\rtf1 Hello\par there}"
    packed = pack("<II4sI", len(rtf) + 12, len(rtf), b"MELA", 0) + rtf
    property_ = pack("<IHHII", 1, 0x102, 0x1009, 1, len(packed)) + packed
    assert mail_with(winmail(attribute(1, 0x00069003, property_))).text == "Hello\nthere"


def test_text_of_tnef_is_read_and_what_only_bears_its_name_is_kept() -> None:
    assert mail_with(winmail(attribute(1, 0x0002800C, b"Plain\r\ntext\0"))).text == "Plain\ntext"
    kept = mail_with(b"no TNEF at all")
    assert [one.filename for one in kept.attachments] == ["winmail.dat"]


@pytest.mark.parametrize(
    ("rtf", "text"),
    [
        (rb"{\rtf1\ansi\ansicpg932 \'89\'ef\'8bc}", "会議"),
        (rb"{\rtf1\ansi\ansicpg1252{\fonttbl{\f0 A;}{\f1\fcharset204 A;}}\f1 \'cf\'f0\'e8\'e2\'e5\'f2\f0  \'fc}",
         "Привет ü"),
        (rb"{\rtf1\ansi{\fonttbl{\f1\fcharset204 A;}}{\f1 \'cf}\'fc}", "Пü"),
        (rb"{\rtf1\uc2 \u8364\'80\'80 5}", "€ 5"),
        (rb"{\rtf1\uc0\u8364 5}", "€5"),
        (rb"{\rtf1\u-10179?\u-8704?}", "😀"),
        (rb"{\rtf1\fromhtml1 {\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 Hello{\*\htmltag72 </p>}\htmlrtf \par}\htmlrtf0 }",
         "Hello"),
        (b"{\\rtf1 Gr\xfc\xdfe}", "Grüße"),
        (b"{\\rtf1 {{{", ""),
        (b"}}}}x", "x"),
    ],
)  # fmt: skip
def test_words_of_rtf_in_many_charsets(rtf: bytes, text: str) -> None:
    assert rtf_to_text(rtf) == text


def test_copies_that_run_into_themselves() -> None:
    packed = pack("<II4sI", 16, 18, b"LZFu", 0) + b"\x02a" + pack(">H", 207 << 4 | 15)
    assert decompress_rtf(packed) == (b"a" * 18, None)


def test_rtf_that_unpacks_to_much_takes_no_time() -> None:
    reference = b"\xff" + pack(">H", 0 << 4 | 15) * 8
    for data in (reference * 30_000, b"\0{{{{{{{{" * 50_000):
        packed = pack("<II4sI", len(data) + 12, 2**31 - 1, b"LZFu", 0) + data
        started = time.process_time()
        rtf_to_text(decompress_rtf(packed)[0])
        assert time.process_time() - started < 4

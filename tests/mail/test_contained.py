"""Files within text and within other attachments."""

from __future__ import annotations

import binascii

from hypothesis import given
from hypothesis import strategies as st

from mail.contained import ContainedFile, take_files
from mail.parse import parse


def uuencoded(data: bytes, name: str = "a b.bin") -> bytes:
    lines = b"".join(binascii.b2a_uu(data[at : at + 45]) for at in range(0, len(data), 45))
    return b"begin 644 " + name.encode() + b"\n" + lines + b"`\nend\n"


def yenc(data: bytes) -> bytes:
    shifted = ((byte + 42) % 256 for byte in data)
    coded = [bytes([61, (byte + 64) % 256]) if byte in b"\0\n\r=" else bytes([byte]) for byte in shifted]
    lines = [b"".join(coded[at : at + 100]) for at in range(0, len(coded), 100)]
    return b"=ybegin line=100 size=1 name=a b.bin\r\n" + b"\r\n".join(lines) + b"\r\n=yend size=1\r\n"


@given(st.binary(max_size=500))
def test_what_was_encoded_comes_back(data: bytes) -> None:
    assert take_files(b"before\n" + uuencoded(data) + b"after") == (b"before\nafter", [ContainedFile("a b.bin", data)])
    assert take_files(b"before\n" + yenc(data) + b"after") == (b"before\nafter", [ContainedFile("a b.bin", data)])


@given(st.binary(max_size=300))
def test_any_bytes_give_an_answer(data: bytes) -> None:
    text = b"begin 644 x\n" + data + b"=ybegin name=x\n" + data
    rest, files = take_files(text)
    assert len(rest) + sum(len(file.data) for file in files) <= len(text)
    assert bool(files) or rest == text


def test_a_sentence_that_begins_like_a_block_is_text() -> None:
    text = b"begin 644 the beguine\nis a dance\n"
    assert take_files(text) == (text, [])
    assert take_files(b"=ybegin line=128 name=x\nnever ends") == (b"=ybegin line=128 name=x\nnever ends", [])


def test_a_block_without_its_end_is_taken_as_far_as_it_goes() -> None:
    whole = uuencoded(b"x" * 100)
    assert take_files(whole.removesuffix(b"`\nend\n"))[1] == [ContainedFile("a b.bin", b"x" * 100)]


def test_lines_whose_last_blanks_were_lost_or_padded_are_read() -> None:
    assert take_files(b"begin 644 a\n#0V%T\n \n!80``\n`\nend\n")[1] == [ContainedFile("a", b"Cata")]
    assert take_files(b"begin 644 a\n#0V%T\nthis is no line of it at all, far too long\nend\n")[1] == []


def test_base64_of_posix_is_read_too() -> None:
    assert take_files(b"begin-base64 644 a\naGVsbG8=\n====\n")[1] == [ContainedFile("a", b"hello")]
    assert take_files(b"begin-base64 644 a\n!\xff=====x\n====\n")[1] in ([], [ContainedFile("a", b"")])


def test_files_of_a_text_part_are_attachments_with_a_path_of_their_own() -> None:
    mail = parse(b"Subject: x\n\nSee:\n" + uuencoded(b"hello") + b"Bye\n")
    assert mail.text == "See:\nBye"
    assert [(one.path, one.filename, one.data()) for one in mail.attachments] == [("1.u1", "a b.bin", b"hello")]

"""Files that stand in other things than MIME parts: uuencode and yEnc within text.

In: decoded content. Out: what is left of it and the files found, for `parse` to list as attachments. Linear; a block
that does not decode is text and stays.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Callable
from dataclasses import dataclass

from mail.charsets import decode_header_bytes

__all__ = ["ContainedFile", "take_files"]

_MOST_FILES = 100
_BEGIN = re.compile(rb"(?:\A|(?<=\n))begin(?:-base64)? [0-7]{3,4} ([^\r\n]{1,255}?)[ \t]{0,10}\r?\n")
_YENC = re.compile(rb"(?:\A|(?<=\n))=ybegin ([^\r\n]{0,200}?)name=([^\r\n]{1,255}?)[ \t]{0,10}\r?\n")
_CHARACTERS = [(((number - 32) & 63) + 2) // 3 * 4 + 1 if 32 < number <= 95 else 0 for number in range(256)]
"""Characters of a line of uuencode by its first one; 0 where none begins so."""
_YENC_SHIFT = bytes((number - 42) % 256 for number in range(256))
_Decoder = Callable[[bytes, re.Match[bytes]], tuple[bytes, int, bool]]
"""Content, where the block ends, and whether it is one."""
_YENC_ESCAPE = bytes((number - 64) % 256 for number in range(256))


@dataclass(frozen=True, slots=True)
class ContainedFile:
    """A file within text; its name as written, decoded."""

    name: str
    data: bytes


def take_files(data: bytes) -> tuple[bytes, list[ContainedFile]]:
    """`data` without its encoded blocks, and the files that they held."""
    files: list[ContainedFile] = []
    if b"begin" not in data:  # one look for all three
        return data, files
    if b"begin " in data or b"begin-base64 " in data:
        data = _take(data, _BEGIN, _uuencoded, files)
    if b"=ybegin " in data:
        data = _take(data, _YENC, _yenc, files)
    return data, files


def _take(data: bytes, start: re.Pattern[bytes], decode: _Decoder, files: list[ContainedFile]) -> bytes:
    kept: list[bytes] = []
    done = at = 0
    while len(files) < _MOST_FILES:
        match = start.search(data, at)
        if match is None:
            break
        content, end, went = decode(data, match)
        at = max(end, match.end())
        if not went:
            continue
        files.append(ContainedFile(decode_header_bytes(match[start.groups]), content))
        kept.append(data[done : match.start()])
        done = end
    if not kept:
        return data
    kept.append(data[done:])
    return b"".join(kept)


def _uuencoded(data: bytes, match: re.Match[bytes]) -> tuple[bytes, int, bool]:
    """A block of POSIX `uuencode`, of either alphabet; without its end line what stands to the end is taken."""
    base64 = match[0].startswith(b"begin-base64")
    out = bytearray()
    at = match.end()
    while at < len(data):
        line_end = data.find(b"\n", at)
        line_end = len(data) if line_end < 0 else line_end
        line = data[at:line_end].rstrip(b"\r")
        at = line_end + 1
        if line and not base64 and len(line) == _CHARACTERS[line[0]]:
            try:
                out += binascii.a2b_uu(line)
                continue
            except binascii.Error:
                pass
        if line in (b"end", b"===="):
            return bytes(out), min(at, len(data)), True
        if not line.strip(b" `"):
            continue
        decoded = _base64_line(line) if base64 else _line(line)
        if decoded is None:
            return b"", at, False
        out += decoded
    return bytes(out), min(at, len(data)), bool(out)


def _line(line: bytes) -> bytes | None:
    """A line of uuencode; None where its length character does not fit (POSIX)."""
    size = (line[0] - 32) & 63
    need = (size + 2) // 3 * 4
    if not 32 < line[0] <= 96 or len(line) > need + 3:
        return None
    if len(line) - 1 < need - 3 and len(line) - 1 < (size * 4 + 2) // 3 - 3 and line.rstrip() == line:
        return None
    try:
        return binascii.a2b_uu(line[: need + 1])
    except binascii.Error:
        return None


def _base64_line(line: bytes) -> bytes | None:
    try:
        return binascii.a2b_base64(line)
    except binascii.Error:
        return None


def _yenc(data: bytes, match: re.Match[bytes]) -> tuple[bytes, int, bool]:
    """A block of yEnc 1.3; the checksum after it is not looked at."""
    end = data.find(b"\n=yend", match.end() - 1)
    if end < 0:
        return b"", len(data), False
    body = data[match.end() : end]
    if body.startswith(b"=ypart "):
        body = body.partition(b"\n")[2]
    after = data.find(b"\n", end + 1)
    first, *escaped = body.translate(None, b"\r\n").split(b"=")
    plain = first + b"".join([piece[:1].translate(_YENC_ESCAPE) + piece[1:] for piece in escaped])
    return plain.translate(_YENC_SHIFT), len(data) if after < 0 else after + 1, True

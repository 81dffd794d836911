"""Compressed RTF (MS-OXRTFCP) as TNEF and .msg files hold it, and the text of RTF; linear, bounded."""

from __future__ import annotations

import re
from struct import unpack_from

from mail.charsets import clean, codec_of

__all__ = ["decompress_rtf", "rtf_to_text"]

_START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_WINDOW = 4096
_MOST = 8 * 1024 * 1024
_TOKEN = re.compile(
    r"\\'([0-9A-Fa-f]{2})|\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\([^a-zA-Z])|([{}])|[\r\n]{1,100}|([^\\{}\r\n]+)"
)
_SILENT = frozenset(
    ["fonttbl", "colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "themedata", "datastore",
     "generator", "xmlnstbl", "listtable", "listoverridetable", "rsidtbl", "fldinst", "htmltag"]
)  # fmt: skip
_CHARACTERS = {
    "par": "\n", "line": "\n", "row": "\n", "tab": "\t", "cell": "\t", "emdash": "—", "endash": "–", "bullet": "•",
    "lquote": "‘", "rquote": "’", "ldblquote": "“", "rdblquote": "”", "sect": "\n", "page": "\n",
}  # fmt: skip


def decompress_rtf(data: bytes) -> tuple[bytes, str | None]:
    """RTF as written, and the defect, if any."""
    if len(data) < 16:
        return b"", "rtf_broken"
    size, kind = unpack_from("<I4s", data, 4)
    if kind == b"MELA":
        return data[16 : 16 + size], None
    if kind != b"LZFu":
        return b"", "rtf_broken"
    out = bytearray(_START)
    most = len(_START) + min(size, _MOST)
    at, end = 16, len(data)
    while at < end and len(out) < most:
        flags = data[at]
        at += 1
        for bit in range(8):
            if at >= end:
                break
            if not flags >> bit & 1:
                out.append(data[at])
                at += 1
                continue
            if at + 2 > end:
                at = end
                break
            offset, length = data[at] << 4 | data[at + 1] >> 4, (data[at + 1] & 15) + 2
            at += 2
            back = (len(out) - offset) % _WINDOW
            if not back:  # points at where the next byte goes: the end
                return bytes(out[len(_START) : most]), None
            start = len(out) - back
            if start < 0:
                return bytes(out[len(_START) : most]), "rtf_broken"
            for number in range(length):
                out.append(out[start + number])
    return bytes(out[len(_START) : most]), None if len(out) >= most else "rtf_truncated"


def rtf_to_text(rtf: bytes, most: int = 1024 * 1024) -> str:
    """The words of RTF, at most `most` characters, line ends as LF. Pictures, fonts and the like are left out."""
    source = rtf.decode("latin-1")
    codec = "cp1252"
    out: list[str] = []
    size = 0
    silent: list[bool] = [False]
    star = False
    skip = 0
    for match in _TOKEN.finditer(source):
        if size > most:
            break
        byte, word, number, symbol, brace, text = match.groups()
        piece = ""
        if brace == "{":
            silent.append(silent[-1])
            star = False
            continue
        if brace == "}":
            if len(silent) > 1:
                silent.pop()
            continue
        if word is not None:
            if star or word in _SILENT:
                silent[-1], star = True, False
            elif word == "ansicpg" and number:
                codec = codec_of(f"cp{number}") or codec
            elif word == "u" and number:
                piece, skip = chr(int(number) % 65536), 1
            else:
                piece = _CHARACTERS.get(word, "")
        elif symbol is not None:
            star = symbol == "*"
            piece = symbol if symbol in "\\{}" else {"~": "\u00a0", "_": "-", "\n": "\n", "\r": "\n"}.get(symbol, "")
        elif byte is not None:
            if skip:
                skip = 0
                continue
            piece = bytes([int(byte, 16)]).decode(codec, "replace")
        elif text is not None:
            piece = text[skip:] if skip else text
            skip = 0
        if piece and not silent[-1]:
            out.append(piece)
            size += len(piece)
    return clean("".join(out))[:most].strip("\n")

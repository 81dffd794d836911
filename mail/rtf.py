"""Compressed RTF (MS-OXRTFCP) as TNEF and .msg files hold it, and the text of RTF; linear, bounded."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import islice
from struct import unpack_from

from mail.charsets import clean, codec_of

__all__ = ["decompress_rtf", "rtf_to_text"]

_START = (
    rb"{\rtf1\ansi\mac\deff0\deftab720{\fonttbl;}{\f0\fnil \froman \fswiss \fmodern \fscript "
    rb"\fdecor MS Sans SerifSymbolArialTimes New RomanCourier{\colortbl\red0\green0\blue0" + b"\r\n"
    rb"\par \pard\plain\f0\fs20\b\i\u\tab\tx"
)
_WINDOW = 4096
_MOST = 4 * 1024 * 1024
_MOST_TOKENS = 300_000
"""Of one text; a mail of a million characters has some ten thousand."""
_TOKEN = re.compile(
    r"\\'([0-9A-Fa-f]{2})|\\([a-zA-Z]{1,32})(-?\d{1,10})? ?|\\([^a-zA-Z])|([{}])|[\r\n]{1,100}|([^\\{}\r\n]+)"
)
_SILENT = frozenset(
    ["colortbl", "stylesheet", "info", "pict", "object", "header", "footer", "themedata", "datastore",
     "generator", "xmlnstbl", "listtable", "listoverridetable", "rsidtbl", "fldinst", "htmltag"]
)  # fmt: skip
_SYMBOLS = {"~": "\u00a0", "_": "-", "\n": "\n", "\r": "\n"}
_FONT_CODECS = {
    77: "mac-roman", 128: "cp932", 129: "cp949", 134: "gb18030", 136: "cp950", 161: "cp1253", 162: "cp1254",
    163: "cp1258", 177: "cp1255", 178: "cp1256", 186: "cp1257", 204: "cp1251", 222: "cp874", 238: "cp1250",
}  # fmt: skip
"""Charsets of fonts; others (0, 1, 2) are the document's own."""
_MOST_FONTS = 1_000
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
        if not flags:
            out += data[at : at + 8]
            at += 8
            continue
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
            piece = bytes(out[start : start + length])
            while len(piece) < length:  # the copy may run into what it writes
                piece += piece
            out += piece[:length]
    return bytes(out[len(_START) : most]), None if len(out) >= most else "rtf_truncated"


def rtf_to_text(rtf: bytes, most: int = 1024 * 1024) -> str:
    """The words of RTF, at most `most` characters, line ends as LF. Pictures, fonts and the like are left out."""
    reader = _Reader()
    for match in islice(_TOKEN.finditer(rtf.decode("latin-1")), _MOST_TOKENS):
        if reader.size > most:
            break
        reader.take(match)
    reader.flush()
    return clean("".join(reader.out))[:most].strip("\n")


@dataclass(slots=True)
class _State:
    """What a group inherits and gives back at its end."""

    silent: bool = False
    fonts: bool = False
    codec: str = ""
    skipped: int = 1
    """Characters after `\\u` that stand for readers without Unicode (`\\uc`)."""


class _Reader:
    """State of one reading: groups, the font's charset, and bytes of characters that are not complete."""

    def __init__(self) -> None:
        self.out: list[str] = []
        self.size = 0
        self._codec = "cp1252"
        self._state = _State(codec="")
        self._outer: list[_State] = []
        self._bytes = bytearray()
        self._star = False
        self._skip = 0
        self._font = 0
        self._fonts: dict[int, str] = {}

    def take(self, match: re.Match[str]) -> None:
        byte, word, number, symbol, brace, text = match.groups()
        if byte is not None:
            if self._skip:
                self._skip -= 1
            elif not self._state.silent:
                self._bytes.append(int(byte, 16))
            return
        if text is not None:
            if self._skip:
                text, self._skip = text[self._skip :], max(0, self._skip - len(text))
            if not self._state.silent:
                self._bytes += text.encode("latin-1")
            return
        if brace is None and word is None and symbol is None:
            return  # line ends of the file say nothing
        self.flush()
        if brace == "{":
            self._outer.append(self._state)
            outer = self._state
            self._state = _State(outer.silent, outer.fonts, outer.codec, outer.skipped)
            self._star = False
        elif brace == "}":
            self._state = self._outer.pop() if self._outer else self._state
        elif word is not None:
            self._word(word, number)
        else:
            self._star = symbol == "*"
            self._put(symbol if symbol in "\\{}" else _SYMBOLS.get(symbol, ""))

    def _word(self, word: str, number: str | None) -> None:
        if word == "fonttbl":
            self._state.silent = self._state.fonts = True
        elif self._star or word in _SILENT:
            self._state.silent, self._star = True, False
        elif number is None:
            if word == "htmlrtf":  # until its end, what an RTF of HTML has for readers of RTF alone (MS-OXRTFEX)
                self._state.silent = True
            self._put(_CHARACTERS.get(word, ""))
        elif word == "ansicpg":
            self._codec = codec_of(f"cp{number}") or self._codec
        elif word == "u":
            self._put(chr(int(number) % 65536))
            self._skip = self._state.skipped
        elif word == "uc":
            self._state.skipped = min(max(int(number), 0), 10)
        elif word == "f":
            self._font = int(number)
            self._state.codec = self._fonts.get(self._font, "")
        elif word == "fcharset" and self._state.fonts and len(self._fonts) < _MOST_FONTS:
            self._fonts[self._font] = _FONT_CODECS.get(int(number), "")
        elif word == "htmlrtf" and number == "0":
            self._state.silent = False

    def flush(self) -> None:
        if self._bytes:
            data, self._bytes = self._bytes, bytearray()
            self._put(data.decode(self._state.codec or self._codec, "replace"))

    def _put(self, piece: str) -> None:
        if piece and not self._state.silent:
            self.out.append(piece)
            self.size += len(piece)

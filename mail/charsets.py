"""Bytes to text: by the charset that is declared, or by detection where none (or a wrong one) is.

Declared charsets are believed as far as the bytes allow: text that is UTF-8 is read as UTF-8 whatever single-byte
charset it is said to be in, text that is said to be UTF-8 and is not is detected, and so is text with the escapes of
ISO 2022 that is said to be ASCII. UTF-7 is read only where it is declared: nothing tells it from ASCII.
"""

from __future__ import annotations

import codecs
import re

from chardetng_py import EncodingDetector

from mail.charset_names import codec_of, squeezed
from mail.escapes import decode_escaped_japanese, escaped_charset

__all__ = ["clean", "codec_of", "decode_header_bytes", "decode_plain", "decode_text"]

_SAMPLE = 8 * 1024
"""Bytes that detection looks at; its cost grows with them and its answer hardly does."""
_USUAL = bytes([9, 10, 13, *range(32, 127)])
_CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])
_ASCII_BYTES = bytes(range(128))
_ASCII_NAMES = frozenset(["usascii", "ascii", "ansix341968"])
# The five bytes that windows-1252 leaves open are the C1 controls of ISO 8859-1 (WHATWG does the same).
_WESTERN = "".join(bytes([number]).decode("cp1252", "ignore") or chr(number) for number in range(256))
_WIDE = frozenset(["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
_STATEFUL = _WIDE | {
    "utf-7", "hz", "iso2022-jp", "iso2022-jp-1", "iso2022-jp-2", "iso2022-jp-3", "iso2022-jp-ext", "iso2022-kr",
}  # fmt: skip
"""Charsets whose text may be ASCII bytes that are no ASCII characters."""
_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_MANY_BYTES = _STATEFUL | {
    "utf-8", "cp932", "shift-jis", "euc-jp", "euc-jis-2004", "cp949", "euc-kr", "johab", "gb18030", "gbk", "cp950",
    "big5", "big5hkscs",
}  # fmt: skip


def clean(text: str) -> str:
    """`text` without NUL and other control characters (but tab and line ends) and without lone surrogates.

    Databases and JSON readers refuse both, and no person sees them.
    """
    if text.isascii():
        if text.isprintable() or not text.encode("ascii").translate(None, _USUAL):
            return text
        return text.translate(_CONTROLS)
    if _CONTROL.search(text):
        text = text.translate(_CONTROLS)
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return text


def decode_header_bytes(raw: bytes, hint: str | None = None) -> str:
    """Text of header bytes (RFC 6532 says UTF-8; older senders write their own charset, often the body's: `hint`)."""
    if raw.isascii():
        escaped = escaped_charset(raw) if b"\x1b" in raw else None
        return _decode(raw, escaped) if escaped else raw.decode("ascii")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    codec = codec_of(hint) if hint else None
    if codec is not None and codec not in _STATEFUL and codec != "utf-8":
        try:
            return raw.decode(codec)
        except (UnicodeError, ValueError):
            if codec not in _MANY_BYTES:
                return _decode(raw, codec)
    return _guess(raw)


def decode_text(data: bytes, declared: str | None) -> tuple[str, str | None]:
    """Text of a body part and the defect found, if any.

    `charset_undeclared` and `charset_unknown`: it was detected; `charset_wrong`: it is in another one than is declared;
    `charset_broken`: some characters cannot be read.
    """
    codec = codec_of(declared) if declared else None
    if data.isascii():
        if codec not in _STATEFUL:
            escaped = escaped_charset(data) if b"\x1b" in data else None
            if escaped is None:
                return data.decode("ascii"), None
            return _decode(data, escaped), "charset_wrong" if codec else "charset_undeclared"
        if codec in _WIDE and b"\0" not in data:
            return data.decode("ascii"), "charset_wrong"
    if data.startswith(codecs.BOM_UTF8):
        return data[3:].decode("utf-8", "replace"), None
    if codec not in _WIDE and data.startswith(_MARKS) and b"\0" in data:
        wide = data.startswith((codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE))
        return data.decode("utf-32" if wide else "utf-16", "replace"), "charset_wrong"
    if codec is None or (declared is not None and squeezed(declared) in _ASCII_NAMES):
        return _guess(data), "charset_unknown" if declared and codec is None else "charset_undeclared"
    if codec == "utf-16" and not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codec = _byte_order(data)
    if codec not in _MANY_BYTES:
        found = _misnamed_utf8(data, codec)
        return (_decode(data, codec), None) if found is None else (found, "charset_wrong")
    try:
        return data.decode(codec), None
    except (UnicodeError, ValueError):
        pass
    if codec in _STATEFUL:
        if not data.isascii() and codec not in _WIDE and b"\x1b" not in data:
            return _guess(data), "charset_wrong"
        return _decode(data, codec), "charset_broken"
    text = _decode(data, codec)
    return (text, "charset_broken") if _holds(text, codec, data) else (_guess(data), "charset_wrong")


def decode_plain(data: bytes, declared: str | None) -> tuple[str, str | None, bool]:
    """As `decode_text`, and whether the text is ASCII without controls, as most is: it needs no `clean`."""
    if not data.translate(None, _USUAL) and (declared is None or codec_of(declared) not in _STATEFUL):
        return data.decode("ascii"), None, True
    return (*decode_text(data, declared), False)


def _misnamed_utf8(data: bytes, codec: str) -> str | None:
    """`data` as UTF-8 where it is that, although a charset of single bytes is declared: hardly any text is both.

    One pair of letters alone may be (`Её` of windows-1251), but in western text.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return None
    return text if len(data) - len(text) > (0 if codec == "cp1252" else 1) else None


def _holds(text: str, codec: str, data: bytes) -> bool:
    """Whether `text`, with characters that could not be read, is in the declared charset all the same."""
    broken = text.count("�")
    if codec == "utf-8":
        whole = len(text) - len(text.encode("ascii", "ignore")) - broken
        return whole >= broken or (broken == 1 and _cut_short(data))
    return broken <= 3 or broken * 20 < len(text)


def _cut_short(data: bytes) -> bool:
    """Whether all that is wrong with UTF-8 is that its last character has no end."""
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data"
    return False


def _byte_order(data: bytes) -> str:
    """UTF-16 without its mark: the half of most characters that is zero is the high one; Windows' order if none is."""
    sample = data[:2048]
    return "utf-16-be" if sample[::2].count(0) > sample[1::2].count(0) else "utf-16-le"


def _decode(data: bytes, codec: str) -> str:
    if codec == "cp1252":
        return codecs.charmap_decode(data, "strict", _WESTERN)[0]
    if codec.startswith("iso2022-jp"):
        return decode_escaped_japanese(data)
    try:
        return data.decode(codec, "replace")
    except (UnicodeError, ValueError, LookupError):
        return data.decode("latin-1")


def _guess(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    detector = EncodingDetector()
    detector.feed(_sample(data), last=True)
    return _decode(data, codec_of(detector.guess(tld=None, allow_utf8=False)) or "cp1252")


def _sample(data: bytes) -> bytes:
    """The stretch that tells most: it begins shortly before the first byte outside ASCII."""
    if len(data) <= _SAMPLE:
        return data
    first = len(data) - len(data.lstrip(_ASCII_BYTES))
    return data[max(0, first - 256) : max(0, first - 256) + _SAMPLE]

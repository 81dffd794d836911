"""Bytes to text: charset names as mail writes them, detection where none (or a wrong one) is declared.

Only codecs of the table are used: Python has others that are no charsets (`rot13`, `zlib`) or not linear (`punycode`).
Names follow the WHATWG Encoding Standard where mail practice does (`us-ascii`, `iso-8859-1` are windows-1252).
"""

from __future__ import annotations

import re
from functools import lru_cache

from charset_normalizer import from_bytes

__all__ = ["clean", "codec_of", "decode_header_bytes", "decode_plain", "decode_text"]

_SAMPLE = 8 * 1024
"""Bytes that detection looks at; its cost grows with them and its answer hardly does."""

_PLAIN = [
    "utf-8",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "utf-32",
    "utf-32-le",
    "utf-32-be",
    "utf-7",
    "koi8-r",
    "koi8-u",
    "koi8-t",
    "kz1048",
    "tis-620",
    "iso8859-2",
    "iso8859-3",
    "iso8859-4",
    "iso8859-5",
    "iso8859-6",
    "iso8859-7",
    "iso8859-8",
    "iso8859-10",
    "iso8859-11",
    "iso8859-13",
    "iso8859-14",
    "iso8859-15",
    "iso8859-16",
    "cp437",
    "cp720",
    "cp737",
    "cp775",
    "cp850",
    "cp852",
    "cp855",
    "cp856",
    "cp857",
    "cp858",
    "cp860",
    "cp861",
    "cp862",
    "cp863",
    "cp864",
    "cp865",
    "cp866",
    "cp869",
    "cp874",
    "cp932",
    "cp949",
    "cp950",
    "cp1125",
    "cp1250",
    "cp1251",
    "cp1252",
    "cp1253",
    "cp1254",
    "cp1255",
    "cp1256",
    "cp1257",
    "cp1258",
    "euc-jp",
    "euc-jis-2004",
    "euc-kr",
    "gb18030",
    "gbk",
    "hz",
    "big5",
    "big5hkscs",
    "iso2022-jp",
    "iso2022-jp-1",
    "iso2022-jp-2",
    "iso2022-jp-3",
    "iso2022-jp-ext",
    "iso2022-kr",
    "johab",
    "shift-jis",
    "mac-roman",
    "mac-cyrillic",
    "mac-greek",
    "mac-latin2",
    "mac-turkish",
    "mac-iceland",
    "ptcp154",
]

_ALIASES = {
    "usascii": "cp1252",
    "ascii": "cp1252",
    "ansix341968": "cp1252",
    "iso88591": "cp1252",
    "latin1": "cp1252",
    "l1": "cp1252",
    "iso88599": "cp1254",
    "latin5": "cp1254",
    "latin2": "iso8859-2",
    "latin9": "iso8859-15",
    "iso88598i": "iso8859-8",
    "iso88598e": "iso8859-8",
    "unicode11utf8": "utf-8",
    "utf8mb4": "utf-8",
    "unicode": "utf-16",
    "ucs2": "utf-16",
    "gb2312": "gb18030",
    "gb231280": "gb18030",
    "euccn": "gb18030",
    "cp936": "gb18030",
    "xgbk": "gb18030",
    "hzgb2312": "hz",
    "shiftjis": "cp932",
    "sjis": "cp932",
    "xsjis": "cp932",
    "mskanji": "cp932",
    "windows31j": "cp932",
    "ksc56011987": "cp949",
    "ksc56011989": "cp949",
    "ksc5601": "cp949",
    "euckr": "cp949",
    "uhc": "cp949",
    "windows949": "cp949",
    "big5": "big5hkscs",
    "xxbig5": "big5hkscs",
    "xeucjp": "euc-jp",
    "macintosh": "mac-roman",
    "xmacroman": "mac-roman",
    "xmaccyrillic": "mac-cyrillic",
    "koi8": "koi8-r",
    "cp20866": "koi8-r",
    "tis620": "cp874",
    "windows874": "cp874",
    "iso885911": "cp874",
    "ibm850": "cp850",
    "ansi": "cp1252",
}


def _squeeze(name: str) -> str:
    return "".join(char for char in name.lower() if char.isalnum())


_KNOWN = {_squeeze(name): name for name in _PLAIN}
_KNOWN.update({name: _ALIASES.get(name, codec) for name, codec in list(_KNOWN.items())})
_KNOWN.update(
    {_squeeze("windows" + name[2:]): name for name in _PLAIN if name.startswith("cp125")},
)
_KNOWN.update({f"xcp{name[2:]}": name for name in _PLAIN if name.startswith("cp125")})
_KNOWN.update({f"ibm{name[2:]}": name for name in _PLAIN if name.startswith("cp") and len(name) == 5})
_KNOWN.update(_ALIASES)

_USUAL = bytes([9, 10, 13, *range(32, 127)])
_CONTROL = re.compile("[\0-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CONTROLS = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])


@lru_cache(maxsize=1024)
def codec_of(name: str) -> str | None:
    """Python codec for a charset name as written in a mail; None for what is no charset that we know."""
    return _KNOWN.get(_squeeze(name[:64])) if name else None


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
        return raw.decode("ascii")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        pass
    codec = codec_of(hint) if hint else None
    return _decode(raw, codec if codec and codec != "utf-8" else "cp1252")


def decode_text(data: bytes, declared: str | None) -> tuple[str, str | None]:
    """Text of a body part and the defect found, if any: `charset_unknown`, `charset_wrong`, `charset_undeclared`."""
    codec = codec_of(declared) if declared else None
    if data.isascii() and codec not in _STATEFUL:
        return data.decode("ascii"), None
    if data.startswith(b"\xef\xbb\xbf"):
        return data[3:].decode("utf-8", "replace"), None
    ascii_declared = declared is not None and _squeeze(declared) in ("usascii", "ascii", "ansix341968")
    if codec is None or ascii_declared:
        return _guess(data), "charset_unknown" if declared and not ascii_declared else "charset_undeclared"
    try:
        return data.decode(codec), None
    except (UnicodeError, ValueError):
        pass
    if codec == "cp1252":
        return _decode(data, codec), None
    text = _decode(data, codec)
    broken = text.count("�")
    if broken <= 3 or broken * 20 < len(text):
        return text, "charset_broken"
    return _guess(data), "charset_wrong"


def decode_plain(data: bytes, declared: str | None) -> tuple[str, str | None, bool]:
    """As `decode_text`, and whether the text is ASCII without controls, as most is: it needs no `clean`."""
    if not data.translate(None, _USUAL) and (declared is None or codec_of(declared) not in _STATEFUL):
        return data.decode("ascii"), None, True
    return (*decode_text(data, declared), False)


_STATEFUL = {"utf-7", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be", "hz"} | {
    name for name in _PLAIN if name.startswith("iso2022")
}


def _decode(data: bytes, codec: str) -> str:
    if codec == "cp1252":
        # The five bytes that windows-1252 leaves open are the C1 controls of ISO 8859-1 (WHATWG does the same).
        try:
            return data.decode("cp1252")
        except UnicodeDecodeError:
            return data.decode("latin-1")
    try:
        return data.decode(codec, "replace")
    except (UnicodeError, ValueError, LookupError):
        return data.decode("latin-1")


def _guess(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        pass
    sample = _sample(data)
    high = len(sample.translate(None, _ASCII_BYTES))
    if high * 5 < len(sample) and not sample.translate(None, _WESTERN):
        return _decode(data, "cp1252")
    try:
        best = from_bytes(sample, steps=3, chunk_size=512, threshold=0.3).best()
    except Exception:  # a detector must never decide whether a mail is read
        best = None
    codec = codec_of(best.encoding) if best is not None else None
    return _decode(data, codec or "cp1252")


def _sample(data: bytes) -> bytes:
    """The stretch that tells most: it begins shortly before the first byte outside ASCII."""
    if len(data) <= _SAMPLE:
        return data
    first = len(data) - len(data.lstrip(_ASCII_BYTES))
    return data[max(0, first - 256) : max(0, first - 256) + _SAMPLE]


_ASCII_BYTES = bytes(range(128))
_WESTERN = _ASCII_BYTES + "äöüßÄÖÜéÉàáíóúñçêôâå€…‘’“”–—\u00a0£§©«®°´»".encode("cp1252")
"""Where these stand sparsely among ASCII, the text is western: detection costs a millisecond and says the same.

Letters that mean another one in the charsets of central Europe or Turkey (`è`, `ø`, `ù`, `ð`, …) are not among them.
"""

"""ISO 2022 as Japanese and Korean mail writes it (RFC 1468, RFC 1557): told by its escapes, read as it is really sent.

Much Japanese mail that is called ISO-2022-JP has characters of NEC and IBM (`①`, `㈱`, `髙`) and half-width kana, which
the standard does not: mail programs read them as Windows does (code page 50221), and so do we.
"""

from __future__ import annotations

import re

__all__ = ["decode_escaped_japanese", "escaped_charset"]

_SHIFT = re.compile(rb"\x1b(\$[@B]|\([BJI]|\$\(D)|[\r\n]{1,64}")
_JAPANESE = re.compile(rb"\x1b(?:\$[@B]|\$\([DOQ]|\([JI])")
_KOREAN = b"\x1b$)C"


def escaped_charset(data: bytes) -> str | None:
    """`iso2022-jp` or `iso2022-kr` where `data` holds an escape that designates one of their sets; None otherwise."""
    if _KOREAN in data:
        return "iso2022-kr"
    return "iso2022-jp" if _JAPANESE.search(data) else None


def decode_escaped_japanese(data: bytes) -> str:
    """Text of any ISO-2022-JP, vendors' characters read as Windows reads them; what is broken is U+FFFD. Linear."""
    for codec in ("iso2022_jp", "iso2022_jp_2"):
        try:
            return data.decode(codec)
        except (UnicodeError, ValueError):
            continue
    out: list[str] = []
    mode = b"(B"
    done = 0
    for match in _SHIFT.finditer(data):
        out.append(_stretch(data[done : match.start()], mode))
        done = match.end()
        if match[1] is None:
            out.append(match[0].decode("ascii"))
            mode = b"(B"  # each line begins in ASCII
        else:
            mode = match[1]
    out.append(_stretch(data[done:], mode))
    return "".join(out)


def _stretch(data: bytes, mode: bytes) -> str:
    if mode in (b"(B", b"(J"):
        return data.decode("ascii", "replace")
    high = bytes(byte | 0x80 for byte in data)
    if mode == b"(I":
        return high.decode("cp932", "replace")
    if mode == b"$(D":
        return b"".join(b"\x8f" + high[at : at + 2] for at in range(0, len(high), 2)).decode("euc_jp", "replace")
    return b"".join(_as_shift_jis(data[at], data[at + 1]) for at in range(0, len(data) - 1, 2)).decode(
        "cp932", "replace"
    )


def _as_shift_jis(row: int, cell: int) -> bytes:
    """A character of JIS X 0208 and its extensions, by row and cell (0x21 to 0x7E each), as Shift_JIS."""
    if not (0x21 <= row <= 0x7E and 0x21 <= cell <= 0x7E):
        return b"?"
    lead = (row + 1) // 2 + (0x70 if row < 0x5F else 0xB0)
    trail = cell + (0x1F if cell < 0x60 else 0x20) if row % 2 else cell + 0x7E
    return bytes((lead, trail))

"""Content transfer encodings (RFC 2045 §6; uuencode as a historic one): tolerant, linear, bounded."""

from __future__ import annotations

import binascii

__all__ = ["decode_transfer"]

_STRANGERS = 20
"""Where more than one character of this many is outside the alphabet, the content was never encoded."""

_NOT_BASE64 = bytes(set(range(256)) - set(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="))


def decode_transfer(raw: bytes, encoding: str, limit: int) -> tuple[bytes, list[str], bool]:
    """Decoded bytes (at most `limit`), defects, and whether something was cut off. Unknown encodings are identity."""
    encoding = encoding.strip().lower()
    cut = False
    if encoding in ("base64", "quoted-printable", "x-uuencode", "uuencode", "x-uue", "uue"):
        # Encoded text takes up to three times its decoded size, plus line ends.
        if len(raw) > limit * 3 + 1024:
            raw, cut = raw[: limit * 3 + 1024], True
        if encoding == "base64":
            data, defects = _base64(raw)
        elif encoding == "quoted-printable":
            data, defects = _quoted_printable(raw), []
        else:
            data, defects = _uuencoded(raw)
        if cut:
            defects = []  # what was cut off is not the sender's fault
    else:
        known = encoding in ("", "7bit", "8bit", "binary", "7-bit", "8-bit", "none")
        data, defects = raw, [] if known else ["encoding_unknown"]
    if len(data) > limit:
        return data[:limit], defects, True
    return data, defects, cut


def _base64(raw: bytes) -> tuple[bytes, list[str]]:
    defects: list[str] = []
    text = raw.translate(None, delete=_NOT_BASE64)
    if len(text) < len(raw) and (len(raw) - len(text)) * 40 > len(raw):
        # Line ends are 1.3 to 2.6 % of base64. More strangers than that: perhaps it is text in the clear.
        solid = len(raw.translate(None, delete=b" \t\r\n"))
        if solid - len(text) > 3 and (solid - len(text)) * _STRANGERS > solid:
            return raw, ["base64_broken"]
    padding = text.find(b"=")
    if padding >= 0:
        rest = text[padding:].lstrip(b"=")
        text = text[:padding]
        if rest:
            defects.append("base64_after_padding")
    if len(text) % 4 == 1:
        text = text[:-1]
        defects.append("base64_truncated")
    elif len(text) % 4 and padding < 0:
        defects.append("base64_truncated")
    try:
        return binascii.a2b_base64(text + b"=" * (-len(text) % 4)), defects
    except binascii.Error:  # not reachable with the alphabet above; kept so that a mail is always read
        return raw, ["base64_broken"]


def _quoted_printable(raw: bytes) -> bytes:
    if b"=" not in raw:
        return raw
    if b" \n" in raw or b" \r\n" in raw or b"\t\n" in raw or b"\t\r\n" in raw:
        # Blanks before a line end were added on the way (RFC 2045 §6.7 rule 3).
        lines = [line.rstrip(b" \t\r") + (b"\r" if line.endswith(b"\r") else b"") for line in raw.split(b"\n")]
        raw = b"\n".join(lines)
    return binascii.a2b_qp(raw)


def _uuencoded(raw: bytes) -> tuple[bytes, list[str]]:
    out: list[bytes] = []
    started = False
    for line in raw.split(b"\n"):
        line = line.rstrip(b"\r")
        if not started:
            started = line.startswith(b"begin ")
            continue
        if line.strip() in (b"end", b"`", b""):
            if line.strip() == b"end":
                return b"".join(out), []
            continue
        try:
            out.append(binascii.a2b_uu(line))
        except binascii.Error:
            # Known workaround for encoders that pad with other characters (as the standard library's `uu`).
            length = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out.append(binascii.a2b_uu(line[:length]))
            except binascii.Error:
                return b"".join(out), ["uuencode_broken"]
    return (b"".join(out), ["uuencode_truncated"]) if started else (raw, ["uuencode_broken"])

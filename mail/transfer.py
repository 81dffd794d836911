"""Content transfer encodings (RFC 2045 §6; uuencode as a historic one): tolerant, linear, bounded."""

from __future__ import annotations

import binascii
import re

__all__ = ["decode_transfer"]

_SPELLINGS = {"quoted_printable": "quoted-printable", "quoted printable": "quoted-printable", "qp": "quoted-printable",
              "base-64": "base64", "b64": "base64", "8 bit": "8bit", "7 bit": "7bit"}  # fmt: skip
_STRANGERS = 20
"""Where more than one character of this many is outside the alphabet, the content was never encoded."""

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))
_BASE64_AND_BLANKS = _BASE64 + b" \t\r\n"
_BASE64_LINES = re.compile(rb"(?:[A-Za-z0-9+/]{1,1000}+={0,2}[ \t]{0,10}+(?:\r?\n|\Z)|\r?\n)*+")
_SOFT_CR = re.compile(rb"=\r(?!\n)")
# After padding: more base64 in lines of its own, long enough to be no words.
_PIECES = re.compile(rb"={1,2}[ \t]{0,10}+(?:\r?\n)++(?:[A-Za-z0-9+/]{6,1000}+={0,2}[ \t]{0,10}+(?:(?:\r?\n)++|\Z))++")
_FOOTER = re.compile(rb"[-_=*~#]{2,}|[^\r\n]*?[^\s][ \t][^\s]")
"""How a line of people begins that is no damaged line of base64: a rule, or words."""
_BLANKS = dict.fromkeys(map(ord, "\t\r\n"), " ")


def decode_transfer(raw: bytes, encoding: str, limit: int) -> tuple[bytes, list[str], bool]:
    """Decoded bytes (at most `limit`), defects, and whether something was cut off. Unknown encodings are identity."""
    encoding = encoding.strip().lower()
    encoding = _SPELLINGS.get(encoding, encoding)
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
    strangers = len(raw.translate(None, delete=_BASE64_AND_BLANKS))
    if strangers:
        before = _base64_before_text(raw)
        if before is not None:
            return before, ["base64_before_text"]
        # Words of a sentence have blanks between them; base64 has blanks at the ends of lines at most.
        strangers += max(0, raw.count(b" ") - raw.count(b" \n") - raw.count(b" \r") - raw.count(b"\n "))
        if strangers > 3 and strangers * _STRANGERS > len(text) + strangers:
            return raw, ["base64_broken"]
    padding = text.find(b"=")
    if padding >= 0 and text[padding:].strip(b"="):
        defects.append("base64_after_padding")
        at = raw.find(b"=")
        if _PIECES.fullmatch(raw, at):
            return _base64_pieces(text), defects
    if padding >= 0:
        text = text[:padding]
    if len(text) % 4 == 1:
        text = text[:-1]
        defects.append("base64_truncated")
    elif len(text) % 4 and padding < 0:
        defects.append("base64_truncated")
    return binascii.a2b_base64(text + b"=" * (-len(text) % 4)), defects


def _base64_pieces(text: bytes) -> bytes:
    """Pieces that were encoded each for itself and joined, up to one that is not whole."""
    out: list[bytes] = []
    for piece in text.split(b"="):
        if len(piece) % 4 == 1:
            break
        out.append(binascii.a2b_base64(piece + b"=" * (-len(piece) % 4)))
    return b"".join(out)


def _base64_before_text(raw: bytes) -> bytes | None:
    """The content where base64 stands above text in the clear: the footer that a list put under an encoded mail."""
    match = _BASE64_LINES.match(raw)
    end = match.end() if match else 0
    if not _FOOTER.match(raw, end):
        return None
    text = raw[:end].translate(None, delete=_NOT_BASE64)
    body = text.rstrip(b"=")
    if len(text) < 8 or b"=" in body or (len(text) % 4 and len(text) == len(body)) or len(body) % 4 == 1:
        return None
    data = binascii.a2b_base64(body + b"=" * (-len(body) % 4))
    try:
        # A word alone on its line is base64 too, but decodes to no text.
        told = len(text) >= 64 or data.decode("utf-8").translate(_BLANKS).isprintable()
    except UnicodeDecodeError:
        told = False
    return data if told else None


def _quoted_printable(raw: bytes) -> bytes:
    if b"=" not in raw:
        return raw
    if b" \n" in raw or b" \r\n" in raw or b"\t\n" in raw or b"\t\r\n" in raw:
        # Blanks before a line end were added on the way (RFC 2045 §6.7 rule 3).
        lines = [line.rstrip(b" \t\r") + (b"\r" if line.endswith(b"\r") else b"") for line in raw.split(b"\n")]
        raw = b"\n".join(lines)
    if b"=\r" in raw and raw.count(b"=\r") != raw.count(b"=\r\n"):
        # The decoder takes everything up to the next LF for the end of the line.
        raw = _SOFT_CR.sub(b"=\r\n", raw)
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

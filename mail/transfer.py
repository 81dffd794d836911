"""Content transfer encodings (RFC 2045 §6; uuencode as a historic one): tolerant, linear, bounded."""

from __future__ import annotations

import binascii
import re

__all__ = ["decode_transfer"]

_SPELLINGS = {"quoted_printable": "quoted-printable", "quoted printable": "quoted-printable", "qp": "quoted-printable",
              "base-64": "base64", "b64": "base64", "8 bit": "8bit", "7 bit": "7bit"}  # fmt: skip
_LINE = re.compile(rb"[^\r\n]++")
_CHUNK = 64 * 1024
_STRANGERS = 20
"""Where more than one character of this many is outside the alphabet, the content was never encoded."""

_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/="
_NOT_BASE64 = bytes(set(range(256)) - set(_BASE64))
_BASE64_AND_BLANKS = _BASE64 + b" \t\r\n"
_BASE64_LINES = re.compile(rb"(?:[A-Za-z0-9+/]{1,1000}+={0,2}[ \t]{0,10}+(?:\r?\n|\Z)|\r?\n)*+")
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
            data, defects = _uuencoded(raw, limit)
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
    out = bytearray()
    at = 0
    while at < len(text):
        end = text.find(b"=", at)
        piece = text[at : end if end >= 0 else len(text)]
        if len(piece) % 4 == 1:
            break
        out += binascii.a2b_base64(piece + b"=" * (-len(piece) % 4))
        at += len(piece) + 1
    return bytes(out)


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
        raw = _without_blanks(raw)
    if b"=\r" in raw and raw.count(b"=\r") != raw.count(b"=\r\n"):
        # The decoder takes everything up to the next LF for the end of the line.
        raw = raw.replace(b"=\r\n", b"=\n").replace(b"=\r", b"=\n")
    return binascii.a2b_qp(raw)


def _without_blanks(raw: bytes) -> bytes:
    """Blanks before a line end were added on the way (RFC 2045 §6.7 rule 3)."""
    kept: list[bytes] = []
    at = 0
    while at < len(raw):
        # Some lines at a time: each costs forty bytes more than it has.
        end = raw.find(b"\n", at + _CHUNK) + 1 or len(raw)
        lines = raw[at:end].split(b"\n")
        kept.append(b"\n".join([line.rstrip(b" \t\r") + (b"\r" if line.endswith(b"\r") else b"") for line in lines]))
        at = end
    return b"".join(kept)


def _uuencoded(raw: bytes, limit: int) -> tuple[bytes, list[str]]:
    """The first file of `raw`. Decoded it may be thirty times as long: not much beyond `limit` is made."""
    at = 0 if raw.startswith(b"begin ") else raw.find(b"\nbegin ") + 1
    if not raw.startswith(b"begin ", at):
        return raw, ["uuencode_broken"]
    out = bytearray()
    for match in _LINE.finditer(raw, raw.find(b"\n", at) + 1 or len(raw)):
        line = match[0]
        if len(out) > limit:
            break
        if line.strip() in (b"end", b"`", b""):
            if line.strip() == b"end":
                return bytes(out), []
            continue
        try:
            out += binascii.a2b_uu(line)
        except binascii.Error:
            # Known workaround for encoders that pad with other characters (as the standard library's `uu`).
            length = (((line[0] - 32) & 63) * 4 + 5) // 3
            try:
                out += binascii.a2b_uu(line[:length])
            except binascii.Error:
                return bytes(out), ["uuencode_broken"]
    return bytes(out), ["uuencode_truncated"]

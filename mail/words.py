"""Encoded words of RFC 2047 (with the language of RFC 2231 §5), as tolerant as mail clients are; one linear scan.

Broken ones that are read: spaces or question marks inside, words glued to text, characters split over two words,
missing base64 padding. What cannot be read stays as it was written.
"""

from __future__ import annotations

import binascii
import re

from mail.charsets import clean, codec_of, decode_header_bytes, decode_text

__all__ = ["decode_words"]

_LONGEST_CHARSET = 64
_START = re.compile(r"=\?[^?]{1,65}\?[BbQq]\?")
_MOST_BROKEN = 50
"""Words that cannot be read, of one text: each was read to its end, which may be far."""


def decode_words(text: str) -> str:
    """`text` with its encoded words decoded; white space between two belongs to the encoding (RFC 2047 §6.2)."""
    start = _START.search(text) if "=?" in text else None
    if start is None:
        return text
    at = start.start()
    out: list[str] = []
    pending = bytearray()
    pending_charset = ""
    done = 0
    last = text.rfind("?=")  # where no word can end any more, none is looked for: keeps the scan linear
    broken = 0
    while 0 <= at < last and broken < _MOST_BROKEN:
        word = _word_at(text, at)
        if word is None:
            broken += 1
            at = _next(text, at + 2)
            continue
        charset, data, end = word
        gap = text[done:at]
        after_word = bool(pending_charset)
        if not (after_word and not gap.strip()):
            _flush(out, pending, pending_charset)
            pending, pending_charset = bytearray(), ""
            out.append(gap)
            if gap.endswith("]"):
                out.append(" ")  # a filter put its tag before the word and left no blank
        elif charset != pending_charset:
            _flush(out, pending, pending_charset)
            pending = bytearray()
        pending += data
        pending_charset = charset
        done = end
        at = _next(text, end)
    _flush(out, pending, pending_charset)
    out.append(_unfinished(text, done, at))
    return "".join(out)


def _next(text: str, at: int) -> int:
    start = _START.search(text, at)
    return -1 if start is None else start.start()


def _unfinished(text: str, done: int, at: int) -> str:
    """What follows the last word; where that is one without its end, cut off by some server, it is read as far."""
    word = None
    if at >= done and not any(blank in text[at : at + 1_000] for blank in " \t"):
        word = _word_at(f"{text[at : at + 1_000].rstrip('?')}?=", 0)
    if word is None or codec_of(word[0]) is None or len(text) - at > 1_000:
        return text[done:]
    gap = text[done:at] if not done or text[done:at].strip() else ""
    return gap + clean(decode_text(word[1], word[0])[0]).rstrip("�")


def _flush(out: list[str], pending: bytearray, charset: str) -> None:
    if not charset:
        return
    data = bytes(pending)
    if codec_of(charset) is None:
        out.append(decode_header_bytes(data))
    else:
        # UTF-7 and its like can hold half a character, which neither JSON nor a database takes.
        out.append(clean(decode_text(data, charset)[0]))


def _word_at(text: str, at: int) -> tuple[str, bytes, int] | None:
    """Charset, decoded bytes and end of the encoded word that starts at `at`; None where none does."""
    charset_end = text.find("?", at + 2, at + 3 + _LONGEST_CHARSET)
    if charset_end <= at + 2 or text[charset_end + 2 : charset_end + 3] != "?":
        return None
    charset = text[at + 2 : charset_end].partition("*")[0].strip().lower()
    if not charset or text[charset_end + 1] not in "qQbB":
        return None
    start = charset_end + 3
    end = text.find("?=", start)
    if end < 0:
        return None
    while text[charset_end + 1] in "qQ" and _is_hex(text[end + 2 : end + 4]):
        # A sender that leaves `?` bare in Q text: "what?=C3=A9?=" ends with the last of them.
        further = text.find("?=", end + 2)
        if further < 0 or " " in text[end:further] or "=?" in text[end + 2 : further]:
            break
        end = further
    data = _decode_body(text[charset_end + 1], text[start:end], charset)
    return None if data is None else (charset, data, end + 2)


def _as_written(body: str, charset: str) -> bytes:
    """Bytes of an encoded text. Characters outside ASCII do not belong there; they were read already and are kept."""
    if body.isascii():
        return body.encode("ascii")
    try:
        return body.encode(codec_of(charset) or "utf-8")
    except UnicodeError:
        return body.encode("utf-8", "replace")


def _is_hex(pair: str) -> bool:
    return len(pair) == 2 and all(char in "0123456789ABCDEFabcdef" for char in pair)


def _decode_body(encoding: str, body: str, charset: str) -> bytes | None:
    raw = _as_written(body, charset)
    if encoding in "qQ":
        return binascii.a2b_qp(raw, header=True)
    raw = raw.translate(None, delete=b" \t=")
    if len(raw) % 4 == 1:
        raw = raw[:-1]
    try:
        return binascii.a2b_base64(raw + b"=" * (-len(raw) % 4))
    except binascii.Error:
        return None

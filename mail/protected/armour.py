"""PGP in text (RFC 9580 §6.2, §7): armoured blocks found, the framework of signed text taken off. Linear, no keys."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Literal

__all__ = ["Block", "BlockKind", "ClearText", "blocks_in", "clear_texts", "dearmoured", "plain_view"]

BlockKind = Literal["signed", "encrypted", "opaque", "key", "private_key", "signature"]

_BEGIN = "-----BEGIN PGP "
_SIGNED = "-----BEGIN PGP SIGNED MESSAGE-----"
_SIGNATURE = "-----BEGIN PGP SIGNATURE-----"
_SIGNATURE_END = "-----END PGP SIGNATURE-----"
_KINDS: dict[str, BlockKind] = {
    "SIGNED MESSAGE": "signed",
    "SIGNATURE": "signature",
    "PUBLIC KEY BLOCK": "key",
    "PRIVATE KEY BLOCK": "private_key",
    "MESSAGE": "encrypted",
}
_MAX_BLOCKS = 50
_MAX_LAYERS = 4
_MAX_HEADERS = 20
_PLAIN_PACKETS = frozenset([2, 4, 8, 11])
"""Signature, one-pass signature, compressed data, literal data: a message that begins so is not encrypted."""
_HEAD_CHARS = 2_000


@dataclass(frozen=True, slots=True)
class Block:
    """An armoured block: where it begins in the text, and what it is.

    `opaque` is a PGP MESSAGE that is signed, not encrypted; its text is packed and not read here.
    """

    start: int
    kind: BlockKind


@dataclass(frozen=True, slots=True)
class ClearText:
    """Text signed in the clear. `text` is what was signed, without dashes and framework, its lines divided by LF."""

    start: int
    end: int
    """The whole framework in the text, signature included."""
    text: str
    signature: str
    """The armoured signature; "" where the text ends before it."""
    headers: tuple[str, ...] = ()
    """Armour headers above the text; readers do not see them."""


def blocks_in(text: str) -> tuple[Block, ...]:
    """Armoured blocks that begin a line, at most 50. The signature of signed text is not counted apart."""
    found: list[Block] = []
    at = text.find(_BEGIN)
    while at >= 0 and len(found) < _MAX_BLOCKS:
        end = text.find("-----", at + len(_BEGIN), at + 64)
        kind = _KINDS.get(text[at + len(_BEGIN) : end].partition(", PART")[0]) if end > 0 else None
        after = at + len(_BEGIN)
        if kind and (at == 0 or text[at - 1] in "\r\n"):
            if kind == "encrypted" and _packet(text, at) in _PLAIN_PACKETS:
                kind = "opaque"
            if not (kind == "signature" and found and found[-1].kind == "signed"):
                found.append(Block(at, kind))
        at = text.find(_BEGIN, after)
    return tuple(found)


def clear_texts(text: str) -> tuple[ClearText, ...]:
    """Texts signed in the clear, in their order, at most 50. Lines of `text` end in LF or CRLF."""
    found: list[ClearText] = []
    at = _line(text, _SIGNED, 0)
    while at >= 0 and len(found) < _MAX_BLOCKS:
        body = _after_headers(text, at)
        middle = _line(text, _SIGNATURE, body)
        # Another beginning before the signature: the first one was never closed.
        again = _line(text, _SIGNED, body)
        if middle < 0 or 0 <= again < middle:
            middle = end = again if again >= 0 else len(text)
            signature = ""
        else:
            end = _line(text, _SIGNATURE_END, middle)
            end = len(text) if end < 0 else end + len(_SIGNATURE_END)
            signature = text[middle:end]
        headers = tuple(line.strip() for line in text[at:body].split("\n")[1:] if line.strip())
        found.append(ClearText(at, end, _undashed(text[body:middle]), signature, headers))
        at = _line(text, _SIGNED, end)
    return tuple(found)


def plain_view(text: str) -> tuple[str, bool]:
    """`text` as a person reads it, and whether it is encrypted.

    Signed texts lose their framework (RFC 9580 §7), also within signed texts; all else stays as it is. A block that
    begins the text makes it encrypted; one further below is an example or an answer's quotation.
    """
    if _BEGIN not in text:
        return text, False
    for _ in range(_MAX_LAYERS):
        found = clear_texts(text)
        if not found:
            break
        pieces: list[str] = []
        at = 0
        for one in found:
            pieces += (text[at : one.start], one.text)
            at = one.end
        pieces.append(text[at:])
        text = "".join(pieces)
    return text, any(block.kind == "encrypted" and not text[: block.start].strip() for block in blocks_in(text)[:1])


def dearmoured(text: str) -> bytes | None:
    """The octets of the first armoured block of `text` (RFC 9580 §6.2); None where there is none or it is broken."""
    at = text.find(_BEGIN)
    if at < 0:
        return None
    start = _after_headers(text, at)
    end = text.find("-----END PGP ", start)
    lines = text[start : None if end < 0 else end].split("\n")
    packed = "".join(line.strip() for line in lines if not line.startswith("="))  # "=" begins the checksum
    try:
        return base64.b64decode(packed, validate=True)
    except (binascii.Error, ValueError):
        return None


def _line(text: str, mark: str, at: int) -> int:
    """Position of `mark` where it is a whole line, from `at` on; -1 where it is none."""
    while (at := text.find(mark, at)) >= 0:
        if at == 0 or text[at - 1] in "\r\n":
            after = at + len(mark)
            rest = text[after : after + 80].partition("\n")[0]
            if not rest.strip():
                return at
        at += len(mark)
    return -1


def _after_headers(text: str, at: int) -> int:
    """Where the content of the block at `at` begins: after its armour headers and an empty line."""
    at = text.find("\n", at) + 1 or len(text)
    for _ in range(_MAX_HEADERS):
        end = text.find("\n", at)
        line = text[at : len(text) if end < 0 else end].strip()
        if line and ": " not in line and not line.endswith(":"):
            return at  # mail programs that eat the empty line
        at = len(text) if end < 0 else end + 1
        if not line or end < 0:
            return at
    return at


def _undashed(text: str) -> str:
    """Signed text without the escape of dashes and without its last line end (RFC 9580 §7.1, §7.2)."""
    text = text.replace("\r\n", "\n").removesuffix("\n")
    return ("\n" + text).replace("\n- ", "\n")[1:]


def _packet(text: str, at: int) -> int:
    """Tag of the first packet of the armoured message at `at` (RFC 9580 §4.2); -1 where it cannot be read."""
    start = _after_headers(text[at : at + _HEAD_CHARS], 0) + at
    head = "".join(text[start : start + 64].split())[:8]
    try:
        first = base64.b64decode(head, validate=True)[:1]
    except (binascii.Error, ValueError):
        return -1
    if not first or not first[0] & 0x80:
        return -1
    return first[0] & 0x3F if first[0] & 0x40 else first[0] >> 2 & 0x0F

"""What DKIM and ARC sign: header fields and body as they travelled, in canonical form (RFC 6376 §3.4). Linear."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Literal

from mail.headers import read_head

__all__ = ["Form", "SignedMessage", "canonical_field", "parse_tags"]

Form = Literal["simple", "relaxed"]

_MAX_FIELDS = 2_000
_MAX_HEAD = 1024 * 1024
_NEXT_FIELD = re.compile(rb"\r\n(?![ \t])")
_NAME = re.compile(rb"[!-9;-~]{1,256}")
_BLANKS = re.compile(rb"[ \t]+")
_MAX_TAGS = 64
_TAG_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,30}")


@dataclass(frozen=True, slots=True)
class SignedMessage:
    """A mail in network form: lines end in CRLF. Fields keep their folding; names are in lower case."""

    fields: tuple[tuple[str, bytes], ...]
    """(name, whole field without its last CRLF), top to bottom."""
    body: bytes = field(repr=False)
    _digests: dict[tuple[Form, str], tuple[str, int]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, raw: bytes) -> SignedMessage:
        """`raw` taken apart; lone LFs, as files have them, become CRLF again."""
        if raw.count(b"\n") != raw.count(b"\r\n"):
            raw = raw.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        if raw.startswith(b"\r\n"):
            return cls((), raw[2:])
        end = raw.find(b"\r\n\r\n")
        head, body = (raw, b"") if end < 0 else (raw[:end], raw[end + 4 :])
        fields, whole = _fields(head)
        if not whole or b"\r\r" in head:
            # Not all is fields: people are shown what `read_head` takes for header and body, and that alone may count
            # as signed. Else a stranger's text above the fields of a signed mail would pass with its signature.
            start = read_head(raw)[1]
            fields, body = _fields(raw[:start].rstrip(b"\r\n"))[0], raw[start:]
        return cls(tuple(fields), body)

    def all_of(self, name: str) -> list[bytes]:
        """Fields `name` (lower case), top to bottom."""
        return [value for key, value in self.fields if key == name]

    def selected(self, names: Sequence[str]) -> list[bytes]:
        """Fields as `h=` names them: of several with one name the lowest first (RFC 6376 §5.4.2)."""
        left: dict[str, list[bytes]] = {}
        for name, value in self.fields:
            left.setdefault(name, []).append(value)
        return [values.pop() for name in names if (values := left.get(name))]

    def body_digest(self, form: Form) -> tuple[bytes, int]:
        """SHA-256 of the canonical body, and its size in bytes; computed once for each form."""
        key = (form, "sha256")
        if key not in self._digests:
            body = _canonical_body(self.body, form)
            self._digests[key] = (hashlib.sha256(body).hexdigest(), len(body))
        digest, size = self._digests[key]
        return bytes.fromhex(digest), size


def _fields(head: bytes) -> tuple[list[tuple[str, bytes]], bool]:
    """Fields of a header block, and whether it holds nothing else."""
    fields: list[tuple[str, bytes]] = []
    chunks = _NEXT_FIELD.split(head[:_MAX_HEAD], _MAX_FIELDS)[:_MAX_FIELDS]
    for chunk in chunks:
        name, colon, _ = chunk.partition(b":")
        name = name.rstrip(b" \t")
        if colon and _NAME.fullmatch(name):
            fields.append((name.lower().decode("ascii"), chunk))
    return fields, len(fields) == len(chunks)


def canonical_field(value: bytes, form: Form) -> bytes:
    """One whole field without its last CRLF, in canonical form."""
    if form == "simple":
        return value
    name, _, content = value.partition(b":")
    content = _BLANKS.sub(b" ", content.replace(b"\r\n", b"")).strip(b" \t")
    return name.strip(b" \t").lower() + b":" + content


def _canonical_body(body: bytes, form: Form) -> bytes:
    if form == "relaxed":
        body = _BLANKS.sub(b" ", body).replace(b" \r\n", b"\r\n").removesuffix(b" ")
    end = len(body)
    while end >= 2 and body[end - 2 : end] == b"\r\n":
        end -= 2
    if not end:
        return b"" if form == "relaxed" else b"\r\n"
    return body[:end] + b"\r\n"


def parse_tags(text: str) -> dict[str, str] | None:
    """A tag list `a=b; c=d` (RFC 6376 §3.2); None where it is none or names a tag twice."""
    tags: dict[str, str] = {}
    for piece in _pieces(text):
        name, equals, value = piece.partition("=")
        name = name.strip()
        if not equals or not _TAG_NAME.fullmatch(name) or name in tags or len(tags) >= _MAX_TAGS:
            return None
        tags[name] = value.strip()
    return tags


def _pieces(text: str) -> Iterable[str]:
    pieces = text.split(";")
    if not pieces[-1].strip():
        pieces.pop()
    return pieces

"""Header blocks (RFC 5322 §2.2, §3.6, §4.5): fields in order, with duplicates, decoded when they are asked for."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from itertools import chain

from mail.charsets import clean, decode_header_bytes
from mail.limits import DEFAULT, Limits
from mail.words import decode_words

__all__ = ["Headers", "read_head", "read_headers"]

_BLANK_LINE = re.compile(rb"\n\r{0,2}\n")
_NEXT_FIELD = re.compile(rb"\n(?![ \t])")
_NAME = re.compile(rb"[!-9;-~]{1,256}")
_LOOKAHEAD = 3
"""Lines after a broken one that are tried for a field before the body is taken to begin there."""
_USUAL = bytes([9, 10, 13, *range(32, 127)])
# Possessive: each character is looked at once, whatever the block holds.
_FIELD = re.compile(r"([!-9;-~]{1,256}+):([^\n]*+(?:\n[ \t][^\n]*+)*+)")
_USUAL_BYTES = 256 * 1024


class Headers:
    """Fields of one header block, top to bottom; immutable; names are compared without case.

    `get_all` decodes (unfolding, RFC 2047, raw 8-bit); `text_all` unfolds only, as structured fields need it.
    A value is kept as bytes, or, where the block has ASCII alone and no controls, as text that is still folded.
    """

    __slots__ = ("_fields", "_hint", "_index", "_limit")

    def __init__(
        self, fields: Iterable[tuple[str, bytes | str]] = (), hint: str | None = None, limits: Limits = DEFAULT
    ) -> None:
        self._fields = tuple(fields)
        self._hint = hint
        self._limit = limits.value_bytes
        index: dict[str, list[bytes | str]] = {}
        for name, value in self._fields:
            name = name.lower()
            if name in index:
                index[name].append(value)
            else:
                index[name] = [value]
        self._index = index

    def hinted(self, hint: str) -> Headers:
        """The same fields, raw 8-bit bytes read in charset `hint`."""
        found = Headers.__new__(Headers)
        found._fields, found._index, found._limit, found._hint = self._fields, self._index, self._limit, hint
        return found

    def __len__(self) -> int:
        return len(self._fields)

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (name in self._index or name.lower() in self._index)

    def __iter__(self) -> Iterator[tuple[str, str]]:
        limit = self._limit
        for name, value in self._fields:
            if isinstance(value, str) and len(value) < limit and "=?" not in value and "\t" not in value:
                yield name, value.replace("\n", "").strip(" ")
            else:
                yield name, self._decoded(value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Headers) and self._raw() == other._raw()

    def __hash__(self) -> int:
        return hash(self._raw())

    def __repr__(self) -> str:
        return f"Headers({len(self._fields)} fields)"

    def _raw(self) -> tuple[tuple[str, bytes], ...]:
        return tuple((n, v if isinstance(v, bytes) else _unfold(v).encode("ascii")) for n, v in self._fields)

    def names(self) -> tuple[str, ...]:
        """Names in lower case, each once, in the order of their first field."""
        return tuple(self._index)

    def has_any(self, names: Iterable[str]) -> bool:
        """Whether there is a field of one of `names` (lower case)."""
        return not self._index.keys().isdisjoint(names)

    def count(self, name: str) -> int:
        """How many fields `name` there are."""
        return len(self._index.get(name.lower(), ()))

    def repeated(self, names: Iterable[str]) -> list[str]:
        """Those of `names` (lower case) that more than one field has."""
        index = self._index
        return [name for name in names if name in index and len(index[name]) > 1]

    def get(self, name: str) -> str | None:
        """Decoded value of the topmost field `name`."""
        found = self._index.get(name.lower())
        return self._decoded(found[0]) if found else None

    def get_all(self, name: str) -> tuple[str, ...]:
        """Decoded values of all fields `name`, top to bottom."""
        found = self._index.get(name.lower())
        return tuple([self._decoded(value) for value in found]) if found else ()

    def text(self, name: str) -> str | None:
        """Unfolded, not decoded value of the topmost field `name`."""
        found = self._index.get(name.lower())
        return self._unfolded(found[0]) if found else None

    def text_all(self, name: str) -> tuple[str, ...]:
        """Unfolded, not decoded values of all fields `name`, whole."""
        found = self._index.get(name.lower())
        return tuple([self._unfolded(value) for value in found]) if found else ()

    def _unfolded(self, raw: bytes | str) -> str:
        return _unfold(raw) if isinstance(raw, str) else clean(decode_header_bytes(raw, self._hint))

    def _decoded(self, raw: bytes | str) -> str:
        if isinstance(raw, str):
            value = _unfold(raw)
            if len(value) > self._limit:
                value = value[: self._limit]
            if "=?" not in value:
                return value.replace("\t", " ") if "\t" in value else value
        else:
            value = decode_header_bytes(raw[: self._limit], self._hint)
        if "=?" in value:
            value = decode_words(value).replace("\n", " ").replace("\r", " ")
        return clean(value.replace("\t", " "))


def _unfold(value: str) -> str:
    """RFC 5322 §2.2.3: the line ends go, the blanks after them stay."""
    return value.replace("\n", "").strip(" \t") if "\n" in value else value.strip(" \t")


def read_headers(
    raw: bytes, start: int = 0, end: int | None = None, limits: Limits = DEFAULT
) -> tuple[Headers, int, list[str]]:
    """The header block at `start`, where its body begins, and the defects found; as `read_head`, and faster.

    A block of well-formed fields in ASCII, as nearly all are, is divided by one expression.
    """
    end = len(raw) if end is None else end
    blank = _BLANK_LINE.search(raw, start, min(end, start + _USUAL_BYTES))
    if blank is not None and blank.start() - start <= limits.header_bytes:
        block = raw[start : blank.start()]
        if not block.translate(None, _USUAL):
            text = block.decode("ascii")
            if "\r" in text:
                text = text.replace("\r\n", "\n").removesuffix("\r")
            if text.startswith(("From ", ">From ")) and not text.partition("From")[2].lstrip(" \t").startswith(":"):
                text = text.partition("\n")[2]  # the separator of an mbox, left at the top
            fields = _FIELD.findall(text)
            # Nothing but a colon and a line end stands between what was found: all of it is fields.
            whole = sum(map(len, chain.from_iterable(fields))) + 2 * len(fields) - 1 == len(text)
            if whole and "\r" not in text and len(fields) <= limits.header_count:
                return Headers(fields, None, limits), blank.end(), []
    found, body, defects = read_head(raw, start, end, limits)
    return Headers(found, None, limits), body, defects


def read_head(
    raw: bytes, start: int = 0, end: int | None = None, limits: Limits = DEFAULT
) -> tuple[list[tuple[str, bytes]], int, list[str]]:
    """Fields (name, unfolded bytes) of the header block at `start`, where its body begins, and the defects found.

    Lines may end in CRLF or LF. A block that begins with an empty line has no fields. Linear in the block's size.
    """
    end = len(raw) if end is None else end
    defects: list[str] = []
    if raw.startswith((b"\n", b"\r\n"), start, end):
        return [], start + (1 if raw[start] == 10 else 2), defects
    blank = _BLANK_LINE.search(raw, start, end)
    head_end, body = (blank.start(), blank.end()) if blank else (end, end)
    stop = head_end
    if head_end - start > limits.header_bytes:
        cut = raw.rfind(b"\n", start, start + limits.header_bytes)
        stop = cut if cut > start else start + limits.header_bytes
        defects.append("header_cut")
    block = raw[start:stop]
    chunks = _NEXT_FIELD.split(block, limits.header_count)
    if len(chunks) > limits.header_count:
        chunks.pop()
        defects.append("header_cut")
    fields: list[tuple[str, bytes]] = []
    for number, chunk in enumerate(chunks):
        colon = chunk.find(b":")
        name = chunk[:colon].rstrip(b" \t") if colon > 0 else b""
        if _NAME.fullmatch(name):
            value = chunk[colon + 1 :]
            if b"\n" in value or b"\r" in value:
                value = value.replace(b"\r\n", b"").replace(b"\n", b"").replace(b"\r", b" ")
            fields.append((name.decode("ascii"), value.strip(b" \t")))
            continue
        if not chunk.strip() or (number == 0 and chunk.startswith((b"From ", b">From "))):
            continue
        if fields and not any(_looks_like_field(later) for later in chunks[number + 1 : number + 1 + _LOOKAHEAD]):
            defects.append("header_body_separator_missing")
            return fields, start + _offset(block, number), defects
        defects.append("header_line_broken")
    if not fields and "header_line_broken" in defects:
        return [], start, ["header_missing"]
    return fields, body, list(dict.fromkeys(defects))


def _looks_like_field(chunk: bytes) -> bool:
    colon = chunk.find(b":", 0, 80)
    return colon > 0 and _NAME.fullmatch(chunk[:colon].rstrip(b" \t")) is not None


def _offset(block: bytes, number: int) -> int:
    """Where chunk `number` begins in the block."""
    at = 0
    for count, match in enumerate(_NEXT_FIELD.finditer(block), start=1):
        at = match.end()
        if count == number:
            break
    return at

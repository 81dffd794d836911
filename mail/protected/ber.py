"""ASN.1 as CMS travels (X.690: DER, and BER with indefinite lengths): positions in the data, bounded and linear.

Own code, because it is read while mail is read: why not a library, with the figures, stands in docs/dependencies.md.
Each element is looked at once: the ends of indefinite ones are remembered.
"""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["BerError", "Element", "Reader", "oid_text"]

_MAX_DEPTH = 32
"""CMS nests about a dozen deep."""
_MAX_ELEMENTS = 100_000
"""Of one file; 64 MB in chunks of 1,000 bytes, as streaming writers make them, have 64,000."""
_CONSTRUCTED = 0x20
_MAX_OID = 40


class BerError(ValueError):
    """The data is no ASN.1, is cut off, or is beyond a bound."""


@dataclass(frozen=True, slots=True)
class Element:
    """One element. `tag` is its identifier octet; content lies at `start:stop`, the whole at `begin:end`."""

    tag: int
    begin: int
    start: int
    stop: int
    end: int

    @property
    def constructed(self) -> bool:
        return bool(self.tag & _CONSTRUCTED)


@dataclass(slots=True)
class Reader:
    """Reads the elements of `data`. Methods raise BerError."""

    data: bytes
    _stops: dict[int, int] = field(default_factory=dict)
    _count: int = 0

    def element(self, at: int, limit: int | None = None) -> Element:
        """The element that begins at `at` and has to end at or before `limit`. Raises BerError."""
        limit = len(self.data) if limit is None else limit
        tag, start, size = self._head(at, limit)
        if size is not None:
            return Element(tag, at, start, start + size, start + size)
        if at not in self._stops:
            self._find_stops(at, start, limit)
        stop = self._stops[at]
        return Element(tag, at, start, stop, stop + 2)

    def children(self, parent: Element, most: int) -> list[Element]:
        """The elements within `parent`. Raises BerError, also where there are more than `most`."""
        found: list[Element] = []
        at = parent.start
        while at < parent.stop:
            if len(found) >= most:
                raise BerError("too many elements")
            found.append(self.element(at, parent.stop))
            at = found[-1].end
        return found

    def content(self, element: Element) -> bytes:
        """Content octets as they stand."""
        return self.data[element.start : element.stop]

    def whole(self, element: Element) -> bytes:
        """The element with its identifier and length."""
        return self.data[element.begin : element.end]

    def octets(self, element: Element) -> bytes:
        """An octet string, put together where it travels in pieces (X.690 §8.7.3). Raises BerError."""
        if not element.constructed:
            return self.content(element)
        pieces: list[bytes] = []
        waiting = [iter(self.children(element, _MAX_ELEMENTS))]
        while waiting:
            piece = next(waiting[-1], None)
            if piece is None:
                waiting.pop()
            elif not piece.constructed:
                pieces.append(self.content(piece))
            elif len(waiting) >= _MAX_DEPTH:
                raise BerError("nested too deeply")
            else:
                waiting.append(iter(self.children(piece, _MAX_ELEMENTS)))
        return b"".join(pieces)

    def _head(self, at: int, limit: int) -> tuple[int, int, int | None]:
        """Identifier octet, position of the content, size of the content (None: indefinite)."""
        self._count += 1
        if self._count > _MAX_ELEMENTS * 4:  # elements are seen while ends are sought, and again when they are read
            raise BerError("too many elements")
        data = self.data
        if at + 2 > limit:
            raise BerError("cut off")
        tag, size = data[at], data[at + 1]
        if tag & 0x1F == 0x1F:
            raise BerError("a tag of several octets, which CMS has not")
        start = at + 2
        if size < 0x80:
            pass
        elif size == 0x80:
            if not tag & _CONSTRUCTED:
                raise BerError("a primitive element without a length")
            return tag, start, None
        else:
            width = size & 0x7F
            if width > 8 or start + width > limit:
                raise BerError("a broken length")
            size = int.from_bytes(data[start : start + width])
            start += width
        if start + size > limit:
            raise BerError("cut off")
        return tag, start, size

    def _find_stops(self, at: int, start: int, limit: int) -> None:
        """Where the indefinite element at `at`, and those directly within it, have their end-of-contents octets."""
        waiting = [at]
        position = start
        while waiting:
            if self.data[position : position + 2] == b"\0\0":
                self._stops[waiting.pop()] = position
                position += 2
                continue
            _, inner, size = self._head(position, limit)
            if size is not None:
                position = inner + size
                continue
            if len(waiting) >= _MAX_DEPTH:
                raise BerError("nested too deeply")
            waiting.append(position)
            position = inner
        if position > limit:
            raise BerError("cut off")


def oid_text(content: bytes) -> str:
    """An object identifier in dotted form, "" for one that is broken or longer than 40 octets."""
    if not content or len(content) > _MAX_OID or content[-1] & 0x80:
        return ""
    numbers: list[int] = []
    value = 0
    for octet in content:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            numbers.append(value)
            value = 0
    first = min(numbers[0] // 40, 2)
    return ".".join(map(str, (first, numbers[0] - 40 * first, *numbers[1:])))

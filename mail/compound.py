"""Compound files (MS-CFB), the container of Outlook's .msg: storages and streams by name; bounded, total.

Sectors are followed at most once a stream, and all streams together give no more bytes than the file has twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from struct import unpack_from

__all__ = ["MAGIC", "Storage", "read_compound"]

MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END = 0xFFFFFFFA
"""Sector numbers from here on are marks."""
_SMALL, _LARGE = 0xFFFFFFFF, 0xFFFFFFFFFFFFFFFF
"""Of the sizes of version 3 only the lower half counts: some writers leave rubbish in the other (MS-CFB §2.6.1)."""
_MAX_ENTRIES = 20_000
_MAX_DEPTH = 12


@dataclass(slots=True)
class Storage:
    """A folder of a compound file."""

    streams: dict[str, bytes] = field(default_factory=dict)
    storages: dict[str, Storage] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Entry:
    name: str
    kind: int
    left: int
    right: int
    child: int
    start: int
    size: int


class _File:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.budget = 2 * len(data) + 1024
        shift, mini_shift = unpack_from("<HH", data, 30)
        self.sector = 1 << min(max(shift, 7), 16)
        self.mini_sector = 1 << min(max(mini_shift, 4), 12)
        self.cutoff = unpack_from("<I", data, 56)[0]
        self.fat = self._fat()
        first_directory, first_mini = unpack_from("<I", data, 48)[0], unpack_from("<I", data, 60)[0]
        self.entries = self._entries(self._chain(first_directory), _SMALL if shift == 9 else _LARGE)
        self.mini_fat = _numbers(self._chain(first_mini))
        root = self.entries[0] if self.entries else None
        self.mini = self._chain(root.start)[: root.size] if root else b""

    def _fat(self) -> list[int]:
        tables = list(unpack_from("<109I", self.data, 76))
        at, left = unpack_from("<II", self.data, 68)
        for _ in range(min(left, len(self.data) // self.sector)):
            block = _numbers(self._block(at))
            if at >= _END or not block:
                break
            tables.extend(block[:-1])
            at = block[-1]
        numbers: list[int] = []
        for table in dict.fromkeys(tables):
            if table < _END:
                numbers.extend(_numbers(self._block(table)))
        return numbers

    def _block(self, number: int) -> bytes:
        start = (number + 1) * self.sector
        return self.data[start : start + self.sector]

    def _chain(self, at: int, most: int | None = None) -> bytes:
        blocks: list[bytes] = []
        size = 0
        most = self.budget if most is None else min(most, self.budget)
        for _ in range(len(self.fat) + 1):
            if at >= len(self.fat) or size >= most:
                break
            block = self._block(at)
            if not block:  # beyond the end of the file: nothing follows, whatever the table says
                break
            blocks.append(block)
            size += len(block)
            at = self.fat[at]
        self.budget -= size
        return b"".join(blocks)

    def _mini_chain(self, at: int, size: int) -> bytes:
        blocks = []
        size = min(size, self.budget)
        for _ in range(min(len(self.mini_fat), size // self.mini_sector + 1)):
            if at >= len(self.mini_fat):
                break
            blocks.append(self.mini[at * self.mini_sector : (at + 1) * self.mini_sector])
            at = self.mini_fat[at]
        self.budget -= size
        return b"".join(blocks)[:size]

    @staticmethod
    def _entries(data: bytes, most: int) -> list[_Entry]:
        found = []
        for at in range(0, min(len(data), _MAX_ENTRIES * 128) - 127, 128):
            length, kind = unpack_from("<HB", data, at + 64)
            name = data[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
            left, right, child = unpack_from("<III", data, at + 68)
            start, size = unpack_from("<IQ", data, at + 116)
            found.append(_Entry(name, kind, left, right, child, start, size & most))
        return found

    def content(self, entry: _Entry) -> bytes:
        if entry.size < self.cutoff:
            return self._mini_chain(entry.start, entry.size)
        return self._chain(entry.start, entry.size)[: entry.size]

    def storage(self, first: int, seen: set[int], depth: int) -> Storage:
        found = Storage()
        todo = [first]
        while todo:
            number = todo.pop()
            if number >= len(self.entries) or number in seen:
                continue
            seen.add(number)
            entry = self.entries[number]
            todo += [entry.left, entry.right]
            if entry.kind == 2:
                found.streams[entry.name] = self.content(entry)
            elif entry.kind == 1 and depth < _MAX_DEPTH:
                found.storages[entry.name] = self.storage(entry.child, seen, depth + 1)
        return found


def _numbers(data: bytes) -> tuple[int, ...]:
    return unpack_from(f"<{len(data) // 4}I", data)


def read_compound(data: bytes) -> Storage | None:
    """The root storage; None where `data` is no compound file or too broken to be one."""
    if not data.startswith(MAGIC) or len(data) < 512:
        return None
    try:
        file = _File(data)
        return file.storage(file.entries[0].child, {0}, 0) if file.entries else None
    except (ValueError, IndexError, OverflowError, MemoryError):
        return None

"""Writes compound files (MS-CFB) as small as tests need them: one FAT chain a stream, siblings as a list."""

from __future__ import annotations

from struct import pack

END, FREE, FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
Tree = dict[str, "bytes | Tree"]


def compound(tree: Tree, cutoff: int = 4096) -> bytes:
    entries: list[list[object]] = [["Root Entry", 5, FREE, FREE, FREE, END, 0]]
    sectors: list[bytes] = []
    chain: list[int] = []
    mini = bytearray()
    mini_chain: list[int] = []

    def store(data: bytes) -> int:
        start = len(sectors)
        blocks = [data[at : at + 512].ljust(512, b"\0") for at in range(0, len(data), 512)]
        sectors.extend(blocks)
        chain.extend([start + number + 1 for number in range(len(blocks) - 1)] + [END] if blocks else [])
        return start if blocks else END

    def store_mini(data: bytes) -> int:
        start = len(mini_chain)
        count = -(-len(data) // 64)
        mini.extend(data.ljust(count * 64, b"\0"))
        mini_chain.extend([start + number + 1 for number in range(count - 1)] + [END] if count else [])
        return start if count else END

    def add(folder: Tree) -> int:
        first = previous = FREE
        for name, content in folder.items():
            number = len(entries)
            entry: list[object] = [name, 2, FREE, FREE, FREE, END, 0]
            entries.append(entry)
            if isinstance(content, bytes):
                entry[5] = store_mini(content) if len(content) < cutoff else store(content)
                entry[6] = len(content)
            else:
                entry[1], entry[4] = 1, add(content)
            if previous != FREE:
                entries[previous][3] = number
            else:
                first = number
            previous = number
        return first

    entries[0][4] = add(tree)
    entries[0][5], entries[0][6] = store(bytes(mini)), len(mini)
    mini_at = store(pack(f"<{len(mini_chain)}I", *mini_chain)) if mini_chain else END
    raw = b""
    for name, kind, left, right, child, start, size in entries:
        coded = str(name).encode("utf-16-le") + b"\0\0"
        raw += coded.ljust(64, b"\0") + pack("<HBBIII36xIQ", len(coded), kind, 1, left, right, child, start, size)
    directory_at = store(raw)
    fat_sectors = -(-(len(chain) + 1) // 127)
    fat_at = len(chain)
    chain += [FAT] * fat_sectors
    table = pack(f"<{len(chain)}I", *chain).ljust(fat_sectors * 512, b"\xff")
    sectors += [table[at : at + 512] for at in range(0, len(table), 512)]
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16 + pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
    header += b"\0" * 10 + pack("<IIIIIIIII", fat_sectors, directory_at, 0, cutoff, mini_at, 1, END, 0, fat_at)
    header += pack(f"<{fat_sectors - 1}I", *range(fat_at + 1, fat_at + fat_sectors))
    return header.ljust(512, b"\xff") + b"".join(sectors)


def properties(head: int, fixed: dict[int, bytes]) -> bytes:
    """A properties stream: `fixed` gives the eight bytes of each property by its number."""
    return b"\0" * head + b"".join(pack("<HHI", 3, number, 6) + value for number, value in fixed.items())


def values(fixed: dict[int, bytes], head: int, **texts: str | bytes) -> Tree:
    """Streams of one storage: texts by the number of their property (`p0037`), and the fixed ones."""
    found: Tree = {"__properties_version1.0": properties(head, fixed)}
    for name, content in texts.items():
        kind = "0102" if isinstance(content, bytes) else "001F"
        data = content if isinstance(content, bytes) else content.encode("utf-16-le")
        found[f"__substg1.0_{name[1:].upper()}{kind}"] = data
    return found

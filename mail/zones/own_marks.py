"""Lines that begin with `>` and quote nobody: output of a shell, prices above ten metres, a sample of a quotation.

Nobody introduced them. In an answer they stand above the history, and the history does not have them; in a mail that
answers nothing there are few of them.
"""

from __future__ import annotations

import re

from mail.zones.lines import Lines
from mail.zones.records import ZoneKind

__all__ = ["lines_of_own"]

_MOST_LINES = 12
_FEW = 4
_MOST_BLOCKS = 2
_PROBE = 40
_WIDEST = 400
_MACHINE = re.compile(
    r"[0-9]{4}[-/.][0-9]{2}[-/.][0-9]{2}[ T][0-9]|[0-9]{2}:[0-9]{2}:[0-9]{2}|"
    r"[\w)]\.[A-Za-z]\w+[.(:]|[=$#{}\[\]|\\]|::|->|"
    r"/\w+/|\(\)|^[A-Z]{4,}:? |0x[0-9a-f]|\.[A-Z][a-z]+$"
)
"""What stands in lines of logs and programs and seldom in what people say."""
_INTRODUCING = (ZoneKind.ATTRIBUTION, ZoneKind.HEADER)


def lines_of_own(lines: Lines, kinds: list[ZoneKind], messages: list[int], answers: bool) -> list[int]:
    """Numbers of marked lines that are the sender's own. `answers`: whether the mail is an answer to another."""
    depths = lines.depth
    history = next(
        (at for at, kind in enumerate(kinds) if kind in _INTRODUCING and messages[at] and not depths[at]), len(depths)
    )
    marked = [at for at in range(history) if depths[at]]
    if not marked:
        return []
    if history == len(depths):
        filled = sum(1 for line in lines.bare if line)
        most = max(_FEW, min(_MOST_LINES, filled // 2))
        if len(marked) > most or len(marked) == filled or (answers and not _pasted(lines, marked)):
            return []
        return marked
    first = next(at for at, line in enumerate(lines.bare) if line or depths[at])
    blocks = _blocks(marked)
    if answers and (first == marked[0] or len(blocks) > _MOST_BLOCKS):
        return []  # answers between the lines of a quotation that nothing introduces
    known = "".join("".join(lines.bare[history:]).split())
    if len(blocks) > _MOST_LINES:
        return []
    own: list[int] = []
    for block in blocks:
        probe = "".join(max((lines.bare[at] for at in block), key=len).split())[:_PROBE]
        if len(block) <= _MOST_LINES and depths[block[0]] == 1 and probe not in known:
            own += block
    return own


def _pasted(lines: Lines, marked: list[int]) -> bool:
    """Whether an answer shows something by these marks: below a colon in its own text, nothing that a person says, and
    the text goes on below."""
    first, last = marked[0], marked[-1]
    above = [line for line in lines.bare[max(0, first - 8) : first] if line]
    if last - first + 1 != len(marked) or len(above) < 2 or not above[-1].endswith((":", "：")):
        return False
    if not any(lines.bare[last + 1 : last + 6]) or any(lines.depth[at] != 1 for at in marked):
        return False
    shown = [lines.bare[at][:_WIDEST] for at in marked if lines.bare[at]]
    return bool(shown) and all(_MACHINE.search(line) and not line.endswith(("?", "!", "？")) for line in shown)


def _blocks(marked: list[int]) -> list[list[int]]:
    blocks: list[list[int]] = []
    for at in marked:
        if blocks and blocks[-1][-1] == at - 1:
            blocks[-1].append(at)
        else:
            blocks.append([at])
    return blocks

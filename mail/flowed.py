"""`text/plain; format=flowed` (RFC 3676): paragraphs that a narrow window may wrap anew. Both ways; linear.

a line that ends in a blank goes on in the next one · `-- ` alone is the signature's line and does not ·
`>` at the start is quote depth · a blank at the start was stuffed in and is taken out
"""

from __future__ import annotations

import re

__all__ = ["flow", "unflow"]

WIDTH = 76
"""Characters that a flowed line keeps to (RFC 3676 §4.2 wants at most 78)."""
_SIGNATURE = "-- "
# What we take for a quote is what `unflow` would write; anything else that begins with `>` is stuffed.
_QUOTED = re.compile(r"(>{1,200})(?: (?=[^ ])|$)")


def flow(text: str) -> str | None:
    """`text` (lines end in LF) as it stands in a flowed part; None where it cannot be kept exactly.

    That is so where a line ends in a blank that means nothing there; such text is sent as it is.
    """
    lines = []
    for line in text.split("\n"):
        if line.endswith(" ") and line != _SIGNATURE:
            return None
        quoted = _QUOTED.match(line)
        mark = quoted[1] if quoted else ""
        content = line[quoted.end() :] if quoted else line
        lines.extend(_lines(mark, content))
    return "\n".join(lines)


def unflow(text: str, delete_space: str = "no") -> str:
    """Text of a flowed part (lines end in LF) with its paragraphs whole; `delete_space` is the parameter `DelSp`.

    Quotes keep their depth as `>` with one blank before the text. A soft break between two depths is a hard one.
    """
    out: list[str] = []
    paragraph: list[str] = []
    depth = 0
    drop = delete_space.strip().lower() == "yes"
    for line in text.split("\n"):
        if not line and not paragraph:
            out.append("")
            continue
        content = line.lstrip(">")
        marks = len(line) - len(content)
        if content.startswith(" "):
            content = content[1:]
        if paragraph and (marks != depth or content == _SIGNATURE):
            out.append(_paragraph(paragraph, depth))
            paragraph = []
        depth = marks
        soft = content.endswith(" ") and content != _SIGNATURE
        paragraph.append(content[:-1] if soft and drop else content)
        if not soft:
            out.append(_paragraph(paragraph, depth))
            paragraph = []
    if paragraph:
        out.append(_paragraph(paragraph, depth))
    return "\n".join(out)


def _paragraph(pieces: list[str], depth: int) -> str:
    content = "".join(pieces)
    if not depth:
        return content
    return f"{'>' * depth} {content}" if content else ">" * depth


def _lines(mark: str, content: str) -> list[str]:
    """One paragraph of one depth, broken behind blanks; what could be read as something else is stuffed."""
    room = max(20, WIDTH - len(mark) - 1)
    lines = []
    at = 0
    while len(content) - at > room + 2:
        cut = content.rfind(" ", at + 1, at + room) + 1 or content.find(" ", at + room) + 1
        if content[at:cut] == _SIGNATURE:
            cut = content.find(" ", cut) + 1
        if not at < cut < len(content):
            break
        lines.append(_stuffed(mark, content[at:cut]))
        at = cut
    lines.append(_stuffed(mark, content[at:]))
    return lines


def _stuffed(mark: str, content: str) -> str:
    if mark:
        return f"{mark} {content}" if content else mark
    return f" {content}" if content.startswith((" ", ">", "From ")) else content

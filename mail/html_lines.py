"""Lines of text as they grow out of HTML: white space folded as a browser does, quote levels before each line."""

from __future__ import annotations

from contextlib import suppress
from html import unescape
from itertools import accumulate

__all__ = ["Lines"]

_DEEPEST_QUOTE = 20
_END = 200
"""Characters by which the end of a line is judged: a long one is asked about at each tag that follows it."""


class Lines:
    """The lines so far and the one that is being written. `room` is how many characters may follow."""

    def __init__(self, limit: int) -> None:
        self.room = limit
        self.quote = 0
        self.pre = 0
        self._lines: list[str] = []
        self._line: list[str] = []
        self._blank = False  # the line's last character is white space

    def text(self, piece: str) -> None:
        """Characters between tags."""
        if "&" in piece:
            with suppress(ValueError):  # a number of thousands of digits
                piece = unescape(piece)
        if self.pre:
            first, *others = piece.split("\n")
            self.put(first)
            for line in others:
                self.new_line()
                self.put(line)
            return
        folded = " ".join(piece.split())
        if not folded:
            self._space(" ")
            return
        if piece[0].isspace():
            self._space(" ")
        self.put(folded)
        if piece[-1].isspace():
            self._space(" ")

    def put(self, text: str) -> None:
        """Append `text` to the line."""
        if not text:
            return
        self._line.append(text)
        self._blank = False
        self.room -= len(text)

    def lead(self, text: str) -> None:
        """Begin the line with `text`; white space after it is swallowed."""
        self.put(text)
        self._blank = True

    def cell(self) -> None:
        """The end of a table cell."""
        if self._line and self._blank and self._line[-1] == " ":
            self._line[-1] = "\t"
        else:
            self._space("\t")

    def _space(self, space: str) -> None:
        if self._line and not self._blank:
            self._line.append(space)
            self._blank = True
            self.room -= 1

    def new_line(self) -> None:
        """End the line, empty or not."""
        line = "".join(self._line).rstrip()
        level = min(self.quote, _DEEPEST_QUOTE)
        self._lines.append(("> " * level + line).rstrip() if level else line)
        self._line = []
        self._blank = False
        self.room -= 1 + 2 * level

    def end_line(self) -> None:
        """End the line if anything is on it."""
        if self._line:
            self.new_line()

    def paragraph(self) -> None:
        """End the line and leave an empty one, but for the start."""
        self.end_line()
        if self._lines and self._lines[-1][-_END:].strip("> "):
            self.new_line()

    def number(self) -> int:
        """Number of the line that is written next."""
        return len(self._lines) + bool(self._line)

    def place(self) -> tuple[int, int]:
        """Where the next characters go."""
        return len(self._lines), len(self._line)

    def since(self, place: tuple[int, int]) -> str:
        """What was written since `place`; "" where lines ended in between."""
        return "".join(self._line[place[1] :]) if place[0] == len(self._lines) else ""

    def last_ends_with_colon(self) -> bool:
        """Whether the last line with something on it ends as an attribution does."""
        for line in reversed(self._lines[-4:]):
            end = line[-_END:]
            if end.strip("> "):
                return end.rstrip("*_ ").endswith((":", "："))
        return False

    def result(self, numbers: tuple[int, ...]) -> tuple[str, list[int]]:
        """The text, and the offsets in it at which the lines of these numbers begin."""
        self.end_line()
        text = "\n".join(self._lines)
        stripped = text.strip("\n")
        if not numbers:
            return stripped, []
        lead = len(text) - len(text.lstrip("\n"))
        starts = [0, *accumulate(len(line) + 1 for line in self._lines)]
        return stripped, [min(max(0, starts[min(number, len(starts) - 1)] - lead), len(stripped)) for number in numbers]

"""What is wrong with a configuration: one `Problem` a mistake, with its place, its value and what would be right."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from schemas.errors import ConfigurationError

__all__ = ["ConfigurationInvalid", "Problem", "did_you_mean", "shown"]

_SHOWN_LENGTH = 80


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake. `line` counts from 1 (0: the file as a whole); `path` is the key's place in the document,
    `EmailListener support: rows[2].when`; `value` is what stands there, cut, and masked where it may be a secret."""

    file: str
    line: int
    path: str
    message: str
    value: str | None = None
    remedy: str = ""

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        parts = [place, self.path] if self.path else [place]
        text = ": ".join([*parts, self.message])
        if self.value is not None:
            text += f" (value {self.value})"
        return f"{text}; {self.remedy}" if self.remedy else text


class ConfigurationInvalid(ConfigurationError):
    """The documents of a folder are refused. `problems`: all of them, by file and line."""

    def __init__(self, problems: Iterable[Problem], folder: str = "") -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(problems, key=lambda p: (p.file, p.line, p.path, p.message)))
        count = len(self.problems)
        self.folder = folder
        whose = f" in {folder}" if folder else ""
        head = f"the configuration{whose} has {count} {'error' if count == 1 else 'errors'}"
        super().__init__("\n".join([f"{head}:", *(f"  {problem}" for problem in self.problems)]))

    def __reduce__(self) -> tuple[type[ConfigurationInvalid], tuple[tuple[Problem, ...], str]]:
        return type(self), (self.problems, self.folder)


def shown(value: object) -> str:
    """`value` for a message: short, on one line, control characters escaped."""
    if isinstance(value, dict):
        return "a mapping"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    text = repr(value)
    return text if len(text) <= _SHOWN_LENGTH else f"{text[: _SHOWN_LENGTH - 1]}…"


def did_you_mean(word: str, known: Sequence[str], what: str = "known") -> str:
    """The nearest known word as a question, else the known words: the remedy for a misspelt one."""
    near = difflib.get_close_matches(word[:100], known, n=1, cutoff=0.6)
    if near:
        return f"did you mean {near[0]!r}?"
    if not known:
        return f"there is none {what}"
    listed = ", ".join(known[:12]) + (f" and {len(known) - 12} more" if len(known) > 12 else "")
    return f"{what}: {listed}"

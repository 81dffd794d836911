"""A figure of the quality page: how many of how many were right, what must be reached, and each one that was not."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Figure"]


@dataclass(frozen=True)
class Figure:
    """`good` of `total` were right. `must` and `goal` are shares, 0 to 1.

    `differences` has one readable line for each that was not: file: field: ours vs oracle: who is right.
    """

    name: str
    corpus: str
    good: int
    total: int
    must: float
    goal: float
    differences: list[str]

    @property
    def share(self) -> float:
        """What was reached, 0 to 1; 0 where nothing was measured."""
        return self.good / self.total if self.total else 0.0

    @property
    def holds(self) -> bool:
        """Whether what must be reached was."""
        return self.total > 0 and self.share >= self.must

"""How long a mail, or everything for one server, waits after a temporary refusal. Pure."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["Backoff"]


@dataclass(frozen=True, slots=True)
class Backoff:
    """Doubling pauses in seconds, from `first` to `longest`, spread by ± `jitter` (a part of the pause)."""

    first: float = 30.0
    longest: float = 3600.0
    jitter: float = 0.2

    def seconds(self, failures: int, chance: float = 0.5) -> float:
        """The pause after the `failures`-th failure in a row; `chance` in 0…1 picks the place in the spread."""
        doubled = self.first * 2.0 ** min(max(0, failures - 1), 30)
        return min(self.longest, doubled) * (1 + self.jitter * (2 * chance - 1))

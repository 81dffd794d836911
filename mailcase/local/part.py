"""What every part of the local stack has in common."""

from __future__ import annotations

import signal
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from pathlib import Path

from mailcase.local.ports import Port
from mailcase.local.processes import ProcessId

__all__ = ["Part", "Progress", "silent"]

Progress = Callable[[str, str], None]
"""Called with (part, what happens now); the same part again replaces what was said before."""


def silent(_part: str, _text: str) -> None:
    """Progress for callers that show none."""


class Part(ABC):
    """One server. `stack.py` calls prepare, start, `check_ready` until it returns, and later stops the process."""

    name: str
    title: str
    version: str
    stop_signal: signal.Signals = signal.SIGTERM
    stop_patience: float = 20.0
    start_patience: float = 60.0

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = folder / "logs" / f"{self.name}.log"

    @property
    @abstractmethod
    def ports(self) -> tuple[Port, ...]:
        """The ports that it listens on."""

    @property
    @abstractmethod
    def data(self) -> tuple[Path, ...]:
        """Files and folders that a reset deletes."""

    @abstractmethod
    def prepare(self, ports: Mapping[str, int], progress: Progress) -> None:
        """Download, configure, make the data folder. Slow the first time. Raises MailcaseError or OSError."""

    @abstractmethod
    def start(self, ports: Mapping[str, int]) -> ProcessId:
        """Start the process; does not wait for it."""

    @abstractmethod
    def address(self, ports: Mapping[str, int]) -> str:
        """How programs reach it."""

    @abstractmethod
    def check_ready(self, ports: Mapping[str, int]) -> None:
        """Return when it answers a real question; raise OSError or ProviderTemporary while it does not yet."""

    @abstractmethod
    def orphans(self) -> list[ProcessId]:
        """Living processes of this part in this folder, also those that the state file does not know."""

    def after_start(self, ports: Mapping[str, int]) -> None:  # noqa: B027 - most parts need nothing
        """Hook: runs once it answers."""

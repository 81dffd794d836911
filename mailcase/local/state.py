"""What one stack remembers between commands: processes, ports, versions. One JSON file, written at once, one lock."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from mailcase.local.processes import ProcessId, is_alive
from schemas.errors import ConfigurationError, ProviderTemporary

__all__ = ["PartState", "StateFile", "write_private"]

_FORMAT = 1


@dataclass(frozen=True)
class PartState:
    """One part as it was started last. `pid` and `started` name its process (None after a clean stop)."""

    pid: int | None = None
    started: str = ""
    since: str = ""
    address: str = ""
    version: str = ""
    ports: dict[str, int] = field(default_factory=dict)

    @property
    def process(self) -> ProcessId | None:
        return None if self.pid is None else ProcessId(self.pid, self.started)

    @property
    def runs(self) -> bool:
        return self.process is not None and is_alive(self.process)

    def stopped(self) -> PartState:
        return replace(self, pid=None, started="", since="")


class StateFile:
    """`state.json` of a stack's folder: readable by a person, and by the services for the stack's addresses."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "state.json"

    def read(self) -> dict[str, PartState]:
        """All parts that were ever started. Raises ConfigurationError when the file is not ours or broken."""
        try:
            document: dict[str, Any] = json.loads(self.path.read_text())
            if document["format"] != _FORMAT:
                raise ValueError(f"format {document['format']}")
            return {name: PartState(**part) for name, part in document["parts"].items()}
        except FileNotFoundError:
            return {}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ConfigurationError(
                f"{self.path} cannot be read ({error}): move the folder {self.folder} away, or `mailcase local reset`"
            ) from error

    def write_part(self, name: str, part: PartState) -> None:
        parts = {**self.read(), name: part}
        document = {"format": _FORMAT, "parts": {key: asdict(value) for key, value in parts.items()}}
        write_private(self.path, json.dumps(document, indent=1))

    def write_settings(self, settings: Mapping[str, str]) -> None:
        """`settings.env`: what the services of this machine read when nothing else tells them (runtime/settings.py)."""
        lines = ["# written by `mailcase local up`", *(f"{name}={value}" for name, value in settings.items())]
        write_private(self.folder / "settings.env", "\n".join(lines) + "\n")

    def check_is_stack(self) -> None:
        """Raises ConfigurationError when no stack was ever started in the folder."""
        if not (self.folder / "lock").exists():
            raise ConfigurationError(f"there is no local stack in {self.folder}: check --dir or MAILCASE_LOCAL_DIR")

    def delete(self) -> None:
        """Forget everything (a reset)."""
        for path in (self.path, self.folder / "settings.env"):
            path.unlink(missing_ok=True)

    @contextmanager
    def locked(self, patience: float = 180.0) -> Iterator[None]:
        """Only one command changes a stack at a time; a second one waits up to `patience` seconds."""
        self.folder.mkdir(parents=True, exist_ok=True)
        deadline = time.monotonic() + patience
        with (self.folder / "lock").open("a") as lock:
            while True:
                try:
                    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if time.monotonic() > deadline:
                        raise ProviderTemporary(
                            f"another `mailcase local` works on {self.folder} since {patience:.0f} s: "
                            "wait for it, or end it, then try again"
                        ) from None
                    time.sleep(0.1)
            yield


def write_private(path: Path, text: str) -> None:
    """Replace a file at once; readable by its owner only (it may hold passwords of test users)."""
    new = path.with_name(path.name + ".new")
    descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    new.replace(path)

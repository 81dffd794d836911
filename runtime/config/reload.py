"""Follows a configuration folder: a good change is taken over at once and as a whole, a bad one leaves the last good.

The folder is polled, which works alike for editors, `git pull` and the link swap of a mounted ConfigMap:

    look ── nothing changed ──► wait
     │ changed
     ▼
    settle (looks until two in a row are equal: somebody is still writing)
     │
     ▼
    load ── refused ──► keep the last good one; metric, log, status; wait for the next change
     │ good
     ▼
    on_change ── raises ──► as refused
     │
     ▼
    current
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import structlog

from runtime import metrics
from runtime.config.loader import load_configuration
from runtime.config.model import Configuration
from runtime.config.problems import ConfigurationInvalid
from runtime.config.source import find_files
from schemas.errors import ConfigurationError

__all__ = ["ConfigurationWatcher", "ReloadStatus"]

_log = structlog.get_logger("config")
_LOGGED_PROBLEMS = 20
_MAX_SETTLING_LOOKS = 25

Fingerprint = tuple[tuple[str, int, int, int, int], ...] | str


@dataclass(frozen=True)
class ReloadStatus:
    """What is in force, and why the newest change is not, if it was refused."""

    digest: str
    loaded_at: datetime
    refused: str | None = None
    refused_at: datetime | None = None


class ConfigurationWatcher:
    """Holds the configuration in force. `current` may be read from any thread; it is swapped, never changed.

    `on_change(new)` is called in the watcher's thread before `new` becomes `current`, when what the documents say has
    changed. It applies the change as a whole or raises and leaves everything as it was: ConfigurationError refuses
    this change, any other error is tried again at the next look.
    """

    def __init__(
        self,
        folder: Path | str,
        on_change: Callable[[Configuration], None],
        *,
        interval: float = 1.0,
        settle: float = 0.1,
        environ: Mapping[str, str] | None = None,
    ) -> None:
        """Loads the folder. Seconds: `interval` between looks, `settle` between the looks after a change.

        Raises ConfigurationError with every problem when it is wrong: a service does not start with it.
        """
        self._folder = Path(folder)
        self._on_change = on_change
        self._interval = interval
        self._settle = settle
        self._environ = environ
        self._seen = self._fingerprint()
        self._current = load_configuration(self._folder, environ)
        self._status = ReloadStatus(self._current.digest, datetime.now(UTC))
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        metrics.CONFIG_DIGEST.tell(digest=self._current.digest)

    @property
    def current(self) -> Configuration:
        """The configuration in force."""
        return self._current

    @property
    def status(self) -> ReloadStatus:
        """Digest in force, and the refusal of the newest change if there is one."""
        return self._status

    def poll(self) -> bool:
        """Look once; True when a new configuration is in force now. Blocks while files still change, but bounded."""
        found = self._fingerprint()
        if found == self._seen:
            return False
        for _ in range(_MAX_SETTLING_LOOKS):
            time.sleep(self._settle)
            before, found = found, self._fingerprint()
            if before == found:
                break
        self._seen = found
        try:
            return self._take_over(load_configuration(self._folder, self._environ))
        except ConfigurationError as error:
            self._refuse(error)
        except Exception as error:
            self._seen = ()
            self._refuse(error)
        return False

    def run(self, stop: threading.Event) -> None:
        """Look every `interval` seconds until `stop` is set."""
        while not stop.wait(self._interval):
            self.poll()

    def start(self) -> None:
        """Run in a thread of its own until `stop`."""
        self._thread = threading.Thread(target=self.run, args=(self._stop,), name="config-watcher", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread that `start` began; waits for it. Idempotent."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join(timeout=10)

    def _take_over(self, new: Configuration) -> bool:
        changed = new.digest != self._current.digest
        if changed:
            self._on_change(new)
        self._current = new
        now = datetime.now(UTC)
        loaded_at = now if changed else self._status.loaded_at
        self._status = ReloadStatus(new.digest, loaded_at)
        if changed:
            metrics.CONFIG_DIGEST.tell(digest=new.digest)
            metrics.CONFIG_RELOADS.inc()
            _log.info("configuration taken over", digest=new.digest)
        return changed

    def _refuse(self, error: Exception) -> None:
        text = str(error) or type(error).__name__
        self._status = replace(self._status, refused=text, refused_at=datetime.now(UTC))
        metrics.CONFIG_RELOAD_FAILURES.inc()
        problems = [str(problem) for problem in error.problems] if isinstance(error, ConfigurationInvalid) else [text]
        _log.error(
            "changed configuration refused, the last good one stays in force",
            digest=self._current.digest,
            problems=problems[:_LOGGED_PROBLEMS],
            total=len(problems),
        )

    def _fingerprint(self) -> Fingerprint:
        """What changes when a file does: of each file its size, times and inode (which a link swap changes)."""
        try:
            files = find_files(self._folder)
        except ConfigurationError as error:
            return str(error)
        found = []
        for path in files:
            try:
                stat = path.stat()
            except OSError:
                found.append((str(path), -1, -1, -1, -1))
            else:
                found.append((str(path), stat.st_size, stat.st_mtime_ns, stat.st_ctime_ns, stat.st_ino))
        return tuple(found)

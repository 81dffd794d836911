"""`make coverage`: which branches of `mail/` its tests take, by their own mails alone.

    python -m bench.coverage [TESTS …]

The corpora are hidden from the run, and fuzzing is left out: what only a mail of others or chance reaches, no test of
ours pins. Tests of time are left out as well, they mean nothing while each line is counted.
exit 1: below what is demanded, or a test failed.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

__all__ = ["Covered", "read_report", "verdict"]

ROOT = Path(__file__).resolve().parents[1]
MUST = 0.95
"""Of all branches."""
MUST_OF_A_MODULE = 0.80
_FEWEST = 20
"""A module with fewer branches is judged with all others."""
_CHOSEN = "not linear_time and not takes_no_time and not test_fuzz"


@dataclass(frozen=True, slots=True)
class Covered:
    """Branches of one module: (line, where it goes) of each that no test takes; -1 leaves the function."""

    module: str
    branches: int
    missing: tuple[tuple[int, int], ...]

    @property
    def share(self) -> float:
        return 1.0 if not self.branches else 1 - len(self.missing) / self.branches


def read_report(report: dict[str, Any]) -> list[Covered]:
    """Modules of a report by `coverage json`, the least covered first."""
    found = [
        Covered(name, file["summary"]["num_branches"], tuple((a, b) for a, b in file["missing_branches"]))
        for name, file in report["files"].items()
    ]
    return sorted(found, key=lambda one: (one.share, one.module))


def verdict(found: list[Covered]) -> tuple[float, list[str]]:
    """The share of all branches, and what is wrong."""
    branches = sum(one.branches for one in found)
    share = 1 - sum(len(one.missing) for one in found) / branches if branches else 0.0
    wrong = [f"{share:.1%} of all branches, {MUST:.0%} is demanded"] if share < MUST else []
    wrong += [
        f"{one.module}: {one.share:.0%} of its branches, {MUST_OF_A_MODULE:.0%} is demanded"
        for one in found
        if one.share < MUST_OF_A_MODULE and one.branches >= _FEWEST
    ]
    return share, wrong


def main(tests: list[str]) -> int:
    """Run, print, judge; the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        data, report = f"--data-file={folder}/data", f"{folder}/report.json"
        coverage = [sys.executable, "-m", "coverage"]
        run = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", _CHOSEN, *(tests or ["tests/mail"])]
        environment = os.environ | {"MAILCASE_CORPORA": f"{folder}/none"}
        tested = subprocess.run(
            [*coverage, "run", "--branch", "--source=mail", data, *run], cwd=ROOT, env=environment, check=False
        )
        subprocess.run([*coverage, "json", "-q", data, "-o", report], cwd=ROOT, check=True)
        found = read_report(json.loads(Path(report).read_text(encoding="utf-8")))
    for one in found:
        if one.missing:
            places = ", ".join(f"{line}->{'exit' if to < 0 else to}" for line, to in one.missing)
            print(f"{one.share:7.1%} of {one.branches:4}  {one.module}: {places}")
    share, wrong = verdict(found)
    print(f"{share:7.1%} of {sum(one.branches for one in found):4}  branches of mail/")
    for line in wrong:
        print(f"MISSED: {line}")
    return 1 if wrong or tested.returncode else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

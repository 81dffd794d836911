"""`make quality`: measure everything, write `docs/quality.md`, and say no when something that must be reached is not.

    python -m bench.quality [--corpora FOLDER] [--only MODULE …] [--out FILE]

exit 0: every must is reached; 1: one is missed, or a measurement failed; the page is written in both cases.
"""

from __future__ import annotations

import argparse
import os
import pkgutil
import platform
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path

import bench.parse
import bench.quality
from bench.quality.figures import Figure

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "quality.md"
_MUST_RATIO, _GOAL_RATIO = 10, 30
_LAST = "worst"

Measure = Callable[[Path], list[Figure]]


def main(arguments: list[str] | None = None) -> int:
    """Measure and write; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.quality", description="how well mails of others are read")
    default = os.environ.get("MAILCASE_CORPORA") or str(ROOT.parent / "shared" / "corpora")
    parser.add_argument("--corpora", type=Path, default=Path(default), help="folder of the corpora (MAILCASE_CORPORA)")
    parser.add_argument("--only", nargs="+", metavar="MODULE", help="only these; the page is printed, not written")
    parser.add_argument("--out", type=Path, default=PAGE, help="where the page goes")
    options = parser.parse_args(arguments)
    if not options.corpora.is_dir():
        parser.error(f"no corpora in {options.corpora}: name their folder by --corpora or MAILCASE_CORPORA")
    found: list[Figure] = []
    failed: list[str] = []
    for name, measure in _measures(options.only):
        started = time.monotonic()
        try:
            figures = measure(options.corpora)
        except Exception as error:  # the others are measured all the same
            failed.append(f"{name}: {type(error).__name__}: {error}")
            figures = []
        found += figures
        print(f"{name}: {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
        for figure in figures:
            print(
                f"  {_state(figure):5} {figure.share:8.2%}  {figure.name}, {figure.corpus}", file=sys.stderr, flush=True
            )
    speed = None
    if not options.only or "speed" in options.only:
        speed = bench.parse.measure(bench.parse.sample(options.corpora, 5))
        print(f"speed: {speed.ratio:.1f} × the standard library", file=sys.stderr)
    text = page(found, speed, failed)
    if options.only:
        print(text)
    else:
        options.out.write_text(text, encoding="utf-8")
    return 0 if not failed and all(figure.holds for figure in found) and _fast(speed) else 1


def page(found: list[Figure], speed: bench.parse.Result | None, failed: list[str]) -> str:
    """The page: what was measured, the table, and each difference."""
    return "\n".join(_lines(found, speed, failed)) + "\n"


def _lines(found: list[Figure], speed: bench.parse.Result | None, failed: list[str]) -> Iterator[str]:
    yield "# How well mails are read"
    yield ""
    yield "Made by `make quality` from mails, texts and oracles that nobody here wrote; do not edit. `must` is what a"
    yield "change may never fall below (the command fails then), `goal` where we want to be. Below the table stands"
    yield "every difference that is left, with who is right. What is measured how: the docstrings in `bench/quality/`."
    yield "Rows whose corpus is `own` are of mails that we wrote; they were read blind before the code learned from"
    yield "them, and that is the better guess for mails of others: [first figures](../tests/mail/corpus/README.md)."
    yield ""
    yield f"Commit {_commit()}, Python {platform.python_version()}."
    yield ""
    yield "| what | corpus | must | goal | reached | right of all |  |"
    yield "|---|---|---|---|---|---|---|"
    for figure in found:
        yield (
            f"| {figure.name} | {figure.corpus} | {_bound(figure.must)} | {_bound(figure.goal)} | {_percent(figure)} |"
            f" {figure.good:,} of {figure.total:,} | {_state(figure)} |"
        )
    if speed is not None:
        state = "goal" if speed.ratio >= _GOAL_RATIO else "must" if _fast(speed) else "MISSED"
        yield (
            f"| speed, mails/s against the standard library's `email` | {speed.mails} mails of all | {_MUST_RATIO} × |"
            f" {_GOAL_RATIO} × | {speed.ratio:.1f} × | {speed.ours:,.0f} against {speed.floor:,.0f} | {state} |"
        )
    if failed:
        yield ""
        yield "## Not measured"
        yield ""
        yield from (f"- {_plain(line)}" for line in failed)
    yield ""
    yield "## Differences"
    for figure in found:
        if not figure.differences:
            continue
        yield ""
        yield f"### {figure.name}, {figure.corpus}"
        yield ""
        yield f"<details><summary>{len(figure.differences):,}</summary>"
        yield ""
        yield from (f"- {_plain(line)}" for line in figure.differences)
        yield ""
        yield "</details>"


def _measures(only: list[str] | None) -> Iterator[tuple[str, Measure]]:
    """Modules of this package with a `measure`; the slow one last."""
    names = sorted(info.name for info in pkgutil.iter_modules(bench.quality.__path__))
    for name in sorted(names, key=lambda name: name == _LAST):
        if name == "__main__" or (only and name not in only):
            continue
        measure = getattr(import_module(f"bench.quality.{name}"), "measure", None)
        if measure is not None:
            yield name, measure


def _fast(speed: bench.parse.Result | None) -> bool:
    return speed is None or speed.ratio >= _MUST_RATIO


def _state(figure: Figure) -> str:
    if not figure.holds:
        return "MISSED"
    return "goal" if figure.share >= figure.goal else "must"


def _percent(figure: Figure) -> str:
    """Rounded down: 99.96 % is not all."""
    return f"{int(figure.share * 1000) / 10:.1f} %"


def _bound(share: float) -> str:
    return "–" if share == 0 else f"{share * 100:.4g} %"


def _plain(line: str) -> str:
    """One line of a list: mails put everything into their fields."""
    folded = " ".join(line.split()).replace("\\", "\\\\").replace("`", "\\`").replace("<", "\\<").replace("|", "\\|")
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in folded)[:600]


def _commit() -> str:
    try:
        done = subprocess.run(
            ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
    return done.stdout.strip()


if __name__ == "__main__":
    sys.exit(main())

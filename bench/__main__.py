"""`make bench`: run the benches, write `docs/benchmarks.md`, and say no when one is slower than it may be.

    python -m bench [--only NAME …] [--corpora FOLDER] [--out FILE]

Machines are shared and noisy: what counts is the ratio to a floor, measured in one run on the same mails.
exit 0: every ratio reaches what it must; 1: one does not, or a bench failed; the page is written in both cases.
"""

from __future__ import annotations

import argparse
import os
import platform
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import bench.parse

__all__ = ["BENCHES", "Bench", "Figure", "main", "page"]

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "benchmarks.md"
_EACH = 5
"""Every fifth mail of the corpora: enough of all kinds, and some minutes less."""


@dataclass(frozen=True, slots=True)
class Figure:
    """Of one bench: items a second of ours and of the floor, and what was measured in words."""

    ours: float
    floor: float
    sample: str
    growth: tuple[tuple[int, float], ...] = ()
    """(bytes, seconds) of one input of growing size."""

    @property
    def ratio(self) -> float:
        return self.ours / self.floor if self.floor else 0.0


@dataclass(frozen=True, slots=True)
class Bench:
    """What is measured against what; `must` and `goal` are ratios."""

    name: str
    what: str
    floor: str
    must: float
    goal: float
    run: Callable[[Path], Figure]

    def state(self, figure: Figure) -> str:
        """`goal`, `must`, or `MISSED`."""
        return "goal" if figure.ratio >= self.goal else "must" if figure.ratio >= self.must else "MISSED"


def _parse(corpora: Path) -> Figure:
    mails = bench.parse.sample(corpora, _EACH)
    result = bench.parse.measure(mails)
    median = statistics.median(map(len, mails)) / 1024
    return Figure(result.ours, result.floor, f"{result.mails:,} mails, median {median:.1f} KiB", tuple(_growth()))


def _growth() -> Iterator[tuple[int, float]]:
    """A reply with its history and a file, ten times as large each time; the best of three."""
    for size in (10_000, 100_000, 1_000_000, 10_000_000):
        history = b"> Line of an earlier mail, as long as such lines are.\r\n" * (size // 2 // 56)
        file = b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5ejAxMjM0\r\n" * (size // 2 // 78)
        raw = _MAIL % (history, file)
        best = float("inf")
        for _ in range(3):
            started = time.perf_counter()
            bench.parse.ours(raw)
            best = min(best, time.perf_counter() - started)
        yield len(raw), best


_MAIL = (
    b"From: Ann <ann@example.org>\r\nTo: bo@example.net\r\nSubject: Re: Offer\r\nMIME-Version: 1.0\r\n"
    b"Message-ID: <b@example.org>\r\nIn-Reply-To: <a@example.net>\r\nDate: Mon, 23 Nov 2026 09:00:00 +0100\r\n"
    b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nYes, please.\r\n\r\n"
    b"On Fri, 20 Nov 2026 at 16:01, Bo <bo@example.net> wrote:\r\n%b--b\r\nContent-Type: application/pdf\r\n"
    b"Content-Disposition: attachment; filename=offer.pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n%b--b--\r\n"
)
"""With room for the history and the file."""


BENCHES = (
    Bench(
        "parse",
        "mails/s with everything that the router reads of a mail: headers, tree, new text, class, evidence",
        "`email` of the standard library with `policy.default`, every header read, every leaf decoded",
        10,
        30,
        _parse,
    ),
)


def main(arguments: list[str] | None = None) -> int:
    """Measure and write; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="how fast mailcase is, against a floor")
    default = os.environ.get("MAILCASE_CORPORA") or str(ROOT.parent / "shared" / "corpora")
    names = [one.name for one in BENCHES]
    parser.add_argument("--corpora", type=Path, default=Path(default), help="folder of the corpora (MAILCASE_CORPORA)")
    parser.add_argument("--only", nargs="+", choices=names, help="only these; the page is printed, not written")
    parser.add_argument("--out", type=Path, default=PAGE, help="where the page goes")
    options = parser.parse_args(arguments)
    if not options.corpora.is_dir():
        parser.error(f"no corpora in {options.corpora}: name their folder by --corpora or MAILCASE_CORPORA")
    found: list[tuple[Bench, Figure | str]] = []
    for one in BENCHES:
        if options.only and one.name not in options.only:
            continue
        started = time.monotonic()
        try:
            figure: Figure | str = one.run(options.corpora)
        except Exception as error:  # the others are run all the same
            figure = f"{type(error).__name__}: {error}"
        found.append((one, figure))
        told = figure if isinstance(figure, str) else f"{figure.ratio:.1f} × ({one.state(figure)})"
        print(f"{one.name}: {told}, {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)
    text = page(found)
    if options.only:
        print(text)
    else:
        options.out.write_text(text, encoding="utf-8")
    return 0 if all(isinstance(one, Figure) and item.state(one) != "MISSED" for item, one in found) else 1


def page(found: list[tuple[Bench, Figure | str]]) -> str:
    """The page: each bench with its ratio, how it was measured, and on which machine."""
    lines = [
        "# How fast mailcase is",
        "",
        "Made by `make bench`; do not edit. A figure counts as a ratio: ours and a floor read the same mails in one",
        "run, turn by turn. How time grows with a mail's size, for the worst of mails: [quality](quality.md).",
        "",
        "| bench | ours | floor | ratio | must | goal |  |",
        "|---|---|---|---|---|---|---|",
    ]
    for one, figure in found:
        if isinstance(figure, str):
            lines.append(f"| {one.name} | – | – | – | {one.must:g} × | {one.goal:g} × | FAILED: {figure} |")
            continue
        lines.append(
            f"| {one.name} | {figure.ours:,.0f}/s ({1000 / figure.ours:.3f} ms) |"
            f" {figure.floor:,.0f}/s ({1000 / figure.floor:.3f} ms) | {figure.ratio:.1f} × | {one.must:g} × |"
            f" {one.goal:g} × | {one.state(figure)} |"
        )
    for one, figure in found:
        if not isinstance(figure, str) and figure.growth:
            lines += ["", f"## How {one.name} grows", "", "| size of a mail | time | time a MB |", "|---|---|---|"]
            for size, seconds in figure.growth:
                lines.append(f"| {size / 1e6:.2f} MB | {1000 * seconds:.2f} ms | {1e9 * seconds / size:.1f} ms |")
    lines += ["", "## What is measured", ""]
    for one, figure in found:
        sample = "" if isinstance(figure, str) else f" On {figure.sample}."
        lines.append(f"- **{one.name}** (`python -m bench --only {one.name}`): {one.what}. Floor: {one.floor}.{sample}")
    lines += ["", "## On which machine", "", f"{_machine()}.", ""]
    return "\n".join(lines)


def _machine() -> str:
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True, check=False
    ).stdout.strip()
    busy = os.getloadavg()[0]
    return (
        f"{os.cpu_count()} cores ({_processor()}), {_gigabytes():.0f} GB, {platform.system()} {platform.release()},"
        f" Python {platform.python_version()}; load {busy:.1f} at the end;"
        f" commit {commit or 'unknown'}, {datetime.now(UTC):%Y-%m-%d}"
    )


def _processor() -> str:
    try:
        told = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        told = ""
    models = [line.partition(":")[2].strip() for line in told.splitlines() if line.startswith("model name")]
    return models[0] if models else platform.processor() or platform.machine()


def _gigabytes() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


if __name__ == "__main__":
    sys.exit(main())

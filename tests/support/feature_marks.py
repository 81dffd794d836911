"""pytest plugin: checks the `feature` marks, and ends each run with a list of what was not run and why.

A mark that names no row or clause of docs/features.yaml stops the run at collection, as does a marked test that is
skipped always or expected to fail: it would tick a clause in docs/features.md without proving it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from tests.support.features.catalogue import ROOT, Row, load_catalogue, problem_with
from tests.support.features.marks import marks_in

__all__ = ["FeatureRun"]

_NAMES_SHOWN: Final = 10
"""Tests listed under one reason; more are counted."""

_NO_PROOF: Final[Mapping[str, str]] = {"skip": "is always skipped", "xfail": "is expected to fail"}

Claim = tuple[str, str]


def pytest_configure(config: pytest.Config) -> None:
    """Registers the recorder of this run."""
    config.pluginmanager.register(FeatureRun(), "mailcase-feature-run")


@dataclass(eq=False)  # pytest keeps plugins in sets
class FeatureRun:
    """What the tests of one run claim, and what became of each test."""

    claims: dict[str, list[Claim]] = field(default_factory=dict)
    waiting: set[str] = field(default_factory=set)
    passed: set[str] = field(default_factory=set)
    failed: set[str] = field(default_factory=set)

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: Sequence[pytest.Item]) -> None:
        """Raises `pytest.UsageError` with all wrong marks at once, each as `file:line: what is wrong`."""
        rows = load_catalogue()
        wrong: set[str] = set()
        for item in items:
            wrong.update(_problems(item, rows))
            self.claims[item.nodeid] = [(mark.args[0], mark.args[1]) for mark in _features(item) if _two_texts(mark)]
        if wrong:
            raise pytest.UsageError("wrong feature marks:\n  " + "\n  ".join(sorted(wrong)))

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        """Notes which tests are about to run (after -k, -m and the like)."""
        self.waiting = {item.nodeid for item in session.items} if not session.config.option.collectonly else set()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """A test passed when its call passed and neither set-up nor tear-down failed."""
        self.waiting.discard(report.nodeid)
        if report.failed:
            self.failed.add(report.nodeid)
        elif report.passed and report.when == "call":
            self.passed.add(report.nodeid)

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """The list that ends a run: by reason, the tests that did not run, and the clauses left without proof."""
        if terminalreporter.config.option.collectonly:
            return
        reasons = _skipped_by_reason(terminalreporter.stats.get("skipped", ()))
        if self.waiting:
            reasons["the run was stopped before them"] = sorted(self.waiting)
        deselected = terminalreporter.stats.get("deselected", ())
        if deselected:
            reasons["not selected by the command line"] = sorted(item.nodeid for item in deselected)
        terminalreporter.section("not run, and why")
        if not reasons:
            terminalreporter.write_line("everything ran")
        for reason, tests in sorted(reasons.items()):
            terminalreporter.write_line(f"{len(tests)} × {reason}")
            for test in tests[:_NAMES_SHOWN]:
                terminalreporter.write_line(f"    {test}")
            if len(tests) > _NAMES_SHOWN:
                terminalreporter.write_line(f"    and {len(tests) - _NAMES_SHOWN} more")
        unproven = self.unproven()
        if unproven:
            terminalreporter.write_line("clauses without proof in this run:")
            for row, clause in unproven:
                terminalreporter.write_line(f"    {row} {clause}")

    def unproven(self) -> list[Claim]:
        """The clauses that the tests of this run claim and that none of them proved, or one of them refuted."""
        claimed = {claim for claims in self.claims.values() for claim in claims}
        proven = {claim for test in self.passed - self.failed for claim in self.claims.get(test, ())}
        refuted = {claim for test in self.failed for claim in self.claims.get(test, ())}
        return sorted((claimed - proven) | refuted)


def _features(item: pytest.Item) -> list[pytest.Mark]:
    return list(item.iter_markers("feature"))


def _two_texts(mark: pytest.Mark) -> bool:
    return len(mark.args) == 2 and not mark.kwargs and all(isinstance(arg, str) for arg in mark.args)


def _problems(item: pytest.Item, rows: Mapping[str, Row]) -> Iterator[str]:
    marks = _features(item)
    for mark in marks:
        if not _two_texts(mark):
            yield f'{_place(item, mark)}: feature takes two plain texts: feature("IN-02", "idle re-issued")'
        elif wrong := problem_with(mark.args[0], mark.args[1], rows):
            yield f"{_place(item, mark)}: {wrong}"
    for name, what in _NO_PROOF.items():
        if marks and item.get_closest_marker(name):
            yield f"{_place(item, marks[0])}: {item.name} {what} and so proves no clause: remove one of the marks"


def _place(item: pytest.Item, mark: pytest.Mark) -> str:
    """`file:line` of the mark itself, or of the test where the mark was not written as plain texts."""
    path = item.path
    for found in marks_in(path.read_text(encoding="utf-8"), path.as_posix()):
        if (found.row, found.clause) == mark.args:
            return f"{_relative(path)}:{found.line}"
    return f"{_relative(path)}:{(item.location[1] or 0) + 1}"


def _relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.as_posix()


def _skipped_by_reason(reports: Sequence[pytest.TestReport | pytest.CollectReport]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for report in reports:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        found.setdefault(reason.removeprefix("Skipped: ") or "no reason given", []).append(report.nodeid)
    return {reason: sorted(tests) for reason, tests in found.items()}

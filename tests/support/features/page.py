"""The text of docs/features.md, from the rows and the marks that prove their clauses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby

from tests.support.features.catalogue import ROOT, Row
from tests.support.features.marks import Mark

__all__ = ["PAGE", "Proofs", "proofs", "render", "state"]

PAGE = ROOT / "docs" / "features.md"

Proofs = Mapping[tuple[str, str], Sequence[str]]
"""The ids of the tests that prove a (row, clause), sorted; a clause without tests is absent."""

_HEAD = """\
# What works

Generated from `features.yaml` and the tests that carry `@pytest.mark.feature(row, clause)`; do not edit, run
`make features`. A clause is ticked when at least one test proves it. All of these tests must pass for the build
to be green, and a test run ends with a list of those that could not run, and why.
"""


def proofs(marks: Sequence[Mark]) -> Proofs:
    """The tests by the clause that they prove."""
    found: dict[tuple[str, str], set[str]] = {}
    for mark in marks:
        if mark.row is not None and mark.clause is not None:
            found.setdefault((mark.row, mark.clause), set()).add(mark.test_id)
    return {key: sorted(tests) for key, tests in found.items()}


def state(row: Row, proven: Proofs) -> str:
    """`open`, `partly (3 of 9)` or `proven`."""
    count = _proven_clauses(row, proven)
    if count == len(row.clauses):
        return "proven"
    return f"partly ({count} of {len(row.clauses)})" if count else "open"


def render(rows: Mapping[str, Row], proven: Proofs) -> str:
    """The whole page, Markdown, ending in one newline."""
    groups = [(name, tuple(members)) for name, members in groupby(rows.values(), key=lambda row: row.group)]
    lines = [_HEAD, *_summary(groups, proven)]
    for name, members in groups:
        lines.extend(("", f"## {name}"))
        for row in members:
            lines.extend(_row(row, proven))
    return "\n".join(lines) + "\n"


def _summary(groups: Sequence[tuple[str, tuple[Row, ...]]], proven: Proofs) -> Iterator[str]:
    yield "| group | rows | proven | partly | open | clauses proven |"
    yield "|---|---:|---:|---:|---:|---:|"
    everything = tuple(row for _, members in groups for row in members)
    for name, members in (*groups, ("**all**", everything)):
        states = [state(row, proven).split(" ")[0] for row in members]
        clauses = sum(len(row.clauses) for row in members)
        ticked = sum(_proven_clauses(row, proven) for row in members)
        counts = " | ".join(str(states.count(word)) for word in ("proven", "partly", "open"))
        yield f"| {name} | {len(members)} | {counts} | {ticked} of {clauses} |"


def _row(row: Row, proven: Proofs) -> Iterator[str]:
    yield from ("", f"### {row.id} {row.title}: {state(row, proven)}", "", row.text, "")
    for clause in row.clauses:
        tests = proven.get((row.id, clause), ())
        yield f"- [{'x' if tests else ' '}] {clause}"
        yield from (f"  - `{test}`" for test in tests)


def _proven_clauses(row: Row, proven: Proofs) -> int:
    return sum((row.id, clause) in proven for clause in row.clauses)

"""Finds every `@pytest.mark.feature(row, clause)` in the test files, without importing them."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.support.features.catalogue import ROOT, Row, problem_with

__all__ = ["Mark", "marks_in", "marks_under", "problems"]


@dataclass(frozen=True, order=True)
class Mark:
    """One mark: where it stands (path from the project's root), the test that carries it, what it claims.

    `row` and `clause` are None when they are not two plain texts; `test` is empty for a whole module.
    """

    path: str
    test: str
    row: str | None
    clause: str | None
    line: int

    @property
    def test_id(self) -> str:
        """As pytest names it: `tests/mail/test_parse.py::test_name`."""
        return f"{self.path}::{self.test}" if self.test else self.path


def marks_under(folder: Path | None = None, root: Path = ROOT) -> Sequence[Mark]:
    """The marks of all `test_*.py` under a folder (default: the project's tests), sorted.

    Raises `SyntaxError` for a file that Python cannot read.
    """
    found: list[Mark] = []
    for path in sorted((folder or root / "tests").rglob("test_*.py")):
        found.extend(marks_in(path.read_text(encoding="utf-8"), path.relative_to(root).as_posix()))
    return sorted(found, key=lambda mark: (mark.path, mark.line))


def marks_in(source: str, path: str) -> Iterator[Mark]:
    """The marks of one file's text, each given to the test function or class around it."""
    yield from _visit(ast.parse(source, filename=path), path, ())


def problems(marks: Sequence[Mark], rows: Mapping[str, Row]) -> list[str]:
    """One line `path:line: what is wrong` for each mark that cannot prove what it names."""
    lines = []
    for mark in marks:
        if mark.row is None or mark.clause is None:
            wrong: str | None = 'feature takes two plain texts: feature("IN-02", "idle re-issued")'
        elif mark.test and not _is_collected(mark.test):
            wrong = f"{mark.test} is no test: pytest does not run it, so it proves nothing"
        else:
            wrong = problem_with(mark.row, mark.clause, rows)
        if wrong:
            lines.append(f"{mark.path}:{mark.line}: {wrong}")
    return lines


def _is_collected(test: str) -> bool:
    *classes, last = test.split("::")
    return all(name.startswith("Test") for name in classes) and last.startswith(("test", "Test"))


def _visit(node: ast.AST, path: str, inside: tuple[str, ...]) -> Iterator[Mark]:
    if isinstance(node, ast.Call) and _is_feature(node.func):
        row, clause = _two_texts(node)
        yield Mark(path, "::".join(inside), row, clause, node.lineno)
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        inside = (*inside, node.name)
    for child in ast.iter_child_nodes(node):
        yield from _visit(child, path, inside)


def _is_feature(func: ast.expr) -> bool:
    return (
        isinstance(func, ast.Attribute)
        and func.attr == "feature"
        and isinstance(func.value, ast.Attribute)
        and func.value.attr == "mark"
    )


def _two_texts(call: ast.Call) -> tuple[str, str] | tuple[None, None]:
    if call.keywords or len(call.args) != 2:
        return None, None
    texts = [arg.value for arg in call.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
    return (texts[0], texts[1]) if len(texts) == 2 else (None, None)

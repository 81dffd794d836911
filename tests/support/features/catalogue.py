"""The rows of docs/features.yaml and the clauses that each promises."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

__all__ = ["CATALOGUE", "ROOT", "Row", "load_catalogue", "problem_with"]

ROOT = Path(__file__).resolve().parents[3]
CATALOGUE = ROOT / "docs" / "features.yaml"


@dataclass(frozen=True)
class Row:
    """One row: an id such as `IN-02`, its title and group, the promise in full, and its clauses in order."""

    id: str
    title: str
    group: str
    text: str
    clauses: tuple[str, ...]


def load_catalogue(path: Path = CATALOGUE) -> Mapping[str, Row]:
    """All rows by id, in the order of the file.

    Raises `ValueError` that names the row when a row lacks a part, has no clause, or says one twice.
    """
    document = yaml.safe_load(path.read_text(encoding="utf-8"))
    rows: dict[str, Row] = {}
    for row_id, body in document.items():
        missing = {"title", "group", "text", "clauses"} - set(body)
        if missing:
            raise ValueError(f"{path.name}: {row_id} lacks {', '.join(sorted(missing))}")
        clauses = tuple(body["clauses"])
        if not clauses or not all(isinstance(clause, str) and clause for clause in clauses):
            raise ValueError(f"{path.name}: {row_id} needs at least one clause, each a short text")
        if len(set(clauses)) != len(clauses):
            raise ValueError(f"{path.name}: {row_id} says a clause twice")
        rows[row_id] = Row(row_id, body["title"], body["group"], body["text"], clauses)
    return rows


def problem_with(row_id: str, clause: str, rows: Mapping[str, Row]) -> str | None:
    """What is wrong with a mark's row and clause, with a suggestion; None when both exist."""
    row = rows.get(row_id)
    if row is None:
        return f"no row {row_id!r} in {CATALOGUE.name}{_did_you_mean(row_id, tuple(rows))}"
    if clause in row.clauses:
        return None
    hint = _did_you_mean(clause, row.clauses) or f"; it has: {'; '.join(row.clauses)}"
    return f"row {row_id} ({row.title}) has no clause {clause!r}{hint}"


def _did_you_mean(wrong: str, known: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(wrong, known, n=1, cutoff=0.5)
    return f"; did you mean {close[0]!r}?" if close else ""

"""docs/dependencies.md gives a reason for each direct dependency, and for nothing else."""

from __future__ import annotations

import re
import tomllib

from tests.support.features.catalogue import ROOT


def test_every_direct_dependency_has_its_line_and_no_line_is_left_over() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = [
        *project["dependencies"],
        *(item for extra in project["optional-dependencies"].values() for item in extra),
    ]
    names = {re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0] for requirement in wanted}
    assert set(_lines()) == names


def test_every_line_says_for_what_why_and_what_else() -> None:
    for name, cells in _lines().items():
        assert len(cells) == 3, f"{name}: a line has four columns"
        assert all(cells), f"{name}: a column is empty"


def _lines() -> dict[str, list[str]]:
    page = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line[:3] == "| `"]
    return {row[0].strip("`"): row[1:] for row in rows}

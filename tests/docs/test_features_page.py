"""docs/features.md says what the tests prove, no more and no less."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.features.__main__ import main
from tests.support.features.catalogue import CATALOGUE, Row, load_catalogue, problem_with
from tests.support.features.marks import marks_in, marks_under, problems
from tests.support.features.page import PAGE, proofs, render, state

ROWS = {"AA-01": Row("AA-01", "Doors", "AA Things", "Doors `open` and close.", ("opens", "closes quietly"))}


def test_committed_page_is_what_the_marks_prove() -> None:
    page = render(load_catalogue(), proofs(marks_under()))
    assert PAGE.read_text(encoding="utf-8") == page, "docs/features.md is old: run `make features` and commit it"


def test_every_mark_names_an_existing_clause_and_stands_on_a_test() -> None:
    assert problems(marks_under(), load_catalogue()) == []


def test_catalogue_names_each_row_once() -> None:
    lines = CATALOGUE.read_text(encoding="utf-8").splitlines()
    keys = [line.removesuffix(":") for line in lines if line and line[0].isupper()]
    assert keys == list(load_catalogue())


def test_row_is_open_then_partly_then_proven() -> None:
    row = ROWS["AA-01"]
    assert state(row, {}) == "open"
    assert state(row, {("AA-01", "opens"): ["t"]}) == "partly (1 of 2)"
    assert state(row, {("AA-01", "opens"): ["t"], ("AA-01", "closes quietly"): ["t"]}) == "proven"


def test_page_ticks_proven_clauses_and_names_their_tests() -> None:
    page = render(ROWS, {("AA-01", "opens"): ["tests/test_door.py::test_opens"]})
    assert "### AA-01 Doors: partly (1 of 2)" in page
    assert "- [x] opens\n  - `tests/test_door.py::test_opens`\n- [ ] closes quietly\n" in page
    assert "| **all** | 1 | 0 | 1 | 0 | 1 of 2 |" in page


def test_marks_of_functions_classes_parameters_and_modules_are_found() -> None:
    source = """
import pytest
pytestmark = [pytest.mark.feature("AA-01", "whole module")]
@pytest.mark.feature("AA-01", "class")
class TestDoor:
    @pytest.mark.feature("AA-01", "method")
    async def test_opens(self): ...
@pytest.mark.parametrize("n", [pytest.param(1, marks=pytest.mark.feature("AA-01", "parameter"))])
def test_n(n): ...
"""
    found = {mark.clause: mark.test for mark in marks_in(source, "tests/test_door.py")}
    assert found == {
        "whole module": "",
        "class": "TestDoor",
        "method": "TestDoor::test_opens",
        "parameter": "test_n",
    }


@pytest.mark.parametrize(
    ("decorated", "complaint"),
    [
        ('("AA-01", "closes quitely")\ndef test_x(): ...', "did you mean 'closes quietly'?"),
        ('("AA-11", "opens")\ndef test_x(): ...', "did you mean 'AA-01'?"),
        ('("AA-01", "zzz")\ndef test_x(): ...', "it has: opens; closes quietly"),
        ('("AA-01")\ndef test_x(): ...', "takes two plain texts"),
        ('("AA-01", OPENS)\ndef test_x(): ...', "takes two plain texts"),
        ('("AA-01", "opens")\ndef helper(): ...', "helper is no test"),
    ],
)
def test_wrong_mark_is_named_with_its_line_and_a_remedy(decorated: str, complaint: str) -> None:
    (line,) = problems(list(marks_in(f"@pytest.mark.feature{decorated}", "tests/test_door.py")), ROWS)
    assert line.startswith("tests/test_door.py:1: ")
    assert complaint in line


def test_right_mark_has_no_problem() -> None:
    assert problem_with("AA-01", "opens", ROWS) is None


@pytest.mark.parametrize(
    ("body", "complaint"),
    [
        ("{title: t, group: g, text: x}", "AA-01 lacks clauses"),
        ("{title: t, group: g, text: x, clauses: []}", "at least one clause"),
        ("{title: t, group: g, text: x, clauses: [a, a]}", "says a clause twice"),
    ],
)
def test_wrong_row_is_refused_by_name(tmp_path: Path, body: str, complaint: str) -> None:
    path = tmp_path / "features.yaml"
    path.write_text(f"AA-01: {body}\n")
    with pytest.raises(ValueError, match=complaint):
        load_catalogue(path)


def test_command_explains_itself_when_called_wrongly(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["wirte"]) == 2
    assert "write|check" in capsys.readouterr().err

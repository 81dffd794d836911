"""The quality page and its verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.parse import Result
from bench.quality import __main__ as runner
from bench.quality.figures import Figure
from bench.quality.monsters import MONSTERS
from bench.quality.worst import Reading, figures, readings

GOOD = Figure("subjects", "there", 99, 100, 0.97, 0.99, ["a.eml: subject: <b>'x|y'</b> vs\n'z': ours is right"])
POOR = Figure("names", "there", 90, 100, 0.97, 0.99, [])


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, found: list[Figure], ratio: float = 12.0) -> tuple[int, str]:
    monkeypatch.setattr(runner, "_measures", lambda only: iter([("one", lambda corpora: found)]))
    monkeypatch.setattr("bench.parse.sample", lambda corpora, each: [])
    monkeypatch.setattr("bench.parse.measure", lambda mails: Result(1, 100 * ratio, 100))
    code = runner.main(["--corpora", str(folder), "--out", str(folder / "quality.md")])
    return code, (folder / "quality.md").read_text(encoding="utf-8")


def test_the_page_shows_must_goal_and_reached_and_every_difference(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code, page = run(monkeypatch, tmp_path, [GOOD])
    assert code == 0
    assert "| subjects | there | 97 % | 99 % | 99.0 % | 99 of 100 | goal |" in page
    assert "- a.eml: subject: \\<b>'x\\|y'\\</b> vs 'z': ours is right" in page
    assert "12.0 ×" in page


@pytest.mark.parametrize(
    ("found", "ratio"), [([GOOD, POOR], 12.0), ([GOOD], 9.9), ([Figure("none", "there", 0, 0, 0.9, 1, [])], 12.0)]
)
def test_a_must_that_is_missed_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, found: list[Figure], ratio: float
) -> None:
    code, page = run(monkeypatch, tmp_path, found, ratio)
    assert code == 1
    assert "MISSED" in page


def test_a_measurement_that_fails_is_told_and_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def broken(corpora: Path) -> list[Figure]:
        raise ValueError("no such folder")

    monkeypatch.setattr(runner, "_measures", lambda only: iter([("one", broken), ("two", lambda corpora: [GOOD])]))
    assert runner.main(["--corpora", str(tmp_path), "--only", "one", "two"]) == 1


def test_a_share_is_never_rounded_up() -> None:
    assert "99.9 %" in runner.page([Figure("x", "y", 99_999, 100_000, 0.9, 1.0, [])], None, [])


def test_every_module_that_measures_is_found() -> None:
    assert {"languages", "worst"} <= {name for name, _ in runner._measures(None)}


def test_a_monster_beyond_a_bound_is_a_difference() -> None:
    fine = Reading("fine", 2.0, 0.2, 10.0, 1.0)
    slow, fat, steep = (
        Reading("slow", 1.0, 1.5, 10.0, 1.0),
        Reading("fat", 1.0, 0.1, 250.0, None),
        Reading("steep", 1.0, 0.1, 1.0, 2.0),
    )
    dead = Reading("dead", 1.0, 0.0, 0.0, None, "not read within 120 s")
    pace, goal, memory, growth = figures([fine, slow, fat, steep, dead])
    assert [one.partition(":")[0] for one in pace.differences] == ["slow", "dead"]
    assert [one.partition(":")[0] for one in goal.differences] == ["slow", "dead"]
    assert [one.partition(":")[0] for one in memory.differences] == ["fat", "dead"]
    assert [one.partition(":")[0] for one in growth.differences] == ["steep", "dead"]
    assert (pace.holds, goal.holds) == (False, True)


def test_a_monster_is_read_in_a_process_of_its_own() -> None:
    (found,) = readings(["a word of a million characters"])
    assert found.failed == ""
    assert found.megabytes > 0.9
    assert found.pace < 1.0


@pytest.mark.parametrize("name", MONSTERS)
def test_every_monster_can_be_made_small(name: str) -> None:
    assert MONSTERS[name](0.002)

"""The page of benchmarks and its verdict."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import __main__ as runner
from bench.__main__ import Bench, Figure


def failing(corpora: Path) -> Figure:
    raise ValueError(f"no mails in {corpora.name}")


def run(monkeypatch: pytest.MonkeyPatch, folder: Path, *benches: Bench, only: str = "") -> tuple[int, str]:
    monkeypatch.setattr(runner, "BENCHES", benches)
    out = folder / "benchmarks.md"
    code = runner.main(["--corpora", str(folder), "--out", str(out), *(["--only", only] if only else [])])
    return code, out.read_text(encoding="utf-8") if out.exists() else ""


def bench(name: str, ratio: float) -> Bench:
    return Bench(name, "mails/s", "the floor", 10, 30, lambda corpora: Figure(100 * ratio, 100, "5 mails"))


def test_a_bench_stands_on_the_page_with_its_ratio_and_the_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    code, page = run(monkeypatch, tmp_path, bench("parse", 12.34))
    assert code == 0
    assert "| parse | 1,234/s (0.810 ms) | 100/s (10.000 ms) | 12.3 × | 10 × | 30 × | must |" in page
    assert "On 5 mails." in page
    assert "Python 3" in page


@pytest.mark.parametrize(("ratio", "state", "code"), [(30.0, "goal", 0), (10.0, "must", 0), (9.9, "MISSED", 1)])
def test_what_misses_its_must_fails_the_command(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, ratio: float, state: str, code: int
) -> None:
    found, page = run(monkeypatch, tmp_path, bench("parse", ratio))
    assert (found, f"| {state} |" in page) == (code, True)


def test_a_bench_that_fails_is_told_and_the_others_are_run(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    broken = Bench("broken", "mails/s", "the floor", 1, 2, failing)
    code, page = run(monkeypatch, tmp_path, broken, bench("parse", 50))
    assert code == 1
    assert "FAILED: ValueError: no mails in" in page
    assert "| parse | 5,000/s" in page


def test_one_bench_alone_is_printed_and_writes_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, page = run(monkeypatch, tmp_path, bench("parse", 50), Bench("b", "", "", 1, 2, failing), only="parse")
    assert (code, page) == (0, "")
    assert "| parse |" in capsys.readouterr().out


def test_growth_is_told_as_time_a_megabyte(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    figure = Figure(50, 1, "5 mails", ((10_000, 0.001), (1_000_000, 0.02)))
    _, page = run(monkeypatch, tmp_path, Bench("parse", "", "", 1, 2, lambda corpora: figure))
    assert "| 0.01 MB | 1.00 ms | 100.0 ms |" in page
    assert "| 1.00 MB | 20.00 ms | 20.0 ms |" in page


def test_the_known_benches_are_those_that_can_be_run() -> None:
    assert [one.name for one in runner.BENCHES] == ["parse"]
    assert all(one.must < one.goal for one in runner.BENCHES)

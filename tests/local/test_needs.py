"""Tests that need more than Python: skipped with a reason, or failed where everything is required."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support import needs


class Item:
    """As much of a test item as `check_needs` looks at."""

    nodeid = "tests/x.py::test_x"

    def __init__(self, need: str) -> None:
        self._need = need

    def iter_markers(self, name: str) -> list[pytest.Mark]:
        return [pytest.mark.needs(self._need).mark] if name == "needs" else []


def check(need: str) -> None:
    needs.check_needs(Item(need))  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def bare_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(needs, "find_program", lambda _name: None)
    monkeypatch.setenv("MAILCASE_CORPORA", str(tmp_path / "nowhere"))
    monkeypatch.delenv("MAILCASE_TEST_REQUIRE", raising=False)


def test_missing_program_skips_with_its_reason() -> None:
    with pytest.raises(pytest.skip.Exception, match="needs dovecot, which is not installed here"):
        check("dovecot")


def test_missing_program_fails_where_all_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILCASE_TEST_REQUIRE", "all")
    with pytest.raises(pytest.fail.Exception, match="needs dovecot"):
        check("dovecot")


def test_missing_corpora_never_fail(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MAILCASE_TEST_REQUIRE", "all")
    with pytest.raises(pytest.skip.Exception, match="MAILCASE_CORPORA"):
        check("corpora")
    monkeypatch.setenv("MAILCASE_CORPORA", str(tmp_path))
    check("corpora")


def test_present_program_lets_the_test_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(needs, "find_program", lambda name: f"/usr/bin/{name}")
    check("dovecot")


def test_unknown_need_is_an_error() -> None:
    with pytest.raises(pytest.UsageError, match="needs\\('dovecoat'\\): known are corpora, chromium, dovecot"):
        check("dovecoat")

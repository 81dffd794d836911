"""The plugin, seen from a test run: wrong marks stop it, and it ends with what was not run and why."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.support.features.catalogue import ROOT


def run(folder: Path, source: str, *options: str) -> subprocess.CompletedProcess[str]:
    """One pytest run of its own over one file, with the plugin and nothing else of the project."""
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    feature(row, clause): what is proven\n")
    (folder / "test_it.py").write_text("import pytest\n" + source)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "tests.support.feature_marks"]
    return subprocess.run(
        [*command, *options],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_wrong_marks_stop_the_run_with_place_and_suggestion(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        """
@pytest.mark.feature("IN-02", "idle re-isued")
def test_one(): ...

@pytest.mark.feature("IN-99", "idle")
def test_two(): ...

@pytest.mark.xfail
@pytest.mark.feature("IN-02", "idle re-issued")
def test_three(): ...
""",
    )
    assert result.returncode == 4
    assert (
        "test_it.py:3: row IN-02 (IMAP) has no clause 'idle re-isued'; did you mean 'idle re-issued'?" in result.stderr
    )
    assert "test_it.py:6: no row 'IN-99' in features.yaml" in result.stderr
    assert "test_it.py:10: test_three is expected to fail and so proves no clause" in result.stderr


def test_run_without_skips_says_that_everything_ran(tmp_path: Path) -> None:
    result = run(tmp_path, '@pytest.mark.feature("IN-02", "idle re-issued")\ndef test_one(): ...\n')
    assert result.returncode == 0
    assert "not run, and why" in result.stdout
    assert "everything ran" in result.stdout
    assert "without proof" not in result.stdout


def test_skipped_tests_are_listed_by_reason_with_the_clauses_they_leave_open(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        """
@pytest.mark.feature("IN-02", "CONDSTORE")
def test_condstore(): pytest.skip("needs dovecot, which is not installed")

def test_kick(): pytest.skip("needs dovecot, which is not installed")

def test_corpus(): pytest.skip("no corpora")

def test_fine(): ...

def test_other(): ...
""",
        "--deselect=test_it.py::test_other",
    )
    assert result.returncode == 0
    assert (
        "2 × needs dovecot, which is not installed\n    test_it.py::test_condstore\n    test_it.py::test_kick"
        in result.stdout
    )
    assert "1 × no corpora" in result.stdout
    assert "1 × not selected by the command line" in result.stdout
    assert "clauses without proof in this run:\n    IN-02 CONDSTORE\n" in result.stdout


def test_failed_proof_and_tests_behind_a_stop_are_named(tmp_path: Path) -> None:
    result = run(
        tmp_path,
        """
@pytest.mark.feature("IN-02", "BODY.PEEK")
def test_one(): ...

@pytest.mark.feature("IN-02", "BODY.PEEK")
def test_two(): raise AssertionError

def test_three(): ...
""",
        "-x",
    )
    assert result.returncode == 1
    assert "1 × the run was stopped before them\n    test_it.py::test_three" in result.stdout
    assert "    IN-02 BODY.PEEK\n" in result.stdout

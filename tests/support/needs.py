"""What a machine may lack: tests marked `needs(…)` are skipped with a reason, or fail where everything is required.

`MAILCASE_TEST_REQUIRE=all` (CI): the absence of a program fails the test. Corpora are data, not programs: tests that
need them are listed as not run when they are absent, even then.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from tests.support.servers import ROOT

__all__ = ["check_needs", "corpora_folder", "find_program"]

_PROGRAMS = {"chromium": ("chromium",), "dovecot": ("dovecot", "doveadm", "openssl")}


def find_program(name: str) -> str | None:
    """Path of a program; the places of servers are searched as well, which a user's PATH does not have."""
    return shutil.which(name) or shutil.which(name, path="/usr/sbin:/usr/local/sbin:/sbin:/opt/homebrew/sbin")


def corpora_folder() -> Path:
    return Path(os.environ.get("MAILCASE_CORPORA") or ROOT.parent / "shared" / "corpora")


def check_needs(item: pytest.Item) -> None:
    """Skip or fail a test whose needs are not met."""
    for mark in item.iter_markers("needs"):
        for need in mark.args:
            if need == "corpora":
                if not corpora_folder().is_dir():
                    pytest.skip("needs the corpora, in the folder that MAILCASE_CORPORA names")
            elif need in _PROGRAMS:
                missing = [program for program in _PROGRAMS[need] if find_program(program) is None]
                if missing and os.environ.get("MAILCASE_TEST_REQUIRE") == "all":
                    pytest.fail(
                        f"needs {need}, which MAILCASE_TEST_REQUIRE=all demands: not found: {missing}", pytrace=False
                    )
                if missing:
                    pytest.skip(f"needs {need}, which is not installed here")
            else:
                raise pytest.UsageError(f"{item.nodeid}: needs({need!r}): known are corpora, {', '.join(_PROGRAMS)}")

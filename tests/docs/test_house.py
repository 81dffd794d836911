"""The house rules that a program can check: sizes, rooms, places, arrows."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.support.features.catalogue import ROOT

PACKAGES = ("schemas", "mail", "providers", "runtime", "ingest", "router", "casesvc", "notifier", "mailcase")
MOST_LINES = 400

# Written in pieces, so that this file does not find itself.
FOREIGN_PLACES = {
    "a package registry": re.compile(
        r"\bpypi\." + r"(org|io)\b|files\.python" + r"hosted|repo\d?\.maven\.|repo1\." + "maven"
    ),
    "a path of one machine": re.compile(r"(?<![\w./-])/(work|home|root|Users)" + r"/[\w.]"),
}


def python_files() -> list[Path]:
    return [path for package in (*PACKAGES, "tests") for path in sorted((ROOT / package).rglob("*.py"))]


def committed_texts() -> list[tuple[str, str]]:
    """(path, text) of all files that git would commit, binary ones left out."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("no git here (an unpacked archive): the committed files are not known")
    texts = []
    for name in filter(None, listed.stdout.split("\0")):
        data = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        if b"\0" not in data:
            texts.append((name, data.decode("utf-8", errors="replace")))
    return texts


def test_no_module_is_longer_than_the_limit() -> None:
    sizes = {path.relative_to(ROOT).as_posix(): len(path.read_bytes().splitlines()) for path in python_files()}
    assert {name: size for name, size in sizes.items() if size > MOST_LINES} == {}


def test_every_room_says_what_lives_in_it() -> None:
    silent = []
    for folder in sorted({path.parent for path in python_files()}):
        init = folder / "__init__.py"
        if not init.exists() or not ast.get_docstring(ast.parse(init.read_text(encoding="utf-8"))):
            silent.append(folder.relative_to(ROOT).as_posix())
    assert silent == [], "each folder of modules needs an __init__.py with a docstring"


@pytest.mark.parametrize("what", FOREIGN_PLACES)
def test_committed_files_name_no_foreign_place(what: str) -> None:
    hits = [
        f"{name}:{number}: {line.strip()[:120]}"
        for name, text in committed_texts()
        for number, line in enumerate(text.splitlines(), start=1)
        if FOREIGN_PLACES[what].search(line)
    ]
    assert hits == []


def test_foreign_places_would_be_found() -> None:
    registry, machine = FOREIGN_PLACES.values()
    assert registry.search("index-url = https://py" + "pi.org/simple")
    assert machine.search("open('/wor" + "k/main/x')")
    assert not machine.search("at https://example.org/home/page and ./work/x")


def test_every_package_is_under_the_import_contracts() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    assert set(contracts["root_packages"]) == set(PACKAGES)


def test_arrows_between_packages_go_one_way() -> None:
    result = lint_imports(ROOT)
    assert result.returncode == 0, result.stdout + result.stderr


def test_forbidden_import_breaks_the_contract(tmp_path: Path) -> None:
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    for package in PACKAGES:
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").touch()
    assert lint_imports(tmp_path, "layers", "services-apart").returncode == 0
    (tmp_path / "ingest" / "curious.py").write_text("import casesvc\n")
    (tmp_path / "schemas" / "hungry.py").write_text("import runtime\n")
    result = lint_imports(tmp_path, "layers", "services-apart")
    assert result.returncode == 1
    assert "ingest.curious -> casesvc" in result.stdout
    assert "schemas.hungry -> runtime" in result.stdout


def lint_imports(folder: Path, *contracts: str) -> subprocess.CompletedProcess[str]:
    """import-linter over the packages of a folder; only these contracts, or all."""
    program = "import sys; from importlinter.cli import lint_imports_command; lint_imports_command()"
    options = [option for contract in contracts for option in ("--contract", contract)]
    return subprocess.run(
        [sys.executable, "-c", program, "--no-cache", "--no-logo", *options],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

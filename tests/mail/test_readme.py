"""`mail/README.md` leads from a standard to code that is there, and names every module."""

from __future__ import annotations

import re
from importlib import import_module
from pathlib import Path

import pytest

import mail

FOLDER = Path(mail.__file__).parent
README = (FOLDER / "README.md").read_text(encoding="utf-8")
_STANDARDS = README.partition("## From a standard to the code")[2].partition("## ")[0]
PLACES = sorted({place for row in _STANDARDS.splitlines() for place in re.findall(r"`([a-z_.]+)`", row, re.IGNORECASE)})


@pytest.mark.parametrize("place", PLACES)
def test_the_table_of_standards_names_what_is_there(place: str) -> None:
    if not (FOLDER / f"{place.replace('.', '/')}.py").is_file():
        module, _, name = place.rpartition(".")
        assert hasattr(import_module(f"mail.{module}" if module else "mail"), name)


def test_every_module_has_its_room() -> None:
    rooms = set(re.findall(r"`([a-z_/]+)`", README.partition("## The rooms")[2].partition("## ")[0]))
    modules = {path.stem for path in FOLDER.glob("*.py")} | {f"{path.parent.name}/" for path in FOLDER.glob("*/*.py")}
    assert modules - rooms == {"__init__", "records"}
    assert rooms - modules == set()


def test_the_standards_that_the_code_cites_are_in_the_table() -> None:
    cited = {number for path in FOLDER.rglob("*.py") for number in re.findall(r"RFC ?(\d{4})", path.read_text("utf-8"))}
    known = set(re.findall(r"\b(\d{4})\b", _STANDARDS))
    assert cited - known <= BESIDES


BESIDES = {"3501", "4155", "5891", "3848", "5234", "5429"}
"""Cited for a word or a number, while what they are about is elsewhere: IMAP, mbox, IDNA, transmission types, ABNF,
Sieve."""

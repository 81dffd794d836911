"""Mails that nobody should send and somebody does: what a person would read of each stands beside it.

`tests/mail/corpus/odd/*.json`: `why` the mail is odd, and of it `subject`, `from` (or `from_domain`), `to`, `date`,
`attachments` (name, type and size; `-` and null are anything) and how the text begins, what it has and what it lacks.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mail.parse import parse
from mail.records import Address, ParsedMail, Part

FOLDER = Path(__file__).parent / "corpus" / "odd"
NAMES = sorted(path.stem for path in FOLDER.glob("*.eml"))


def test_odd_mails_are_there() -> None:
    assert len(NAMES) >= 390


@pytest.mark.parametrize("name", NAMES)
def test_odd_mail_is_read_as_a_person_would(name: str) -> None:
    wanted = json.loads((FOLDER / f"{name}.json").read_text("utf-8"))
    mail = parse((FOLDER / f"{name}.eml").read_bytes())
    wrong = [key for key in wanted if key != "why" and not _holds(key, wanted[key], mail)]
    assert not wrong, (wanted, mail)


def _holds(key: str, wanted: Any, mail: ParsedMail) -> bool:
    if key == "from":
        return _is(mail.from_, wanted)
    if key == "from_domain":
        return bool(wanted == (mail.from_.domain if mail.from_ else ""))
    if key == "to":
        return len(mail.to) == len(wanted) and all(map(_is, mail.to, wanted))
    if key == "date":
        return bool(wanted == (mail.date.isoformat() if mail.date else None))
    if key == "attachments":
        return len(mail.attachments) == len(wanted) and all(map(_is_file, mail.attachments, wanted))
    if key == "text":
        text = _folded(mail.text)
        return text.startswith(_folded(wanted)) if wanted else not text
    if key == "text_has":
        return all(piece in mail.text for piece in wanted)
    if key == "text_lacks":
        return not any(piece in mail.text for piece in wanted)
    return bool(getattr(mail, key) == wanted)


def _is(address: Address | None, wanted: dict[str, str] | None) -> bool:
    if address is None or wanted is None:
        return address is None and wanted is None
    return all(getattr(address, key) == value for key, value in wanted.items())


def _is_file(part: Part, wanted: list[Any]) -> bool:
    name, kind, size = wanted
    return name in ("-", part.filename) and kind == part.content_type and size in (None, part.size)


def _folded(text: str) -> str:
    return " ".join(text.split())

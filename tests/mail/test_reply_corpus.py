"""Own-written mails with their new text: folders whose share may only grow, and forms of which each must hold."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.quality.replies import OWN, own_mails
from mail.parse import parse
from mail.reply import reply_of

FORMS = Path(__file__).parent.parent / "golden" / "replies"
MISSED = {"threads": 0, "replies": 1, "threads2": 0, "replies2": 0}
"""How many mails of each folder are not read as a person would, as it is now: this may fall, and never grow."""


def forms(name: str) -> list[tuple[str, bytes, str]]:
    """Name, whole mail and new text of each block of `tests/golden/replies/<name>.txt`."""
    found = []
    for block in (FORMS / f"{name}.txt").read_text("utf-8").removeprefix("=== ").split("\n=== "):
        title, _, rest = block.partition("\n")
        raw, _, new = rest.partition("\n+++\n")
        found.append((title, raw.encode(), new))
    return found


def folded(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.feature("TX-01", "quotes and signature stripped")
@pytest.mark.parametrize("folder", sorted(MISSED))
def test_the_new_text_of_mails_that_were_written_without_knowing_the_code(folder: str) -> None:
    checks = list(own_mails(OWN / folder))
    wrong = [f"{one.where}: {one.ours!r} instead of {one.theirs!r}" for one in checks if not one.holds]
    assert len(checks) >= (50 if folder.endswith("2") else 150)
    assert len(wrong) <= MISSED[folder], "\n".join(wrong)


@pytest.mark.feature("TX-01", "quotes and signature stripped")
def test_the_new_text_of_threads_in_the_forms_of_twenty_clients() -> None:
    wrong = {title: (reply_of(parse(raw)).text, new) for title, raw, new in forms("threads")}
    assert {title: pair for title, pair in wrong.items() if folded(pair[0]) != folded(pair[1])} == {}


@pytest.mark.feature("TX-01", "quotes and signature stripped")
def test_letters_lists_tables_and_code_that_only_look_like_history_stay_whole() -> None:
    wrong = {title: (reply_of(parse(raw)).text, new) for title, raw, new in forms("letters")}
    assert {title: pair for title, pair in wrong.items() if folded(pair[0]) != folded(pair[1])} == {}

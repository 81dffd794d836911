"""Classes of mails: of people, lists and robots (SpamAssassin), and of mails written for it (`tests/mail/corpus`).

None of SpamAssassin's may be called a bounce or an automatic reply wrongly. The written ones tell their class, and the
days away of an out-of-office note, in a `.json` beside them; half of the kinds of people's mail among them look
automatic on purpose.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.quality.figures import Figure
from mail.classify import OwnMarks, classify
from mail.parse import parse

__all__ = ["FOLDER", "Judged", "figures", "judged", "measure"]

FOLDER = Path(__file__).resolve().parents[2] / "tests" / "mail" / "corpus" / "classes"
_WATCHED = ("bounce", "delay", "auto_reply", "out_of_office", "receipt", "challenge", "complaint", "calendar")
_MACHINES = frozenset((*_WATCHED, "own"))
_TRULY = {"01436": "delay", "01542": "bounce"}
"""Delivery status notifications that went to a list and lie among the ham: first five digits of the file's name."""
_INSTALLATION = "harbour-mutual"


@dataclass(frozen=True)
class Judged:
    """One written mail: what it was called, what it is, and where both name them, the days away as ISO dates."""

    name: str
    found: str
    reason: str
    wanted: str
    days_found: tuple[str | None, str | None]
    days_wanted: tuple[Any, Any] | None


def measure(corpora: Path) -> list[Figure]:
    """SpamAssassin's mails whose class is no report's and no automatic reply's; then the written mails."""
    return [_spamassassin(corpora), *figures()]


def _spamassassin(corpora: Path) -> Figure:
    good = total = 0
    differences = []
    for path in sorted((corpora / "spamassassin").rglob("*.txt")):
        if path.parent.name == "spamassassin":
            continue
        mail = parse(path.read_bytes())
        found = classify(mail)
        total += 1
        wrong = found.kind in _WATCHED and not (
            path.parent.name != "spam-1" and _TRULY.get(path.name[:5]) == found.kind
        )
        good += not wrong
        if wrong:
            differences.append(
                f"{path.name[:12]}: class: {found.kind} ({found.reason}) vs not automatic: ours is wrong"
            )
    return Figure("mail of people and lists not called automatic", "spamassassin", good, total, 0.997, 1.0, differences)


def figures(folder: Path = FOLDER) -> list[Figure]:
    """Of the written mails: the classes, people's mail not taken for a robot's, and the days away."""
    mails = list(judged(folder))
    people = [one for one in mails if one.wanted == "human"]
    away = [one for one in mails if one.days_wanted is not None]
    wrong = [_said(one) for one in mails if one.found != one.wanted]
    taken = [_said(one) for one in people if one.found in _MACHINES]
    missed = [f"{one.name}: days away: {one.days_found} vs {one.days_wanted}" for one in away if not _same(one)]
    return [
        _figure("class", mails, wrong, 0.97, 0.99),
        _figure("mail of people not called automatic", people, taken, 1, 1),
        _figure("days away, where a note names them", away, missed, 0.95, 0.98),
    ]


def _said(one: Judged) -> str:
    return f"{one.name}: class: {one.found} ({one.reason}) vs {one.wanted}: ours is wrong"


def _figure(name: str, mails: list[Judged], wrong: list[str], must: float, goal: float) -> Figure:
    return Figure(name, "written mails", len(mails) - len(wrong), len(mails), must, goal, wrong)


def judged(folder: Path) -> Iterator[Judged]:
    """Each mail of `folder` with what is said of it, by name."""
    for path in sorted(folder.glob("*.eml")):
        wanted = json.loads(path.with_suffix(".json").read_text("utf-8"))
        found = classify(parse(path.read_bytes()), OwnMarks(_INSTALLATION))
        away = found.absence
        days = (
            away.start.isoformat() if away is not None and away.start is not None else None,
            away.end.isoformat() if away is not None and away.end is not None else None,
        )
        stated = wanted["absence"]
        if stated is None and days != (None, None):
            stated = {"start": None, "end": None}  # days that nobody named
        expected = None if stated is None else (stated["start"], stated["end"])
        yield Judged(path.stem, found.kind, found.reason, wanted["class"], days, expected)


def _same(one: Judged) -> bool:
    pairs = zip(one.days_found, one.days_wanted or (None, None), strict=True)
    return all(found in wanted if isinstance(wanted, list) else found == wanted for found, wanted in pairs)

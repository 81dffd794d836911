"""Own-written mails of robots, lists and people (`corpus/classes`): class and absence of nearly all of them are right.

`<class>-<system or oddity>-<number>.eml`, with a `.json` of its class and the days that an out-of-office note names; a
list of days is a choice, where a note names both the last day away and the day of return.
"""

from __future__ import annotations

from bench.quality.classes import FOLDER, figures, judged
from mail.classify import KINDS


def test_classes_of_written_mails_hold_their_bounds() -> None:
    classes, machines, absences = figures()
    assert classes.total > 300
    assert absences.total > 100
    assert classes.share >= 0.97, classes.differences
    assert machines.share == 1, machines.differences
    assert absences.share >= 0.95, absences.differences


def test_every_class_is_among_the_written_mails() -> None:
    seen = {one.wanted for one in judged(FOLDER)}
    assert seen == set(KINDS)
    assert all(one.name.startswith(one.wanted) for one in judged(FOLDER))

"""RU-03: which rows act. Every combination of rows against a model written as the feature's words."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from router.rules.compile import compile_rule
from router.rules.match import holds
from router.rules.select import Branch, Selection, select
from router.rules.values import MailValues
from schemas.config import ServiceEmailRule
from tests.router.support import rule, rule_document

ACTIONS: dict[str, dict[str, Any]] = {
    "create": {"action": "create_case", "case_type": "damage"},
    "reply": {"action": "auto_reply", "template": "received"},
    "route": {"action": "route", "queue": "experts"},
    "set": {"action": "set_fields", "fields": {"summary": "x"}},
    "attach": {"action": "attach"},
}
NEW = ("create", "reply", "route", "set")
FOLLOW_UP = ("attach", "reply", "route", "set")

Row = tuple[bool, tuple[str, ...], tuple[str, ...]]
"""Matches; actions of `new`; actions of `follow_up`."""

OTHERWISE = {"new": ("route",), "follow_up": ("attach",)}


def selected(mode: str, rows: Sequence[Row], branch: Branch) -> Selection:
    documents = [
        {
            "id": f"r{number}",
            "when": {"subject": {"is": "yes" if matches else "no"}},
            "new": [ACTIONS[name] for name in new],
            "follow_up": [ACTIONS[name] for name in follow_up],
        }
        for number, (matches, new, follow_up) in enumerate(rows)
    ]
    compiled = compile_rule(rule(documents, mode=mode))
    values = MailValues(subject="yes")
    matched = [row for row in compiled.rows if row.when is not None and holds(row.when, values)]
    return select(compiled, matched, branch)


def shown(selection: Selection) -> list[tuple[str, str]]:
    names = {"create_case": "create", "auto_reply": "reply", "set_fields": "set"}
    return [
        (chosen.row.removeprefix("claims/"), names.get(chosen.action.action, chosen.action.action))
        for chosen in selection.actions
    ]


def model(mode: str, rows: Sequence[Row], branch: Literal["new", "follow_up"]) -> list[tuple[str, str]]:
    """RU-03 word by word, over a flat list of (row, action) of the rows that match and have an action here."""
    matching = [
        (f"r{number}", new if branch == "new" else follow_up)
        for number, (matches, new, follow_up) in enumerate(rows)
        if matches and (new if branch == "new" else follow_up)
    ]
    flat = [(row, action) for row, actions in matching for action in actions]
    otherwise = [("(otherwise)", action) for action in OTHERWISE[branch]]
    if mode == "first":
        return [(matching[0][0], action) for action in matching[0][1]] if matching else otherwise
    beside = [pair for pair in flat if pair[1] == "set" or (pair[1] == "attach" and branch == "follow_up")]
    leading = [pair for pair in flat if pair[1] in ("create", "reply")]
    if not leading:
        leading = [pair for pair in flat if pair[1] == "route"][:1]
    if leading:
        return [pair for pair in flat if pair in beside or pair in leading]
    return beside if beside and branch == "follow_up" else [*beside, *otherwise]


def row_strategy(names: Sequence[str], others: Sequence[str]) -> st.SearchStrategy[Row]:
    some = st.lists(st.sampled_from(names), max_size=3, unique=True).map(tuple)
    more = st.lists(st.sampled_from(others), max_size=3, unique=True).map(tuple)
    return st.tuples(st.booleans(), some, more).filter(lambda row: bool(row[1] or row[2]))


@pytest.mark.feature("RU-03", "mode first takes the first matching row")
@pytest.mark.feature("RU-03", "mode all runs every create case and automatic reply")
@settings(max_examples=300, deadline=None)
@given(st.sampled_from(["first", "all"]), st.lists(row_strategy(NEW, FOLLOW_UP), max_size=6))
def test_both_modes_do_what_the_words_say_for_any_rows(mode: str, rows: list[Row]) -> None:
    assert shown(selected(mode, rows, "new")) == model(mode, rows, "new")
    assert shown(selected(mode, rows, "follow_up")) == model(mode, rows, "follow_up")


@pytest.mark.parametrize("mode", ["first", "all"])
def test_all_combinations_of_three_rows_with_one_action(mode: str) -> None:
    one = [(matches, (name,), ()) for matches in (True, False) for name in NEW]
    for rows in itertools.product(one, repeat=3):
        assert shown(selected(mode, rows, "new")) == model(mode, rows, "new"), rows


@pytest.mark.feature("RU-03", "mode first takes the first matching row")
def test_mode_first_runs_all_actions_of_the_first_matching_row_alone() -> None:
    rows: list[Row] = [(False, ("create",), ()), (True, ("route", "reply"), ()), (True, ("create",), ())]
    assert shown(selected("first", rows, "new")) == [("r1", "route"), ("r1", "reply")]


@pytest.mark.feature("RU-03", "mode all runs every create case and automatic reply")
@pytest.mark.feature("RU-03", "mode all skips route actions")
def test_mode_all_runs_every_create_and_reply_and_skips_routes() -> None:
    rows: list[Row] = [(True, ("create", "route"), ()), (True, ("route",), ()), (True, ("create", "reply"), ())]
    assert shown(selected("all", rows, "new")) == [("r0", "create"), ("r2", "create"), ("r2", "reply")]


@pytest.mark.feature("RU-03", "mode all routes first match when none matched")
def test_mode_all_takes_the_first_route_when_no_create_or_reply_matched() -> None:
    rows: list[Row] = [(False, ("create",), ()), (True, ("route",), ()), (True, ("route",), ())]
    selection = selected("all", rows, "new")
    assert shown(selection) == [("r1", "route")]
    assert selection.winners == ("claims/r1",)


@pytest.mark.feature("RU-03", "otherwise row mandatory")
def test_a_rule_without_otherwise_is_refused() -> None:
    document = rule_document()
    del document["otherwise"]
    with pytest.raises(ValidationError, match="otherwise"):
        ServiceEmailRule.model_validate(document)


@pytest.mark.feature("RU-03", "otherwise row mandatory")
@pytest.mark.parametrize("mode", ["first", "all"])
def test_otherwise_acts_when_nothing_matched(mode: str) -> None:
    assert selected(mode, [(False, ("create",), ())], "new").winners == ("claims/(otherwise)",)


@pytest.mark.feature("RU-04", "different actions for new and follow-up")
def test_a_row_for_follow_ups_alone_does_not_swallow_a_new_mail() -> None:
    rows: list[Row] = [(True, (), ("reply",)), (True, ("create",), ())]
    assert shown(selected("first", rows, "new")) == [("r1", "create")]
    assert shown(selected("first", rows, "follow_up")) == [("r0", "reply")]

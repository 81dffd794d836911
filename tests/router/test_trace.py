"""RU-07: each rule considered with each of its conditions, within a number of bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.rules.compile import CompiledRow, compile_rule
from router.rules.match import holds
from router.rules.trace import MAX_VALUE, Considered, fit_trace, trace_row
from router.rules.values import MailValues
from tests.router.support import rule

ROUTE = [{"action": "route", "queue": "triage"}]


def rows(*conditions: object) -> tuple[CompiledRow, ...]:
    documents = [{"id": f"r{number}", "when": when, "new": ROUTE} for number, when in enumerate(conditions)]
    return compile_rule(rule(documents)).rows


def considered(row: CompiledRow, values: MailValues, won: bool = False) -> Considered:
    assert row.when is not None
    return Considered(row, holds(row.when, values), won)


@pytest.mark.feature("RU-07", "each condition with its value")
def test_every_condition_is_there_with_its_value_also_those_that_decided_nothing() -> None:
    (row,) = rows(
        {
            "any": [
                {"subject": {"contains": "screen"}},
                {"not": {"body": {"contains": "thanks"}}},
                {"size": {"greater": 10}},
                {"header": {"X-Spam": {"exists": True}}},
            ]
        }
    )
    trace = trace_row(
        considered(row, MailValues(subject="Broken screen", body="Hello", size=5)),
        MailValues(subject="Broken screen", body="Hello", size=5),
    )
    assert [(line.condition, line.value, line.holds) for line in trace.conditions] == [
        ("any of", None, True),
        ('  subject contains "screen"', "Broken screen", True),
        ("  not", None, True),
        ('    body contains "thanks"', "Hello", False),
        ("  size is greater than 10", 5, False),
        ("  header X-Spam exists", None, False),
    ]


def test_a_long_value_is_shown_around_what_made_the_condition_hold() -> None:
    (row,) = rows({"body": {"contains": "needle"}})
    values = MailValues(body="x" * 5000 + " needle " + "y" * 5000)
    (line,) = trace_row(considered(row, values), values).conditions
    assert isinstance(line.value, str)
    assert "needle" in line.value
    assert len(line.value) <= MAX_VALUE


@given(st.text(max_size=600), st.text(min_size=1, max_size=3))
def test_no_value_is_longer_than_its_bound(text: str, needle: str) -> None:
    try:
        (row,) = rows({"subject": {"contains": needle}})
    except ValueError:
        return
    values = MailValues(subject=text)
    (line,) = trace_row(considered(row, values), values).conditions
    assert line.value is None or len(line.value) <= MAX_VALUE


@pytest.mark.feature("RU-07", "each rule considered")
@pytest.mark.parametrize("budget", [200, 1_000, 10_000, 100_000])
def test_a_trace_keeps_its_budget_and_tells_how_many_rows_it_left_out(budget: int) -> None:
    matching = [
        {"subject": {"contains": "yes"}} if number % 10 == 0 else {"subject": {"is": "no"}} for number in range(500)
    ]
    values = MailValues(subject="yes " * 40)
    all_rows = [considered(row, values) for row in rows(*matching)]
    trace = fit_trace(all_rows, values, budget)
    assert len(trace.model_dump_json(by_alias=True).encode()) <= budget
    assert len(trace.rules) + trace.omitted == 500
    names = [entry.rule for entry in trace.rules]
    assert names == sorted(names, key=lambda name: int(name.removeprefix("claims/r")))


@pytest.mark.feature("RU-07", "who won and why")
def test_rows_that_won_or_matched_are_kept_before_the_others() -> None:
    values = MailValues(subject="yes " * 40)
    documents = [
        {"subject": {"contains": "yes"}} if number in (7, 480) else {"subject": {"is": "no"}} for number in range(500)
    ]
    all_rows = [considered(row, values, won=row.id == "claims/r480") for row in rows(*documents)]
    trace = fit_trace(all_rows, values, 5_000)
    kept = {entry.rule: entry for entry in trace.rules}
    assert kept["claims/r480"].won
    assert kept["claims/r7"].matched
    assert trace.omitted > 0


def test_rows_that_matched_are_shown_without_conditions_rather_than_not_at_all() -> None:
    values = MailValues(subject="yes " * 40)
    all_rows = [considered(row, values) for row in rows(*[{"subject": {"contains": "yes"}}] * 60)]
    trace = fit_trace(all_rows, values, 6_000)
    assert trace.omitted == 0
    assert any(entry.note == "conditions left out" for entry in trace.rules)

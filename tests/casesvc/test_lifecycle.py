"""Typed fields, stages and statuses."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casesvc.lifecycle.fields import coerce, missing, typed
from casesvc.lifecycle.stages import initial_state, state_in
from schemas.config import CaseField
from tests.casesvc.build import configuration

CLAIM = configuration().case_types["claim"]


def field(kind: str, **more: Any) -> CaseField:
    return CaseField.model_validate({"name": "it", "type": kind, **more})


@pytest.mark.feature("CA-01", "typed, validated fields")
@pytest.mark.parametrize(
    ("kind", "given_value", "value"),
    [
        ("text", "as it is", "as it is"),
        ("integer", " 42 ", 42),
        ("integer", -7, -7),
        ("decimal", "1,234.50", "1234.50"),
        ("decimal", 3, "3"),
        ("money", "120.50 EUR", "120.50 EUR"),
        ("money", "EUR 1,200", "1200 EUR"),
        ("date", "2026-11-23", "2026-11-23"),
        ("date", "2026-11-23T09:00:00+01:00", "2026-11-23"),
        ("boolean", "Yes", True),
        ("boolean", False, False),
        ("email", " ann@example.org ", "ann@example.org"),
    ],
)
def test_values_take_the_type_of_their_field(kind: str, given_value: object, value: object) -> None:
    assert coerce(field(kind), given_value) == value


@pytest.mark.parametrize(
    ("kind", "given_value"),
    [
        ("integer", "4.5"),
        ("integer", True),
        ("integer", "9" * 40),
        ("decimal", "1.2.3"),
        ("decimal", "NaN"),
        ("money", "120"),
        ("money", "1.2.3 EUR"),
        ("date", "23.11.2026"),
        ("boolean", "perhaps"),
        ("email", "no address"),
    ],
)
def test_values_that_do_not_fit_say_what_would_be_right(kind: str, given_value: object) -> None:
    with pytest.raises(ValueError, match="wanted"):
        coerce(field(kind), given_value)


def test_choice_is_found_whatever_its_case() -> None:
    assert coerce(field("choice", choices=["Water", "Fire"]), "water") == "Water"


def test_long_text_is_cut_to_the_field() -> None:
    assert coerce(field("text", max_length=3), "abcdef") == "abc"


def test_what_does_not_fit_is_told_and_the_rest_is_kept() -> None:
    found = typed(CLAIM, {"amount": "a lot", "kind": "fire", "colour": "red", "policy_number": ""})
    assert found.values == {"kind": "Fire"}
    assert len(found.problems) == 2
    assert missing(CLAIM, found.values) == ("policy_number",)


@given(st.sampled_from(["integer", "decimal", "money", "date", "boolean", "email"]), st.text())
def test_any_text_gives_a_value_or_a_readable_refusal(kind: str, text: str) -> None:
    try:
        value = coerce(field(kind), text)
    except ValueError as error:
        refusal = str(error)
    else:
        refusal = ""
        assert coerce(field(kind), value) == value
    assert not refusal or "wanted" in refusal


@pytest.mark.feature("CA-01", "statuses")
def test_stage_follows_from_status() -> None:
    assert initial_state(CLAIM).status == "new"
    assert (state_in(CLAIM, "closed").stage, state_in(CLAIM, "closed").resolved) == ("done", True)
    with pytest.raises(KeyError):
        state_in(CLAIM, "unheard-of")

"""Conditions of service email rules: every operator on every kind of subject, nested groups, RE2 alone."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from router.rules.compile import CompiledTest, compile_condition, compile_rule
from router.rules.match import find, holds
from router.rules.values import MailValues
from schemas.config import Condition, Subject
from schemas.errors import ConfigurationError
from tests.router.support import rule

HEADERS = {"x-priority": ("1 (Highest)",), "received": ("by a", "by b"), "x-empty": ("",)}

VALUES = MailValues(
    from_address=("Ann.Smith@Example.org",),
    from_name=("Ann Smith",),
    to=("claims@harbour.example", "other@harbour.example"),
    cc=("boss@example.org",),
    recipient=("claims@harbour.example", "hidden@harbour.example"),
    subject="Straße überflutet: Schaden #4711",
    body="Hello,\nthe screen is broken since Monday.",
    headers=lambda name: HEADERS.get(name, ()),
    kind="human",
    mailbox="claims",
    attachment_names=("photo.JPG", "invoice 7.pdf"),
    attachment_types=("image/jpeg", "application/pdf"),
    attachment_sizes=(81_234, 2_000),
    size=100_000,
    authentication="pass",
)


def check(condition: dict[str, Any], values: MailValues = VALUES) -> bool:
    return holds(compile_condition(Condition.model_validate(condition), "test"), values)


@pytest.mark.feature("RU-02", "addresses, names and recipients")
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"from": {"is": "ann.smith@example.org"}}, True),
        ({"from": {"ends": "@example.org"}}, True),
        ({"from": {"ends": ["@example.com", "@EXAMPLE.ORG"]}}, True),
        ({"from": {"is": "ann@example.org"}}, False),
        ({"from_name": {"starts": "ann"}}, True),
        ({"to": {"is": "other@harbour.example"}}, True),
        ({"to": {"is": "boss@example.org"}}, False),
        ({"cc": {"contains": "boss"}}, True),
        ({"recipient": {"is": "hidden@harbour.example"}}, True),
    ],
)
def test_addresses_names_and_recipients(condition: dict[str, Any], expected: bool) -> None:
    assert check(condition) is expected


@pytest.mark.feature("RU-02", "subject and body")
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"subject": {"contains": "STRASSE"}}, True),
        ({"subject": {"starts": "straße"}}, True),
        ({"subject": {"contains": ["nothing", "schaden"]}}, True),
        ({"subject": {"matches": r"#\d{4}$"}}, True),
        ({"subject": {"matches": r"#\d{5}"}}, False),
        ({"body": {"contains": "is BROKEN"}}, True),
        ({"body": {"matches": r"(?m)^the screen"}}, True),
        ({"body": {"matches": r"^the screen"}}, False),
    ],
)
def test_subject_and_body_are_compared_ignoring_case(condition: dict[str, Any], expected: bool) -> None:
    assert check(condition) is expected


@pytest.mark.feature("RU-02", "any header")
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"header": {"X-PRIORITY": {"starts": "1"}}}, True),
        ({"header": {"Received": {"is": "by b"}}}, True),
        ({"header": {"X-Empty": {"exists": True}}}, True),
        ({"header": {"X-Missing": {"exists": True}}}, False),
        ({"header": {"X-Missing": {"exists": False}}}, True),
        ({"header": {"X-Missing": {"contains": "a"}}}, False),
    ],
)
def test_any_header_by_its_name(condition: dict[str, Any], expected: bool) -> None:
    assert check(condition) is expected


@pytest.mark.feature("RU-02", "attachment name, type and size")
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"attachment_name": {"ends": ".pdf"}}, True),
        ({"attachment_name": {"matches": r"^photo\.jpe?g$"}}, True),
        ({"attachment_type": {"is_any_of": ["application/pdf", "text/plain"]}}, True),
        ({"attachment_type": {"starts": "video/"}}, False),
        ({"attachment_size": {"greater": "79KB"}}, True),
        ({"attachment_size": {"greater": "80KB"}}, False),
        ({"attachment_size": {"less": 2001}}, True),
        ({"attachment_name": {"exists": True}}, True),
    ],
)
def test_attachment_name_type_and_size(condition: dict[str, Any], expected: bool) -> None:
    assert check(condition) is expected


def test_a_mail_without_attachments_has_no_attachment_name() -> None:
    assert check({"attachment_name": {"exists": False}}, MailValues())
    assert not check({"attachment_size": {"less": 10}}, MailValues())


@pytest.mark.feature("RU-02", "class")
@pytest.mark.feature("RU-02", "authentication result")
@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"class": {"is": "human"}}, True),
        ({"class": {"is_any_of": ["list", "newsletter"]}}, False),
        ({"authentication": {"is": "pass"}}, True),
        ({"authentication": {"is_any_of": ["fail", "unavailable"]}}, False),
        ({"mailbox": {"is": "claims"}}, True),
        ({"size": {"greater": 99_999}}, True),
        ({"size": {"less": "97KB"}}, False),
    ],
)
def test_class_authentication_mailbox_and_size(condition: dict[str, Any], expected: bool) -> None:
    assert check(condition) is expected


OPERATORS = {
    "is": ("a@b.example", True),
    "is_any_of": (["x", "a@b.example"], True),
    "contains": ("@b", True),
    "starts": ("a@", True),
    "ends": (".example", True),
    "matches": (r"^[a-z]@", True),
    "exists": (True, True),
}


@pytest.mark.feature("RU-02", "every operator")
@pytest.mark.parametrize("operator", sorted(OPERATORS))
def test_every_text_operator_holds_and_fails(operator: str) -> None:
    value, expected = OPERATORS[operator]
    condition = {"from": {operator: value}}
    assert check(condition, MailValues(from_address=("a@b.example",))) is expected
    assert check(condition, MailValues(from_address=())) is False


@pytest.mark.feature("RU-02", "every operator")
def test_greater_and_less_leave_out_the_bound_itself() -> None:
    at_bound = MailValues(size=1024)
    assert not check({"size": {"greater": 1024}}, at_bound)
    assert not check({"size": {"less": 1024}}, at_bound)
    assert check({"size": {"greater": 1023}}, at_bound)
    assert check({"size": {"less": 1025}}, at_bound)


@pytest.mark.feature("RU-02", "nested all, any and not")
def test_groups_nest() -> None:
    condition = {
        "all": [
            {"any": [{"subject": {"contains": "nothing"}}, {"body": {"contains": "screen"}}]},
            {"not": {"all": [{"from": {"ends": "@example.org"}}, {"class": {"is": "bounce"}}]}},
        ]
    }
    assert check(condition)
    assert not check({"not": condition})


TREE = st.recursive(
    st.booleans().map(lambda truth: ({"subject": {"is": "yes" if truth else "no"}}, truth)),
    lambda inner: st.one_of(
        inner.map(lambda one: ({"not": one[0]}, not one[1])),
        st.lists(inner, min_size=1, max_size=4).map(
            lambda some: ({"all": [one[0] for one in some]}, all(one[1] for one in some))
        ),
        st.lists(inner, min_size=1, max_size=4).map(
            lambda some: ({"any": [one[0] for one in some]}, any(one[1] for one in some))
        ),
    ),
    max_leaves=12,
)


@pytest.mark.feature("RU-02", "nested all, any and not")
@given(TREE)
def test_any_nesting_means_what_logic_says(tree: tuple[dict[str, Any], bool]) -> None:
    assert check(tree[0], MailValues(subject="yes")) is tree[1]


@pytest.mark.feature("RU-06", "no backtracking engine")
def test_a_pattern_that_ruins_backtracking_engines_is_linear_here() -> None:
    node = compile_condition(Condition.model_validate({"body": {"matches": r"(a+)+$"}}), "test")
    started = time.perf_counter()
    assert not holds(node, MailValues(body="a" * 50_000 + "b"))
    assert time.perf_counter() - started < 2


@pytest.mark.feature("RU-06", "no backtracking engine")
def test_a_pattern_that_only_backtracking_engines_take_is_refused_with_its_place() -> None:
    document = rule(
        [{"id": "twice", "when": {"body": {"matches": r"(.)\1"}}, "new": [{"action": "route", "queue": "q"}]}]
    )
    with pytest.raises(ConfigurationError, match=r"claims/twice: .*RE2"):
        compile_rule(document)


def test_a_hit_says_where_the_value_was_found() -> None:
    node = compile_condition(Condition.model_validate({"body": {"matches": "mon"}}), "test")
    assert isinstance(node, CompiledTest)
    assert find(node, VALUES) == (0, VALUES.body.index("Mon"))
    assert node.subject is Subject.BODY


@given(st.text(), st.text(min_size=1))
def test_no_text_breaks_a_comparison(text: str, value: str) -> None:
    values = MailValues(subject=text, body=text)
    try:
        condition = Condition.model_validate({"subject": {"contains": value}})
    except ValueError:
        return
    assert check(condition.model_dump(by_alias=True, exclude_unset=True), values) is (
        value.casefold() in text.casefold()
    )
    assert check({"body": {"matches": "."}}, values) is any(character != "\n" for character in text)

"""The documents' own logic: ports, logins, keys, languages, values, conditions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from runtime.config.literals import misfit
from schemas.config import (
    CaseField,
    CaseType,
    ClassPolicy,
    Comparison,
    Condition,
    EmailAccount,
    EmailListener,
    Group,
    Installation,
    MailClassKind,
    MailTemplate,
    Match,
    Negation,
    Since,
    Subject,
    Test,
    format_duration,
    format_size,
)
from schemas.config.base import _parse_duration, _parse_size


def account(**halves: Any) -> EmailAccount:
    return EmailAccount.model_validate(
        {"kind": "EmailAccount", "name": "office", "address": "office@acme.example", **halves}
    )


SECRET = {"env": "PASSWORD"}


@pytest.mark.feature("ACC-01", "usual ports follow")
@pytest.mark.feature("ACC-01", "host, port and security")
@pytest.mark.parametrize(("security", "smtp", "imap"), [("none", 25, 143), ("starttls", 587, 143), ("tls", 465, 993)])
def test_the_usual_port_follows_from_protocol_and_security(security: str, smtp: int, imap: int) -> None:
    half = {"host": "mail.acme.example", "security": security, "password": SECRET}
    found = account(sender=half, receiver=half)
    assert found.sender is not None
    assert found.receiver is not None
    assert (found.sender.port_number, found.receiver.port_number) == (smtp, imap)
    other = account(sender={**half, "port": 2525})
    assert other.sender is not None
    assert other.sender.port_number == 2525


@pytest.mark.feature("ACC-01", "user id defaults to the address")
@pytest.mark.feature("ACC-01", "receiver takes the sender's credentials")
def test_the_receiver_can_take_the_senders_login() -> None:
    found = account(sender={"host": "h", "password": SECRET}, receiver={"host": "h", "same_as_sender": True})
    assert found.receiver_login == found.sender_login
    assert found.sender_login is not None
    assert found.sender_login.username == "office@acme.example"
    named = account(user_id="ann", receiver={"host": "h", "password": SECRET})
    assert named.receiver_login is not None
    assert named.receiver_login.username == "ann"
    assert named.sender_login is None


@pytest.mark.feature("ACC-01", "either half optional")
def test_an_account_without_any_half_is_refused() -> None:
    assert account(sender={"host": "h"}).receiver is None
    assert account(receiver={"host": "h", "password": SECRET}).sender is None
    with pytest.raises(ValidationError, match="a sender, a receiver or both"):
        account()


def test_same_as_sender_needs_a_sender_with_a_password() -> None:
    with pytest.raises(ValidationError, match="needs a sender with a password"):
        account(sender={"host": "h"}, receiver={"host": "h", "same_as_sender": True})


def installation(**more: Any) -> Installation:
    keys = [
        {"id": "k2", "secret": SECRET, "retired_at": "2026-01-01T00:00:00Z"},
        {"id": "k3", "secret": SECRET},
    ]
    base = {"kind": "Installation", "name": "acme", "domain": "acme.example", "current_key": "k3"}
    return Installation.model_validate({**base, "signing_keys": keys, **more})


def test_a_retired_key_verifies_for_the_configured_time() -> None:
    found = installation(verify_retired_keys_for="30d")
    retired = datetime(2026, 1, 1, tzinfo=UTC)
    assert [key.id for key in found.keys_in_force(retired + timedelta(days=29))] == ["k2", "k3"]
    assert [key.id for key in found.keys_in_force(retired + timedelta(days=30))] == ["k3"]


@pytest.mark.feature("ACC-09", "block_all_outbound")
@pytest.mark.feature("ACC-09", "allow-list of recipients")
def test_the_outbound_switch_and_allow_list_name_their_reason() -> None:
    blocked = installation(outbound={"block_all_outbound": True, "allow": ["example.org"]})
    assert blocked.outbound.refusal("ann@example.org") == "outbound_blocked"
    some = installation(outbound={"allow": ["Example.org", "bob@other.example"]}).outbound
    assert some.refusal("Ann@EXAMPLE.org") is None
    assert some.refusal("bob@other.example") is None
    assert some.refusal("eve@other.example") == "not_on_allow_list"
    assert some.refusal("ann@sub.example.org") == "not_on_allow_list"
    assert some.refusal("example.org@evil.example") == "not_on_allow_list"
    assert installation().outbound.refusal("anyone@anywhere.example") is None
    assert installation(outbound={"allow": []}).outbound.refusal("a@b.example") == "not_on_allow_list"


def test_people_are_always_processed_and_our_own_mails_never() -> None:
    classes = installation(classes={"list": "ignore"}).classes
    assert classes.of(MailClassKind.LIST) is ClassPolicy.IGNORE
    assert classes.of(MailClassKind.BOUNCE) is ClassPolicy.ATTACH
    for changed in ({"human": "ignore"}, {"own": "process"}):
        with pytest.raises(ValidationError):
            installation(classes=changed)
    assert {kind.value for kind in MailClassKind} == set(type(classes).model_fields)


def test_conditions_become_a_tree() -> None:
    condition = Condition.model_validate(
        {
            "all": [
                {"subject": {"contains": "a"}},
                {"any": [{"header": {"X-A": {"is": "1"}}}]},
                {"not": {"size": {"less": "1KB"}}},
            ]
        }
    )
    assert condition.node == Group(
        "all",
        (
            Test(Subject.SUBJECT, Match(Comparison.CONTAINS, ("a",))),
            Group("any", (Test(Subject.HEADER, Match(Comparison.IS, ("1",)), "X-A"),)),
            Negation(Test(Subject.SIZE, Match(Comparison.LESS, (), number=1024))),
        ),
    )


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"subject": None},
        {"subject": {"is": None}},
        {"subject": {"is": ""}},
        {"subject": {"is": "a"}, "body": {"is": "b"}},
        {"all": []},
        {"header": {"X-A": {"is": "1"}, "X-B": {"is": "2"}}},
        {"header": {"X A": {"is": "1"}}},
        {"size": {"contains": "1"}},
        {"size": {"greater": None}},
        {"class": {"contains": "hum"}},
        {"subject": {"contains": []}},
    ],
)
def test_a_condition_that_says_nothing_or_too_much_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Condition.model_validate(wrong)


def test_a_template_falls_back_to_its_default_language() -> None:
    mail = {"subject": "s", "text": "t"}
    template = MailTemplate.model_validate(
        {"kind": "MailTemplate", "name": "t", "default_language": "en", "languages": {"en": mail, "pt": mail}}
    )
    assert [template.in_language(wanted)[0] for wanted in ("pt", "pt-BR", "fr", None)] == ["pt", "pt", "en", "en"]


def test_listener_start_and_after_intake_take_words_or_mappings() -> None:
    base = {"kind": "EmailListener", "name": "l", "account": "a", "rule": "r"}
    found = EmailListener.model_validate({**base, "start": {"since": "2026-01-31"}, "after_intake": {"move": "Done"}})
    assert isinstance(found.start, Since)
    assert found.start.since.isoformat() == "2026-01-31"
    assert EmailListener.model_validate(base).start == "from_now"
    assert EmailListener.model_validate(base).after_intake == "keep"


def test_a_case_type_knows_its_statuses() -> None:
    found = CaseType.model_validate(
        {
            "kind": "CaseType", "name": "c", "label": "C", "id_prefix": "C", "queue": "q", "resolved": ["done"],
            "stages": [{"name": "one", "statuses": ["new", "busy"]}, {"name": "two", "statuses": ["done"]}],
        }
    )  # fmt: skip
    assert found.statuses == ("new", "busy", "done")
    assert found.initial_status == "new"
    assert found.stage_of("done").name == "two"
    with pytest.raises(KeyError):
        found.stage_of("gone")


@pytest.mark.feature("CA-01", "typed, validated fields")
@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        ("text", ["x", 1], [True]),
        ("integer", [4, "42", "-1"], ["4.0", True, "four"]),
        ("decimal", ["12.50", 3], ["12,50", True]),
        ("money", ["120.50 EUR"], ["120.50", "€ 120", "120 eur"]),
        ("date", ["2026-11-23"], ["23.11.2026", "2026-02-30", "20261123"]),
        ("boolean", [True, "yes"], [1, "perhaps"]),
        ("email", ["a@b.example"], ["a@b@c", "Ann <a@b.example>"]),
        ("choice", ["red"], ["blue", True]),
    ],
)
def test_literals_fit_their_fields_or_say_what_would(kind: str, right: list[Any], wrong: list[Any]) -> None:
    choices = {"choices": ["red", "green"]} if kind == "choice" else {}
    case_field = CaseField.model_validate({"name": "f", "type": kind, **choices})
    assert [value for value in right if misfit(case_field, value) is not None] == []
    assert all(str(misfit(case_field, value)).startswith("write ") for value in wrong)


@given(st.integers(min_value=0, max_value=10**11))
def test_durations_and_sizes_survive_their_spelling(number: int) -> None:
    span = timedelta(milliseconds=number % 10**9)
    assert _parse_duration(format_duration(span)) == span
    assert _parse_size(format_size(number)) == number

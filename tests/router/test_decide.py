"""`decide`: one mail, facts and configuration to one decision, masked, and the same each time."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import re2

from mail.parse import parse
from mail.signed_ids import make_marker, make_message_id, make_plus_address
from router.decide import CompiledConfiguration, decide, decide_parsed, decision_event
from router.decide.outcome import Sources, decide_outcome
from router.facts import gather
from router.rules.values import MailValues
from schemas import ids
from schemas.cloudevents import encode
from schemas.config import ClassPolicies, ClassPolicy, MailClassKind
from schemas.events import Decision
from schemas.events.decision import ActionKind, ClassKind
from tests.router.support import (
    CREATE,
    INSTALLATION,
    KEY,
    NOW,
    REPLY,
    ROW,
    compiled,
    facts,
    mail,
    received,
    rule_document,
)

CONVERSATION = "abcdefghijklmnop"
NOTIFICATION = ids.notification_id("mail", "acknowledgement")


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> CompiledConfiguration:
    return compiled(tmp_path_factory.mktemp("config"), rule_document([ROW]))


def decided(raw: bytes, configuration: CompiledConfiguration, **more: Any) -> Decision:
    parsed, info = parse(raw), received(raw, **more)
    return decide_parsed(info, parsed, gather(info, parsed, [KEY], configuration.installation), configuration)


@pytest.mark.feature("RU-04", "create case")
@pytest.mark.feature("RU-04", "automatic reply")
@pytest.mark.feature("RU-04", "set fields")
@pytest.mark.feature("RU-04", "different actions for new and follow-up")
def test_a_matching_row_makes_its_actions_with_values_from_the_mail(configuration: CompiledConfiguration) -> None:
    raw = mail("It fell down.\n", "Broken screen")
    outcome = decided(raw, configuration).outcome
    create, reply = outcome.new
    assert (create.action, create.case_type, create.rule, create.ordinal) == (
        ActionKind.CREATE_CASE, "damage", "claims/damage", 0,
    )  # fmt: skip
    assert create.label == "Broken screen"
    assert create.fields == {
        "summary": "Broken screen",
        "story": "It fell down.",
        "happened": "2026-11-23",
        "sender": "ann@example.org",
        "severity": 3,
    }
    assert (reply.action, reply.template, reply.language, reply.account) == (
        ActionKind.AUTOMATIC_REPLY, "received", "en", "claims",
    )  # fmt: skip
    attach, fields = outcome.follow_up
    assert (attach.action, attach.rule) == (ActionKind.ATTACH, "(default)")
    assert (fields.action, fields.fields) == (ActionKind.SET_FIELDS, {"severity": 5})


@pytest.mark.feature("RU-06", "compiled once")
def test_patterns_are_compiled_before_the_first_mail_and_never_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[object] = []
    compile_one = re2.compile

    def counted(*given: object) -> object:
        made.append(given)
        return compile_one(*given)

    monkeypatch.setattr("router.rules.compile.re2.compile", counted)
    rows = [{"id": f"r{n}", "when": {"subject": {"matches": f"claim +{n}"}}, "new": [CREATE]} for n in range(3)]
    config = compiled(tmp_path, rule_document(rows))
    assert len(made) >= 3
    made.clear()
    for number in (2, 0, 2):
        assert decided(mail(subject=f"Claim  {number}"), config).outcome.new[0].rule == f"claims/r{number}"
    assert made == []


@pytest.mark.feature("RU-04", "route to work queue")
@pytest.mark.feature("RU-04", "route to operator")
def test_routes_name_a_queue_or_an_operator(tmp_path: Path) -> None:
    operator = "---\nkind: Operator\nname: ben\nlabel: Ben\naddress: ben@harbour.example\n"
    row = {"id": "r", "when": {"subject": {"is": "for ben"}}, "new": [{"action": "route", "operator": "ben"}]}
    config = compiled(tmp_path, rule_document([row]), operator)
    (to_ben,) = decided(mail(subject="For Ben"), config).outcome.new
    (to_queue,) = decided(mail(subject="other"), config).outcome.new
    assert (to_ben.action, to_ben.operator) == (ActionKind.ROUTE, "ben")
    assert (to_queue.action, to_queue.queue, to_queue.rule) == (ActionKind.ROUTE, "triage", "claims/(otherwise)")


@pytest.mark.feature("RU-04", "set fields")
def test_fields_set_by_other_rows_go_to_the_cases_that_know_them(tmp_path: Path) -> None:
    always = {"subject": {"exists": True}}
    rows = [
        {"id": "a", "when": always, "new": [CREATE | {"fields": {"severity": 1}}]},
        {"id": "b", "when": always, "new": [CREATE | {"case_type": "question", "fields": {}}]},
        {"id": "c", "when": always, "new": [{"action": "set_fields", "fields": {"severity": 9, "summary": "set"}}]},
    ]
    config = compiled(tmp_path, rule_document(rows, mode="all"))
    damage, question = decided(mail(), config).outcome.new
    assert damage.fields == {"severity": 1, "summary": "set"}
    assert question.fields == {"summary": "set"}


def test_a_row_that_only_sets_fields_leaves_the_interaction_to_people(tmp_path: Path) -> None:
    rows = [
        {
            "id": "set",
            "when": {"subject": {"exists": True}},
            "new": [{"action": "set_fields", "fields": {"severity": 9}}],
        },
        ROW,
    ]
    (action,) = decided(mail(), compiled(tmp_path, rule_document(rows))).outcome.new
    assert action.action is ActionKind.OPEN_INTERACTION


def test_a_mailbox_without_a_rule_opens_an_interaction(configuration: CompiledConfiguration) -> None:
    outcome = decided(mail(), configuration, mailbox="archive").outcome
    assert [action.action for action in outcome.new] == [ActionKind.OPEN_INTERACTION]
    assert [action.action for action in outcome.follow_up] == [ActionKind.ATTACH]


@pytest.mark.feature("RU-09", "each class with its reason")
@pytest.mark.parametrize(
    ("headers", "kind", "new", "follow_up"),
    [
        ({"Auto-Submitted": "auto-replied"}, ClassKind.AUTO_REPLY, "open_interaction", "attach"),
        ({"X-Mailcase-Loop": INSTALLATION}, ClassKind.OWN, "ignore", "ignore"),
    ],
)
def test_the_class_policy_comes_before_every_rule(
    configuration: CompiledConfiguration, headers: dict[str, str], kind: ClassKind, new: str, follow_up: str
) -> None:
    decision = decided(mail(**headers), configuration)
    assert decision.class_.kind is kind
    assert next(iter(headers)).lower() in decision.class_.reason.lower()
    assert [action.action.value for action in decision.outcome.new] == [new]
    assert [action.action.value for action in decision.outcome.follow_up] == [follow_up]
    assert decision.trace.rules == ()


@pytest.mark.feature("RU-07", "each rule considered")
@pytest.mark.feature("RU-07", "who won and why")
def test_the_trace_names_every_row_in_order_and_who_won(tmp_path: Path) -> None:
    rows = [
        {"id": "no", "when": {"subject": {"is": "x"}}, "new": [CREATE]},
        {"id": "win", "when": {"subject": {"contains": "broken"}}, "new": [CREATE]},
        {"id": "late", "when": {"subject": {"contains": "screen"}}, "new": [CREATE], "follow_up": [REPLY]},
        {"id": "never", "when": {"subject": {"contains": "screen"}}, "new": [CREATE]},
    ]
    trace = decided(mail(), compiled(tmp_path, rule_document(rows))).trace
    assert [(entry.rule, entry.matched, entry.won) for entry in trace.rules] == [
        ("claims/no", False, False),
        ("claims/win", True, True),
        ("claims/late", True, True),
        ("claims/never", False, False),
    ]
    assert trace.rules[1].note == "new: first matching row"
    assert trace.rules[2].note == "follow_up: first matching row"
    assert trace.rules[3].note == "not asked: decided before"


def test_the_same_inputs_give_the_same_bytes(configuration: CompiledConfiguration) -> None:
    raw = mail("Hello\n", References="<x@y> <z@y>")
    first, second = (encode(decision_event(decided(raw, configuration))) for _ in range(2))
    assert first == second
    assert first.header("ce_id") == ids.event_id(received(raw).mail_id, 0, "decided")


def test_recorded_facts_replace_the_keys(configuration: CompiledConfiguration) -> None:
    message_id = make_message_id(KEY, INSTALLATION, CONVERSATION, NOTIFICATION, "mail.harbour.example")
    raw = mail(In_Reply_To=message_id)
    live = decided(raw, configuration)
    replayed = decide(received(raw), raw, live.facts, configuration)
    assert replayed == live
    assert live.evidence[0].verified
    assert (live.evidence[0].conversation, live.evidence[0].notification) == (CONVERSATION, NOTIFICATION)


def test_a_signature_of_another_key_is_not_verified(configuration: CompiledConfiguration) -> None:
    forged = make_message_id(KEY, "another", CONVERSATION, NOTIFICATION, "mail.harbour.example")
    (evidence, *_) = decided(mail(In_Reply_To=forged), configuration).evidence
    assert not evidence.verified


def test_a_retired_key_verifies_only_for_the_configured_time(tmp_path: Path) -> None:
    config = compiled(tmp_path)
    installation = config.installation
    retired = installation.signing_keys[0].model_copy(update={"retired_at": NOW - timedelta(days=500)})
    old = installation.model_copy(update={"signing_keys": (retired,)})
    raw = mail(In_Reply_To=make_message_id(KEY, INSTALLATION, CONVERSATION, NOTIFICATION, "mail.harbour.example"))
    gathered = gather(received(raw), parse(raw), [KEY], old)
    assert set(gathered.signatures.values()) == {False}
    assert gathered.signing_keys == ()


def test_own_signatures_are_masked_in_every_field(configuration: CompiledConfiguration) -> None:
    message_id = make_message_id(KEY, INSTALLATION, CONVERSATION, NOTIFICATION, "mail.harbour.example")
    marker = make_marker(KEY, INSTALLATION, CONVERSATION, NOTIFICATION)
    plus = make_plus_address(KEY, INSTALLATION, CONVERSATION, "c@harbour.example")
    assert plus is not None
    raw = mail(
        f"broken, see {marker} and {message_id} and {plus}",
        f"Broken {marker}",
        sender=f'"{marker}" <{plus}>',
        In_Reply_To=message_id,
        References=f"{message_id} <x@y>",
        Cc=plus,
        Delivered_To=plus,
        Return_Path=f"<{plus}>",
        Thread_Topic=marker,
    )
    decision = decided(raw, configuration, envelope_to=(plus,), envelope_from=plus)
    text = decision.model_dump_json(by_alias=True)
    own = ids.split_own_id(message_id)
    assert own is not None
    secrets = [own.signature, marker.rpartition("k2")[2].rstrip("]"), plus.rpartition("k2")[2].partition("@")[0]]
    assert all(secret not in text for secret in secrets)
    assert ".k2*" in text
    assert (
        decision.outcome.new[0].fields["summary"]
        == f"Broken [ref:{CONVERSATION}.{ids.notification_token(NOTIFICATION)}.k2*]"
    )
    assert [one.verified for one in decision.evidence if one.kind.value.startswith("signed")] == [True, True, True]


@pytest.mark.feature("RU-11", "topmost trusted Authentication-Results")
def test_authentication_is_believed_of_the_configured_server_alone(configuration: CompiledConfiguration) -> None:
    results = "mx.{}; dmarc=pass header.from=example.org; spf=pass smtp.mailfrom=ann@example.org"
    own = decided(mail(Authentication_Results=results.format("harbour.example")), configuration).facts.authentication
    foreign = decided(mail(Authentication_Results=results.format("evil.example")), configuration).facts.authentication
    assert (own.trusted, own.dmarc, own.spf, own.by) == (True, "pass", "pass", "mx.harbour.example")
    assert (foreign.trusted, foreign.dmarc) == (False, "none")


def test_a_decision_needs_no_facts_beyond_the_time(configuration: CompiledConfiguration) -> None:
    raw = mail()
    assert decide(received(raw), raw, facts(), configuration).class_.kind is ClassKind.HUMAN


@pytest.mark.parametrize("muted", [True, False])
def test_a_muted_mail_stays_muted(configuration: CompiledConfiguration, muted: bool) -> None:
    assert decided(mail(), configuration, muted=muted).muted is muted


def report(message_id: str) -> bytes:
    return (
        "From: MAILER-DAEMON@mx.example.net\r\nTo: claims@harbour.example\r\nSubject: Undelivered\r\n"
        "Return-Path: <>\r\nMIME-Version: 1.0\r\n"
        "Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        "--b\r\nContent-Type: text/plain\r\n\r\nSorry.\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx.example.net\r\n\r\n"
        "Final-Recipient: rfc822; ann@example.org\r\nAction: failed\r\nStatus: 5.1.1\r\n"
        "Diagnostic-Code: smtp; 550 5.1.1 no such user\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {message_id}\r\nSubject: yours\r\n\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize("installation", [INSTALLATION, "another"])
def test_a_bounce_names_the_outgoing_mail_only_where_its_signature_holds(
    configuration: CompiledConfiguration, installation: str
) -> None:
    message_id = make_message_id(KEY, installation, CONVERSATION, NOTIFICATION, "mail.harbour.example")
    decision = decided(report(message_id), configuration)
    assert decision.class_.kind is ClassKind.BOUNCE
    assert decision.bounce is not None
    (recipient,) = decision.bounce.recipients
    assert (recipient.address, recipient.status, recipient.smtp_code, recipient.kind) == (
        "ann@example.org", "5.1.1", "550", "hard",
    )  # fmt: skip
    assert decision.bounce.original_notification == (NOTIFICATION if installation == INSTALLATION else None)
    assert decision.bounce.original_message_id is not None
    assert decision.bounce.original_message_id.endswith(".k2*@mail.harbour.example>")


def test_a_person_is_no_bounce(configuration: CompiledConfiguration) -> None:
    assert decided(mail(), configuration).bounce is None


@pytest.mark.feature("RU-09", "policy for each class configured")
@pytest.mark.parametrize("policy", list(ClassPolicy))
@pytest.mark.parametrize("kind", [kind for kind in MailClassKind if kind.value not in ("human", "own")])
def test_the_policy_of_each_class_is_configured(
    configuration: CompiledConfiguration, kind: MailClassKind, policy: ClassPolicy
) -> None:
    classes = ClassPolicies.model_validate({kind.value: policy})
    changed = replace(configuration, installation=configuration.installation.model_copy(update={"classes": classes}))
    subject = MailValues(subject="broken", kind=kind.value)
    sources = Sources("broken", "", "", "", "", "claims", None, NOW)
    outcome = decide_outcome(kind, subject, sources, changed).outcome
    expected = {
        ClassPolicy.IGNORE: (["ignore"], ["ignore"]),
        ClassPolicy.ATTACH: (["open_interaction"], ["attach"]),
        ClassPolicy.PROCESS: (["create_case", "automatic_reply"], ["attach", "set_fields"]),
    }
    assert (
        [action.action.value for action in outcome.new],
        [action.action.value for action in outcome.follow_up],
    ) == expected[policy]


@pytest.mark.feature("RU-09", "human")
def test_a_person_is_human_with_a_reason(configuration: CompiledConfiguration) -> None:
    found = decided(mail(), configuration).class_
    assert (found.kind, found.reason) == (ClassKind.HUMAN, "no automatic marker")

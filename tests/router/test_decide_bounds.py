"""Whatever a stranger writes: every mail is decided, and every decision keeps its bytes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mail.parse import parse
from router.decide import MAX_DECISION, CompiledConfiguration, decide_parsed, decision_event
from router.facts import gather
from schemas.cloudevents import encode
from schemas.errors import MessageError
from schemas.events import Decision
from schemas.topics import INLINE_LIMIT
from tests.router.support import CREATE, KEY, ROW, compiled, mail, received, rule_document


@pytest.fixture(scope="module")
def configuration(tmp_path_factory: pytest.TempPathFactory) -> CompiledConfiguration:
    return compiled(tmp_path_factory.mktemp("config"), rule_document([ROW]))


def decided(raw: bytes, configuration: CompiledConfiguration, **more: Any) -> Decision:
    parsed, info = parse(raw), received(raw, **more)
    return decide_parsed(info, parsed, gather(info, parsed, [KEY], configuration.installation), configuration)


def monster(lists: int, size: int, text: str) -> bytes:
    addresses = ", ".join(f'"{text} {number}" <{"a" * 60}{number}@{"b" * 60}.example>' for number in range(lists))
    references = " ".join(f"<{'r' * (size % 900)}{number}@example.org>" for number in range(lists))
    tags = " ".join(f"[EXP-{number}]" for number in range(min(lists, 50)))
    attachments = "".join(
        "--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment;"
        f' filename="{text[:50]}{number}.pdf"\r\n\r\nx\r\n'
        for number in range(min(lists, 300))
    )
    return (
        f"From: ann@example.org\r\nTo: {addresses}\r\nCc: {addresses}\r\nReply-To: {addresses}\r\n"
        f"References: {references}\r\nIn-Reply-To: {references}\r\nSubject: broken {text * 20} {tags}\r\n"
        "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        f"--b\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text * size}\r\n{attachments}--b--\r\n"
    ).encode("utf-8", "replace")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lists=st.integers(0, 1500),
    size=st.integers(0, 40_000),
    text=st.sampled_from(["a", '"', "\\", "\n", "é", "漢字", "\t\n", "😀", "<b>&", "\x1b\x07"]),
)
def test_any_decision_is_within_its_bytes(
    configuration: CompiledConfiguration, lists: int, size: int, text: str
) -> None:
    raw = monster(lists, size, text)
    decision = decided(raw, configuration, envelope_to=tuple(f"{'x' * 300}{n}@example.org" for n in range(lists)))
    assert len(decision.model_dump_json(by_alias=True).encode()) <= MAX_DECISION
    record = encode(decision_event(decision))
    assert len(record.value or b"") + sum(len(name) + len(value) for name, value in record.headers) <= INLINE_LIMIT
    assert len(decision.mail.new_text.encode()) <= 64 * 1024
    if text not in '"\\':  # which end or escape the quoted names
        assert decision.mail.to_total == lists
    assert Decision.model_validate_json(record.value or b"") == decision


def test_many_rules_are_cut_by_budget_with_the_winner_kept(tmp_path: Path) -> None:
    rows = [
        {
            "id": f"r{n}",
            "when": {"any": [{"body": {"contains": f"word{n}."}}, {"subject": {"is": f"s{n}"}}]},
            "new": [CREATE],
        }
        for n in range(2000)
    ]
    decision = decided(mail("x " * 400 + "word1999."), compiled(tmp_path, rule_document(rows)))
    assert len(decision.model_dump_json(by_alias=True).encode()) <= MAX_DECISION
    assert decision.trace.omitted > 0
    assert len(decision.trace.rules) + decision.trace.omitted == 2000 + 1  # and `otherwise`, for follow-ups
    assert "claims/r1999" in {entry.rule for entry in decision.trace.rules if entry.won}


def test_values_from_the_mail_are_cut_before_an_outcome_is_refused(tmp_path: Path) -> None:
    rows = [{"id": f"r{n}", "when": {"subject": {"exists": True}}, "new": [CREATE]} for n in range(20)]
    decision = decided(mail("long " * 20_000), compiled(tmp_path, rule_document(rows, mode="all")))
    lengths = {len(action.fields["story"]) for action in decision.outcome.new}
    assert len(decision.outcome.new) == 20
    assert len(lengths) == 1
    assert 200 < lengths.pop() < 5000


def test_more_actions_than_a_decision_holds_are_refused_in_the_name_of_the_rule(tmp_path: Path) -> None:
    rows = [{"id": f"r{n}", "when": {"subject": {"exists": True}}, "new": [CREATE]} for n in range(500)]
    with pytest.raises(MessageError, match="501 actions") as caught:
        decided(mail(), compiled(tmp_path, rule_document(rows, mode="all")))
    assert caught.value.reason == "rule:claims"


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    raw=st.one_of(
        st.binary(max_size=2000),
        st.text(max_size=500).map(
            lambda text: (
                mail(text, text[:40].replace("\n", " ").replace("\r", " ")) if text.isprintable() else text.encode()
            )
        ),
    )
)
def test_any_bytes_are_decided(configuration: CompiledConfiguration, raw: bytes) -> None:
    decision = decided(raw, configuration)
    assert decision.outcome.new
    assert decision.outcome.follow_up
    assert decision.facts.now == datetime(2026, 11, 23, 8, 0, 4, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Message-ID", "In-Reply-To", "References", "Subject", "From", "Thread-Topic"])
def test_half_characters_in_a_header_are_no_reason_not_to_decide(
    name: str, configuration: CompiledConfiguration
) -> None:
    """Encoded words in UTF-7 and UTF-16 can hold half of a pair, which no JSON can."""
    raw = name.encode() + b": =?utf-7?Q?+2AA-?=\r\n" + mail("the part is broken +2AA-")
    record = encode(decision_event(decided(raw, configuration)))
    assert Decision.model_validate_json(record.value or b"").mail_id == received(raw).mail_id

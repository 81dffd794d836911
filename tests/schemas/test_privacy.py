"""Redaction by privacy class keeps an event's shape and none of its secrets."""

from __future__ import annotations

from schemas.events import CaseEvent, CaseReference, MailRequested, Purpose
from schemas.privacy import Privacy, privacy_of, redact
from tests.schemas.examples import MOMENT, example


def _requested() -> MailRequested:
    return MailRequested(
        notification_id="n", conversation="c", purpose=Purpose.REPLY, account="claims", to=("ann@example.org",),
        subject="My illness", body="It hurts", case=CaseReference(id="CLM-1", type="claim", label="Ann's knee"),
    )  # fmt: skip


def test_public_redaction_shows_neither_people_nor_what_they_wrote() -> None:
    shown = redact(_requested())
    text = str(shown)
    assert not [secret for secret in ("ann@", "hurts", "illness", "knee") if secret in text]
    assert shown["case"]["id"] == "CLM-1"


def test_personal_redaction_keeps_addresses_and_hides_content() -> None:
    shown = redact(_requested(), Privacy.PERSONAL)
    assert shown["to"] == ["ann@example.org"]
    assert shown["body"] == "[content]"


def test_a_redacted_event_is_still_valid() -> None:
    assert MailRequested.model_validate(redact(_requested()))
    event = example("mailcase.case.created.v1").data
    assert CaseEvent.model_validate(redact(event)).at == MOMENT


def test_a_field_without_a_class_is_public() -> None:
    assert privacy_of(MailRequested, "notification_id") is Privacy.PUBLIC

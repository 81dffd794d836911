"""Generates the listener and the service email rule that follow from a case type's email instantiation (CA-02).

Pure: a case type in, documents out. A written document with the name of a generated one is a conflict, which
`runtime.config.check` reports with both sides.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from schemas.config import CaseType, Document, EmailListener, ServiceEmailRule

__all__ = ["Generated", "generate"]


@dataclass(frozen=True)
class Generated:
    """A generated document and the case type that it follows from."""

    document: EmailListener | ServiceEmailRule
    origin: Document


def generate(case_types: Iterable[CaseType]) -> tuple[Generated, ...]:
    """Listener and rule of each case type that mails instantiate; both bear the case type's name."""
    result: list[Generated] = []
    for case_type in case_types:
        if case_type.email is not None:
            result.append(Generated(_listener(case_type), case_type))
            result.append(Generated(_rule(case_type), case_type))
    return tuple(result)


def _listener(case_type: CaseType) -> EmailListener:
    assert case_type.email is not None, "only called for case types with email instantiation"
    options: dict[str, Any] = case_type.email.listener.model_dump(mode="json", exclude_unset=True)
    return EmailListener.model_validate(
        {
            "kind": "EmailListener",
            "name": case_type.name,
            "description": f"Reads the mails that become {case_type.label} cases.",
            "account": case_type.email.account,
            "rule": case_type.name,
            **options,
        }
    )


def _rule(case_type: CaseType) -> ServiceEmailRule:
    email = case_type.email
    assert email is not None, "only called for case types with email instantiation"
    create: dict[str, Any] = {"action": "create_case", "case_type": case_type.name, "label": {"source": "subject"}}
    if email.description_field is not None:
        create["fields"] = {email.description_field: {"source": "body"}}
    new: list[dict[str, Any]] = [create]
    if email.acknowledgement is not None:
        new.append({"action": "auto_reply", **email.acknowledgement.model_dump(exclude_none=True)})
    return ServiceEmailRule.model_validate(
        {
            "kind": "ServiceEmailRule",
            "name": case_type.name,
            "description": f"Every new mail becomes a {case_type.label} case, every follow-up joins its own.",
            "mode": "first",
            "otherwise": {"new": new, "follow_up": [{"action": "attach"}]},
        }
    )

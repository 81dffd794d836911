"""Configuration documents: one pydantic model a kind, as people write them in YAML.

In: parsed YAML as plain data. Out: frozen, validated models (`parse` by `DOCUMENT_KINDS`) and their JSON Schemas.
What spans several documents (references, conflicts) is checked by `runtime.config`. Imports pydantic and the stdlib.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pydantic.json_schema import GenerateJsonSchema

from schemas.config.account import EmailAccount, ImapReceiver, Login, Security, SmtpSender
from schemas.config.base import Document, Part, SecretRef, format_duration, format_size
from schemas.config.casetype import Acknowledgement, CaseField, CaseType, EmailInstantiation, FieldType, Stage
from schemas.config.conditions import (
    AUTHENTICATION_RESULTS,
    Comparison,
    Condition,
    Group,
    Match,
    Negation,
    Node,
    Subject,
    Test,
)
from schemas.config.installation import (
    ClassPolicies,
    ClassPolicy,
    Installation,
    MailClassKind,
    Outbound,
    SenderCheck,
    SigningKey,
)
from schemas.config.listener import AfterIntake, EmailListener, ListenerOptions, MoveTo, Since, StartPolicy
from schemas.config.people import Operator, WorkQueue
from schemas.config.rule import (
    Action,
    Attach,
    AutoReply,
    CreateCase,
    FieldValue,
    FromMail,
    MailSource,
    Otherwise,
    Route,
    RuleRow,
    ServiceEmailRule,
    SetFields,
)
from schemas.config.template import TEMPLATE_DATA, LocalizedMail, MailTemplate

__all__ = [
    "AUTHENTICATION_RESULTS",
    "DOCUMENT_KINDS",
    "TEMPLATE_DATA",
    "Acknowledgement",
    "Action",
    "AfterIntake",
    "Attach",
    "AutoReply",
    "CaseField",
    "CaseType",
    "ClassPolicies",
    "ClassPolicy",
    "Comparison",
    "Condition",
    "CreateCase",
    "Document",
    "EmailAccount",
    "EmailInstantiation",
    "EmailListener",
    "FieldType",
    "FieldValue",
    "FromMail",
    "Group",
    "ImapReceiver",
    "Installation",
    "ListenerOptions",
    "LocalizedMail",
    "Login",
    "MailClassKind",
    "MailSource",
    "MailTemplate",
    "Match",
    "MoveTo",
    "Negation",
    "Node",
    "Operator",
    "Otherwise",
    "Outbound",
    "Part",
    "Route",
    "RuleRow",
    "SecretRef",
    "Security",
    "SenderCheck",
    "ServiceEmailRule",
    "SetFields",
    "SigningKey",
    "Since",
    "SmtpSender",
    "Stage",
    "StartPolicy",
    "Subject",
    "Test",
    "WorkQueue",
    "format_duration",
    "format_size",
    "json_schemas",
]

DOCUMENT_KINDS: dict[str, type[Document]] = {
    "Installation": Installation,
    "EmailAccount": EmailAccount,
    "EmailListener": EmailListener,
    "ServiceEmailRule": ServiceEmailRule,
    "CaseType": CaseType,
    "MailTemplate": MailTemplate,
    "WorkQueue": WorkQueue,
    "Operator": Operator,
}
"""Every kind of document with its model, in the order in which the reference shows them."""


class _Generator(GenerateJsonSchema):
    """Writes defaults as documents write them."""

    def encode_default(self, dft: Any) -> Any:
        return format_duration(dft) if isinstance(dft, timedelta) else super().encode_default(dft)


def json_schemas() -> dict[str, dict[str, Any]]:
    """JSON Schema (draft 2020-12) of each kind, by kind: what editors complete and check documents with."""
    schemas = {}
    for kind, model in DOCUMENT_KINDS.items():
        schema = model.model_json_schema(by_alias=True, mode="validation", schema_generator=_Generator)
        schemas[kind] = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return schemas

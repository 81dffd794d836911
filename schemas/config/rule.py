"""`ServiceEmailRule`: rows of condition and actions, evaluated in mode `first` or `all`, with an `otherwise`."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from schemas.config.base import Document, Identifier, Language, Line, Part, Slug
from schemas.config.conditions import Condition

__all__ = [
    "Action",
    "Attach",
    "AutoReply",
    "CreateCase",
    "FieldValue",
    "FromMail",
    "MailSource",
    "Otherwise",
    "Route",
    "RuleRow",
    "ServiceEmailRule",
    "SetFields",
]

MailSource = Literal["subject", "body", "from_address", "from_name", "recipient", "mailbox", "date", "received_at"]
"""What a value can be taken from: `body` is the visible new text, `date` the sender's, `received_at` the server's."""


class FromMail(Part):
    """A value taken from the mail: `{source: subject}`."""

    source: MailSource


def _shape(value: Any) -> str:
    if isinstance(value, dict | FromMail):
        return "mapping"
    return "truth" if isinstance(value, bool) else "number" if isinstance(value, int) else "text"


FieldValue = Annotated[
    Annotated[FromMail, Tag("mapping")]
    | Annotated[bool, Tag("truth")]
    | Annotated[int, Tag("number")]
    | Annotated[Annotated[str, Field(max_length=65536)], Tag("text")],
    Discriminator(_shape),
]
"""A literal (decimals, money and dates in quotes: "12.50", "120 EUR", "2026-11-23") or `{source: …}`."""

LabelValue = Annotated[
    Annotated[FromMail, Tag("mapping")] | Annotated[Line, Tag("text")],
    Discriminator(lambda value: "mapping" if isinstance(value, dict | FromMail) else "text"),
]


class CreateCase(Part):
    """Create a case; the mail is its first. Not for follow-ups."""

    action: Literal["create_case"]
    case_type: Slug
    label: LabelValue = FromMail(source="subject")
    fields: dict[Identifier, FieldValue] = Field(default={}, max_length=200)
    queue: Slug | None = Field(default=None, description="WorkQueue of the new case, instead of the case type's.")


class AutoReply(Part):
    """Answer the sender with a template, from the mailbox's account; never to robots, lists or our own mails."""

    action: Literal["auto_reply"]
    template: Slug
    language: Language | None = Field(default=None, description="Language of the template; its default when left out.")


class Route(Part):
    """Hand the interaction to people: a work queue or an operator."""

    action: Literal["route"]
    queue: Slug | None = None
    operator: Slug | None = None

    @model_validator(mode="after")
    def _one(self) -> Route:
        if (self.queue is None) == (self.operator is None):
            raise ValueError("a route has exactly one target: queue or operator")
        return self


class SetFields(Part):
    """Set case fields. For a new mail: of every case that this decision creates, where the creating action itself
    does not set them. For a follow-up: of the case that the mail joins."""

    action: Literal["set_fields"]
    fields: dict[Identifier, FieldValue] = Field(min_length=1, max_length=200)


class Attach(Part):
    """Attach the follow-up to the case of its conversation; what happens by default. Only for follow-ups."""

    action: Literal["attach"]


NewAction = Annotated[CreateCase | AutoReply | Route | SetFields, Field(discriminator="action")]
FollowUpAction = Annotated[Attach | AutoReply | Route | SetFields, Field(discriminator="action")]
Action = CreateCase | AutoReply | Route | SetFields | Attach


class Otherwise(Part):
    """What happens when no row matched. At least one action for a new mail; a follow-up attaches by default."""

    new: tuple[NewAction, ...] = Field(min_length=1, max_length=50)
    follow_up: tuple[FollowUpAction, ...] = Field(default=(Attach(action="attach"),), min_length=1, max_length=50)


class RuleRow(Part):
    """A condition and what it leads to, apart for a new mail and for a follow-up. A follow-up is never refused its
    case: `attach` happens besides whatever `follow_up` lists."""

    id: Slug = Field(description="Names the row in traces: <rule>/<id>.")
    when: Condition
    new: tuple[NewAction, ...] = Field(default=(), max_length=50)
    follow_up: tuple[FollowUpAction, ...] = Field(default=(), max_length=50)

    @model_validator(mode="after")
    def _acts(self) -> RuleRow:
        if not self.new and not self.follow_up:
            raise ValueError("a row needs an action in `new` or `follow_up`")
        return self


class ServiceEmailRule(Document):
    """Decides what the mails of the listeners that name it lead to.

    first: the first row that matches acts. all: every matching create_case and auto_reply acts (set_fields with
    them) and routes are skipped; when none of those matched, the first matching route acts. In both, `otherwise`
    acts when nothing did.
    """

    kind: Literal["ServiceEmailRule"]
    mode: Literal["first", "all"] = "first"
    rows: tuple[RuleRow, ...] = Field(default=(), max_length=20000)
    otherwise: Otherwise = Field(description="Mandatory: every mail leads to something.")

    @model_validator(mode="after")
    def _distinct(self) -> ServiceEmailRule:
        seen: set[str] = set()
        for row in self.rows:
            if row.id in seen:
                raise ValueError(f"two rows have the id {row.id!r}; traces could not tell them apart")
            seen.add(row.id)
        return self

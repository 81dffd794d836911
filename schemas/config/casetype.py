"""`CaseType`: what a case of one kind is: typed fields, stages and statuses, its queue, and its way in by mail."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from schemas.config.base import Document, Identifier, Language, Line, Part, Slug
from schemas.config.listener import ListenerOptions

__all__ = ["Acknowledgement", "CaseField", "CaseType", "EmailInstantiation", "FieldType", "Stage"]

FieldType = Literal["text", "integer", "decimal", "money", "date", "boolean", "email", "choice"]
"""`money` is an amount and a currency, "120.50 EUR"; `date` is 2026-11-23; `choice` is one of `choices`."""


class CaseField(Part):
    """A typed field of a case."""

    name: Identifier
    type: FieldType
    label: Line = ""
    required: bool = Field(
        default=False, description="A case without it is flagged for the case worker, never refused."
    )
    choices: tuple[Line, ...] = Field(default=(), max_length=1000)
    max_length: int = Field(default=65536, ge=1, le=1_000_000, description="Characters; longer mail text is cut.")

    @model_validator(mode="after")
    def _choices(self) -> CaseField:
        if (self.type == "choice") != bool(self.choices):
            raise ValueError("`choices` belongs to a field of type choice, which needs it")
        return self


class Stage(Part):
    """A stretch of a case's life; it holds the statuses that a case can have in it."""

    name: Slug
    label: Line = ""
    statuses: tuple[Slug, ...] = Field(min_length=1, max_length=50)


class Acknowledgement(Part):
    """The answer that tells the sender the case's id."""

    template: Slug
    language: Language | None = Field(default=None, description="Language of the template; its default when left out.")


class EmailInstantiation(Part):
    """The account whose mails become cases of this type: its listener and service email rule are generated."""

    account: Slug
    acknowledgement: Acknowledgement | None = None
    listener: ListenerOptions = ListenerOptions()
    description_field: Identifier | None = Field(
        default=None, description="Text field that takes the mail's visible text."
    )


class CaseType(Document):
    """A kind of case. Statuses are unique across its stages; a case begins in `initial`."""

    kind: Literal["CaseType"]
    label: Line = Field(min_length=1)
    id_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z][A-Z0-9]{0,9}$")] = Field(
        description="Case ids are <id_prefix>-<number>; unique among case types; ET is taken by interactions."
    )
    fields: tuple[CaseField, ...] = Field(default=(), max_length=500)
    stages: tuple[Stage, ...] = Field(min_length=1, max_length=50)
    initial: Slug | None = Field(default=None, description="Status of a new case; the first one when left out.")
    resolved: tuple[Slug, ...] = Field(min_length=1, description="Statuses in which nothing is left to do.")
    queue: Slug = Field(description="WorkQueue of its cases.")
    account: Slug | None = Field(default=None, description="EmailAccount that its mails are sent from.")
    email: EmailInstantiation | None = None

    @model_validator(mode="after")
    def _consistent(self) -> CaseType:
        _distinct("field", [field.name for field in self.fields])
        _distinct("stage", [stage.name for stage in self.stages])
        _distinct("status", list(self.statuses))
        known = f"its statuses are {', '.join(self.statuses)}"
        if self.initial is not None and self.initial not in self.statuses:
            raise ValueError(f"initial status {self.initial!r} is in no stage; {known}")
        for status in self.resolved:
            if status not in self.statuses:
                raise ValueError(f"resolved status {status!r} is in no stage; {known}")
        if self.initial_status in self.resolved:
            raise ValueError(f"a new case would be resolved at once: {self.initial_status!r} is initial and resolved")
        if self.id_prefix == "ET":
            raise ValueError("id_prefix ET is taken by interactions; choose another")
        return self

    @property
    def statuses(self) -> tuple[str, ...]:
        """All statuses, in the order of the stages."""
        return tuple(status for stage in self.stages for status in stage.statuses)

    @property
    def initial_status(self) -> str:
        """Status of a new case."""
        return self.initial or self.statuses[0]

    def stage_of(self, status: str) -> Stage:
        """The stage that holds `status`. Raises KeyError for one that this type does not have."""
        for stage in self.stages:
            if status in stage.statuses:
                return stage
        raise KeyError(status)

    def field(self, name: str) -> CaseField | None:
        """The field `name`, or None."""
        return next((field for field in self.fields if field.name == name), None)


def _distinct(what: str, names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise ValueError(f"the {what} {name!r} is listed twice")
        seen.add(name)

"""Conditions of service email rules: tests on a mail, nested by `all`, `any` and `not`.

As written:

    when:
      all:
        - subject: {contains: [broken, damaged]}
        - header: {X-Priority: {is: "1"}}
        - not: {from: {ends: "@example.org"}}

`Condition.node` gives the same as a small tree of dataclasses, which is what a rule compiler wants.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from schemas.config.base import Part, Size
from schemas.config.installation import MailClassKind

__all__ = [
    "AUTHENTICATION_RESULTS",
    "Comparison",
    "Condition",
    "Group",
    "Match",
    "Negation",
    "Node",
    "SizeMatch",
    "Subject",
    "Test",
    "TextMatch",
]

AUTHENTICATION_RESULTS = ("pass", "fail", "none", "temperror", "permerror", "unavailable")
"""Values of `authentication`: the DMARC result of a trusted server; `unavailable` when no trusted server gave one."""


class Subject(StrEnum):
    """What a test looks at. A test on something that a mail has several of holds when it holds for one of them."""

    FROM = "from"
    FROM_NAME = "from_name"
    TO = "to"
    CC = "cc"
    RECIPIENT = "recipient"
    SUBJECT = "subject"
    BODY = "body"
    HEADER = "header"
    CLASS = "class"
    MAILBOX = "mailbox"
    ATTACHMENT_NAME = "attachment_name"
    ATTACHMENT_TYPE = "attachment_type"
    ATTACHMENT_SIZE = "attachment_size"
    SIZE = "size"
    AUTHENTICATION = "authentication"


class Comparison(StrEnum):
    """How a test compares. Texts are compared ignoring case, `matches` (RE2, searched anywhere) included."""

    IS = "is"
    IS_ANY_OF = "is_any_of"
    CONTAINS = "contains"
    STARTS = "starts"
    ENDS = "ends"
    MATCHES = "matches"
    EXISTS = "exists"
    GREATER = "greater"
    LESS = "less"


def _listed(value: object) -> object:
    return (value,) if isinstance(value, str) else value


_Word = Annotated[str, StringConstraints(min_length=1, max_length=1000)]
_Words = Annotated[
    tuple[_Word, ...], BeforeValidator(_listed, json_schema_input_type=str | list[str]), Field(min_length=1)
]


def _only_one(part: Part, what: str) -> None:
    if len(part.model_fields_set) != 1:
        names = [info.alias or name for name, info in type(part).model_fields.items()]
        written = [type(part).model_fields[name].alias or name for name in sorted(part.model_fields_set)]
        remedy = "; put several under `all:` or `any:`" if written else ""
        here = f"here are {', '.join(written)}" if written else "here is none"
        raise ValueError(f"{what} has exactly one of {', '.join(names)}: {here}{remedy}")


class TextMatch(Part):
    """One operator on a text. `contains`, `starts` and `ends` take one text or a list, of which one must hold."""

    is_: _Word | None = Field(default=None, alias="is")
    is_any_of: _Words | None = None
    contains: _Words | None = None
    starts: _Words | None = None
    ends: _Words | None = None
    matches: _Word | None = Field(default=None, description="Regular expression in RE2 syntax, found anywhere.")
    exists: bool | None = Field(default=None, description="true: there is one; false: there is none.")

    @model_validator(mode="after")
    def _one(self) -> TextMatch:
        _only_one(self, "a test")
        if None in (getattr(self, name) for name in self.model_fields_set):
            raise ValueError("a test needs a value")
        return self

    @property
    def match(self) -> Match:
        """The one operator that was written, with its values as texts."""
        (name,) = self.model_fields_set
        value = getattr(self, name)
        if isinstance(value, bool):
            return Match(Comparison.EXISTS, (), exists=value)
        return Match(Comparison(name.rstrip("_")), value if isinstance(value, tuple) else (value,))


class SizeMatch(Part):
    """A bound on a size in bytes: of the mail as received, or of one of its attachments, decoded."""

    greater: Size | None = None
    less: Size | None = None

    @model_validator(mode="after")
    def _one(self) -> SizeMatch:
        _only_one(self, "a test on size")
        if self.greater is None and self.less is None:
            raise ValueError("a test needs a value")
        return self

    @property
    def match(self) -> Match:
        """The one bound that was written."""
        if self.greater is not None:
            return Match(Comparison.GREATER, (), number=self.greater)
        return Match(Comparison.LESS, (), number=self.less)


_HeaderName = Annotated[str, StringConstraints(pattern=r"^[!-9;-~]{1,200}$")]


class Condition(Part):
    """A node of a condition: one test, or `all`, `any` or `not` around others."""

    all_: tuple[Condition, ...] | None = Field(default=None, alias="all", min_length=1, max_length=1000)
    any_: tuple[Condition, ...] | None = Field(default=None, alias="any", min_length=1, max_length=1000)
    not_: Condition | None = Field(default=None, alias="not")
    from_: TextMatch | None = Field(default=None, alias="from", description="Address in From.")
    from_name: TextMatch | None = Field(default=None, description="Display name in From.")
    to: TextMatch | None = Field(default=None, description="Any address in To.")
    cc: TextMatch | None = Field(default=None, description="Any address in Cc.")
    recipient: TextMatch | None = Field(
        default=None, description="Any address in To, Cc, Delivered-To or the envelope."
    )
    subject: TextMatch | None = None
    body: TextMatch | None = Field(default=None, description="The visible new text, without quoted history.")
    header: dict[_HeaderName, TextMatch] | None = Field(
        default=None, min_length=1, max_length=1, description="Any header by its name; each of its values is looked at."
    )
    class_: TextMatch | None = Field(default=None, alias="class", description="What the mail is: human, bounce …")
    mailbox: TextMatch | None = Field(default=None, description="Mailbox id, which is the account's name.")
    attachment_name: TextMatch | None = None
    attachment_type: TextMatch | None = Field(default=None, description="Media type, such as application/pdf.")
    attachment_size: SizeMatch | None = Field(default=None, description="Size of any attachment, decoded.")
    size: SizeMatch | None = None
    authentication: TextMatch | None = Field(
        default=None, description="DMARC result of a trusted server: " + ", ".join(AUTHENTICATION_RESULTS) + "."
    )

    @model_validator(mode="after")
    def _checked(self) -> Condition:
        _only_one(self, "a condition")
        (name,) = self.model_fields_set
        if getattr(self, name) is None:
            raise ValueError(f"the condition {name.rstrip('_')!r} needs a value")
        for key, words in ((self.class_, tuple(MailClassKind)), (self.authentication, AUTHENTICATION_RESULTS)):
            if key is not None:
                _known_words(key.match, words, name.rstrip("_"))
        return self

    @property
    def node(self) -> Node:
        """This condition as a tree of `Group`, `Negation` and `Test`."""
        (name,) = self.model_fields_set
        value = getattr(self, name)
        if name == "all_":
            return Group("all", tuple(child.node for child in value))
        if name == "any_":
            return Group("any", tuple(child.node for child in value))
        if name == "not_":
            return Negation(value.node)
        if isinstance(value, Mapping):
            ((header, match),) = value.items()
            return Test(Subject.HEADER, match.match, header)
        return Test(Subject(name.rstrip("_")), value.match)


def _known_words(match: Match, words: tuple[str, ...], what: str) -> None:
    if match.operator not in (Comparison.IS, Comparison.IS_ANY_OF):
        raise ValueError(f"a test on {what} is written with `is` or `is_any_of`")
    unknown = [value for value in match.values if value not in words]
    if unknown:
        raise ValueError(f"{what} is never {', '.join(map(repr, unknown))}; it is one of {', '.join(words)}")


@dataclass(frozen=True)
class Match:
    """An operator with what it compares to: texts (one of them must hold), a number for sizes, or `exists`."""

    operator: Comparison
    values: tuple[str, ...]
    number: int | None = None
    exists: bool | None = None


@dataclass(frozen=True)
class Test:
    """A leaf: `subject` compared by `match`; `header` names the header when the subject is one."""

    __test__ = False  # pytest: not a test class

    subject: Subject
    match: Match
    header: str | None = None


@dataclass(frozen=True)
class Group:
    """All or any of the children hold."""

    kind: Literal["all", "any"]
    children: tuple[Node, ...]


@dataclass(frozen=True)
class Negation:
    """The child does not hold."""

    child: Node


Node = Test | Group | Negation

"""`WorkQueue` and `Operator`: whom interactions and cases are routed to."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from schemas.config.base import Address, Document, Line

__all__ = ["Operator", "WorkQueue"]


class WorkQueue(Document):
    """A list of work that a team shares."""

    kind: Literal["WorkQueue"]
    label: Line = Field(min_length=1)


class Operator(Document):
    """A person who works on cases."""

    kind: Literal["Operator"]
    label: Line = Field(min_length=1, description="The person's name as colleagues see it.")
    address: Address

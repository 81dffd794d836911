"""Pages by cursor: a page begins after the last item of the one before, so nothing is skipped when rows are added."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, Field

from casesvc.api.problems import ProblemRaised

__all__ = ["Cursor", "Limit", "Page", "page", "position"]

Item = TypeVar("Item", bound=BaseModel)

Cursor = Annotated[str | None, Query(description="`next` of the page before", max_length=64)]
Limit = Annotated[int, Query(ge=1, le=200, description="items of a page")]


class Page(BaseModel, Generic[Item]):
    """One page; `next` is the cursor of the following one, null at the end."""

    items: list[Item]
    next: str | None = Field(default=None, description="cursor of the following page; null at the end")


def position(cursor: str | None) -> int | None:
    """The row number in a cursor. Raises ProblemRaised 400 for one that we did not give."""
    if cursor is None:
        return None
    try:
        text = base64.urlsafe_b64decode(cursor.encode("ascii", "replace") + b"==").decode("ascii")
        if text.startswith("n") and text[1:].isdigit() and len(text) < 20:
            return int(text[1:])
    except (binascii.Error, UnicodeDecodeError, ValueError):
        pass
    raise ProblemRaised(
        400, f"{cursor[:40]!r} is no cursor", where="query.cursor", remedy="use `next` of the page before, unchanged"
    )


def page(rows: Sequence[dict[str, Any]], limit: int, model: type[Item]) -> Page[Item]:
    """The page of `rows`, of which one more than `limit` was asked for; each has its `number`."""
    shown = rows[:limit]
    following = None
    if len(rows) > limit:
        following = base64.urlsafe_b64encode(f"n{shown[-1]['number']}".encode()).decode().rstrip("=")
    return Page[Any](items=[model.model_validate(row) for row in shown], next=following)

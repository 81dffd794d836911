"""History: what happened, in order, for ever. A trigger refuses every update and delete."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from psycopg import Connection
from psycopg.types.json import Jsonb

from runtime.database.pool import Row

__all__ = ["Entry", "write"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One step. `event_id`, where there is one, makes it unique."""

    what: str
    at: datetime
    case_id: str | None = None
    interaction_id: str | None = None
    mail_id: str | None = None
    event_id: str | None = None
    by: str = "mailcase"
    detail: dict[str, Any] = field(default_factory=dict)


def write(connection: Connection[Row], entries: Sequence[Entry]) -> None:
    """Append entries; one whose event is known is left out."""
    with connection.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO history (case_id, interaction_id, mail_id, event_id, what, by, at, detail)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (event_id) DO NOTHING",
            [
                (e.case_id, e.interaction_id, e.mail_id, e.event_id, e.what, e.by, e.at, Jsonb(e.detail))
                for e in entries
            ],
        )

"""Cases with their people and attachments."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from psycopg import Connection, sql
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from casesvc.records import Case, Participant
from runtime.database.pool import Row
from schemas.config import CaseType
from schemas.events.decision import Attachment

__all__ = [
    "add_attachments",
    "add_participants",
    "insert",
    "lock",
    "next_id",
    "participants_of",
    "prepare_numbers",
    "touch",
]

_SEQUENCES_LOCK = 0x6D61696C6361


_COLUMNS = tuple(Case.__dataclass_fields__)
_SELECT = sql.SQL("SELECT {} FROM cases").format(sql.SQL(", ").join(map(sql.Identifier, _COLUMNS)))


def prepare_numbers(connection: Connection[Row], case_types: Iterable[CaseType]) -> None:
    """Make the number sequence of each case type that has none yet. Numbers are never used again."""
    connection.execute("SELECT pg_advisory_xact_lock(%s)", [_SEQUENCES_LOCK])
    for case_type in case_types:
        connection.execute(sql.SQL("CREATE SEQUENCE IF NOT EXISTS {}").format(_sequence(case_type)))


def next_id(connection: Connection[Row], case_type: CaseType) -> str:
    """The id of a new case, `<prefix>-<number>`; a rolled-back transaction leaves a gap."""
    row = connection.execute(sql.SQL("SELECT nextval({})").format(sql.Literal(_sequence_name(case_type)))).fetchone()
    assert row is not None, "nextval gives a row"
    return f"{case_type.id_prefix}-{row[0]}"


def lock(connection: Connection[Row], ids: Iterable[str]) -> dict[str, Case]:
    """Lock the cases in sorted order and read them; ids that are no case are left out."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    with connection.cursor(row_factory=class_row(Case)) as cursor:
        # NO KEY: rows that refer to a case (history, outgoing steps) may be written meanwhile.
        cursor.execute(_SELECT + sql.SQL(" WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE"), [wanted])
        return {case.id: case for case in cursor}


def insert(connection: Connection[Row], case: Case) -> None:
    """Store a new case."""
    values = [
        Jsonb(value) if isinstance(value, dict) else value for value in (getattr(case, name) for name in _COLUMNS)
    ]
    connection.execute(
        sql.SQL("INSERT INTO cases ({}) VALUES ({})").format(
            sql.SQL(", ").join(map(sql.Identifier, _COLUMNS)), sql.SQL(", ").join([sql.Placeholder()] * len(_COLUMNS))
        ),
        values,
    )


def touch(
    connection: Connection[Row], case_id: str, at: datetime, fields: Mapping[str, Any], missing: Sequence[str]
) -> None:
    """The case changed: its fields are `fields` now, its version is the next one."""
    connection.execute(
        "UPDATE cases SET fields = %s, missing = %s, version = version + 1, updated_at = %s WHERE id = %s",
        [Jsonb(dict(fields)), list(missing), at, case_id],
    )


def participants_of(connection: Connection[Row], ids: Iterable[str]) -> dict[str, frozenset[str]]:
    """Addresses of the people of each case."""
    found: dict[str, set[str]] = {case_id: set() for case_id in ids}
    rows = connection.execute("SELECT case_id, address FROM participants WHERE case_id = ANY(%s)", [sorted(found)])
    for case_id, address in rows:
        found[case_id].add(address)
    return {case_id: frozenset(addresses) for case_id, addresses in found.items()}


def add_participants(
    connection: Connection[Row], case_id: str, people: Sequence[Participant], at: datetime
) -> list[str]:
    """Add people; returns the addresses that were not there before."""
    added = []
    for person in people:
        rows = connection.execute(
            "INSERT INTO participants (case_id, address, name, how, since) VALUES (%s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING RETURNING address",
            [case_id, person.address, person.name, person.how, at],
        )
        added += [address for (address,) in rows]
    return added


def add_attachments(connection: Connection[Row], case_id: str, mail_id: str, parts: Sequence[Attachment]) -> None:
    """Add attachments; the same bytes are kept once per case and counted."""
    for part in parts:
        connection.execute(
            "INSERT INTO attachments AS known (case_id, sha256, mail_id, part, name, type, size, inline)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s)"
            " ON CONFLICT (case_id, sha256) DO UPDATE SET seen = known.seen + 1",
            [case_id, part.sha256, mail_id, part.part, part.name, part.type, part.size, part.inline],
        )


def _sequence_name(case_type: CaseType) -> str:
    return f"case_numbers_{case_type.id_prefix.lower()}"


def _sequence(case_type: CaseType) -> sql.Identifier:
    return sql.Identifier(_sequence_name(case_type))

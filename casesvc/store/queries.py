"""What the API shows: reads only, as dicts that its models validate."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, LiteralString

from psycopg import Connection, sql
from psycopg.rows import dict_row

from runtime.database.pool import Row

__all__ = [
    "case",
    "case_history",
    "cases",
    "interaction",
    "interactions",
    "mail",
    "mailboxes",
    "outgoing",
    "quarantine",
    "raw_reference",
    "timeline",
]

Found = dict[str, Any]

_INTERACTIONS = """
SELECT * FROM (SELECT i.number, i.id, i.mail_id, i.mailbox, i.class, i.state, i.placement, i.reason, i.evidence,
    i.rule, i.queue,
    i.operator, i.resolution, i.opened_at, i.resolved_at, m.subject, m.from_address,
    ARRAY(SELECT case_id FROM interaction_cases c WHERE c.interaction_id = i.id ORDER BY case_id) AS cases
FROM interactions i JOIN mails m ON m.mail_id = i.mail_id) found
"""
_QUARANTINE = """
SELECT number, mail_id, run, stage, state, mailbox, reason, kind, at, record->>'detail' AS detail,
    (record->>'attempts')::integer AS attempts, record->>'release' AS release, record#>>'{raw,ref}' AS raw_ref
FROM quarantine
"""


def cases(connection: Connection[Row], wanted: Mapping[str, Any], before: int | None, limit: int) -> Sequence[Found]:
    """Cases, newest first; `wanted` are exact values of columns (None: any)."""
    return _listed(connection, "SELECT * FROM cases", wanted, before, limit)


def interactions(
    connection: Connection[Row], wanted: Mapping[str, Any], before: int | None, limit: int
) -> Sequence[Found]:
    """Interactions, newest first. Columns of `wanted` as in the table."""
    return _listed(connection, _INTERACTIONS, wanted, before, limit)


def quarantine(
    connection: Connection[Row], wanted: Mapping[str, Any], before: int | None, limit: int
) -> Sequence[Found]:
    """Quarantined mails, newest first."""
    return _listed(connection, _QUARANTINE, wanted, before, limit)


def outgoing(connection: Connection[Row], wanted: Mapping[str, Any], before: int | None, limit: int) -> Sequence[Found]:
    """Outgoing mails, newest first."""
    return _listed(connection, "SELECT * FROM outgoing", wanted, before, limit)


def mailboxes(connection: Connection[Row]) -> Sequence[Found]:
    """All mailboxes that ever told their status."""
    return _rows(connection, "SELECT mailbox, at, status FROM mailbox_status ORDER BY mailbox", [])


def case(connection: Connection[Row], case_id: str) -> Found | None:
    """A case with its people, attachments, interactions and outgoing mails."""
    found = _one(connection, "SELECT * FROM cases WHERE id = %s", [case_id])
    if found is None:
        return None
    found["participants"] = _rows(
        connection, "SELECT * FROM participants WHERE case_id = %s ORDER BY since, address", [case_id]
    )
    found["attachments"] = _rows(
        connection, "SELECT * FROM attachments WHERE case_id = %s ORDER BY name, sha256", [case_id]
    )
    found["interactions"] = _rows(
        connection,
        "SELECT i.id AS interaction, i.mail_id, c.relation, m.subject, m.from_address, m.received_at"
        " FROM interaction_cases c JOIN interactions i ON i.id = c.interaction_id"
        " JOIN mails m ON m.mail_id = i.mail_id WHERE c.case_id = %s ORDER BY i.number LIMIT 1000",
        [case_id],
    )
    found["outgoing"] = _rows(
        connection, "SELECT * FROM outgoing WHERE case_id = %s ORDER BY number LIMIT 1000", [case_id]
    )
    return found


def case_history(connection: Connection[Row], case_id: str, after: int | None, limit: int) -> Sequence[Found]:
    """The history of a case, oldest first, from after row `after`."""
    return _rows(
        connection,
        "SELECT * FROM history WHERE case_id = %s AND number > %s ORDER BY number LIMIT %s",
        [case_id, after or 0, limit],
    )


def interaction(connection: Connection[Row], interaction_id: str) -> Found | None:
    """An interaction with its decision and its relations."""
    found = _one(connection, f"{_INTERACTIONS} WHERE id = %s", [interaction_id])
    if found is None:
        return None
    # Decisions have up to 256 KiB: a list must not read one for each of its lines.
    found |= _one(connection, "SELECT decision FROM mails WHERE mail_id = %s", [found["mail_id"]]) or {}
    found["case_relations"] = _rows(
        connection,
        "SELECT case_id AS id, relation FROM interaction_cases WHERE interaction_id = %s ORDER BY case_id",
        [interaction_id],
    )
    found["interactions"] = _rows(
        connection,
        "SELECT other_id AS id, relation FROM interaction_links WHERE interaction_id = %(id)s"
        " UNION SELECT interaction_id, relation FROM interaction_links WHERE other_id = %(id)s ORDER BY id LIMIT 200",
        {"id": interaction_id},
    )
    return found


def mail(connection: Connection[Row], mail_id: str) -> Found | None:
    """A mail's decision, with the id of its interaction."""
    return _one(
        connection,
        "SELECT m.decision, i.id AS interaction FROM mails m LEFT JOIN interactions i ON i.mail_id = m.mail_id"
        " WHERE m.mail_id = %s",
        [mail_id],
    )


def raw_reference(connection: Connection[Row], mail_id: str) -> str | None:
    """Where the mail's bytes lie; None for a mail that is neither decided nor quarantined."""
    found = _one(
        connection,
        "SELECT raw_ref FROM mails WHERE mail_id = %(id)s UNION ALL"
        " SELECT record#>>'{raw,ref}' FROM quarantine WHERE mail_id = %(id)s AND record#>>'{raw,ref}' IS NOT NULL"
        " LIMIT 1",
        {"id": mail_id},
    )
    return found["raw_ref"] if found else None


def timeline(connection: Connection[Row], mail_id: str) -> dict[str, Sequence[Found]]:
    """The pieces of a mail's way, each in order: history, outgoing steps, decisions that came second, quarantine."""
    return {
        "history": _rows(connection, "SELECT * FROM history WHERE mail_id = %s ORDER BY number LIMIT 1000", [mail_id]),
        "steps": _rows(
            connection,
            "SELECT s.*, o.purpose FROM outgoing o JOIN outgoing_steps s ON s.notification_id = o.notification_id"
            " WHERE o.mail_id = %s ORDER BY s.notification_id, s.sequence, s.at LIMIT 1000",
            [mail_id],
        ),
        "superseded": _rows(
            connection, "SELECT run, same_as, reason, at FROM superseded WHERE mail_id = %s ORDER BY at", [mail_id]
        ),
        "quarantine": _rows(connection, f"{_QUARANTINE} WHERE mail_id = %s ORDER BY number", [mail_id]),
    }


def _listed(
    connection: Connection[Row], query: LiteralString, wanted: Mapping[str, Any], before: int | None, limit: int
) -> Sequence[Found]:
    values = {name: value for name, value in wanted.items() if value is not None}
    conditions = [sql.SQL("{} = {}").format(sql.Identifier(name), sql.Placeholder(name)) for name in values]
    if before is not None:
        conditions.append(sql.SQL("number < {}").format(sql.Placeholder("_before")))
    where = sql.SQL(" WHERE ") + sql.SQL(" AND ").join(conditions) if conditions else sql.SQL("")
    asked = sql.SQL(query) + where + sql.SQL(" ORDER BY number DESC LIMIT {}").format(sql.Placeholder("_limit"))
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(asked, {**values, "_before": before, "_limit": limit})
        return cursor.fetchall()


def _rows(connection: Connection[Row], query: LiteralString, values: list[Any] | dict[str, Any]) -> list[Found]:
    with connection.cursor(row_factory=dict_row) as cursor:
        cursor.execute(query, values)
        return cursor.fetchall()


def _one(connection: Connection[Row], query: LiteralString, values: list[Any] | dict[str, Any]) -> Found | None:
    rows = _rows(connection, query, values)
    return rows[0] if rows else None

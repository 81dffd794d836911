"""Interactions: the triage record that every mail has, with its relations to cases and to other interactions."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal

from psycopg import Connection

from casesvc.records import Interaction, Relation
from runtime.database.pool import Row

__all__ = ["insert", "link", "next_number", "open_children", "relate", "resolve"]


def next_number(connection: Connection[Row]) -> int:
    """The number of a new interaction; a rolled-back transaction leaves a gap."""
    row = connection.execute("SELECT nextval('interaction_numbers')").fetchone()
    assert row is not None, "nextval gives a row"
    return int(row[0])


def insert(connection: Connection[Row], new: Interaction) -> None:
    """Store a new interaction."""
    connection.execute(
        "INSERT INTO interactions (number, id, mail_id, mailbox, conversation, class, state, placement, reason,"
        " evidence, rule, queue, operator, resolution, opened_at, resolved_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            new.number,
            new.id,
            new.mail_id,
            new.mailbox,
            new.conversation,
            new.class_kind,
            new.state,
            new.placement,
            new.reason,
            new.evidence,
            new.rule,
            new.queue,
            new.operator,
            new.resolution,
            new.opened_at,
            new.opened_at if new.state == "resolved" else None,
        ],
    )


def relate(connection: Connection[Row], interaction: str, case_id: str, relation: Relation) -> None:
    """Note how an interaction belongs to a case. A stronger relation takes the place of `linked`."""
    connection.execute(
        "INSERT INTO interaction_cases (interaction_id, case_id, relation) VALUES (%s, %s, %s)"
        " ON CONFLICT (interaction_id, case_id) DO UPDATE SET relation = excluded.relation"
        " WHERE interaction_cases.relation = 'linked'",
        [interaction, case_id, relation],
    )


def link(
    connection: Connection[Row], interaction: str, others: Iterable[str], relation: Literal["same_mail", "conversation"]
) -> None:
    """Note that interactions belong together."""
    for other in others:
        if other != interaction:
            connection.execute(
                "INSERT INTO interaction_links (interaction_id, other_id, relation) VALUES (%s, %s, %s)"
                " ON CONFLICT DO NOTHING",
                [interaction, other, relation],
            )


def open_children(connection: Connection[Row], digest: str, mailbox: str, sender: str) -> list[tuple[str, str]]:
    """(interaction, mail id) of unresolved replies by `sender` to the Message-ID `digest` that have no case."""
    rows = connection.execute(
        "SELECT DISTINCT i.number, i.id, m.mail_id FROM mail_references r JOIN mails m ON m.mail_id = r.mail_id"
        " JOIN interactions i ON i.mail_id = m.mail_id"
        " WHERE r.digest = %s AND m.mailbox = %s AND m.from_address = %s"
        " AND i.state <> 'resolved' AND m.class = 'human'"
        " AND NOT EXISTS (SELECT FROM interaction_cases ic WHERE ic.interaction_id = i.id) ORDER BY i.number LIMIT 50",
        [digest, mailbox, sender],
    )
    return [(interaction, mail_id) for _, interaction, mail_id in rows]


def resolve(connection: Connection[Row], interaction: str, resolution: str, at: datetime) -> None:
    """The interaction is done with."""
    connection.execute(
        "UPDATE interactions SET state = 'resolved', resolution = %s, resolved_at = %s WHERE id = %s",
        [resolution, at, interaction],
    )

"""Outgoing mails as casesvc sees them: asked for here, moved by the notifier's events."""

from __future__ import annotations

from datetime import datetime

from psycopg import Connection
from psycopg.types.json import Jsonb

from casesvc.records import Outgoing
from runtime.database.pool import Row
from schemas.events import MailRequested, OutboundEvent

__all__ = ["find", "request", "step"]


def request(connection: Connection[Row], mail: MailRequested, mail_id: str, at: datetime) -> None:
    """Note that a mail was asked for. An outbound event may have come before: then only what it left out is filled."""
    connection.execute(
        "INSERT INTO outgoing (notification_id, purpose, case_id, interaction_id, mail_id, conversation, account,"
        " template, language, recipients, requested_at, updated_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (notification_id) DO UPDATE SET"
        " mail_id = excluded.mail_id, conversation = excluded.conversation, template = excluded.template,"
        " language = excluded.language, recipients = excluded.recipients",
        [
            mail.notification_id,
            mail.purpose.value,
            mail.case.id if mail.case else None,
            mail.interaction,
            mail_id,
            mail.conversation,
            mail.account,
            mail.template,
            mail.language,
            list(mail.to),
            at,
            at,
        ],
    )


def find(connection: Connection[Row], notification_id: str) -> Outgoing | None:
    """The outgoing mail with this id."""
    row = connection.execute(
        "SELECT notification_id, case_id, interaction_id, mail_id, purpose, recipients FROM outgoing"
        " WHERE notification_id = %s",
        [notification_id],
    ).fetchone()
    return None if row is None else Outgoing(row[0], row[1], row[2], row[3], row[4], tuple(row[5]))


def step(connection: Connection[Row], event_id: str, sequence: int, data: OutboundEvent) -> Outgoing | None:
    """Take over a step of the ledger; None when it was taken over before.

    The state follows the highest sequence; the steps are kept all.
    """
    recipients = Jsonb([recipient.model_dump(mode="json") for recipient in data.recipients])
    fresh = connection.execute(
        "INSERT INTO outgoing_steps (event_id, notification_id, state, sequence, attempt, response, reason, recipients,"
        " at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING RETURNING event_id",
        [
            event_id,
            data.notification_id,
            data.state.value,
            sequence,
            data.attempt,
            data.response,
            data.reason,
            recipients,
            data.at,
        ],
    ).fetchone()
    if fresh is None:
        return None
    connection.execute(
        "INSERT INTO outgoing AS known (notification_id, purpose, case_id, interaction_id, account, state, sequence,"
        " attempt, response, reason, recipient_states, requested_at, updated_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT (notification_id) DO UPDATE SET"
        " state = excluded.state, sequence = excluded.sequence, attempt = excluded.attempt,"
        " response = excluded.response, reason = excluded.reason, recipient_states = excluded.recipient_states,"
        " updated_at = excluded.updated_at WHERE known.sequence < excluded.sequence",
        [
            data.notification_id,
            data.purpose,
            data.case,
            data.interaction,
            data.account,
            data.state.value,
            sequence,
            data.attempt,
            data.response,
            data.reason,
            recipients,
            data.at,
            data.at,
        ],
    )
    for digest in data.message_id_digests:
        connection.execute(
            "INSERT INTO outgoing_ids (digest, notification_id) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [digest, data.notification_id],
        )
    return find(connection, data.notification_id)

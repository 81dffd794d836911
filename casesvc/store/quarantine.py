"""Quarantined mails: open until they are decided, released or discarded."""

from __future__ import annotations

from psycopg import Connection

from runtime.database.pool import Row
from schemas.events import Decision, Quarantined
from schemas.ids import mail_id_by_server

__all__ = ["add", "close", "end", "lock_names"]


def lock_names(record: Quarantined) -> list[str]:
    """Names under which a quarantined mail is locked; intake locks the same ones."""
    return [f"mail:{record.mail_id}", f"server:{record.mailbox}:{record.server_id}"]


def add(connection: Connection[Row], record: Quarantined, decision: str | None = None) -> bool:
    """Keep a quarantine record (with the decision's JSON where casesvc made it); False when it was known.

    A record for a mail that has an interaction is kept as superseded. The caller holds its locks (`lock_names`).
    """
    row = connection.execute(
        "INSERT INTO quarantine (mail_id, run, stage, state, mailbox, reason, kind, record, decision, at)"
        " SELECT %(mail)s, %(run)s, %(stage)s,"
        " CASE WHEN EXISTS (SELECT FROM mails WHERE mail_id = %(mail)s"
        " OR (%(placed)s AND mailbox = %(mailbox)s AND server_id = %(server)s AND NOT server_conflict))"
        " THEN 'superseded' ELSE 'open' END,"
        " %(mailbox)s, %(reason)s, %(kind)s, %(record)s, %(decision)s, %(at)s"
        " ON CONFLICT (mail_id, run, stage) DO NOTHING RETURNING state",
        {
            "mail": record.mail_id,
            "run": record.run,
            "stage": record.stage.value,
            "mailbox": record.mailbox,
            "server": record.server_id,
            # Without bytes a mail is known by its place on the server alone.
            "placed": record.raw is None,
            "reason": record.reason,
            "kind": record.kind.value,
            "record": record.model_dump_json(by_alias=True),
            "decision": decision,
            "at": record.at,
        },
    ).fetchone()
    return row is not None


def close(connection: Connection[Row], decision: Decision) -> int:
    """The mail was decided: its open entries are closed; returns how many there were.

    One that ingest put aside without its bytes is known by its place on the server, and is the same mail.
    """
    ids = [decision.mail_id, mail_id_by_server(decision.mailbox, decision.server_id)]
    return connection.execute(
        "UPDATE quarantine SET state = 'closed', changed_at = now() WHERE mail_id = ANY(%s) AND state = 'open'", [ids]
    ).rowcount


def end(connection: Connection[Row], mail_id: str, run: int, state: str) -> None:
    """A person released (`released`) or discarded (`discarded`) the entries of the runs before `run`."""
    connection.execute(
        "UPDATE quarantine SET state = %s, changed_at = now() WHERE mail_id = %s AND run <= %s AND state = 'open'",
        [state, mail_id, run],
    )

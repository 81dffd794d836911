"""Inbox, locks and attempts: what makes an at-least-once stream into effects that happen once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from psycopg import Connection

from runtime.database.pool import Row
from schemas.ids import sha256_hex

__all__ = [
    "claim",
    "end_if_frozen",
    "forget_attempts",
    "keep_superseded",
    "lock",
    "note_attempt",
    "note_begun",
    "take_back_attempts",
]

Key = tuple[str, int]
"""Mail id and run."""


def end_if_frozen(connection: Connection[Row], seconds: float) -> None:
    """Let the server end this transaction when we are silent for `seconds`: a frozen process must not keep its locks
    from those that took its mails over. When it wakes its transaction is gone, and its mails are done."""
    connection.execute("SELECT set_config('idle_in_transaction_session_timeout', %s, true)", [str(int(seconds * 1000))])


def claim(connection: Connection[Row], keys: Iterable[Key]) -> set[Key]:
    """Write the inbox rows of `keys`, in sorted order; returns those that were not there before."""
    wanted = sorted(set(keys))
    rows = connection.execute(
        "INSERT INTO inbox (mail_id, run) SELECT * FROM unnest(%s::text[], %s::integer[])"
        " ON CONFLICT DO NOTHING RETURNING mail_id, run",
        [[mail_id for mail_id, _ in wanted], [run for _, run in wanted]],
    )
    return {(mail_id, run) for mail_id, run in rows}


def lock(connection: Connection[Row], names: Iterable[str]) -> None:
    """Lock everything that is known by `names` until the transaction ends, in one order for all processes."""
    numbers = sorted({int(sha256_hex(name.encode("utf-8", "replace"))[:15], 16) for name in names})
    # A function scan gives the numbers, and so takes the locks, in the order of the array.
    connection.execute("SELECT pg_advisory_xact_lock(number) FROM unnest(%s::bigint[]) AS number", [numbers])


def note_attempt(connection: Connection[Row], key: Key, owner: str) -> int:
    """Count an attempt to process a suspect; returns how many *other* processes began and did not end it.

    The caller commits before it processes. `owner` names this process: its own retries are no crashes.
    """
    row = connection.execute(
        "INSERT INTO attempts AS known (mail_id, run, count, owner) VALUES (%s, %s, 1, %s)"
        " ON CONFLICT (mail_id, run) DO UPDATE SET last_at = now(), owner = excluded.owner,"
        " count = known.count + CASE WHEN known.owner = excluded.owner THEN 0 ELSE 1 END RETURNING count",
        [key[0], key[1], owner],
    ).fetchone()
    assert row is not None, "an upsert returns its row"
    return int(row[0]) - 1


def note_begun(connection: Connection[Row], keys: Sequence[Key], owner: str) -> bool:
    """Note that `owner` begins `keys` together; False when one of them was begun by another process and not ended."""
    wanted = sorted(set(keys))
    connection.execute(
        "INSERT INTO attempts (mail_id, run, count, owner) SELECT mail_id, run, 1, %s"
        " FROM unnest(%s::text[], %s::integer[]) AS new (mail_id, run) ON CONFLICT DO NOTHING",
        [owner, [mail_id for mail_id, _ in wanted], [run for _, run in wanted]],
    )
    row = connection.execute(
        "SELECT count(*) FROM attempts JOIN unnest(%s::text[], %s::integer[]) AS new (mail_id, run)"
        " USING (mail_id, run) WHERE owner <> %s",
        [[mail_id for mail_id, _ in wanted], [run for _, run in wanted], owner],
    ).fetchone()
    return row is not None and row[0] == 0


def take_back_attempts(connection: Connection[Row], keys: Sequence[Key], owner: str) -> None:
    """`owner` leaves `keys` undone but alive: what it noted about them is no sign of a crash."""
    connection.execute(
        "WITH left_undone AS (UPDATE attempts SET count = count - 1, owner = ''"
        " FROM unnest(%s::text[], %s::integer[]) AS key (mail_id, run)"
        " WHERE attempts.mail_id = key.mail_id AND attempts.run = key.run AND owner = %s AND count > 1)"
        " DELETE FROM attempts USING unnest(%s::text[], %s::integer[]) AS key (mail_id, run)"
        " WHERE attempts.mail_id = key.mail_id AND attempts.run = key.run AND owner = %s AND count = 1",
        2 * [[mail_id for mail_id, _ in keys], [run for _, run in keys], owner],
    )


def forget_attempts(connection: Connection[Row], keys: Sequence[Key]) -> None:
    """These mails were processed: nothing about them is suspect any more."""
    connection.execute(
        "DELETE FROM attempts USING unnest(%s::text[], %s::integer[]) AS done (mail_id, run)"
        " WHERE attempts.mail_id = done.mail_id AND attempts.run = done.run",
        [[mail_id for mail_id, _ in keys], [run for _, run in keys]],
    )


def keep_superseded(connection: Connection[Row], key: Key, same_as: str, reason: str, decision: str) -> None:
    """Keep a decision (its JSON) that came second: for its own mail id, or for a mail that is known as `same_as`."""
    connection.execute(
        "INSERT INTO superseded (mail_id, run, same_as, reason, decision) VALUES (%s, %s, %s, %s, %s)"
        " ON CONFLICT DO NOTHING",
        [key[0], key[1], same_as, reason, decision],
    )

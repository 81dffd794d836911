"""API tokens: only a hash of the secret is kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from psycopg import Connection
from psycopg.rows import class_row

from runtime.database.pool import Row

__all__ = ["Token", "add", "every", "revoke", "used"]


@dataclass(frozen=True, slots=True)
class Token:
    """A token as people see it, without its secret."""

    id: str
    name: str
    scopes: list[str]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


_SELECT = "SELECT id, name, scopes, created_at, expires_at, revoked_at, last_used_at FROM api_tokens"


def add(
    connection: Connection[Row],
    token_id: str,
    name: str,
    secret_sha256: str,
    scopes: list[str],
    expires_at: datetime | None,
) -> None:
    """Store a new token by the SHA-256 of its secret."""
    connection.execute(
        "INSERT INTO api_tokens (id, name, secret_sha256, scopes, expires_at) VALUES (%s, %s, %s, %s, %s)",
        [token_id, name, secret_sha256, scopes, expires_at],
    )


def used(connection: Connection[Row], secret_sha256: str) -> Token | None:
    """The token with this secret, whatever its state; its last use is noted, at most once a minute."""
    with connection.cursor(row_factory=class_row(Token)) as cursor:
        cursor.execute(f"{_SELECT} WHERE secret_sha256 = %s", [secret_sha256])
        found = cursor.fetchone()
    if found is not None:
        connection.execute(
            "UPDATE api_tokens SET last_used_at = now() WHERE id = %s"
            " AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')",
            [found.id],
        )
    return found


def every(connection: Connection[Row]) -> list[Token]:
    """All tokens, oldest first, the revoked ones included."""
    with connection.cursor(row_factory=class_row(Token)) as cursor:
        cursor.execute(f"{_SELECT} ORDER BY created_at, id")
        return cursor.fetchall()


def revoke(connection: Connection[Row], token_id: str) -> bool:
    """Revoke a token; False when there is none with this id. Idempotent."""
    return (
        connection.execute(
            "UPDATE api_tokens SET revoked_at = coalesce(revoked_at, now()) WHERE id = %s", [token_id]
        ).rowcount
        > 0
    )

"""API tokens: `mct_<id>_<secret>`, shown once; the store keeps only the SHA-256 of the whole."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime

from fastapi import Request

from casesvc.api.problems import ProblemRaised
from casesvc.store import tokens
from runtime.database.pool import Database
from schemas.errors import ConfigurationError
from schemas.ids import sha256_hex

__all__ = ["SCOPES", "Guard", "create", "list_tokens", "revoke"]

SCOPES = (
    "cases:read",
    "interactions:read",
    "mails:read",
    "attachments:read",
    "mailboxes:read",
    "quarantine:read",
    "outgoing:read",
)
"""What a token can be allowed to do."""
_PREFIX = "mct_"
_LONGEST = 200


def create(database: Database, name: str, scopes: Iterable[str], expires_at: datetime | None = None) -> str:
    """Make a token and return it: the only time that it can be seen. Raises ConfigurationError for an unknown scope."""
    wanted = sorted(set(scopes))
    unknown = [scope for scope in wanted if scope not in SCOPES]
    if unknown or not wanted:
        what = f"no such scope: {', '.join(unknown)}" if unknown else "a token needs a scope"
        raise ConfigurationError(f"{what}; there are {', '.join(SCOPES)}")
    token_id = secrets.token_hex(4)
    token = f"{_PREFIX}{token_id}_{secrets.token_urlsafe(32)}"
    with database.transaction() as connection:
        tokens.add(connection, token_id, name, sha256_hex(token.encode()), wanted, expires_at)
    return token


def list_tokens(database: Database) -> list[tokens.Token]:
    """All tokens, oldest first."""
    with database.transaction() as connection:
        return tokens.every(connection)


def revoke(database: Database, token_id: str) -> None:
    """Revoke a token at once. Raises ConfigurationError when there is none with this id."""
    with database.transaction() as connection:
        if not tokens.revoke(connection, token_id):
            raise ConfigurationError(f"no token has the id {token_id!r}; `mailcase token list` shows them")


class Guard:
    """Lets a request pass that bears a token with a scope."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def check(self, request: Request, scope: str) -> None:
        """Raises ProblemRaised 401 (no valid token) or 403 (a token without the scope)."""
        kind, _, token = request.headers.get("authorization", "").partition(" ")
        token = token.strip()
        if kind.lower() != "bearer" or not token:
            raise _refused("no token was sent", "invalid_request")
        found = None
        if token.startswith(_PREFIX) and len(token) <= _LONGEST:
            # The lookup goes by a hash of a random secret: its timing tells nothing that helps to guess one.
            with self._database.transaction() as connection:
                found = tokens.used(connection, sha256_hex(token.encode("utf-8", "replace")))
        if found is None:
            raise _refused("the token is not known", "invalid_token")
        if found.revoked_at is not None:
            raise _refused("the token was revoked", "invalid_token")
        if found.expires_at is not None and found.expires_at <= datetime.now(UTC):
            raise _refused("the token has expired", "invalid_token")
        if scope not in found.scopes:
            raise ProblemRaised(
                403,
                f"the token has no scope {scope}",
                where="header Authorization",
                remedy=f"make one: mailcase token create --scope {scope}",
            )


def _refused(detail: str, error: str) -> ProblemRaised:
    return ProblemRaised(
        401,
        detail,
        where="header Authorization",
        remedy="send `Authorization: Bearer <token>`; `mailcase token create --scope …` makes one",
        headers={"WWW-Authenticate": f'Bearer realm="mailcase", error="{error}"'},
    )

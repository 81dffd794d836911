"""`mailcase token`: access tokens of the API."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from casesvc.api.tokens import SCOPES, create, list_tokens, revoke
from runtime.database.pool import Database
from runtime.settings import load_settings

app = typer.Typer(no_args_is_help=True, help="Access tokens of the API: make, list, revoke.")


@app.command("create")
def create_token(
    scope: Annotated[list[str], typer.Option(help=f"what it may do; give it again for more: {', '.join(SCOPES)}")],
    name: Annotated[str, typer.Option(help="what it is for, as the list shows it")] = "",
    days: Annotated[int | None, typer.Option(min=1, max=3650, help="days until it expires; never without this")] = None,
) -> None:
    """Make a token and print it. It is shown this once: only a hash of it is kept."""
    expires = datetime.now(UTC) + timedelta(days=days) if days is not None else None
    with _database() as database:
        print(create(database, name, scope, expires))


@app.command("list")
def list_all() -> None:
    """All tokens: id, state, scopes, last use. The tokens themselves are nowhere."""
    with _database() as database:
        found = list_tokens(database)
    if not found:
        print("there is no token; `mailcase token create --scope cases:read` makes one")
    now = datetime.now(UTC)
    for token in found:
        expired = token.expires_at is not None and token.expires_at <= now
        state = "revoked" if token.revoked_at else "expired" if expired else "valid"
        used = f"{token.last_used_at:%Y-%m-%d %H:%M}" if token.last_used_at else "never used"
        print(f"{token.id}  {state:<8} {used:<17} {' '.join(token.scopes)}  {token.name}".rstrip())


@app.command("revoke")
def revoke_token(token_id: Annotated[str, typer.Argument(help="id, as `mailcase token list` shows it")]) -> None:
    """Revoke a token: from now on the API refuses it."""
    with _database() as database:
        revoke(database, token_id)
    print(f"token {token_id} is revoked")


@contextmanager
def _database() -> Iterator[Database]:
    """The schema of casesvc, made or upgraded first: a token can be made before the service ever ran."""
    from runtime.database.migrations import migrate

    settings = load_settings()
    schema = settings.schema_name("casesvc")
    migrate(settings.dsn, schema, "casesvc.migrations")
    database = Database(settings.dsn, schema, max_size=1)
    try:
        yield database
    finally:
        database.close()

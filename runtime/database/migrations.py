"""Schema migrations on Alembic: each service keeps its scripts in `<service>/migrations/versions/`, forward only.

No env.py and no ini file: what they would say is here, the same for every service. The version table lives in the
service's own schema. Many replicas may migrate at once; an advisory lock lets one do it while the others wait.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from pathlib import Path
from zlib import crc32

import psycopg
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.pool import NullPool

from runtime.database.errors import translate
from schemas.errors import ConfigurationError

__all__ = ["migrate", "pending"]

_LOCK_CLASS = crc32(b"mailcase.migrations") & 0x7FFFFFFF


def migrate(dsn: str, schema: str, location: Path | str) -> list[str]:
    """Bring `schema` to the newest revision; returns the revisions applied, oldest first.

    `location` is the folder that holds `versions/`, or the dotted name of that package (`casesvc.migrations`).
    Makes the schema if it does not exist. Each revision is a transaction of its own.
    Raises ProviderTemporary, ProviderAuth, ConfigurationError (no database; no right to make the schema).
    """
    script = _scripts(location)
    with _connected(dsn, schema) as connection:
        connection.execute(text("SELECT pg_advisory_lock(:kind, :which)"), _lock(schema))
        try:
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
            connection.commit()
            todo = _pending(connection, schema, script)
            if todo:
                _upgrade(connection, schema, script)
                connection.commit()
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:kind, :which)"), _lock(schema))
            connection.commit()
    return todo


def pending(dsn: str, schema: str, location: Path | str) -> list[str]:
    """Revisions that `migrate` would apply, oldest first. A schema that a newer release has migrated has none."""
    with _connected(dsn, schema) as connection:
        return _pending(connection, schema, _scripts(location))


def _scripts(location: Path | str) -> ScriptDirectory:
    folder = Path(str(resources.files(location))) if isinstance(location, str) else location
    if not (folder / "versions").is_dir():
        raise ConfigurationError(f"{folder} has no folder `versions` with migrations")
    return ScriptDirectory(str(folder))


def _pending(connection: Connection, schema: str, script: ScriptDirectory) -> list[str]:
    context = MigrationContext.configure(connection, opts={"version_table_schema": schema})
    revisions = [revision.revision for revision in script.walk_revisions()]
    revisions.reverse()
    current = context.get_current_revision()
    connection.rollback()
    if current is None:
        return revisions
    if current not in revisions:
        return []  # a newer release was here; during a rolling update the older one goes on with what it knows
    return revisions[revisions.index(current) + 1 :]


def _upgrade(connection: Connection, schema: str, script: ScriptDirectory) -> None:
    def steps(revision: object, _context: MigrationContext) -> list[object]:
        return list(script._upgrade_revs("head", revision))  # type: ignore[arg-type]

    with EnvironmentContext(Config(), script, fn=steps) as environment:
        environment.configure(connection=connection, version_table_schema=schema, transaction_per_migration=True)
        environment.run_migrations()


def _lock(schema: str) -> dict[str, int]:
    return {"kind": _LOCK_CLASS, "which": crc32(schema.encode()) & 0x7FFFFFFF}


@contextmanager
def _connected(dsn: str, schema: str) -> Iterator[Connection]:
    engine = create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(dsn, connect_timeout=5), poolclass=NullPool
    )
    try:
        with engine.connect() as connection:
            connection.execute(text(f'SET search_path TO "{schema}"'))
            connection.commit()
            yield connection
    except psycopg.OperationalError as error:
        raise translate(error, dsn) from error
    except DBAPIError as error:
        original = error.orig
        if isinstance(original, psycopg.errors.InsufficientPrivilege):
            raise ConfigurationError(
                f"the database user may not do this in schema {schema}: {' '.join(str(original).split())[:200]};"
                f" let an administrator run `CREATE SCHEMA {schema} AUTHORIZATION <user>`"
            ) from error
        if isinstance(original, psycopg.OperationalError):
            raise translate(original, dsn) from error
        raise
    finally:
        engine.dispose()

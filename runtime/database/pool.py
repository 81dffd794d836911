"""A bounded pool of connections whose search_path is the service's own schema."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import psycopg
from psycopg import Connection, sql
from psycopg_pool import ConnectionPool, PoolClosed, PoolTimeout

from runtime.database.errors import is_of_server, translate
from schemas.errors import InternalError, ProviderTemporary

__all__ = ["Database", "Row"]

Row = tuple[Any, ...]
_PATIENCE = {
    "connect_timeout": 5,
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,
}
"""libpq's parameters where the DSN names none. Without them a host that vanishes in silence (no reset comes) would hold
a thread for hours; numbers are seconds, `tcp_user_timeout` milliseconds."""


class Database:
    """One service's schema in PostgreSQL. Thread-safe; connects when it is first used.

    `min_size` connections are kept, at most `max_size` are held; `timeout` is the number of seconds that
    `transaction` waits for one; a statement may take `statement_timeout` seconds (0: as long as it takes).
    """

    def __init__(
        self,
        dsn: str,
        schema: str,
        *,
        min_size: int = 1,
        max_size: int = 5,
        timeout: float = 10.0,
        statement_timeout: float = 0.0,
    ) -> None:
        self.schema = schema
        self.dsn = dsn
        self._timeout = timeout
        self._statement_timeout = statement_timeout
        self._lock = threading.Lock()
        self._pool: ConnectionPool[Connection[Row]] | None = None
        self._sizes = (min(min_size, max_size), max_size)
        self._closed = False

    @contextmanager
    def transaction(self) -> Iterator[Connection[Row]]:
        """A connection inside a transaction: committed when the block ends, rolled back when it raises.

        Blocks for a free connection. Raises ProviderTemporary (server away or read-only, deadlock, disk full, pool
        exhausted: the whole block may be tried again), ProviderAuth, ConfigurationError (no such database). Errors of
        the statements themselves (constraints, syntax, limits) come through as psycopg's. When the server goes away
        during the commit, the outcome is unknown: what runs here must be safe to run again.
        """
        try:
            with self._pooled().connection() as connection:
                try:
                    with connection.transaction():
                        yield connection
                except psycopg.errors.ReadOnlySqlTransaction:
                    # After a failover this connection may lead to the former primary: the next one looks anew.
                    connection.close()
                    raise
        except PoolTimeout as error:
            raise self._why_no_connection() from error
        except PoolClosed as error:
            raise InternalError("the database pool is used after it was closed") from error
        except psycopg.Error as error:
            if not is_of_server(error):
                raise
            raise translate(error, self.dsn) from error

    @contextmanager
    def session(self) -> Iterator[Connection[Row]]:
        """A connection of its own outside the pool, in autocommit: for session locks and LISTEN. Raises as above."""
        connection = self._connect()
        try:
            yield connection
        except psycopg.Error as error:
            if not is_of_server(error):
                raise
            raise translate(error, self.dsn) from error
        finally:
            with suppress(psycopg.Error):
                connection.close()

    def check(self) -> None:
        """Raise the readable error if the server cannot be used now; for readiness."""
        with self.transaction() as connection:
            connection.execute("SELECT 1")

    def close(self) -> None:
        """Close all connections, waiting at most five seconds for those in use. Idempotent."""
        with self._lock:
            pool, self._pool, self._closed = self._pool, None, True
        if pool is not None:
            pool.close(timeout=5)

    def _pooled(self) -> ConnectionPool[Connection[Row]]:
        with self._lock:
            if self._closed:
                raise InternalError("the database pool is used after it was closed")
            if self._pool is None:
                self._pool = ConnectionPool(
                    self.dsn,
                    kwargs={"autocommit": True, **_patience(self.dsn)},
                    configure=self._use_schema,
                    check=ConnectionPool.check_connection,
                    min_size=self._sizes[0],
                    max_size=self._sizes[1],
                    timeout=self._timeout,
                    reconnect_timeout=60,
                    name=self.schema,
                    open=True,
                )
            return self._pool

    def _connect(self) -> Connection[Row]:
        try:
            connection = psycopg.connect(self.dsn, autocommit=True, **_patience(self.dsn))
            self._use_schema(connection)
        except psycopg.OperationalError as error:
            raise translate(error, self.dsn) from error
        return connection

    def _use_schema(self, connection: Connection[Row]) -> None:
        connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(self.schema)))
        if self._statement_timeout:
            milliseconds = str(int(self._statement_timeout * 1000))
            connection.execute("SELECT set_config('statement_timeout', %s, false)", [milliseconds])

    def _why_no_connection(self) -> Exception:
        """The pool only says that it waited in vain; one direct attempt tells what is wrong."""
        try:
            self._connect().close()
        except Exception as error:
            return error
        return ProviderTemporary(
            f"no database connection was free within {self._timeout:.0f} s; raise MAILCASE_DATABASE_POOL,"
            " or look for slow statements"
        )


def _patience(dsn: str) -> dict[str, Any]:
    """The parameters of `_PATIENCE` that `dsn` leaves open."""
    try:
        named = psycopg.conninfo.conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        return dict(_PATIENCE)
    return {name: value for name, value in _PATIENCE.items() if name not in named}

"""How PostgreSQL's errors become ours: one readable line with the next step."""

from __future__ import annotations

import re

import psycopg

from schemas.errors import ConfigurationError, MailcaseError, ProviderAuth, ProviderTemporary

__all__ = ["is_of_server", "translate"]

_STATE_OF_SERVER = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.errors.ReadOnlySqlTransaction,
    psycopg.errors.IdleInTransactionSessionTimeout,
    psycopg.errors.TransactionTimeout,
)
_OF_STATEMENT = "54"
"""SQLSTATE class "program limit exceeded": psycopg counts it as operational, but the same row is refused for ever."""


def is_of_server(error: psycopg.Error) -> bool:
    """Whether the trouble is the server's (away, failing over, read-only) and not the statement's: try again then."""
    return isinstance(error, _STATE_OF_SERVER) and not (error.sqlstate or "").startswith(_OF_STATEMENT)


def translate(error: psycopg.Error, dsn: str) -> MailcaseError:
    """The error of our tree that an error of psycopg stands for (see `is_of_server`). No password is in the text."""
    text = " ".join(str(error).split())
    where = _where(dsn)
    if missing := re.search(r'database "([^"]+)" does not exist', text):
        return ConfigurationError(
            f"{where} has no database {missing[1]!r}; make it with `createdb {missing[1]}`,"
            " or name another one in MAILCASE_DATABASE_URL"
        )
    if re.search(
        r"password authentication failed|no password supplied|no pg_hba.conf entry|role .* does not exist", text
    ):
        return ProviderAuth(
            f"{where} refuses the login ({_reason(text)}); check user and password in MAILCASE_DATABASE_URL"
        )
    if isinstance(error, psycopg.errors.DiskFull):
        return ProviderTemporary(f"{where} has no disk space left ({text[:200]}); free some, nothing is lost meanwhile")
    if isinstance(error, (psycopg.errors.DeadlockDetected, psycopg.errors.SerializationFailure)):
        return ProviderTemporary(f"{where}: two transactions were in each other's way ({text[:120]}); try again")
    if isinstance(error, psycopg.errors.QueryCanceled):
        return ProviderTemporary(f"{where} was too slow with one statement ({text[:120]}); look for what slows it down")
    if isinstance(error, psycopg.errors.ReadOnlySqlTransaction):
        return ProviderTemporary(
            f"{where} takes no writes now (a standby, or failing over); if it lasts, let MAILCASE_DATABASE_URL name the"
            " primary (target_session_attrs=read-write)"
        )
    return ProviderTemporary(
        f"{where} does not answer ({_reason(text)}); is it running? locally: `mailcase local status`"
    )


def _where(dsn: str) -> str:
    try:
        parts = psycopg.conninfo.conninfo_to_dict(dsn)
    except psycopg.ProgrammingError:
        return "PostgreSQL"
    host = parts.get("host") or "the local socket"
    return f"PostgreSQL at {host}:{parts.get('port') or 5432}"


def _reason(text: str) -> str:
    reason = text.rsplit("FATAL:", 1)[-1] if "FATAL:" in text else text
    return reason.strip()[:200] or "no reason given"

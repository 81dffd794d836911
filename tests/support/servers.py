"""The servers of a test session: one embedded stack in `.mailcase/test`, or servers that somebody already runs.

`MAILCASE_TEST_KAFKA=host:port`, `MAILCASE_TEST_DATABASE=<libpq URI>` and
`MAILCASE_TEST_GREENMAIL=host:imap:smtp:pop3:api` name running servers; each part is started when the first test asks.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path
from typing import TextIO

import psycopg
from psycopg import sql

from mailcase.local.greenmail import GreenMailServer
from mailcase.local.options import LocalOptions
from mailcase.local.stack import LocalStack

__all__ = ["ROOT", "TestServers"]

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / ".mailcase" / "test"


class TestServers:
    """Lazily started, shared with other test sessions of this tree; the last one that ends stops them."""

    __test__ = False

    def __init__(self) -> None:
        options = LocalOptions(dir=FOLDER, kafka_port=0, imap_port=0, smtp_port=0, pop3_port=0, api_port=0)
        self._stack = LocalStack(options)
        self._users: TextIO | None = None

    def _need(self, part: str) -> LocalStack:
        if self._users is None:
            FOLDER.mkdir(parents=True, exist_ok=True)
            self._users = (FOLDER / "users.lock").open("a")
            fcntl.flock(self._users, fcntl.LOCK_SH)
        self._stack.up(parts=[part])
        return self._stack

    def kafka(self) -> str:
        return os.environ.get("MAILCASE_TEST_KAFKA") or self._need("kafka").kafka_brokers

    def database(self) -> str:
        if given := os.environ.get("MAILCASE_TEST_DATABASE"):
            return given
        url = self._need("postgres").database_url
        with psycopg.connect(url, autocommit=True) as connection:
            # What tests leave behind is thrown away: it need not outlive the machine, only the processes. Waiting for
            # the disk made the last checkpoint of a run take twelve seconds.
            for setting in ("fsync", "full_page_writes"):
                connection.execute(sql.SQL("ALTER SYSTEM SET {} = off").format(sql.Identifier(setting)))
            connection.execute("SELECT pg_reload_conf()")
        return url

    def greenmail(self) -> GreenMailServer:
        given = os.environ.get("MAILCASE_TEST_GREENMAIL")
        if not given:
            return self._need("greenmail").greenmail
        host, *ports = given.split(":")
        imap, smtp, pop3, api = (int(port) for port in ports)
        return GreenMailServer(host=host, imap_port=imap, smtp_port=smtp, pop3_port=pop3, api_port=api)

    def close(self) -> None:
        """Stop what was started, unless another session still uses it or MAILCASE_TEST_KEEP is set."""
        if self._users is None:
            return
        try:
            fcntl.flock(self._users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        else:
            if not os.environ.get("MAILCASE_TEST_KEEP"):
                self._stack.down()
        finally:
            self._users.close()

"""A migrated schema and intake on it, on a real PostgreSQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import psycopg
import pytest

from casesvc.intake import Intake
from casesvc.readers import Readers
from casesvc.store import cases
from runtime.config.model import Configuration
from runtime.database.migrations import migrate
from runtime.database.pool import Database
from schemas.cloudevents import Record
from schemas.events import Decision
from tests.casesvc.build import configuration, record


class Desk:
    """The case service without Kafka: decisions in, the store and the outbox to look at."""

    def __init__(self, database: Database, shown: Configuration) -> None:
        self.database = database
        self.configuration = shown
        self.readers = Readers(database)
        self.intake = self.new_intake()
        with database.transaction() as connection:
            cases.prepare_numbers(connection, shown.case_types.values())

    def new_intake(self, **options: Any) -> Intake:
        """Another process's intake."""
        return Intake(self.database, lambda: self.configuration, **({"wait_for_case_type": 0.2} | options))

    def take(self, *decisions: Decision, suspects: bool = False) -> None:
        """One batch."""
        self.intake.process([record(made, at) for at, made in enumerate(decisions)], suspects=suspects)

    def read(self, *records: Record) -> None:
        """Records of the other topics."""
        self.readers.process(list(records))

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the store."""
        with self.database.transaction() as connection:
            return connection.execute(query.encode(), values).fetchall()

    def events(self, kind: str) -> list[dict[str, Any]]:
        """Data of the events of a type in the outbox, in order."""
        rows = self.rows("SELECT headers, convert_from(value, 'utf8')::jsonb FROM outbox ORDER BY id")
        return [data for headers, data in rows if dict(headers)["ce_type"] == kind]

    def interaction(self, made: Decision) -> dict[str, Any]:
        """The interaction of a mail with its relations to cases."""
        names = ("id", "state", "placement", "reason", "queue", "operator", "resolution", "evidence")
        (row,) = self.rows(f"SELECT {', '.join(names)} FROM interactions WHERE mail_id = %s", made.mail_id)
        found = dict(zip(names, row, strict=True))
        relations: Sequence[Any] = self.rows(
            "SELECT case_id, relation FROM interaction_cases WHERE interaction_id = %s ORDER BY case_id", found["id"]
        )
        return found | {"cases": dict(relations)}

    def case_ids(self) -> list[str]:
        """All cases, oldest first."""
        return [case_id for (case_id,) in self.rows("SELECT id FROM cases ORDER BY number")]


@pytest.fixture
def schema(database_url: str, schema_prefix: str) -> str:
    """A migrated schema of this test."""
    name = f"{schema_prefix}casesvc"
    migrate(database_url, name, "casesvc.migrations")
    return name


@pytest.fixture
def database(database_url: str, schema: str) -> Iterator[Database]:
    """A pool on the schema."""
    made = Database(database_url, schema)
    yield made
    made.close()


@pytest.fixture
def desk(database: Database) -> Desk:
    """Intake on an empty store."""
    return Desk(database, configuration())


@pytest.fixture
def plain(database_url: str, schema: str) -> Iterator[psycopg.Connection[Any]]:
    """A connection of the test's own."""
    with psycopg.connect(database_url, autocommit=True, options=f"-c search_path={schema}") as connection:
        yield connection

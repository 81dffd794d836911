"""The pool and the migrations, on a real server: readable refusals, schemas of their own, many migrating at once."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path

import psycopg
import pytest

from runtime.database.errors import translate
from runtime.database.migrations import migrate, pending
from runtime.database.pool import Database
from schemas.errors import ConfigurationError, InternalError, ProviderAuth, ProviderTemporary

REVISION = """
from alembic import op
revision = "{0}"
down_revision = {1}
def upgrade():
    op.execute("CREATE TABLE {2} (n int)")
    op.execute("SELECT {3}")
"""
FIRST = REVISION.format("0001", None, "a", "1")
SECOND = REVISION.format("0002", '"0001"', "b", "pg_sleep(0.3)")
BROKEN = REVISION.format("0003", '"0002"', "c", "1/0")


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    folder = tmp_path / "migrations"
    (folder / "versions").mkdir(parents=True)
    (folder / "versions/0001_first.py").write_text(FIRST)
    (folder / "versions/0002_second.py").write_text(SECOND)
    return folder


def tables(database_url: str, schema: str) -> set[str]:
    with psycopg.connect(database_url) as connection:
        rows = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = %s", [schema]).fetchall()
    return {row[0] for row in rows}


def with_database(url: str, name: str) -> str:
    head, _, query = url.partition("?")
    return head.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")


def test_migrate_makes_schema_and_tables_and_is_done_then(database_url: str, schema_prefix: str, scripts: Path) -> None:
    schema = f"{schema_prefix}one"
    assert pending(database_url, schema, scripts) == ["0001", "0002"]
    assert migrate(database_url, schema, scripts) == ["0001", "0002"]
    assert tables(database_url, schema) == {"a", "b", "alembic_version"}
    assert migrate(database_url, schema, scripts) == []
    assert pending(database_url, schema, scripts) == []


def test_two_schemas_do_not_know_each_other(database_url: str, schema_prefix: str, scripts: Path) -> None:
    migrate(database_url, f"{schema_prefix}one", scripts)
    assert pending(database_url, f"{schema_prefix}two", scripts) == ["0001", "0002"]
    assert tables(database_url, f"{schema_prefix}two") == set()


def test_many_migrate_at_once_and_one_does_it(database_url: str, schema_prefix: str, scripts: Path) -> None:
    schema = f"{schema_prefix}one"
    done: list[list[str]] = []
    threads = [threading.Thread(target=lambda: done.append(migrate(database_url, schema, scripts))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done) == [[], [], [], [], [], ["0001", "0002"]]


def test_a_migration_that_fails_leaves_the_ones_before_it(database_url: str, schema_prefix: str, scripts: Path) -> None:
    schema = f"{schema_prefix}one"
    (scripts / "versions/0003_broken.py").write_text(BROKEN)
    with pytest.raises(Exception, match="division by zero"):
        migrate(database_url, schema, scripts)
    assert pending(database_url, schema, scripts) == ["0003"]
    assert tables(database_url, schema) == {"a", "b", "alembic_version"}
    (scripts / "versions/0003_broken.py").write_text(BROKEN.replace("1/0", "1"))
    assert migrate(database_url, schema, scripts) == ["0003"]


@pytest.mark.feature("CA-11", "forward-only")
def test_an_older_release_leaves_a_newer_schema_alone(database_url: str, schema_prefix: str, scripts: Path) -> None:
    schema = f"{schema_prefix}one"
    migrate(database_url, schema, scripts)
    (scripts / "versions/0002_second.py").unlink()
    assert pending(database_url, schema, scripts) == []
    assert migrate(database_url, schema, scripts) == []
    assert "b" in tables(database_url, schema)


def test_a_folder_without_versions_is_named(database_url: str, schema_prefix: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no folder `versions`"):
        migrate(database_url, f"{schema_prefix}one", tmp_path)


@pytest.mark.feature("OP-07", "says what, where and what would be right")
def test_a_missing_database_is_named_with_the_next_step(database_url: str, scripts: Path) -> None:
    url = with_database(database_url, "not_there")
    for call in (lambda: Database(url, "s", timeout=1).check(), lambda: migrate(url, "s", scripts)):
        with pytest.raises(ConfigurationError, match="has no database 'not_there'; make it with `createdb not_there`"):
            call()


def test_a_server_that_is_away_is_temporary_and_shows_no_password(scripts: Path) -> None:
    url = "postgresql://ann:hunter2@127.0.0.1:1/cases"
    for call in (lambda: Database(url, "s", timeout=1).check(), lambda: migrate(url, "s", scripts)):
        with pytest.raises(ProviderTemporary, match=r"PostgreSQL at 127\.0\.0\.1:1 does not answer") as caught:
            call()
        assert "hunter2" not in str(caught.value)
        assert len(str(caught.value).splitlines()) == 1


def test_a_transaction_is_all_or_nothing_in_its_own_schema(
    database_url: str, schema_prefix: str, scripts: Path
) -> None:
    schema = f"{schema_prefix}one"
    migrate(database_url, schema, scripts)
    database = Database(database_url, schema)
    with database.transaction() as connection:
        connection.execute("INSERT INTO a VALUES (1)")
    with pytest.raises(psycopg.errors.DivisionByZero), database.transaction() as connection:
        connection.execute("WITH x AS (INSERT INTO a VALUES (2) RETURNING n) SELECT 1 / (n - 2) FROM x")
    with database.transaction() as connection:
        assert connection.execute("SELECT n FROM a").fetchall() == [(1,)]
        assert connection.execute("SELECT current_schema()").fetchone() == (schema,)
    database.close()
    with pytest.raises(InternalError, match="after it was closed"):
        database.check()


def test_a_connection_that_was_cut_is_temporary_and_the_next_one_works(database_url: str) -> None:
    database = Database(database_url, "public", max_size=2)
    with pytest.raises(ProviderTemporary, match="does not answer"), database.transaction() as connection:
        connection.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    database.check()
    database.close()


def test_a_server_that_became_a_standby_is_temporary_and_asked_anew(database_url: str) -> None:
    database = Database(database_url, "public", max_size=1)
    with database.transaction() as connection:
        before = connection.info.backend_pid
        connection.execute("SET default_transaction_read_only = on")
    with pytest.raises(ProviderTemporary, match="takes no writes now"), database.transaction() as connection:
        connection.execute("CREATE TABLE refused (n int)")
    with database.transaction() as connection:
        assert connection.info.backend_pid != before
    database.close()


def test_a_transaction_that_the_server_ended_for_its_silence_is_temporary(database_url: str) -> None:
    database = Database(database_url, "public", max_size=1)

    def silent() -> None:
        with database.transaction() as connection:
            connection.execute("SELECT set_config('idle_in_transaction_session_timeout', '50', true)")
            time.sleep(0.3)
            connection.execute("SELECT 1")

    with pytest.raises(ProviderTemporary, match="idle-in-transaction"):
        silent()
    database.close()


def test_a_row_that_no_index_can_hold_is_the_rows_fault(database_url: str) -> None:
    database = Database(database_url, "public", max_size=1)
    text = "".join(f"{number:x}" for number in random.Random(1).choices(range(2**32), k=3000))
    with database.transaction() as connection:
        connection.execute("CREATE TEMP TABLE small (t text PRIMARY KEY)")
    with pytest.raises(psycopg.errors.ProgramLimitExceeded), database.transaction() as connection:
        connection.execute("INSERT INTO small VALUES (%s)", [text])
    database.close()


def test_a_host_that_vanishes_is_found_out_unless_the_dsn_says_otherwise(database_url: str) -> None:
    slow = database_url + ("&" if "?" in database_url else "?") + "keepalives_idle=77"
    for dsn, seconds in ((database_url, "15"), (slow, "77")):
        database = Database(dsn, "public", max_size=1)
        with database.session() as session, database.transaction() as connection:
            for one in (session, connection):
                told = one.info.get_parameters()
                assert (told["keepalives_idle"], told["tcp_user_timeout"]) == (seconds, "30000")
        database.close()


def test_a_statement_that_takes_too_long_is_ended_where_that_is_wanted(database_url: str) -> None:
    database = Database(database_url, "public", max_size=1, statement_timeout=0.1)
    with pytest.raises(ProviderTemporary, match="too slow with one statement"), database.transaction() as connection:
        connection.execute("SELECT pg_sleep(5)")
    database.check()
    database.close()


def test_a_deadlock_is_temporary(database_url: str, schema_prefix: str, scripts: Path) -> None:
    schema = f"{schema_prefix}one"
    migrate(database_url, schema, scripts)
    database = Database(database_url, schema)
    with database.transaction() as connection:
        connection.execute("INSERT INTO a VALUES (1), (2)")
    met = threading.Barrier(2)
    failures: list[ProviderTemporary] = []

    def cross(first: int, second: int) -> None:
        try:
            with database.transaction() as connection:
                connection.execute("UPDATE a SET n = n WHERE n = %s", [first])
                met.wait(5)
                connection.execute("UPDATE a SET n = n WHERE n = %s", [second])
        except ProviderTemporary as error:
            failures.append(error)

    threads = [threading.Thread(target=cross, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(failures) == 1
    assert "in each other's way" in str(failures[0])
    database.close()


def test_a_user_who_may_not_make_the_schema_is_told_what_an_administrator_runs(
    database_url: str, schema_prefix: str, scripts: Path
) -> None:
    role = f"{schema_prefix}role"
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(f'CREATE ROLE "{role}"')
    try:
        url = database_url + ("&" if "?" in database_url else "?") + f"options=-crole%3D{role}"
        with pytest.raises(ConfigurationError, match=f"CREATE SCHEMA {schema_prefix}one AUTHORIZATION"):
            migrate(url, f"{schema_prefix}one", scripts)
    finally:
        with psycopg.connect(database_url, autocommit=True) as connection:
            connection.execute(f'DROP ROLE "{role}"')


@pytest.mark.parametrize(
    ("error", "expected", "words"),
    [
        (
            psycopg.OperationalError('FATAL: password authentication failed for user "u"'),
            ProviderAuth,
            "refuses the login",
        ),
        (psycopg.errors.DiskFull("could not extend file"), ProviderTemporary, "no disk space left"),
        (psycopg.OperationalError(""), ProviderTemporary, "no reason given"),
    ],
)
def test_refusals_of_the_server_are_readable(error: psycopg.Error, expected: type[Exception], words: str) -> None:
    translated = translate(error, "postgresql://u:hunter2@db.example.org:5433/x")
    assert isinstance(translated, expected)
    assert words in str(translated)
    assert "db.example.org:5433" in str(translated)
    assert "hunter2" not in str(translated)
    assert "PostgreSQL" in str(translate(error, "no dsn at all"))


def test_an_exhausted_pool_says_so(database_url: str) -> None:
    database = Database(database_url, "public", max_size=1, timeout=0.3)
    started = time.monotonic()
    with database.transaction(), pytest.raises(ProviderTemporary, match="no database connection was free"):
        database.check()
    assert time.monotonic() - started < 5
    database.close()

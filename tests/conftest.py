"""Fixtures of all tests: real servers for the session, names of its own for each test.

Fixtures are made when a test asks; a run of pure tests starts no server.
"""

from __future__ import annotations

import contextlib
import signal
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError
from psycopg import sql

from mailcase.local.greenmail import GreenMailServer
from runtime.settings import Settings
from tests.support.dovecot import Dovecot
from tests.support.needs import check_needs, corpora_folder
from tests.support.servers import TestServers

pytest_plugins = ("tests.support.feature_marks",)


def pytest_configure() -> None:
    # A shell ignores Ctrl-C for what it runs in the background, and children inherit it: tests of Ctrl-C need it back.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_runtest_setup(item: pytest.Item) -> None:
    check_needs(item)


@pytest.fixture(scope="session")
def servers() -> Iterator[TestServers]:
    """The session's servers, each started by its first use."""
    servers = TestServers()
    yield servers
    servers.close()


@pytest.fixture(scope="session")
def kafka_brokers(servers: TestServers) -> str:
    """Brokers of the session's Kafka, `host:port`."""
    return servers.kafka()


@pytest.fixture(scope="session")
def database_url(servers: TestServers) -> str:
    """libpq URI of the session's PostgreSQL server (superuser)."""
    return servers.database()


@pytest.fixture(scope="session")
def greenmail(servers: TestServers) -> GreenMailServer:
    """The session's mail server; give each test users of its own by `add_user`."""
    return servers.greenmail()


@pytest.fixture(scope="session")
def _admin(kafka_brokers: str) -> Iterator[KafkaAdminClient]:
    admin = KafkaAdminClient(bootstrap_servers=kafka_brokers)
    yield admin
    admin.close()


@pytest.fixture
def topic_prefix(_admin: KafkaAdminClient) -> Iterator[str]:
    """A prefix for topics and groups that no other test has; topics with it are deleted afterwards."""
    prefix = f"t{uuid.uuid4().hex[:12]}."
    yield prefix
    with contextlib.suppress(KafkaError):  # what is left behind has a name of its own and disturbs nobody
        if topics := [topic for topic in _admin.list_topics() if topic.startswith(prefix)]:
            _admin.delete_topics(topics)


@pytest.fixture
def schema_prefix(database_url: str) -> Iterator[str]:
    """A prefix for PostgreSQL schemas that no other test has; schemas with it are dropped afterwards."""
    prefix = f"t{uuid.uuid4().hex[:12]}_"
    yield prefix
    with psycopg.connect(database_url, autocommit=True) as connection:
        # A test that was cut off may leave a transaction open: the drop must not wait for it forever.
        connection.execute("SET lock_timeout = '10s'")
        found = connection.execute(
            "SELECT nspname FROM pg_namespace WHERE starts_with(nspname, %s)", [prefix]
        ).fetchall()
        for (name,) in found:
            connection.execute(sql.SQL("DROP SCHEMA {} CASCADE").format(sql.Identifier(name)))


@pytest.fixture
def settings(kafka_brokers: str, topic_prefix: str, database_url: str, schema_prefix: str, tmp_path: Path) -> Settings:
    """Settings of a service in this test: own topics, own schemas, own blobs."""
    return Settings(
        kafka_brokers=kafka_brokers,
        topic_prefix=topic_prefix,
        database_url=database_url,
        database_schema_prefix=schema_prefix,
        blob_url=f"file://{tmp_path}/blobs",
        instance=f"test-{topic_prefix.rstrip('.')}",
        stop_timeout=10,
    )


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A real Dovecot of the session's own. Mark the test `needs("dovecot")`; give each test users of its own."""
    with Dovecot.started() as server:
        yield server


@pytest.fixture(scope="session")
def corpora() -> Path:
    """Folder of the mail corpora; a test without them is listed as not run."""
    folder = corpora_folder()
    if not folder.is_dir():
        pytest.skip("needs the corpora, in the folder that MAILCASE_CORPORA names")
    return folder

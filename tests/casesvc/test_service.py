"""The service as a process, on real Kafka and PostgreSQL: killed, doubled, reconfigured."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
import yaml
from psycopg import sql

from casesvc.api.tokens import create
from mailcase.local.ports import free_port
from runtime.database.pool import Database
from runtime.kafka.admin import ensure_topics
from runtime.kafka.producer import EventProducer
from runtime.kafka.reader import read_to_end
from runtime.settings import Settings
from schemas.cloudevents import decode
from schemas.events import LedgerState, MailRequested
from tests.casesvc.build import CREATE, configuration, decision, record, step

MAILS = 400


class Process:
    """One casesvc."""

    def __init__(self, settings: Settings, folder: Path, log: Path, *, port: int = 0) -> None:
        self.log = log
        with log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from mailcase.cli import main; main(['run', 'casesvc'])"],
                env=_environment(settings, folder, port or free_port()),
                stderr=output,
                stdout=output,
            )

    @property
    def url(self) -> str:
        """Where it answers, once its log says so."""

        def listening() -> str | None:
            for line in self.log.read_text().splitlines():
                shown = json.loads(line) if line.startswith("{") else {}
                if shown.get("event") == "running" and shown.get("instance", "").endswith(f"-{self.process.pid}"):
                    return f"http://{shown['http']}"
            assert self.process.poll() is None, self.log.read_text()
            return None

        return str(until(listening))

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


def _environment(settings: Settings, folder: Path, port: int) -> dict[str, str]:
    mine = {name: value for name, value in os.environ.items() if not name.startswith("MAILCASE_")}
    return mine | {
        "MAILCASE_KAFKA_BROKERS": settings.kafka_brokers,
        "MAILCASE_TOPIC_PREFIX": settings.topic_prefix,
        "MAILCASE_DATABASE_URL": settings.dsn,
        "MAILCASE_DATABASE_SCHEMA_PREFIX": settings.database_schema_prefix,
        "MAILCASE_BLOB_URL": settings.blob_url,
        "MAILCASE_CONFIG_DIR": str(folder),
        "MAILCASE_LOCAL_DIR": str(folder / "nothing-here"),
        "MAILCASE_HTTP_PORT": str(port),
    }


def until(found: Callable[[], Any], seconds: float = 30.0) -> Any:
    """The first true value of `found`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := found():
            return value
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s")


def write_documents(folder: Path, *case_types: str) -> None:
    documents = configuration(case_types=case_types or ("claim", "order")).documents()
    folder.mkdir(exist_ok=True)
    dumped = [yaml.safe_dump(one.model_dump(mode="json", by_alias=True, exclude_unset=True)) for one in documents]
    (folder / "all.yaml").write_text("---\n".join(dumped))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A configuration folder."""
    made = tmp_path / "config"
    write_documents(made)
    return made


@pytest.fixture
def launch(settings: Settings, folder: Path, tmp_path: Path) -> Iterator[Callable[[], Process]]:
    """Starts processes, and ends those that a test leaves behind."""
    ensure_topics(settings)
    started: list[Process] = []

    def start() -> Process:
        started.append(Process(settings, folder, tmp_path / f"casesvc-{len(started)}.log"))
        return started[-1]

    yield start
    for one in started:
        if one.process.poll() is None:
            one.kill()


@pytest.fixture
def producer(settings: Settings) -> Iterator[EventProducer]:
    """Plays router and notifier."""
    made = EventProducer(settings, "test")
    yield made
    made.close()


class Store:
    """Looks into the schema of the service; nothing is there before it migrated."""

    def __init__(self, settings: Settings) -> None:
        self.schema = settings.schema_name("casesvc")
        self.connection = psycopg.connect(settings.dsn, autocommit=True)

    def count(self, what: str) -> int:
        query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(self.schema, what))
        try:
            row = self.connection.execute(query).fetchone()
        except psycopg.errors.UndefinedTable:
            return 0
        assert row is not None
        return int(row[0])

    def has_interactions(self, wanted: int) -> bool:
        return self.count("interactions") >= wanted

    def value(self, query: str) -> Any:
        self.connection.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(self.schema)))
        row = self.connection.execute(query.encode()).fetchone()
        return row[0] if row else None


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """See `Store`."""
    made = Store(settings)
    yield made
    made.connection.close()


def test_two_processes_killed_in_the_middle_do_everything_once(
    settings: Settings, launch: Callable[[], Process], producer: EventProducer, store: Store
) -> None:
    mails = []
    for number in range(MAILS // 4):
        mails.append(decision(f"p{number}"))
        mails.append(decision(f"r{number}", references=[f"p{number}"]))
        mails.append(decision(f"q{number}", references=[f"p{number}", f"r{number}"]))
        mails.append(decision(f"n{number}", sender=f"writer{number}@example.org"))
    running = [launch(), launch()]
    producer.publish([record(mail) for mail in mails])
    for kills, victim in ((1, 0), (2, 1), (3, 0)):
        until(partial(store.has_interactions, kills * MAILS // 6))
        running[victim].kill()
        running[victim] = launch()
        producer.publish([record(mail) for mail in mails[: MAILS // 4]])  # redelivered, as a rebalance may do
    until(lambda: store.count("interactions") == MAILS, 60)
    until(lambda: store.value("SELECT count(*) = 0 FROM outbox WHERE published_at IS NULL"), 30)
    assert store.count("cases") == MAILS // 2
    assert store.value("SELECT count(DISTINCT mail_id) FROM interactions") == MAILS
    assert store.value("SELECT count(*) FROM interaction_cases") == MAILS
    assert store.count("quarantine") == 0
    found: dict[str, set[str]] = {}
    for one in read_to_end(settings, "case.events"):
        event = decode(one)
        if isinstance(event.data, MailRequested):
            found.setdefault(event.data.notification_id, set()).add(event.id)
    assert len(found) == MAILS // 2
    assert all(len(ids) == 1 for ids in found.values())


@pytest.mark.feature("CF-04", "last good kept")
def test_new_case_type_is_in_force_without_a_restart_and_a_broken_one_changes_nothing(
    settings: Settings, launch: Callable[[], Process], producer: EventProducer, store: Store, folder: Path
) -> None:
    write_documents(folder, "claim")
    service = launch()
    url = service.url
    producer.publish([record(decision("p1"))])
    until(lambda: store.count("cases") == 1)
    (folder / "all.yaml").write_text("kind: Nonsense\n")
    until(lambda: "mailcase_config_reload_failures_total 1.0" in get(f"{url}/metrics"), 10)
    producer.publish([record(decision("p2"))])
    until(lambda: store.count("cases") == 2)
    write_documents(folder, "claim", "order")
    until(lambda: "mailcase_config_reloads_total 1.0" in get(f"{url}/metrics"), 5)
    producer.publish([record(decision("o1", new=(CREATE.model_copy(update={"case_type": "order"}),)))])
    until(lambda: store.value("SELECT id FROM cases WHERE type = 'order'") == "ORD-1")
    assert service.stop() == 0


def test_steps_of_outgoing_mails_come_back_and_the_api_shows_them(
    settings: Settings, launch: Callable[[], Process], producer: EventProducer, store: Store
) -> None:
    service = launch()
    url = service.url
    assert json.loads(get(f"{url}/readyz"))["ready"] is True
    assert json.loads(get(f"{url}/healthz"))["alive"] is True
    producer.publish([record(decision("p1"))])
    until(lambda: store.count("outgoing") == 1)
    sent = store.value("SELECT notification_id FROM outgoing")
    producer.publish([step(sent, LedgerState.HANDED_OVER, 3, case="CLM-1")])
    until(lambda: store.value("SELECT state FROM outgoing") == "handed_over")
    database = Database(settings.dsn, settings.schema_name("casesvc"))
    token = create(database, "test", ["cases:read"])
    database.close()
    shown = json.loads(get(f"{url}/api/v1/cases/CLM-1", token))
    assert [one["state"] for one in shown["outgoing"]] == ["handed_over"]
    assert "mailcase_cases_created_total" in get(f"{url}/metrics")
    assert service.stop() == 0
    log = service.log.read_text()
    assert "Traceback" not in log
    assert "ann@example.org" not in log
    assert "About p1" not in log


def test_service_without_its_topics_says_what_to_do(
    settings: Settings, folder: Path, tmp_path: Path, kafka_brokers: str
) -> None:
    refused = Process(settings, folder, tmp_path / "refused.log")
    assert refused.process.wait(30) == 78
    text = refused.log.read_text()
    assert "mail.decisions does not exist" in text
    assert "Traceback" not in text


def test_port_in_use_is_named(settings: Settings, folder: Path, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        refused = Process(settings, folder, tmp_path / "refused.log", port=taken.getsockname()[1])
        assert refused.process.wait(30) == 78
    text = refused.log.read_text()
    assert "in use by another program; choose another with MAILCASE_HTTP_PORT" in text
    assert "Traceback" not in text


def get(url: str, token: str | None = None) -> str:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return str(answer.read().decode())
    except urllib.error.HTTPError as error:
        return str(error.read().decode())

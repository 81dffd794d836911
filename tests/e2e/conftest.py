"""Fixtures of the end-to-end tests: a company, its pipeline as separate processes, an observer of its topics."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from mailcase.demo.observe import Observer
from mailcase.local.greenmail import GreenMailServer
from mailcase.local.services import Services
from mailcase.migrate_command import SERVICES as DATABASE_SERVICES
from runtime.database.migrations import migrate
from runtime.kafka.admin import ensure_topics
from runtime.settings import Settings
from tests.e2e.company import Company


@dataclass
class Pipeline:
    """One installation of its own: settings, services, what the topics tell."""

    settings: Settings
    services: Services
    observer: Observer
    company: Company

    def start(self, replicas: dict[str, int]) -> None:
        """Start services and wait until they are ready and every mailbox is watched."""
        for service, number in replicas.items():
            for _ in range(number):
                self.services.add(service)
        self.services.start()
        self.services.wait_ready(90)
        if "ingest" in replicas:
            self.until(lambda: self.observer.all_idle(self.company.mailboxes), 60, "all mailboxes are watched")

    def until(
        self, done: Callable[[], bool], seconds: float, what: str, missing: Callable[[], object] | None = None
    ) -> None:
        """Follow the topics until `done`; fails with what is `missing` and the services' last words."""
        deadline = time.monotonic() + seconds
        while True:
            self.observer.update()
            if done():
                return
            if time.monotonic() > deadline:
                tails = "\n".join(f"--- {one.name}\n{one.tail(8)}" for one in self.services.replicas)
                raise AssertionError(
                    f"after {seconds:.0f} s still not: {what}\n{tails}\n{missing() if missing else ''}"
                )
            time.sleep(0.1)


@pytest.fixture
def pipeline(settings: Settings, greenmail: GreenMailServer, tmp_path: Path) -> Iterator[Callable[..., Pipeline]]:
    """A factory: `pipeline(mailboxes)` makes the company, topics and schemas; services are started by `start`."""
    made: list[Pipeline] = []

    def make(*mailboxes: str) -> Pipeline:
        company = Company(greenmail, tmp_path / "config", mailboxes)
        company.set_up()
        ensure_topics(settings)
        for service in DATABASE_SERVICES:
            migrate(settings.dsn, settings.schema_name(service), f"{service}.migrations")
        kept = {name: value for name, value in os.environ.items() if not name.startswith("MAILCASE_")}
        variables = kept | company.variables() | {
            "MAILCASE_KAFKA_BROKERS": settings.kafka_brokers,
            "MAILCASE_TOPIC_PREFIX": settings.topic_prefix,
            "MAILCASE_DATABASE_URL": settings.dsn,
            "MAILCASE_DATABASE_SCHEMA_PREFIX": settings.database_schema_prefix,
            "MAILCASE_BLOB_URL": settings.blob_url,
            "MAILCASE_CONFIG_DIR": str(company.folder),
            "MAILCASE_LOCAL_DIR": str(tmp_path / "no-local-stack"),
            "MAILCASE_STOP_TIMEOUT": "10",
        }  # fmt: skip
        made.append(Pipeline(settings, Services(variables, tmp_path / "logs"), Observer(settings), company))
        return made[-1]

    yield make
    for one in made:
        one.services.stop()
        one.observer.close()

"""What the notifier's tests share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailcase.local.ports import free_port
from notifier.store import Store
from runtime.kafka.admin import ensure_topics
from runtime.settings import Settings
from tests.notifier.base import SECRETS, make_store, write_configuration
from tests.notifier.running import Running


@pytest.fixture(autouse=True)
def _secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def store(settings: Settings) -> Iterator[Store]:
    """An empty ledger on the real PostgreSQL."""
    made = make_store(settings)
    yield made
    made.database.close()


@pytest.fixture
def start(settings: Settings, tmp_path: Path) -> Iterator[Callable[..., Running]]:
    running: list[Running] = []
    ensure_topics(settings)

    def make(port: int, **options: str) -> Running:
        folder = write_configuration(tmp_path / "config", port, **options)
        running.append(Running(settings.model_copy(update={"config_dir": str(folder), "http_port": free_port()})))
        return running[-1]

    yield make
    for one in running:
        one.stop()

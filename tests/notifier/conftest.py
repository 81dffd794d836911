"""What the notifier's tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from notifier.store import Store
from runtime.settings import Settings
from tests.notifier.base import SECRETS, make_store


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

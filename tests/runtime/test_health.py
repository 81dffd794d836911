"""The health server over real HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator

import httpx
import pytest

from runtime import metrics
from runtime.health import HealthServer
from schemas.errors import ConfigurationError, ProviderTemporary


@pytest.fixture
def server() -> Iterator[HealthServer]:
    server = HealthServer("127.0.0.1", 0)
    yield server
    server.close()
    server.close()


def get(server: HealthServer, path: str) -> httpx.Response:
    return httpx.get(f"http://127.0.0.1:{server.port}{path}", trust_env=False)


def test_metrics_are_in_prometheus_text(server: HealthServer) -> None:
    metrics.CONFIG_RELOADS.inc()
    answer = get(server, "/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    assert "# TYPE mailcase_config_reloads_total counter" in answer.text


def test_readyz_names_what_is_not_ready(server: HealthServer) -> None:
    state = {"database": "PostgreSQL at db:5432 does not answer"}

    def database() -> None:
        if state["database"]:
            raise ProviderTemporary(state["database"] + "\nsecond line")

    server.check("database", database)
    server.check("broker", lambda: None)
    answer = get(server, "/readyz")
    assert answer.status_code == 503
    assert json.loads(answer.text) == {
        "ready": False,
        "checks": {"broker": "ok", "database": "PostgreSQL at db:5432 does not answer"},
    }
    state["database"] = ""
    assert get(server, "/readyz?verbose=1").status_code == 200
    assert get(server, "/healthz").json() == {"alive": True, "checks": {}}


def test_healthz_fails_only_for_what_a_new_process_can_mend(server: HealthServer) -> None:
    def broken() -> None:
        raise RuntimeError

    server.alive("threads", broken)
    answer = get(server, "/healthz")
    assert answer.status_code == 503
    assert answer.json()["checks"] == {"threads": "RuntimeError"}


def test_other_paths_say_what_there_is(server: HealthServer) -> None:
    answer = get(server, "/")
    assert answer.status_code == 404
    assert "/metrics, /healthz and /readyz" in answer.text


@pytest.mark.feature("OP-07", "says what, where and what would be right")
def test_a_port_in_use_is_one_readable_line(server: HealthServer) -> None:
    with pytest.raises(ConfigurationError, match=f"127.0.0.1:{server.port}.*in use.*MAILCASE_HTTP_PORT"):
        HealthServer("127.0.0.1", server.port)
    with pytest.raises(ConfigurationError, match=r"cannot listen on 203\.0\.113\.1"):
        HealthServer("203.0.113.1", 0)

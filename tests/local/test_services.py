"""Services as child processes: asked once to end, in order."""

from __future__ import annotations

import sys
import time
from pathlib import Path

import pytest

from mailcase.local.services import Services
from mailcase.run_commands import PORTS, SERVICES

_SLOW = """
import signal, sys, time
told = []
signal.signal(signal.SIGTERM, lambda *_: told.append(1))
print("up", flush=True)
while not told:
    time.sleep(0.01)
time.sleep(float(sys.argv[1]))
sys.exit(len(told))
"""


def test_services_are_told_to_end_only_once_however_long_the_others_take(tmp_path: Path) -> None:
    with Services({}, tmp_path) as services:
        for seconds in ("0.1", "0.8"):
            services.add("ingest", port=1, command=[sys.executable, "-c", _SLOW, seconds])
        services.start()
        deadline = time.monotonic() + 20
        while not all("up" in replica.tail() for replica in services.replicas) and time.monotonic() < deadline:
            time.sleep(0.02)
    assert [replica.process.returncode for replica in services.replicas if replica.process] == [1, 1]


@pytest.mark.parametrize("service", SERVICES)
def test_run_all_uses_the_port_that_the_service_takes_by_itself(service: str) -> None:
    from importlib import import_module

    assert PORTS[service] == import_module(f"{service}.service").DEFAULT_PORT

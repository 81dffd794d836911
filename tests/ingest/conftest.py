"""Fixtures of the ingest tests."""

from __future__ import annotations

import pytest

from ingest.memory import MemoryServer
from tests.ingest.rigs import PASSWORD, ImapRig, Rig, TwinRig, dovecot_rig, greenmail_rig


@pytest.fixture(params=["twin", "greenmail", pytest.param("dovecot", marks=pytest.mark.needs("dovecot"))])
def rig(request: pytest.FixtureRequest) -> Rig:
    """A fresh mailbox on the twin and on each real server."""
    if request.param == "twin":
        return TwinRig(MemoryServer(PASSWORD))
    if request.param == "greenmail":
        return greenmail_rig(request.getfixturevalue("greenmail"))
    return dovecot_rig(request.getfixturevalue("dovecot"))


@pytest.fixture
def dovecot_box(request: pytest.FixtureRequest) -> ImapRig:
    """A fresh mailbox on Dovecot."""
    return dovecot_rig(request.getfixturevalue("dovecot"))

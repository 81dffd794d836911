"""Ownership with real processes, signals and Kafka: stopped and woken owners, empty groups, deaths at bad moments."""

from __future__ import annotations

import signal
import smtplib
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka.admin import KafkaAdminClient

from ingest.checkpoints import Fold, pair
from ingest.ownership import GROUP
from mailcase.local.greenmail import GreenMailServer
from runtime.kafka.admin import ensure_topics
from runtime.settings import Settings
from schemas.events.mailbox import ImapCursor
from schemas.topics import MAIL_CHECKPOINTS, MAIL_QUARANTINE, MAIL_RAW, MAILBOX_CONTROL, MAILBOX_STATUS
from tests.ingest.processes import Installation, eventually
from tests.ingest.rigs import ImapRig, greenmail_rig, mail_bytes

pytestmark = pytest.mark.timeout(180)


@pytest.fixture
def installation(settings: Settings, tmp_path: Path) -> Iterator[Installation]:
    ensure_topics(settings, [MAIL_RAW, MAIL_CHECKPOINTS, MAIL_QUARANTINE, MAILBOX_CONTROL, MAILBOX_STATUS])
    installation = Installation(settings, tmp_path)
    yield installation
    installation.stop_all()


def _deliver(server: GreenMailServer, rig: ImapRig, count: int, label: str) -> None:
    with smtplib.SMTP(server.host, server.smtp_port) as client:
        for number in range(count):
            client.sendmail("ann@example.org", [rig.login], mail_bytes(f"{label} {number}"))


@pytest.mark.feature("IN-09", "no duplicates downstream")
def test_a_stopped_owner_that_wakes_after_its_mailbox_moved_loses_nothing(
    installation: Installation, greenmail: GreenMailServer
) -> None:
    rig = greenmail_rig(greenmail)
    installation.configure([("claims", rig.login, rig.port)], after="{move: Done}")
    first = installation.start("first")
    eventually(lambda: installation.idle("claims"))
    _deliver(greenmail, rig, 3, "before")
    eventually(lambda: len(installation.mails()) == 3)

    first.send_signal(signal.SIGSTOP)
    installation.start("second")
    _deliver(greenmail, rig, 4, "while it slept")
    eventually(lambda: len({mail.mail_id for mail in installation.mails()}) == 7, 60)
    eventually(lambda: installation.statuses()["claims"].owner == "second")

    first.send_signal(signal.SIGCONT)
    _deliver(greenmail, rig, 3, "after it woke")
    eventually(lambda: len({mail.mail_id for mail in installation.mails()}) == 10)
    eventually(lambda: "lost to another owner" in installation.log("first") or "given up" in installation.log("first"))
    time.sleep(3)  # the group may give the mailbox back to the one that woke
    eventually(lambda: (newest := Fold(installation.checkpoints()).newest("claims")) and not newest.released)
    eventually(lambda: installation.idle("claims"))

    # One owner stands, its state is the topic's last one for the mailbox, and each mail was moved exactly once.
    checkpoints = installation.checkpoints()
    newest = Fold(checkpoints).newest("claims")
    assert newest is not None
    assert pair(checkpoints[-1]) == pair(newest)
    cursor = newest.folders["INBOX"]
    assert isinstance(cursor, ImapCursor)
    assert cursor.last_uid == 10
    assert cursor.after_actions == ()
    assert rig.mails() == {}
    with rig.client() as client:
        assert client.folder_status("Done", ["MESSAGES"])[b"MESSAGES"] == 10
    assert not any(mail.muted for mail in installation.mails())


@pytest.mark.feature("OP-06", "drains in time")
@pytest.mark.feature("IN-01", "select new by cursor")
def test_an_empty_group_that_comes_back_keeps_its_cursors(
    installation: Installation, greenmail: GreenMailServer, settings: Settings
) -> None:
    rig = greenmail_rig(greenmail)
    installation.configure([("claims", rig.login, rig.port)])
    process = installation.start("first")
    eventually(lambda: installation.idle("claims"))
    _deliver(greenmail, rig, 3, "before")
    eventually(lambda: len(installation.mails()) == 3)
    process.terminate()
    assert process.wait(20) == 0
    newest = Fold(installation.checkpoints()).newest("claims")
    assert newest is not None
    assert newest.released, "a clean stop says so"

    admin = KafkaAdminClient(bootstrap_servers=settings.kafka_brokers)
    admin.delete_groups([settings.group(GROUP)])
    admin.close()
    _deliver(greenmail, rig, 2, "while nobody looked")
    installation.start("second")
    eventually(lambda: len(installation.mails()) == 5)
    eventually(lambda: installation.statuses()["claims"].owner == "second" and installation.idle("claims"))
    time.sleep(1)
    assert len(installation.mails()) == 5, "a cursor was lost"
    after = Fold(installation.checkpoints()).newest("claims")
    assert after is not None
    assert after.epoch > newest.epoch
    assert after.start == newest.start


@pytest.mark.feature("IN-06", "from_now by default")
def test_death_before_the_first_cursor_of_a_from_now_mailbox_loses_nothing(
    installation: Installation, greenmail: GreenMailServer
) -> None:
    rig = greenmail_rig(greenmail)
    _deliver(greenmail, rig, 2, "old")
    time.sleep(1.1)  # servers tell whole seconds
    with _silent_server() as port:
        installation.configure([("claims", rig.login, port)])
        first = installation.start("first")
        eventually(lambda: installation.checkpoints())
        first.kill()
        first.wait()
    [claim] = installation.checkpoints()
    assert claim.start is not None
    assert claim.folders == {}, "it died before it could look into the mailbox"
    _deliver(greenmail, rig, 3, "after the start point")
    installation.configure([("claims", rig.login, rig.port)])
    installation.start("second")
    eventually(lambda: len(installation.mails()) == 3, 60)
    eventually(lambda: installation.idle("claims"))
    assert len(installation.mails()) == 3, "what was there before the start point stays out"
    assert not any(mail.muted for mail in installation.mails())


_DIES_BEFORE_ITS_CHECKPOINT = """
import os, signal
from ingest.intake import Intake
publish = Intake.publish
def deadly(self, batch):
    publish(self, batch)
    if batch:
        os.kill(os.getpid(), signal.SIGKILL)
Intake.publish = deadly
"""


@pytest.mark.feature("IN-09", "rebalances when one dies")
@pytest.mark.feature("IN-05", "never before the broker's acknowledgement")
def test_sigkill_between_record_and_checkpoint_repeats_the_record_under_the_same_id(
    installation: Installation, greenmail: GreenMailServer
) -> None:
    rig = greenmail_rig(greenmail)
    installation.configure([("claims", rig.login, rig.port)], after="delete")
    first = installation.start("first", prelude=_DIES_BEFORE_ITS_CHECKPOINT)
    eventually(lambda: installation.idle("claims"))
    _deliver(greenmail, rig, 2, "mail")
    assert first.wait(20) == -signal.SIGKILL
    assert len(rig.mails()) == 2, "deleted before the checkpoint"
    published = installation.mails()
    assert published
    installation.start("second")
    eventually(lambda: rig.mails() == {}, 60)
    again = installation.mails()
    assert len(again) > len(published)
    assert len({mail.mail_id for mail in again}) == 2


class _silent_server:  # noqa: N801 - reads as what it is in `with`
    """Accepts connections and says nothing: an IMAP server that hangs."""

    def __enter__(self) -> int:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._open: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()
        port: int = self._socket.getsockname()[1]
        return port

    def _accept(self) -> None:
        while True:
            try:
                self._open.append(self._socket.accept()[0])
            except OSError:
                return

    def __exit__(self, *_: object) -> None:
        self._socket.close()
        for connection in self._open:
            connection.close()

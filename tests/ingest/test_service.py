"""The whole service as a process: status, control, hot reload, refusal to start."""

from __future__ import annotations

import signal
import smtplib
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka.admin import KafkaAdminClient

from ingest.control import control_record, next_control
from mailcase.local.greenmail import GreenMailServer
from runtime.kafka.admin import ensure_topics
from runtime.kafka.producer import EventProducer
from runtime.settings import Settings
from schemas.topics import MAIL_CHECKPOINTS, MAIL_QUARANTINE, MAIL_RAW, MAILBOX_CONTROL, MAILBOX_STATUS
from tests.ingest.bench import NOW
from tests.ingest.processes import Installation, eventually
from tests.ingest.rigs import greenmail_rig, mail_bytes

OTHERS = [MAIL_RAW, MAIL_QUARANTINE, MAILBOX_CONTROL, MAILBOX_STATUS]


@pytest.fixture
def installation(settings: Settings, tmp_path: Path) -> Iterator[Installation]:
    ensure_topics(settings, OTHERS)
    installation = Installation(settings, tmp_path)
    yield installation
    installation.stop_all()


def _state(installation: Installation, name: str) -> str:
    status = installation.statuses().get(name)
    return "" if status is None else status.state.value


@pytest.mark.feature("IN-08", "other mailboxes untouched")
def test_control_and_hot_reload_touch_only_the_mailboxes_that_they_mean(
    installation: Installation, greenmail: GreenMailServer
) -> None:
    ensure_topics(installation.settings, [MAIL_CHECKPOINTS])
    claims, orders, late = (greenmail_rig(greenmail) for _ in range(3))
    boxes = [("claims", claims.login, claims.port), ("orders", orders.login, orders.port)]
    # One that cannot be reached must not disturb the others.
    installation.configure([*boxes, ("broken", "nobody", 1)])
    process = installation.start("only")
    eventually(lambda: installation.idle("claims", "orders"))
    eventually(lambda: _state(installation, "broken") == "unreachable")
    since = installation.statuses()["orders"].since

    shown = installation.command("mailbox", "status").stdout.decode()
    assert [line.split()[:2] for line in shown.splitlines()] == [
        ["broken", "unreachable"],
        ["claims", "idle"],
        ["orders", "idle"],
    ]
    assert "does not answer while connecting" in shown.splitlines()[0]
    with urllib.request.urlopen(f"http://127.0.0.1:{installation.ports['only']}/metrics", timeout=5) as answer:
        metrics = answer.read().decode()
    assert 'mailcase_mailbox_state{mailbox="broken",state="unreachable"} 1.0' in metrics
    assert 'mailcase_mailbox_last_success_age_seconds{mailbox="claims"}' in metrics

    producer = EventProducer(installation.settings, "test")
    stop = next_control(None, "claims", "stop", command_id="x1", by="ann", at=NOW)
    producer.publish([control_record(stop, "x1")])
    eventually(lambda: _state(installation, "claims") == "stopped")
    with smtplib.SMTP(greenmail.host, greenmail.smtp_port) as client:
        client.sendmail("ann@example.org", [claims.login], mail_bytes("waits"))
    start = next_control(stop, "claims", "start", command_id="x2", by="ann", at=NOW)
    producer.publish([control_record(start, "x2")])
    eventually(lambda: len(installation.mails()) == 1)
    producer.close()

    installation.configure([*boxes, ("late", late.login, late.port)])
    eventually(lambda: _state(installation, "late") == "idle")
    with smtplib.SMTP(greenmail.host, greenmail.smtp_port) as client:
        client.sendmail("ann@example.org", [late.login], mail_bytes("to the new mailbox"))
    eventually(lambda: len(installation.mails()) == 2)
    (installation.folder / "config" / "all.yaml").write_text("kind: Nonsense\n")
    eventually(lambda: "refused" in installation.log("only"))
    with smtplib.SMTP(greenmail.host, greenmail.smtp_port) as client:
        client.sendmail("ann@example.org", [orders.login], mail_bytes("under the last good configuration"))
    eventually(lambda: len(installation.mails()) == 3)
    assert installation.log("only").count('"mailbox": "orders", "new": "connecting"') <= 1
    assert "connecting anew" not in installation.log("only")
    assert since <= installation.statuses()["orders"].since
    process.send_signal(signal.SIGTERM)
    assert process.wait(20) == 0
    assert all(state.released for state in installation.checkpoints()[-1:])


def test_ingest_refuses_to_start_on_a_topic_with_another_partition_count(
    installation: Installation, settings: Settings
) -> None:
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka_brokers)
    admin.create_topics({settings.topic(MAIL_CHECKPOINTS): {"num_partitions": 1, "replication_factor": 1}})
    admin.close()
    installation.configure([("claims", "nobody", 1)])
    process = installation.start("only")
    assert process.wait(30) == 78
    log = installation.log("only")
    assert "has 1 partitions and must have 12" in log
    assert "Traceback" not in log

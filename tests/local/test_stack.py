"""The stack as a whole, on the real servers: up, killed, up again, down."""

from __future__ import annotations

import imaplib
import os
import signal
import smtplib
import time
import uuid
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic

from mailcase.local.options import LocalOptions
from mailcase.local.processes import identify
from mailcase.local.stack import LocalStack, PartStatus
from mailcase.local.state import StateFile
from runtime.settings import Settings


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalStack]:
    folder = tmp_path_factory.mktemp("stack") / ".mailcase"
    stack = LocalStack(LocalOptions(dir=folder, kafka_port=0, imap_port=0, smtp_port=0, pop3_port=0, api_port=0))
    with pytest.MonkeyPatch.context() as patch:
        # The random id of Kafka's cluster as one of 64 is: base64 that begins with a hyphen.
        patch.setattr("mailcase.local.kafka.uuid.uuid4", lambda: uuid.UUID(int=0xF8 << 120 | uuid.uuid1().int >> 8))
        stack.up()
    yield stack
    stack.down()


def states(stack: LocalStack) -> dict[str, str]:
    return {one.name: one.state for one in stack.status()}


def by_name(stack: LocalStack) -> dict[str, PartStatus]:
    return {one.name: one for one in stack.status()}


def test_parts_run_and_a_second_up_leaves_them_alone(stack: LocalStack) -> None:
    before = by_name(stack)
    assert {one.state for one in before.values()} == {"running"}
    said: list[tuple[str, str]] = []
    stack.up(progress=lambda part, text: said.append((part, text)))
    assert {name: one.pid for name, one in by_name(stack).items()} == {name: one.pid for name, one in before.items()}
    assert all(text.startswith("already running") for _, text in said)


def test_services_find_the_stack_without_being_told(stack: LocalStack, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MAILCASE_KAFKA_BROKERS", "MAILCASE_DATABASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("MAILCASE_LOCAL_DIR", str(stack.options.dir))
    settings = Settings()
    assert settings.kafka_brokers == stack.kafka_brokers
    assert settings.dsn == stack.database_url


def test_killed_stack_starts_again_with_its_data(stack: LocalStack) -> None:
    admin = KafkaAdminClient(bootstrap_servers=stack.kafka_brokers)
    admin.create_topics([NewTopic("kept", 1, 1)])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=stack.kafka_brokers, acks="all")
    producer.send("kept", b"still here").get(20)
    producer.close()
    with psycopg.connect(stack.database_url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'still here' AS what")
    stack.greenmail.add_user("ann@example.test", "s3cret", "ann@example.test")
    with smtplib.SMTP(stack.greenmail.host, stack.greenmail.smtp_port) as smtp:
        smtp.sendmail("bob@example.test", ["ann@example.test"], "Subject: gone after a kill\r\n\r\n")

    for one in stack.status():
        assert one.pid is not None
        os.kill(one.pid, signal.SIGKILL)
    deadline = time.monotonic() + 5
    while set(states(stack).values()) != {"died"} and time.monotonic() < deadline:
        time.sleep(0.05)
    assert set(states(stack).values()) == {"died"}
    _give_the_dead_servers_pid_to_somebody(stack)

    stack.up()

    assert set(states(stack).values()) == {"running"}
    consumer = KafkaConsumer(bootstrap_servers=stack.kafka_brokers)
    consumer.assign([TopicPartition("kept", 0)])
    consumer.seek_to_beginning()
    assert next(iter(consumer)).value == b"still here"
    consumer.close()
    with psycopg.connect(stack.database_url) as connection:
        assert connection.execute("SELECT what FROM kept").fetchall() == [("still here",)]
    with imaplib.IMAP4(stack.greenmail.host, stack.greenmail.imap_port) as imap:
        imap.login("ann@example.test", "s3cret")
        assert imap.select("INBOX")[1] == [b"0"]


def _give_the_dead_servers_pid_to_somebody(stack: LocalStack) -> None:
    """PostgreSQL would refuse to start: it takes any process that has the pid of its lock file for itself."""
    lock = stack.options.dir / "postgres" / "postmaster.pid"
    lines = lock.read_text().splitlines()
    lock.write_text("\n".join([str(os.getppid()), *lines[1:]]) + "\n")


def test_part_that_was_never_noted_is_found_again(stack: LocalStack) -> None:
    file = StateFile(stack.options.dir)
    noted = file.read()["greenmail"]
    file.write_part("greenmail", noted.stopped())  # as if `up` had been killed right after starting it
    stack.up()
    assert file.read()["greenmail"].pid == noted.pid


def test_pid_of_another_program_is_not_taken_for_a_part(stack: LocalStack) -> None:
    file = StateFile(stack.options.dir)
    noted = file.read()["greenmail"]
    file.write_part("greenmail", replace(noted, pid=os.getpid()))
    assert by_name(stack)["greenmail"].state == "died"
    file.write_part("greenmail", noted)


def test_down_stops_all_and_keeps_the_ports(stack: LocalStack) -> None:
    pids = [one.pid for one in stack.status()]
    brokers = stack.kafka_brokers
    stack.down()
    assert set(states(stack).values()) == {"stopped"}
    assert [identify(pid) for pid in pids if pid] == [None, None, None]
    assert stack.kafka_brokers == brokers


def test_reset_deletes_what_the_stack_made_and_nothing_else(stack: LocalStack, tmp_path: Path) -> None:
    stack.reset()
    left = {path.name for path in stack.options.dir.iterdir()}
    assert left == {"jars", "jars.json", "lock", "logs"}

"""The fixtures that all tests rest on."""

from __future__ import annotations

import imaplib
import ssl
import uuid

import psycopg
import pytest
from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient, NewTopic

from mailcase.local.greenmail import GreenMailServer
from runtime.settings import Settings
from tests.support.dovecot import Dovecot


def test_settings_name_servers_that_answer(settings: Settings) -> None:
    admin = KafkaAdminClient(bootstrap_servers=settings.kafka_brokers)
    admin.create_topics([NewTopic(settings.topic("mail.raw"), 1, 1)])
    admin.close()
    producer = KafkaProducer(bootstrap_servers=settings.kafka_brokers, acks="all")
    assert producer.send(settings.topic("mail.raw"), b"hello").get(20).offset == 0
    producer.close()
    with psycopg.connect(settings.dsn) as connection:
        connection.execute(f"CREATE SCHEMA {settings.schema_name('casesvc')}")


def test_mail_user_is_let_in(greenmail: GreenMailServer) -> None:
    address = f"u{uuid.uuid4().hex[:8]}@example.test"
    greenmail.add_user(address, "s3cret", address)
    greenmail.add_user(address, "s3cret", address)
    with imaplib.IMAP4(greenmail.host, greenmail.imap_port) as imap:
        imap.login(address, "s3cret")


@pytest.mark.needs("dovecot")
def test_dovecot_answers_in_clear_and_by_tls(dovecot: Dovecot) -> None:
    address = f"u{uuid.uuid4().hex[:8]}@example.test"
    dovecot.add_user(address, "s3cret")
    with imaplib.IMAP4(dovecot.host, dovecot.imap_port) as imap:
        imap.login(address, "s3cret")
        imap.append("INBOX", "", "", b"Subject: hello\r\n\r\nbody\r\n")
    trusted = ssl.create_default_context(cafile=str(dovecot.ca_file))
    with imaplib.IMAP4_SSL(dovecot.host, dovecot.imaps_port, ssl_context=trusted) as imap:
        imap.login(address, "s3cret")
        assert imap.select("INBOX")[1] == [b"1"]
    assert address in dovecot.doveadm("user", address)

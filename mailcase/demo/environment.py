"""The demo's installation: an environment of its own, fresh in each run, on the embedded stack.

Each run has its own topic prefix, database schemas and blob folder, so that its report counts its own mails only; what
earlier runs left is removed first.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import psycopg
from kafka.admin import KafkaAdminClient
from psycopg import sql

from mailcase.local.stack import LocalStack
from runtime.settings import Settings

MAILBOXES = ("claims", "support", "orders")
DOMAIN = "harbour-mutual.example"
PREFIX = "demo-"
SCHEMA_PREFIX = "mailcase_demo_"


def address_of(mailbox: str) -> str:
    """Mail address of one of the company's mailboxes."""
    return f"{mailbox}@{DOMAIN}"


def environment(stack: LocalStack, folder: Path, config_dir: Path, passwords: Mapping[str, str]) -> dict[str, str]:
    """All variables that the demo's services run with. Makes nothing."""
    run = datetime.now(UTC).strftime("%H%M%S") + secrets.token_hex(2)
    mail = stack.greenmail
    kept = {name: value for name, value in os.environ.items() if not name.startswith("MAILCASE_")}
    return (
        kept
        | {
            "MAILCASE_KAFKA_BROKERS": stack.kafka_brokers,
            "MAILCASE_TOPIC_PREFIX": f"{PREFIX}{run}.",
            "MAILCASE_DATABASE_URL": stack.database_url,
            "MAILCASE_DATABASE_SCHEMA_PREFIX": f"{SCHEMA_PREFIX}{run}_",
            "MAILCASE_BLOB_URL": f"file://{folder / 'blobs'}",
            "MAILCASE_CONFIG_DIR": str(config_dir),
            "MAILCASE_LOCAL_DIR": str(stack.options.dir),
            "MAILCASE_VAR_HOST": mail.host,
            "MAILCASE_VAR_IMAP_PORT": str(mail.imap_port),
            "MAILCASE_VAR_SMTP_PORT": str(mail.smtp_port),
            "MAILCASE_SECRET_SIGNING_KEY": secrets.token_hex(32),
        }
        | {f"MAILCASE_SECRET_{name.upper()}_PASSWORD": password for name, password in passwords.items()}
    )


def settings_of(variables: Mapping[str, str]) -> Settings:
    """The settings that a process with these variables has."""
    names = Settings.model_fields.keys()
    given = {name: variables[f"MAILCASE_{name.upper()}"] for name in names if f"MAILCASE_{name.upper()}" in variables}
    return Settings.model_validate(given)


def remove_earlier_runs(stack: LocalStack, folder: Path) -> None:
    """Topics, groups, schemas and blobs of earlier demo runs on this stack."""
    admin = KafkaAdminClient(bootstrap_servers=stack.kafka_brokers)
    try:
        if old := [topic for topic in admin.list_topics() if topic.startswith(PREFIX)]:
            admin.delete_topics(old)
    finally:
        admin.close()
    with psycopg.connect(stack.database_url, autocommit=True) as connection:
        rows = connection.execute(
            "select nspname from pg_namespace where starts_with(nspname, %s)", (SCHEMA_PREFIX,)
        ).fetchall()
        for (schema,) in rows:
            connection.execute(sql.SQL("drop schema {} cascade").format(sql.Identifier(schema)))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)

"""Builders for the router's tests: small configurations, mails, jobs and records, without any server."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from mail.signed_ids import SigningKey
from router.decide import CompiledConfiguration, compile_configuration
from router.jobs import Job
from runtime.config import Configuration, load_configuration
from schemas import ids
from schemas.cloudevents import Event, Record, encode
from schemas.config import ServiceEmailRule
from schemas.events import MailReceived, RawReference
from schemas.events.decision import Facts

NOW = datetime(2026, 11, 23, 8, 0, 4, tzinfo=UTC)
SECRET = "a secret of forty characters, more or less"
KEY = SigningKey("k2", SECRET.encode())
INSTALLATION = "harbour"

CREATE: dict[str, Any] = {
    "action": "create_case",
    "case_type": "damage",
    "fields": {
        "summary": {"source": "subject"},
        "story": {"source": "body"},
        "happened": {"source": "date"},
        "sender": {"source": "from_address"},
        "severity": 3,
    },
}
REPLY: dict[str, Any] = {"action": "auto_reply", "template": "received", "language": "en"}
ROW: dict[str, Any] = {
    "id": "damage",
    "when": {"subject": {"contains": "broken"}},
    "new": [CREATE, REPLY],
    "follow_up": [{"action": "set_fields", "fields": {"severity": 5}}],
}
"""A row that makes a claim of a damage and answers it, and changes one that is there."""

DOCUMENTS = """
kind: Installation
name: harbour
domain: mail.harbour.example
signing_keys: [{id: k2, secret: {env: MAILCASE_SECRET_ROUTER_TEST}}]
current_key: k2
trusted_authserv_ids: [mx.harbour.example]
---
kind: EmailAccount
name: claims
address: claims@harbour.example
sender: {host: 127.0.0.1, port: 2525, security: none}
receiver: {host: 127.0.0.1, port: 1143, security: none, password: {env: MAILCASE_SECRET_ROUTER_TEST}}
---
kind: EmailListener
name: claims-inbox
account: claims
rule: claims
---
kind: WorkQueue
name: triage
label: Triage
---
kind: WorkQueue
name: experts
label: Experts
---
kind: MailTemplate
name: received
default_language: en
languages: {en: {subject: "Received", text: "Thank you"}}
---
kind: CaseType
name: damage
label: Damage
id_prefix: DMG
queue: triage
fields:
  - {name: summary, type: text}
  - {name: story, type: text, max_length: 100000}
  - {name: happened, type: date}
  - {name: sender, type: email}
  - {name: severity, type: integer}
stages: [{name: open, statuses: [new, done]}]
resolved: [done]
---
kind: CaseType
name: question
label: Question
id_prefix: QST
queue: triage
fields: [{name: summary, type: text}]
stages: [{name: open, statuses: [new, done]}]
resolved: [done]
"""


def rule_document(rows: Sequence[Mapping[str, Any]] = (), **more: Any) -> dict[str, Any]:
    """A service email rule as plain data; `otherwise` routes to triage unless told."""
    return {
        "kind": "ServiceEmailRule",
        "name": "claims",
        "rows": list(rows),
        "otherwise": {"new": [{"action": "route", "queue": "triage"}]},
        **more,
    }


def rule(rows: Sequence[Mapping[str, Any]] = (), **more: Any) -> ServiceEmailRule:
    """The same, validated."""
    return ServiceEmailRule.model_validate(rule_document(rows, **more))


def write_configuration(folder: Path, rule_data: Mapping[str, Any] | None = None, more: str = "") -> Path:
    """A folder with a whole, small configuration whose mailbox `claims` is decided by the rule."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "base.yaml").write_text(DOCUMENTS + textwrap.dedent(more), encoding="utf-8")
    text = yaml.safe_dump(dict(rule_data or rule_document()), sort_keys=False, allow_unicode=True)
    (folder / "rule.yaml").write_text(text, encoding="utf-8")
    return folder


def configuration(folder: Path, rule_data: Mapping[str, Any] | None = None, more: str = "") -> Configuration:
    """That configuration, loaded."""
    return load_configuration(write_configuration(folder, rule_data, more))


def compiled(folder: Path, rule_data: Mapping[str, Any] | None = None, more: str = "") -> CompiledConfiguration:
    """That configuration, compiled."""
    return compile_configuration(configuration(folder, rule_data, more))


def mail(
    body: str = "Hello\n", subject: str = "Broken screen", sender: str = "Ann <ann@example.org>", **headers: str
) -> bytes:
    """A plain mail. Headers by keyword, `_` standing for `-`."""
    fields = {
        "From": sender,
        "To": "claims@harbour.example",
        "Subject": subject,
        "Message-ID": f"<{ids.sha256_hex((subject + body).encode())[:12]}@example.org>",
        "Date": "Mon, 23 Nov 2026 09:00:00 +0100",
        **{name.replace("_", "-"): value for name, value in headers.items()},
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"{head}Content-Type: text/plain; charset=utf-8\r\n\r\n{body}".encode()


def received(raw: bytes, mailbox: str = "claims", **more: Any) -> MailReceived:
    """What ingest would say of `raw`."""
    digest = ids.sha256_hex(raw)
    mail_id = ids.mail_id(mailbox, digest)
    given: dict[str, Any] = {
        "mail_id": mail_id,
        "conversation": ids.conversation_of(mail_id),
        "mailbox": mailbox,
        "folder": "INBOX",
        "server_id": f"imap:{ids.folder_hash('INBOX')}:1:{int(digest[:6], 16)}",
        "received_at": NOW,
        "raw": RawReference(sha256=digest, size=len(raw), ref=f"blob:{mailbox}/{digest}"),
        **more,
    }
    return MailReceived(**given)


def job(raw: bytes, **more: Any) -> Job:
    """A job with its bytes."""
    return Job(received(raw, **more), raw)


def facts(**more: Any) -> Facts:
    """Facts of a mail of which the world knows nothing."""
    return Facts(**{"now": NOW, **more})


def record(raw: bytes, inline: bool = True, **more: Any) -> Record:
    """The `mail.raw` record of `raw`; without its bytes unless `inline`."""
    data = received(raw, **more)
    return encode(
        Event(
            id=ids.event_id(data.mail_id, data.run, "received"),
            type="mailcase.mail.received.v1",
            source=f"/mailboxes/{data.mailbox}/{data.folder}",
            subject=data.mail_id,
            time=NOW,
            key=data.conversation,
            data=data,
            body=raw if inline else b"",
        )
    )

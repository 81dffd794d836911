"""A small installation that sends, and mails that it is asked for."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Any

from mail.encode import ascii_address
from notifier.ledger import ClaimPolicy
from notifier.records import Entry
from notifier.sender import Envelope, Route
from notifier.store import Store
from runtime.config import load_configuration
from runtime.config.model import Configuration
from runtime.database.migrations import migrate
from runtime.database.pool import Database
from runtime.settings import Settings
from schemas.cloudevents import Event
from schemas.config import Outbound
from schemas.events import CaseReference, EventModel, MailRequested, Purpose
from schemas.ids import event_id, notification_id

CONVERSATION = "abcdefghij234567"
SECRETS = {"MAILCASE_SECRET_TEST_KEY": "0123456789abcdef0123", "MAILCASE_SECRET_TEST_PASSWORD": "secret"}

_DOCUMENTS = """\
kind: Installation
name: acme
domain: mail.acme.example
signing_keys:
  - {{id: k2, secret: {{env: MAILCASE_SECRET_TEST_KEY}}}}
current_key: k2
default_account: office
{outbound}
---
kind: EmailAccount
name: office
address: {address}
display_name: Acme Büro
sender:
  protocol: smtp
  host: 127.0.0.1
  port: {port}
  security: none
  connect_timeout: 5s
  read_timeout: {read_timeout}
{password}
headers: {{X-Department: office}}
---
kind: MailTemplate
name: ack
default_language: en
languages:
  en:
    subject: "We have {{{{ case.id }}}}"
    text: "Dear {{{{ mail.from_name or 'customer' }}}}, the number is {{{{ case.id }}}}."
    html: "<p>Dear {{{{ mail.from_name or 'customer' }}}}, the number is <b>{{{{ case.id }}}}</b>.</p>"
  de:
    subject: "Ihr Vorgang {{{{ case.id }}}}"
    text: "Guten Tag {{{{ mail.from_name }}}}, die Nummer ist {{{{ case.id }}}}. Grüße"
"""


def write_configuration(
    folder: Path,
    port: int,
    *,
    address: str = "office@acme.example",
    outbound: str = "",
    read_timeout: str = "10s",
    password: str = "  password: {env: MAILCASE_SECRET_TEST_PASSWORD}",
) -> Path:
    """Documents of one account that sends to `port` on this machine."""
    folder.mkdir(parents=True, exist_ok=True)
    text = _DOCUMENTS.format(
        port=port, address=address, outbound=outbound, read_timeout=read_timeout, password=password
    )
    (folder / "all.yaml").write_text(text, encoding="utf-8")
    return folder


def configuration(folder: Path, port: int = 2525, **options: Any) -> Configuration:
    return load_configuration(write_configuration(folder, port, **options))


def mail_requested(number: int = 1, *to: str, **fields: Any) -> MailRequested:
    """An acknowledgement for case CLM-`number`."""
    given: dict[str, Any] = {
        "notification_id": notification_id(f"mail-{number}", "acknowledgement", "claims/damage"),
        "mail_id": f"mail-{number}",
        "case": CaseReference(id=f"CLM-{number}", type="claim", label="Broken screen"),
        "interaction": f"ET-{number}",
        "conversation": CONVERSATION,
        "purpose": Purpose.ACKNOWLEDGEMENT,
        "account": "office",
        "to": to or (f"ann{number}@customers.example",),
        "template": "ack",
        "language": "en",
        "data": {
            "case": {"id": f"CLM-{number}", "label": "Broken screen", "fields": {}},
            "mail": {"subject": "Broken screen", "from_name": "Ann", "from_address": "ann@customers.example"},
            "account": {"address": "office@acme.example", "display_name": "Acme"},
            "installation": {"id": "acme"},
        },
        "in_reply_to": "<parent@customers.example>",
        "references": ("<root@customers.example>", "<parent@customers.example>"),
        "cause_class": "human",
    }
    return MailRequested(**(given | fields))


def event_of(data: EventModel, kind: str, at: datetime, key: str = "CLM-1", identity: str = "") -> Event:
    """`data` as it travels."""
    cause = identity or data.model_dump_json()
    return Event(id=event_id(cause, 0, kind), type=kind, source="/casesvc", subject=key, time=at, key=key, data=data)


def make_store(settings: Settings) -> Store:
    """The notifier's schema, migrated."""
    schema = settings.schema_name("notifier")
    migrate(settings.dsn, schema, "notifier.migrations")
    return Store(Database(settings.dsn, schema, max_size=4))


def policy(**outbound: Any) -> ClaimPolicy:
    return ClaimPolicy(Outbound(**outbound), frozenset({"office@acme.example"}), {"office": "office/mail.example:25"})


def route(port: int, **fields: Any) -> Route:
    given: dict[str, Any] = {
        "account": "office",
        "host": "127.0.0.1",
        "port": port,
        "security": "none",
        "connect_timeout": 2.0,
        "read_timeout": 2.0,
        "client_name": "mail.acme.example",
    }
    return Route(**(given | fields))


def envelope(*recipients: str, data: bytes = b"Subject: x\r\n\r\n.dot\r\nbody\r\n") -> Envelope:
    return Envelope("office@acme.example", recipients or ("ann@customers.example",), data)


def row(store: Store, notification: str) -> Entry:
    """The ledger's row as it stands."""
    with store.unit() as unit:
        entry = unit.get(notification)
    assert entry is not None
    return entry


def causes(store: Store, notification: str) -> list[tuple[str, str]]:
    """Its steps: (cause, state)."""
    with store.database.transaction() as connection:
        rows = connection.execute(
            "SELECT cause, state FROM ledger_steps WHERE notification_id = %s ORDER BY step", [notification]
        ).fetchall()
    return [(cause, state) for cause, state in rows]


def usable(address: str) -> str:
    found = ascii_address(address)
    assert found is not None
    return found

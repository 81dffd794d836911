"""Decisions and configurations for the tests of casesvc, as router and documents would make them."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from runtime.config.model import Configuration
from schemas.cloudevents import Event, Record, encode
from schemas.config import (
    CaseType,
    EmailAccount,
    Installation,
    MailTemplate,
    WorkQueue,
)
from schemas.events import (
    Action,
    ActionKind,
    ClassKind,
    Decision,
    Evidence,
    EvidenceKind,
    LedgerState,
    OutboundEvent,
    RawReference,
)
from schemas.events.decision import Attachment, Bounce, Classification, Facts, Mail, MailAddress, Outcome, Versions
from schemas.ids import conversation_key, event_id, mail_id, message_id_digest

MOMENT = datetime(2026, 11, 23, 8, 0, 4, tzinfo=UTC)
ANN = "ann@example.org"
BOB = "bob@stranger.example"

CREATE = Action(action=ActionKind.CREATE_CASE, rule="claims/(otherwise)", ordinal=0, case_type="claim")
ACKNOWLEDGE = Action(
    action=ActionKind.AUTOMATIC_REPLY, rule="claims/(otherwise)", ordinal=1, template="ack", account="claims"
)
ATTACH = Action(action=ActionKind.ATTACH, rule="claims/(otherwise)")
TRIAGE = Action(action=ActionKind.OPEN_INTERACTION, rule="(default)")


def configuration(*, first: bool = False, case_types: Sequence[str] = ("claim", "order")) -> Configuration:
    """Two mailboxes, two case types, two templates."""
    installation = Installation.model_validate(
        {
            "kind": "Installation",
            "name": "test",
            "domain": "mail.test.example",
            "signing_keys": [{"id": "k2", "secret": {"env": "MAILCASE_SECRET_K2"}}],
            "current_key": "k2",
            "duplicate_across_mailboxes": "first" if first else "each",
        }
    )
    types = {"claim": _case_type("claim", "CLM"), "order": _case_type("order", "ORD")}
    return Configuration(
        installation=installation,
        accounts={name: _account(name) for name in ("claims", "support")},
        listeners={},
        rules={},
        case_types={name: types[name] for name in case_types},
        templates={name: _template(name) for name in ("ack", "away")},
        queues={"desk": WorkQueue(kind="WorkQueue", name="desk", label="Desk")},
        operators={},
        generated={},
        origins={},
        digest=f"sha256:{first}{','.join(case_types)}",
    )


def _case_type(name: str, prefix: str) -> CaseType:
    return CaseType.model_validate(
        {
            "kind": "CaseType",
            "name": name,
            "label": name.title(),
            "id_prefix": prefix,
            "queue": "desk",
            "account": "claims",
            "stages": [{"name": "work", "statuses": ["new", "open"]}, {"name": "done", "statuses": ["closed"]}],
            "resolved": ["closed"],
            "fields": [
                {"name": "amount", "type": "money"},
                {"name": "policy_number", "type": "text", "required": True},
                {"name": "kind", "type": "choice", "choices": ["Water", "Fire"]},
            ],
        }
    )


def _account(name: str) -> EmailAccount:
    return EmailAccount.model_validate(
        {
            "kind": "EmailAccount",
            "name": name,
            "address": f"{name}@test.example",
            "sender": {"host": "localhost", "security": "none"},
        }
    )


def _template(name: str) -> MailTemplate:
    mail = {"subject": "[{{ case.id }}] {{ mail.subject }}", "text": "Thank you."}
    return MailTemplate.model_validate(
        {"kind": "MailTemplate", "name": name, "languages": {"en": mail, "de": mail}, "default_language": "en"}
    )


def decision(
    name: str,
    *,
    sender: str | None = ANN,
    mailbox: str = "claims",
    references: Sequence[str] = (),
    evidence: Sequence[Evidence] = (),
    new: Sequence[Action] = (CREATE, ACKNOWLEDGE),
    follow_up: Sequence[Action] = (ATTACH,),
    kind: ClassKind = ClassKind.HUMAN,
    attachments: Sequence[Attachment] = (),
    message_id: str | None = "",
    bounce: Bounce | None = None,
    to: Sequence[str] = ("claims@test.example",),
    facts: Facts | None = None,
    mail: dict[str, Any] | None = None,
    **more: Any,
) -> Decision:
    """The decision of mail `name`: its Message-ID is `<name@example.org>`, and `references` are such names."""
    own = f"<{name}@example.org>" if message_id == "" else message_id
    digest = hashlib.sha256(f"{mailbox}/{name}".encode()).hexdigest()
    parents = tuple(f"<{parent}@example.org>" for parent in references)
    found = [
        Evidence(kind=EvidenceKind.REFERENCE, digest=message_id_digest(parent), detail="references")
        for parent in parents
    ]
    this = mail_id(mailbox, digest)
    fields: dict[str, Any] = {
        "message_id": own,
        "in_reply_to": parents[-1] if parents else None,
        "references": parents,
        "from_": MailAddress(address=sender, name="Ann") if sender else None,
        "to": tuple(MailAddress(address=address) for address in to),
        "subject": f"About {name}",
        "new_text": f"The text of {name}.",
        "attachments": tuple(attachments),
        "raw": RawReference(sha256=digest, size=1000, ref=f"blob:{mailbox}/{digest}"),
    }
    values: dict[str, Any] = {
        "mail_id": this,
        "mailbox": mailbox,
        "folder": "INBOX",
        "server_id": f"imap:9c1f9c1f9c1f9c1f:1:{int(digest[:6], 16)}",
        "content_digest": hashlib.sha256(name.encode()).hexdigest(),
        "conversation": conversation_key(parents, fields["in_reply_to"], own, this),
        "received_at": MOMENT - timedelta(seconds=4),
        "mail": Mail(**(fields | (mail or {}))),
        "class_": Classification(kind=kind, reason="no automatic marker"),
        "bounce": bounce,
        "facts": facts or Facts(now=MOMENT),
        "evidence": (*evidence, *found),
        "outcome": Outcome(new=tuple(new), follow_up=tuple(follow_up)),
        "versions": Versions(config="sha256:00", router="test"),
    }
    return Decision(**(values | more))


def attachment(name: str, content: str = "bytes", *, part: str = "2") -> Attachment:
    """An attachment whose bytes are `content`."""
    return Attachment(
        part=part, name=name, type="image/jpeg", size=len(content), sha256=hashlib.sha256(content.encode()).hexdigest()
    )


def signed(notification: str, conversation: str = "", *, verified: bool = True) -> Evidence:
    """Evidence by one of our Message-IDs."""
    return Evidence(
        kind=EvidenceKind.SIGNED_MESSAGE_ID,
        conversation=conversation or None,
        notification=notification,
        key_id="k2",
        verified=verified,
        detail="in-reply-to",
    )


def tag(case_id: str) -> Evidence:
    """Evidence by a case id in the subject."""
    return Evidence(kind=EvidenceKind.SUBJECT_TAG, tag=case_id, detail="subject")


def record(made: Decision, offset: int = 0) -> Record:
    """The record of a decision as the router publishes it."""
    event = Event(
        event_id(made.mail_id, made.run, "decided"),
        "mailcase.mail.decided.v1",
        "/router",
        made.mail_id,
        MOMENT,
        made.conversation,
        made,
    )
    encoded = encode(event)
    return Record(encoded.topic, encoded.key, encoded.value, encoded.headers, 0, offset)


def step(
    notification: str, state: LedgerState, sequence: int, *, case: str | None = None, digests: Sequence[str] = ()
) -> Record:
    """The record of a ledger step as the notifier publishes it."""
    data = OutboundEvent(
        notification_id=notification,
        state=state,
        case=case,
        purpose="acknowledgement",
        message_id_digests=tuple(digests),
        account="claims",
        attempt=1,
        response="250 2.0.0 queued",
        at=MOMENT + timedelta(seconds=min(sequence, 1000)),
    )
    event = Event(
        event_id(notification, 0, f"{state.value}-{sequence}"),
        f"mailcase.outbound.{state.value}.v1",
        "/notifier",
        notification,
        MOMENT,
        case or notification,
        data,
        extensions={"sequence": str(sequence)},
    )
    return encode(event)

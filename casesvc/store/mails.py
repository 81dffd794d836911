"""Mails as decided: one row a mail, found again by server id, by content, and by the ids of its conversation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

from runtime.database.pool import Row
from schemas.events import Decision, EvidenceKind, Mode
from schemas.ids import message_id_digest

__all__ = [
    "KnownMail",
    "Twin",
    "address_key",
    "decision_of",
    "insert",
    "known",
    "message_digest",
    "referenced",
    "thread_digest",
    "twin",
]

MAX_REFERENCES = 100
"""Ids of its conversation by which a mail is found."""


@dataclass(frozen=True, slots=True)
class KnownMail:
    """What the store says about a mail that is to be stored. `same_as`: it is that mail, for the `reason`.

    `conflict`: another mail with another content has its server id.
    """

    same_as: str | None = None
    reason: str = ""
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Twin:
    """The same mail in another mailbox, with its interaction and the cases it belongs to, by relation."""

    mail_id: str
    mailbox: str
    interaction: str
    cases: tuple[tuple[str, str], ...]


def known(connection: Connection[Row], decision: Decision) -> KnownMail:
    """Whether this mail is stored already (architecture §3, mail id)."""
    rows = connection.execute(
        "SELECT mail_id, content_digest, mail_id = %(id)s, server_id = %(server)s FROM mails WHERE mail_id = %(id)s"
        " OR (mailbox = %(mailbox)s AND server_id = %(server)s AND NOT server_conflict)"
        " OR (mailbox = %(mailbox)s AND content_digest = %(digest)s AND %(resync)s)",
        {
            "id": decision.mail_id,
            "mailbox": decision.mailbox,
            "server": decision.server_id,
            "digest": decision.content_digest,
            "resync": decision.mode is Mode.RESYNC,
        },
    ).fetchall()
    for mail_id, _, same_id, _ in rows:
        if same_id:
            return KnownMail(mail_id, "the mail was decided before; the first decision stands")
    for mail_id, digest, _, same_server in rows:
        if digest == decision.content_digest:
            where = "with the same server id" if same_server else "found again by a resync"
            return KnownMail(mail_id, f"the same content, {where}")
    return KnownMail(conflict=any(same_server for _, _, _, same_server in rows))


def twin(connection: Connection[Row], decision: Decision) -> Twin | None:
    """The first mail with the same Message-ID and content in another mailbox, if there is one."""
    digest = message_digest(decision)
    if digest is None:
        return None
    row = connection.execute(
        "SELECT m.mail_id, m.mailbox, i.id FROM mails m JOIN interactions i ON i.mail_id = m.mail_id"
        " WHERE m.content_digest = %s AND m.message_digest = %s AND m.mailbox <> %s AND m.mail_id <> %s"
        " ORDER BY i.number LIMIT 1",
        [decision.content_digest, digest, decision.mailbox, decision.mail_id],
    ).fetchone()
    if row is None:
        return None
    cases = connection.execute(
        "SELECT case_id, relation FROM interaction_cases WHERE interaction_id = %s ORDER BY case_id", [row[2]]
    ).fetchall()
    return Twin(row[0], row[1], row[2], tuple((case_id, relation) for case_id, relation in cases))


def insert(connection: Connection[Row], decision: Decision, *, conflict: bool) -> None:
    """Store the mail with its decision and the ids by which its conversation is found."""
    mail = decision.mail
    sender = mail.from_
    connection.execute(
        "INSERT INTO mails (mail_id, run, mailbox, server_id, server_conflict, content_digest, conversation,"
        " message_digest, thread_digest, from_address, from_name, subject, class, sent_at, received_at, raw_ref,"
        " raw_size, decision, decided_at)"
        " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            decision.mail_id,
            decision.run,
            decision.mailbox,
            decision.server_id,
            conflict,
            decision.content_digest,
            decision.conversation,
            message_digest(decision),
            thread_digest(decision),
            address_key(sender.address) if sender else None,
            sender.name if sender else "",
            mail.subject,
            decision.class_.kind.value,
            mail.date,
            decision.received_at,
            mail.raw.ref,
            mail.raw.size,
            decision.model_dump_json(by_alias=True),
            decision.facts.now,
        ],
    )
    digests = referenced(decision)
    if digests:
        connection.execute(
            "INSERT INTO mail_references (digest, mail_id) SELECT digest, %s FROM unnest(%s::text[]) AS digest",
            [decision.mail_id, list(digests)],
        )


def decision_of(connection: Connection[Row], mail_id: str) -> dict[str, Any]:
    """The decision of a stored mail, as JSON data."""
    row = connection.execute("SELECT decision FROM mails WHERE mail_id = %s", [mail_id]).fetchone()
    assert row is not None, "the mail is stored"
    return dict(row[0])


def message_digest(decision: Decision) -> str | None:
    """Digest of the mail's own Message-ID; None without one."""
    message_id = (decision.mail.message_id or "").strip()
    return message_id_digest(message_id) if message_id.strip("<> ") else None


def thread_digest(decision: Decision) -> str | None:
    """Digest of the thread index that the mail carries, if it carries one."""
    return next((e.digest for e in decision.evidence if e.kind is EvidenceKind.THREAD_TOPIC and e.digest), None)


def referenced(decision: Decision) -> Sequence[str]:
    """Digests of the ids that the mail refers to: nearest parent first, then the root, then the others."""
    mail = decision.mail
    written = [mail.in_reply_to or "", *reversed(mail.references)]
    # Masked ids of our own are no ids any more; what they lead to stands in the evidence.
    found = [message_id_digest(text) for text in written if text.strip("<> ") and "*" not in text]
    found += [e.digest for e in decision.evidence if e.kind is EvidenceKind.REFERENCE and e.digest]
    own = message_digest(decision)
    return [digest for digest in dict.fromkeys(found) if digest != own][:MAX_REFERENCES]


def address_key(address: str) -> str:
    """How addresses are compared: without surrounding space, case folded."""
    return address.strip().casefold()

"""What evidence leads to: Message-IDs, notifications and case ids resolved to cases and interactions."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from psycopg import Connection

from casesvc.store.mails import message_digest, referenced, thread_digest
from casesvc.threading import Lead, LeadKind
from runtime.database.pool import Row
from schemas.events import Decision, Evidence, EvidenceKind
from schemas.ids import NOTIFICATION_TOKEN_LENGTH, notification_from_token

__all__ = ["leads", "lock_names", "notification_of"]

_LOCKED_REFERENCES = 10
"""Nearest ids that are locked: parent and root are always among them, and locks of the server are few."""
_SIGNED = {EvidenceKind.SIGNED_MESSAGE_ID, EvidenceKind.SIGNED_ADDRESS, EvidenceKind.SIGNED_BODY}
_MAX_FOUND = 50


def lock_names(decision: Decision) -> list[str]:
    """Names under which this mail's conversation, content and place on the server are locked."""
    digests = [message_digest(decision), *list(referenced(decision))[:_LOCKED_REFERENCES]]
    names = [f"message:{digest}" for digest in digests if digest]
    if decision.mail.references:
        names += [f"message:{digest}" for digest in list(referenced(decision))[-1:]]
    if thread := thread_digest(decision):
        names.append(f"thread:{thread}")
    names.append(f"mail:{decision.mail_id}")
    names.append(f"server:{decision.mailbox}:{decision.server_id}")
    names.append(f"content:{decision.content_digest}")
    return names


def leads(connection: Connection[Row], decision: Decision) -> list[Lead]:
    """All evidence of a mail, resolved as the store stands now."""
    found = [lead for evidence in decision.evidence if (lead := _explicit(connection, evidence)) is not None]
    digests = list(referenced(decision))
    if digests:
        known = _by_reference(connection, digests, decision.mailbox)
        found.append(known)
        if not known.cases and not known.interactions:
            found.append(_weak(connection, LeadKind.SHARED_REFERENCE, _SHARED, decision, digests))
    if digest := message_digest(decision):
        found.append(_weak(connection, LeadKind.REPLY_BEFORE_PARENT, _SHARED, decision, [digest]))
    if digest := thread_digest(decision):
        found.append(_weak(connection, LeadKind.THREAD_TOPIC, _THREAD, decision, [digest]))
    return [lead for lead in found if lead.cases or lead.interactions]


def notification_of(evidence: Evidence) -> str | None:
    """The notification id that a signed evidence names, as id or as token."""
    named = evidence.notification
    if named is None or len(named) != NOTIFICATION_TOKEN_LENGTH:
        return named
    return notification_from_token(named)


def _explicit(connection: Connection[Row], evidence: Evidence) -> Lead | None:
    if evidence.kind is EvidenceKind.SUBJECT_TAG and evidence.tag:
        tag = evidence.tag.strip().strip("[]").upper()
        rows = connection.execute("SELECT id FROM cases WHERE id = %s", [tag])
        return Lead(LeadKind.SUBJECT_TAG, frozenset(row[0] for row in rows))
    if evidence.kind not in _SIGNED:
        return None
    kind = LeadKind(evidence.kind.value) if evidence.verified else LeadKind.FORGED
    rows = connection.execute(
        "SELECT case_id, interaction_id FROM outgoing WHERE notification_id = %s", [notification_of(evidence)]
    )
    lead = _gathered(connection, kind, rows.fetchall())
    if not lead.cases and not lead.interactions and evidence.conversation:
        rows = connection.execute(
            "SELECT id, NULL FROM cases WHERE conversation = %s ORDER BY number LIMIT %s",
            [evidence.conversation, _MAX_FOUND],
        )
        lead = _gathered(connection, kind, rows.fetchall())
    return lead


def _by_reference(connection: Connection[Row], digests: Sequence[str], mailbox: str) -> Lead:
    rows = connection.execute(
        "SELECT ic.case_id, i.id, m.mailbox = %(mailbox)s FROM mails m JOIN interactions i ON i.mail_id = m.mail_id"
        " LEFT JOIN interaction_cases ic ON ic.interaction_id = i.id WHERE m.message_digest = ANY(%(digests)s)"
        " UNION SELECT o.case_id, o.interaction_id, true FROM outgoing_ids d"
        " JOIN outgoing o ON o.notification_id = d.notification_id WHERE d.digest = ANY(%(digests)s)"
        " ORDER BY 3 DESC, 1 NULLS LAST, 2 LIMIT %(most)s",
        {"mailbox": mailbox, "digests": list(digests), "most": _MAX_FOUND},
    ).fetchall()
    # The same mail may lie in two mailboxes, each with its case: an answer to the one belongs to that one.
    near = [row for row in rows if row[2]] or rows
    return _gathered(connection, LeadKind.REFERENCE, [(case, interaction) for case, interaction, _ in near])


_SHARED = """
SELECT ic.case_id, i.id FROM mail_references r JOIN mails m ON m.mail_id = r.mail_id
JOIN interactions i ON i.mail_id = m.mail_id LEFT JOIN interaction_cases ic ON ic.interaction_id = i.id
WHERE r.digest = ANY(%s) AND m.mailbox = %s AND m.mail_id <> %s ORDER BY i.number LIMIT %s
"""
_THREAD = """
SELECT ic.case_id, i.id FROM mails m JOIN interactions i ON i.mail_id = m.mail_id
LEFT JOIN interaction_cases ic ON ic.interaction_id = i.id
WHERE m.thread_digest = ANY(%s) AND m.mailbox = %s AND m.mail_id <> %s ORDER BY i.number LIMIT %s
"""


def _weak(connection: Connection[Row], kind: LeadKind, query: str, decision: Decision, digests: Sequence[str]) -> Lead:
    rows = connection.execute(
        query.encode(), [list(digests), decision.mailbox, decision.mail_id, _MAX_FOUND]
    ).fetchall()
    return _gathered(connection, kind, rows)


def _gathered(connection: Connection[Row], kind: LeadKind, rows: Iterable[Row]) -> Lead:
    """Cases named by the rows, and those of interactions that a row names without a case."""
    cases = {row[0] for row in rows if row[0] is not None}
    interactions = {row[1] for row in rows if row[0] is None and row[1] is not None}
    if interactions:
        found = connection.execute(
            "SELECT interaction_id, case_id FROM interaction_cases WHERE interaction_id = ANY(%s)",
            [sorted(interactions)],
        ).fetchall()
        cases |= {row[1] for row in found}
        interactions -= {row[0] for row in found}
    return Lead(kind, frozenset(cases), frozenset(interactions))

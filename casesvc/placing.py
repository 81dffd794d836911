"""Where a mail belongs and what that leads to: the store is asked, the pure modules decide."""

from __future__ import annotations

from psycopg import Connection

from casesvc.planning import Plan, Report, SameMail, plan, report_kind
from casesvc.store import cases, conversations, mails, outgoing
from casesvc.threading import place, sender_proof
from runtime.config.model import Configuration
from runtime.database.pool import Row
from schemas.events import Decision

__all__ = ["CaseTypeMissing", "plan_for", "same_mail"]


class CaseTypeMissing(Exception):
    """The decision creates a case of a type that this configuration does not have (yet)."""

    def __init__(self, case_type: str) -> None:
        super().__init__(case_type)
        self.case_type = case_type


def plan_for(connection: Connection[Row], decision: Decision, configuration: Configuration) -> Plan:
    """What shall be done with the mail, as the store stands now. Raises CaseTypeMissing."""
    leads = conversations.leads(connection, decision)
    people = cases.participants_of(connection, {case for lead in leads for case in lead.cases})
    sender = decision.mail.from_
    placement = place(
        mails.address_key(sender.address) if sender else None,
        leads,
        people,
        sender_proof(decision.facts.authentication),
    )
    made = plan(
        decision,
        placement,
        same_mail(connection, decision),
        _report(connection, decision),
        first_only=configuration.installation.duplicate_across_mailboxes == "first",
    )
    for action in made.creates:
        if action.case_type not in configuration.case_types:
            raise CaseTypeMissing(str(action.case_type))
    return made


def same_mail(connection: Connection[Row], decision: Decision) -> SameMail | None:
    """The same mail in another mailbox, with the cases that it created or joined."""
    twin = mails.twin(connection, decision)
    if twin is None:
        return None
    inside = tuple(case_id for case_id, relation in twin.cases if relation in ("created", "joined"))
    return SameMail(twin.mailbox, twin.interaction, inside)


def _report(connection: Connection[Row], decision: Decision) -> Report | None:
    if report_kind(decision) is None:
        return None
    named = decision.bounce.original_notification if decision.bounce else None
    candidates: list[str | None] = [named]
    candidates += [conversations.notification_of(e) for e in decision.evidence if e.verified and e.notification]
    for candidate in candidates:
        mail = outgoing.find(connection, candidate) if candidate else None
        if mail is not None:
            return Report(mail.notification_id, mail.case_id, mail.interaction_id)
    return None

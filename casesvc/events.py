"""Events of cases and interactions, with ids that the same mail always gives again. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from casesvc.records import Case, Interaction
from schemas.cloudevents import Event
from schemas.events import CaseEvent, CaseReference, Decision, EventModel, InteractionEvent, MailRequested
from schemas.ids import event_id

__all__ = ["SOURCE", "case_event", "child_resolved", "interaction_event", "mail_event", "reference"]

SOURCE = "/casesvc"


def reference(case: Case) -> CaseReference:
    """A case as events name it."""
    return CaseReference(id=case.id, type=case.type, label=case.label)


def case_event(
    decision: Decision, case: Case, what: str, at: datetime, *, rule: str = "", ordinal: int = 0, **more: Any
) -> Event:
    """`mailcase.case.<what>.v1`. `rule` and `ordinal` tell apart what one mail does to several cases."""
    data = CaseEvent(
        case=reference(case),
        conversation=case.conversation,
        what=what,
        stage=case.stage,
        status=case.status,
        mail_id=decision.mail_id,
        queue=case.queue,
        operator=case.operator,
        rule=rule or None,
        at=at,
        **more,
    )
    # Which case it is belongs to the id: one mail may be attached to several.
    step = f"case.{what}" if what == "created" else f"case.{what}:{case.id}"
    return _event(decision, f"mailcase.case.{what}.v1", step, rule, ordinal, case.id, data, at)


def interaction_event(
    decision: Decision, interaction: Interaction, what: str, at: datetime, case: Case | None, reason: str
) -> Event:
    """`mailcase.interaction.<what>.v1`."""
    data = InteractionEvent(
        interaction=interaction.id,
        what=what,
        mail_id=decision.mail_id,
        mailbox=decision.mailbox,
        conversation=decision.conversation,
        case=reference(case) if case else None,
        queue=interaction.queue,
        operator=interaction.operator,
        class_=interaction.class_kind,
        rule=interaction.rule,
        reason=reason,
        at=at,
    )
    return _event(decision, f"mailcase.interaction.{what}.v1", f"interaction.{what}", "", 0, interaction.id, data, at)


def child_resolved(
    decision: Decision, child: Decision, interaction: str, case: Case, reason: str, at: datetime
) -> Event:
    """`mailcase.interaction.resolved.v1` of a reply that waited for its parent, which is `decision`'s mail."""
    data = InteractionEvent(
        interaction=interaction,
        what="resolved",
        mail_id=child.mail_id,
        mailbox=child.mailbox,
        conversation=child.conversation,
        case=reference(case),
        class_=child.class_.kind.value,
        reason=reason,
        at=at,
    )
    step = f"interaction.resolved:{interaction}"
    return _event(decision, "mailcase.interaction.resolved.v1", step, "", 0, interaction, data, at)


def mail_event(decision: Decision, mail: MailRequested, rule: str, ordinal: int, at: datetime) -> Event:
    """`mailcase.mail.requested.v1`, under the case's key or, without a case, the interaction's."""
    key = mail.case.id if mail.case else mail.interaction or mail.notification_id
    step = f"mail.requested:{mail.purpose.value}"
    return _event(decision, "mailcase.mail.requested.v1", step, rule, ordinal, key, mail, at)


def _event(
    decision: Decision, kind: str, step: str, rule: str, ordinal: int, key: str, data: EventModel, at: datetime
) -> Event:
    return Event(
        id=event_id(decision.mail_id, decision.run, step, rule, ordinal),
        type=kind,
        source=SOURCE,
        subject=key,
        time=at,
        key=key,
        data=data,
    )

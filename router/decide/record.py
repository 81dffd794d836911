"""The event of a decision. Its id and time follow from the mail, so that deciding again gives the same record."""

from __future__ import annotations

from schemas.cloudevents import Event
from schemas.events import Decision
from schemas.ids import event_id

__all__ = ["DECIDED", "decision_event"]

DECIDED = "mailcase.mail.decided.v1"


def decision_event(decision: Decision, traceparent: str | None = None) -> Event:
    """The event that carries `decision` to `mail.decisions`."""
    return Event(
        id=event_id(decision.mail_id, decision.run, "decided"),
        type=DECIDED,
        source="/router",
        subject=decision.mail_id,
        time=decision.facts.now,
        key=decision.conversation,
        data=decision,
        extensions={"traceparent": traceparent} if traceparent else {},
    )

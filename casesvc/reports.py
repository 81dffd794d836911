"""Reports about mails that we sent: bounce, delay, receipt, complaint → `mail.outcome_reported`. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from casesvc.events import SOURCE
from casesvc.planning import report_kind
from casesvc.records import Outgoing
from schemas.cloudevents import Event
from schemas.events import Decision, OutcomeReported
from schemas.events.decision import BounceRecipient
from schemas.ids import event_id, recipient_digest

__all__ = ["outcomes"]

Outcome = Literal["delivered", "delayed", "bounced", "complained"]
_BY_ACTION: dict[str, Outcome] = {
    "failed": "bounced",
    "delayed": "delayed",
    "delivered": "delivered",
    "relayed": "delivered",
    "expanded": "delivered",
}
_BY_CLASS: dict[str, Outcome] = {
    "bounced": "bounced",
    "delayed": "delayed",
    "delivered": "delivered",
    "complained": "complained",
}


def outcomes(decision: Decision, mail: Outgoing, at: datetime) -> list[Event]:
    """One event for each recipient of `mail` that the report names; where it names none of them, for each recipient.

    Servers rewrite addresses (aliases, forwards): then the report still says that the mail to its only recipient came
    back, but with several recipients nobody can tell whose it is, and the mail as a whole is reported.
    """
    by_class = _BY_CLASS[report_kind(decision) or "bounced"]
    wanted = {recipient_digest(address): address for address in mail.recipients}
    named: list[tuple[str, BounceRecipient | None]] = [
        (digest, found) for found in _recipients(decision) if (digest := _whose(found, wanted)) is not None
    ]
    if not named:
        first = next(iter(_recipients(decision)), None)
        named = [(digest, first) for digest in wanted] or [("", first)]
    return [_event(decision, mail, digest, found, by_class, at) for digest, found in dict(named).items()]


def _recipients(decision: Decision) -> tuple[BounceRecipient, ...]:
    return decision.bounce.recipients if decision.bounce else ()


def _whose(found: BounceRecipient | None, wanted: dict[str, str]) -> str | None:
    for address in (found.original, found.address) if found else ():
        if address and recipient_digest(address) in wanted:
            return recipient_digest(address)
    return None


def _event(
    decision: Decision, mail: Outgoing, digest: str, found: BounceRecipient | None, by_class: Outcome, at: datetime
) -> Event:
    outcome = by_class if by_class == "complained" or found is None else _BY_ACTION.get(found.action, by_class)
    data = OutcomeReported(
        notification_id=mail.notification_id,
        mail_id=decision.mail_id,
        outcome=outcome,
        recipient_digest=digest,
        status=found.status if found else "",
        smtp_code=found.smtp_code if found else "",
        reason=found.reason if found else decision.class_.reason,
        kind=found.kind if found else "none",
    )
    return Event(
        id=event_id(decision.mail_id, decision.run, "mail.outcome_reported", f"{mail.notification_id}:{digest}"),
        type="mailcase.mail.outcome_reported.v1",
        source=SOURCE,
        subject=mail.key,
        time=at,
        key=mail.key,
        data=data,
    )

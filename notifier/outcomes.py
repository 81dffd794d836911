"""What came back about a mail (bounce, receipt, complaint), applied to its row; reports may be early, late, double."""

from __future__ import annotations

from dataclasses import replace

from psycopg.types.json import Jsonb

from notifier.records import Entry, Recipient
from notifier.states import SENDING, Cause
from notifier.store import Unit
from schemas.events import LedgerState, OutcomeReported, RecipientState

__all__ = ["apply_early", "apply_outcome"]

_CAUSES = {"delivered": Cause.DELIVERED, "bounced": Cause.BOUNCED, "complained": Cause.COMPLAINED}


def apply_outcome(unit: Unit, event: str, outcome: OutcomeReported) -> None:
    """Move the mail that `outcome` is about. The same event twice changes nothing; `delayed` never does.

    A DSN can be quicker than our own note of the hand-over: it is kept until that is made.
    """
    if not unit.first_time(event) or outcome.outcome == "delayed":
        return
    entry = unit.get(outcome.notification_id)
    if entry is None or entry.state in SENDING:
        unit.connection.execute(
            "INSERT INTO early_outcomes (event_id, notification_id, outcome) VALUES (%s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [event, outcome.notification_id, Jsonb(outcome.model_dump(mode="json"))],
        )
        return
    _apply(unit, entry, outcome)


def apply_early(unit: Unit, entry: Entry) -> Entry:
    """Apply what came before `entry` was handed over; the row as it stands then."""
    rows = unit.connection.execute(
        "DELETE FROM early_outcomes WHERE notification_id = %s RETURNING outcome, at", [entry.notification_id]
    ).fetchall()
    for outcome, _ in sorted(rows, key=lambda row: row[1]):
        entry = _apply(unit, entry, OutcomeReported.model_validate(outcome))
    return entry


def _apply(unit: Unit, entry: Entry, outcome: OutcomeReported) -> Entry:
    cause = _CAUSES[outcome.outcome]
    response = " ".join(f"{outcome.status} {outcome.smtp_code} {outcome.reason}".split())[:500]
    if cause is not Cause.BOUNCED and entry.state in (LedgerState.UNKNOWN, LedgerState.HELD):
        # A receipt or a complaint of the recipient is a yes as well: the mail had been taken.
        entry = unit.move(entry, Cause.ACCEPTED, reason=f"{outcome.outcome}_reported") or entry
    changed = entry
    if cause is Cause.BOUNCED:
        changed = entry.with_recipients(_bounced(one, outcome, response) for one in entry.recipients)
    reason = f"{outcome.outcome}_{outcome.kind}" if outcome.kind != "none" else outcome.outcome
    moved = unit.move(changed, cause, reason=reason, response=response)
    if moved is not None:
        return moved
    return unit.tell(changed, cause.value) if changed.recipients != entry.recipients else entry


def _bounced(recipient: Recipient, outcome: OutcomeReported, response: str) -> Recipient:
    if recipient.digest != outcome.recipient_digest:
        return recipient
    return replace(recipient, state=RecipientState.BOUNCED, response=response)

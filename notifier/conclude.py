"""What a hand-over's result means for the row: the cause to move by, and what became of each recipient. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from mail.encode import ascii_address
from notifier.records import Recipient
from notifier.sender import Outcome, SendResult
from notifier.states import Cause
from schemas.events import RecipientState

__all__ = ["Conclusion", "conclude"]


@dataclass(frozen=True, slots=True)
class Conclusion:
    """`cause` None: the row is no longer ours, leave it."""

    cause: Cause | None
    recipients: tuple[Recipient, ...]
    reason: str = ""


def conclude(recipients: Iterable[Recipient], result: SendResult) -> Conclusion:
    """Apply `result` to the recipients that were still open; somebody accepted before stays accepted.

    A mail taken for some while others were deferred is `deferred`: it goes on, to the others alone.
    """
    merged = tuple(_merged(recipient, result) for recipient in recipients)
    still_open = sum(recipient.open for recipient in merged)
    accepted = sum(recipient.state is RecipientState.ACCEPTED for recipient in merged)
    stage = result.stage.value
    match result.outcome:
        case Outcome.ABANDONED:
            return Conclusion(None, merged, "abandoned")
        case Outcome.UNKNOWN:
            return Conclusion(Cause.LOST, merged, "no_answer_after_data")
        case Outcome.ACCEPTED if still_open:
            return Conclusion(Cause.TEMPORARY, merged, f"accepted_for_{accepted}_of_{len(merged)}")
        case Outcome.ACCEPTED:
            refused = len(merged) - accepted
            return Conclusion(Cause.ACCEPTED, merged, f"refused_for_{refused}_of_{len(merged)}" if refused else "")
        case Outcome.TEMPORARY:
            return Conclusion(Cause.TEMPORARY, merged, f"{stage}_temporary")
        case Outcome.PERMANENT:
            reason = f"{stage}_refused"
            return Conclusion(Cause.PERMANENT, merged, f"{reason};accepted_for_{accepted}" if accepted else reason)


def _merged(recipient: Recipient, result: SendResult) -> Recipient:
    if not recipient.open:
        return recipient
    answer = result.recipients.get(ascii_address(recipient.address) or recipient.address)
    if answer is not None and (answer.state is RecipientState.REFUSED or result.outcome is not Outcome.PERMANENT):
        return replace(recipient, state=answer.state, response=answer.response)
    if result.outcome is Outcome.PERMANENT:
        return replace(recipient, state=RecipientState.REFUSED, response=result.response)
    return recipient

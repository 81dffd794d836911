"""What people tell an outgoing mail: hold, release, cancel, confirm that it was sent, send it again as a new one."""

from __future__ import annotations

import structlog

from notifier.records import Entry, entries_of
from notifier.states import SENDING, Cause
from notifier.store import Unit
from schemas.events import PipelineCommand
from schemas.ids import notification_id

__all__ = ["apply_command"]

_CAUSES = {"hold": Cause.HOLD, "release": Cause.RELEASE, "cancel": Cause.CANCEL, "confirm_sent": Cause.CONFIRM}
_log = structlog.get_logger("notifier")


def apply_command(unit: Unit, command: PipelineCommand) -> bool:
    """Carry `command` out, once by its id; False when it could not be (no such mail, no such edge now)."""
    target = command.target.notification_id
    if command.service != "notifier" or target is None or not unit.first_time(f"command:{command.command_id}"):
        return False
    entry = unit.get(target)
    done = False
    if entry is not None:
        done = _resend(unit, entry, command) if command.what == "resend" else _move(unit, entry, command)
    if not done:
        state = entry.state.value if entry else "not known here"
        _log.warning("command not possible", command_id=command.command_id, what=command.what, state=state)
    return done


def _move(unit: Unit, entry: Entry, command: PipelineCommand) -> bool:
    cause = _CAUSES.get(command.what)
    if cause is None:
        return False
    wait = 0.0 if cause is Cause.RELEASE else None
    reason = f"{command.what}:{command.reason}" if command.reason else command.what
    return unit.move(entry, cause, reason=reason, response=entry.response, wait=wait) is not None


def _resend(unit: Unit, entry: Entry, command: PipelineCommand) -> bool:
    """A resend is a new mail that names the old one; one that is still being sent needs none."""
    if entry.state in SENDING:
        return False
    fresh = notification_id(command.command_id, entry.request.purpose.value, "resend")
    addresses = {recipient.address for recipient in entry.recipients}
    request = entry.request.model_copy(
        update={
            "notification_id": fresh,
            "resend_of": entry.notification_id,
            "common": True,
            "to": tuple(one for one in entry.request.to if one.strip() in addresses),
            "not_before": None,
            "expires_at": None,
            # A person asked for it: the loop protection of automatic answers has nothing to say.
            "cause_class": "human",
        }
    )
    (again,) = entries_of(request, unit.now)
    return unit.add(again)

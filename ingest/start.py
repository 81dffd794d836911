"""Where reading begins and what a mail counts as: start policy, resync, import. Pure.

- `from_now`: mails received at or after the start point. `since: DATE`: received on or after that day (UTC).
  `all`: every mail.
- What was already there when the mailbox was first opened is an *import*: muted, whatever its date.
- After a lost UIDVALIDITY (or the command `resync`) everything that the start point allows is looked at again as
  *resync*; mails from before the last success are muted, newer ones were missed and are answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from schemas.config import Since, StartPolicy
from schemas.events.mailbox import ImapCursor, StartPoint
from schemas.events.received import Mode

__all__ = ["Kind", "bound_of", "coarse_day", "first_cursor", "kind_of", "resync_cursor", "start_point", "within"]


@dataclass(frozen=True, slots=True)
class Kind:
    """What a mail counts as: `muted` means that no acknowledgement and no automatic reply may follow."""

    mode: Mode
    muted: bool


def start_point(policy: StartPolicy, now: datetime) -> StartPoint:
    """The start point of a mailbox that is taken up for the first time."""
    if isinstance(policy, Since):
        day = policy.since
        return StartPoint(policy="since", at=datetime(day.year, day.month, day.day, tzinfo=UTC), begun_at=now)
    # Servers give whole seconds: a mail of the same second must not fall below the start point.
    at = now.replace(microsecond=0) if policy == "from_now" else None
    return StartPoint(policy=policy, at=at, begun_at=now)


def bound_of(start: StartPoint | None) -> datetime | None:
    """Mails received before this moment are never taken; None: all count."""
    return start.at if start is not None else None


def within(received_at: datetime, bound: datetime | None) -> bool:
    """Whether a mail counts under the start point's bound."""
    return bound is None or received_at >= bound


def coarse_day(bound: datetime | None) -> date | None:
    """The day to search by: a day earlier, for servers compare days in a zone of their own (RFC 3501 §6.4.4)."""
    return None if bound is None else (bound.astimezone(UTC) - timedelta(days=1)).date()


def first_cursor(start: StartPoint, *, uidvalidity: int, uidnext: int) -> ImapCursor:
    """Cursor of a folder that is read for the first time.

    With `from_now` too the folder is searched by date once: a mail may have come between the start point and the
    first time that the server could be reached. Only with `since` and `all` is what it holds an import.
    """
    known = max(uidnext - 1, 0)
    imported = known if start.policy != "from_now" else None
    return ImapCursor(uidvalidity=uidvalidity, last_uid=0, bounded_until_uid=known, import_until_uid=imported)


def resync_cursor(old: ImapCursor | None, *, uidvalidity: int, uidnext: int) -> ImapCursor:
    """Cursor of a folder whose UIDs mean nothing any more: from its beginning, bounded by the start point's date."""
    known = max(uidnext - 1, 0)
    same = old is not None and old.uidvalidity == uidvalidity
    return ImapCursor(
        uidvalidity=uidvalidity,
        last_uid=0,
        bounded_until_uid=known,
        resync_until_uid=known,
        # After-actions name UIDs: they are still due where the UIDs still mean the same mails.
        after_actions=old.after_actions if old is not None and same else (),
        attempting=old.attempting if old is not None and same else None,
    )


SKEW = timedelta(seconds=60)
"""How far a server's clock may be from ours. A mail unmuted by mistake was published before: a no-op by its id."""


def kind_of(uid: int, received_at: datetime, cursor: ImapCursor, answered_until: datetime | None) -> Kind:
    """What the mail `uid` counts as under this cursor. `answered_until`: the last success, else the first start."""
    if cursor.import_until_uid is not None and uid <= cursor.import_until_uid:
        return Kind(Mode.IMPORT, muted=True)
    if cursor.resync_until_uid is not None and uid <= cursor.resync_until_uid:
        return Kind(Mode.RESYNC, muted=answered_until is not None and received_at < answered_until - SKEW)
    return Kind(Mode.LIVE, muted=False)

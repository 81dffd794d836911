"""The ledger's sending side: claim what is due, note that it is being transmitted, settle what came of it.

Ask of each line what happens if the process dies here:
before `begin` is committed      the lease ends, the row is queued again; no byte of the mail was sent
after it, before `settle`        the lease ends, the row becomes `unknown`; nobody sends it again by himself
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from zlib import crc32

from notifier.conclude import conclude
from notifier.limits import SendingFacts, answers_by_itself, judge
from notifier.options import NotifierOptions
from notifier.outcomes import apply_early
from notifier.records import Entry, Recipient
from notifier.sender import Outcome, SendResult
from notifier.states import Cause
from notifier.store import Store, Unit
from schemas.config import Outbound
from schemas.events import LedgerState, RecipientState

__all__ = ["ClaimPolicy", "Ledger"]

_COUNT_LOCK = crc32(b"mailcase.notifier.counts") & 0x7FFFFFFF


@dataclass(frozen=True, slots=True)
class ClaimPolicy:
    """What of the configuration decides whether a mail may go out now."""

    outbound: Outbound
    own_addresses: frozenset[str]
    destinations: Mapping[str, str]
    """Account → destination that its back-off goes by."""


class Ledger:
    """Claims and settles for one sending process. `owner` must be unique to this process's life. Thread-safe."""

    def __init__(self, store: Store, owner: str, options: NotifierOptions) -> None:
        self._store = store
        self.owner = owner
        self._options = options

    def claim(self, policy: ClaimPolicy, free: Callable[[str], int], limit: int) -> list[Entry]:
        """Take up to `limit` mails that are due, of each account at most `free(account)`.

        What may not be sent ends here: `expired`, `suppressed` with its reason.
        """
        claimed: list[Entry] = []
        with self._store.unit() as unit:
            due = self._due(unit, policy, free, limit)
            counts = _counts(unit, due, policy.outbound)
            for entry in due:
                taken = self._take(unit, entry, policy, counts)
                if taken is not None:
                    claimed.append(taken)
        return claimed

    def begin(self, entry: Entry, message_id: str) -> Entry | None:
        """Commit that the mail's bytes are about to be sent; None when the row is not ours any more: send nothing."""
        with self._store.unit() as unit:
            named = replace(entry, message_id=entry.message_id or message_id)
            return unit.move(named, Cause.DATA, lease=self._options.lease)

    def settle(self, entry: Entry, result: SendResult, destination: str | None = None) -> Entry | None:
        """Note the result of the hand-over of `entry`, as `claim` or `begin` returned it; the row as it stands then.

        A late yes for a row that was given up in the meantime is noted too; any other late answer changes nothing.
        """
        conclusion = conclude(entry.recipients, result)
        if conclusion.cause is None:
            return None
        with self._store.unit() as unit:
            wait = None
            if conclusion.cause is Cause.TEMPORARY:
                wait = self._options.mail_backoff.seconds(entry.attempt, random.random())  # noqa: S311  # jitter
            if destination is not None:
                wait = self._note_destination(unit, destination, result) or wait
            changed = replace(entry.with_recipients(conclusion.recipients), owner=None)
            moved = unit.move(changed, conclusion.cause, reason=conclusion.reason, response=result.response, wait=wait)
            if moved is None and result.outcome is Outcome.ACCEPTED:
                moved = _late_yes(unit, entry, conclusion.recipients, result)
            if moved is not None and moved.state is LedgerState.HANDED_OVER:
                moved = apply_early(unit, moved)
        return moved

    def refuse(self, entry: Entry, reason: str, detail: str) -> Entry | None:
        """The mail cannot be made (template, data, attachment): it failed for good, before anything was sent."""
        with self._store.unit() as unit:
            return unit.move(replace(entry, owner=None), Cause.PERMANENT, reason=reason, response=detail)

    def postpone(self, entry: Entry, reason: str, detail: str) -> Entry | None:
        """Something that it needs is away or not configured; try again later."""
        with self._store.unit() as unit:
            wait = self._options.mail_backoff.seconds(entry.attempt, random.random())  # noqa: S311  # jitter
            return unit.move(replace(entry, owner=None), Cause.TEMPORARY, reason=reason, response=detail, wait=wait)

    def renew(self, notifications: Iterable[str]) -> int:
        """Keep what this process works on; the number of mails that are still its own."""
        return self._store.renew(self.owner, list(notifications), self._options.lease)

    def _due(self, unit: Unit, policy: ClaimPolicy, free: Callable[[str], int], limit: int) -> list[Entry]:
        waiting = {
            row[0] for row in unit.connection.execute("SELECT destination FROM destinations WHERE retry_at > now()")
        }
        accounts = [
            row[0]
            for row in unit.connection.execute(
                "SELECT account FROM ledger WHERE state IN ('queued', 'deferred') AND next_try_at <= now()"
                " GROUP BY account ORDER BY min(next_try_at)"
            )
            if policy.destinations.get(row[0]) not in waiting
        ]
        due: list[Entry] = []
        for account in accounts:
            room = min(free(account), limit - len(due))
            if room > 0:
                condition = (
                    "state IN ('queued', 'deferred') AND next_try_at <= now() AND account = %s ORDER BY next_try_at"
                )
                due.extend(unit.select(condition, [account], room))
        return due

    def _take(self, unit: Unit, entry: Entry, policy: ClaimPolicy, counts: Counter[str]) -> Entry | None:
        if unit.now >= entry.expires_at:
            unit.move(entry, Cause.EXPIRE, reason="not_sent_in_time", response=entry.response)
            return None
        if entry.state is LedgerState.DEFERRED:
            queued = unit.move(entry, Cause.DUE)
            if queued is None:
                return None
            entry = queued
        if not entry.open_recipients and entry.recipients:
            # A late yes came in after the mail had been queued again: everybody has it.
            unit.move(entry, Cause.CANCEL, reason="accepted_in_an_earlier_attempt")
            return None
        facts = SendingFacts(policy.outbound, policy.own_addresses, counts)
        judgement = judge(entry.request, tuple(one.address for one in entry.open_recipients), facts)
        judged = entry.with_recipients(_refused(one, judgement.refused) for one in entry.recipients)
        if judgement.suppressed is not None:
            unit.move(judged, Cause.SUPPRESS, reason=judgement.suppressed)
            return None
        if answers_by_itself(entry.request):
            _count(unit, judged, counts)
        claimed = replace(judged, owner=self.owner, attempt=entry.attempt + 1)
        return unit.move(claimed, Cause.CLAIM, lease=self._options.lease)

    def _note_destination(self, unit: Unit, destination: str, result: SendResult) -> float | None:
        """Let everything for a server wait that cannot be reached; seconds until it is tried again, None if it is well.

        Hand-overs that fail together count as one failure.
        """
        if not result.server_fault:
            unit.connection.execute("DELETE FROM destinations WHERE destination = %s", [destination])
            return None
        row = unit.connection.execute(
            "SELECT failures, extract(epoch FROM retry_at - now()) FROM destinations WHERE destination = %s FOR UPDATE",
            [destination],
        ).fetchone()
        if row is not None and row[1] > 0:
            return float(row[1])
        failures = (row[0] if row else 0) + 1
        wait = self._options.server_backoff.seconds(failures, random.random())  # noqa: S311  # jitter
        unit.connection.execute(
            "INSERT INTO destinations (destination, failures, retry_at, reason)"
            " VALUES (%s, %s, now() + %s::float8 * interval '1 second', %s) ON CONFLICT (destination) DO UPDATE SET"
            " failures = excluded.failures, retry_at = excluded.retry_at, reason = excluded.reason",
            [destination, failures, wait, result.response],
        )
        return wait


def _refused(recipient: Recipient, reasons: Mapping[str, str]) -> Recipient:
    reason = reasons.get(recipient.address)
    if reason is None or not recipient.open:
        return recipient
    return replace(recipient, state=RecipientState.REFUSED, response=f"not sent: {reason}")


def _late_yes(unit: Unit, entry: Entry, recipients: tuple[Recipient, ...], result: SendResult) -> Entry | None:
    current = unit.get(entry.notification_id)
    if current is None:
        return None
    known = {recipient.address: recipient for recipient in recipients if recipient.state is RecipientState.ACCEPTED}
    if not any(recipient.open and recipient.address in known for recipient in current.recipients):
        return None
    merged = current.with_recipients(
        known.get(recipient.address, recipient) if recipient.open else recipient for recipient in current.recipients
    )
    if current.attempt == entry.attempt:
        moved = unit.move(replace(merged, owner=None), Cause.ACCEPTED, reason="late_yes", response=result.response)
        if moved is not None:
            return moved
    # It is on its way again: whoever claimed it finds another step and sends nothing.
    return unit.tell(merged, "late_yes")


def _counts(unit: Unit, due: list[Entry], outbound: Outbound) -> Counter[str]:
    """Automatic mails of the period to the recipients of `due`, under locks: two replicas count one another's."""
    digests = sorted({one.digest for entry in due if answers_by_itself(entry.request) for one in entry.open_recipients})
    if not digests:
        return Counter()
    for digest in digests:
        unit.connection.execute(
            "SELECT pg_advisory_xact_lock(%s, %s)", [_COUNT_LOCK, crc32(digest.encode()) & 0x7FFFFFFF]
        )
    rows = unit.connection.execute(
        "SELECT recipient_digest, count(*) FROM automatic_mails WHERE recipient_digest = ANY(%s)"
        " AND at > now() - %s AND NOT notification_id = ANY(%s) GROUP BY recipient_digest",
        [digests, outbound.automatic_period, [entry.notification_id for entry in due]],
    ).fetchall()
    return Counter(dict(rows))


def _count(unit: Unit, entry: Entry, counts: Counter[str]) -> None:
    for recipient in entry.open_recipients:
        counts[recipient.digest] += 1
        unit.connection.execute(
            "INSERT INTO automatic_mails (recipient_digest, notification_id) VALUES (%s, %s) ON CONFLICT DO NOTHING",
            [recipient.digest, entry.notification_id],
        )

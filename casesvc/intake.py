"""Intake: batches of decisions become cases, each mail once, whatever is killed, redelivered or read twice.

    batch ─► inbox rows (ON CONFLICT DO NOTHING) ─► locks: names, then cases, each in sorted order ─► apply each
      │                                                                     ─► outbox ─► commit ─► offsets
      │ fails for any reason but a database that is away
      ▼
    each mail alone ─► fails again, `TRIES` times ─► quarantine `intake_failed`
      │
      └ names a case type that is not loaded: waits, bounded, for the configuration ─► quarantine `case_type_missing`

A mail that kills the process is found by the attempts row that is committed before a *suspect* is processed. Suspects
are the first mails of a partition after it was assigned (what its last owner may have died of is among them), and every
mail that is taken alone. Three processes that began it and did not end it are enough: quarantine `crashed_casesvc`.
"""

from __future__ import annotations

import threading
import time
import traceback
import uuid
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace

import psycopg

from casesvc import putting_aside
from casesvc.applying import Applied, CaseTypeMissing, apply
from casesvc.store import cases, conversations, inbox
from runtime import logs, metrics
from runtime.clock import Clock, SystemClock
from runtime.config.model import Configuration
from runtime.database.outbox import Outbox
from runtime.database.pool import Database
from schemas.cloudevents import Record, decode
from schemas.errors import InternalError, MessageError, ProviderError, UnknownEvent
from schemas.events import Decision

__all__ = ["CRASHES", "Intake"]

CRASHES = 3
"""Processes that may end while they process a mail before it is put aside."""
TRIES = 3
"""Times that one process tries a mail that fails by an error."""
MAX_INTERNAL = 50
"""Mails in a row put aside for `intake_failed` after which the fault is ours and intake stops."""
FROZEN = 30.0
"""Seconds of silence after which the database ends a transaction of intake."""
_log = logs.get_logger("intake")


class Intake:
    """Applies decisions. For one thread at a time; any number of processes may run beside each other.

    `configuration` gives the configuration in force; `wait_for_case_type` is in seconds. `process` is safe to repeat.
    """

    def __init__(
        self,
        database: Database,
        configuration: Callable[[], Configuration],
        *,
        clock: Clock | None = None,
        wait_for_case_type: float = 30.0,
        stop: threading.Event | None = None,
        applying: Callable[..., Applied] = apply,
    ) -> None:
        self._database = database
        self._configuration = configuration
        self._clock = clock or SystemClock()
        self._wait = wait_for_case_type
        self._stop = stop or threading.Event()
        self._apply = applying
        self._outbox = Outbox(database.schema)
        self._owner = uuid.uuid4().hex
        self._missing_since: dict[tuple[str, str], float] = {}
        self._internal = 0

    def process(self, records: Sequence[Record], *, suspects: bool = False) -> None:
        """Apply the decisions in `records`, in order; when it returns, all of them are done for good.

        `suspects`: these may have ended a process before. It is noted that they are begun; where that stands already,
        each is taken alone, and counted.
        Raises ProviderError when the database is away (nothing of the call counts then, or all of what was committed),
        InternalError when mail after mail fails.
        """
        decisions = [decision for record in records if (decision := self._decision(record)) is not None]
        try:
            self._take(decisions, suspects=suspects)
        except (ProviderError, StoppedEarly):
            # We leave alive: three stops of a process (a rollout while a case type is awaited) are no three crashes.
            with suppress(ProviderError), self._database.transaction() as connection:
                inbox.take_back_attempts(connection, [_key(decision) for decision in decisions], self._owner)
            raise

    def _take(self, decisions: Sequence[Decision], *, suspects: bool) -> None:
        if not suspects or self._unsuspected(decisions):
            try:
                self._batch(decisions)
            except (ProviderError, StoppedEarly):
                raise
            except CaseTypeMissing:
                metrics.INTAKE_RETRIES.inc(cause="case_type_missing")
            except Exception as error:
                metrics.INTAKE_RETRIES.inc(cause="error")
                _log.warning("batch is taken again one by one", mails=len(decisions), error=_place(error))
            else:
                self._internal = 0 if decisions else self._internal
                return
        for decision in decisions:
            if self._stop.is_set():
                raise StoppedEarly
            self._alone(decision)

    def _unsuspected(self, decisions: Sequence[Decision]) -> bool:
        """Note that these are begun; False when another process has begun one of them and did not end it."""
        with self._database.transaction() as connection:
            return inbox.note_begun(connection, [_key(decision) for decision in decisions], self._owner)

    def _decision(self, record: Record) -> Decision | None:
        if record.value is None:
            metrics.EVENTS_UNREADABLE.inc(topic=record.topic, reason="tombstone")
            return None
        try:
            # PostgreSQL stores no NUL in texts, and a mail may hold anything.
            event = decode(replace(record, value=record.value.replace(b"\\u0000", b"\\ufffd")))
        except UnknownEvent:
            metrics.EVENTS_UNREADABLE.inc(topic=record.topic, reason="unknown_type")
            return None
        except MessageError as error:
            metrics.EVENTS_UNREADABLE.inc(topic=record.topic, reason="unreadable")
            _log.error("a decision cannot be read", error=str(error), mail_id=record.header("ce_subject"))
            self._put_aside(putting_aside.unreadable(record, str(error), self._clock.now()), None)
            return None
        return event.data if isinstance(event.data, Decision) else None

    def _batch(self, decisions: Sequence[Decision]) -> None:
        """All of `decisions` in one transaction."""
        if not decisions:
            return
        began = time.perf_counter()
        configuration, now = self._configuration(), self._clock.now()
        applied: list[tuple[Decision, Applied]] = []
        with self._database.transaction() as connection:
            inbox.end_if_frozen(connection, FROZEN)
            fresh = inbox.claim(connection, [_key(decision) for decision in decisions])
            todo = []
            for decision in decisions:
                if _key(decision) in fresh:
                    fresh.discard(_key(decision))
                    todo.append(decision)
            if todo:
                inbox.lock(connection, {name for decision in todo for name in conversations.lock_names(decision)})
                leads = [lead for decision in todo for lead in conversations.leads(connection, decision)]
                cases.lock(connection, {case_id for lead in leads for case_id in lead.cases})
                applied = [(one, self._apply(connection, one, configuration, now)) for one in todo]
                self._outbox.append(connection, [event for _, done in applied for event in done.events])
            inbox.forget_attempts(connection, [_key(decision) for decision in decisions])
        metrics.INTAKE_SECONDS.observe(time.perf_counter() - began)
        metrics.INTAKE_BATCH.observe(len(decisions))
        for decision, done in applied:
            _count(decision, done)

    def _alone(self, decision: Decision) -> None:
        key = _key(decision)
        with self._database.transaction() as connection:
            crashes = inbox.note_attempt(connection, key, self._owner)
        if crashes >= CRASHES:
            detail = f"{crashes} processes began it and did not end it"
            self._quarantine(decision, "crashed_casesvc", detail, crashes)
            return
        for attempt in range(1, TRIES + 1):
            try:
                self._batch_waiting(decision)
            except (ProviderError, StoppedEarly):
                raise
            except CaseTypeMissing as error:
                detail = f"no CaseType {error.case_type} is configured"
                self._quarantine(decision, "case_type_missing", detail, attempt)
                return
            except Exception as error:
                if attempt < TRIES:
                    self._clock.sleep(0.1 * attempt, self._stop)
                    continue
                _log.error("a decision cannot be applied", mail_id=decision.mail_id, error=_place(error))
                self._internal += 1
                self._quarantine(decision, "intake_failed", _named(error), attempt)
                if self._internal >= MAX_INTERNAL:
                    raise InternalError(
                        f"{self._internal} mails in a row could not be applied, the last one: {_named(error)}"
                    ) from error
                return
            else:
                self._internal = 0
                return

    def _batch_waiting(self, decision: Decision) -> None:
        """Apply one decision; a case type that is not loaded is waited for, once for each type and configuration."""
        while True:
            try:
                self._batch([decision])
            except CaseTypeMissing as error:
                key = (error.case_type, self._configuration().digest)
                since = self._missing_since.setdefault(key, self._clock.monotonic())
                if self._clock.monotonic() - since >= self._wait:
                    raise
                _log.warning("waits for a case type", case_type=error.case_type, mail_id=decision.mail_id)
                if self._clock.sleep(min(1.0, max(0.05, self._wait / 10)), self._stop):
                    raise StoppedEarly from error
            else:
                return

    def _quarantine(self, decision: Decision, reason: str, detail: str, attempts: int) -> None:
        record = putting_aside.quarantined(decision, reason, detail, attempts, self._clock.now())
        self._put_aside(record, decision)

    def _put_aside(self, record: putting_aside.Quarantined, decision: Decision | None) -> None:
        with self._database.transaction() as connection:
            if not putting_aside.store(connection, self._outbox, record, decision):
                return
        metrics.QUARANTINED.inc(stage="casesvc", reason=record.reason, kind=record.kind.value)
        _log.error("mail put aside", mail_id=record.mail_id, reason=record.reason)


class StoppedEarly(Exception):
    """The process was told to stop while mails were still to be taken; they come again."""


def _key(decision: Decision) -> inbox.Key:
    return (decision.mail_id, decision.run)


def _named(error: Exception) -> str:
    detail = error.diag.message_primary if isinstance(error, psycopg.Error) else str(error)
    return f"{type(error).__name__}: {detail or error}"[:500]


def _place(error: Exception) -> str:
    """The error for the log: kind and place, for its text may hold what somebody wrote."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    return f"{type(error).__name__} at {' < '.join(f'{frame.name}:{frame.lineno}' for frame in reversed(frames))}"


def _count(decision: Decision, done: Applied) -> None:
    if done.superseded is not None:
        metrics.SUPERSEDED.inc(what="decision")
        return
    metrics.INTERACTIONS.inc(class_kind=decision.class_.kind.value)
    if done.conflict:
        metrics.SERVER_ID_CONFLICTS.inc(mailbox=decision.mailbox)
        _log.error(
            "one server id with two contents: both are kept, look at the mail server",
            mail_id=decision.mail_id,
            mailbox=decision.mailbox,
            server_id=decision.server_id,
        )
    for case_type in done.created:
        metrics.CASES_CREATED.inc(case_type=case_type)
    for case_type, what in done.updated:
        metrics.CASES_UPDATED.inc(case_type=case_type, what=what)

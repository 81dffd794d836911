"""Runs one owned mailbox: turn after turn, through the states of `states.py`, never letting an error out.

A turn ends with a `Rest`: what to wait for (news on a socket, a time) before the next. Between turns no thread belongs
to the mailbox. Commands, a changed configuration, the wish to stop come in at any time and act between mails or turns.
"""

from __future__ import annotations

import random
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Literal

import structlog

from ingest.book import CheckpointBook, OwnershipLost
from ingest.folder import FolderTurn, Recollection
from ingest.intake import DownstreamAway, Intake
from ingest.mailbox import Mailbox
from ingest.spec import MailboxSpec, OpenMailbox
from ingest.start import resync_cursor
from ingest.states import MailboxEvent, Standing, classify_error, step
from runtime import metrics
from runtime.clock import Clock
from schemas.errors import ConfigurationError, MailcaseError, ProviderError
from schemas.events.mailbox import MailboxCommand, MailboxControl, MailboxState, MailboxStatus

__all__ = ["MailboxRunner", "Rest", "Surroundings"]

E = MailboxEvent
IDLE_LIMIT = 25 * 60.0
"""Seconds after which IDLE is issued anew: servers hang up after 30 minutes (RFC 2177 §3)."""
TRACE = timedelta(minutes=10)
_STALE_SUCCESS = timedelta(minutes=5)
_LAST_WAIT = 1.0
_CALM = 1.0
"""Seconds between two turns that found nothing: some servers answer IDLE with a hint every time."""
_WAITING = frozenset({
    MailboxState.AUTH_FAILED, MailboxState.UNREACHABLE, MailboxState.THROTTLED, MailboxState.FAILING,
    MailboxState.WAITING_FOR_BROKER,
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rest:
    """How long a mailbox rests: until `descriptor` becomes readable, or `seconds` have passed (None: until woken)."""

    seconds: float | None = None
    descriptor: int | None = None


@dataclass(frozen=True)
class Surroundings:
    """What all mailboxes of a process share. `report` must not block."""

    open_mailbox: OpenMailbox
    intake: Intake
    clock: Clock
    report: Callable[[MailboxStatus], None]
    owner: str
    max_mail_bytes: int
    chance: Callable[[], float] = random.random


class MailboxRunner:
    """One mailbox. `turn` for one thread at a time; everything else from any thread."""

    def __init__(self, spec: MailboxSpec, book: CheckpointBook, around: Surroundings) -> None:
        self.book = book
        self._spec = spec
        self._wanted_spec = spec
        self._around = around
        self._mailbox: Mailbox | None = None
        self._watching = False
        self._capabilities: tuple[str, ...] = ()
        self._standing = Standing()
        self._since = around.clock.now()
        self._next_try: float | None = None
        self._next_try_at: datetime | None = None
        self._backlog = 0
        self._found = False
        self._trouble = ""
        self._watched = ""
        self._desired: Literal["running", "stopped"] = "running"
        self._commands: deque[MailboxCommand] = deque()
        self._memory = Recollection()
        self._rested_at = float("-inf")
        self._ending = threading.Event()
        self._turning = threading.Lock()
        self._trace_until: datetime | None = None
        self._log = structlog.get_logger("ingest").bind(mailbox=spec.mailbox)

    # from outside

    @property
    def standing(self) -> Standing:
        """Where it stands now."""
        return self._standing

    def reconfigure(self, spec: MailboxSpec) -> None:
        """Another listener or account: taken over with the next turn (wake it), on a new connection."""
        self._wanted_spec = spec

    def control(self, control: MailboxControl) -> bool:
        """A person's wish; returns whether it changes anything (then wake it). A command is carried out once."""
        changed = control.desired != self._desired
        self._desired = control.desired
        command = control.command
        known = {waiting.id for waiting in self._commands}
        if command is not None and command.id != self.book.last_command and command.id not in known:
            self._commands.append(command)
            changed = True
        return changed

    def tell_to_end(self) -> None:
        """Begin to stop; `end` waits for it."""
        self._ending.set()

    def end(self, timeout: float) -> bool:
        """Stop for good: no turn begins any more, a running one ends after the mail that it is at.

        Returns whether it stood still within `timeout` seconds (and a last moment in which its connection is cut);
        only then the mailbox may be given up cleanly.
        """
        self._ending.set()
        if not self._turning.acquire(timeout=timeout):
            # A server that hangs: without its socket the turn ends at once.
            mailbox = self._mailbox
            if mailbox is not None:
                mailbox.close()
            if not self._turning.acquire(timeout=_LAST_WAIT):
                return False
        try:
            self._disconnect()
            return True
        finally:
            self._turning.release()

    def status(self) -> MailboxStatus:
        """Its health, for the heartbeat."""
        return MailboxStatus(
            mailbox=self._spec.mailbox,
            state=self._standing.state,
            since=self._since,
            reason=self._standing.reason,
            next_try_at=self._next_try_at,
            last_success_at=self.book.last_success_at,
            backlog=self._backlog,
            owner=self._around.owner,
            capabilities=self._capabilities,
            desired=self._desired,
            epoch=self.book.epoch,
        )

    # a turn

    def turn(self) -> Rest:
        """One turn; never raises, blocks for as long as the listener's bounds and time-outs allow."""
        with self._turning:
            if self._stopping():
                self._disconnect()
                return Rest()
            try:
                return self._turn()
            except OwnershipLost as error:
                self._log.warning("stopped: the mailbox has another owner", reason=str(error))
                self._disconnect()
                return Rest()
            except Exception as error:  # one failing mailbox never stops the others
                return self._failed(error)

    def _stopping(self) -> bool:
        return self._ending.is_set() or self.book.lost

    def _turn(self) -> Rest:
        self._take_over_spec()
        self._carry_out_commands()
        if self._spec.listener.blocked or self._desired == "stopped":
            self._disconnect()
            event, reason = (E.BLOCK, "by configuration") if self._spec.listener.blocked else (E.STOP, "by a person")
            if self._standing.state not in (MailboxState.BLOCKED, MailboxState.STOPPED) or self._standing.reason == "":
                self._step(event, reason)
            return Rest()
        if self._next_try is not None and (left := self._next_try - self._around.clock.monotonic()) > 0:
            return Rest(left)
        began = self._around.clock.now()
        waited_for_broker = self._standing.state is MailboxState.WAITING_FOR_BROKER
        if self._standing.state in (MailboxState.STOPPED, MailboxState.BLOCKED):
            self._step(E.START)
        elif self._standing.state in _WAITING:
            self._step(E.RETRY)
        if waited_for_broker:
            # Whether the broker is back is asked with our own checkpoint, before a mail is fetched.
            self.book.save()
        mailbox = self._connected()
        begun = self._around.clock.monotonic()
        left_over = self._folders(mailbox)
        metrics.MAILBOX_SECONDS.observe(self._around.clock.monotonic() - begun, mailbox=self._spec.mailbox)
        if left_over:
            return Rest(0.0)
        self._succeeded(began)
        return self._rest(mailbox)

    def _folders(self, mailbox: Mailbox) -> bool:
        """A turn of each folder; one that cannot be opened does not keep the others from theirs."""
        turn = FolderTurn(
            mailbox,
            self.book,
            self._around.intake,
            self._spec.listener,
            self._memory,
            self._around.clock,
            max_mail_bytes=self._around.max_mail_bytes,
            on_news=self._news,
            stopping=self._stopping,
        )
        left_over, self._backlog, self._found = False, 0, False
        readable: list[str] = []
        failures: list[ProviderError] = []
        for folder in self._spec.listener.folders:
            try:
                left_over = turn.run(folder) or left_over
                readable.append(folder)
            except ProviderError as error:
                if isinstance(error, OSError):
                    raise
                failures.append(error)
        if not readable:
            raise failures[0]
        self._watched = readable[0]
        if self._stopping():
            raise OwnershipLost("told to stop")
        for failure in failures:
            metrics.MAILBOX_ERRORS.inc(mailbox=self._spec.mailbox, kind="folder")
            self._log.warning("a folder cannot be read, the others go on", reason=str(failure))
        self._trouble = str(failures[0]) if failures else ""
        return left_over

    def _connected(self) -> Mailbox:
        if self._mailbox is None:
            if self._standing.state is not MailboxState.CONNECTING:
                self._step(E.RETRY)
            mailbox = self._around.open_mailbox(self._spec)
            self._mailbox = mailbox
            self._capabilities = mailbox.connect()
            self._trace("connected", capabilities=len(self._capabilities))
        elif self._watching:
            self._watching = False
            self._mailbox.unwatch()
        return self._mailbox

    def _rest(self, mailbox: Mailbox) -> Rest:
        listener = self._spec.listener
        seconds = min(listener.poll_interval.total_seconds(), IDLE_LIMIT)
        now = self._around.clock.monotonic()
        false_alarm = not self._found and now - self._rested_at < _CALM
        self._rested_at = now
        if false_alarm:
            return Rest(min(seconds, _CALM))
        if "IDLE" not in self._capabilities:
            return Rest(seconds)
        if len(listener.folders) > 1:
            # The last folder of the turn is open; the first one that can be read is where news are wanted at once.
            mailbox.select(self._watched, for_writing=False)
        descriptor = mailbox.watch()
        self._watching = descriptor is not None
        if descriptor is not None and mailbox.has_news():
            return Rest(0.0)
        return Rest(seconds, descriptor)

    # standing

    def _news(self, backlog: int) -> None:
        self._backlog += backlog
        self._found = True
        metrics.MAILBOX_BACKLOG.set(self._backlog, mailbox=self._spec.mailbox)
        self._trace("mails to fetch", backlog=backlog)
        if self._standing.state is not MailboxState.FETCHING:
            self._step(E.NEWS)

    def _succeeded(self, began: datetime) -> None:
        if not self._trouble:
            # With a folder that cannot be read the age of the last success grows, until somebody looks.
            saved = self.book.acknowledged_success_at
            self.book.note(last_success_at=began)
            if saved is None or began - saved > _STALE_SUCCESS:
                self.book.save()
        self._backlog = 0
        metrics.MAILBOX_BACKLOG.set(0, mailbox=self._spec.mailbox)
        if self._standing.state is MailboxState.CONNECTING:
            self._step(E.CONNECTED, self._trouble)
        elif self._standing.state is not MailboxState.IDLE or self._standing.reason != self._trouble:
            self._step(E.DONE, self._trouble)

    def _failed(self, error: Exception) -> Rest:
        event, retry_after = (E.BROKER_AWAY, None) if isinstance(error, DownstreamAway) else classify_error(error)
        reason = str(error) if isinstance(error, MailcaseError | OSError) else f"{type(error).__name__}: {error}"
        known = isinstance(error, MailcaseError | OSError)
        self._log.warning("turn failed", event_=event.value, reason=reason, exc_info=None if known else error)
        metrics.MAILBOX_ERRORS.inc(mailbox=self._spec.mailbox, kind=event.value)
        self._disconnect()
        if self._standing.state in (MailboxState.STOPPED, MailboxState.BLOCKED):
            self._standing = step(self._standing, E.START)
        if isinstance(error, ConfigurationError):
            event = E.FAILED
        self._step(event, reason, retry_after)
        return Rest(self._standing.wait)

    def _step(self, event: MailboxEvent, reason: str = "", retry_after: float | None = None) -> None:
        before = self._standing
        now = self._around.clock
        self._standing = step(before, event, reason=reason, retry_after=retry_after, chance=self._around.chance())
        wait = self._standing.wait
        self._next_try = None if wait is None else now.monotonic() + wait
        self._next_try_at = None if wait is None else now.now() + timedelta(seconds=wait)
        if before.state is not self._standing.state:
            self._since = now.now()
            self._log.info("state", old=before.state.value, new=self._standing.state.value, reason=reason)
        self._around.report(self.status())

    def _disconnect(self) -> None:
        self._watching = False
        mailbox, self._mailbox = self._mailbox, None
        if mailbox is not None:
            mailbox.close()

    # wishes

    def _take_over_spec(self) -> None:
        if self._wanted_spec != self._spec:
            self._log.info("configuration changed: connecting anew")
            self._spec = self._wanted_spec
            self._fresh_start()

    def _fresh_start(self) -> None:
        self._disconnect()
        self._next_try = None
        blocked = self._standing.state is MailboxState.BLOCKED
        self._standing = replace(
            self._standing, state=MailboxState.STOPPED if blocked else self._standing.state, errors=0
        )

    def _carry_out_commands(self) -> None:
        while self._commands:
            command = self._commands[0]
            self._log.info("command", kind=command.kind, command_id=command.id)
            if command.kind == "resync":
                # Cursors and the command's id are one checkpoint: done together, once.
                cursors = {}
                for folder in self._spec.listener.folders:
                    old = self.book.cursor(folder)
                    if old is not None:
                        until = max(old.last_uid, old.bounded_until_uid)
                        cursors[folder] = resync_cursor(old, uidvalidity=old.uidvalidity, uidnext=until + 1)
                self.book.note(cursors=cursors, last_command=command.id)
                self._memory = Recollection()
            else:
                self.book.note(last_command=command.id)
            self.book.save()
            self._commands.popleft()
            if command.kind == "trace":
                self._trace_until = self._around.clock.now() + TRACE
            elif command.kind == "test":
                self._test()
            self._fresh_start()

    def _test(self) -> None:
        """Log in on a connection of its own and look into every folder; the result is shown in log and status."""
        mailbox = None
        try:
            mailbox = self._around.open_mailbox(self._spec)
            mailbox.connect()
            found = [mailbox.select(folder, for_writing=False).exists for folder in self._spec.listener.folders]
            self._log.info("test passed", folders=len(found), mails=sum(found))
        except Exception as error:  # whatever it is, it is the test's result
            self._log.warning("test failed", reason=str(error))
        finally:
            if mailbox is not None:
                mailbox.close()

    def _trace(self, what: str, **details: int) -> None:
        if self._trace_until is not None and self._around.clock.now() < self._trace_until:
            self._log.info(f"trace: {what}", **details)

"""The ingest service: puts ownership, control, schedule and status together, and follows the configuration."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path

import structlog

from ingest.book import CheckpointBook
from ingest.control import ControlFollower
from ingest.intake import Intake
from ingest.ownership import GROUP, Ownership
from ingest.runner import MailboxRunner, Surroundings
from ingest.scheduler import Scheduler
from ingest.spec import MailboxSpec, imap_opener, specs_of
from ingest.status import StatusReporter
from runtime.blobs.open import open_blobs
from runtime.clock import SystemClock
from runtime.config.model import Configuration
from runtime.config.reload import ConfigurationWatcher
from runtime.kafka.admin import check_topics
from runtime.kafka.api import Consumer, TopicPartitionHook
from runtime.kafka.consumer import RecordConsumer
from runtime.kafka.producer import EventProducer
from runtime.kafka.reader import TopicTail
from runtime.lifecycle import Context, run_service
from runtime.secrets import EnvSecrets
from runtime.settings import Settings
from schemas.config import StartPolicy
from schemas.errors import MailcaseError, ProviderTemporary
from schemas.events.mailbox import MailboxControl, MailboxStatus
from schemas.topics import MAIL_CHECKPOINTS, MAIL_QUARANTINE, MAIL_RAW, MAILBOX_CONTROL, MAILBOX_STATUS

__all__ = ["Fleet", "run"]

DEFAULT_PORT = 9101
TOPICS = (MAIL_RAW, MAIL_CHECKPOINTS, MAIL_QUARANTINE, MAILBOX_STATUS, MAILBOX_CONTROL)


class Fleet:
    """The owned mailboxes of this process. Thread-safe; the `Owner` of ingest.ownership."""

    def __init__(
        self,
        around: Surroundings,
        scheduler: Scheduler,
        reporter: StatusReporter,
        specs: Mapping[str, MailboxSpec],
        last_control: Callable[[str], MailboxControl | None],
        *,
        patience: float,
    ) -> None:
        """`patience`: seconds that a running turn gets to come to its end before a mailbox is given up."""
        self._around = around
        self._scheduler = scheduler
        self._reporter = reporter
        self._specs = dict(specs)
        self._last_control = last_control
        self._patience = patience
        self._runners: dict[str, MailboxRunner] = {}
        self._lock = threading.RLock()

    def wanted(self) -> Mapping[str, StartPolicy]:
        """The configured mailboxes, those that never start included: their status is shown as well."""
        with self._lock:
            return {name: spec.listener.start for name, spec in self._specs.items()}

    def runners(self) -> Mapping[str, MailboxRunner]:
        """The owned mailboxes now."""
        with self._lock:
            return dict(self._runners)

    def statuses(self) -> Iterable[MailboxStatus]:
        """Their health."""
        return [runner.status() for runner in self.runners().values()]

    def on_owned(self, book: CheckpointBook) -> None:
        """See `Owner.on_owned`."""
        with self._lock:
            spec = self._specs.get(book.mailbox)
            if spec is None:
                return
            runner = MailboxRunner(spec, book, self._around)
            control = self._last_control(book.mailbox)
            if control is not None:
                runner.control(control)
            self._runners[book.mailbox] = runner
        self._reporter.watch_age(book.mailbox, runner.status)
        self._scheduler.add(book.mailbox, runner)

    def on_given_up(self, books: Sequence[CheckpointBook]) -> None:
        """See `Owner.on_given_up`. Without `released` the successor takes the first mails one by one."""
        runners = [(book, self._take(book)) for book in books]
        for _, runner in runners:
            if runner is not None:
                runner.tell_to_end()
        deadline = self._around.clock.monotonic() + self._patience
        reachable = True
        for book, runner in runners:
            still = runner is None or runner.end(max(0.0, deadline - self._around.clock.monotonic()))
            if not still or not reachable:
                continue
            try:
                book.release()
            except MailcaseError as error:
                # One that waited in vain is enough: the others would only hold up the stop as long.
                reachable = False
                structlog.get_logger("ingest").warning("given up without a record", reason=str(error))

    def on_lost(self, book: CheckpointBook) -> None:
        """See `Owner.on_lost`."""
        runner = self._take(book)
        if runner is not None:
            runner.end(0.0)

    def on_control(self, control: MailboxControl) -> None:
        """A person's wish came in."""
        with self._lock:
            runner = self._runners.get(control.mailbox)
        if runner is not None and runner.control(control):
            self._scheduler.wake(control.mailbox)

    def on_configuration(self, specs: Mapping[str, MailboxSpec]) -> None:
        """Only mailboxes that changed are touched; new and removed ones are ownership's to take up and give up."""
        with self._lock:
            changed = [name for name, spec in specs.items() if self._specs.get(name) not in (None, spec)]
            self._specs = dict(specs)
            for name in changed:
                if name in self._runners:
                    self._runners[name].reconfigure(specs[name])
        for name in changed:
            self._scheduler.wake(name)

    def _take(self, book: CheckpointBook) -> MailboxRunner | None:
        with self._lock:
            runner = self._runners.get(book.mailbox)
            if runner is None or runner.book is not book:
                return None
            del self._runners[book.mailbox]
        self._scheduler.remove(book.mailbox)
        self._reporter.forget(book.mailbox)
        return runner


def run(settings: Settings, stop: threading.Event | None = None) -> int:
    """Run ingest until a signal, or until `stop` is set; returns the exit code."""

    def build(context: Context) -> None:
        _build(context)
        if stop is not None:
            threading.Thread(target=_pass_on, args=(stop, context.stop), name="stop", daemon=True).start()

    return run_service("ingest", build, settings=settings, default_port=DEFAULT_PORT)


def _pass_on(outer: threading.Event, inner: threading.Event) -> None:
    while not inner.is_set():
        if outer.wait(0.2):
            inner.set()


def _build(context: Context) -> None:
    settings = context.settings
    clock = SystemClock()
    check_topics(settings, TOPICS)
    producer = EventProducer(settings, "ingest")
    context.on_stop("producer", producer.close)
    intake = Intake(open_blobs(settings.blob_url, settings), producer, clock, inline_limit=settings.inline_limit)
    reporter = StatusReporter(producer, clock, instance=settings.instance)
    scheduler = Scheduler(clock)
    secrets = EnvSecrets(Path(settings.secrets_dir or settings.config_dir))
    around = Surroundings(
        open_mailbox=imap_opener(secrets),
        intake=intake,
        clock=clock,
        report=reporter.report,
        owner=settings.instance,
        max_mail_bytes=settings.max_mail_bytes,
    )

    def on_change(configuration: Configuration) -> None:
        fleet.on_configuration(specs_of(configuration))

    watcher = ConfigurationWatcher(settings.config_dir, on_change)
    control = ControlFollower(lambda: TopicTail(settings, MAILBOX_CONTROL), lambda wish: fleet.on_control(wish))
    fleet = Fleet(
        around, scheduler, reporter, specs_of(watcher.current), control.last, patience=settings.stop_timeout / 2
    )

    def join(on_assigned: TopicPartitionHook, on_revoked: TopicPartitionHook) -> Consumer:
        return RecordConsumer(
            settings,
            GROUP,
            [MAIL_CHECKPOINTS],
            client_id="ingest",
            on_assigned=on_assigned,
            on_revoked=on_revoked,
        )

    ownership = Ownership(
        fleet,
        instance=settings.instance,
        wanted=fleet.wanted,
        join=join,
        tail=lambda: TopicTail(settings, MAIL_CHECKPOINTS),
        producer=producer,
        clock=clock,
    )

    def own(stop: threading.Event) -> None:
        # A mailbox that a person stopped must not start just because its wish was not read yet.
        while not control.caught_up:
            if stop.wait(0.1):
                return
        ownership.run(stop)

    context.on_stop("scheduler", scheduler.close)
    context.check("control", lambda: _ready(control.caught_up, "mailbox.control is not read yet"))
    context.spawn("control", control.run)
    context.spawn("ownership", own)
    context.spawn("schedule", scheduler.run)
    context.spawn("status", lambda stop: reporter.run(stop, fleet.statuses))
    context.spawn("configuration", watcher.run)


def _ready(condition: bool, otherwise: str) -> None:
    if not condition:
        raise ProviderTemporary(otherwise)

"""The notifier as a process: intake, sending loop, keeper, relay and configuration watcher, each on its own thread."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from pathlib import Path

from notifier.intake import TOPICS, Intake
from notifier.keeper import Keeper
from notifier.ledger import Ledger
from notifier.options import NotifierOptions
from notifier.outgoing import Composer
from notifier.sender import Sender
from notifier.smtp import SmtpSender
from notifier.store import Store
from notifier.workers import Workers
from runtime import metrics
from runtime.blobs.open import open_blobs
from runtime.config.model import Configuration
from runtime.config.reload import ConfigurationWatcher
from runtime.database.migrations import migrate
from runtime.database.pool import Database
from runtime.database.relay import Relay
from runtime.kafka.admin import check_topics
from runtime.kafka.api import Consumer
from runtime.kafka.consumer import RecordConsumer
from runtime.kafka.producer import EventProducer
from runtime.lifecycle import Context, run_service
from runtime.secrets import EnvSecrets
from runtime.settings import Settings
from schemas.errors import ProviderTemporary
from schemas.topics import MAIL_QUARANTINE, OUTBOUND_EVENTS

__all__ = ["DEFAULT_PORT", "GROUP", "run"]

DEFAULT_PORT = 9104
"""Port of /metrics, /healthz and /readyz."""
GROUP = "notifier"
"""Consumer group."""
_BATCH = 200
_LONGEST_PAUSE = 10.0


def run(
    settings: Settings,
    stop: threading.Event | None = None,
    *,
    options: NotifierOptions | None = None,
    make_sender: Callable[[], Sender] | None = None,
) -> int:
    """Run until told to stop; returns the exit code. `stop` ends it as SIGTERM does."""
    times = options or NotifierOptions()

    def build(context: Context) -> None:
        if stop is not None:
            threading.Thread(target=_follow, args=(stop, context), name="stop", daemon=True).start()
        _build(context, times, make_sender or (lambda: SmtpSender(times.per_account)))

    return run_service("notifier", build, settings=settings, default_port=DEFAULT_PORT)


def _build(context: Context, options: NotifierOptions, make_sender: Callable[[], Sender]) -> None:
    settings = context.settings
    check_topics(settings, [*TOPICS, OUTBOUND_EVENTS, MAIL_QUARANTINE])
    schema = settings.schema_name("notifier")
    migrate(settings.dsn, schema, "notifier.migrations")
    database = Database(settings.dsn, schema, max_size=settings.database_pool)
    context.on_stop("database", database.close)
    current = _Current(settings)
    watcher = ConfigurationWatcher(settings.config_dir, current.take_over)
    current.take_over(watcher.current)
    producer = EventProducer(settings, "notifier-relay")
    context.on_stop("producer", producer.close)
    relay = Relay(database, producer, service="notifier")
    # The last hand-overs are noted while the relay is already stopping; the next process would publish them, later.
    context.on_stop("outbox", lambda: _publish_rest(relay))
    store = Store(database)
    # A restarted process must not be taken for its predecessor, whose leases it could not answer for.
    ledger = Ledger(store, f"{settings.instance}/{uuid.uuid4().hex[:12]}", options)
    drain = max(1.0, settings.stop_timeout - 5.0)
    threads = max(1, min(4, settings.database_pool - 2))
    workers = Workers(ledger, lambda: current.composer, make_sender, options, drain=drain, threads=threads)
    keeper = Keeper(store, lambda: current.composer.configuration.installation.outbound, options)
    context.spawn("config", watcher.run)
    context.spawn("intake", lambda stop: _consume(settings, Intake(store), workers.wake, stop))
    context.spawn("sending", workers.run)
    context.spawn("keeper", keeper.run)
    context.spawn("relay", relay.run)
    context.check("database", database.check)


class _Current:
    """The composer of the configuration in force; swapped as a whole."""

    composer: Composer

    def __init__(self, settings: Settings) -> None:
        self._secrets = EnvSecrets(Path(settings.secrets_dir or settings.config_dir))
        self._blobs = open_blobs(settings.blob_url, settings)

    def take_over(self, new: Configuration) -> None:
        """Raises ConfigurationError when `new` cannot be used; the former one stays."""
        self.composer = Composer(new, self._secrets, self._blobs)


def _consume(settings: Settings, intake: Intake, wake: Callable[[], None], stop: threading.Event) -> None:
    consumer = RecordConsumer(settings, GROUP, TOPICS, client_id="notifier")
    try:
        _take_until(consumer, intake, wake, stop)
    finally:
        consumer.close()


def _take_until(consumer: Consumer, intake: Intake, wake: Callable[[], None], stop: threading.Event) -> None:
    while not stop.is_set():
        records = consumer.poll(max_records=_BATCH, timeout=0.5)
        for (topic, partition), behind in consumer.lag().items():
            metrics.CONSUMER_LAG.set(behind, group=GROUP, topic=topic, partition=str(partition))
        if not records:
            continue
        pause = 0.2
        while True:
            try:
                taken = intake.process(records)
                break
            except ProviderTemporary:
                # While the database is away nothing else can be done, and offsets stay where they are.
                if stop.wait(pause):
                    return
                pause = min(_LONGEST_PAUSE, pause * 2)
        consumer.commit(records)
        if taken:
            wake()


def _publish_rest(relay: Relay) -> None:
    relay.run_once()


def _follow(stop: threading.Event, context: Context) -> None:
    while not context.stop.is_set():
        if stop.wait(0.2):
            context.stop.set()

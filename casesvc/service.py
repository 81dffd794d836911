"""The case service as a process: intake, readers, relay, API and configuration watcher, each on its own thread."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from casesvc.api.app import create_app
from casesvc.api.server import ApiServer
from casesvc.intake import Intake, StoppedEarly
from casesvc.readers import TOPICS, Readers
from casesvc.store import cases
from runtime import metrics
from runtime.blobs import open_blobs
from runtime.config.model import Configuration
from runtime.config.reload import ConfigurationWatcher
from runtime.database.migrations import migrate
from runtime.database.pool import Database
from runtime.database.relay import Relay
from runtime.kafka.admin import check_topics
from runtime.kafka.api import Partition
from runtime.kafka.consumer import RecordConsumer
from runtime.kafka.producer import EventProducer
from runtime.lifecycle import Context, run_service
from runtime.settings import Settings
from schemas.cloudevents import Record
from schemas.errors import ProviderTemporary
from schemas.topics import CASE_EVENTS, MAIL_DECISIONS, MAIL_QUARANTINE

__all__ = ["GROUP", "READERS_GROUP", "run"]

GROUP = "casesvc"
"""Consumer group of intake."""
READERS_GROUP = "casesvc-readers"
BATCH = 50
"""Decisions of one transaction."""
DEFAULT_PORT = 8080
"""Port of the API, where metrics and health are as well."""
_LONGEST_PAUSE = 10.0
_LONGEST_QUESTION = 10.0
"""Seconds that a statement of the API may take."""


def run(settings: Settings, stop: threading.Event | None = None) -> int:
    """Run until told to stop; returns the exit code. `stop` ends it as SIGTERM does."""

    def build(context: Context) -> None:
        if stop is not None:
            threading.Thread(target=_follow, args=(stop, context), name="stop", daemon=True).start()
        _build(context)

    return run_service("casesvc", build, settings=settings, default_port=DEFAULT_PORT, server=ApiServer)


def _build(context: Context) -> None:
    settings = context.settings
    check_topics(settings, [MAIL_DECISIONS, CASE_EVENTS, *TOPICS, MAIL_QUARANTINE])
    schema = settings.schema_name("casesvc")
    migrate(settings.dsn, schema, "casesvc.migrations")
    # People who ask much must not keep intake from its connections, nor a question that takes too long.
    for_api = max(1, settings.database_pool // 2)
    database = Database(settings.dsn, schema, max_size=max(1, settings.database_pool - for_api))
    asked = Database(settings.dsn, schema, max_size=for_api, statement_timeout=_LONGEST_QUESTION)
    context.on_stop("database", database.close)
    context.on_stop("database of the API", asked.close)
    watcher = ConfigurationWatcher(settings.config_dir, lambda new: _prepare(database, new))
    _prepare(database, watcher.current)
    producer = EventProducer(settings, "casesvc-relay")
    context.on_stop("producer", producer.close)
    intake = Intake(database, lambda: watcher.current, stop=context.stop)
    context.spawn("config", watcher.run)
    context.spawn("intake", lambda stop: _Intake(settings, intake).run(stop))
    context.spawn("readers", lambda stop: _read(settings, Readers(database), stop))
    context.spawn("relay", Relay(database, producer, service="casesvc").run)
    api = context.health
    assert isinstance(api, ApiServer), "run_service was told to make one"
    api.app = create_app(asked, open_blobs(settings.blob_url, settings))
    context.spawn("api", api.watch)
    context.check("database", database.check)


def _prepare(database: Database, configuration: Configuration) -> None:
    """What a configuration needs before it is in force: number sequences of its case types."""
    with database.transaction() as connection:
        cases.prepare_numbers(connection, configuration.case_types.values())


def _follow(stop: threading.Event, context: Context) -> None:
    while not context.stop.is_set():
        if stop.wait(0.2):
            context.stop.set()


class _Intake:
    """Feeds intake from Kafka; knows which records are suspects."""

    def __init__(self, settings: Settings, intake: Intake) -> None:
        self._settings = settings
        self._intake = intake
        self._lock = threading.Lock()
        self._fresh: set[Partition] = set()
        self._suspect_until: dict[Partition, int] = {}

    def run(self, stop: threading.Event) -> None:
        """Consume until `stop`."""
        consumer = RecordConsumer(
            self._settings, GROUP, [MAIL_DECISIONS], client_id="casesvc-intake", on_assigned=self._assigned
        )
        try:
            while not stop.is_set():
                records = consumer.poll(max_records=BATCH, timeout=0.5)
                _show_lag(GROUP, consumer)
                if records:
                    _until_done(lambda batch=records: self._take(batch), stop)  # type: ignore[misc]
                    consumer.commit(records)
        except StoppedEarly:
            return
        finally:
            consumer.close()

    def _assigned(self, partitions: frozenset[Partition]) -> None:
        with self._lock:
            self._fresh |= partitions

    def _take(self, records: Sequence[Record]) -> None:
        self._intake.process(records, suspects=self._any_suspect(records))

    def _any_suspect(self, records: Sequence[Record]) -> bool:
        # Every record is looked at: the first of each partition sets the bound for those after it.
        suspects = [record for record in records if self._suspect(record)]
        return bool(suspects)

    def _suspect(self, record: Record) -> bool:
        """Whether the last owner of the partition may have died while it had this record in hand."""
        if record.partition is None or record.offset is None:
            return False
        place = (record.topic, record.partition)
        with self._lock:
            if place in self._fresh:
                self._fresh.discard(place)
                self._suspect_until[place] = record.offset + BATCH
            return record.offset < self._suspect_until.get(place, -1)


def _read(settings: Settings, readers: Readers, stop: threading.Event) -> None:
    consumer = RecordConsumer(settings, READERS_GROUP, TOPICS, client_id="casesvc-readers")
    try:
        while not stop.is_set():
            records = consumer.poll(max_records=200, timeout=0.5)
            _show_lag(READERS_GROUP, consumer)
            if records:
                _until_done(lambda batch=records: readers.process(batch), stop)  # type: ignore[misc]
                consumer.commit(records)
    except StoppedEarly:
        return
    finally:
        consumer.close()


def _until_done(take: Callable[[], None], stop: threading.Event) -> None:
    """Try until it works: while the database is away nothing else can be done, and offsets stay where they are.

    Raises StoppedEarly when `stop` is set before it worked.
    """
    pause = 0.2
    while True:
        try:
            take()
        except ProviderTemporary:
            if stop.wait(pause):
                raise StoppedEarly from None
            pause = min(_LONGEST_PAUSE, pause * 2)
        else:
            return


def _show_lag(group: str, consumer: RecordConsumer) -> None:
    for (topic, partition), behind in consumer.lag().items():
        metrics.CONSUMER_LAG.set(behind, group=group, topic=topic, partition=str(partition))

"""The Faust shell: takes batches of `mail.raw`, hands each to the batch router, lets Faust commit when it is done.

The shape is proven under kills: `at_least_once`, `take_events(500, within=0.1)`, and the agent awaits its batch, own
producer included, before it takes the next. What the agent raises must never reach Faust, which would restart it and
leave the batch's offsets open for ever: the shell stops the whole app instead and starts a new one.
"""

from __future__ import annotations

import asyncio
import tempfile
import threading
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import faust
from faust.types.auth import AuthProtocol, SASLMechanism

from router.publisher import ssl_context
from router.quiet import quieten
from runtime import logs, metrics
from runtime.settings import Settings
from schemas.cloudevents import Record
from schemas.errors import MailcaseError, ProviderTemporary
from schemas.topics import MAIL_RAW

__all__ = ["BATCH", "GROUP", "Route", "RouterStream"]

GROUP = "router"
"""Consumer group of all routers of an installation, behind its prefix."""
BATCH = 500
_WITHIN_SECONDS = 0.1
_BUFFERED_EVENTS = 256
"""Events that wait in memory before the consumer pauses; with inline mails ≤ 256 KiB that is at most 64 MiB."""
_FETCH_BYTES = 1024 * 1024
_SESSION_SECONDS = 10.0
_HEARTBEAT_SECONDS = 3.0
_LOOK_SECONDS = 0.1
_LAG_SECONDS = 5.0
_FINISH_SECONDS = 15.0

Route = Callable[[Sequence[Record]], Awaitable[None]]
_log = logs.get_logger("router")


@dataclass
class _Progress:
    """What the agent and the one who watches it share; touched in one event loop only."""

    joined: bool = False
    busy: bool = False
    draining: bool = False
    failure: BaseException | None = None
    done: dict[int, int] = field(default_factory=dict)
    """Offset behind the last routed record, by partition."""


class RouterStream:
    """One run of the stream. `ready` is true while the router is a member of its group."""

    def __init__(self, settings: Settings, route: Route) -> None:
        self._settings = settings
        self._route = route
        self._progress = _Progress()

    @property
    def ready(self) -> bool:
        """Whether partitions were assigned and nothing failed since."""
        return self._progress.joined and self._progress.failure is None

    async def run(self, stop: threading.Event) -> None:
        """Route until `stop` is set; a batch under way is finished first.

        Raises ProviderTemporary when Faust lost the brokers for good, and whatever `route` raised.
        """
        quieten()
        with tempfile.TemporaryDirectory(prefix="mailcase-router-") as folder:
            app = self._app(folder)
            try:
                await _start(app, self._settings)
                await self._watch(app, stop)
                await self._drain()
            finally:
                self._progress.joined = False
                await _stop(app)

    def _app(self, folder: str) -> Any:
        settings = self._settings
        app = faust.App(
            settings.group(GROUP),
            broker=[f"kafka://{broker}" for broker in settings.kafka_brokers.split(",")],
            broker_credentials=_credentials(settings),
            broker_client_id=f"{settings.instance}-router",
            broker_max_poll_records=1000,
            broker_session_timeout=_SESSION_SECONDS,
            broker_heartbeat_interval=_HEARTBEAT_SECONDS,
            consumer_max_fetch_size=_FETCH_BYTES,
            consumer_auto_offset_reset="earliest",
            processing_guarantee="at_least_once",
            stream_wait_empty=False,
            stream_buffer_maxsize=_BUFFERED_EVENTS,
            topic_disable_leader=True,
            topic_allow_declare=False,
            store="memory://",
            key_serializer="raw",
            value_serializer="raw",
            datadir=folder,
            web_enabled=False,
            autodiscover=False,
        )
        topic = app.topic(
            settings.topic(MAIL_RAW), key_serializer="raw", value_serializer="raw", internal=False, key_type=None
        )
        progress = self._progress

        @app.on_partitions_assigned.connect(weak=False)
        async def assigned(_app: Any, assigned: Any = None, **_more: Any) -> None:
            progress.joined = True

        @app.agent(topic, name="route")
        async def route(stream: Any) -> None:
            async for events in stream.take_events(BATCH, within=_WITHIN_SECONDS):
                if progress.draining or progress.failure is not None:
                    await asyncio.Event().wait()
                progress.busy = True
                try:
                    await self._route([_record(event.message) for event in events])
                    progress.done.update({event.message.partition: event.message.offset + 1 for event in events})
                except Exception as error:
                    progress.failure = error
                    # Not acknowledged and never returned to Faust; the app is stopped from outside.
                    await asyncio.Event().wait()
                finally:
                    progress.busy = False

        return app

    async def _watch(self, app: Any, stop: threading.Event) -> None:
        looked = 0.0
        while not stop.is_set():
            if self._progress.failure is not None:
                raise self._progress.failure
            if app.crashed or app.should_stop:
                reason = app.crash_reason
                raise ProviderTemporary(f"the stream ended ({type(reason).__name__}: {reason}); starting it again")
            looked += _LOOK_SECONDS
            if looked >= _LAG_SECONDS:
                looked = 0.0
                await self._measure(app)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _drain(self) -> None:
        self._progress.draining = True
        waited = 0.0
        while self._progress.busy and waited < _FINISH_SECONDS:
            await asyncio.sleep(_LOOK_SECONDS)
            waited += _LOOK_SECONDS
        # The stream acknowledges a finished batch in its next turn.
        await asyncio.sleep(2 * _LOOK_SECONDS)

    async def _measure(self, app: Any) -> None:
        """Records between what was routed and the end, of each partition that is ours and was looked at."""
        for tp in app.consumer.assignment():
            end = app.consumer.highwater(tp)
            done = self._progress.done.get(tp.partition)
            if end is not None and done is not None:
                metrics.CONSUMER_LAG.set(max(0, end - done), group=GROUP, topic=MAIL_RAW, partition=str(tp.partition))


async def _start(app: Any, settings: Settings) -> None:
    try:
        await app.start()
    except MailcaseError:
        raise
    except Exception as error:
        raise ProviderTemporary(
            f"the stream from Kafka at {settings.kafka_brokers} does not start ({type(error).__name__}: {error})"
        ) from error


async def _stop(app: Any) -> None:
    try:
        await asyncio.wait_for(app.stop(), _FINISH_SECONDS)
    except Exception as error:
        _log.warning("the stream did not end in order; its last batch comes again", error=str(error))


def _record(message: Any) -> Record:
    return Record(
        topic=MAIL_RAW,
        key=message.key or b"",
        value=message.value,
        headers=tuple((name, value or b"") for name, value in message.headers or ()),
        partition=message.partition,
        offset=message.offset,
        timestamp_ms=None if message.timestamp is None else int(message.timestamp * 1000),
    )


def _credentials(settings: Settings) -> Any:
    if settings.kafka_security == "plaintext":
        return None
    context = ssl_context(settings)
    if settings.kafka_security == "ssl":
        return faust.SSLCredentials(context)
    credentials = faust.SASLCredentials(
        username=settings.kafka_user,
        password=settings.kafka_password.get_secret_value(),
        ssl_context=context,
        mechanism=SASLMechanism(settings.kafka_sasl_mechanism),
    )
    credentials.protocol = AuthProtocol.SASL_SSL if context is not None else AuthProtocol.SASL_PLAINTEXT
    return credentials

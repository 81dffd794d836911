"""The router as a service: configuration followed, worker processes, the stream, all under one supervisor."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from pathlib import Path

from mail.signed_ids import SigningKey
from router.app import RouterStream
from router.batch import BatchRouter, RouterStopped
from router.decide import compile_configuration
from router.facts import load_keys
from router.pool import DecisionPool
from router.publisher import Publisher
from runtime.blobs.api import BlobStore
from runtime.blobs.open import open_blobs
from runtime.config import Configuration
from runtime.config.reload import ConfigurationWatcher
from runtime.kafka.admin import check_topics
from runtime.lifecycle import Context, run_service
from runtime.secrets import EnvSecrets, SecretStore
from runtime.settings import Settings
from schemas.errors import InternalError, ProviderTemporary
from schemas.topics import MAIL_DECISIONS, MAIL_QUARANTINE, MAIL_RAW

__all__ = ["DEFAULT_PORT", "RouterService", "run"]

DEFAULT_PORT = 9102
"""Port of /metrics, /healthz and /readyz."""
_RELOAD_SECONDS = 120.0


class RouterService:
    """Holds what runs of the stream share: the configuration wanted now and the seams to the world."""

    def __init__(self, context: Context, secrets: SecretStore, blobs: BlobStore) -> None:
        self._context = context
        self._settings = context.settings
        self._secrets = secrets
        self._blobs = blobs
        self._lock = threading.Lock()
        self._wanted: tuple[Configuration, tuple[SigningKey, ...]] | None = None
        self._running: tuple[asyncio.AbstractEventLoop, DecisionPool] | None = None
        self._stream: RouterStream | None = None

    def want(self, configuration: Configuration) -> None:
        """Decide by `configuration` from now on. For the watcher's thread.

        Returns when the worker processes decide by it. Raises ConfigurationError (a pattern, a secret, processes that
        do not start) and leaves the one before in force.
        """
        compile_configuration(configuration)
        keys = load_keys(configuration.installation, self._secrets)
        with self._lock:
            before, self._wanted = self._wanted, (configuration, keys)
            running = self._running
        if running is None:
            return
        loop, pool = running
        try:
            future = asyncio.run_coroutine_threadsafe(pool.use(configuration, keys), loop)
            future.result(_RELOAD_SECONDS)
        except (RuntimeError, TimeoutError, asyncio.CancelledError) as error:
            # The stream is starting anew at this moment; it asks what is wanted before it routes anything.
            self._context.log.info("configuration waits for the stream", error=str(error))
        except Exception:
            with self._lock:
                self._wanted = before
            raise

    def check(self) -> None:
        """Readiness: a member of the group, with worker processes. Raises ProviderTemporary otherwise."""
        if self._stream is None or not self._stream.ready:
            raise ProviderTemporary("not a member of the consumer group yet")

    def run(self, stop: threading.Event) -> None:
        """One run of the stream, in a supervised thread; starts anew after what only lasts for a while."""
        try:
            asyncio.run(self._run(stop))
        except RouterStopped as error:
            self._context.fail(str(error))

    async def _run(self, stop: threading.Event) -> None:
        pool = DecisionPool(self._settings.router_workers or None)
        publisher = Publisher(self._settings)
        try:
            with self._lock:
                self._running = (asyncio.get_running_loop(), pool)
            await self._prepare(pool)
            router = BatchRouter(pool, self._blobs, publisher.publish)
            self._stream = RouterStream(self._settings, router.route)
            await self._stream.run(stop)
        finally:
            with self._lock:
                self._running = None
            self._stream = None
            await publisher.close()
            await pool.close()

    async def _prepare(self, pool: DecisionPool) -> None:
        """Give the pool what is wanted, also when that changes while its processes start."""
        while True:
            with self._lock:
                wanted = self._wanted
            if wanted is None:
                raise InternalError("the router has no configuration")
            if pool.digest == wanted[0].digest:
                return
            await pool.use(*wanted)


def run(settings: Settings, stop: threading.Event | None = None) -> int:
    """Run the router until it is told to stop (by a signal, or by `stop`); returns the exit code."""

    def build(context: Context) -> None:
        check_topics(context.settings, _topics())
        secrets = EnvSecrets(Path(settings.secrets_dir or settings.config_dir))
        service = RouterService(context, secrets, open_blobs(settings.blob_url, settings))
        watcher = ConfigurationWatcher(settings.config_dir, service.want)
        service.want(watcher.current)
        context.check("stream", service.check)
        context.spawn("config", watcher.run)
        context.spawn("stream", service.run)
        if stop is not None:
            context.spawn("told", lambda ended: _follow(stop, ended, context))

    return run_service("router", build, settings=settings, default_port=DEFAULT_PORT)


def _topics() -> Sequence[str]:
    return (MAIL_RAW, MAIL_DECISIONS, MAIL_QUARANTINE)


def _follow(told: threading.Event, ended: threading.Event, context: Context) -> None:
    while not ended.is_set():
        if told.wait(0.2):
            context.stop.set()
            return

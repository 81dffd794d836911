"""Publishes records and waits until they are safe: acks from all in-sync replicas, idempotent, bounded in time."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

from kafka import KafkaProducer
from kafka import errors as kafka_errors

from runtime.kafka.api import RecordTooLarge
from runtime.kafka.connect import connection, forbid_topic_creation, translate
from runtime.settings import Settings
from schemas.cloudevents import Record
from schemas.errors import MailcaseError, ProviderTemporary

__all__ = ["EventProducer"]

_MAX_REQUEST_BYTES = 32 * 1024 * 1024
"""The topic's own limit decides what is too large, not the client: operators can raise it without a release."""
_TOO_LARGE = (kafka_errors.MessageSizeTooLargeError, kafka_errors.RecordListTooLargeError)
_CLIENT_ERRORS = (kafka_errors.KafkaError, OSError)


class EventProducer:
    """The `Producer` of runtime.kafka.api on Kafka. Connects with the first `publish`; one a process is enough.

    After a failure the client is thrown away with all that it still holds, and the next `publish` makes a new one:
    so nothing of a failed call is sent later behind the caller's back, once `publish` has raised.
    """

    def __init__(self, settings: Settings, client_id: str) -> None:
        self._settings = settings
        self._client_id = f"{settings.instance}-{client_id}"
        self._lock = threading.Lock()
        self._client: Any = None

    def publish(self, records: Sequence[Record]) -> None:
        """See `Producer.publish`."""
        if not records:
            return
        suspects = self._attempt(records)
        # kafka-python ends an idempotent producer for good at the first refusal for size, and fails all that comes
        # after with the same error; so each one that was refused gets a second chance, alone and in order.
        if too_large := [record for record in suspects if self._attempt([record])]:
            raise RecordTooLarge(too_large)

    def close(self) -> None:
        """See `Producer.close`."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close(timeout=5)

    def _attempt(self, records: Sequence[Record]) -> list[Record]:
        """Send and wait; the records refused for their size. Raises for everything else."""
        client = self._connected()
        deadline = time.monotonic() + self._settings.kafka_timeout + 1.0
        futures: list[Any] = []
        failure: BaseException | None = None
        for record in records:
            try:
                futures.append(self._send(client, record))
            except _TOO_LARGE as error:
                futures.append(error)
            except _CLIENT_ERRORS as error:
                failure = error
                break
        refused = []
        for record, future in zip(records, futures, strict=False):
            try:
                if isinstance(future, Exception):
                    raise future
                future.get(timeout=max(0.0, deadline - time.monotonic()))
            except _TOO_LARGE:
                refused.append(record)
            except _CLIENT_ERRORS as error:
                failure = failure or error
        if failure is not None or refused:
            self._discard(client)
        if failure is not None:
            raise self._readable(failure, records) from failure
        return refused

    def _send(self, client: Any, record: Record) -> Any:
        return client.send(
            self._settings.topic(record.topic),
            key=record.key,
            value=record.value,
            headers=list(record.headers),
            timestamp_ms=record.timestamp_ms,
        )

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                timeout_ms = int(self._settings.kafka_timeout * 1000)
                try:
                    self._client = KafkaProducer(
                        **connection(self._settings, self._client_id),
                        acks="all",
                        enable_idempotence=True,
                        delivery_timeout_ms=timeout_ms,
                        request_timeout_ms=max(timeout_ms * 2 // 3, 300),
                        max_block_ms=timeout_ms,
                        batch_size=128 * 1024,
                        max_request_size=_MAX_REQUEST_BYTES,
                    )
                    forbid_topic_creation(self._client._metadata)
                except _CLIENT_ERRORS as error:
                    raise translate(error, self._settings, "connecting a producer") from error
            return self._client

    def _discard(self, client: Any) -> None:
        with self._lock:
            if self._client is client:
                self._client = None
        client.close(timeout=0)

    def _readable(self, failure: BaseException, records: Sequence[Record]) -> MailcaseError:
        topics = ", ".join(sorted({self._settings.topic(record.topic) for record in records}))
        error = translate(failure, self._settings, f"publishing to {topics}")
        return ProviderTemporary(str(error)) if isinstance(failure, kafka_errors.IllegalStateError) else error

"""Publishes what was decided: acknowledged by all in-sync replicas, idempotent, waiting for a broker that is away.

Faust's own producer is not used: it is slower, and a batch must be known to be acknowledged before its offsets are.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaProducer
from aiokafka import errors as kafka_errors

from runtime import logs
from runtime.settings import Settings
from schemas.cloudevents import Record

__all__ = ["Publisher", "ssl_context"]

_MAX_REQUEST_BYTES = 8 * 1024 * 1024
_TOO_LARGE = (kafka_errors.MessageSizeTooLargeError, kafka_errors.RecordListTooLargeError)
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 15.0
_STOP_SECONDS = 5.0
_log = logs.get_logger("router.publisher")


def ssl_context(settings: Settings) -> ssl.SSLContext | None:
    """The TLS context for the brokers; None where they are spoken to in plain text."""
    if settings.kafka_security not in ("ssl", "sasl_ssl"):
        return None
    return ssl.create_default_context(cafile=settings.kafka_ca_file or None)


class Publisher:
    """For use from one event loop. After a failure the client is thrown away with all that it still holds."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._client: Any = None

    async def publish(self, records: Sequence[Record]) -> list[Record]:
        """Return when each record is acknowledged, or is known to be larger than the broker takes: those come back.

        Waits without end for a broker that is away; cancel it to stop. Sending twice is possible then, and harmless:
        readers dedupe by `ce_id`.
        """
        pending, pause = list(records), _FIRST_PAUSE
        rejected: list[Record] = []
        while pending:
            failures = await self._attempt(pending)
            if not failures:
                break
            await self._drop()
            suspects = [record for record, error in failures if isinstance(error, _TOO_LARGE)]
            for record in suspects:
                # The broker refuses whole batches: a small record beside a large one is refused with it.
                alone = await self._attempt([record])
                if alone and isinstance(alone[0][1], _TOO_LARGE):
                    rejected.append(record)
                    await self._drop()
            unsure = {id(record) for record in rejected}
            pending = [record for record, error in failures if not isinstance(error, _TOO_LARGE)]
            pending += [record for record in suspects if id(record) not in unsure]
            if pending and len(suspects) < len(failures):
                _log.warning("Kafka away, waiting", error=str(failures[0][1]), records=len(pending), seconds=pause)
                await asyncio.sleep(pause)
                pause = min(_LONGEST_PAUSE, pause * 2)
        return rejected

    async def close(self) -> None:
        """Let go of the connections. Idempotent."""
        await self._drop()

    async def _attempt(self, records: Sequence[Record]) -> list[tuple[Record, BaseException]]:
        """Send all; those not acknowledged, with the reason."""
        try:
            client = await self._connected()
        except (kafka_errors.KafkaError, OSError) as error:
            return [(record, error) for record in records]
        sent: list[Any] = []
        for record in records:
            try:
                sent.append(
                    await client.send(
                        self._settings.topic(record.topic),
                        value=record.value,
                        key=record.key,
                        headers=list(record.headers),
                    )
                )
            except kafka_errors.KafkaError as error:
                sent.append(_failed(error))
        answers = await asyncio.gather(*sent, return_exceptions=True)
        for answer in answers:
            if isinstance(answer, BaseException) and not isinstance(answer, (kafka_errors.KafkaError, OSError)):
                raise answer
        return [
            (record, answer)
            for record, answer in zip(records, answers, strict=True)
            if isinstance(answer, BaseException)
        ]

    async def _connected(self) -> Any:
        if self._client is None:
            settings = self._settings
            client = AIOKafkaProducer(
                bootstrap_servers=settings.kafka_brokers.split(","),
                client_id=f"{settings.instance}-router",
                acks="all",
                enable_idempotence=True,
                linger_ms=5,
                max_request_size=_MAX_REQUEST_BYTES,
                request_timeout_ms=int(settings.kafka_timeout * 1000),
                security_protocol=settings.kafka_security.upper(),
                ssl_context=ssl_context(settings),
                sasl_mechanism=settings.kafka_sasl_mechanism,
                sasl_plain_username=settings.kafka_user or None,
                sasl_plain_password=settings.kafka_password.get_secret_value() or None,
            )
            try:
                await client.start()
            except BaseException:
                await _stop(client)
                raise
            self._client = client
        return self._client

    async def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await _stop(client)


async def _stop(client: Any) -> None:
    try:
        await asyncio.wait_for(client.stop(), _STOP_SECONDS)
    except (TimeoutError, kafka_errors.KafkaError, OSError) as error:
        _log.debug("closing a producer failed", error=str(error))


async def _failed(error: BaseException) -> None:
    raise error

"""Topics: made from the catalogue, and checked against it before a service starts.

Topics are never made by the broker on its own: a wrong partition count would break the order per key.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from kafka import KafkaAdminClient
from kafka import errors as kafka_errors

from runtime.kafka.connect import connection, translate
from runtime.settings import Settings
from schemas.errors import ConfigurationError
from schemas.topics import CATALOGUE, Topic

__all__ = ["check_topics", "delete_topics", "ensure_topics"]

_FRAMING = 4096
"""Bytes that a record batch may add to the record that it holds."""
_TOPIC_EXISTS = 36


def ensure_topics(settings: Settings, names: Iterable[str] | None = None) -> list[str]:
    """Make the topics of the catalogue (or only `names`) that do not exist; returns the catalogue names made.

    Existing topics are left as they are; `check_topics` tells whether they fit. Safe to run many times at once.
    Raises ProviderTemporary, ProviderAuth.
    """
    topics = _chosen(names)
    with _admin(settings, "making topics") as admin:
        existing = set(admin.list_topics())
        missing = [topic for topic in topics if settings.topic(topic.name) not in existing]
        if not missing:
            return []
        answer = admin.create_topics(
            {settings.topic(topic.name): _creation(topic, settings) for topic in missing}, raise_errors=False
        )
        made = []
        by_broker_name = {settings.topic(topic.name): topic.name for topic in missing}
        for result in answer["topics"]:
            code = result["error_code"]
            if code == 0:
                made.append(by_broker_name[result["name"]])
            elif code != _TOPIC_EXISTS:
                raise kafka_errors.for_code(code)(f"{result['name']}: {result.get('error_message') or ''}")
        admin.wait_for_topics(list(by_broker_name))
    return made


def check_topics(settings: Settings, names: Iterable[str] | None = None) -> None:
    """Refuse to go on when a topic of the catalogue (or of `names`) is missing or has another partition count.

    Raises ConfigurationError with one line for each such topic; ProviderTemporary, ProviderAuth.
    """
    topics = _chosen(names)
    with _admin(settings, "checking topics") as admin:
        described = {found["name"]: found for found in admin.describe_topics([settings.topic(t.name) for t in topics])}
    lines = []
    for topic in topics:
        name = settings.topic(topic.name)
        found = described.get(name)
        if found is None or found["error_code"] != 0:
            lines.append(
                f"topic {name} does not exist; `mailcase topics create` makes it with {topic.partitions} partitions"
            )
        elif (has := len(found["partitions"])) != topic.partitions:
            lines.append(
                f"topic {name} has {has} partitions and must have {topic.partitions}: keys would go to the wrong ones;"
                " move its records to a new topic, or choose another MAILCASE_TOPIC_PREFIX"
            )
    if lines:
        raise ConfigurationError("\n".join(lines))


def delete_topics(settings: Settings, names: Iterable[str] | None = None) -> None:
    """Delete the installation's topics (or only `names`) with all records; those that do not exist are skipped."""
    with _admin(settings, "deleting topics") as admin:
        existing = set(admin.list_topics())
        wanted = [settings.topic(topic.name) for topic in _chosen(names)]
        if doomed := [name for name in wanted if name in existing]:
            admin.delete_topics(doomed)


def _chosen(names: Iterable[str] | None) -> list[Topic]:
    return list(CATALOGUE.values()) if names is None else [CATALOGUE[name] for name in names]


def _creation(topic: Topic, settings: Settings) -> dict[str, Any]:
    configs = {"cleanup.policy": topic.cleanup, "max.message.bytes": str(topic.max_bytes + _FRAMING)}
    if topic.retention_ms is not None:
        configs["retention.ms"] = str(topic.retention_ms)
    return {
        "num_partitions": topic.partitions,
        "replication_factor": settings.kafka_replication,
        "configs": configs,
    }


@contextmanager
def _admin(settings: Settings, doing: str) -> Iterator[Any]:
    try:
        admin = KafkaAdminClient(**connection(settings, f"{settings.instance}-admin"))
    except (kafka_errors.KafkaError, OSError) as error:
        raise translate(error, settings, doing) from error
    try:
        yield admin
    except (kafka_errors.KafkaError, OSError) as error:
        raise translate(error, settings, doing) from error
    finally:
        admin.close()

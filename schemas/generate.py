"""JSON Schemas of all events and documents, and the AsyncAPI document, from the models. Pure: text by file name.

`mailcase schemas write` puts them into `schemas/json/`, `mailcase schemas check` fails when the committed ones differ.
`released/` beside them holds the schemas of the last release, against which the compatibility test compares.
"""

from __future__ import annotations

import json
from typing import Any

from schemas import cloudevents, config, topics
from schemas.events import REGISTRY, EventModel, MailReceived

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ASYNCAPI_VERSION = "3.0.0"
CONTRACT_VERSION = "1.0.0"
"""Version of the contracts as a whole; grows with the release."""


def event_schemas() -> dict[str, dict[str, Any]]:
    """JSON Schema of the data of every event type, by `ce_type`; for `mail.raw` that of its headers' model."""
    result = {name: _schema(kind.model, name, kind.meaning) for name, kind in sorted(REGISTRY.items())}
    meaning = "A mail as a mailbox held it: these attributes travel as ce_* headers, the value is the mail itself."
    result[cloudevents.MAIL_RECEIVED] = _schema(MailReceived, cloudevents.MAIL_RECEIVED, meaning)
    return result


def files() -> dict[str, str]:
    """Every generated file by its path below `schemas/json/`."""
    result = {f"events/{name}.json": _text(schema) for name, schema in event_schemas().items()}
    result |= {f"config/{kind}.json": _text(schema) for kind, schema in config.json_schemas().items()}
    result["asyncapi.json"] = _text(asyncapi())
    return result


def asyncapi() -> dict[str, Any]:
    """The AsyncAPI 3.0 document: a channel a topic, a message an event type, an operation a writer or reader."""
    by_topic: dict[str, list[str]] = {name: [] for name in topics.CATALOGUE}
    by_topic[topics.MAIL_RAW].append(cloudevents.MAIL_RECEIVED)
    for name, kind in sorted(REGISTRY.items()):
        by_topic[kind.topic].append(name)
    return {
        "asyncapi": ASYNCAPI_VERSION,
        "info": {
            "title": "mailcase topics",
            "version": CONTRACT_VERSION,
            "description": "Every record is a CloudEvents 1.0 event in the Kafka binding's binary mode. "
            "Topic names carry the installation's prefix.",
        },
        "defaultContentType": cloudevents.JSON,
        "channels": {name: _channel(topic, by_topic[name]) for name, topic in topics.CATALOGUE.items()},
        "operations": _operations(),
        "components": {
            "messages": {kind: _message(kind) for kinds in by_topic.values() for kind in kinds},
            "messageTraits": {"cloudEvent": {"headers": _attribute_headers()}},
        },
    }


def _schema(model: type[EventModel], name: str, meaning: str) -> dict[str, Any]:
    schema = model.model_json_schema(by_alias=True, mode="serialization")
    schema.pop("description", None)
    return {
        "$schema": DIALECT,
        "$id": f"events/{name}.json",
        "title": name,
        "description": meaning,
        **_untitled(schema),
    }


def _untitled(schema: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in schema.items() if key != "title"}


def _text(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def _channel(topic: topics.Topic, kinds: list[str]) -> dict[str, Any]:
    kafka: dict[str, Any] = {
        "partitions": topic.partitions,
        "topicConfiguration": {"cleanup.policy": [topic.cleanup], "max.message.bytes": topic.max_bytes},
        "bindingVersion": "0.5.0",
    }
    if topic.retention_ms is not None:
        kafka["topicConfiguration"]["retention.ms"] = topic.retention_ms
    return {
        "address": topic.name,
        "description": f"Key: {topic.key}. Value: {topic.value}.",
        "messages": {kind: {"$ref": f"#/components/messages/{kind}"} for kind in kinds},
        "bindings": {"kafka": kafka},
    }


def _message(kind: str) -> dict[str, Any]:
    raw = kind == cloudevents.MAIL_RECEIVED
    payload: dict[str, Any] = {"type": "string", "format": "binary"} if raw else {"$ref": f"events/{kind}.json"}
    message: dict[str, Any] = {
        "name": kind,
        "contentType": cloudevents.RFC822 if raw else cloudevents.JSON,
        "traits": [{"$ref": "#/components/messageTraits/cloudEvent"}],
        "payload": payload,
    }
    if raw:
        message["description"] = f"Attributes of the mail in headers: see events/{kind}.json for their meaning."
    return message


def _attribute_headers() -> dict[str, Any]:
    required = ["ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "ce_dataschema"]
    return {
        "type": "object",
        "required": required,
        "properties": {name: {"type": "string"} for name in [*required, "ce_subject", "ce_sequence", "ce_traceparent"]},
    }


def _operations() -> dict[str, Any]:
    result: dict[str, Any] = {}
    for name, topic in topics.CATALOGUE.items():
        for action, services in (("send", topic.writers), ("receive", topic.readers)):
            for service in services:
                result[f"{service}.{action}.{name}"] = {"action": action, "channel": {"$ref": f"#/channels/{name}"}}
    return result

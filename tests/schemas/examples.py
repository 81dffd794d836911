"""One valid example of each event model, used by codec, Kafka and schema tests."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from schemas.cloudevents import MAIL_RECEIVED, Event
from schemas.events import REGISTRY, EventModel, MailReceived, Mode, RawReference

MOMENT = datetime(2026, 11, 23, 8, 0, 4, tzinfo=UTC)
RAW_BYTES = b"From: ann@example.org\r\nSubject: Broken screen\r\n\r\nHello\xff\r\n"


def received(**changes: Any) -> MailReceived:
    """A mail as ingest would publish it."""
    fields: dict[str, Any] = {
        "mail_id": "0d0c5c6e-0000-5000-8000-000000000001",
        "conversation": "k3x5aaaaaaaaaaaa",
        "mailbox": "claims",
        "folder": "INBOX",
        "server_id": "imap:9c1f9c1f9c1f9c1f:1718:4711",
        "received_at": MOMENT,
        "raw": RawReference(sha256="ab" * 32, size=len(RAW_BYTES), ref="blob:claims/" + "ab" * 32),
    }
    return MailReceived(**(fields | changes))


def example(kind: str) -> Event:
    """A valid event of type `kind`, with every required field filled."""
    if kind == MAIL_RECEIVED:
        data: EventModel = received(mode=Mode.LIVE)
        body = RAW_BYTES
    else:
        data, body = filled(REGISTRY[kind].model), b""
    assert isinstance(data, EventModel)
    subject = getattr(data, "mail_id", "subject") or "subject"
    return Event("id-1", kind, "/tests", subject, MOMENT, getattr(data, "conversation", "key"), data, body)


def filled(model: type[BaseModel]) -> Any:
    """An instance of `model` made from its JSON Schema: each required field gets a value of its type."""
    schema = model.model_json_schema(by_alias=True, mode="validation")
    return model.model_validate(_value(schema, schema))


def _value(schema: dict[str, Any], root: dict[str, Any]) -> Any:
    while "$ref" in schema:
        schema = root["$defs"][schema["$ref"].rsplit("/", 1)[1]]
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema or "oneOf" in schema:
        return _value((schema.get("anyOf") or schema["oneOf"])[0], root)
    match schema.get("type"):
        case "object":
            return {
                name: _value(field, root)
                for name, field in schema.get("properties", {}).items()
                if name in schema.get("required", ())
            }
        case "array":
            return [_value(schema["items"], root)] if "items" in schema else []
        case "integer":
            return int(schema.get("minimum", 1))
        case "number":
            return 0.5
        case "boolean":
            return True
        case "string" if schema.get("format") == "date-time":
            return MOMENT.isoformat()
        case "string" if "pattern" in schema:
            return "ab" * 32
        case _:
            return "text"

"""CloudEvents 1.0 in the Kafka protocol binding's binary mode (§3.2): attributes in `ce_*` headers, data as the value.

Pure: records in, events out. Any CloudEvents library, and any consumer without one, reads what `encode` makes; the
value is plain JSON, or for `mail.raw` the mail itself. Header values are printable ASCII; anything else, `%` and `"`
included, is percent-encoded UTF-8 (CloudEvents HTTP binding §3.1.3.2), so that no folder name breaks a reader.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import quote, unquote

from pydantic import ValidationError

from schemas import topics
from schemas.errors import MessageError, UnknownEvent
from schemas.events import REGISTRY, EventModel, EventType, MailReceived, Mode, RawReference

MAIL_RECEIVED = "mailcase.mail.received.v1"
JSON = "application/json"
RFC822 = "message/rfc822"
_ATTRIBUTES = {"specversion", "id", "type", "source", "subject", "time", "dataschema"}
_SAFE = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) not in '%"')
_SAFE_WORD = _SAFE.replace(" ", "")


@dataclass(frozen=True, slots=True)
class Record:
    """A Kafka record. `topic` is the catalogue name, without the installation's prefix; a None value is a tombstone."""

    topic: str
    key: bytes
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()
    partition: int | None = None
    offset: int | None = None
    timestamp_ms: int | None = None

    def header(self, name: str) -> str | None:
        """Text of the first header `name`, or None."""
        for key, value in self.headers:
            if key == name:
                return value.decode("utf-8", "replace")
        return None


@dataclass(frozen=True, slots=True)
class Event:
    """One event. `data` is its model; for `mail.raw` `data` is a `MailReceived` and `body` the mail's bytes.

    `extensions` are CloudEvents extension attributes by lower-case name, e.g. `sequence`, `traceparent`.
    """

    id: str
    type: str
    source: str
    subject: str
    time: datetime
    key: str
    data: EventModel
    body: bytes = b""
    extensions: dict[str, str] = field(default_factory=dict)

    @property
    def topic(self) -> str:
        """Catalogue name of the topic that this type travels on."""
        return topics.MAIL_RAW if self.type == MAIL_RECEIVED else _registered(self.type).topic

    def with_extension(self, name: str, value: str) -> Event:
        """A copy with one more extension attribute."""
        return replace(self, extensions={**self.extensions, name: value})


def encode(event: Event) -> Record:
    """The record of `event`, on the topic that its type is registered for."""
    attributes = {
        "specversion": "1.0",
        "id": event.id,
        "type": event.type,
        "source": event.source,
        "subject": event.subject,
        "time": _time_text(event.time),
        "dataschema": _dataschema(event.type),
    }
    if isinstance(event.data, MailReceived):
        content_type, value = RFC822, event.body
        attributes.update(_received_attributes(event.data))
    else:
        content_type, value = JSON, event.data.model_dump_json(by_alias=True).encode()
    attributes.update(event.extensions)
    headers = [("content-type", content_type.encode())]
    headers += [(f"ce_{name}", quote(text, safe=_SAFE).encode()) for name, text in attributes.items() if text != ""]
    return Record(event.topic, event.key.encode(), value, tuple(headers))


def decode(record: Record) -> Event:
    """The event of a record. Raises UnknownEvent for types of other releases, MessageError naming what is wrong."""
    attributes = {
        name[3:]: unquote(value.decode("utf-8", "replace")) for name, value in record.headers if name.startswith("ce_")
    }
    where = _where(record)
    missing = sorted({"id", "type", "source", "time"} - attributes.keys())
    if missing:
        raise MessageError(f"{where}: not a CloudEvent, headers missing: {', '.join('ce_' + name for name in missing)}")
    if attributes.get("specversion") != "1.0":
        raise MessageError(f"{where}: ce_specversion is {attributes.get('specversion')!r}, must be '1.0'")
    kind = attributes["type"]
    if record.value is None:
        raise MessageError(f"{where}: {kind} has no value")
    received = kind == MAIL_RECEIVED
    data: EventModel = (
        _received(attributes, record, where) if received else _json_data(_registered(kind), record.value, where)
    )
    known = _ATTRIBUTES | (_RECEIVED_NAMES if received else set())
    return Event(
        id=attributes["id"],
        type=kind,
        source=attributes["source"],
        subject=attributes.get("subject", ""),
        time=_time(attributes["time"], where),
        key=record.key.decode("utf-8", "replace"),
        data=data,
        body=record.value if received else b"",
        extensions={name: text for name, text in attributes.items() if name not in known},
    )


_RECEIVED_NAMES = {
    "mailbox", "folder", "serverid", "receivedat", "flags", "run", "rawsha256", "rawsize", "dataref", "envelopefrom",
    "envelopeto", "mode", "muted", "traceparent",
}  # fmt: skip


def _received_attributes(data: MailReceived) -> dict[str, str]:
    return {
        "mailbox": data.mailbox,
        "folder": data.folder,
        "serverid": data.server_id,
        "receivedat": _time_text(data.received_at),
        "flags": " ".join(data.flags),
        "run": str(data.run),
        "rawsha256": data.raw.sha256,
        "rawsize": str(data.raw.size),
        "dataref": data.raw.ref,
        "mode": data.mode.value,
        "envelopefrom": "<>" if data.envelope_from == "" else data.envelope_from or "",
        "envelopeto": " ".join(quote(address, safe=_SAFE_WORD) for address in data.envelope_to),
        "muted": "true" if data.muted else "",
        "traceparent": data.traceparent or "",
    }


def _received(attributes: dict[str, str], record: Record, where: str) -> MailReceived:
    try:
        return MailReceived(
            mail_id=attributes.get("subject", ""),
            conversation=record.key.decode("utf-8", "replace"),
            mailbox=attributes["mailbox"],
            folder=attributes.get("folder", ""),
            server_id=attributes["serverid"],
            received_at=_time(attributes["receivedat"], where),
            flags=tuple(attributes.get("flags", "").split()),
            run=int(attributes.get("run", "0")),
            raw=RawReference(
                sha256=attributes["rawsha256"], size=int(attributes["rawsize"]), ref=attributes["dataref"]
            ),
            mode=Mode(attributes.get("mode", "live")),
            envelope_from="" if attributes.get("envelopefrom") == "<>" else attributes.get("envelopefrom"),
            envelope_to=tuple(unquote(address) for address in attributes.get("envelopeto", "").split()),
            muted=attributes.get("muted") == "true",
            traceparent=attributes.get("traceparent"),
        )
    except KeyError as error:
        raise MessageError(f"{where}: {MAIL_RECEIVED} without header ce_{error.args[0]}") from error
    except ValueError as error:
        raise MessageError(f"{where}: {MAIL_RECEIVED} with a bad header: {_first_line(error)}") from error


def _json_data(registered: EventType, value: bytes, where: str) -> EventModel:
    try:
        return registered.model.model_validate_json(value)
    except ValidationError as error:
        problems = "; ".join(
            f"{'.'.join(map(str, problem['loc'])) or 'value'}: {problem['msg']}" for problem in error.errors()[:5]
        )
        raise MessageError(f"{where}: {registered.name} does not fit its schema: {problems}") from error


def _registered(kind: str) -> EventType:
    known = REGISTRY.get(kind)
    if known is None:
        raise UnknownEvent(f"event type {kind!r} is not known to this release")
    return known


def _dataschema(kind: str) -> str:
    return f"json/events/{kind}.json"


def _where(record: Record) -> str:
    place = "" if record.partition is None else f"[{record.partition}]@{record.offset}"
    return f"{record.topic}{place}"


def _time_text(moment: datetime) -> str:
    assert moment.tzinfo is not None, "event times carry a zone"
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _time(text: str, where: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise MessageError(f"{where}: {text[:40]!r} is not an RFC 3339 time") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _first_line(error: Exception) -> str:
    return " ".join(str(error).split())[:200]

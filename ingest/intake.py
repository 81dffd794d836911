"""One mail on its way in: bytes into the blob store, record into `mail.raw`; or put aside with a named reason.

The order that nothing is lost by (architecture §3): the blob is synced before the record is made, the record is
acknowledged before anybody writes a checkpoint. Everything here may be repeated: ids follow from the bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import quote

from ingest.start import Kind
from mail.charsets import clean
from mail.conversation import HeadFields, conversation_of_head, envelope_of
from runtime import metrics
from runtime.blobs.api import BlobStore, blob_ref
from runtime.clock import Clock
from runtime.kafka.api import Producer, RecordTooLarge
from schemas.cloudevents import MAIL_RECEIVED, Event, Record, encode
from schemas.errors import MailcaseError, ProviderError, ProviderTemporary
from schemas.events.quarantine import Quarantined, Stage, reason_kind
from schemas.events.received import MailReceived, RawReference, Source
from schemas.ids import event_id, mail_id, mail_id_by_server, sha256_hex
from schemas.topics import MAIL_RAW

__all__ = ["Admitted", "DownstreamAway", "Incoming", "Intake"]

_HEAD = 256 * 1024
"""Bytes in which the header block is looked for."""
_RELEASES = {
    "too_large": "fetch it again from the mailbox, whatever its size, and publish it",
    "unfetchable": "fetch it again from the mailbox and publish it",
    "crashed_ingest": "fetch it again from the mailbox and publish it",
}
_QUARANTINED = "mailcase.mail.quarantined.v1"


class DownstreamAway(ProviderTemporary):
    """Broker or blob store cannot take mails now: fetching stops, the mailbox stays untouched."""


@dataclass(frozen=True, slots=True)
class Incoming:
    """What is known of a mail beside its bytes. `envelope_from` is None where the envelope is not known."""

    mailbox: str
    folder: str
    server_id: str
    received_at: datetime
    kind: Kind
    flags: tuple[str, ...] = ()
    envelope_from: str | None = None
    envelope_to: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Admitted:
    """A mail whose record is ready; nothing of it is acknowledged yet. `reason` is set where it was put aside."""

    mail_id: str
    incoming: Incoming
    record: Record
    size: int
    reason: str | None = None


class Intake:
    """Makes and publishes records. Thread-safe as far as blob store and producer are."""

    def __init__(self, blobs: BlobStore, producer: Producer, clock: Clock, *, inline_limit: int) -> None:
        self._blobs = blobs
        self._producer = producer
        self._clock = clock
        self._inline_limit = inline_limit

    def admit(self, incoming: Incoming, raw: bytes) -> Admitted:
        """Store the bytes and make the record. Raises DownstreamAway when the blob store cannot take them."""
        digest = sha256_hex(raw)
        mail = mail_id(incoming.mailbox, digest)
        key = f"{incoming.mailbox}/{digest}"
        try:
            self._blobs.put(key, raw)
        except ProviderError as error:
            raise DownstreamAway(f"the blob store cannot take a mail: {error}") from error
        head = envelope_of(raw[:_HEAD])
        data = MailReceived(
            mail_id=mail,
            conversation=conversation_of_head(head, mail),
            mailbox=incoming.mailbox,
            folder=incoming.folder,
            server_id=incoming.server_id,
            received_at=incoming.received_at,
            flags=incoming.flags,
            raw=RawReference(sha256=digest, size=len(raw), ref=blob_ref(key)),
            mode=incoming.kind.mode,
            muted=incoming.kind.muted,
            envelope_from=incoming.envelope_from,
            envelope_to=incoming.envelope_to,
        )
        event = Event(
            id=event_id(mail, data.run, "received"),
            type=MAIL_RECEIVED,
            source=_source(incoming),
            subject=mail,
            time=self._clock.now(),
            key=data.conversation,
            data=data,
            body=raw if len(raw) <= self._inline_limit else b"",
        )
        return Admitted(mail, incoming, encode(event), len(raw))

    def set_aside(
        self,
        incoming: Incoming,
        reason: str,
        detail: str,
        *,
        attempts: int = 0,
        header: bytes = b"",
        structure: str = "",
    ) -> Admitted:
        """The quarantine record of a mail whose bytes we do not have; its id follows from the server id."""
        mail = mail_id_by_server(incoming.mailbox, incoming.server_id)
        head = envelope_of(header)
        data = Quarantined(
            mail_id=mail,
            mailbox=incoming.mailbox,
            server_id=incoming.server_id,
            stage=Stage.INGEST,
            reason=reason,
            kind=reason_kind(reason),
            detail=detail,
            attempts=attempts,
            source=Source(
                conversation=conversation_of_head(head, mail),
                folder=incoming.folder,
                received_at=incoming.received_at,
                flags=incoming.flags,
                mode=incoming.kind.mode,
                muted=incoming.kind.muted,
            ),
            headers=_few_headers(head),
            structure=structure,
            release=_RELEASES[reason],
            at=self._clock.now(),
        )
        event = Event(
            id=event_id(mail, data.run, "quarantined", reason),
            type=_QUARANTINED,
            source=_source(incoming),
            subject=mail,
            time=data.at,
            key=mail,
            data=data,
        )
        return Admitted(mail, incoming, encode(event), 0, reason)

    def publish(self, batch: Sequence[Admitted]) -> None:
        """Return when every record of `batch` is acknowledged. Raises DownstreamAway when the broker is away."""
        try:
            try:
                self._producer.publish([admitted.record for admitted in batch])
            except RecordTooLarge as error:
                # A broker with a lower limit than ours: the bytes lie in the blob store, the reference is enough.
                if any(record.topic != MAIL_RAW or not record.value for record in error.records):
                    raise
                self._producer.publish([replace(record, value=b"") for record in error.records])
        except MailcaseError as error:
            raise DownstreamAway(str(error)) from error
        for admitted in batch:
            incoming = admitted.incoming
            if admitted.reason is None:
                metrics.MAILS_PUBLISHED.inc(mailbox=incoming.mailbox, mode=incoming.kind.mode.value)
            else:
                metrics.QUARANTINED.inc(
                    stage=Stage.INGEST.value, reason=admitted.reason, kind=reason_kind(admitted.reason).value
                )


def _source(incoming: Incoming) -> str:
    return f"/mailboxes/{incoming.mailbox}/{quote(incoming.folder, safe='')}"


def _few_headers(head: HeadFields) -> dict[str, str]:
    author = head.from_.address if head.from_ is not None else None
    found = {
        "From": author,
        "Subject": head.subject,
        "Date": head.date,
        "Message-ID": head.message_id,
        "In-Reply-To": head.in_reply_to,
    }
    # Whatever a stranger wrote: a record that cannot be written would keep the whole mailbox from going on.
    return {name: clean(value[:998]) for name, value in found.items() if value}

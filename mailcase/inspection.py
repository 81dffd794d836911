"""What mailcase understands of one mail, as a record: the line that `mailcase inspect` prints."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any

from mail.absence import Absence
from mail.bounces import Bounce, BounceRecipient, parse_bounce
from mail.classify import classify
from mail.parse import parse
from mail.records import Address, ParsedMail
from mail.reply import Zones, reply_of
from mailcase.mail_sources import no_mail_but
from router.text.language import Language, spoken
from schemas.ids import sha256_hex

__all__ = ["UNREADABLE", "Inspected", "Understood", "as_line", "inspect", "understand", "unreadable"]

UNREADABLE = "unreadable"
"""Class of what cannot be read at all; the reason says why."""
_REPORTS = frozenset({"bounce", "delay", "receipt", "complaint"})


@dataclass(frozen=True, slots=True)
class Inspected:
    """One line. `path` names the file, with `#n` for the n-th mail of an mbox; `from_` is written as `from`.

    Addresses are `{"address", "name"}`; `date` is ISO 8601; Message-IDs keep their angle brackets; `language` is an
    ISO 639-1 code or `und`; `bounce` is None where the mail reports nothing about another one.
    """

    path: str
    sha256: str | None
    class_: str
    class_reason: str
    from_: dict[str, str] | None = None
    to: tuple[dict[str, str], ...] = ()
    cc: tuple[dict[str, str], ...] = ()
    subject: str = ""
    date: str | None = None
    message_id: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    text: str = ""
    reply_text: str = ""
    language: str = "und"
    attachments: tuple[dict[str, Any], ...] = ()
    bounce: dict[str, Any] | None = None
    defects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Understood:
    """A mail with all that was found out about it."""

    mail: ParsedMail
    kind: str
    reason: str
    zones: Zones
    language: Language
    bounce: Bounce | None
    absence: Absence | None = None
    """Of an out-of-office note that names dates."""


def inspect(path: str, raw: bytes) -> Inspected:
    """What is understood of the mail `raw`. Total."""
    if (other := no_mail_but(raw)) is not None:
        return unreadable(path, other, sha256_hex(raw))
    try:
        return _record(path, understand(raw))
    except Exception as error:  # every input gets an answer; this one is a bug's
        return unreadable(path, f"a bug in mailcase: {type(error).__name__}: {error}", sha256_hex(raw))


def understand(raw: bytes) -> Understood:
    """The mail `raw`, read by everything that the pipeline would read it with."""
    mail = parse(raw)
    found = classify(mail)
    zones = reply_of(mail)
    kind, reason = found.kind, found.reason
    if why := _hopeless(raw, mail):
        kind, reason = UNREADABLE, why
    bounce = parse_bounce(mail) if kind in _REPORTS else None
    language = spoken(f"{zones.text}\n{mail.subject}")
    return Understood(mail, kind, reason, zones, language, bounce, found.absence)


def unreadable(path: str, reason: str, sha256: str | None = None) -> Inspected:
    """The answer for an input that is no mail or cannot be opened."""
    return Inspected(path, sha256, UNREADABLE, reason)


def as_line(inspected: Inspected) -> bytes:
    """The record as one line of JSON in UTF-8, line end included."""
    record = {name.rstrip("_"): value for name, value in asdict(inspected).items()}
    return json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace") + b"\n"


def _hopeless(raw: bytes, mail: ParsedMail) -> str | None:
    if not raw.strip(b"\0 \t\r\n"):
        return "empty" if not raw else "nothing but white space or NUL bytes"
    if "msg_broken" in mail.defects and not mail.text and not mail.parts:
        return "a file of Outlook (.msg) that is damaged"
    return next((defect for defect in mail.defects if defect.startswith("parser_failed")), None)


def _record(path: str, understood: Understood) -> Inspected:
    mail, bounce = understood.mail, understood.bounce
    return Inspected(
        path=path,
        sha256=mail.raw_sha256,
        class_=understood.kind,
        class_reason=understood.reason,
        from_=_address(mail.from_) if mail.from_ else None,
        to=tuple(map(_address, mail.to)),
        cc=tuple(map(_address, mail.cc)),
        subject=mail.subject,
        date=mail.date.isoformat() if mail.date else None,
        message_id=mail.message_id,
        in_reply_to=mail.in_reply_to,
        references=mail.references,
        text=mail.text,
        reply_text=understood.zones.text,
        language=understood.language.code,
        attachments=tuple(
            {"name": part.filename, "type": part.content_type, "size": part.size, "inline": part.inline}
            for part in mail.attachments
        ),
        bounce=None if bounce is None else {"recipients": [_recipient(one) for one in bounce.recipients]},
        defects=mail.defects,
    )


def _address(address: Address) -> dict[str, str]:
    return {"address": address.address, "name": address.name}


def _recipient(one: BounceRecipient) -> dict[str, str | None]:
    return {
        "address": one.address,
        "status": one.status,
        "smtp_code": one.smtp_code,
        "reason": one.reason,
        "kind": one.kind,
    }

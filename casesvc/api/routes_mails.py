"""Mails: as decided, raw, their attachments, and their whole way."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Response

from casesvc.api.context import ApiContext, AttachmentsReader, MailsReader
from casesvc.api.models import MailShown, Timeline, TimelineEntry
from casesvc.api.problems import ProblemRaised, responses
from casesvc.store import queries
from mail.parse import parse
from runtime.blobs import BlobMissing, blob_key
from schemas.errors import MessageError

__all__ = ["router"]

router = APIRouter(tags=["mails"], responses=responses(401, 403, 404, 503))
MailId = Annotated[str, Path(max_length=200)]


@router.get("/mails/{mail_id}")
def read_mail(context: MailsReader, mail_id: MailId) -> MailShown:
    """A mail as it was decided, with class, evidence, facts, trace and versions."""
    found = _mail(context, mail_id)
    decision: dict[str, Any] = found["decision"]
    return MailShown.model_validate(decision | {"interaction": found["interaction"]})


@router.get("/mails/{mail_id}/raw", response_class=Response)
def read_raw(context: MailsReader, mail_id: MailId) -> Response:
    """The mail's bytes as received, as a download."""
    with context.database.transaction() as connection:
        reference = queries.raw_reference(connection, mail_id)
    if reference is None:
        raise _no_mail(mail_id)
    return _download(_bytes(context, reference), "message/rfc822", f"{mail_id}.eml")


@router.get("/mails/{mail_id}/attachments/{part}", response_class=Response)
def read_attachment(
    context: AttachmentsReader, mail_id: MailId, part: Annotated[str, Path(max_length=100)]
) -> Response:
    """An attachment by its part number in the MIME tree, decoded, as a download that no browser shows by itself."""
    decision: dict[str, Any] = _mail(context, mail_id)["decision"]
    listed = next((one for one in decision["mail"]["attachments"] if one["part"] == part), None)
    if listed is None:
        raise _no_part(part)
    mail = parse(_bytes(context, decision["mail"]["raw"]["ref"]))
    found = next((one for one in mail.attachments if one.path == part), None)
    if found is None:
        raise _no_part(part)
    return _download(found.data(), "application/octet-stream", listed["name"] or f"part-{part}")


@router.get("/mails/{mail_id}/timeline")
def read_timeline(context: MailsReader, mail_id: MailId) -> Timeline:
    """One mail's way, in order of time: received, decided (and why), interaction and cases, outgoing step by step."""
    with context.database.transaction() as connection:
        found = queries.mail(connection, mail_id)
        pieces = queries.timeline(connection, mail_id)
    if found is None and not any(pieces.values()):
        raise _no_mail(mail_id)
    opened = next((row["at"] for row in pieces["history"] if row["what"] == "interaction_opened"), None)
    entries = _of_decision(found["decision"], opened) if found else []
    entries += [_of_history(row) for row in pieces["history"]]
    entries += [_of_step(row) for row in pieces["steps"]]
    entries += [
        TimelineEntry(
            at=row["at"], what="superseded", by="casesvc", where=row["same_as"],
            detail={"run": row["run"], "reason": row["reason"]},
        )
        for row in pieces["superseded"]
    ]  # fmt: skip
    # sorted() is stable: of what happened in one instant, the order above is the order of cause and effect.
    return Timeline(mail_id=mail_id, entries=sorted(entries, key=lambda entry: entry.at))


def _of_decision(decision: dict[str, Any], opened: datetime | None) -> list[TimelineEntry]:
    """Never later than the interaction: the mail server's clock may be ahead of ours."""
    shown = MailShown.model_validate(decision | {"interaction": None})
    received = {"size": shown.mail.raw.size, "mode": shown.mode, "server_id": shown.server_id}
    won = [rule.rule for rule in shown.trace.rules if rule.won]
    decided = {
        "class": shown.class_.kind.value,
        "class_reason": shown.class_.reason,
        "rules": won,
        # Which of the two applied is told by the interaction: its placement, and what happened to which case.
        "actions_if_new": [action.action.value for action in shown.outcome.new],
        "actions_if_follow_up": [action.action.value for action in shown.outcome.follow_up],
        "configuration": shown.versions.config,
    }
    latest = opened or shown.facts.now
    received_at = min(shown.received_at, latest)
    decided_at = min(max(shown.facts.now, received_at), latest)
    return [
        TimelineEntry(at=received_at, what="received", by="ingest", where=shown.mailbox, detail=received),
        TimelineEntry(at=decided_at, what="decided", by="router", where=shown.mailbox, detail=decided),
    ]


def _of_history(row: dict[str, Any]) -> TimelineEntry:
    where = row["case_id"] or row["interaction_id"] or row["mail_id"]
    return TimelineEntry(at=row["at"], what=row["what"], by=row["by"], where=where, detail=row["detail"])


def _of_step(row: dict[str, Any]) -> TimelineEntry:
    detail = {name: row[name] for name in ("purpose", "attempt", "response", "reason") if row[name]}
    return TimelineEntry(
        at=row["at"], what=f"step_{row['state']}", by="notifier", where=row["notification_id"], detail=detail
    )


def _mail(context: ApiContext, mail_id: str) -> dict[str, Any]:
    with context.database.transaction() as connection:
        found = queries.mail(connection, mail_id)
    if found is None:
        raise _no_mail(mail_id)
    return found


def _bytes(context: ApiContext, reference: str) -> bytes:
    try:
        return context.blobs.get(blob_key(reference))
    except (BlobMissing, MessageError) as error:
        raise ProblemRaised(
            404, "the mail's bytes are not in the blob store", where=reference, remedy="retention may have removed them"
        ) from error


def _download(data: bytes, media_type: str, name: str) -> Response:
    """Whatever a stranger sent: saved, never shown, never run."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "._- ") else "_" for char in name)[:100]
    headers = {
        "Content-Disposition": f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name[:200], safe='')}",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return Response(data, media_type=media_type, headers=headers)


def _no_mail(mail_id: str) -> ProblemRaised:
    return ProblemRaised(
        404, f"there is no mail {mail_id[:60]}", where="path.mail_id", remedy="ids stand in /api/v1/interactions"
    )


def _no_part(part: str) -> ProblemRaised:
    return ProblemRaised(
        404,
        f"the mail has no attachment {part[:40]}",
        where="path.part",
        remedy="parts stand in the mail's `attachments`",
    )

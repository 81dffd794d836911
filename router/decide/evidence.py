"""Evidence and bounces as a decision carries them: cut to their bytes, strongest first, nothing that could sign."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from mail import bounces as mail_bounces
from mail.evidence import EvidenceCandidate, TokenCheck, candidates
from mail.records import ParsedMail
from router.decide.fit import fit_models
from router.decide.normalise import masked
from schemas.events.decision import MAX_LISTED, Bounce, BounceRecipient, Evidence, EvidenceKind

__all__ = ["bounce_record", "evidence_records"]

_EVIDENCE = 16 * 1024
_BOUNCE = 12 * 1024
"""Bytes as JSON."""

_KINDS = {
    "signed_message_id": EvidenceKind.SIGNED_MESSAGE_ID,
    "signed_plus_address": EvidenceKind.SIGNED_ADDRESS,
    "signed_marker": EvidenceKind.SIGNED_BODY,
    "reference": EvidenceKind.REFERENCE,
    "subject_tag": EvidenceKind.SUBJECT_TAG,
    "thread_index": EvidenceKind.THREAD_TOPIC,
    "thread_topic": EvidenceKind.THREAD_TOPIC,
}


def evidence_records(found: Iterable[EvidenceCandidate]) -> tuple[Evidence, ...]:
    """Evidence records, strongest first; the weakest are cut where there are too many."""
    records = [
        Evidence(
            kind=_KINDS[one.kind],
            conversation=one.conversation,
            notification=one.notification,
            key_id=one.key_id,
            verified=one.verified,
            digest=one.digest,
            tag=masked(one.text, 500) if one.kind in ("subject_tag", "thread_topic") and one.text else None,
            detail=one.source,
        )
        for one in found
    ]
    return fit_models(records, _EVIDENCE, MAX_LISTED)


def bounce_record(bounce: mail_bounces.Bounce | None, checks: Sequence[TokenCheck], mail: ParsedMail) -> Bounce | None:
    """The report of a mail that we sent. `original_notification` only where the returned Message-ID's signature holds:
    anybody can send a report that names a mail of ours."""
    if bounce is None:
        return None
    recipients = [_recipient(one) for one in bounce.recipients]
    original = bounce.original_message_id
    return Bounce(
        recipients=fit_models(recipients, _BOUNCE, MAX_LISTED),
        recipients_total=bounce.recipients_total,
        original_message_id=masked(original) if original else None,
        original_notification=_notification(checks, mail),
    )


def _recipient(one: mail_bounces.BounceRecipient) -> BounceRecipient:
    return BounceRecipient(
        address=masked(one.address or "", 400),
        original=masked(one.original, 400) if one.original else None,
        action=one.action,
        status=one.status or "",
        smtp_code=one.smtp_code or "",
        kind="hard" if one.kind == "hard" else "soft" if one.kind == "soft" else "none",
        reason=one.reason,
        diagnostic=masked(one.diagnostic or "", 500),
    )


def _notification(checks: Sequence[TokenCheck], mail: ParsedMail) -> str | None:
    """The notification of the outgoing mail that the report is about: of the returned header, else of its parents."""
    by_digest = {check.digest: check for check in checks}
    for wanted in ("returned", "in-reply-to", "references"):
        for candidate in candidates(mail):
            check = by_digest.get(candidate.digest)
            if candidate.source == wanted and check is not None and check.verified and check.notification:
                return check.notification
    return None

"""`decide`: one mail, the facts and the configuration to one decision. Pure: the same three give the same record.

No key, clock, database or network is asked. What the world said stands in the facts, which the decision carries, so
that a replay needs nothing but the mail, the facts and the configuration.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from mail.bounces import parse_bounce
from mail.classify import MailClass, OwnMarks, classify
from mail.digest import content_digest
from mail.evidence import TokenCheck, candidates, check_candidates, find_evidence
from mail.mask import mask
from mail.parse import parse
from mail.records import ParsedMail
from mail.reply import reply_of
from router.decide.analysis import analyse
from router.decide.configuration import CompiledConfiguration
from router.decide.evidence import bounce_record, evidence_records
from router.decide.fit import fit_texts
from router.decide.normalise import masked, normalise
from router.decide.outcome import Sources, decide_outcome
from router.rules.trace import fit_trace
from router.rules.values import MailValues
from router.text.language import MODELS
from router.version import ROUTER_VERSION
from schemas.config import MailClassKind
from schemas.events import Decision, MailReceived
from schemas.events.decision import Classification, ClassKind, Facts, Versions
from schemas.topics import INLINE_LIMIT

__all__ = ["MAX_DECISION", "decide", "decide_parsed"]

MAX_DECISION = INLINE_LIMIT - 4 * 1024
"""Bytes of a decision as JSON; the record's headers take the rest of 256 KiB."""
_MAX_ENVELOPE = 4 * 1024


def decide(received: MailReceived, raw: bytes, facts: Facts, configuration: CompiledConfiguration) -> Decision:
    """The decision for a mail with bytes `raw`.

    Raises MessageError (`rule:<name>`) when more actions matched than a decision can hold; nothing else by design.
    """
    return decide_parsed(received, parse(raw), facts, configuration)


def decide_parsed(
    received: MailReceived, mail: ParsedMail, facts: Facts, configuration: CompiledConfiguration
) -> Decision:
    """As `decide`, for a mail that is parsed already."""
    checks = recorded_checks(mail, facts, configuration.installation.name)
    found = classify(mail, OwnMarks(configuration.installation.name, checks))
    kind = MailClassKind(str(found.kind))
    text = mask(reply_of(mail).text)
    values = _values(received, mail, kind, text, facts)
    decided = decide_outcome(kind, values, _sources(received, mail, text), configuration)
    decision = Decision(
        mail_id=received.mail_id,
        run=received.run,
        mailbox=received.mailbox,
        folder=received.folder,
        server_id=received.server_id,
        content_digest=content_digest(mail),
        conversation=received.conversation,
        mode=received.mode,
        muted=received.muted,
        received_at=received.received_at,
        envelope_from=None if received.envelope_from is None else masked(received.envelope_from),
        envelope_to=fit_texts([masked(address) for address in received.envelope_to], _MAX_ENVELOPE, 100),
        mail=normalise(mail, text, received.raw),
        class_=_classification(found),
        bounce=bounce_record(parse_bounce(mail), checks, mail) if kind in _REPORTS else None,
        facts=facts,
        evidence=evidence_records(find_evidence(mail, checks)),
        analysis=analyse(mask(mail.subject), text),
        outcome=decided.outcome,
        versions=Versions(config=configuration.digest, models={"language": MODELS}, router=ROUTER_VERSION),
    )
    budget = MAX_DECISION - len(decision.model_dump_json(by_alias=True).encode())
    return decision.model_copy(update={"trace": fit_trace(decided.considered, values, budget)})


def _classification(found: MailClass) -> Classification:
    away = found.absence
    return Classification(
        kind=ClassKind(found.kind),
        reason=masked(found.reason, 500),
        absent_from=away.start.isoformat() if away is not None and away.start is not None else None,
        absent_until=away.end.isoformat() if away is not None and away.end is not None else None,
    )


_REPORTS = frozenset({MailClassKind.BOUNCE, MailClassKind.DELAY, MailClassKind.RECEIPT, MailClassKind.COMPLAINT})


def recorded_checks(mail: ParsedMail, facts: Facts, installation: str) -> tuple[TokenCheck, ...]:
    """The signature checks of the mail's tokens with the outcomes that the facts recorded; no key is needed."""
    return tuple(
        replace(check, verified=facts.signatures.get(check.digest, False))
        for check in check_candidates(candidates(mail), (), installation)
    )


def _values(received: MailReceived, mail: ParsedMail, kind: MailClassKind, text: str, facts: Facts) -> MailValues:
    to = tuple(mask(address.address) for address in mail.to)
    cc = tuple(mask(address.address) for address in mail.cc)
    others = (*mail.delivered_to_all, *received.envelope_to)
    return MailValues(
        from_address=tuple(mask(author.address) for author in mail.from_all),
        from_name=tuple(mask(author.name) for author in mail.from_all),
        to=to,
        cc=cc,
        recipient=tuple(dict.fromkeys((*to, *cc, *(mask(address) for address in others)))),
        subject=mask(mail.subject),
        body=text,
        headers=_Headers(mail),
        kind=kind.value,
        mailbox=received.mailbox,
        attachment_names=tuple(mask(part.filename or "") for part in mail.attachments),
        attachment_types=tuple(part.content_type for part in mail.attachments),
        attachment_sizes=tuple(part.size for part in mail.attachments),
        size=received.raw.size,
        authentication=facts.authentication.dmarc if facts.authentication.trusted else "unavailable",
    )


@dataclass(frozen=True, slots=True)
class _Headers:
    """Decoded, masked header values by lower-case name."""

    mail: ParsedMail

    def __call__(self, name: str) -> tuple[str, ...]:
        return tuple(mask(value) for value in self.mail.headers.get_all(name))


def _sources(received: MailReceived, mail: ParsedMail, text: str) -> Sources:
    recipients = [*mail.delivered_to_all, *received.envelope_to, *(address.address for address in mail.to)]
    return Sources(
        subject=mask(mail.subject),
        body=text,
        from_address=mask(mail.from_.address) if mail.from_ else "",
        from_name=mask(mail.from_.name) if mail.from_ else "",
        recipient=mask(recipients[0]) if recipients else "",
        mailbox=received.mailbox,
        date=mail.date,
        received_at=received.received_at,
    )

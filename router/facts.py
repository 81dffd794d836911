"""Gathers the facts of one mail: what the keys say of its tokens and what a trusted server said of its sender.

Runs in the worker process, which holds the keys; the facts hold none. Who sent a mail says the topmost field of a
trusted server, and where it does not, our own check with what the DNS answers within the deadline. A scanner is a
later part, so malware is `unavailable`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from mail.authentication import authentication_of
from mail.canonical import SignedMessage
from mail.evidence import candidates, check_candidates
from mail.records import ParsedMail
from mail.sender import SenderCheck, check_sender, sender_questions
from mail.signed_ids import SigningKey
from router.decide.normalise import masked
from router.dns import TxtResolver
from runtime.secrets import SecretStore
from schemas.config import Installation
from schemas.events import MailReceived
from schemas.events.decision import Authentication, Facts

__all__ = ["gather", "load_keys", "own_check", "questions"]

_MAX_DNS = 4 * 1024
"""Characters of all names together that the facts list."""


def load_keys(installation: Installation, secrets: SecretStore) -> tuple[SigningKey, ...]:
    """All signing keys of the installation, retired ones included: which are in force depends on a mail's time.

    Raises ConfigurationError naming the key whose secret cannot be read or does not fit.
    """
    return tuple(
        SigningKey(key.id, secrets.resolve(key.secret).get_secret_value().encode()) for key in installation.signing_keys
    )


def questions(mail: ParsedMail, raw: bytes, installation: Installation) -> tuple[str, ...]:
    """Names to ask the DNS for this mail: none where the check is not configured or would add nothing."""
    return sender_questions(mail, SignedMessage.of(raw)) if _is_open(mail, installation) else ()


def own_check(
    received: MailReceived, mail: ParsedMail, raw: bytes, installation: Installation, resolver: TxtResolver
) -> SenderCheck | None:
    """Our own check of the sender; None where it is not configured or would add nothing. Blocks for its deadline."""
    if not _is_open(mail, installation):
        return None
    message = SignedMessage.of(raw)
    answers = resolver.fetch(sender_questions(mail, message), installation.sender_check.deadline.total_seconds())
    return check_sender(message, answers, received.received_at)


def _is_open(mail: ParsedMail, installation: Installation) -> bool:
    """Whether the trusted servers left a question that our own check could answer."""
    if not installation.sender_check.enabled:
        return False
    told = authentication_of(mail, installation.trusted_authserv_ids)
    if not told.trusted or told.dmarc == "none":
        return True
    forwarded = bool(installation.trusted_arc_sealers) and "arc-seal" in mail.headers
    return told.dmarc != "pass" and told.arc == "none" and forwarded


def gather(
    received: MailReceived,
    mail: ParsedMail,
    keys: Sequence[SigningKey],
    installation: Installation,
    check: SenderCheck | None = None,
) -> Facts:
    """The facts of one mail. Its time of receipt is `now`, so that a second delivery gathers the same."""
    now = received.received_at
    in_force = {key.id for key in installation.keys_in_force(now)}
    usable = [key for key in keys if key.id in in_force]
    checks = check_candidates(candidates(mail), usable, installation.name)
    evidence = authentication_of(mail, installation.trusted_authserv_ids, installation.trusted_arc_sealers, check)
    return Facts(
        now=now,
        authentication=Authentication(
            dmarc=evidence.dmarc,
            spf=evidence.spf,
            dkim=evidence.dkim,
            by=masked(evidence.by, 300) if evidence.by else None,
            trusted=evidence.trusted,
            arc=evidence.arc,
            reason=masked(evidence.reason, 500),
        ),
        signing_keys=tuple(sorted(in_force)),
        signatures={outcome.digest: outcome.verified for outcome in checks},
        dns=_asked(check) if check is not None else {},
    )


def _asked(check: SenderCheck) -> dict[str, Literal["found", "absent", "unavailable"]]:
    listed: dict[str, Literal["found", "absent", "unavailable"]] = {}
    room = _MAX_DNS
    for name, records in check.answers.items():
        room -= len(name)
        if room < 0:
            break
        listed[name] = "unavailable" if records is None else "found" if records else "absent"
    return listed

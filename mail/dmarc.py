"""DMARC (RFC 7489): policy records, alignment and the verdict. Pure: records are DNS answers that are given in.

The organisational domain comes from the Public Suffix List (RFC 7489 §3.2), in the copy that `publicsuffixlist` brings.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from publicsuffixlist import PublicSuffixList

from mail.dkim import DnsAnswers, Unusable, domain_value

__all__ = ["DmarcResult", "DmarcSender", "dmarc_questions", "evaluate_dmarc", "organizational_domain"]

_POLICIES = ("none", "quarantine", "reject")
_VERSION = re.compile(r"[ \t]{0,20}v[ \t]{0,20}=[ \t]{0,20}DMARC1[ \t]{0,20}(?:;|\Z)")
_MAX_TAGS = 64


@dataclass(frozen=True, slots=True)
class DmarcSender:
    """What is known of a sender: domains whose DKIM signature holds, and the domain that SPF passed for.

    `spf` is None where nobody checked it: then a mail without an aligned signature has not failed, it has no verdict.
    `pending` names domains whose signature could not be checked for now.
    """

    dkim: tuple[str, ...] = ()
    spf: str | None = None
    spf_domain: str | None = None
    pending: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DmarcResult:
    """`pass`, `fail`, `none`, `temperror` or `permerror`; `policy` is what the domain asks for (`p=` or `sp=`)."""

    result: str
    reason: str
    policy: str | None = None


@dataclass(frozen=True, slots=True)
class _Record:
    policy: str
    strict_dkim: bool
    strict_spf: bool


def dmarc_questions(author_domain: str) -> list[str]:
    """Names whose TXT records `evaluate_dmarc` needs, the author's own first; none for a broken domain."""
    try:
        domain = domain_value(author_domain)
    except Unusable:
        return []
    return list(dict.fromkeys(f"_dmarc.{name}" for name in (domain, organizational_domain(domain))))


def evaluate_dmarc(author_domain: str, sender: DmarcSender, answers: DnsAnswers) -> DmarcResult:
    """The verdict for mails whose only author is of `author_domain` (RFC 7489 §6.6.2). Never raises."""
    questions = dmarc_questions(author_domain)
    if not questions:
        return DmarcResult("permerror", "the From field has no domain that can be asked")
    domain = questions[0].removeprefix("_dmarc.")
    record: _Record | None = None
    for number, name in enumerate(questions):
        texts = answers.get(name)
        if texts is None:
            return DmarcResult("temperror", f"{name} could not be asked")
        record = _record(texts, subdomain=number > 0)
        if record is not None:
            break
    if record is None:
        return DmarcResult("none", f"{domain} publishes no policy")
    for signer in sender.dkim:
        if _aligned(signer, domain, record.strict_dkim):
            return DmarcResult("pass", f"signed by {signer}", record.policy)
    if sender.spf == "pass" and sender.spf_domain and _aligned(sender.spf_domain, domain, record.strict_spf):
        return DmarcResult("pass", f"SPF passed for {sender.spf_domain}", record.policy)
    if any(_aligned(signer, domain, record.strict_dkim) for signer in sender.pending) or sender.spf == "temperror":
        return DmarcResult("temperror", "a signature of the author's domain could not be checked", record.policy)
    if sender.spf is None:
        return DmarcResult("none", f"no signature of {domain} holds, and SPF was not checked", record.policy)
    return DmarcResult("fail", f"neither a signature nor SPF speaks for {domain}", record.policy)


def organizational_domain(domain: str) -> str:
    """The registered domain that `domain` (lower case, ASCII form) belongs to; itself where there is none above it."""
    return _suffixes().privatesuffix(domain) or domain


def _aligned(signer: str, author: str, strict: bool) -> bool:
    signer = signer.strip().rstrip(".").lower()
    return signer == author or (not strict and organizational_domain(signer) == organizational_domain(author))


def _record(texts: Iterable[str], *, subdomain: bool) -> _Record | None:
    """The policy record (RFC 7489 §6.6.3); None where there is none, or several, which counts as none."""
    found = [_tags(text) for text in texts if _VERSION.match(text)]
    if len(found) != 1:
        return None
    tags = found[0]
    policy = tags.get("p", "").lower()
    if subdomain:
        policy = tags.get("sp", policy).lower()
    if policy not in _POLICIES:
        if "rua" not in tags:
            return None
        policy = "none"
    return _Record(policy, tags.get("adkim", "r").lower() == "s", tags.get("aspf", "r").lower() == "s")


def _tags(text: str) -> dict[str, str]:
    """Tags of a policy record; what is no tag is passed over, as RFC 7489 §6.3 wants."""
    pairs = (piece.partition("=") for piece in text.split(";", _MAX_TAGS)[:_MAX_TAGS])
    tags: dict[str, str] = {}
    for name, equals, value in pairs:
        if equals:
            tags.setdefault(name.strip().lower(), value.strip())
    return tags


@lru_cache(maxsize=1)
def _suffixes() -> PublicSuffixList:
    return PublicSuffixList()

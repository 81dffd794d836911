"""The own check of who sent a mail: DKIM, ARC and DMARC together, in two pure steps with the DNS between them.

    names = sender_questions(mail, message)      the shell asks for their TXT records, within its deadline
    check = check_sender(message, answers, now)
    authentication_of(mail, trusted_ids, sealers, check)

SPF is not checked here: who delivered the mail is known to the server that took it, not to its mailbox.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from mail.arc import ArcChain, chain_questions, read_chain, verify_chain
from mail.canonical import SignedMessage
from mail.dkim import DkimResult, DnsAnswers, Unusable, key_question, read_signature, verify_dkim
from mail.dmarc import DmarcResult, DmarcSender, dmarc_questions, evaluate_dmarc
from mail.records import ParsedMail

__all__ = ["MAX_QUESTIONS", "SenderCheck", "author_domain", "check_sender", "sender_questions"]

MAX_QUESTIONS = 24
_MAX_SIGNATURES = 8


@dataclass(frozen=True, slots=True)
class SenderCheck:
    """What we found out ourselves."""

    dkim: tuple[DkimResult, ...]
    arc: ArcChain
    answers: DnsAnswers

    @property
    def signers(self) -> tuple[str, ...]:
        """Domains whose DKIM signature holds, each once."""
        return tuple(dict.fromkeys(one.domain for one in self.dkim if one.result == "pass"))

    def dmarc(self, author_domain: str, spf: str | None, spf_domain: str | None) -> DmarcResult:
        """The verdict; `spf` and its domain are a trusted server's, None where none said."""
        pending = tuple(one.domain for one in self.dkim if one.result == "temperror")
        return evaluate_dmarc(author_domain, DmarcSender(self.signers, spf, spf_domain, pending), self.answers)


def author_domain(mail: ParsedMail) -> str:
    """The one domain that DMARC can speak for, in lower case; "" where there is none or more than one.

    So it is with two From fields: one above the signed one would be shown, and the other's signature vouch for it
    (RFC 7489 §6.6.1 has such mail rejected).
    """
    domains = {author.domain for author in mail.from_all}
    return next(iter(domains)) if len(domains) == 1 and mail.headers.count("from") == 1 else ""


def sender_questions(mail: ParsedMail, message: SignedMessage) -> tuple[str, ...]:
    """Names whose TXT records `check_sender` needs, each once, the policy's first; at most 24. Never raises."""
    domain = author_domain(mail)
    names = dmarc_questions(domain) if domain else []
    for field in message.all_of("dkim-signature")[:_MAX_SIGNATURES]:
        try:
            names.append(key_question(read_signature(field, "dkim")))
        except Unusable:
            continue
    names.extend(chain_questions(read_chain(message)))
    return tuple(dict.fromkeys(names))[:MAX_QUESTIONS]


def check_sender(message: SignedMessage, answers: DnsAnswers, now: datetime) -> SenderCheck:
    """Signatures and chain of `message` with the keys in `answers`; `now` is the time of receipt. Never raises."""
    return SenderCheck(
        dkim=verify_dkim(message, answers, now),
        arc=verify_chain(message, read_chain(message), answers, now),
        answers=answers,
    )

"""Who must not be written to, and why (OU-07, ACC-09): loop protection, outbound switch, allow-list. Pure.

Automatic replies follow RFC 3834 §2: only to a person's mail, never to the null sender, to lists or to robots, not to
ourselves, and not more than so many per address and time. What a person sends (`auto_submitted: no`) is bound by the
outbound switch and the allow-list alone.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mail.encode import ascii_address
from schemas.config import Outbound
from schemas.events import MailRequested, Purpose
from schemas.ids import recipient_digest

__all__ = ["Judgement", "SendingFacts", "answers_by_itself", "judge"]

REPLIES = frozenset({Purpose.ACKNOWLEDGEMENT, Purpose.REPLY, Purpose.FAILURE_ANSWER, Purpose.TOO_LARGE_ANSWER})
"""Purposes that answer a mail by themselves."""
_ROBOTS = frozenset({
    "mailer-daemon", "mailerdaemon", "mail-daemon", "maildaemon", "postmaster", "noreply", "no-reply", "no_reply",
    "do-not-reply", "donotreply", "do_not_reply", "dont-reply", "nobody", "null", "listserv", "listproc", "majordomo",
    "mailman", "bounce", "bounces", "autoreply", "auto-reply", "autoresponder",
})  # fmt: skip
_ROBOT_FORMS = re.compile(
    r"owner-.{1,60}|.{1,60}-(?:request|owner|bounces?|noreply|no-reply)|(?:bounces?|prvs|srs[01])[+=-].{1,60}"
)
"""Lists' service addresses (RFC 2142 §6, RFC 3834 §2) and return paths made for one mail."""


@dataclass(frozen=True, slots=True)
class SendingFacts:
    """What the judgement needs besides the request. `counts`: automatic answers of the period, by recipient digest."""

    outbound: Outbound
    own_addresses: frozenset[str]
    """Lower-case addresses of all accounts."""
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Judgement:
    """`refused`: reason by address. `suppressed`: why nothing at all is sent; None when somebody is left."""

    refused: Mapping[str, str]
    suppressed: str | None


def answers_by_itself(request: MailRequested) -> bool:
    """Whether this is an automatic answer to a mail: what loops and mail bombs are made of."""
    return request.purpose in REPLIES and request.auto_submitted != "no"


def judge(request: MailRequested, recipients: tuple[str, ...], facts: SendingFacts) -> Judgement:
    """Whether `request` may be sent, to whom of `recipients` not, and the named reason."""
    if facts.outbound.block_all_outbound:
        return _all(recipients, "outbound_blocked")
    if not recipients:
        return Judgement({}, "no_recipient")
    if answers_by_itself(request) and request.cause_class != "human":
        return _all(recipients, f"answers_{request.cause_class or 'unknown_class'}")
    refused = {}
    for address in recipients:
        reason = _refusal(request, address, facts)
        if reason is not None:
            refused[address] = reason
    if len(refused) < len(recipients):
        return Judgement(refused, None)
    return Judgement(refused, next(iter(refused.values())))


def _all(recipients: tuple[str, ...], reason: str) -> Judgement:
    return Judgement(dict.fromkeys(recipients, reason), reason)


def _refusal(request: MailRequested, address: str, facts: SendingFacts) -> str | None:
    if not address.strip() or address.strip() == "<>":
        return "null_sender"
    usable = ascii_address(address)
    if usable is None:
        return "invalid_address"
    reason = facts.outbound.refusal(usable)
    if reason is not None or request.auto_submitted == "no":
        return reason
    if not facts.own_addresses.isdisjoint((usable.lower(), _without_token(usable.lower()))):
        return "own_address"
    if not answers_by_itself(request):
        return None
    if _is_robot(usable):
        return "robot"
    if facts.counts.get(recipient_digest(address), 0) >= facts.outbound.automatic_per_recipient:
        return "too_many_to_recipient"
    return None


def _without_token(address: str) -> str:
    """The address that mail for `local+anything@domain` ends up at."""
    local, _, domain = address.rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def _is_robot(address: str) -> bool:
    local = address.rpartition("@")[0].lower()
    return local.partition("+")[0] in _ROBOTS or _ROBOT_FORMS.fullmatch(local) is not None

"""Who is a participant of a case by a mail: its sender, where answers shall go, and whom the sender copied. Pure."""

from __future__ import annotations

from casesvc.records import Participant
from runtime.config.model import Configuration
from schemas.events import Decision
from schemas.events.decision import MailAddress

__all__ = ["copied", "people_of"]

MAX_PEOPLE = 50
"""People that one mail can bring into a case."""


def people_of(decision: Decision, configuration: Configuration) -> list[Participant]:
    """The people of a new case: From, Reply-To, and those in To and Cc that are not our own addresses."""
    mail = decision.mail
    sender = [mail.from_] if mail.from_ else []
    found = [*_people(sender, "sender"), *_people(mail.reply_to[:3], "reply_to"), *copied(decision, configuration)]
    once = {person.address: person for person in reversed(found)}
    return list(reversed(once.values()))[:MAX_PEOPLE]


def copied(decision: Decision, configuration: Configuration) -> list[Participant]:
    """Whom the sender wrote to beside us. Only a mail that began the case, or proved by our signature that it
    answers it, brings people in: else a forged From could open the door for others."""
    own = {account.address.casefold() for account in configuration.accounts.values()}
    people = _people((*decision.mail.to, *decision.mail.cc), "copied")
    return [person for person in people if person.address not in own and not _ours(person.address, own)][:MAX_PEOPLE]


def _people(addresses: tuple[MailAddress, ...] | list[MailAddress], how: str) -> list[Participant]:
    return [
        Participant(address.address.strip().casefold(), address.name[:200], how)
        for address in addresses
        if "@" in address.address
    ]


def _ours(address: str, own: set[str]) -> bool:
    """Whether it is one of our addresses with a plus token."""
    local, _, domain = address.rpartition("@")
    return "+" in local and f"{local.partition('+')[0]}@{domain}" in own

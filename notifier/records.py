"""A row of the ledger as the code carries it: the request, its recipients, and where it stands."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from schemas.events import LedgerState, MailRequested, RecipientState, RecipientStep
from schemas.ids import notification_id, recipient_digest

__all__ = ["DEFAULT_LIFETIME", "Entry", "Recipient", "entries_of"]

DEFAULT_LIFETIME = timedelta(days=3)
"""How long a mail is tried when the request names no end; mail servers give up after four or five days."""

Role = Literal["to", "cc", "bcc"]


@dataclass(frozen=True, slots=True)
class Recipient:
    """One address of the mail and what became of it. The address stays in the ledger; events carry its digest."""

    address: str
    role: Role
    state: RecipientState = RecipientState.PENDING
    response: str = ""

    @property
    def digest(self) -> str:
        return recipient_digest(self.address)

    @property
    def open(self) -> bool:
        """Whether it still waits for a server's yes."""
        return self.state in (RecipientState.PENDING, RecipientState.DEFERRED)

    @property
    def step(self) -> RecipientStep:
        """As events show it."""
        return RecipientStep(digest=self.digest, state=self.state, response=self.response)


@dataclass(frozen=True, slots=True)
class Entry:
    """One outgoing mail. `step` counts its changes; `owner` and `attempt` name the sending that may move it on."""

    notification_id: str
    request: MailRequested
    recipients: tuple[Recipient, ...]
    state: LedgerState
    step: int
    attempt: int
    owner: str | None
    message_id: str | None
    retries_of_unknown: int
    response: str
    reason: str
    next_try_at: datetime
    expires_at: datetime
    requested_at: datetime

    @property
    def event_key(self) -> str:
        """Key of its events: its case, else its interaction, else itself."""
        return (self.request.case.id if self.request.case else None) or self.request.interaction or self.notification_id

    @property
    def open_recipients(self) -> tuple[Recipient, ...]:
        """To whom it is still to be sent. Somebody accepted in any attempt is never among them."""
        return tuple(recipient for recipient in self.recipients if recipient.open)

    def with_recipients(self, recipients: Iterable[Recipient]) -> Entry:
        return replace(self, recipients=tuple(recipients))

    def recipients_as_json(self) -> list[dict[str, Any]]:
        """The recipients as the store keeps them."""
        return [
            {
                "address": recipient.address,
                "role": recipient.role,
                "digest": recipient.digest,
                "state": recipient.state.value,
                "response": recipient.response,
            }
            for recipient in self.recipients
        ]


def recipients_from_json(stored: Iterable[Mapping[str, Any]]) -> tuple[Recipient, ...]:
    """The opposite of `Entry.recipients_as_json`."""
    return tuple(
        Recipient(one["address"], one["role"], RecipientState(one["state"]), one["response"]) for one in stored
    )


def entries_of(request: MailRequested, at: datetime) -> list[Entry]:
    """The mails that a request makes: one, or with `common` false one for each of `to`.

    Of several, the first keeps the notification's id (and carries cc and bcc); the others' ids follow from it.
    An address that stands twice gets one mail.
    """
    seen: set[str] = set()
    roles: tuple[tuple[Role, tuple[str, ...]], ...] = (("to", request.to), ("cc", request.cc), ("bcc", request.bcc))
    people = []
    for role, addresses in roles:
        for address in addresses:
            if address.strip().lower() not in seen:
                seen.add(address.strip().lower())
                people.append(Recipient(address.strip(), role))
    main = [person for person in people if person.role == "to"]
    groups = [people]
    if not request.common and len(main) > 1:
        groups = [[main[0], *(person for person in people if person.role != "to")], *([person] for person in main[1:])]
    return [
        Entry(
            notification_id=request.notification_id
            if number == 0
            else notification_id(request.notification_id, request.purpose.value, "recipient", number),
            request=request,
            recipients=tuple(group),
            state=LedgerState.QUEUED,
            step=0,
            attempt=0,
            owner=None,
            message_id=None,
            retries_of_unknown=0,
            response="",
            reason="",
            next_try_at=max(at, request.not_before) if request.not_before else at,
            expires_at=request.expires_at or at + DEFAULT_LIFETIME,
            requested_at=at,
        )
        for number, group in enumerate(groups)
    ]

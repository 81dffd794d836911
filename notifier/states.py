"""The ledger of an outgoing mail as one table (contracts, outbound.events): state and cause lead to the next state.

              ┌────────────── lease ended ◄─────────────┐
              ▼                                         │
    ──► queued ── claim ──► claimed ── data ──► transmitting ── accepted ──► handed_over ─► delivered
         ▲ │                 │    │               │  │   │                        │  ├────► bounced
     due │ │      temporary  │    │ permanent     │  │   └ lost, lease ended ─┐   │  └────► complained
         │ │       ┌─────────┴────┼───────────────┘  │ permanent              ▼   │
         ├─┼── deferred           └──► failed ◄──────┘                    unknown │
         │ │       │                                                       │   │  │ late yes: accepted
         │ ├───────┴──► cancelled, expired, (queued only) suppressed       │   └──┘ DSN: bounced
         │ └──────────► held ◄──────────── hold (default policy) ──────────┤
         │               ├─ release ─► queued                              │
         └───────────────┴─────────────── retry, same Message-ID, once ────┘
                         └─ confirm ─► confirmed_sent ─► delivered, bounced, complained

No edge leads from `handed_over` (or what follows it) back to sending: doubt is shown, never mailed twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from schemas.events import LedgerState

__all__ = ["EDGES", "SENDING", "SETTLED", "Cause", "Edge", "follow", "reachable"]


class Cause(StrEnum):
    """Why a row moves."""

    CLAIM = "claim"
    HOLD = "hold"
    CANCEL = "cancel"
    EXPIRE = "expire"
    SUPPRESS = "suppress"
    LEASE_ENDED = "lease_ended"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    DATA = "data"
    ACCEPTED = "accepted"
    LOST = "lost"
    DUE = "due"
    RETRY = "retry"
    RELEASE = "release"
    CONFIRM = "confirm"
    DELIVERED = "delivered"
    BOUNCED = "bounced"
    COMPLAINED = "complained"


@dataclass(frozen=True, slots=True)
class Edge:
    """Where a cause leads to, and the reason of an edge that a reader would not expect."""

    to: LedgerState
    reason: str = ""


_S = LedgerState
_C = Cause

EDGES: Mapping[tuple[LedgerState, Cause], Edge] = {
    (_S.QUEUED, _C.CLAIM): Edge(_S.CLAIMED),
    (_S.QUEUED, _C.HOLD): Edge(_S.HELD),
    (_S.QUEUED, _C.CANCEL): Edge(_S.CANCELLED),
    (_S.QUEUED, _C.EXPIRE): Edge(_S.EXPIRED),
    (_S.QUEUED, _C.SUPPRESS): Edge(_S.SUPPRESSED, "loop protection, outbound switch, allow-list"),
    (_S.CLAIMED, _C.LEASE_ENDED): Edge(_S.QUEUED, "no byte of the mail was sent: to send it again is safe"),
    (_S.CLAIMED, _C.TEMPORARY): Edge(_S.DEFERRED, "connection, login, MAIL or RCPT 4xx"),
    (_S.CLAIMED, _C.PERMANENT): Edge(_S.FAILED, "5xx before DATA, or a mail that cannot be composed"),
    (_S.CLAIMED, _C.DATA): Edge(_S.TRANSMITTING, "committed before the first byte of the mail is sent"),
    (_S.TRANSMITTING, _C.ACCEPTED): Edge(_S.HANDED_OVER),
    (_S.TRANSMITTING, _C.TEMPORARY): Edge(_S.DEFERRED, "the server said 4xx: it has not taken the mail"),
    (_S.TRANSMITTING, _C.PERMANENT): Edge(_S.FAILED),
    (_S.TRANSMITTING, _C.LEASE_ENDED): Edge(_S.UNKNOWN, "the sender died while the server may have said yes"),
    (_S.TRANSMITTING, _C.LOST): Edge(_S.UNKNOWN, "no answer after DATA: RFC 5321 §4.2.5 lets the server have taken it"),
    (_S.DEFERRED, _C.DUE): Edge(_S.QUEUED),
    (_S.DEFERRED, _C.HOLD): Edge(_S.HELD),
    (_S.DEFERRED, _C.CANCEL): Edge(_S.CANCELLED),
    (_S.DEFERRED, _C.EXPIRE): Edge(_S.EXPIRED),
    (_S.UNKNOWN, _C.HOLD): Edge(_S.HELD, "default policy: a person decides with the facts shown"),
    (_S.UNKNOWN, _C.RETRY): Edge(_S.QUEUED, "the purpose's policy: once, with the same Message-ID"),
    (_S.UNKNOWN, _C.ACCEPTED): Edge(_S.HANDED_OVER, "a late yes of the same attempt: a frozen sender woke up"),
    (_S.UNKNOWN, _C.BOUNCED): Edge(_S.BOUNCED, "its DSN came, so it had been taken"),
    (_S.HELD, _C.RELEASE): Edge(_S.QUEUED),
    (_S.HELD, _C.CANCEL): Edge(_S.CANCELLED),
    (_S.HELD, _C.CONFIRM): Edge(_S.CONFIRMED_SENT, "a person saw it at the recipient"),
    (_S.HELD, _C.ACCEPTED): Edge(_S.HANDED_OVER, "a late yes of the same attempt"),
    (_S.HELD, _C.BOUNCED): Edge(_S.BOUNCED, "its DSN came, so it had been taken"),
    (_S.HANDED_OVER, _C.DELIVERED): Edge(_S.DELIVERED),
    (_S.HANDED_OVER, _C.BOUNCED): Edge(_S.BOUNCED),
    (_S.HANDED_OVER, _C.COMPLAINED): Edge(_S.COMPLAINED),
    (_S.CONFIRMED_SENT, _C.DELIVERED): Edge(_S.DELIVERED),
    (_S.CONFIRMED_SENT, _C.BOUNCED): Edge(_S.BOUNCED),
    (_S.CONFIRMED_SENT, _C.COMPLAINED): Edge(_S.COMPLAINED),
}

SENDING = frozenset({_S.QUEUED, _S.CLAIMED, _S.TRANSMITTING, _S.DEFERRED})
"""States from which a mail is sent without anybody's doing."""
SETTLED = frozenset({_S.HANDED_OVER, _S.CONFIRMED_SENT, _S.DELIVERED, _S.BOUNCED, _S.COMPLAINED})
"""States in which the mail is with the recipient's side; no way leads from here to sending."""


def follow(state: LedgerState, cause: Cause) -> Edge | None:
    """The edge that `cause` takes from `state`; None where there is none."""
    return EDGES.get((state, cause))


def reachable(start: LedgerState) -> frozenset[LedgerState]:
    """All states that some way leads to from `start`, itself left out unless a way leads back."""
    found: set[LedgerState] = set()
    todo = [start]
    while todo:
        state = todo.pop()
        for (origin, _), edge in EDGES.items():
            if origin is state and edge.to not in found:
                found.add(edge.to)
                todo.append(edge.to)
    return frozenset(found)

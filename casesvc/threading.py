"""Where a mail belongs: joins a case, opens an interaction linked to one, or begins something new. Pure (CV-01, CV-02).

Threading by mail is a door. Evidence says *which* case; the sender says whether the mail may walk in:

    evidence                              sender is a participant     anyone else
    signed id or token, verified          join *                      linked
    plain reference                       join *                      linked
    subject tag                           join if proven              linked
    reply that came before its parent,    join *                      new
    same unknown parent, thread index
    signed id or token, not verified      linked                      linked

    * when a trusted server says that the sender failed DMARC: linked (fourth row: new).

Reasons for the odd edges: a signed id says which case, never who writes: whoever was forwarded our mail has one, so it
does not outweigh a From that its own domain disowns. Case ids are counted up and can be guessed: a tag joins only where
a trusted server proved the sender. A forged signature is worse than none, so not even a participant joins by it.
The weak kinds in the fourth row are read the wrong way round (others named an id before it was there), so a stranger
could use them to keep someone else's mail from being handled: they join or they do not count. Several cases by the
strongest evidence are a doubt, and doubt is a linked interaction: a case worker decides.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from schemas.events import EvidenceKind
from schemas.events.decision import Authentication

__all__ = ["Lead", "LeadKind", "Placement", "PlacementKind", "SenderProof", "place", "sender_proof"]


class LeadKind(StrEnum):
    """Kinds of evidence as the store resolves them, strongest first."""

    SIGNED_MESSAGE_ID = EvidenceKind.SIGNED_MESSAGE_ID.value
    SIGNED_ADDRESS = EvidenceKind.SIGNED_ADDRESS.value
    SIGNED_BODY = EvidenceKind.SIGNED_BODY.value
    REFERENCE = EvidenceKind.REFERENCE.value
    SUBJECT_TAG = EvidenceKind.SUBJECT_TAG.value
    FORGED = "forged"
    REPLY_BEFORE_PARENT = "reply_before_parent"
    SHARED_REFERENCE = "shared_reference"
    THREAD_TOPIC = EvidenceKind.THREAD_TOPIC.value


_ORDER = {kind: rank for rank, kind in enumerate(LeadKind)}
_WEAK = frozenset({LeadKind.REPLY_BEFORE_PARENT, LeadKind.SHARED_REFERENCE, LeadKind.THREAD_TOPIC})

_WORDS = {
    LeadKind.SIGNED_MESSAGE_ID: "a Message-ID that we signed",
    LeadKind.SIGNED_ADDRESS: "a signed token in the recipient's address",
    LeadKind.SIGNED_BODY: "a signed token in the text",
    LeadKind.REFERENCE: "a reference to a mail that we know",
    LeadKind.SUBJECT_TAG: "a case id in the subject",
    LeadKind.FORGED: "one of our ids with a signature that is not ours",
    LeadKind.REPLY_BEFORE_PARENT: "a reply to it that came first",
    LeadKind.SHARED_REFERENCE: "a reference that a known mail has as well",
    LeadKind.THREAD_TOPIC: "the same thread index",
}


@dataclass(frozen=True, slots=True)
class Lead:
    """One piece of evidence, resolved: the cases and the interactions that it leads to (either may be empty)."""

    kind: LeadKind
    cases: frozenset[str] = frozenset()
    interactions: frozenset[str] = frozenset()


class SenderProof(StrEnum):
    """Whether the address in From is the sender's, as far as a server that the installation trusts can tell."""

    REFUTED = "refuted"
    UNKNOWN = "unknown"
    PROVEN = "proven"


def sender_proof(authentication: Authentication) -> SenderProof:
    """What the recorded facts prove of the sender (RFC 7489 §6.6.2). `permerror` refutes: it stands where the server
    checked another author than the one that From shows first."""
    if not authentication.trusted:
        return SenderProof.UNKNOWN
    if authentication.dmarc == "pass":
        return SenderProof.PROVEN
    return SenderProof.REFUTED if authentication.dmarc in ("fail", "permerror") else SenderProof.UNKNOWN


class PlacementKind(StrEnum):
    """What becomes of a mail."""

    JOIN = "join"
    LINKED = "linked"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the mail goes. `case` is set for JOIN; `linked` are the cases shown beside the interaction.

    `related` are interactions of the same conversation that have no case. `reason` is for people.
    """

    kind: PlacementKind
    reason: str
    case: str | None = None
    linked: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    evidence: LeadKind | None = None


def place(
    sender: str | None,
    leads: Sequence[Lead],
    participants: Mapping[str, frozenset[str]],
    proof: SenderProof = SenderProof.UNKNOWN,
) -> Placement:
    """Where a mail from `sender` (case-folded address of its From; None without one) belongs.

    `participants` maps each case that a lead names to the case-folded addresses of its people; `proof` says whether
    `sender` may be believed.
    """
    related = tuple(sorted({interaction for lead in leads for interaction in lead.interactions}))
    for kind in sorted({lead.kind for lead in leads if lead.cases}, key=_ORDER.__getitem__):
        cases = sorted({case for lead in leads if lead.kind == kind for case in lead.cases})
        joinable = [case for case in cases if sender is not None and sender in participants.get(case, frozenset())]
        if kind in _WEAK and (proof is SenderProof.REFUTED or not joinable):
            continue
        doubt = _doubt(kind, cases, joinable, proof)
        if doubt is None:
            return Placement(PlacementKind.JOIN, f"{_WORDS[kind]}, from a participant", cases[0], evidence=kind)
        return Placement(
            PlacementKind.LINKED, f"{_WORDS[kind]}, but {doubt}", linked=tuple(cases), related=related, evidence=kind
        )
    reason = "belongs to a conversation without a case" if related else "no evidence leads to a case"
    return Placement(PlacementKind.NEW, reason, related=related)


def _doubt(kind: LeadKind, cases: Sequence[str], joinable: Sequence[str], proof: SenderProof) -> str | None:
    if kind is LeadKind.FORGED:
        return "its signature does not hold"
    if len(cases) > 1:
        return f"it leads to several cases ({', '.join(cases[:5])})"
    if not joinable:
        return "the sender is no participant of the case"
    if proof is SenderProof.REFUTED:
        return "the sender's domain did not authorise it (DMARC)"
    if kind is LeadKind.SUBJECT_TAG and proof is not SenderProof.PROVEN:
        return "anybody can write one, and no trusted server proved the sender (DMARC)"
    return None

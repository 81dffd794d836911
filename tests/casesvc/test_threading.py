"""Where a mail belongs: the door of CV-01 and CV-02, as a table."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casesvc.threading import Lead, LeadKind, Placement, PlacementKind, SenderProof, place, sender_proof
from schemas.events.decision import Authentication

ANN, BOB = "ann@example.org", "bob@stranger.example"
PEOPLE = {"CLM-1": frozenset({ANN}), "CLM-2": frozenset({ANN}), "CLM-3": frozenset({BOB})}
SIGNED = (LeadKind.SIGNED_MESSAGE_ID, LeadKind.SIGNED_ADDRESS, LeadKind.SIGNED_BODY)
PLAIN = (LeadKind.REFERENCE, LeadKind.SUBJECT_TAG)
UNKNOWN, PROVEN, REFUTED = SenderProof.UNKNOWN, SenderProof.PROVEN, SenderProof.REFUTED
WEAK = (LeadKind.REPLY_BEFORE_PARENT, LeadKind.SHARED_REFERENCE, LeadKind.THREAD_TOPIC)


def lead(kind: LeadKind, *cases: str) -> Lead:
    return Lead(kind, frozenset(cases))


def placed(sender: str | None, *leads: Lead, proof: SenderProof = UNKNOWN) -> Placement:
    return place(sender, leads, PEOPLE, proof)


@pytest.mark.feature("CV-02", "participant")
@pytest.mark.parametrize("kind", [*SIGNED, *PLAIN, *WEAK])
def test_participant_joins_by_each_kind_of_evidence(kind: LeadKind) -> None:
    found = placed(ANN, lead(kind, "CLM-1"), proof=PROVEN)
    assert (found.kind, found.case, found.evidence) == (PlacementKind.JOIN, "CLM-1", kind)


@pytest.mark.feature("CV-02", "participant")
@pytest.mark.parametrize("kind", [*SIGNED, LeadKind.REFERENCE, *WEAK])
def test_what_cannot_be_guessed_needs_no_proof_of_the_sender(kind: LeadKind) -> None:
    assert placed(ANN, lead(kind, "CLM-1")).kind is PlacementKind.JOIN


@pytest.mark.feature("CV-02", "doubt gives a linked interaction")
def test_case_id_that_anybody_can_guess_demands_a_proven_sender() -> None:
    found = placed(ANN, lead(LeadKind.SUBJECT_TAG, "CLM-1"))
    assert (found.kind, found.linked) == (PlacementKind.LINKED, ("CLM-1",))
    assert "proved the sender" in found.reason


@pytest.mark.feature("CV-02", "doubt gives a linked interaction")
@pytest.mark.parametrize("kind", [*SIGNED, *PLAIN])
def test_stranger_is_linked_even_with_a_signed_id(kind: LeadKind) -> None:
    found = placed(BOB, lead(kind, "CLM-1"))
    assert (found.kind, found.linked, found.case) == (PlacementKind.LINKED, ("CLM-1",), None)
    assert "no participant" in found.reason


@pytest.mark.feature("CV-01", "empty, duplicate and foreign ids never join strangers")
@pytest.mark.parametrize("kind", WEAK)
def test_weak_evidence_of_a_stranger_does_not_count(kind: LeadKind) -> None:
    assert placed(BOB, lead(kind, "CLM-1")).kind is PlacementKind.NEW


def test_forged_signature_never_joins_not_even_for_a_participant() -> None:
    found = placed(ANN, lead(LeadKind.FORGED, "CLM-1"))
    assert (found.kind, found.linked) == (PlacementKind.LINKED, ("CLM-1",))


def test_mail_without_sender_is_linked() -> None:
    assert placed(None, lead(LeadKind.REFERENCE, "CLM-1")).kind is PlacementKind.LINKED


def test_several_cases_by_the_strongest_evidence_are_a_doubt() -> None:
    found = placed(ANN, lead(LeadKind.REFERENCE, "CLM-1", "CLM-2"))
    assert (found.kind, found.linked) == (PlacementKind.LINKED, ("CLM-1", "CLM-2"))
    assert "several cases" in found.reason


@pytest.mark.feature("CV-01", "strongest first")
def test_strongest_evidence_decides() -> None:
    found = placed(ANN, lead(LeadKind.SUBJECT_TAG, "CLM-3"), lead(LeadKind.SIGNED_MESSAGE_ID, "CLM-2"))
    assert (found.kind, found.case) == (PlacementKind.JOIN, "CLM-2")


def test_weaker_evidence_does_not_open_a_door_that_the_stronger_one_closed() -> None:
    found = placed(BOB, lead(LeadKind.REFERENCE, "CLM-1"), lead(LeadKind.SUBJECT_TAG, "CLM-3"))
    assert (found.kind, found.linked) == (PlacementKind.LINKED, ("CLM-1",))


@pytest.mark.feature("CV-02", "doubt gives a linked interaction")
@pytest.mark.parametrize("kind", [*SIGNED, *PLAIN])
def test_disowned_sender_is_a_doubt_whatever_the_evidence(kind: LeadKind) -> None:
    """Whoever was forwarded a mail of ours holds its signed id: it says which case, not who writes."""
    found = placed(ANN, lead(kind, "CLM-1"), proof=REFUTED)
    assert found.kind is PlacementKind.LINKED
    assert "DMARC" in found.reason


@pytest.mark.parametrize(
    ("dmarc", "trusted", "proof"),
    [
        ("pass", True, PROVEN),
        ("fail", True, REFUTED),
        ("permerror", True, REFUTED),
        ("none", True, UNKNOWN),
        ("temperror", True, UNKNOWN),
        ("pass", False, UNKNOWN),
        ("fail", False, UNKNOWN),
    ],
)
def test_only_a_trusted_server_proves_or_refutes_a_sender(dmarc: str, trusted: bool, proof: SenderProof) -> None:
    assert sender_proof(Authentication(dmarc=dmarc, trusted=trusted)) is proof


def test_conversation_without_a_case_is_new_and_shows_what_it_belongs_to() -> None:
    found = placed(ANN, Lead(LeadKind.REFERENCE, interactions=frozenset({"ET-7"})))
    assert (found.kind, found.related) == (PlacementKind.NEW, ("ET-7",))


@given(
    st.lists(st.builds(Lead, st.sampled_from(LeadKind), st.frozensets(st.sampled_from(sorted(PEOPLE)), max_size=3))),
    st.sampled_from([ANN, BOB, "x@y.example", None]),
    st.sampled_from(SenderProof),
)
def test_nobody_ever_joins_a_case_without_being_its_participant(
    leads: list[Lead], sender: str | None, proof: SenderProof
) -> None:
    found = place(sender, leads, PEOPLE, proof)
    if found.kind is PlacementKind.JOIN:
        assert found.case is not None
        assert proof is not REFUTED
        assert sender in PEOPLE[found.case]
        assert any(found.case in lead.cases and lead.kind is not LeadKind.FORGED for lead in leads)

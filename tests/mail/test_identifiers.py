"""Signed identifiers, masking, evidence, conversation keys, content digests."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.conversation import HeadFields, conversation_of_head, envelope_of
from mail.digest import _without_blanks, content_digest
from mail.evidence import OWN_MESSAGE_ID, EvidenceCandidate, candidates, check_candidates, find_evidence
from mail.limits import Limits
from mail.mask import mask
from mail.parse import parse
from mail.records import ParsedMail
from mail.signed_ids import (
    SigningKey,
    make_marker,
    make_message_id,
    make_plus_address,
    verify_marker_token,
    verify_message_id,
    verify_plus_token,
)
from schemas.errors import ConfigurationError, InternalError
from schemas.ids import conversation_of, message_id_digest
from tests.mail.build import mail, multipart, raw, report

KEY = SigningKey("k3", b"a secret of enough bytes")
OLD = SigningKey("k2", b"another secret of bytes!")
CONVERSATION = "abcdefgh234567ab"
NOTIFICATION = str(uuid.UUID(int=7))
OWN_ID = make_message_id(KEY, "acme", CONVERSATION, NOTIFICATION, "Mail.example.com")
MARKER = make_marker(KEY, "acme", CONVERSATION, NOTIFICATION)
PLUS = make_plus_address(KEY, "acme", CONVERSATION, "claims@example.com") or ""
PLUS_TOKEN = PLUS.partition("+")[2].partition("@")[0]


def evidence_of(parsed: ParsedMail, *keys: SigningKey) -> tuple[EvidenceCandidate, ...]:
    return find_evidence(parsed, check_candidates(candidates(parsed), keys or (KEY,), "acme"))


def test_message_id_verifies_with_its_key_also_when_case_was_folded() -> None:
    for text in (OWN_ID, OWN_ID.upper(), OWN_ID.strip("<>")):
        check = verify_message_id(text, [OLD, KEY], "acme")
        assert (check.verified, check.reason) == (True, "verified")
        assert (check.key_id, check.conversation, check.notification) == ("k3", CONVERSATION, NOTIFICATION)


def test_old_keys_verify_while_they_are_configured() -> None:
    old = make_message_id(OLD, "acme", CONVERSATION, NOTIFICATION, "x.org")
    assert verify_message_id(old, [KEY, OLD], "acme").verified
    assert verify_message_id(old, [KEY], "acme").reason == "unknown_key"


@pytest.mark.parametrize("position", [1, 5, 18, 40, 46, 55])
def test_changed_message_id_does_not_verify(position: int) -> None:
    other = "b" if OWN_ID[position] != "b" else "c"
    changed = OWN_ID[:position] + other + OWN_ID[position + 1 :]
    assert not verify_message_id(changed, [KEY, OLD], "acme").verified


def test_identifiers_of_another_installation_or_place_do_not_verify() -> None:
    assert verify_message_id(OWN_ID, [KEY], "other").reason == "signature"
    assert not verify_marker_token(OWN_ID.strip("<>").partition("@")[0], [KEY], "acme").verified
    assert not verify_message_id(f"<{MARKER[5:-1]}@x.org>", [KEY], "acme").verified
    assert not verify_message_id(mask(OWN_ID), [KEY], "acme").verified
    for wrong in ("<a@b>", "", "x" * 5000):
        assert verify_message_id(wrong, [KEY], "acme").reason == "shape"
        assert verify_marker_token(wrong, [KEY], "acme").reason == "shape"
        assert verify_plus_token(wrong, [KEY], "acme").reason == "shape"


def test_longer_signature_than_issued_does_not_verify() -> None:
    token, _, domain = OWN_ID.partition("@")
    assert verify_message_id(f"{token}aaaa@{domain}", [KEY], "acme").reason == "signature"


def test_plus_address_and_marker_verify() -> None:
    assert PLUS.startswith("claims+")
    assert PLUS.endswith("@example.com")
    assert verify_plus_token(PLUS_TOKEN.upper(), [KEY], "acme").conversation == CONVERSATION
    assert verify_marker_token(MARKER[5:-1].upper(), [KEY], "acme").verified
    assert len(MARKER) == 68


def test_plus_address_that_would_be_too_long_is_none() -> None:
    assert make_plus_address(KEY, "acme", CONVERSATION, f"{'x' * 30}@example.com") is None
    assert make_plus_address(KEY, "acme", CONVERSATION, "nobody") is None


def test_wrong_keys_and_conversations_are_refused() -> None:
    with pytest.raises(ConfigurationError, match="k3"):
        SigningKey("key1", b"x" * 32)
    with pytest.raises(ConfigurationError, match="16 bytes"):
        SigningKey("k3", b"short")
    with pytest.raises(InternalError):
        make_message_id(KEY, "acme", "Not A Key", NOTIFICATION, "x.org")
    assert "secret" not in repr(KEY)


def test_mask_hides_every_signature() -> None:
    signature = OWN_ID.partition("@")[0][-16:]
    text = mask(f"see {OWN_ID} or {MARKER} or {PLUS}")
    assert signature not in text
    assert PLUS_TOKEN[-16:] not in text
    assert MARKER[-17:-1] not in text
    assert text.count("*") == 3
    assert mask("nothing here") == "nothing here"


@pytest.mark.feature("CV-01", "signed Message-ID")
def test_signed_message_id_is_evidence() -> None:
    for field in (
        f"In-Reply-To: {OWN_ID}\n",
        f"References: <a@b> {OWN_ID} <c@d>\n",
        f"In-Reply-To: {OWN_ID.lower()}\n",
    ):
        found = evidence_of(mail(field))[0]
        assert (found.kind, found.verified, found.conversation) == ("signed_message_id", True, CONVERSATION)
        assert (found.notification, found.key_id) == (NOTIFICATION, "k3")
        assert found.text == mask(OWN_ID)


def test_forged_twin_of_a_signed_id_does_not_change_the_outcome_of_the_true_one() -> None:
    forged = OWN_ID.replace(OWN_ID.partition("@")[0][-16:], "a" * 16)
    found = evidence_of(mail(f"References: {forged} {OWN_ID}\nIn-Reply-To: {forged}\n"))
    assert [(one.kind, one.verified) for one in found[:2]] == [
        ("signed_message_id", True),
        ("signed_message_id", False),
    ]


@pytest.mark.feature("CV-01", "signed plus-address")
def test_signed_plus_address_is_evidence() -> None:
    for field in (f"Cc: Claims <{PLUS}>\n", f"Delivered-To: {PLUS}\n"):
        found = evidence_of(mail(field))[0]
        assert (found.kind, found.verified, found.conversation) == ("signed_plus_address", True, CONVERSATION)
        assert found.notification is None


@pytest.mark.feature("CV-01", "signed body token")
def test_signed_marker_is_evidence_in_text_and_in_hidden_html() -> None:
    found = evidence_of(mail("", f"Thanks\n\n> {MARKER}\n"))[0]
    assert (found.kind, found.verified, found.source) == ("signed_marker", True, "text")
    html = f'Content-Type: text/html\n\n<span style="display:none">{MARKER}</span>'
    found = evidence_of(mail(*multipart("alternative", "\nThanks", html)))[0]
    assert (found.kind, found.source) == ("signed_marker", "html")


@pytest.mark.feature("CV-01", "known References and In-Reply-To")
def test_references_are_evidence_by_digest() -> None:
    found = evidence_of(mail("In-Reply-To: <b@x>\nReferences: <a@x> <b@x>\n"))
    assert [(one.kind, one.digest) for one in found] == [
        ("reference", message_id_digest("<b@x>")),
        ("reference", message_id_digest("<a@x>")),
    ]


@pytest.mark.feature("CV-01", "empty, duplicate and foreign ids never join strangers")
def test_empty_and_own_ids_are_no_evidence() -> None:
    assert evidence_of(mail("In-Reply-To: <>\nReferences: <@x> <a@> <x> <m1@example.org>\n")) == ()


def test_id_of_our_shape_with_a_retired_key_stays_a_plain_reference() -> None:
    found = evidence_of(mail(f"In-Reply-To: {OWN_ID}\n"), OLD)
    assert [(one.kind, one.verified) for one in found] == [("signed_message_id", False), ("reference", False)]
    assert found[1].digest == message_id_digest(OWN_ID)


@pytest.mark.feature("CV-01", "subject tag")
def test_subject_tag_is_evidence() -> None:
    parsed = mail(base="Subject: Re: [EXP-1042] and [Not-a-tag] [EXP-1042]\n")
    assert [(one.kind, one.text) for one in evidence_of(parsed)] == [("subject_tag", "EXP-1042")]


@pytest.mark.feature("CV-01", "Thread-Topic and Thread-Index")
def test_thread_index_and_topic_are_evidence() -> None:
    root = evidence_of(mail("Thread-Index: Ad1UcJJ1HZVt48fExi8bn9/LveJ/fA==\nThread-Topic: Broken  screen\n"))
    reply = evidence_of(mail("Thread-Index: Ad1UcJJ1HZVt48fExi8bn9/LveJ/fAAAAAAA\n"))
    assert [one.kind for one in root] == ["thread_index", "thread_topic"]
    assert root[0].digest == reply[0].digest
    assert root[1].text == "Broken screen"
    assert evidence_of(mail("Thread-Index: AQHZ\n")) == ()
    assert evidence_of(mail("Thread-Index: A\n")) == ()
    assert evidence_of(mail("Thread-Index: AQHZAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n")) == (), "a blank GUID joins strangers"


@pytest.mark.feature("CV-01", "strongest first")
def test_evidence_is_ordered_by_strength() -> None:
    parsed = mail(
        f"Subject: [EXP-1]\nTo: {PLUS}\nIn-Reply-To: <b@x>\nReferences: {OWN_ID}\nThread-Topic: t\n", MARKER, base=""
    )
    assert [one.kind for one in evidence_of(parsed)] == [
        "signed_message_id",
        "signed_plus_address",
        "signed_marker",
        "reference",
        "reference",
        "subject_tag",
        "thread_topic",
    ]


def test_without_recorded_outcomes_nothing_is_verified() -> None:
    found = find_evidence(mail(f"In-Reply-To: {OWN_ID}\n"), ())
    assert (found[0].verified, found[0].conversation) == (False, CONVERSATION)


def test_outcomes_hold_no_signature() -> None:
    parsed = mail(f"In-Reply-To: {OWN_ID}\nTo: {PLUS}\n", MARKER, base="")
    shown = repr(check_candidates(candidates(parsed), [KEY], "acme")) + repr(evidence_of(parsed))
    for token in (OWN_ID.partition("@")[0], PLUS_TOKEN, MARKER[5:-1]):
        assert token[-16:] not in shown


def test_own_message_id_is_a_candidate_but_no_evidence() -> None:
    parsed = mail(base=f"Message-ID: {OWN_ID}\n")
    assert [one.kind for one in candidates(parsed)] == [OWN_MESSAGE_ID]
    assert evidence_of(parsed) == ()


def test_tokens_are_bounded() -> None:
    markers = " ".join(make_marker(KEY, "acme", CONVERSATION, str(uuid.UUID(int=n))) for n in range(100))
    assert len(candidates(mail("", markers))) == 20
    ids = " ".join(make_message_id(KEY, "acme", CONVERSATION, str(uuid.UUID(int=n)), "x.org") for n in range(90))
    assert len(candidates(mail(f"References: {ids}\n"))) == 50


def test_returned_mail_of_a_report_is_evidence() -> None:
    returned = f"Message-ID: {OWN_ID}\nSubject: ack\n\nbody"
    fields = "Reporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@b.c\nAction: failed\nStatus: 5.1.1\n"
    found = evidence_of(report("delivery-status", "delivery-status", fields, returned))[0]
    assert (found.kind, found.source, found.verified) == ("signed_message_id", "returned", True)
    fields = f"Final-Recipient: rfc822; a@b.c\nOriginal-Message-ID: {OWN_ID}\nDisposition: manual-action/x; displayed\n"
    found = evidence_of(report("disposition-notification", "disposition-notification", fields))[0]
    assert (found.source, found.verified) == ("returned", True)


def test_head_fields_are_those_of_the_whole_mail() -> None:
    data = raw("In-Reply-To: <b@x>\nReferences: <a@x> <b@x>\nAuto-Submitted: Auto-Replied (x); a=b\nDate: today\n")
    head = envelope_of(data)
    parsed = parse(data)
    assert (head.message_id, head.in_reply_to, head.references) == (
        parsed.message_id,
        parsed.in_reply_to,
        parsed.references,
    )
    assert (head.subject, head.from_, head.date) == (parsed.subject, parsed.from_, "today")
    assert head.auto_submitted == "auto-replied (x)"
    assert envelope_of(data.replace(b"\r\n", b"\r")).message_id == "<m1@example.org>"
    assert envelope_of(b"\r\n" + data).message_id == "<m1@example.org>"
    assert conversation_of_head(head, "mail-id") == conversation_of("<a@x>")
    assert conversation_of_head(HeadFields(references=("<a@x>", OWN_ID)), "mail-id") == CONVERSATION
    assert envelope_of(b"") == HeadFields()


def test_head_that_breaks_the_reader_is_empty(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("bug")

    monkeypatch.setattr("mail.conversation.read_headers", broken)
    assert envelope_of(b"Subject: x\n\n") == HeadFields()


def test_content_digest_ignores_transport_and_sees_content() -> None:
    first = mail("Date: Mon, 23 Nov 2026 09:00:00 +0100\nContent-Transfer-Encoding: 8bit\n", "Grüße\n")
    other = parse(
        b"Received: by somebody\nFrom: Ann  <ann@example.org>\nTo: claims@example.com\nMessage-ID:\n <m1@example.org>\n"
        b"Date: Mon, 23 Nov 2026\n 09:00:00 +0100\nContent-Transfer-Encoding: quoted-printable\n\nGr=C3=BC=C3=9Fe  \n\n"
    )
    assert content_digest(first) == content_digest(other)
    assert content_digest(mail("", "a")) != content_digest(mail("", "b"))
    assert content_digest(mail("Date: x\n")) != content_digest(mail("Date: y\n"))


def test_content_digest_covers_attachments_and_embedded_mails() -> None:
    def digest(data: str, inner: str = "in") -> str:
        message = f"Content-Type: message/rfc822\n\nSubject: s\n\n{inner}"
        return content_digest(mail(*multipart("mixed", "\nx", f"Content-Type: a/b\n\n{data}", message)))

    assert digest("1") == digest("1")
    assert digest("1") != digest("2")
    assert digest("1") != digest("1", "other")


def test_content_digest_tells_cut_parts_apart_by_their_size() -> None:
    digests = {content_digest(parse(raw("", "x" * size), Limits(part_bytes=5))) for size in (10, 20)}
    assert len(digests) == 2


@given(st.text(alphabet="a \t\n", max_size=40), st.integers(1, 5))
@settings(max_examples=100, deadline=None)
def test_blanks_at_line_ends_are_dropped_in_chunks_as_in_the_whole(text: str, chunk: int) -> None:
    data = text.encode()
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("mail.digest._CHUNK", chunk)
        assert _without_blanks(data) == b"\n".join(line.rstrip(b" \t") for line in data.split(b"\n"))

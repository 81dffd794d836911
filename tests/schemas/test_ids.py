"""Identifiers are the same for the same cause, and never meet for different ones."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas import ids

OWN = "<k3x5aaaaaaaaaaaa." + ids.notification_token(str(uuid.UUID(int=7))) + ".k3" + "a" * 16 + "@example.net>"


def test_ids_never_change_between_releases() -> None:
    """These values stand in databases and mailboxes: whoever changes them loses every known mail."""
    assert ids.mail_id("claims", "ab" * 32) == "5b2d185b-4153-50a7-a8a1-ecc8870f067d"
    assert ids.event_id("m", 0, "decided") == "e6f5c715-b21d-5b82-98ad-a4925f5d2bc8"
    assert ids.notification_id("m", "acknowledgement", "r") == "52951099-f8d2-5326-8a7d-5d1d35eb5ac2"


@given(st.text(), st.text(), st.text(), st.text())
def test_different_parts_never_make_the_same_id(a: str, b: str, c: str, d: str) -> None:
    if (a, b) != (c, d):
        assert ids.mail_id(a, b) != ids.mail_id(c, d)


def test_each_release_of_a_mail_has_its_own_event_ids_but_the_same_notification() -> None:
    assert ids.event_id("m", 0, "decided") != ids.event_id("m", 1, "decided")
    assert ids.notification_id("m", "acknowledgement", "r") == ids.notification_id("m", "acknowledgement", "r")


@given(st.uuids())
def test_a_notification_survives_its_token(notification: uuid.UUID) -> None:
    token = ids.notification_token(str(notification))
    assert len(token) == ids.NOTIFICATION_TOKEN_LENGTH
    assert ids.notification_from_token(token) == str(notification)


@pytest.mark.parametrize("token", ["", "a", "1" * 26, "ä" * 26, "a" * 25])
def test_a_token_of_another_shape_stands_for_nothing(token: str) -> None:
    assert ids.notification_from_token(token) is None


def test_our_message_id_is_split_even_when_a_mail_system_folded_its_case() -> None:
    own = ids.split_own_id(OWN.upper())
    assert own is not None
    assert (own.conversation, own.key_id, own.signature, own.domain) == (
        "k3x5aaaaaaaaaaaa", "k3", "a" * 16, "example.net",
    )  # fmt: skip


@pytest.mark.parametrize("foreign", ["", "<a@b>", OWN[:30], OWN.replace(".k3", ".x3"), "<" + "a" * 5000 + "@b>"])
def test_foreign_message_ids_are_not_ours(foreign: str) -> None:
    assert ids.split_own_id(foreign) is None


def test_signatures_are_masked_and_the_rest_stays() -> None:
    masked = ids.mask_own_ids(f"see {OWN} and <a@b>")
    assert "a" * 16 + "@" not in masked
    assert ".k3*@example.net>" in masked
    assert masked.endswith("and <a@b>")


def test_a_reply_meets_its_parent_in_one_partition() -> None:
    parent = ids.conversation_key((), None, "<p@x>", "mail")
    assert ids.conversation_key((), "<p@x>", "<r@x>", "mail2") == parent
    assert ids.conversation_key(("<p@x>", "<q@x>"), "<q@x>", "<s@x>", "mail3") == parent


def test_an_id_that_we_issued_carries_the_conversation_wherever_it_stands() -> None:
    assert ids.conversation_key(("<first@client>", OWN), "<other@x>", "<r@x>", "m") == "k3x5aaaaaaaaaaaa"


def test_a_mail_without_any_id_is_a_conversation_of_its_own() -> None:
    one, two = ids.conversation_key((), None, None, "mail-1"), ids.conversation_key(("",), " ", "", "mail-2")
    assert one != two
    assert len(one) == ids.CONVERSATION_LENGTH


def test_server_ids_name_folder_validity_and_uid_and_fit_a_header() -> None:
    assert ids.imap_server_id("Entwürfe", 1718, 4711).startswith("imap:")
    assert ids.imap_server_id("Entwürfe", 1718, 4711).isascii()
    assert ids.imap_server_id("A", 1, 2) != ids.imap_server_id("B", 1, 2)


def test_digests_of_our_ids_ignore_case_and_of_foreign_ones_do_not() -> None:
    assert ids.message_id_digest(OWN) == ids.message_id_digest(OWN.upper())
    assert ids.message_id_digest("<A@b>") != ids.message_id_digest("<a@b>")
    assert ids.message_id_digest("a@b") == ids.message_id_digest("<a@b>")

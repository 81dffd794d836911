"""Legal text, a scanner's line, a list's footer: apart from what is said, wherever they begin, and nothing else is."""

from __future__ import annotations

import pytest

from mail.zones.divide import divide

LEGAL = (
    "This e-mail and any attachments are confidential and intended solely for the addressee. If you are not the\n"
    "intended recipient, please notify the sender immediately and delete it from your system."
)


@pytest.mark.parametrize(
    "apart",
    [
        LEGAL,
        f"CONFIDENTIALITY NOTICE\n{LEGAL}",
        f"** Disclaimer **\n\n{LEGAL}",
        f"____________________________________\n{LEGAL}",
        f"------------------------------------\n\n{LEGAL}",
        f"{LEGAL}\n\nThis email has been scanned for viruses by ExampleScan. https://scan.example/",
        f"{LEGAL}\n\n____________________________________",
        f"{'*' * 60}\n\n{LEGAL}\n\n{'*' * 60}",
        f"{'*' * 60}\n{LEGAL}\n{'*' * 60}",
    ],
)
@pytest.mark.parametrize("said", ["The pump is broken again.", "The pump is broken again.\n\nCould you send somebody?"])
def test_legal_text_below_is_a_disclaimer(said: str, apart: str) -> None:
    found = divide(f"{said}\n\n{apart}\n")
    assert found.text == said
    assert "intended recipient" in found.disclaimer


def test_legal_text_in_the_last_paragraph_begins_at_its_rule() -> None:
    found = divide(f"Could you send somebody?\n----------------------------\n{LEGAL}\n")
    assert found.text == "Could you send somebody?"


def test_legal_text_below_a_signature_is_apart_from_both() -> None:
    found = divide(f"The pump is broken again.\n\nBest regards\nAnn Porter\n\n{LEGAL}\n")
    assert (found.text, found.signature) == ("The pump is broken again.", "Best regards\nAnn Porter")
    assert found.disclaimer == LEGAL


@pytest.mark.parametrize(
    "said",
    [
        "Is the contract confidential?",
        "Please delete the old file and notify the sender of the parcel, it is not for us.",
        "Our lawyer says that the disclaimer on your page is wrong. Please have somebody look at it this week.",
        "Please scan the attached form for errors, and send it back to me.",
    ],
)
def test_people_who_speak_of_such_things_are_not_cut_short(said: str) -> None:
    assert divide(f"Hello,\n\n{said}\n").text == f"Hello,\n\n{said}"


def test_a_rule_at_the_end_alone_is_none() -> None:
    assert divide("The figures are confidential:\n\n12 and 14\n\n=====================\n").disclaimer == ""


def test_a_mail_that_is_nothing_but_legal_text_is_left_whole() -> None:
    assert divide(f"{LEGAL}\n").text == LEGAL

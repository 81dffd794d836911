"""What signs an answer and what only looks so: each block of `tests/golden/replies/signed.txt` and `unsigned.txt` is
the sender, then the text; what stands behind `§` on a line is the signature."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from mail.parse import parse
from mail.records import ParsedMail
from mail.reply import reply_of
from mail.zones.records import ZoneKind

FORMS = Path(__file__).parent.parent / "golden" / "replies"
HISTORY = {
    "attribution": "\n\nOn Mon, 3 Nov 2025 at 10:12, Jo Lee <jo@lee.example> wrote:\n> What do you think?\n",
    "header": (
        "\n\n-----Original Message-----\nFrom: Jo Lee\nSent: Monday, November 03, 2025 10:12 AM\nTo: All\n"
        "Subject: x\n\nWhat do you think?\n"
    ),
    "nothing": "",
}


def blocks(name: str) -> list[tuple[str, str]]:
    """Sender and text of each block."""
    found = (FORMS / f"{name}.txt").read_text("utf-8").removeprefix("=== ").split("\n=== ")
    return [(sender, body) for sender, _, body in (block.partition("\n") for block in found)]


def mail_of(sender: str, text: str) -> ParsedMail:
    mail = EmailMessage()
    mail["From"] = sender
    mail["Subject"] = "Re: x"
    mail["Message-ID"] = "<1@lee.example>"
    mail["In-Reply-To"] = "<0@lee.example>"
    mail.set_content(text)
    return parse(mail.as_bytes())


def folded(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.feature("TX-01", "quotes and signature stripped")
@pytest.mark.parametrize("history", sorted(HISTORY))
@pytest.mark.parametrize("name", ["signed", "unsigned"])
def test_who_signs_where_and_what_is_no_signature(name: str, history: str) -> None:
    wrong = []
    for sender, body in blocks(name):
        new = "\n".join(line.partition("§")[0] for line in body.split("\n"))
        found = reply_of(mail_of(sender, body.replace("§", "") + HISTORY[history])).text
        if folded(found) != folded(new):
            wrong.append((sender, found, new))
    assert wrong == []


def test_a_signature_within_a_line_is_a_zone_of_its_own() -> None:
    zones = reply_of(
        mail_of("Kevin Dole <kd@law.example>", "Call if you have questions.  Kevin\n" + HISTORY["attribution"])
    )
    first, second = zones.zones[:2]
    assert (first.kind, zones.source[first.start : first.end].strip()) == (ZoneKind.NEW, "Call if you have questions.")
    assert (second.kind, zones.source[second.start : second.end].strip()) == (ZoneKind.SIGNATURE, "Kevin")
    assert second.start == first.end + 1


def test_a_signature_above_a_postscript_is_a_zone_between_two_of_text() -> None:
    zones = reply_of(mail_of("Gloria Hart <gh@hart.example>", "It is here.\n\nLove,\nGloria\n\nP.S. Call Ed.\n"))
    assert [one.kind for one in zones.zones] == [ZoneKind.NEW, ZoneKind.SIGNATURE, ZoneKind.NEW]
    assert folded(zones.text) == "It is here. P.S. Call Ed."


LOG = "Hi all,\n\nit still fails:\n\n> ERROR 2025-11-03 10:12: refused\n> at com.lee.Main\n\nCould you look again?"
SAID = "Hi all,\n\nmy answer:\n\n> Can we meet at 10:12?\n> I will bring the keys.\n\nYes, at the gate."


def test_a_log_below_a_colon_is_the_senders_own_text() -> None:
    assert reply_of(mail_of("Laura Moss <laura@lee.example>", f"{LOG}\n\nLaura\n")).text == LOG


def test_what_a_person_said_below_a_colon_is_quoted() -> None:
    assert ">" not in reply_of(mail_of("Laura Moss <laura@lee.example>", f"{SAID}\n\nLaura\n")).text


def test_thanks_before_a_dashed_name_stay_text() -> None:
    assert reply_of(mail_of("Sally Beck <sb@lee.example>", "I paid half.\n\nThanks.  --Sally\n")).text.endswith(
        "Thanks."
    )

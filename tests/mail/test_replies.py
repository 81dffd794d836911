"""Replies of many clients in many languages: own-written ones, and what other libraries check of themselves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.quality import replies, whole_mails
from bench.quality.figures import Figure
from mail.html import html_page
from mail.records import Address, ParsedMail
from mail.reply import Context, Form, ZoneKind, divide, divide_thoroughly, reply_of

REPLIES = Path(__file__).parent.parent / "golden" / "replies"


def cases(name: str) -> list[tuple[str, str, str, Address | None]]:
    """Name, text, what is new in it, and the sender where it matters, of `tests/golden/replies/<name>.txt`."""
    found = []
    for block in (REPLIES / f"{name}.txt").read_text("utf-8").split("=== ")[1:]:
        title, _, rest = block.partition("\n")
        body, _, tail = rest.partition("\n+++")
        first, _, new = tail.partition("\n")
        sender = re.match(r" from (.*) <(.*)>", first)
        found.append((title, body, new.rstrip("\n"), Address(sender[1], sender[2]) if sender else None))
    return found


def folded(text: str) -> str:
    return " ".join(text.split())


def mail(text: str, **values: object) -> ParsedMail:
    return ParsedMail("0", len(text), text=text, **values)  # type: ignore[arg-type]


@pytest.mark.feature("TX-01", "quotes and signature stripped")
@pytest.mark.parametrize("name", ["clients", "more_clients", "people", "business", "business_more"])
def test_the_new_text_of_replies_in_many_languages(name: str) -> None:
    wrong = {
        title: (reply_of(mail(body, from_=sender)).text, new)
        for title, body, new, sender in cases(name)
        if folded(reply_of(mail(body, from_=sender)).text) != folded(new)
    }
    assert wrong == {}


@pytest.mark.feature("TX-01", "quotes and signature stripped")
def test_the_new_text_of_html_replies_by_what_clients_mark() -> None:
    for title, body, new, _ in cases("html"):
        page = html_page(body, 100_000)
        zones = reply_of(mail(page.text, html=body, has_html=True))
        assert folded(zones.text) == folded(new), title


def test_html_beside_a_plain_text_without_marks_shows_the_history() -> None:
    plain = "Ndiyo.\n\nUnakubali?"
    html = '<div>Ndiyo.</div><div class="gmail_quote"><div>Unakubali?</div></div>'
    zones = reply_of(mail(plain, html=html, has_html=True))
    assert (zones.text, zones.quoted) == ("Ndiyo.", "Unakubali?")
    assert zones.embedded[0].form is Form.HTML


def test_a_forward_says_its_note_and_what_is_passed_on() -> None:
    text = "Please handle.\n-- \nAnn\n\nVon: Bo <bo@example.org>\nGesendet: 1.1.2026\nBetreff: Schaden\n\nDach kaputt."
    kept = reply_of(mail(text, subject="WG: Schaden", message_id="<1@x>"))
    assert kept.forward
    assert folded(kept.text) == "Please handle. Dach kaputt."
    assert kept.embedded[0].field("from") == "Bo <bo@example.org>"
    answered = reply_of(mail(text, subject="AW: Schaden", message_id="<1@x>"))
    assert (answered.text, answered.forward) == ("Please handle.", False)


def test_a_mail_that_answers_nothing_passes_on_what_it_copies() -> None:
    text = "FYI\n\n-----Original Message-----\nFrom: Bo\nSubject: x\n\nold"
    assert reply_of(mail(text, subject="x", message_id="<1@x>")).text == "FYI\n\nold"
    assert reply_of(mail(text, subject="x", message_id="<1@x>", in_reply_to="<0@x>")).text == "FYI"


def test_a_header_on_top_of_everything_is_set_apart() -> None:
    zones = divide("From: Bo <bo@example.org>\nSent: today\nSubject: x\n\nThe roof leaks.\n")
    assert zones.text == "The roof leaks."
    assert [zone.kind for zone in zones.zones] == [ZoneKind.HEADER, ZoneKind.NEW]
    assert zones.embedded[0].field("subject") == "x"


def test_a_warning_of_the_server_is_no_text_of_the_sender() -> None:
    zones = divide("CAUTION: This email originated from outside. Do not click links.\n\nHello,\nit is broken.")
    assert zones.text == "Hello,\nit is broken."
    assert zones.disclaimer.startswith("CAUTION")


def test_a_sender_signs_with_the_name_of_the_address_line() -> None:
    text = "The roof leaks again since the storm.\n\nThanks,\nAnn"
    assert divide(text.replace("Ann", "all of you there")).signature == ""
    assert reply_of(mail(text, from_=Address("Ann Lee", "ann@example.org"))).text == text.partition("\n\nThanks")[0]
    assert reply_of(mail(text, from_=Address("", "ann.lee@example.org"))).signature == "Thanks,\nAnn"
    assert reply_of(mail(text, from_=Address("Lee, Ann", "x@example.org"))).signature == "Thanks,\nAnn"


def test_an_afterword_keeps_the_closing() -> None:
    text = "See you.\n\nBest regards\nAnn\n\nP.S. Bring the keys."
    assert divide(text).text == text


def test_signatures_of_earlier_messages_are_set_apart_when_asked() -> None:
    text = "Ok\n\nOn 1.1.2026 10:00, Bo <b@x.y> wrote:\n> Hi\n>\n> Regards\n> Bo"
    assert divide_thoroughly(text).joined(1, ZoneKind.SIGNATURE) == "> Regards\n> Bo"
    assert divide(text).joined(1, ZoneKind.SIGNATURE) == ""


PIECES = (
    *("", "Hi", "> q", ">> qq", "On 1.1.2026 10:00 Ann <a@b.c> wrote:", "From: a", "Sent: b", "To: c", "Subject: d"),
    *(
        "-----Original Message-----",
        "---- Forwarded message ----",
        "-- ",
        "Ann",
        "Regards",
        "_____",
        "> On 1 Ann wrote:",
    ),
    *("Sent from my iPhone", "Disclaimer", "a@b.c", "\xa0", "\u200f", "\ud800", "wrote:", ">", "\t>From x", "--"),
)
TEXTS = st.text("ab1 \n>:-_.@<", max_size=80) | st.lists(st.sampled_from(PIECES), max_size=25).map("\n".join)


@settings(max_examples=150, deadline=None)
@given(TEXTS)
def test_zones_are_whole_lines_in_order_and_cover_the_text(text: str) -> None:
    for context in (Context(), Context(("ann",), "Fwd: x", False, (0, len(text) // 2), ((0, len(text)),))):
        zones = divide_thoroughly(text, context)
        at = 0
        for zone in zones.zones:
            assert zone.start == at
            assert zone.end >= zone.start
            assert zone.end == len(text) or text[zone.end] in "\n \t"  # a mark may stand behind text on its line
            at = zone.end + 1
        assert at >= len(text)
        devices = any(zone.kind is ZoneKind.SIGNATURE for zone in zones.zones)
        assert bool(zones.text) == bool(text.strip()) or devices


def held(figures: list[Figure]) -> None:
    for figure in figures:
        assert figure.holds, "\n".join([f"{figure.corpus} {figure.share:.3f}", *figure.differences])


@pytest.mark.needs("corpora")
def test_what_other_libraries_check_holds(corpora: Path) -> None:
    held(replies.measure(corpora))


@pytest.mark.needs("corpora")
def test_mails_that_answer_nothing_are_left_whole(corpora: Path) -> None:
    held(whole_mails.measure(corpora))

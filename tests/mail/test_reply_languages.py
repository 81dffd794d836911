"""Replies in the languages of the world, made of pieces in `tests/golden/languages`: what clients write above what they
quote, how people close, what is appended, and own words that look like all that and are none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from mail.html import html_page
from mail.zones.closings import closing_of
from mail.zones.devices import is_device_line
from mail.zones.divide import divide
from mail.zones.names import in_another_script, is_name_without_capitals, looks_like_full_name
from mail.zones.records import Context

PIECES = Path(__file__).parent.parent / "golden" / "languages"
OWN = "Das passt so.\n\nBitte bis Freitag schicken: zwei Stück."
HISTORY = "On Tue, Nov 3, 2026 at 10:12 AM Bo Ek <bo@example.org> wrote:\n\n> old question\n"
COPIED = (
    "________________________________\nFrom: Bo Ek <bo@example.org>\nSent: Tuesday, November 3, 2026 10:12 AM\n"
    "To: Ann Lee\nSubject: Offer\n\nold question\n"
)
ANSWER = Context(subject="Re: Offer", answers=True)


def pieces(name: str) -> list[str]:
    return [line for line in (PIECES / f"{name}.txt").read_text("utf-8").split("\n") if line]


def folded(text: str) -> str:
    return " ".join(text.split())


def missed(cases: Iterable[tuple[str, str, str]], context: Context = ANSWER) -> list[tuple[str, str]]:
    """Title and what was read, of those cases (title, text, wanted) of which something else is read than wanted."""
    read = ((title, folded(divide(text, context).text), folded(wanted)) for title, text, wanted in cases)
    return [(title, found) for title, found, wanted in read if found != wanted]


def wrapped(line: str, width: int) -> str:
    """`line` broken at blanks as clients do."""
    lines = [""]
    for word in line.split(" "):
        if lines[-1] and len(lines[-1]) + 1 + len(word) > width:
            lines.append(word)
        else:
            lines[-1] = f"{lines[-1]} {word}".strip()
    return "\n".join(lines)


def filled(field: str) -> str:
    """A line of a header with its sender, recipients and their addresses."""
    for short, name in (("N", "Kröger, Ann (Einkauf)"), ("M", "Ольга Смирнова"), ("X", "b@example.org; c@example.org")):
        for edge in (": ", "：", "： "):
            if field.endswith(f"{edge}{short}"):
                field = f"{field[: -len(short)]}{name}"
    for mark, name in (("N", "Ann Lee"), ("M", "Bo Ek")):
        field = field.replace(f'"{mark}"', f'"{name}"').replace(f": {mark} ", f": {name} ")
    return (
        field.replace("<A>", "<ann@example.org>").replace("<B>", "<bo@example.org>").replace("mailto:A", "mailto:a@b.c")
    )


@pytest.mark.feature("TX-01", "quotes and signature stripped")
def test_attributions_of_clients_in_forty_languages_begin_the_history() -> None:
    def cases() -> Iterator[tuple[str, str, str]]:
        for line in pieces("attributions"):
            for name in ("Ann Lee", "Jean-Baptiste de la Fontaine-Montclar", "田中 一郎"):
                shown = line.replace("Ann Lee", name)
                yield line, f"{OWN}\n\n{shown}\n> old question\n", OWN
                yield f"{line} (not marked)", f"{OWN}\n\n{shown}\n\nold question\n", OWN
                yield f"{line} (wrapped)", f"{OWN}\n\n{wrapped(shown, 76)}\n\n> old question\n", OWN

    assert not missed(cases())


@pytest.mark.feature("TX-01", "quotes and signature stripped")
def test_copied_headers_in_forty_languages_begin_the_history() -> None:
    def cases() -> Iterator[tuple[str, str, str]]:
        for line in pieces("headers"):
            header = [filled(field) for field in line.split("|")[1:]]
            bold = [f"*{field.replace(':', ':*', 1)}" for field in header]
            yield line, f"{OWN}\n\n" + "\n".join(header) + "\n\nold question\n", OWN
            yield f"{line} (bold)", f"{OWN}\n\n" + "\n".join(bold) + "\nold question\n", OWN
            yield f"{line} (quoted)", f"{OWN}\n\n" + "\n".join(f"> {field}" for field in header) + "\n> old\n", OWN

    assert not missed(cases())


def test_marks_say_whether_a_mail_is_passed_on_or_answered() -> None:
    header = "Von: Ann Lee <ann@example.org>\nGesendet: Dienstag, 3. November 2026 10:12\nAn: Bo\nBetreff: Angebot\n\n"
    originals = [(line, f"{OWN}\n\n{line[1:]}\n{header}old\n", OWN) for line in pieces("marks") if line[0] == "O"]
    forwards = [
        (line, f"{OWN}\n\n{line[1:]}\n\n{header}old\n", f"{OWN} old") for line in pieces("marks") if line[0] == "F"
    ]
    assert not missed(originals)
    assert not missed(forwards, Context(subject="Fwd: Offer"))


@pytest.mark.feature("TX-01", "quotes and signature stripped")
def test_closings_in_forty_languages_with_a_name_below_are_no_text() -> None:
    found = []
    for line in pieces("closings"):
        _, name, *closings = line.split("|")
        context = Context((name.casefold(), name.casefold().split()[0]), "Re: Offer", True)
        contacts = f"{name}\nVertrieb\nExample GmbH\nTel. +49 30 1234567\nwww.example.org"
        cases = []
        for closing in (one.replace("\\n", "\n") for one in closings):
            cases.append((closing, f"{OWN}\n\n{closing}\n{name}\n\n{HISTORY}", OWN))
            cases.append((f"{closing} (block)", f"{OWN}\n\n{closing}\n\n{contacts}\n\n{COPIED}", OWN))
        found += missed(cases, context)
    assert not found


def test_signatures_with_addresses_registers_and_offices_are_no_text() -> None:
    found = []
    for line in pieces("signatures"):
        _, name, closing, block = (piece.replace("~", "\n") for piece in line.split("|", 3))
        context = Context((name.casefold(), name.casefold().split()[0]), "Re: Offer", True)
        for gap in ("\n", "\n\n"):
            found += missed([(line, f"{OWN}\n\n{closing}{gap}{block}\n\n{COPIED}", OWN)], context)
    assert not found


def test_disclaimers_in_forty_languages_are_no_text() -> None:
    context = Context(("ann lee", "ann"), "Re: Offer", True)
    signed = [
        (line, f"{OWN}\n\nBest regards\nAnn Lee\nExample Ltd\n\n{line}\n\n{HISTORY}", OWN)
        for line in pieces("disclaimers")
    ]
    broken = [(line, f"{OWN}\n\nAnn\n\n{wrapped(line, 60)}\n\n{COPIED}", OWN) for line in pieces("disclaimers")]
    assert not missed([*signed, *broken], context)


def test_warnings_of_servers_above_a_mail_are_no_text() -> None:
    assert not missed((line, f"{line}\n\n{OWN}\n\n{HISTORY}", OWN) for line in pieces("warnings"))


def test_device_lines_are_told_from_sentences_about_sending() -> None:
    device, _, prose = (PIECES / "devices.txt").read_text("utf-8").partition("%%\n")
    assert [line for line in device.splitlines() if not is_device_line(line)] == []
    assert [line for line in prose.splitlines() if is_device_line(line)] == []


@pytest.mark.feature("TX-01", "visible new text")
def test_own_words_that_look_like_an_attribution_header_or_closing_are_kept() -> None:
    texts = [text.strip("\n") for text in (PIECES / "own_words.txt").read_text("utf-8").split("%%\n")]
    ends = ("", f"\n\n{HISTORY}", f"\n\n{COPIED}", f"\n\nBest regards\nAnn Lee\n\n{HISTORY}")
    context = Context(("ann lee", "ann"), "Re: Offer", True)
    assert not missed(((text, f"{text}{end}", text) for text in texts for end in ends), context)


def test_a_mail_of_nothing_but_a_device_line_says_nothing() -> None:
    assert divide("Sent from my iPhone\n\n" + HISTORY, ANSWER).text == ""


def test_a_page_of_nothing_but_tags_is_cut() -> None:
    assert html_page("<b>" * 400_000 + "end", 1_000_000).cut
    assert html_page("<b>" * 1_000 + "end", 1_000_000).text == "end"


def test_cells_that_lotus_notes_leaves_open_stand_apart() -> None:
    assert html_page("<table><tr><td>An<td>Ann<tr><td>Thema<td>Offer</table>", 1_000).text == "An\tAnn\nThema\tOffer"


def test_a_closing_says_goodbye_and_thanks_say_something() -> None:
    assert closing_of("Cu deosebită stimă,") == ("closing", "")
    assert closing_of("Viele Grüße, Anna") == ("closing", "Anna")
    assert closing_of("Děkuji a přeji hezký den") == ("thanks", "")
    assert closing_of("Je vous prie d'agréer, Madame, Monsieur, l'expression de mes sentiments distingués.") is not None
    assert closing_of("Je vous prie d'agréer la modification de la date") is None
    assert closing_of("Regards the second point: I am not convinced") is None


def test_names_of_strangers_are_known_by_their_form() -> None:
    names = ("Jürgen Müller", "Pieter de Vries", "Monday Morning", "see you")
    assert [name for name in names if looks_like_full_name(name)] == ["Jürgen Müller", "Pieter de Vries"]
    foreign = ("דוד כהן", "佐藤 健", "谢谢", "10時", "Ann")
    assert [name for name in foreign if is_name_without_capitals(name)] == ["דוד כהן", "佐藤 健"]
    assert in_another_script("יעל", ("yael peretz", "yael"))
    assert not in_another_script("כן", ("yael peretz", "yael"))
    assert not in_another_script("יעל", ("דוד",))


def test_the_sender_of_another_script_signs_below_an_answer() -> None:
    context = Context(("yael peretz", "yael"), "Re: Offer", True)
    assert not missed([("Hebrew", f"הקבלן יגיע ביום רביעי.\n\nיעל\n\n{HISTORY}", "הקבלן יגיע ביום רביעי.")], context)


def test_an_attribution_is_no_story_of_the_writer() -> None:
    stories = (
        "Am 3. November 2026 um 10:12 schrieb ich Ihnen:",
        "We wrote on 3 Nov 2026 at 10:12 to info@example.org:",
    )
    assert not missed((story, f"{story}\nno answer so far.", f"{story} no answer so far.") for story in stories)

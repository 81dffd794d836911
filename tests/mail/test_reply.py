"""The new text of a reply."""

from __future__ import annotations

import pytest

from mail.reply import new_text


@pytest.mark.feature("TX-01", "quotes and signature stripped")
@pytest.mark.parametrize(
    ("text", "new"),
    [
        ("Thanks!\n\nOn Mon, 23 Nov 2026 at 09:00, Ann <a@b.c> wrote:\n> old\n> text\n", "Thanks!"),
        ("Thanks!\n\nOn Mon, 23 Nov 2026 at 09:00,\nAnn <a@b.c>\nwrote:\n\n> old\n", "Thanks!"),
        ("Danke\n\nAm 23.11.2026 um 09:00 schrieb Ann:\n> alt", "Danke"),
        ("Merci\n\nLe 23 nov. 2026 à 09:00, Ann a écrit :\n> vieux", "Merci"),
        ("Gracias\n\nEl 23/11/2026, Ann escribió:\n> viejo", "Gracias"),
        ("Ok\n\n-----Original Message-----\nFrom: Ann\nold", "Ok"),
        ("Ok\n\n-----Ursprüngliche Nachricht-----\nVon: Ann\nalt", "Ok"),
        ("Ok\n\nFrom: Ann <a@b.c>\nSent: Monday\nTo: me\nSubject: x\n\nold", "Ok"),
        ("Ok\n\n*Von:* Ann\n*Gesendet:* Montag\n*Betreff:* x\n\nalt", "Ok"),
        ("> one?\nyes\n> two?\nno", "yes\nno"),
        ("On 1.1.2026 Ann wrote:\n> one?\nyes\n\n> two?\nno", "yes\n\nno"),
        ("Hello\n-- \nAnn\nACME", "Hello"),
        ("Hello\n--\nAnn", "Hello"),
        ("Ok\n\nOn 23.11.2026 ann@b.c wrote:\n\nold and unmarked", "Ok"),
        ("He wrote:\nplease send the screen", "He wrote:\nplease send the screen"),
        ("From: here to there\nis a long way", "From: here to there\nis a long way"),
        ("Ann wrote:", "Ann wrote:"),
        ("Ann wrote:\n> a\n> b", "Ann wrote:\n> a\n> b"),
        ("> only a quotation", "> only a quotation"),
        ("", ""),
        ("plain", "plain"),
        ("x" * 2000 + " wrote:\n> a\nb", "x" * 2000 + " wrote:\nb"),
    ],
)
def test_new_text(text: str, new: str) -> None:
    assert new_text(text).text == new


def test_what_was_set_apart_is_kept() -> None:
    found = new_text("Hi\n-- \nAnn\n\nOn 23.11.2026 Bo wrote:\n> old")
    assert (found.text, found.signature, found.quoted) == ("Hi", "-- \nAnn", "On 23.11.2026 Bo wrote:\n> old")

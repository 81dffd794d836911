"""`mailcase inspect --html`: one readable page, and nothing of a mail acts on it."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from contextlib import suppress
from email.utils import format_datetime
from html.parser import HTMLParser
from pathlib import Path

import pytest
from py3langid.langid import MODEL_FILE, LanguageIdentifier
from typer.testing import CliRunner

import mail as library
from mailcase.inspect_command import app
from mailcase.inspect_defects import WORDS, defect_words
from mailcase.inspect_page import _plain
from mailcase.inspect_words import CLASSES, ZONES, language_name
from tests.mail import protecting as make
from tests.support.needs import find_program

GOLDEN = Path(__file__).parent.parent / "golden" / "mail"
DEMO = Path(__file__).parents[2] / "mailcase" / "demo" / "mails"
HEAD = b"From: Ann <ann@example.org>\nTo: bo@example.org\nSubject: Screen\n"
HOSTILE = """From: "Bank <script>alert(1)</script>" <security@bank.example>
Subject: =?utf-8?q?Account_=3C/title=3E=3Cscript=3Edocument.title=3D1=3C/script=3E?=
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary=b

--b
Content-Type: text/html; charset=utf-8

<html><head><meta http-equiv=refresh content="0;url=http://evil.example/">
<style>@import url(//evil.example/x.css);</style>
<script>alert(1)</script></head><body onload="alert(1)" background="http://evil.example/bg.png">
<p>Please <a href="javascript:alert(2)">log in</a>.</p><img src="http://evil.example/pixel.gif" onerror="alert(3)">
<iframe src="http://evil.example/"></iframe><svg onload=alert(4)></svg>
&lt;script&gt;alert(5)&lt;/script&gt;</body></html>
--b
Content-Type: application/octet-stream
Content-Disposition: attachment; filename*=utf-8''photo%E2%80%AEgpj.exe

MZ
--b--
"""


def page_of(tmp_path: Path, *mails: Path | bytes, trust: Path | None = None) -> str:
    paths = ["--trust", str(trust)] if trust else []
    for number, mail in enumerate(mails):
        path = mail if isinstance(mail, Path) else tmp_path / f"{number}.eml"
        if isinstance(mail, bytes):
            path.write_bytes(mail)
        paths.append(str(path))
    result = CliRunner().invoke(app, ["--html", str(tmp_path / "page.html"), *paths])
    assert result.exit_code == 0, result.output
    return (tmp_path / "page.html").read_text(encoding="utf-8")


class Elements(HTMLParser):
    """Names and attributes of all elements of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def test_nothing_of_a_hostile_mail_is_markup(tmp_path: Path) -> None:
    page = page_of(tmp_path, HOSTILE.encode(), GOLDEN, tmp_path / "none.eml")
    found = Elements(page).found
    tags = {tag for tag, _ in found}
    assert not tags & {"script", "img", "iframe", "svg", "form", "input", "link", "base", "object", "embed"}
    for tag, attributes in found:
        assert not {name for name in attributes if name.startswith("on") or name in ("src", "style", "background")}
        if "href" in attributes:
            assert re.fullmatch(r"#m\d+", str(attributes["href"])), tag
    assert "&lt;script&gt;alert(5)&lt;/script&gt;" in page
    assert "default-src 'none'" in page
    assert "No such file" in page


def test_characters_that_deceive_the_eye_are_shown_as_a_mark(tmp_path: Path) -> None:
    assert _plain("photo\u202egpj.exe\u200f\r\n\tnext") == "photo\N{REPLACEMENT CHARACTER}gpj.exe   next"
    page = page_of(tmp_path, HOSTILE.replace("Account", "a=E2=80=AEb").encode())
    assert "\u202e" not in page


def test_each_stretch_of_the_text_says_what_it_is(tmp_path: Path) -> None:
    page = page_of(
        tmp_path,
        HEAD
        + b"\nNew words.\n\nOn Fri, 20 Nov 2026 at 16:01, Bo Berg <bo@example.org> wrote:\n> Old words.\n\n-- \nAnn\n",
    )
    shown = re.findall(r'<div class="zone (\w+)">\s*<span class="label">([\w ]+)</span><pre dir="auto">([^<]*)', page)
    assert [(kind, text) for kind, _, text in shown] == [
        ("new", "New words."),
        ("attribution", "On Fri, 20 Nov 2026 at 16:01, Bo Berg &lt;bo@example.org&gt; wrote:"),
        ("quoted", "&gt; Old words."),
        ("signature", "-- \nAnn"),
    ]
    for kind, label, _ in shown:
        assert label == ZONES[kind][0]
        assert f'<li class="{kind}">' in page


def test_long_history_is_folded_away(tmp_path: Path) -> None:
    page = page_of(tmp_path, HEAD + b"\nNew words.\n\nOn Fri, 20 Nov 2026, Bo wrote:\n" + b"> Old words.\n" * 40)
    assert "Quoted: 40 lines</summary>" in page


def test_a_bounce_is_told_in_words(tmp_path: Path) -> None:
    page = page_of(tmp_path, GOLDEN / "postfix-bounce.eml")
    assert "What became of our mail" in page
    assert "hard: the address does not work" in page
    assert CLASSES["bounce"] in page
    assert "It names an earlier mail" in page


def test_an_absence_is_told_with_its_dates(tmp_path: Path) -> None:
    assert "Away until Friday, 27 November 2026" in page_of(tmp_path, DEMO / "045-abwesenheitsnotiz.eml")


def test_an_invitation_is_told_with_its_time_zone(tmp_path: Path) -> None:
    page = page_of(
        tmp_path,
        b"From: ann@example.org\nSubject: Talk\nContent-Type: text/calendar; method=REQUEST\n\n"
        b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:About the <screen>\nDTSTART:20261123T090000Z\n"
        b"DTEND:20261123T100000Z\nEND:VEVENT\nEND:VCALENDAR\n",
    )
    assert "About the &lt;screen&gt;" in page
    assert "Monday, 23 November 2026, 09:00 UTC to 10:00 UTC" in page


def test_who_vouches_is_told_as_a_claim(tmp_path: Path) -> None:
    page = page_of(
        tmp_path,
        b"Authentication-Results: mx.example.net; dmarc=fail header.from=example.org; spf=pass\n"
        b"DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s; h=from; bh=AAAA; b=AAAA\nDKIM-Signature: x\n"
        + HEAD
        + b"\nWords.\n",
    )
    assert 'DMARC <span class="result bad">fail</span>' in page
    assert "So says mx.example.net. Anybody can write that" in page
    assert "DKIM signature of example.org, a broken signature" in page


def test_a_signature_is_judged_by_what_is_trusted(tmp_path: Path) -> None:
    raw = make.HEAD + make.beside(make.ENTITY, make.signed_cms(make.ENTITY, make.ann(), detached=True))
    raw = b"Date: %b\n" % format_datetime(make.NOW).encode() + raw
    assert f"S/MIME signature by {make.ANN}: " in page_of(tmp_path, raw)
    assert "nothing that is trusted says who signed" in page_of(tmp_path, raw)
    authority = tmp_path / "authority.pem"
    authority.write_bytes(make.authority().pem)
    assert "the signer is the sender" in page_of(tmp_path, raw, trust=authority)
    assert "this is not what was signed" in page_of(
        tmp_path, raw.replace(b"\r\n\r\n--", b"!\r\n\r\n--"), trust=authority
    )


def test_trust_without_a_page_is_refused(tmp_path: Path) -> None:
    result = CliRunner().invoke(app, ["--trust", str(tmp_path / "a.pem"), "-"], input=HEAD)
    assert result.exit_code == 2
    assert "--html" in result.output


def test_an_attached_mail_is_called_by_its_subject(tmp_path: Path) -> None:
    page = page_of(
        tmp_path,
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\nSee below.\n--b\nContent-Type: message/rfc822\n\n"
        + HEAD
        + b"\nWords.\n--b--\n",
    )
    assert "(a mail: Screen)" in page


def test_a_mail_of_standard_input_is_on_the_page(tmp_path: Path) -> None:
    target = tmp_path / "page.html"
    result = CliRunner().invoke(app, ["--html", str(target), "-"], input=HEAD + b"\nWords.\n")
    assert result.exit_code == 0, result.output
    assert ">Screen</h2>" in target.read_text(encoding="utf-8")


def test_what_is_no_mail_has_its_place_on_the_page(tmp_path: Path) -> None:
    page = page_of(tmp_path, b"PK\x03\x04 and so on", HEAD + b"\nWords.\n")
    assert "no mail but a ZIP archive" in page
    assert page.count("<article") == 2


def test_defects_are_told_in_sentences(tmp_path: Path) -> None:
    page = page_of(tmp_path, GOLDEN / "malformed.eml")
    assert "Part 2: its base64 ends in the middle; the rest is missing." in page
    assert defect_words("several_message_id") == "The header field Message-Id stands there several times."
    assert defect_words("never_seen_before@1.2") == "Part 1.2: never seen before."


def test_every_defect_that_the_library_names_has_words() -> None:
    """Found in its source: what stands between quotes where a defect is noted, and ends as defects do."""
    ending = re.compile(r'"([a-z0-9_]+_(?:broken|missing|truncated|unclosed|undeclared|garbage))"')
    sources = [path.read_text(encoding="utf-8") for path in Path(library.__file__).parent.rglob("*.py")]
    named = {code for source in sources for code in ending.findall(source)}
    assert len(named) > 15
    assert named - WORDS.keys() == set()


def test_every_language_that_is_told_apart_has_a_name() -> None:
    labels = LanguageIdentifier.from_model_file(MODEL_FILE).labels
    assert [code for code in labels if len(code) == 2 and language_name(code) == code] == []
    assert language_name("xx") == "xx"


def _luminance(colour: str) -> float:
    digits = colour if len(colour) == 6 else "".join(2 * digit for digit in colour)
    parts = [int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", [0, 1])
def test_text_on_the_page_has_the_contrast_of_wcag_aa(tmp_path: Path, theme: int) -> None:
    themes = re.findall(r":root \{([^}]*--page[^}]*)\}", page_of(tmp_path, HEAD + b"\nWords.\n"))
    colours = dict(re.findall(r"--([\w-]+): #(\w+)", themes[theme]))
    pairs = [
        (paper, ink) for paper in ("page", "card", "quote") for ink in ("ink", "soft", "good", "robot", "bad", "link")
    ]
    pairs += [(paper, zone) for zone in ZONES for paper in ("card", f"{zone}-paper")]
    pairs += [(f"{zone}-paper", "ink") for zone in ZONES]
    for paper, ink in pairs:
        light, dark = sorted((_luminance(colours[paper]), _luminance(colours[ink])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (paper, ink)


def test_the_page_has_a_language_landmarks_and_one_heading_of_each_article(tmp_path: Path) -> None:
    found = Elements(page_of(tmp_path, GOLDEN)).found
    assert ("html", {"lang": "en"}) in found
    tags = [tag for tag, _ in found]
    assert [tags.count(tag) for tag in ("main", "header", "nav", "footer", "h1")] == [1] * 5
    assert tags.count("article") == tags.count("h2")
    ids = [attributes["id"] for _, attributes in found if "id" in attributes]
    assert len(ids) == len(set(ids))
    for _, attributes in found:
        assert attributes.get("aria-labelledby") in (None, *ids)


@pytest.mark.needs("chromium")
def test_a_browser_shows_the_page_and_its_policy_stops_nothing_of_ours(tmp_path: Path) -> None:
    picture = tmp_path / "page.png"
    page_of(tmp_path, HOSTILE.encode(), GOLDEN)
    said = _browse(tmp_path, f"--screenshot={picture}", f"file://{tmp_path}/page.html")
    assert picture.stat().st_size > 10_000
    assert b"Content Security Policy" not in said
    assert b"evil.example" not in said


def _browse(folder: Path, *arguments: str) -> bytes:
    """What a headless Chromium with a profile of its own says; it is ended with all its children."""
    log = folder / "chromium.log"
    command = [
        find_program("chromium") or "chromium", "--headless", "--no-sandbox", "--disable-gpu",
        "--disable-dev-shm-usage", "--no-first-run", f"--user-data-dir={folder}/profile", "--enable-logging=stderr",
        *arguments,
    ]  # fmt: skip
    # No pipe: a child that outlives the browser would keep it open, and us waiting.
    with log.open("wb") as output:
        browser = subprocess.Popen(command, stdout=output, stderr=output, start_new_session=True)
        try:
            assert browser.wait(60) == 0, log.read_text(errors="replace")
        finally:
            with suppress(ProcessLookupError):
                os.killpg(browser.pid, signal.SIGKILL)
            browser.wait(10)
    return log.read_bytes()

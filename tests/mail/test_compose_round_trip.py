"""`parse(compose(x)) == x` for all typed parts, and the shapes that mails take."""

from __future__ import annotations

import email
import email.policy
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.compose import Attachment, InlineFile, OutgoingMail, compose, needs_smtputf8
from mail.encode import visible
from mail.names import file_name
from mail.parse import parse
from mail.records import ParsedMail
from schemas.errors import MessageError

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
BASE = OutgoingMail(
    from_address="office@acme.example",
    from_name="Acme Büro",
    to=("ann@customers.example",),
    subject="We have CLM-1",
    text="Dear Ann,\nthe number is CLM-1.",
    message_id="<m1@acme.example>",
    date=datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
    installation="acme",
)


def read_back(mail: ParsedMail, like: OutgoingMail) -> OutgoingMail:
    """The typed parts that `mail` holds; what a mail does not carry (the address form) is taken from `like`."""
    assert mail.from_ is not None
    assert mail.message_id is not None
    assert mail.date is not None
    shown = [part for part in mail.attachments if part.inline]
    files = [part for part in mail.attachments if not part.inline]
    automatic = mail.headers.text("auto-submitted")
    custom = [(name, value) for name, value in mail.headers if name.lower().startswith("x-own-")]
    return OutgoingMail(
        from_address=mail.from_.address,
        from_name=mail.from_.name,
        to=tuple(address.address for address in mail.to),
        cc=tuple(address.address for address in mail.cc),
        reply_to=mail.reply_to[0].address if mail.reply_to else None,
        subject=mail.subject,
        text=mail.text,
        html=mail.html if mail.html is None else mail.html.removesuffix("\n"),
        inline=tuple(InlineFile(p.content_id or "", p.filename or "", p.content_type, p.data()) for p in shown),
        attachments=tuple(Attachment(p.filename or "", p.content_type, p.data()) for p in files),
        message_id=mail.message_id,
        in_reply_to=mail.in_reply_to,
        references=mail.references,
        date=mail.date,
        installation=mail.headers.text("x-mailcase-loop") or "",
        auto_submitted="auto-generated" if automatic == "auto-generated" else "auto-replied" if automatic else "no",
        headers=tuple(custom),
        unsubscribe=tuple(re.findall("<([^>]+)>", mail.headers.text("list-unsubscribe") or "")),
        address_form=like.address_form,
    )


# Texts as the record says that they are kept: fields on one line, bodies without what no mail can hold.
LETTERS = st.characters(exclude_categories=("Cs", "Cc", "Cf", "Zl", "Zp"), exclude_characters="\u0085\ufeff")
WORDS = st.text(LETTERS | st.sampled_from('"\\()<>@,;:=?*\'%[]"'), max_size=120).map(visible) | st.just(
    "=?utf-8?q?a=40b?= c"
)
# Clients drop quotes around a name, Outlook's single ones too.
NAMES = WORDS.filter(lambda name: not (len(name) > 1 and name[0] == name[-1] == "'"))
PIECES = st.text(LETTERS | st.sampled_from("\n\t >-.="), max_size=60) | st.sampled_from(
    ["From ", "-- ", "\n.\n", "word " * 30, "\n> ", "x" * 1200]
)
BODIES = st.lists(PIECES, max_size=8).map("".join)
TEXTS = BODIES.map(lambda text: text.strip("\n"))
ATOMS = st.text("abcXYZ019!#$%&'*+/=?^_`{|}~-", min_size=1, max_size=30)
DOMAINS = st.sampled_from(["a.example", "x-y.mail.example", "EXAMPLE.org", "xn--mller-kva.example"])
ADDRESSES = st.builds(lambda local, domain: f"{local}@{domain}", ATOMS, DOMAINS)
WIDE = st.builds(
    lambda local, domain: f"{local}@{domain}", st.sampled_from(["jürgen", "用户", "δοκιμή", "a.ø"]), DOMAINS
)
IDS = st.builds(lambda left, right: f"<{left}@{right}>", st.text("abcXYZ019._-+=$", min_size=1, max_size=200), DOMAINS)
FILE_NAMES = st.text(LETTERS, max_size=120).map(
    lambda t: file_name(visible(t).replace("/", "_").replace("\\", "_")) or "x"
) | st.just("=?utf-8?q?a=40b?=.pdf")
TYPES = st.sampled_from(["application/pdf", "image/png", "text/csv", "text/plain", "text/html", "application/x-a.b+c"])
FILES = st.builds(Attachment, FILE_NAMES, TYPES, st.binary(max_size=300))
IMAGES = st.builds(
    InlineFile, st.text("abc019.-", min_size=1, max_size=20).map(lambda t: f"{t}@cid"), FILE_NAMES,
    st.sampled_from(["image/png", "image/svg+xml"]), st.binary(max_size=300),
)  # fmt: skip
ZONES = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
DATES = st.builds(
    lambda seconds, zone: datetime.fromtimestamp(seconds, zone), st.integers(10**9 - 10**8, 4 * 10**9), ZONES
)
OWN_FIELDS = st.lists(WORDS.map(lambda value: ("X-Own-A", value)), max_size=2)
URIS = st.lists(st.sampled_from(["https://a.example/u?x=1", "mailto:u@a.example?subject=u"]), max_size=2, unique=True)


@st.composite
def outgoing(draw: st.DrawFn, addresses: st.SearchStrategy[str] = ADDRESSES) -> OutgoingMail:
    html = draw(st.none() | BODIES.map(lambda text: f"<p>{text}</p>"))
    references = draw(st.lists(IDS, max_size=15, unique=True))
    return OutgoingMail(
        from_address=draw(addresses),
        from_name=draw(NAMES),
        to=tuple(draw(st.lists(addresses, min_size=1, max_size=5))),
        cc=tuple(draw(st.lists(addresses, max_size=3))),
        reply_to=draw(st.none() | addresses),
        subject=draw(WORDS),
        text=draw(TEXTS),
        html=html,
        inline=tuple(draw(st.lists(IMAGES, max_size=2))) if html is not None else (),
        attachments=tuple(draw(st.lists(FILES, max_size=3))),
        message_id=draw(IDS),
        in_reply_to=references[-1] if references else None,
        references=tuple(references),
        date=draw(DATES),
        installation="acme",
        auto_submitted=draw(st.sampled_from(["no", "auto-generated", "auto-replied"])),
        headers=tuple(draw(OWN_FIELDS)),
        unsubscribe=tuple(draw(URIS)),
    )


@settings(max_examples=400, deadline=None)
@given(outgoing())
def test_what_is_composed_is_parsed_back(mail: OutgoingMail) -> None:
    raw = compose(mail)
    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    parsed = parse(raw)
    assert parsed.defects == ()
    if mail.html is not None and not mail.text:
        parsed = replace(parsed, text="")  # readers show the HTML where the text is empty
    assert read_back(parsed, mail) == mail


@settings(max_examples=100, deadline=None)
@given(outgoing(ADDRESSES | WIDE))
def test_addresses_beyond_ascii_are_written_with_smtputf8_and_refused_without(mail: OutgoingMail) -> None:
    wide = replace(mail, address_form="smtputf8")
    raw = compose(wide)
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    found = parse(raw)
    assert [one.address for one in (*found.to, *found.cc)] == [*mail.to, *mail.cc]
    assert found.from_ is not None
    assert (found.from_.address, found.from_.name, found.subject) == (mail.from_address, mail.from_name, mail.subject)
    if needs_smtputf8(mail):
        with pytest.raises(MessageError, match="without SMTPUTF8"):
            compose(mail)
    else:
        assert compose(mail) == raw


def test_domain_beyond_ascii_falls_back_to_its_ascii_form() -> None:
    mail = replace(BASE, to=("ann@müller.example",))
    assert not needs_smtputf8(mail)
    assert parse(compose(mail)).to[0].address == "ann@xn--mller-kva.example"
    assert parse(compose(replace(mail, address_form="smtputf8"))).to[0].address == "ann@müller.example"


@pytest.mark.feature("OU-08", "correct structure")
def test_inline_images_stand_with_the_page_and_attachments_beside_both() -> None:
    mail = replace(
        BASE,
        html='<p>See <img src="cid:logo@acme"></p>',
        inline=(InlineFile("logo@acme", "logo.png", "image/png", PNG),),
        attachments=(Attachment("a.pdf", "application/pdf", b"%PDF"),),
    )
    message = email.message_from_bytes(compose(mail), policy=email.policy.default)
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed", "multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png",
        "application/pdf",
    ]  # fmt: skip
    parsed = parse(compose(mail))
    assert [(part.filename, part.inline, part.content_id) for part in parsed.attachments] == [
        ("logo.png", True, "logo@acme"),
        ("a.pdf", False, None),
    ]
    without_page = parse(compose(replace(mail, html=None)))
    assert [(part.filename, part.inline) for part in without_page.attachments] == [
        ("logo.png", False),
        ("a.pdf", False),
    ]


@pytest.mark.feature("OU-08", "format=flowed")
def test_long_paragraphs_are_flowed_and_short_lines_kept() -> None:
    text = "word " * 100 + "end\n\n> quoted\n  indented\n-- \nAcme"
    raw = compose(replace(BASE, text=text))
    assert b"Content-Type: text/plain; charset=utf-8; format=flowed" in raw
    assert max(map(len, raw.split(b"\r\n"))) <= 78
    assert parse(raw).text == text


def test_news_can_be_unsubscribed_from_and_answers_say_nothing_of_it() -> None:
    uris = ("https://acme.example/u?t=1", "mailto:u@acme.example?subject=u")
    field = parse(compose(replace(BASE, unsubscribe=uris))).headers.text("list-unsubscribe")
    assert field == f"<{uris[0]}>, <{uris[1]}>"
    assert "list-unsubscribe" not in parse(compose(BASE)).headers


def test_attached_mails_stay_mails_where_their_bytes_can_travel() -> None:
    inner = compose(BASE)
    kept = parse(compose(replace(BASE, attachments=(Attachment("first.eml", "message/rfc822", inner),))))
    assert (kept.attachments[0].content_type, kept.attachments[0].data()) == ("message/rfc822", inner)
    for data in (inner.replace(b"\r\n", b"\n"), inner + b"\xff", inner + b"\r\n.\r\n", inner + b"x" * 1000):
        octets = parse(compose(replace(BASE, attachments=(Attachment("first.eml", "message/rfc822", data),))))
        assert (octets.attachments[0].content_type, octets.attachments[0].data()) == ("application/octet-stream", data)


@pytest.mark.parametrize("text", ["می‌خواهم", "👩‍👩‍👧 family", "क्‍ष"])
def test_joiners_inside_words_are_kept(text: str) -> None:
    assert parse(compose(replace(BASE, subject=text, from_name=text))).subject == text


@pytest.mark.parametrize(
    "wrong",
    [
        {"inline": (InlineFile("a>\r\nBcc: e", "x", "image/png", PNG),), "html": "<p>"},
        {"unsubscribe": ("https://a.example/\r\nBcc: eve@x.example",)},
        {"unsubscribe": ("javascript:alert(1)",)},
        {"to": ("jürgen@a.example",)},
        {"to": ("a b@a.example",), "address_form": "smtputf8"},
        {"to": ("\u202eann@a.example",), "address_form": "smtputf8"},
        {"to": ("ü@a.example\r\nBcc: eve@x.example",), "address_form": "smtputf8"},
    ],
)
def test_what_cannot_stand_in_a_mail_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(MessageError):
        compose(replace(BASE, **wrong))  # type: ignore[arg-type]


def test_ids_that_make_lines_too_long_are_none() -> None:
    longest = f"<{'a' * 968}@example.org>"
    raw = compose(replace(BASE, in_reply_to=longest, references=(longest, f"<{'b' * 985}@example.org>")))
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert longest.encode() in raw
    assert b"<b" not in raw
    with pytest.raises(MessageError):
        compose(replace(BASE, message_id=f"<{'b' * 985}@example.org>"))


@pytest.mark.parametrize(("name", "kept"), [(".", "attachment"), ("..", "attachment"), ("\u202e", "attachment"),
                                            ("\0", "attachment"), ("../..", ".._..")])  # fmt: skip
def test_a_file_without_a_name_that_can_be_shown_is_called_attachment(name: str, kept: str) -> None:
    read = parse(compose(replace(BASE, attachments=(Attachment(name, "application/pdf", b"x"),))))
    assert read.attachments[0].filename == kept


def test_what_looks_like_an_encoded_word_stays_what_it_is() -> None:
    word = "=?utf-8?q?ceo=40bank.example?="
    raw = compose(replace(BASE, from_name=word, subject=word, attachments=(Attachment(word, "a/b", b"x"),)))
    read = parse(raw)
    assert (read.from_ and read.from_.name, read.subject, read.attachments[0].filename) == (word, word, word)

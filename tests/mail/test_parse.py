"""From bytes to a ParsedMail: the MIME tree, text and attachments, what is broken, what is too much."""

from __future__ import annotations

import base64
import hashlib
import pickle

import pytest

from mail import parse as parse_module
from mail.html import html_to_text
from mail.limits import Limits
from mail.parse import parse
from tests.mail.build import mail, multipart, raw


def test_fields_of_a_mail() -> None:
    parsed = mail(
        "Date: Mon, 23 Nov 2026 09:00:00 +0100\nCc: Bo <bo@example.org>, <c@d.e>\nReply-To: r@s.t\nSender: s@t.u\n"
        "In-Reply-To: <p@x>\nReferences: <r@x> <p@x>\n"
        "Delivered-To: claims@example.com\nX-Original-To: all@example.com\n"
        "Return-Path: <ann@example.org>\n"
    )
    assert parsed.message_id == "<m1@example.org>"
    assert (parsed.in_reply_to, parsed.references) == ("<p@x>", ("<r@x>", "<p@x>"))
    assert parsed.from_ is not None
    assert (parsed.from_.name, parsed.from_.address, parsed.from_.domain) == ("Ann", "ann@example.org", "example.org")
    assert parsed.sender is not None
    assert parsed.sender.address == "s@t.u"
    assert [address.address for address in parsed.cc] == ["bo@example.org", "c@d.e"]
    assert (parsed.to_total, parsed.cc_total) == (1, 2)
    assert parsed.reply_to[0].address == "r@s.t"
    assert (parsed.delivered_to, parsed.delivered_to_all) == (
        "claims@example.com",
        ("claims@example.com", "all@example.com"),
    )
    assert parsed.return_path == "ann@example.org"
    assert parsed.date is not None
    assert parsed.date.isoformat() == "2026-11-23T09:00:00+01:00"
    assert (parsed.text, parsed.text_bytes, parsed.html, parsed.has_html) == ("Hello", 5, None, False)
    assert parsed.defects == ()


def test_null_return_path_differs_from_none() -> None:
    assert mail("Return-Path: <>\n").return_path == ""
    assert mail().return_path is None


def test_digest_and_size_are_those_of_the_bytes() -> None:
    data = raw()
    parsed = parse(data)
    assert (parsed.raw_sha256, parsed.raw_size) == (hashlib.sha256(data).hexdigest(), len(data))


def test_alternative_gives_both_views() -> None:
    parsed = mail(*multipart("alternative", "\nplain", "Content-Type: text/html\n\n<p>rich"))
    assert (parsed.text, parsed.html, parsed.has_html, parsed.attachments) == ("plain", "<p>rich", True, ())
    assert [part.path for part in parsed.parts] == ["1", "2"]


def test_html_alone_is_read_as_text() -> None:
    parsed = mail("Content-Type: text/html; charset=utf-8\n", "<p>Gr&uuml;&szlig;e</p><p>Ann</p>")
    assert parsed.text == "Grüße\n\nAnn"
    assert parsed.parts[0].path == "1"


def test_inline_images_are_attachments_shown_inline() -> None:
    head = "Content-Type: image/png; name=logo.png\nContent-ID: <logo@x>\nContent-Transfer-Encoding: base64\n"
    image = f"{head}\niVBORw0KGgo="
    kind, body = multipart("related", 'Content-Type: text/html\n\n<img src="cid:logo@x">hi', image)
    parsed = mail(*multipart("mixed", kind + "\n" + body, "Content-Type: text/plain; name=b.txt\n\nnotes"))
    assert [(a.path, a.filename, a.inline, a.content_id) for a in parsed.attachments] == [
        ("1.2", "logo.png", True, "logo@x"),
        ("2", "b.txt", False, None),
    ]
    assert parsed.attachments[0].data() == base64.b64decode("iVBORw0KGgo=")
    assert parsed.attachments[0].data(3) == b"\x89PN"
    assert parsed.attachments[0].size == 8
    assert parsed.attachments[0].sha256 == hashlib.sha256(parsed.attachments[0].data()).hexdigest()
    assert parsed.text == "hi"


def test_several_texts_of_a_mixed_mail_are_one_text() -> None:
    parsed = mail(
        *multipart(
            "mixed",
            "\nbefore",
            "Content-Type: image/jpeg\nContent-Disposition: inline; filename=a.jpg\n\nx",
            "\nafter",
            "Content-Type: application/pdf\n\nx",
            "Content-Type: text/plain\nContent-Disposition: attachment\n\nfile",
        )
    )
    assert parsed.text == "before\nafter"
    assert [(a.content_type, a.inline) for a in parsed.attachments] == [
        ("image/jpeg", True),
        ("application/pdf", False),
        ("text/plain", False),
    ]


def test_alternative_within_mixed_with_one_kind_serves_both_views() -> None:
    inner, body = multipart(
        "alternative", "Content-Type: text/html\n\n<b>x</b>", "Content-Type: text/calendar\n\nBEGIN"
    )
    parsed = mail(*multipart("mixed", inner + "\n" + body))
    assert (parsed.text, parsed.html) == ("x", "<b>x</b>")
    assert [a.content_type for a in parsed.attachments] == ["text/calendar"]
    inner, body = multipart("alternative", "\nonly plain")
    assert mail(inner, body).text == "only plain"
    related, related_body = multipart("related", "Content-Type: text/html\n\n<i>y</i>")
    inner, body = multipart("alternative", "\nplain", related + "\n" + related_body)
    parsed = mail(inner, body)
    assert (parsed.text, parsed.html) == ("plain", "<i>y</i>")
    mixed, mixed_body = multipart("mixed", "Content-Type: text/plain\n\nplain again")
    parsed = mail(*multipart("alternative", "Content-Type: text/html\n\n<i>y</i>", mixed + "\n" + mixed_body))
    assert parsed.text == "plain again"


def test_message_inside_is_an_attachment_with_numbered_leaves() -> None:
    inner, body = multipart("alternative", "\nin plain", "Content-Type: text/html\n\nin html")
    parsed = mail(
        *multipart(
            "mixed",
            "\nsee below",
            f"Content-Type: message/rfc822\n\nSubject: inner\nMessage-ID: <i@x>\n{inner}\n{body}",
        )
    )
    assert [(part.path, part.content_type, part.embedded) for part in parsed.parts] == [
        ("1", "text/plain", False),
        ("2", "message/rfc822", False),
        ("2.1", "text/plain", True),
        ("2.2", "text/html", True),
    ]
    assert [a.path for a in parsed.attachments] == ["2"]
    assert parsed.text == "see below"
    assert parsed.returned is not None
    assert parsed.returned.get("message-id") == "<i@x>"


def test_encoded_message_inside_is_opened() -> None:
    inner = base64.b64encode(b"Subject: inner\n\nhidden").decode()
    parsed = mail("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n", inner)
    assert [part.path for part in parsed.parts] == ["1", "1.1"]
    assert parsed.parts[1].data() == b"hidden"
    assert [part.path for part in mail("Content-Type: message/rfc822\n", "").parts] == ["1"]


def test_digest_parts_are_messages() -> None:
    parsed = mail(*multipart("digest", "\nSubject: one\n\n1", "\nSubject: two\n\n2"))
    assert [part.path for part in parsed.parts] == ["1", "1.1", "2", "2.1"]


def test_file_names_are_decoded() -> None:
    parsed = mail(
        *multipart(
            "mixed",
            "Content-Type: application/pdf; name*=utf-8''%C3%A9.pdf\n\nx",
            'Content-Type: application/pdf\nContent-Disposition: attachment; filename="=?utf-8?q?=C3=A9?= 2.pdf"\n\nx',
        )
    )
    assert [a.filename for a in parsed.attachments] == ["é.pdf", "é 2.pdf"]


@pytest.mark.parametrize(
    ("body", "text", "defect"),
    [
        ("--b\n\none\n", "one", "multipart_unclosed"),
        ("--b\n\none\n--bc\nnot a boundary\n--b--\n", "one\n--bc\nnot a boundary", None),
        ("preamble\n--b \n\none\n--b-- trailing words\nepilogue", "one", None),
        ("x--b\n--b\n\none\n--b--", "one", None),
        ("--other\nContent-Type: text/plain\n\none\n--other--\n", "one", "boundary_missing"),
        ("no boundary at all", "no boundary at all", "boundary_missing"),
        ("--b--\n", "--b--", "boundary_missing"),
        ("--b", "", "multipart_unclosed"),
    ],
)
def test_broken_boundaries_give_what_a_person_would_read(body: str, text: str, defect: str | None) -> None:
    parsed = mail("Content-Type: multipart/mixed; boundary=b\n", body)
    assert parsed.text == text
    assert parsed.defects == ((defect,) if defect else ())


def test_missing_boundary_parameter_is_guessed() -> None:
    parsed = mail("Content-Type: multipart/mixed\n", "--xyz\nContent-Type: text/html\n\n<p>one\n--xyz--\n")
    assert (parsed.text, parsed.defects) == ("one", ("boundary_missing",))


def test_broken_content_type_is_text() -> None:
    parsed = mail("Content-Type: text\n")
    assert (parsed.content_type, parsed.text, parsed.defects) == ("text/plain", "Hello", ("content_type_broken",))


@pytest.mark.feature("OP-07", "mail")
def test_defects_name_the_part() -> None:
    parsed = mail(*multipart("mixed", "\nx", "Content-Type: a/b\nContent-Transfer-Encoding: base64\n\naGVsbG8"))
    assert parsed.defects == ("base64_truncated@2",)


def test_charset_defects_and_line_ends_of_texts() -> None:
    parsed = parse(b"From: a@b.c\nSubject: x\n\ncaf\xc3\xa9\rnext\r\nlast")
    assert parsed.text == "café\nnext\nlast"
    assert parsed.text_bytes == len("café\nnext\nlast".encode())
    assert parsed.defects == ("charset_undeclared@1",)


def test_ambiguous_fields_are_named() -> None:
    parsed = mail("From: other@example.org\nSubject: again\nDate: nonsense\n")
    assert set(parsed.defects) == {"several_authors", "several_subject", "date_broken"}
    assert parsed.subject == "Broken screen"
    assert [author.address for author in parsed.from_all] == ["ann@example.org", "other@example.org"]


def test_limits_are_kept_and_named() -> None:
    limits = Limits(parts=3, part_bytes=4, text_chars=3, html_chars=4, addresses=1, depth=2, defects=5)
    parsed = parse(raw(*multipart("mixed", *(["\nabcdefgh"] * 6))), limits)
    assert len(parsed.parts) == 3
    assert parsed.attachments_total == 3
    assert {"too_many_parts", "content_cut@1", "text_cut"} <= set(parsed.defects)
    assert len(parsed.defects) == 5
    assert (parsed.text, parsed.parts[0].size, parsed.parts[0].cut) == ("abc", 4, True)
    html = parse(raw("Content-Type: text/html\nCc: a@b.c, d@e.f\n", "<b>x"), limits)
    assert (html.html, html.text, html.cc_total, len(html.cc)) == ("<b>x", "x", 2, 1)
    assert parse(raw("Content-Type: text/html\n", "<b>xyz"), Limits(html_chars=4)).html == "<b>x"
    assert parse(raw("", "x" * 100), Limits(text_chars=2, html_chars=2)).text_bytes == 100
    deep, body = multipart("mixed", "\nx")
    for kind in ("related", "alternative", "parallel"):
        deep, body = multipart(kind, deep + "\n" + body)
    assert "nesting_too_deep" in parse(raw(deep, body), limits).defects
    message = "Subject: x\n\nend"
    for _ in range(4):
        message = f"Content-Type: message/rfc822\n\n{message}"
    assert "nesting_too_deep" in parse(message.encode(), limits).defects


def test_total_of_decoded_bytes_is_bounded() -> None:
    parsed = parse(raw(*multipart("mixed", "\nabcdef", "\nghijkl")), Limits(total_bytes=8))
    assert [part.size for part in parsed.parts] == [6, 2]


def test_a_bug_of_the_parser_is_a_defect(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("bug")

    monkeypatch.setattr(parse_module, "select", broken)
    parsed = parse(raw())
    assert parsed.defects == ("parser_failed:RuntimeError",)
    assert "Hello" in parsed.text


def test_parsed_mail_travels_between_processes() -> None:
    parsed = mail(*multipart("mixed", "\nx", "Content-Type: a/b; x=y\n\ndata"))
    again = pickle.loads(pickle.dumps(parsed))
    assert again == parsed
    assert again.attachments[0].data() == b"data"
    assert again.attachments[0].parameter("x") == "y"
    assert again.content_parameter("boundary") == "b-5"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>one</p><p>two<br>three</p>", "one\n\ntwo\nthree"),
        ("<ul><li>a<li>b</ul>", "- a\n- b"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</table>", "a\tb\nc"),
        ("a<blockquote>quoted<br>more</blockquote>b", "a\n\n> quoted\n> more\n\nb"),
        ("<style>p{}</style><script>if (a<b) x('</p>')</script>x<title>t</title>", "x"),
        ("<script/>x", "x"),
        ("<script>never closed", ""),
        ("a<!-- c > d -->b<!doctype x><?xml?>c", "abc"),
        ("a<!-- never > closed", "a closed"),
        ("1 < 2 & 3 &lt; 4 &amp;&nbsp;5", "1 < 2 & 3 < 4 & 5"),
        ('<a title="x > y" href=z>link</a>', "link"),
        ("<a title='x > y'>link</a>", "link"),
        ('<a title="never closed>link</a>', "link"),
        ("<pre>a\n  b</pre>", "a\n  b"),
        (" a \n b ", "a b"),
        ("</blockquote></pre>x", "x"),
        ("<b", ""),
        ("&#" + "9" * 5000 + ";x", "&#" + "9" * 5000 + ";x"),
    ],
)
def test_html_to_text(html: str, text: str) -> None:
    assert html_to_text(html, 10_000)[0] == text


def test_html_is_cut_at_the_limit() -> None:
    text, cut = html_to_text("<p>abc" * 100, 50)
    assert cut
    assert len(text) < 70


def test_the_second_fork_of_a_mac_file_is_no_file_of_its_own() -> None:
    mail = parse(
        b"Content-Type: multipart/mixed; boundary=a\n\n--a\n\nSee\n--a\n"
        b"Content-Type: multipart/appledouble; boundary=b\n\n--b\n"
        b"Content-Type: application/applefile; name=x.gif\n\nR\n"
        b"--b\nContent-Type: image/gif; name=x.gif\n\nG\n--b--\n--a--\n"
    )
    assert [(one.content_type, one.inline) for one in mail.attachments] == [
        ("application/applefile", True), ("image/gif", False),
    ]  # fmt: skip


def test_mails_of_a_digest_are_mails_though_nothing_says_so() -> None:
    mail = parse(
        b"Content-Type: multipart/digest; boundary=a\n\n"
        b"--a\n\nSubject: one\n\nFirst\n--a\n\nSubject: two\n\nSecond\n--a--\n"
    )
    assert [part.content_type for part in mail.parts] == ["message/rfc822", "text/plain"] * 2

"""What strangers write to be taken for others: comments, quotes, second fields, tags within tags."""

from __future__ import annotations

import pytest

from mail.authentication import AuthenticationEvidence, authentication_of
from mail.canonical import SignedMessage
from mail.dkim import verify_dkim, without_signature
from mail.dmarc import DmarcSender, evaluate_dmarc
from mail.parse import parse
from mail.sender import sender_questions
from tests.mail.signing import MESSAGE, dkim_signed, key_record, rsa_key
from tests.mail.test_sender import ANSWERS, KEY, NOW, POLICY, SIGNED, evidence


def told(value: str, author: str = "Boss <boss@bank.example>") -> AuthenticationEvidence:
    raw = f"Authentication-Results: {value}\nFrom: {author}\n\nHello\n"
    return authentication_of(parse(raw.encode()), ("mx.example",))


@pytest.mark.parametrize(
    "comment",
    [
        r"(helo=x\); dmarc=pass header.from=bank.example (\))",
        r"(domain of \"x\) ; dmarc=pass header.from=bank.example; (\" designates)",
        "(a (nested; dmarc=pass header.from=bank.example) one)",
        '("; dmarc=pass header.from=bank.example)',
    ],
)
def test_a_comment_in_authentication_results_says_nothing(comment: str) -> None:
    found = told(f"mx.example; spf=none {comment} smtp.mailfrom=evil.example; dkim=none")
    assert (found.dmarc, found.spf, found.dkim) == ("none", "none", "none")
    assert found.trusted


def test_a_quote_in_a_comment_hides_no_verdict() -> None:
    found = told(
        'mx.example; spf=pass (x"y) smtp.mailfrom=evil.example; dmarc=fail (p=REJECT) header.from=bank.example'
    )
    assert (found.dmarc, found.spf, found.spf_domain) == ("fail", "pass", "evil.example")
    found = told('mx.example; spf=fail (a" b); dmarc=fail (c" d) header.from=bank.example')
    assert found.dmarc == "fail"


def test_a_quote_that_is_not_closed_hides_no_verdict() -> None:
    found = told('mx.example; spf=pass smtp.mailfrom="evil; dmarc=fail header.from=bank.example')
    assert found.dmarc == "fail"


def test_quoted_values_are_read() -> None:
    found = told(r'mx.example; spf=pass smtp.mailfrom="a\"b;c"@bank.example; dmarc=pass header.from="bank.example"')
    assert (found.dmarc, found.header_from) == ("pass", "bank.example")


@pytest.mark.parametrize("value", ["evil.example; dmarc=pass", "(mx.example) evil.example; dmarc=pass", "; dmarc=pass"])
def test_results_of_another_server_do_not_count(value: str) -> None:
    assert not told(f"{value} header.from=bank.example").trusted


def test_a_second_from_field_above_a_signed_one_is_not_vouched_for() -> None:
    forged = b"From: Boss <boss@mail.example.org>\r\n" + SIGNED
    assert parse(forged).from_all[0].address == "boss@mail.example.org"
    assert evidence(SIGNED, trusted=()).dmarc == "pass"
    assert evidence(forged, trusted=()).dmarc == "permerror"
    named = b"Authentication-Results: mx.acme.example; dmarc=pass header.from=mail.example.org\r\n"
    assert evidence(named + SIGNED).dmarc == "pass"
    assert evidence(named + forged).dmarc == "permerror"
    assert POLICY not in sender_questions(parse(forged), SignedMessage.of(forged))


def test_a_copy_of_a_field_in_z_is_not_the_signature() -> None:
    signed = dkim_signed(MESSAGE, rsa_key(), more="z=Subject:b=3Dx|From:b=3Dy; ")
    assert [one.result for one in verify_dkim(SignedMessage.of(signed), ANSWERS, NOW)] == ["pass"]
    assert without_signature(b"DKIM-Signature: b=abc; z=Subject:b=3D") == b"DKIM-Signature: b=; z=Subject:b=3D"


def test_digests_of_a_key_are_whole_words() -> None:
    answers = {**ANSWERS, KEY: (key_record(rsa_key(), "h=xsha256; "),)}
    assert [one.result for one in verify_dkim(SignedMessage.of(SIGNED), answers, NOW)] == ["permerror"]


@pytest.mark.parametrize(
    ("record", "result"),
    [
        ("v=DMARC1; p=reject;;", "fail"),
        ("v=DMARC1; p=reject; nonsense; rua=mailto:a@b.example", "fail"),
        ("v = DMARC1 ; p = quarantine", "fail"),
        ("v=DMARC1; p=reject; p=none", "fail"),
        ("p=reject; v=DMARC1", "none"),
        ("v=DMARC12; p=reject", "none"),
        ("v=spf1 -all", "none"),
    ],
)
def test_policies_as_they_are_published(record: str, result: str) -> None:
    sender = DmarcSender(spf="fail")
    assert evaluate_dmarc("example.org", sender, {"_dmarc.example.org": (record,)}).result == result


def test_a_public_suffix_vouches_for_nobody() -> None:
    records = {"_dmarc.bank.co.uk": ("v=DMARC1; p=reject",)}
    for signer in ("co.uk", "uk", "evil.co.uk", "bank.co.uk.evil.example", "xbank.co.uk"):
        assert evaluate_dmarc("bank.co.uk", DmarcSender(dkim=(signer,), spf="fail"), records).result == "fail"
    assert evaluate_dmarc("bank.co.uk", DmarcSender(dkim=("mail.bank.co.uk",)), records).result == "pass"


def test_internationalised_domains_are_one_in_both_forms() -> None:
    named = "mx.example; dmarc=pass header.from={}"
    for one, other in (("müller.example", "xn--mller-kva.example"), ("xn--mller-kva.example", "müller.example")):
        assert told(named.format(one), f"<ann@{other}>").dmarc == "pass"
    assert told(named.format("muller.example"), "<ann@müller.example>").dmarc == "permerror"


FORGED = b"From: Boss <boss@mail.example.org>\r\nSubject: Pay\r\n"
TEXT = b"Please pay\r\nat once\r\nto this account\r\nand tell nobody\r\n"


@pytest.mark.parametrize(
    "forged",
    [
        FORGED + TEXT + SIGNED,  # a header that ends without an empty line, above a signed mail
        FORGED + b"\r\r\n" + TEXT + SIGNED,
        FORGED + b"\r\n" + TEXT + SIGNED,
        SIGNED.replace(b"To: claims", TEXT + b"To: claims", 1),  # a stranger's text in the midst of the fields
        SIGNED.replace(b"\r\nTo: claims", b"\r\n\r\r\n" + TEXT + b"To: claims", 1),
        b"\r\n" + SIGNED,
    ],
)
def test_a_signature_counts_only_for_the_header_and_text_that_are_shown(forged: bytes) -> None:
    mail = parse(forged)
    shown = mail.subject == "Pay" or "Please pay" in mail.text or not mail.from_all
    assert shown or mail.text.startswith("Hello")
    assert evidence(forged, trusted=()).dmarc != "pass" or not shown


def test_a_line_of_an_mbox_above_a_signed_mail_does_no_harm() -> None:
    assert evidence(b"From ann@example.org Mon Nov 23 08:00:00 2026\r\n" + SIGNED, trusted=()).dmarc == "pass"

"""The own check: DKIM, ARC and DMARC with DNS answers that are given in."""

from __future__ import annotations

import base64
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.arc import read_chain
from mail.authentication import AuthenticationEvidence, authentication_of
from mail.canonical import SignedMessage, parse_tags
from mail.dkim import DkimResult, verify_dkim
from mail.dmarc import DmarcSender, dmarc_questions, evaluate_dmarc, organizational_domain
from mail.parse import parse
from mail.sender import MAX_QUESTIONS, check_sender, sender_questions
from tests.mail.signing import MESSAGE, arc_sealed, dkim_signed, ed25519_key, key_record, rsa_key

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
KEY = "s1._domainkey.example.org"
SEALER = "s1._domainkey.lists.example"
POLICY = "_dmarc.example.org"
ANSWERS: dict[str, tuple[str, ...] | None] = {
    KEY: (key_record(rsa_key()),),
    SEALER: (key_record(rsa_key()),),
    POLICY: ("v=DMARC1; p=reject",),
    "_dmarc.mail.example.org": (),
}
SIGNED = dkim_signed(MESSAGE, rsa_key())
# RFC 8463, appendix A: one mail, both algorithms.
RFC_8463 = b"""DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
 subject : date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed;
 d=football.example.com; i=@football.example.com;
 q=dns/txt; s=test; t=1528637909; h=from : to : subject :
 date : message-id : from : subject : date;
 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
 b=F45dVWDfMbQDGHJFlXUNB2HKfbCeLRyhDXgFpEL8GwpsRe0IeIixNTe3
 DhCVlUrSjV4BwcVcOF6+FF3Zo9Rpo1tFOeS9mPYQTnGdaSGsgeefOsk2Jz
 dA+L10TeYt9BgDfQNZtKdN1WO//KgIqXP7OdEFE4LjFYNcUxZQ4FADY+8=
From: Joe SixPack <joe@football.example.com>
To: Suzie Q <suzie@shopping.example.net>
Subject: Is dinner ready?
Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
Message-ID: <20030712040037.46341.5F8J@football.example.com>

Hi.

We lost the game.  Are you hungry yet?

Joe.
"""
RFC_8463_KEYS = {
    "brisbane._domainkey.football.example.com": ("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",),
    "test._domainkey.football.example.com": (
        "v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jL"
        "QiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryO"
        "TIKT+l/K4w3QIDAQAB",
    ),
}  # fmt: skip


def dkim(raw: bytes, answers: Mapping[str, tuple[str, ...] | None] = ANSWERS) -> list[DkimResult]:
    return list(verify_dkim(SignedMessage.of(raw), answers, NOW))


def evidence(
    raw: bytes,
    answers: Mapping[str, tuple[str, ...] | None] = ANSWERS,
    trusted: tuple[str, ...] = ("mx.acme.example",),
    sealers: tuple[str, ...] = (),
) -> AuthenticationEvidence:
    return authentication_of(parse(raw), trusted, sealers, check_sender(SignedMessage.of(raw), answers, NOW))


def test_signatures_of_rfc_8463_hold() -> None:
    results = dkim(RFC_8463, RFC_8463_KEYS)
    assert [(one.result, one.domain, one.selector) for one in results] == [
        ("pass", "football.example.com", "brisbane"),
        ("pass", "football.example.com", "test"),
    ]
    assert [one.result for one in dkim(RFC_8463.replace(b"hungry", b"angry"), RFC_8463_KEYS)] == ["fail", "fail"]


@pytest.mark.parametrize("form", ["relaxed/relaxed", "simple/simple", "relaxed/simple", "simple/relaxed"])
@pytest.mark.parametrize("body", [b"", b"\r\n", b"x", b"a \t b \r\n\r\n", b"\r\n\r\na\r\n \r\n"])
def test_canonical_forms(form: str, body: bytes) -> None:
    raw = MESSAGE.split(b"\r\n\r\n", 1)[0] + b"\r\n\r\n" + body
    for key in (rsa_key(), ed25519_key()):
        answers = {KEY: (key_record(key),)}
        signed = dkim_signed(raw, key, form=form)
        assert [one.result for one in dkim(signed, answers)] == ["pass"]
        assert [one.result for one in dkim(signed.replace(b"\r\n", b"\n"), answers)] == ["pass"]
        assert [one.result for one in dkim(signed + b"more\r\n", answers)] == ["fail"]
        assert [one.result for one in dkim(signed.replace(b"claims@", b"sales@"), answers)] == ["fail"]


def test_relaxed_form_forgives_what_servers_do_to_blanks_and_simple_does_not() -> None:
    changed = (b"Subject: Broken   screen", b"subject:\tBroken screen ")
    assert dkim(SIGNED.replace(*changed))[0].result == "pass"
    assert dkim(dkim_signed(MESSAGE, rsa_key(), form="simple/simple").replace(*changed))[0].result == "fail"


@pytest.mark.parametrize(
    ("more", "result"),
    [
        ("l=5; ", "policy"),
        ("x=1700000000; ", "policy"),
        ("x=1900000000; ", "pass"),
        ("x=soon; ", "permerror"),
        ("i=ann@mail.example.org; ", "pass"),
        ("i=@evil.example; ", "permerror"),
        ("q=dns/other; ", "permerror"),
        ("v=1; ", "permerror"),
    ],
)
def test_tags_of_a_signature(more: str, result: str) -> None:
    assert dkim(dkim_signed(MESSAGE, rsa_key(), more=more))[0].result == result


@pytest.mark.parametrize(
    "field",
    [
        b"DKIM-Signature: nonsense",
        b"DKIM-Signature: v=1; a=rsa-sha256; b=; bh=; d=example.org; h=to; s=s1",
        b"DKIM-Signature: v=2; a=rsa-sha256; b=; bh=; d=example.org; h=from; s=s1",
        b"DKIM-Signature: v=1; a=rsa-sha256; b=!; bh=; d=example.org; h=from; s=s1",
        b"DKIM-Signature: v=1; a=rsa-sha256; b=; bh=; d=..; h=from; s=s1",
        b"DKIM-Signature: v=1; a=rsa-sha256; b=; bh=; d=\xff; h=from; s=s1",
        b"DKIM-Signature: v=1; a=rsa-sha256; b=; bh=; d=example.org; h=from; s=s1; c=other",
        b"DKIM-Signature: v=1; a=rsa-sha256; b=; bh=; d=example.org; h=from",
    ],
)
def test_broken_signatures_are_named_so(field: bytes) -> None:
    assert dkim(field + b"\r\n" + MESSAGE)[0].result == "permerror"


@pytest.mark.parametrize(
    ("record", "result"),
    [
        (None, "temperror"),
        ((), "permerror"),
        (("v=spf1 -all",), "permerror"),
        (("v=DKIM1; p=",), "permerror"),
        (("v=DKIM1; p=AAAA",), "permerror"),
        (("v=DKIM2; p=AAAA",), "permerror"),
        ((key_record(rsa_key(), "h=sha1; "),), "permerror"),
        ((key_record(rsa_key(), "s=other; "),), "permerror"),
        ((key_record(rsa_key(), "s=email; h=sha1:sha256; t=y; "),), "pass"),
        ((key_record(ed25519_key()),), "permerror"),
        ((key_record(rsa_key(3072)),), "fail"),
        (("garbage", key_record(rsa_key())), "pass"),
    ],
)
def test_records_of_a_key(record: tuple[str, ...] | None, result: str) -> None:
    assert dkim(SIGNED, {KEY: record})[0].result == result


def test_short_keys_do_not_count() -> None:
    short = rsa.RSAPublicNumbers(65537, (1 << 767) + 12345678901).public_key()
    data = base64.b64encode(short.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).decode()
    found = dkim(SIGNED, {KEY: (f"v=DKIM1; p={data}",)})[0]
    assert (found.result, found.reason) == ("permerror", "a key of 768 bits does not count (RFC 8301)")


def test_key_that_serves_no_subdomains() -> None:
    answers = {KEY: (key_record(rsa_key(), "t=s; "),)}
    assert dkim(dkim_signed(MESSAGE, rsa_key(), more="i=@mail.example.org; "), answers)[0].result == "permerror"
    assert dkim(SIGNED, answers)[0].result == "pass"


def test_field_added_above_a_signed_one_is_not_the_signed_one() -> None:
    assert dkim(b"Subject: other\r\n" + SIGNED)[0].result == "policy", "people are shown the topmost"
    several = b"Comments: signed\r\n" + MESSAGE
    signed = dkim_signed(several, rsa_key(), names="from:comments")
    assert dkim(b"Comments: other\r\n" + signed)[0].result == "pass", "the lowest one is the signed one"
    oversigned = dkim_signed(MESSAGE, rsa_key(), names="from:from:to:subject:subject")
    assert dkim(oversigned)[0].result == "pass"
    assert dkim(b"Subject: other\r\n" + oversigned)[0].result == "fail"
    assert dkim(b"Cc: other@example.net\r\n" + SIGNED)[0].result == "pass", "nobody signed a Cc"


@pytest.mark.parametrize(
    ("domain", "registered"),
    [
        ("a.b.example.co.uk", "example.co.uk"),
        ("example.org", "example.org"),
        ("co.uk", "co.uk"),
        ("shop.pages.dev", "shop.pages.dev"),
        ("mail.xn--mller-kva.de", "xn--mller-kva.de"),
    ],
)
def test_organizational_domain(domain: str, registered: str) -> None:
    assert organizational_domain(domain) == registered


@pytest.mark.parametrize(
    ("record", "sender", "result"),
    [
        ("v=DMARC1; p=none", DmarcSender(dkim=("example.org",)), "pass"),
        ("v=DMARC1; p=none", DmarcSender(dkim=("other.example", "bulk.example.org")), "pass"),
        ("v=DMARC1; p=none; adkim=s", DmarcSender(dkim=("example.org",)), "none"),
        ("v=DMARC1; p=none; adkim=s", DmarcSender(dkim=("mail.example.org",)), "pass"),
        ("v=DMARC1; p=none", DmarcSender(dkim=("example.com",), spf="pass", spf_domain="evil.example"), "fail"),
        ("v=DMARC1; p=none", DmarcSender(spf="pass", spf_domain="bounce.example.org"), "pass"),
        ("v=DMARC1; p=none; aspf=s", DmarcSender(spf="pass", spf_domain="bounce.example.org"), "fail"),
        ("v=DMARC1; p=none", DmarcSender(spf="fail", spf_domain="example.org"), "fail"),
        ("v=DMARC1; p=none", DmarcSender(spf="temperror"), "temperror"),
        ("v=DMARC1; p=none", DmarcSender(), "none"),
        ("v=DMARC1; p=none", DmarcSender(spf="fail", pending=("example.org",)), "temperror"),
        ("v=DMARC1; p=odd; rua=mailto:a@example.org", DmarcSender(spf="fail"), "fail"),
        ("v=DMARC1; p=odd", DmarcSender(dkim=("example.org",)), "none"),
        ("v=spf1 -all", DmarcSender(dkim=("example.org",)), "none"),
    ],
)
def test_dmarc_verdicts(record: str, sender: DmarcSender, result: str) -> None:
    answers = {"_dmarc.mail.example.org": (), POLICY: (record,)}
    assert evaluate_dmarc("mail.example.org", sender, answers).result == result


def test_dmarc_asks_the_author_first_and_its_registered_domain_then() -> None:
    assert dmarc_questions("Mail.Example.ORG") == ["_dmarc.mail.example.org", POLICY]
    assert dmarc_questions("") == dmarc_questions("a b") == []
    own = {"_dmarc.mail.example.org": ("v=DMARC1; p=none",)}
    assert evaluate_dmarc("mail.example.org", DmarcSender(dkim=("example.org",)), own).policy == "none"
    theirs = {"_dmarc.mail.example.org": (), POLICY: ("v=DMARC1; p=none; sp=reject",)}
    assert evaluate_dmarc("mail.example.org", DmarcSender(), theirs).policy == "reject"
    twice = {POLICY: ("v=DMARC1; p=none", "v=DMARC1; p=reject")}
    assert evaluate_dmarc("example.org", DmarcSender(spf="fail"), twice).result == "none"
    assert evaluate_dmarc("example.org", DmarcSender(), {}).result == "temperror"
    assert evaluate_dmarc("", DmarcSender(), {}).result == "permerror"


@pytest.mark.feature("RU-11", "own DKIM, DMARC and ARC check")
def test_own_check_speaks_where_no_server_does() -> None:
    assert set(sender_questions(parse(SIGNED), SignedMessage.of(SIGNED))) == {KEY, POLICY, "_dmarc.mail.example.org"}
    found = evidence(SIGNED)
    assert (found.dmarc, found.dkim, found.spf, found.trusted, found.by) == ("pass", "pass", "none", True, "mailcase")
    assert (found.header_from, found.dkim_domains) == ("mail.example.org", ("example.org",))
    unsigned = evidence(MESSAGE)
    assert (unsigned.dmarc, unsigned.dkim, unsigned.trusted) == ("none", "none", True)
    changed = evidence(SIGNED + b"more\r\n")
    assert (changed.dmarc, changed.dkim) == ("none", "fail")
    assert "the body was changed" in changed.reason
    assert evidence(SIGNED, {}).dmarc == "temperror"
    several = SIGNED.replace(b"From: ", b"From: victim@bank.example, ", 1)
    assert evidence(several).dmarc == "permerror"


def test_trusted_server_is_believed_before_our_own_check() -> None:
    def told(results: str) -> AuthenticationEvidence:
        return evidence(f"Authentication-Results: mx.acme.example; {results}\r\n".encode() + SIGNED)

    assert (told("dmarc=fail header.from=mail.example.org").dmarc, told("dmarc=fail").by) == ("fail", "mx.acme.example")
    spf_only = told("spf=pass smtp.mailfrom=ann@bounce.example.org")
    assert (spf_only.dmarc, spf_only.spf, spf_only.by) == ("pass", "pass", "mailcase, mx.acme.example")
    other = evidence(b"Authentication-Results: mx.acme.example; spf=fail smtp.mailfrom=eve@evil.example\r\n" + MESSAGE)
    assert (other.dmarc, other.spf) == ("fail", "fail")


def test_two_verdicts_in_one_field_are_a_doubt() -> None:
    raw = b"Authentication-Results: mx.acme.example; dmarc=pass header.from=mail.example.org; dmarc=fail\r\n" + MESSAGE
    assert authentication_of(parse(raw), ["mx.acme.example"]).dmarc == "fail"


RESULTS = "lists.example; dkim=pass header.d=example.org; dmarc=pass header.from=mail.example.org"
FORWARDED = arc_sealed(MESSAGE, rsa_key(), RESULTS)


@pytest.mark.feature("RU-11", "own DKIM, DMARC and ARC check")
def test_results_of_a_trusted_sealer_count_when_the_chain_holds() -> None:
    found = evidence(FORWARDED, sealers=("Lists.example",))
    assert (found.dmarc, found.by, found.arc, found.trusted) == ("pass", "arc:lists.example", "pass", True)
    assert evidence(FORWARDED).dmarc == "none", "a sealer that nobody trusts says nothing"
    assert evidence(FORWARDED).arc == "pass"


@pytest.mark.parametrize(
    "change",
    [
        (b"it broke", b"it did not break"),
        (b"Subject: Broken", b"Subject: Whole"),
        (b"dkim=pass", b"dkim=none"),
        (b"cv=none", b"cv=pass"),
        (b"cv=none", b"cv=fail"),
        (b"ARC-Seal: i=1", b"ARC-Seal: i=2"),
        (b"ARC-Message-Signature:", b"X-Message-Signature:"),
        (b"ARC-Authentication-Results: i=1;", b"ARC-Authentication-Results: "),
        (b"s=s1;\r\n b=", b"s=s1;\r\n b=!"),
        (b"ARC-Seal: ", b"ARC-Seal: i=1; a=b\r\nARC-Seal: "),
    ],
)
def test_chain_that_was_touched_does_not_count(change: tuple[bytes, bytes]) -> None:
    raw = FORWARDED.replace(*change, 1)
    assert raw != FORWARDED
    found = evidence(raw, sealers=("lists.example",))
    assert (found.dmarc, found.arc) == ("none", "fail")


def test_chains_count_from_the_newest_sealer_down_to_the_first_that_is_not_trusted() -> None:
    answers = ANSWERS | {"s1._domainkey.other.example": (key_record(ed25519_key()),)}
    twice = arc_sealed(
        FORWARDED, ed25519_key(), "other.example; dmarc=fail header.from=mail.example.org", "other.example"
    )
    assert evidence(twice, answers).arc == "pass"
    assert evidence(twice, answers, sealers=("lists.example",)).dmarc == "none"
    assert evidence(twice, answers, sealers=("lists.example", "other.example")).dmarc == "pass"
    assert evidence(twice, answers, sealers=("other.example",)).dmarc == "none"
    assert evidence(twice, ANSWERS).arc == "temperror"
    assert len(sender_questions(parse(twice), SignedMessage.of(twice))) == 4


def test_chain_that_a_trusted_server_found_whole_needs_no_check_of_ours() -> None:
    def found(results: str, raw: bytes = FORWARDED) -> AuthenticationEvidence:
        above = f"Authentication-Results: mx.acme.example; {results}\r\n".encode()
        return authentication_of(parse(above + raw), ["mx.acme.example"], ["lists.example"])

    assert found("dmarc=fail; arc=pass").dmarc == "pass"
    assert found("dmarc=fail; arc=fail").dmarc == "fail"
    assert found("dmarc=fail").dmarc == "fail"
    assert (
        found("dmarc=fail; arc=pass", FORWARDED.replace(b"ann@mail.example.org", b"ann@bank.example")).dmarc == "fail"
    )


def test_long_chains_are_not_followed() -> None:
    raw = MESSAGE
    for _ in range(13):
        raw = arc_sealed(raw, ed25519_key(), "lists.example; none")
    assert read_chain(SignedMessage.of(raw)).result == "policy"


def test_questions_are_bounded() -> None:
    raw = b"".join(dkim_signed(MESSAGE, ed25519_key(), f"d{n}.example").split(b"From:")[0] for n in range(40)) + MESSAGE
    assert len(sender_questions(parse(raw), SignedMessage.of(raw))) <= MAX_QUESTIONS
    assert len(dkim(raw)) == 8


@settings(max_examples=300, deadline=None)
@given(st.integers(0, len(FORWARDED) - 1), st.integers(1, 255), st.booleans())
def test_any_changed_byte_is_read_without_an_exception(at: int, change: int, cut: bool) -> None:
    raw = FORWARDED[:at] + bytes([FORWARDED[at] ^ change]) + (b"" if cut else FORWARDED[at + 1 :])
    found = evidence(raw, sealers=("lists.example",))
    if found.dmarc == "pass":  # a change that canonical form forgives, or one in a field that nobody signed
        assert found.header_from == "mail.example.org"


@given(st.text(max_size=200) | st.text("ab=;: ", max_size=100))
def test_any_tag_list_is_read(text: str) -> None:
    tags = parse_tags(text)
    assert tags is None or all(";" not in value for value in tags.values())


def test_worst_mails_take_linear_time() -> None:
    blanks = b" " * 1_000_000
    bodies = [b"a" + blanks + b"x", b"\r\n" * 500_000 + b"x", b"\n" * 1_000_000, blanks, b"\r" * 1_000_000]
    heads = [
        b"DKIM-Signature: v=1; b=" + b"; " * 300_000,
        b"DKIM-Signature: " + b";" * 500_000,
        b"DKIM-Signature: v=1" + b";\t" * 30 + blanks + b"b",
        b"ARC-Seal: i=1; b=" + base64.b64encode(bytes(500_000)),
        b"ARC-Authentication-Results:" + blanks,
        b"X: y\r\n" * 160_000 + b"Z: z",
    ]
    mails = [MESSAGE.replace(b"Hello", body) for body in bodies] + [head + b"\r\n" + SIGNED for head in heads]
    mails += [dkim_signed(mail, rsa_key()) for mail in mails[:5]]
    for raw in mails:
        parsed, message = parse(raw), SignedMessage.of(raw)
        started = time.perf_counter()
        sender_questions(parsed, message)
        authentication_of(parsed, ["mx"], ["lists.example"], check_sender(message, ANSWERS, NOW))
        assert time.perf_counter() - started < 1.5

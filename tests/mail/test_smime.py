"""S/MIME signatures: good ones of every usual kind are verified, and nothing that was changed or is not trusted is."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from shutil import which

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, pkcs7
from cryptography.x509.oid import ExtendedKeyUsageOID

from mail.protected.signatures import SignatureCheck, Trust, check_signatures
from tests.mail import protecting as make
from tests.mail.protecting import ANN, ENTITY, HEAD, NOW, Owner

TRUST = Trust(certificates=make.authority().pem)


def check(raw: bytes, trust: Trust = TRUST) -> SignatureCheck:
    (found,) = check_signatures(raw, trust, NOW)
    return found


def opaque(**options: object) -> bytes:
    by = options.pop("by", make.ann())
    assert isinstance(by, Owner)
    return HEAD + make.pkcs7_part(make.signed_cms(ENTITY, by, **options))  # type: ignore[arg-type]


def detached(**options: object) -> bytes:
    by = options.pop("by", make.ann())
    assert isinstance(by, Owner)
    return HEAD + make.beside(ENTITY, make.signed_cms(ENTITY, by, detached=True, **options))  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", ["ec", "p521", "rsa", "ed25519"])
def test_a_good_signature_is_verified_beside_the_content_and_around_it(kind: str) -> None:
    for raw, form in ((detached(by=make.ann(kind)), "detached"), (opaque(by=make.ann(kind)), "opaque")):
        found = check(raw)
        assert (found.kind, found.form, found.result, found.whole) == ("smime", form, "verified", True)
        certificate = make.ann(kind).certificate
        assert found.addresses == (ANN,)
        assert found.fingerprint == certificate.fingerprint(hashes.SHA256()).hex()
        assert int(found.serial, 16) == certificate.serial_number
        assert found.signed_at == NOW - timedelta(minutes=1)


@pytest.mark.parametrize(
    "options",
    [
        {"digest": make.SHA512},
        {"digest": make.SHA384},
        {"attributes": False},
        {"by_key_id": True},
        {"indefinite": True},
        {"by": make.ann("rsa"), "pss": True},
        {"by": make.ann("rsa"), "pss": True, "digest": make.SHA512},
        {"by": make.ann("rsa"), "attributes": False},
    ],
)
def test_forms_that_mail_clients_write_are_verified(options: dict[str, object]) -> None:
    assert check(opaque(**options)).result == "verified"
    if "indefinite" not in options:
        assert check(detached(**options)).result == "verified"


def test_the_library_that_also_writes_cms_is_read() -> None:
    by = make.ann("rsa")
    builder = pkcs7.PKCS7SignatureBuilder().set_data(ENTITY)
    builder = builder.add_signer(by.certificate, by.key, hashes.SHA256())  # type: ignore[arg-type]
    builder = builder.add_certificate(make.between().certificate)
    whole = builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary])
    beside = builder.sign(Encoding.DER, [pkcs7.PKCS7Options.Binary, pkcs7.PKCS7Options.DetachedSignature])
    assert check(HEAD + make.pkcs7_part(whole)).result == "verified"
    assert check(HEAD + make.beside(ENTITY, beside)).result == "verified"


@pytest.mark.skipif(which("openssl") is None, reason="openssl is not installed")
def test_openssl_and_this_module_agree(tmp_path: Path) -> None:
    by = make.ann()
    (tmp_path / "cert.pem").write_bytes(by.pem)
    (tmp_path / "between.pem").write_bytes(make.between().pem)
    secret = by.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (tmp_path / "key.pem").write_bytes(secret)
    (tmp_path / "entity").write_bytes(ENTITY)
    for options in (["-binary"], ["-binary", "-nodetach"], ["-binary", "-nodetach", "-stream", "-keyid"]):
        command = ["openssl", "cms", "-sign", "-in", "entity", "-signer", "cert.pem", "-inkey", "key.pem"]
        command += ["-certfile", "between.pem", *options]
        signed = subprocess.run(command, cwd=tmp_path, capture_output=True, check=True).stdout
        head = b"From: ann@example.org\nSubject: x\n"
        assert check(head + signed).result == "verified"


def test_line_ends_of_a_file_do_not_break_a_signature() -> None:
    assert check(detached().replace(b"\r\n", b"\n")).result == "verified"


@pytest.mark.parametrize(
    ("old", "new"), [(b"it broke", b"it works"), (b"charset=utf-8", b"charset=utf-7"), (b"Hello", b" Hello")]
)
def test_changed_content_fails(old: bytes, new: bytes) -> None:
    assert check(detached().replace(old, new)).result == "failed"


def test_content_that_was_exchanged_within_the_signature_fails() -> None:
    data = make.signed_cms(ENTITY, make.ann()).replace(b"it broke", b"it works")
    assert check(HEAD + make.pkcs7_part(data)).reason == "the content was changed"


def test_a_signature_by_another_key_fails() -> None:
    forged = Owner(make.ann().certificate, make.key("ec", 9))
    found = check(opaque(by=forged))
    assert (found.result, found.reason) == ("failed", "the signature is not that of the signer's key")


def test_attributes_of_a_signature_do_not_pass_as_content() -> None:
    covered = make.tlv(0x31, b"\x30\x00")
    raw = HEAD + make.pkcs7_part(make.signed_cms(covered, make.ann(), attributes=False))
    assert check(raw).result == "broken"


@pytest.mark.parametrize("digest", [make.SHA1, make.MD5])
def test_digests_that_can_be_forged_are_weak(digest: str) -> None:
    by = make.ann("rsa")
    raw = HEAD + make.pkcs7_part(make.signed_cms(ENTITY, by, digest=digest))
    found = check(raw)
    assert (found.result, found.addresses) == ("weak", (ANN,))
    changed = make.signed_cms(ENTITY, by, digest=digest).replace(b"it broke", b"it works")
    assert check(HEAD + make.pkcs7_part(changed)).result == "failed"


def test_a_short_key_is_weak() -> None:
    small = make.owner("Ann", make.key("rsa1024"), make.between())
    assert check(opaque(by=small)).result == "weak"


def test_the_certificate_must_be_the_senders() -> None:
    raw = opaque()
    found = check(raw.replace(b"Ann <ann@example.org>", b"Ann <ann@example.org.evil.example>"))
    assert (found.result, found.reason) == ("failed", "the certificate is not the sender's")
    two = check(raw.replace(b"Ann <ann@example.org>", b"ann@example.org, boss@example.org"))
    assert two.result == "failed"
    assert check(raw.replace(b"From: Ann <ann@example.org>\r\n", b"")).result == "failed"
    assert check(raw.replace(b"Ann <ann@example.org>", b"Ann <Ann@EXAMPLE.org>")).result == "verified"


def test_addresses_in_the_subject_count_where_there_is_no_other() -> None:
    old = make.owner("Ann", make.key(), make.between(), mail=None, subject_mail=ANN)
    assert check(opaque(by=old)).result == "verified"
    both = make.owner("Ann", make.key(), make.between(), mail="other@example.org", subject_mail=ANN)
    assert check(opaque(by=both)).result == "failed"


def test_addresses_in_unicode_are_read() -> None:
    name = x509.OtherName(x509.ObjectIdentifier("1.3.6.1.5.5.7.8.9"), make.tlv(0x0C, "änn@exämple.org".encode()))
    by = make.owner("Ann", make.key(), make.between(), mail=None, more=[(x509.SubjectAlternativeName([name]), False)])
    raw = opaque(by=by).replace(b"ann@example.org", "änn@xn--exmple-cua.org".encode(), 1)
    assert check(raw).result == "verified"


def test_without_a_way_to_a_trusted_certificate_the_signer_is_unknown() -> None:
    raw = opaque()
    assert check(raw, Trust()).result == "unknown_key"
    other = make.owner("Other Root", make.key("ec", 3), authority=True)
    assert check(raw, Trust(other.pem)).result == "unknown_key"
    alone = opaque(certificates=[make.ann()])
    assert check(alone).result == "unknown_key"
    assert check(alone, replace(TRUST, intermediates=make.between().pem)).result == "verified"
    assert check(alone, Trust(make.between().der)).result == "verified"
    assert check(alone, Trust(make.ann().pem)).result == "verified"
    none = opaque(certificates=[])
    assert check(none).reason == "the signer's certificate is neither in the mail nor given"
    given = Trust(make.authority().pem, make.between().pem + b"junk\n" + make.ann().pem)
    assert check(none, given).result == "verified"


def test_a_person_is_no_authority() -> None:
    forged = make.owner("Bob", make.key("ec", 5), make.ann())
    raw = HEAD + make.pkcs7_part(make.signed_cms(ENTITY, forged, certificates=[forged, make.ann(), make.between()]))
    assert check(raw).result == "unknown_key"


def test_certificates_are_judged_at_the_time_of_the_mail() -> None:
    old = make.owner("Ann", make.key(), make.between(), days=(-9, -1))
    assert check(opaque(by=old)).reason == "the signer's certificate had expired"
    early = make.owner("Ann", make.key(), make.between(), days=(1, 9))
    assert check(opaque(by=early)).reason == "the signer's certificate was not valid yet"
    raw = opaque(by=old).replace(b"Mon, 2 Nov 2026", b"Wed, 28 Oct 2026")
    assert [one.result for one in check_signatures(raw, TRUST)] == ["verified"]
    assert [one.result for one in check_signatures(raw.replace(b"Date:", b"X-Date:"), TRUST)] == ["failed"]
    assert [one.result for one in check_signatures(raw, TRUST, NOW.replace(tzinfo=None))] == ["failed"]


def test_certificates_must_be_for_mail() -> None:
    server = make.owner("Ann", make.key(), make.between(), usage=(ExtendedKeyUsageOID.SERVER_AUTH,))
    assert check(opaque(by=server)).reason == "the signer's certificate is not for mail"
    silent = make.owner("Ann", make.key(), make.between(), signs=False)
    assert check(opaque(by=silent)).reason == "the signer's key is not for signatures"
    any_use = make.owner("Ann", make.key(), make.between(), usage=())
    assert check(opaque(by=any_use)).result == "verified"


def test_an_authority_for_other_uses_or_names_says_nothing() -> None:
    for extension, critical in (
        (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False),
        (x509.NameConstraints([x509.RFC822Name("acme.example")], None), True),
        (x509.UnrecognizedExtension(x509.ObjectIdentifier("1.2.3.4"), b"\x05\x00"), True),
    ):
        limited = make.owner(
            "Limited", make.key("ec", 6), make.authority(), authority=True, more=[(extension, critical)]
        )
        by = make.owner("Ann", make.key(), limited)
        assert check(opaque(by=by, certificates=[by, limited])).result == "unknown_key"
    named = x509.NameConstraints([x509.RFC822Name("example.org")], None)
    limited = make.owner("Limited", make.key("ec", 6), make.authority(), authority=True, more=[(named, True)])
    by = make.owner("Ann", make.key(), limited)
    assert check(opaque(by=by, certificates=[by, limited])).result == "verified"
    hidden = make.owner("Ann", make.key(), limited, mail=None, subject_mail=ANN)
    assert check(opaque(by=hidden, certificates=[hidden, limited])).result == "failed"


@pytest.mark.parametrize(
    ("options", "reason"),
    [
        ({"told_digest": b"x" * 32}, "the content was changed"),
        ({"signed_type": make.ENVELOPED}, "the signed type is not that of the content"),
        (
            {"more_attributes": make.seq(make.oid("1.2.840.113549.1.9.4"), make.tlv(0x31, make.tlv(4, b"x" * 32)))},
            "a signed attribute is missing or stands twice",
        ),
        ({"inner": "1.2.3.4", "attributes": False}, "a signature without attributes over other things than a mail"),
    ],
)
def test_signatures_that_forgers_would_write(options: dict[str, object], reason: str) -> None:
    found = check(opaque(**options))
    assert found.result in ("failed", "broken")
    assert found.reason == reason


def test_a_signature_of_a_part_is_not_one_of_the_whole() -> None:
    inner = make.beside(ENTITY, make.signed_cms(ENTITY, make.ann(), detached=True))
    footer = b"\r\n--l-1\r\nContent-Type: text/plain\r\n\r\nTo unsubscribe ...\r\n--l-1--\r\n"
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=l-1\r\n\r\n--l-1\r\n" + inner + footer
    found = check(raw)
    assert (found.result, found.whole, found.path) == ("verified", False, "1.1")


def test_signatures_within_signatures_are_each_checked() -> None:
    inner = make.pkcs7_part(make.signed_cms(ENTITY, make.ann()))
    raw = HEAD + make.beside(inner, make.signed_cms(inner, make.ann("rsa"), detached=True))
    assert [(one.form, one.result, one.whole) for one in check_signatures(raw, TRUST, NOW)] == [
        ("detached", "verified", True),
        ("opaque", "verified", True),
    ]
    packed = make.pkcs7_part(make.compressed_cms(inner), "application/pkcs7-mime; smime-type=compressed-data")
    assert check(HEAD + packed).result == "verified"


def test_what_is_broken_is_said_to_be() -> None:
    good = make.signed_cms(ENTITY, make.ann(), detached=True)
    assert check(HEAD + make.beside(ENTITY, good[:-40])).result == "broken"
    assert check(HEAD + make.beside(ENTITY, b"junk")).result == "broken"
    assert check(HEAD + make.beside(ENTITY, make.cms(make.ENVELOPED, b"\x30\x00"))).result == "broken"
    only = HEAD + b"Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n"
    assert check(only).reason == "content or signature is missing"
    missing = HEAD + make.pkcs7_part(make.signed_cms(ENTITY, make.ann(), detached=True))
    assert check(missing).reason == "what was signed is not there"


def test_mail_without_signatures_has_no_outcome() -> None:
    assert check_signatures(HEAD + ENTITY, TRUST, NOW) == ()
    assert check_signatures(b"", TRUST) == ()
    certificates = make.cms(
        make.SIGNED, make.seq(make.whole_number(1), b"\x31\x00", make.seq(make.oid(make.DATA)), b"\x31\x00")
    )
    assert check_signatures(HEAD + make.pkcs7_part(certificates), TRUST, NOW) == ()


def test_a_signature_over_lone_line_feeds_is_found() -> None:
    entity = ENTITY.replace(b"\r\n", b"\n")
    raw = HEAD.replace(b"\r\n", b"\n") + make.beside(entity, make.signed_cms(entity, make.ann(), detached=True))
    assert check(raw).result == "verified"
    plain = make.signed_cms(entity, make.ann(), detached=True, attributes=False)
    assert check(HEAD + make.beside(entity, plain)).result == "verified"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (make.oid("1.2.840.10045.4.3.2"), make.oid("1.2.840.10045.4.3.9")),  # an algorithm that nobody has
        (make.oid("1.2.840.10045.4.3.2"), make.oid("1.2.840.113549.1.1")[:-1] + b"\x02"),
        (make.seq(make.oid(make.SHA256), b"\x05\x00"), make.seq(make.oid("2.16.840.1.101.3.4.2.99"), b"\x05\x00")),
    ],
)
def test_algorithms_that_nobody_knows_prove_nothing(old: bytes, new: bytes) -> None:
    data = make.signed_cms(ENTITY, make.ann())
    assert len(old) == len(new)
    head, _, tail = data.rpartition(old)
    assert check(HEAD + make.pkcs7_part(head + new + tail)).result in ("broken", "failed")


def test_parameters_of_pss_that_nobody_knows_prove_nothing() -> None:
    data = make.signed_cms(ENTITY, make.ann("rsa"), pss=True)
    salt = make.tlv(0xA2, make.whole_number(32))
    for other in (make.tlv(0xA2, make.whole_number(31)), make.tlv(0xA1, make.whole_number(32))):
        head, _, tail = data.rpartition(salt)
        assert check(HEAD + make.pkcs7_part(head + other + tail)).result in ("failed", "broken")
    no_hash = data.replace(make.oid(make.SHA256), make.oid("2.16.840.1.101.3.4.2.5"))
    assert check(HEAD + make.pkcs7_part(no_hash)).result == "broken"


def test_a_certificate_that_cannot_be_read_proves_nothing() -> None:
    by = make.ann()
    data = make.signed_cms(ENTITY, by)
    at = data.find(by.der)
    name = data.find(make.oid("2.5.29.17"), at)  # subjectAltName becomes a second basicConstraints
    twice = data[:name] + make.oid("2.5.29.19") + data[name + 5 :]
    assert check(HEAD + make.pkcs7_part(twice)).result in ("broken", "failed")
    key = data.find(by.certificate.public_bytes(Encoding.DER)[-200:-150], at)
    assert key > 0
    point = data.find(make.oid("1.2.840.10045.2.1"), at)
    other = data[:point] + make.oid("1.2.840.10045.2.9") + data[point + len(make.oid("1.2.840.10045.2.1")) :]
    assert check(HEAD + make.pkcs7_part(other)).result == "broken"
    number = data.find(make.tlv(2, b"\x02"), at)  # the version of the certificate
    broken = data[:number] + make.tlv(2, b"\x09") + data[number + 3 :]
    assert check(HEAD + make.pkcs7_part(broken)).result == "broken"


def test_names_of_certificates_that_cannot_be_read_are_no_names() -> None:
    junk = x509.OtherName(x509.ObjectIdentifier("1.3.6.1.5.5.7.8.9"), make.tlv(0x30, b""))
    other = x509.OtherName(x509.ObjectIdentifier("1.2.3"), make.tlv(0x0C, ANN.encode()))
    names = x509.SubjectAlternativeName([junk, other])
    by = make.owner("Ann", make.key(), make.between(), mail=None, more=[(names, False)])
    assert check(opaque(by=by)).reason == "the certificate is not the sender's"


def test_trust_that_cannot_be_read_trusts_nobody() -> None:
    pem = make.authority().pem
    for junk in (b"junk", b"\x30\x03\x02\x01\x01", pem.replace(b"MII", b"AAA", 1)):
        assert check(opaque(), Trust(junk)).result == "unknown_key"
    broken = pem.replace(b"MII", b"AAA", 1)
    other = make.owner("Other Root", make.key("ec", 3), authority=True)
    for files in ((broken, pem), (other.der, make.authority().der), (pem, other.der), (other.der, pem)):
        assert check(opaque(), Trust(b"\n".join(files))).result == "verified"


def test_a_signer_named_by_a_key_that_no_certificate_has_is_unknown() -> None:
    nameless = make.owner("Ann", make.key(), make.between(), key_id=False)
    raw = HEAD + make.pkcs7_part(make.signed_cms(ENTITY, make.ann(), by_key_id=True, certificates=[nameless]))
    assert check(raw).result == "unknown_key"

"""S/MIME opened as mail clients show it, protection recognised, ASN.1 read within bounds."""

from __future__ import annotations

import base64
import subprocess
import sys
import zlib
from datetime import UTC, datetime

import pysequoia
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mail.limits import DEFAULT
from mail.mime import Node, Tree, read_tree
from mail.parse import parse
from mail.protected.opened import Wrapper, open_signed
from mail.protected.signatures import Trust, check_signatures
from mail.protection import Protection, autocrypt_key, protection_of, protections
from tests.mail import protecting as make
from tests.mail.compound_writer import compound, values
from tests.mail.protecting import ENTITY, HEAD

MIXED = (
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n" + ENTITY + b"\r\n--x\r\n"
    b"Content-Type: application/pdf; name=invoice.pdf\r\n\r\nPDF\r\n--x--\r\n"
)
COMPRESSED = "application/pkcs7-mime; smime-type=compressed-data; name=smime.p7z"
PLAIN = b"Content-Type: text/plain\r\n\r\n"


def opened(raw: bytes) -> tuple[Node, Tree]:
    tree = Tree(DEFAULT)
    return open_signed(read_tree(raw, tree), tree), tree


def leaves(node: Node) -> list[tuple[str, str]]:
    if not node.children:
        return [(node.path, node.type.value)]
    return [leaf for child in node.children for leaf in leaves(child)]


def signed_part(entity: bytes = ENTITY, indefinite: bool = False) -> bytes:
    return make.pkcs7_part(make.signed_cms(entity, make.ann(), indefinite=indefinite))


@pytest.mark.parametrize(
    "kind",
    [
        "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m",
        "application/x-pkcs7-mime; name=smime.p7m",
        "application/pkcs7-mime",
        "application/octet-stream; name=smime.p7m",
    ],
)
def test_what_is_signed_is_opened_whatever_servers_call_it(kind: str) -> None:
    root, tree = opened(HEAD + make.pkcs7_part(make.signed_cms(ENTITY, make.ann()), kind))
    assert isinstance(root, Wrapper)
    assert root.is_multipart
    assert leaves(root) == [("1.s1", "text/plain")]
    assert tree.defects == []
    assert root.headers.text("subject") == "Broken screen"


def test_base64_that_nobody_declares_is_read() -> None:
    part = signed_part().replace(b"Content-Transfer-Encoding: base64\r\n", b"")
    head, _, body = part.partition(b"\r\n\r\n")
    pem = head + b"\r\n\r\n-----BEGIN PKCS7-----\r\n" + body + b"-----END PKCS7-----\r\n"
    for raw in (HEAD + part, HEAD + pem):
        assert leaves(opened(raw)[0]) == [("1.s1", "text/plain")]
        assert [one.result for one in check_signatures(raw, KEYS, MOMENT)] == ["verified"]
        assert protections(parse(raw)) == ("smime_signed",)


def test_defects_within_name_the_part_within() -> None:
    broken = b"Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text\r\n\r\nHi\r\n"
    assert opened(HEAD + signed_part(broken))[1].defects == ["multipart_unclosed", "content_type_broken@1.s1"]


def test_multiparts_within_signatures_compression_and_signatures_again_are_opened() -> None:
    inner = signed_part(MIXED, indefinite=True)
    raw = HEAD + signed_part(make.pkcs7_part(make.compressed_cms(inner), COMPRESSED))
    root, tree = opened(raw)
    assert leaves(root) == [("1.s1.s1.s1", "text/plain"), ("1.s1.s1.s2", "application/pdf")]
    assert tree.defects == []


def test_a_signed_part_of_a_multipart_is_opened_in_its_place() -> None:
    footer = b"\r\n--l\r\nContent-Type: text/plain\r\n\r\nfooter\r\n--l--\r\n"
    root, _ = opened(HEAD + b"Content-Type: multipart/mixed; boundary=l\r\n\r\n--l\r\n" + signed_part(MIXED) + footer)
    assert leaves(root) == [("1.s1", "text/plain"), ("1.s2", "application/pdf"), ("2", "text/plain")]


def test_signed_files_stay_files() -> None:
    for content in (b"%PDF-1.7\n", b'<?xml version="1.0"?><invoice/>', b"", b"\0" * 100):
        root, tree = opened(HEAD + signed_part(content))
        assert not isinstance(root, Wrapper)
        assert tree.defects == []


def test_messages_inside_the_mail_are_left_as_they_are() -> None:
    root, _ = opened(HEAD + b"Content-Type: message/rfc822\r\n\r\n" + HEAD + signed_part())
    assert leaves(root) == [("1.1", "application/pkcs7-mime")]


@pytest.mark.parametrize(
    "raw",
    [
        HEAD + make.pkcs7_part(make.cms(make.ENVELOPED, b"\x30\x00"), "application/octet-stream; name=smime.p7m"),
        HEAD + make.pkcs7_part(b"junk", "application/pkcs7-mime; smime-type=enveloped-data"),
        HEAD + make.pkcs7_part(make.cms("1.2.840.113549.1.9.16.1.23", b"\x30\x00"), "application/pkcs7-mime"),
    ],
)
def test_encrypted_mail_is_said_to_be_and_stays_closed(raw: bytes) -> None:
    root, tree = opened(raw)
    assert tree.defects == ["encrypted@1"]
    assert root.children == []


@pytest.mark.parametrize("form", ["around", "beside"])
def test_signed_mail_that_outlook_saved_is_checked(form: str) -> None:
    data = make.signed_cms(ENTITY, make.ann(), detached=form == "beside")
    if form == "beside":
        data = make.beside(ENTITY, data)
    tree = values({}, 32, p0037="Broken screen", p0c1a="Ann", p5d01="ann@example.org")
    tree["__attach_version1.0_#00000000"] = values({}, 8, p3707="smime.p7m", p3701=data)
    (found,) = check_signatures(compound(tree), KEYS, MOMENT)
    assert (found.result, found.whole) == ("verified", True)
    tree["__attach_version1.0_#00000000"] = values({}, 8, p3707="invoice.pdf", p3701=data)
    assert check_signatures(compound(tree), KEYS, MOMENT) == ()
    tree["__attach_version1.0_#00000000"] = values({}, 8, p3707="smime.p7m", p3701=b"%PDF")
    assert check_signatures(compound(tree), KEYS, MOMENT) == ()


def test_encrypted_pgp_is_said_to_be() -> None:
    raw = (
        HEAD + b'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary=e\r\n\r\n--e\r\n'
        b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n--e\r\n"
        b"Content-Type: application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n--e--\r\n"
    )
    assert opened(raw)[1].defects == ["encrypted"]
    by_exchange = raw.replace(b"multipart/encrypted", b"multipart/mixed")
    assert opened(by_exchange)[1].defects == ["encrypted"]


def test_a_broken_file_stays_and_is_named() -> None:
    data = make.signed_cms(ENTITY, make.ann())
    assert opened(HEAD + make.pkcs7_part(data[:-9]))[1].defects == ["smime_broken@1"]
    broken = make.compressed_cms(ENTITY, packed=b"no zlib")
    assert opened(HEAD + make.pkcs7_part(broken, COMPRESSED))[1].defects == ["smime_broken@1"]


def test_bombs_are_cut() -> None:
    bomb = make.compressed_cms(PLAIN + b"A" * 20_000_000)
    root, tree = opened(HEAD + make.pkcs7_part(bomb, COMPRESSED))
    assert tree.defects == ["content_cut@1"]
    assert len(root.children[0].source) < 300_000
    many = make.pkcs7_part(make.compressed_cms(PLAIN + b"A" * 120_000), COMPRESSED)
    parts = b"".join(b"--m\r\n" + many + b"\r\n" for _ in range(30))
    root, _ = opened(HEAD + b"Content-Type: multipart/mixed; boundary=m\r\n\r\n" + parts + b"--m--\r\n")
    assert sum(len(child.children[0].source) for child in root.children if child.children) < 300_000


def test_signatures_nested_without_end_are_opened_to_a_depth() -> None:
    entity = ENTITY
    for _ in range(8):
        entity = signed_part(entity)
    assert "nesting_too_deep" in opened(HEAD + entity)[1].defects


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (HEAD + signed_part(), ("smime_signed", "mime", "1")),
        (HEAD + make.pkcs7_part(make.compressed_cms(ENTITY), COMPRESSED), ("smime_compressed", "mime", "1")),
        (HEAD + make.pkcs7_part(b"x", "application/octet-stream; name=smime.p7s"), ("smime_encrypted", "file", "1")),
        (
            HEAD
            + make.pkcs7_part(make.signed_cms(ENTITY, make.ann()), "application/pkcs7-mime; smime-type=certs-only"),
            ("smime_certificates", "mime", "1"),
        ),
        (HEAD + b"Content-Type: application/pgp-keys\r\n\r\n" + make.pgp_public(), ("pgp_key", "file", "1")),
        (HEAD + b"\r\n" + make.pgp_public(), ("pgp_key", "text", "1")),
        (HEAD + b"\r\n" + make.pgp_cleartext("Hi").encode(), ("pgp_signed", "text", "1")),
        (
            HEAD
            + b"Content-Type: application/octet-stream; name=encrypted.asc\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\nx",
            ("pgp_encrypted", "file", "1"),
        ),
        (HEAD + b"\r\n-----BEGIN PKCS7-----\r\n", ("smime_signed", "text", "")),
    ],
)
def test_what_protects_a_mail_is_recognised(raw: bytes, found: tuple[str, str, str]) -> None:
    if b"smime.p7s" in raw:
        found = ("smime_signed", "file", "1")
        raw = raw.replace(b"filename=smime.p7m", b"filename=smime.p7s")
    got = [(one.kind, one.form, one.path) for one in protection_of(parse(raw))]
    assert got[:1] == [found]


def test_pgp_that_exchange_turned_into_files_is_recognised() -> None:
    raw = (
        HEAD + b"Content-Type: multipart/mixed; boundary=e\r\n\r\n--e\r\nContent-Type: text/plain\r\n\r\n\r\n--e\r\n"
        b'Content-Type: application/octet-stream; name="PGPMIME version identification"\r\n\r\nVersion: 1\r\n--e\r\n'
        b'Content-Type: application/octet-stream; name="encrypted.asc"\r\n\r\n'
        b"-----BEGIN PGP MESSAGE-----\r\n\r\nwV4D\r\n-----END PGP MESSAGE-----\r\n--e--\r\n"
    )
    mail = parse(raw)
    assert protection_of(mail) == (Protection("pgp_encrypted", "file", "3"),)
    assert protections(mail) == ("pgp_encrypted",)


def test_keys_alone_protect_nothing() -> None:
    assert protections(parse(HEAD + b"\r\n" + make.pgp_public())) == ()
    assert protections(parse(HEAD + b"\r\nI wrote -----BEGIN PGP MESSAGE-----\r\n")) == ()


def test_autocrypt_keys_are_those_of_the_sender_alone() -> None:
    key = bytes(make.pgp_key().extract_certificate())
    packed = base64.encodebytes(key).replace(b"\n", b"\r\n ").strip()
    field = b"Autocrypt: addr=ann@example.org; prefer-encrypt=mutual; _more=1;\r\n keydata=" + packed + b"\r\n"

    def read(fields: bytes) -> tuple[str, bytes] | None:
        return autocrypt_key(parse(HEAD + fields + b"\r\nHi"))

    assert read(field) == ("ann@example.org", key)
    assert read(field + field) is None
    assert read(field.replace(b"addr=ann", b"addr=bob")) is None
    assert read(field.replace(b"_more", b"more")) is None
    assert read(b"Autocrypt: addr=ann@example.org; keydata=?\r\n") is None
    assert protection_of(parse(HEAD + field + b"\r\nHi")) == (Protection("pgp_key", "header", ""),)


def test_a_signed_mail_is_read_as_its_reader_sees_it() -> None:
    for raw in (
        HEAD + signed_part(MIXED),
        HEAD + make.pkcs7_part(make.compressed_cms(MIXED), COMPRESSED),
        HEAD + make.beside(MIXED, make.signed_cms(MIXED, make.ann(), detached=True)),
    ):
        mail = parse(raw)
        assert (mail.subject, mail.text, mail.defects) == ("Broken screen", "Hello,\nit broke.", ())
        assert mail.attachments[0].filename == "invoice.pdf"
        assert protections(mail) == (() if b"compressed" in raw else ("smime_signed",))
    mail = parse(HEAD + signed_part(MIXED))
    assert [(part.path, part.content_type) for part in mail.parts] == [
        ("1", "application/pkcs7-mime"), ("1.s1", "text/plain"), ("1.s2", "application/pdf"),
    ]  # fmt: skip
    assert [part.path for part in mail.attachments] == ["1.s2"]
    assert mail.parts[2].data() == b"PDF"


def test_signed_text_is_read_without_its_framework() -> None:
    signed = make.pgp_cleartext("- one\n- two\n-- \nAnn\n").encode()
    for kind in (b"text/plain; charset=utf-8", b"text/plain; format=flowed"):
        mail = parse(HEAD + b"Content-Type: " + kind + b"\r\n\r\n" + signed)
        assert mail.text.splitlines()[:2] == ["- one", "- two"]
        assert "PGP" not in mail.text
        assert protections(mail) == ("pgp_signed",)
        assert mail.defects == ()
    answer = "Yes.\n\n> -----BEGIN PGP SIGNED MESSAGE-----\n> Hash: SHA256\n>\n> Hi\n"
    assert parse(HEAD + b"\r\n" + answer.encode()).text == answer.strip()


def test_encrypted_mail_has_its_defect() -> None:
    secret = pysequoia.encrypt(b"x", recipients=[make.pgp_key().extract_certificate()])
    assert parse(HEAD + b"\r\n" + secret).defects == ("encrypted@1",)
    enveloped = make.pkcs7_part(make.cms(make.ENVELOPED, b"\x30\x00"), "application/pkcs7-mime; name=smime.p7m")
    mail = parse(HEAD + enveloped)
    assert (mail.defects, mail.text, len(mail.attachments)) == (("encrypted@1",), "", 1)
    assert protections(mail) == ("smime_encrypted",)


def test_signed_mail_that_outlook_saved_is_read() -> None:
    tree = values({}, 32, p0037="Broken screen", p0c1a="Ann", p5d01="ann@example.org")
    data = make.signed_cms(MIXED, make.ann())
    tree["__attach_version1.0_#00000000"] = values({}, 8, p3707="smime.p7m", p3701=data)
    raw = compound(tree)
    mail = parse(raw)
    assert (mail.subject, mail.text, mail.raw_size) == ("Broken screen", "Hello,\nit broke.", len(raw))
    assert [part.filename for part in mail.attachments] == ["invoice.pdf"]
    assert protections(mail) == ("smime_signed",)


def test_reading_mail_loads_no_cryptography() -> None:
    code = "import sys, mail.parse, mail.protection; print(*(name.partition('.')[0] for name in sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    assert not {"cryptography", "pysequoia"} & set(loaded)


GOOD = (
    make.signed_cms(ENTITY, make.ann()),
    make.signed_cms(ENTITY, make.ann("rsa"), pss=True, by_key_id=True),
    make.signed_cms(ENTITY, make.ann("ed25519"), indefinite=True),
    make.compressed_cms(ENTITY),
)
KEYS = Trust(make.authority().pem, make.between().pem, make.pgp_public())
PGP = bytes(pysequoia.Cert.from_bytes(make.pgp_public())) + (
    zlib.compress(b"x")
    + pysequoia.sign(make.pgp_key().signer(), ENTITY, mode=pysequoia.SignatureMode.DETACHED, armor=False)
)
MOMENT = datetime(2026, 11, 2, 9, tzinfo=UTC)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
def test_mutated_signatures_raise_nothing_and_verify_nothing_else(data: st.DataObject) -> None:
    raw = bytearray(data.draw(st.sampled_from([*GOOD, PGP[-200:]])))
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(raw) - 1))
        match data.draw(st.sampled_from(["turn", "cut", "double"])):
            case "turn":
                raw[at] = data.draw(st.integers(0, 255))
            case "cut":
                del raw[at : at + data.draw(st.integers(1, 40))]
            case "double":
                raw[at:at] = raw[at : at + data.draw(st.integers(1, 200))]
        raw = raw or bytearray(b"\x30")
    changed = ENTITY.replace(b"it broke", b"it works")
    for mail in (
        HEAD + make.pkcs7_part(bytes(raw)),
        HEAD + make.beside(changed, bytes(raw)),
        HEAD + make.beside(changed, bytes(raw), "application/pgp-signature"),
    ):
        found = check_signatures(mail, KEYS, MOMENT)
        protection_of(parse(mail))
        for one in found:
            assert one.form == "opaque" or one.result != "verified"
            if one.result == "verified":
                assert opened(mail)[0].children[0].source == ENTITY

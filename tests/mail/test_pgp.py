"""PGP in mail: signatures beside and within the text, armour taken off, keys found; nothing unproven is believed."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path
from shutil import which

import pysequoia
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mail.protected.armour import blocks_in, clear_texts, dearmoured, plain_view
from mail.protected.pgp import canonical_texts
from mail.protected.signatures import SignatureCheck, Trust, check_signatures
from tests.mail import protecting as make
from tests.mail.protecting import ANN, ENTITY, HEAD

TRUST = Trust(keys=make.pgp_public())
TEXT = "Hello,\n- a list\n-- \nFrom here  \n\nit broke."
PROTOCOL = "application/pgp-signature"


def check(raw: bytes, trust: Trust = TRUST) -> SignatureCheck:
    (found,) = check_signatures(raw, trust)
    return found


def beside(entity: bytes = ENTITY, user: str = "Ann <ann@example.org>") -> bytes:
    return HEAD + make.beside(entity, make.pgp_detached(entity, user), PROTOCOL)


def within(text: str = TEXT, around: str = "{}", head: bytes = HEAD) -> bytes:
    return head + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + around.format(make.pgp_cleartext(text)).encode()


def test_a_good_signature_beside_the_content_is_verified() -> None:
    found = check(beside())
    assert (found.kind, found.form, found.result, found.whole, found.path) == ("pgp", "detached", "verified", True, "1")
    assert found.addresses == (ANN,)
    assert found.fingerprint == make.pgp_key().extract_certificate().fingerprint.lower()
    assert found.signed_at is not None
    assert check(beside().replace(b"\r\n", b"\n")).result == "verified"


def test_a_good_signature_in_the_text_is_verified() -> None:
    found = check(within())
    assert (found.form, found.result, found.whole) == ("cleartext", "verified", True)
    assert check(within("Grüße\n")).result == "verified"
    assert check(within().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")).result == "verified"


def test_trailing_blanks_that_servers_take_away_do_not_count() -> None:
    entity = b"Content-Type: text/plain\r\n\r\nHello  \r\n-- \r\nAnn\r\n"
    assert canonical_texts(entity) == (entity, entity.replace(b" \r\n", b"\r\n").replace(b"Hello ", b"Hello"))
    stripped = canonical_texts(entity)[1]
    raw = HEAD + make.beside(entity, make.pgp_detached(stripped), PROTOCOL)
    assert check(raw).result == "verified"


def test_text_around_the_signed_text_is_not_signed() -> None:
    found = check(within(around="Pay to another account:\n{}\n"))
    assert (found.result, found.whole) == ("verified", False)


def test_changed_content_and_other_keys_fail() -> None:
    assert check(beside().replace(b"it broke", b"it works")).result == "failed"
    assert check(within().replace(b"it broke", b"it works")).result == "failed"
    other = make.pgp_public("Bob <bob@example.org>")
    found = check(beside(), Trust(keys=other))
    assert (found.result, found.addresses) == ("unknown_key", ())
    assert found.fingerprint
    assert check(beside(), Trust()).result == "unknown_key"
    assert check(beside(), Trust(keys=b"junk")).result == "unknown_key"
    bob, ann = make.pgp_key("Bob <bob@example.org>").extract_certificate(), make.pgp_key().extract_certificate()
    broken = str(bob).replace("x", "y", 9).encode()
    for files in (
        (bytes(bob), bytes(ann)),
        (str(bob).encode(), str(ann).encode()),
        (bytes(bob), str(ann).encode()),
        (b"My keys:", other, bytes(ann)),
        (broken, bytes(ann)),
        (bytes(ann), b"junk"),
    ):
        both = Trust(keys=b"\n".join(files))
        assert check(beside(), both).result == "verified", files


def test_the_key_must_be_the_senders() -> None:
    by_bob = beside(user="Bob <bob@example.org>")
    assert check(by_bob, Trust(keys=make.pgp_public("Bob <bob@example.org>"))).reason == "the key is not the sender's"


def test_headers_of_the_armour_cannot_pass_as_signed() -> None:
    raw = within().replace(b"Hash: SHA512", b"Hash: SHA512\nSend money to: 123")
    assert check(raw).result == "broken"


def test_a_revoked_key_and_an_expired_one_verify_nothing() -> None:
    secret = make.pgp_key()
    certificate = secret.extract_certificate()
    revoked = certificate.merge(
        pysequoia.Cert.from_bytes(bytes(certificate) + bytes(certificate.revoke(secret.certifier())))
    )
    found = check(beside(), Trust(keys=bytes(revoked)))
    assert (found.result, found.reason) == ("failed", "the signer's key was revoked")
    copies = Trust(keys=bytes(revoked) + bytes(certificate))
    assert check(beside(), copies).result == "failed"
    ends = datetime.now(UTC) + timedelta(days=9)
    limited = Trust(keys=bytes(certificate.set_expiration(ends, secret.certifier())))
    assert [one.result for one in check_signatures(beside(), limited, ends - timedelta(days=1))] == ["verified"]
    (late,) = check_signatures(beside(), limited, ends + timedelta(days=1))
    assert (late.result, late.reason) == ("failed", "the signer's key had expired")


def test_what_is_no_signature_is_broken() -> None:
    for junk in (
        b"junk",
        b"",
        b"-----BEGIN PGP SIGNATURE-----\r\n\r\n!!!!\r\n",
        b"\xc2",
        b"\xc2\x05\x04\x00",
        b"\x8b\x01\x02",
    ):
        assert check(HEAD + make.beside(ENTITY, junk, PROTOCOL)).result == "broken"
    packet = bytearray(dearmoured(make.pgp_detached(ENTITY).decode()) or b"")
    packet[5] = 82  # a hash that nobody has
    assert check(HEAD + make.beside(ENTITY, bytes(packet), PROTOCOL)).result == "broken"
    unsigned = within().partition(b"-----BEGIN PGP SIGNATURE")[0]
    assert check(unsigned).result == "broken"


def test_packed_data_in_place_of_a_signature_is_never_unpacked() -> None:
    bomb = pysequoia.sign(make.pgp_key().signer(), b"\0" * 1_000_000, armor=False)
    assert check(HEAD + make.beside(ENTITY, b"\xc8" + bomb, PROTOCOL)).result == "broken"


@pytest.mark.skipif(which("gpg") is None, reason="gpg is not installed")
def test_gpg_and_this_module_agree(tmp_path: Path) -> None:
    home = tmp_path / "g"
    home.mkdir(mode=0o700)

    def gpg(*words: str, given: bytes = b"") -> bytes:
        command = [
            "gpg",
            "--homedir",
            str(home),
            "--batch",
            "--quiet",
            "--pinentry-mode",
            "loopback",
            "--passphrase",
            "",
        ]
        return subprocess.run([*command, *words], input=given, capture_output=True, check=True).stdout

    gpg("--quick-generate-key", "Ann <ann@example.org>", "ed25519", "sign", "never")
    trust = Trust(keys=gpg("--export", ANN))
    signature = gpg("--armor", "--detach-sign", given=ENTITY)
    assert check(HEAD + make.beside(ENTITY, signature, PROTOCOL), trust).result == "verified"
    text = gpg("--armor", "--textmode", "--detach-sign", given=ENTITY)
    assert check(HEAD + make.beside(ENTITY, text, PROTOCOL), trust).result == "verified"
    clear = gpg("--clear-sign", given=TEXT.encode())
    assert check(HEAD + b"\r\n" + clear, trust).result == "verified"
    assert plain_view(clear.decode())[0].strip() == TEXT
    weak = gpg("--digest-algo", "SHA1", "--allow-weak-digest-algos", "--armor", "--detach-sign", given=ENTITY)
    assert check(HEAD + make.beside(ENTITY, weak, PROTOCOL), trust).result == "weak"
    gpg("--quick-generate-key", "Bob <bob@example.org>", "rsa1024", "sign", "never")
    short = gpg("--local-user", "bob@example.org", "--armor", "--detach-sign", given=ENTITY)
    both = Trust(keys=gpg("--export", "bob@example.org"))
    assert check(HEAD + make.beside(ENTITY, short, PROTOCOL), both).result == "weak"
    old = gpg("--detach-sign", given=ENTITY) * 2
    assert [one.result for one in check_signatures(HEAD + make.beside(ENTITY, old, PROTOCOL), trust)] == [
        "verified"
    ] * 2
    assert [one.kind for one in blocks_in(gpg("--armor", "--sign", given=b"x").decode())] == ["opaque"]
    assert [one.kind for one in blocks_in(gpg("--armor", "--export", ANN).decode())] == ["key"]
    subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False)


def test_signed_text_is_read_without_its_armour() -> None:
    signed = make.pgp_cleartext("- one\n- two\n-- \nFrom me")
    assert plain_view(f"Above\n{signed}Below\n") == (
        "Above\n- one\n- two\n-- \nFrom me\nBelow\n".replace("-- ", "--"),
        False,
    )
    assert plain_view("Hello\n") == ("Hello\n", False)
    mark = "-----BEGIN PGP SIGN{}-----\r\n"
    crlf = f"{mark.format('ED MESSAGE')}Hash: SHA256\r\n\r\nHi\r\n- - x\r\n{mark.format('ATURE')}\r\nab"
    assert plain_view(crlf) == ("Hi\n- x", False)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA1\n\nHi\n", "Hi"),
        ("-----BEGIN PGP SIGNED MESSAGE-----\nHi there\n-----BEGIN PGP SIGNATURE-----\n\nx\n", "Hi there"),
        ("-----BEGIN PGP SIGNED MESSAGE-----", ""),
        ("> -----BEGIN PGP SIGNED MESSAGE-----\n> Hi\n", "> -----BEGIN PGP SIGNED MESSAGE-----\n> Hi\n"),
        ("I write -----BEGIN PGP SIGNED MESSAGE-----\n", "I write -----BEGIN PGP SIGNED MESSAGE-----\n"),
        (
            "-----BEGIN PGP SIGNED MESSAGE-----\n\na\n-----BEGIN PGP SIGNED MESSAGE-----\n\nb\n"
            "-----BEGIN PGP SIGNATURE-----\n\nx\n-----END PGP SIGNATURE-----\nc\n",
            "ab\nc\n",
        ),
    ],
)
def test_broken_armour_gives_what_a_person_would_read(text: str, shown: str) -> None:
    assert plain_view(text) == (shown, False)


def test_signed_text_within_signed_text_is_read_too() -> None:
    twice = make.pgp_cleartext(make.pgp_cleartext("- Hello") + "and more")
    assert plain_view(twice)[0].strip() == "- Hello\nand more"


def test_encrypted_text_stays_as_it_is_and_is_said_to_be() -> None:
    secret = pysequoia.encrypt(b"x", recipients=[make.pgp_key().extract_certificate()]).decode()
    assert [one.kind for one in blocks_in(secret)] == ["encrypted"]
    assert plain_view(f"\n{secret}Footer") == (f"\n{secret}Footer", True)
    assert plain_view(f"This is what I got:\n{secret}") == (f"This is what I got:\n{secret}", False)
    assert plain_view("-----BEGIN PGP MESSAGE-----\n\nnot base64")[1]


def test_blocks_are_named() -> None:
    names = ["MESSAGE", "PUBLIC KEY BLOCK", "PRIVATE KEY BLOCK", "SIGNATURE", "MESSAGE, PART 01/02", "NOTHING KNOWN"]
    text = "".join(f"-----BEGIN PGP {name}-----\n" for name in names)
    assert [one.kind for one in blocks_in(text)] == ["encrypted", "key", "private_key", "signature", "encrypted"]
    assert len(blocks_in("-----BEGIN PGP MESSAGE-----\n" * 100)) == 50


def test_armour_is_taken_off() -> None:
    raw = bytes(make.pgp_key().extract_certificate())
    assert dearmoured(make.pgp_public().decode()) == raw
    assert dearmoured("no armour") is None
    assert dearmoured("-----BEGIN PGP MESSAGE-----\n\n????\n") is None


LINES = st.lists(
    st.sampled_from(
        ["- a", "-- ", "-----BEGIN PGP SIGNED MESSAGE-----", "", "From b", "Hash: x", "ä \t", "--", "- - c"]
    ),
    max_size=8,
)


@settings(max_examples=60, deadline=None)
@given(LINES)
def test_any_text_is_shown_as_it_was_signed(lines: list[str]) -> None:
    text = "\n".join(lines)
    found = clear_texts(make.pgp_cleartext(text))[0]
    shown = "\n".join(line.rstrip() for line in found.text.split("\n"))
    assert shown == "\n".join(line.rstrip() for line in lines)
    assert check(within(text)).result == "verified"

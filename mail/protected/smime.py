"""S/MIME signatures checked (RFC 8551, 5652 §5.4–5.6, 8419): what was signed, by which certificate, trusted or not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from mail.protected.ber import BerError, Element, Reader, oid_text
from mail.protected.certificates import (
    addresses_of,
    find_certificate,
    fingerprint_of,
    require_for_mail,
    require_trusted,
)
from mail.protected.cms import SignedData, Signer, certificate_identity, read_signed
from mail.protected.results import SignatureCheck, Trust, Unproven, same_address

__all__ = ["check_smime"]

_CONTENT_TYPE, _MESSAGE_DIGEST, _SIGNING_TIME = (f"1.2.840.113549.1.9.{number}" for number in (3, 4, 5))
_DATA = "1.2.840.113549.1.7.1"
_SHA = "2.16.840.1.101.3.4.2."
_HASHES: dict[str, hashes.HashAlgorithm] = {
    f"{_SHA}1": hashes.SHA256(),
    f"{_SHA}2": hashes.SHA384(),
    f"{_SHA}3": hashes.SHA512(),
    f"{_SHA}4": hashes.SHA224(),
    f"{_SHA}8": hashes.SHA3_256(),
    f"{_SHA}9": hashes.SHA3_384(),
    f"{_SHA}10": hashes.SHA3_512(),
    "1.3.14.3.2.26": hashes.SHA1(),  # noqa: S303 - read, never believed
    "1.2.840.113549.2.5": hashes.MD5(),  # noqa: S303 - read, never believed
}
_WEAK = (hashes.SHA1, hashes.MD5)
_RSA = "1.2.840.113549.1.1."
_ECDSA = "1.2.840.10045.4."
_SIGNATURE_HASHES = {
    f"{_RSA}4": hashes.MD5(),  # noqa: S303 - read, never believed
    f"{_RSA}5": hashes.SHA1(),  # noqa: S303 - read, never believed
    f"{_RSA}11": hashes.SHA256(),
    f"{_RSA}12": hashes.SHA384(),
    f"{_RSA}13": hashes.SHA512(),
    f"{_RSA}14": hashes.SHA224(),
    f"{_ECDSA}1": hashes.SHA1(),  # noqa: S303 - read, never believed
    f"{_ECDSA}3.1": hashes.SHA224(),
    f"{_ECDSA}3.2": hashes.SHA256(),
    f"{_ECDSA}3.3": hashes.SHA384(),
    f"{_ECDSA}3.4": hashes.SHA512(),
}
"""By the algorithm of the signature, where it names its hash; else it is that of the digest."""
_PLAIN = (f"{_RSA}1", "1.2.840.10045.2.1")
_PSS = f"{_RSA}10"
_ED25519 = "1.3.101.112"
_MIN_RSA, _MAX_RSA = 2048, 16384
_MIN_CURVE = 224
"""Bits: RFC 8551 §4.2; the same strength for curves."""


def check_smime(
    data: bytes, detached: Sequence[bytes], trust: Trust, at: datetime, authors: Sequence[str], blank: SignatureCheck
) -> list[SignatureCheck]:
    """Outcome of each signature in the CMS file `data`, at most 8.

    `detached` are the forms that the content beside it may have been signed in; none where it stands within. `authors`
    are the addresses in From; `blank` says where the signature stands.
    """
    try:
        signed = read_signed(data)
    except BerError as error:
        return [replace(blank, result="broken", reason=f"the signature cannot be read: {error}")]
    if not signed.signers:
        return []
    contents = [signed.content] if signed.content is not None and not detached else list(detached)
    return [_check(one, signed, contents, trust, at, authors, blank) for one in signed.signers]


def _check(
    signer: Signer,
    signed: SignedData,
    contents: Sequence[bytes],
    trust: Trust,
    at: datetime,
    authors: Sequence[str],
    found: SignatureCheck,
) -> SignatureCheck:
    try:
        found = replace(found, signed_at=_signing_time(signer))
        certificate, der = find_certificate(signer, signed.certificates, trust)
        addresses = addresses_of(certificate)
        found = replace(
            found,
            addresses=addresses,
            fingerprint=fingerprint_of(certificate),
            serial=certificate_identity(der)[1].hex().lstrip("0"),
        )
        weak = _require_holds(signer, signed.content_type, contents, certificate.public_key())
        require_for_mail(certificate, at)
        require_trusted(certificate, signed.certificates, trust, at)
        if weak:
            raise Unproven("weak", weak)
        named = {same_address(one) for one in addresses}
        if not authors or not all(same_address(one) in named for one in authors):
            raise Unproven("failed", "the certificate is not the sender's")
    except Unproven as error:
        return replace(found, result=error.result, reason=error.reason)
    except (BerError, ValueError, TypeError, UnsupportedAlgorithm):
        return replace(found, result="broken", reason="a key or parameters of a form that is not known")
    return replace(found, result="verified", reason="signature holds")


def _require_holds(signer: Signer, content_type: str, contents: Sequence[bytes], key: object) -> str:
    """Raises Unproven unless `signer` signed one of `contents` with `key`; why it is weak, "" where it is not."""
    digest = _HASHES.get(signer.digest)
    if signer.algorithm == _ED25519 and digest is None:
        digest = hashes.SHA512()
    if digest is None:
        raise Unproven("broken", f"digest {signer.digest[:40]} is not known")
    if not contents:
        raise Unproven("broken", "what was signed is not there")
    if not signer.signed_attributes:
        # Attributes of another signature must not pass as content (RFC 5652 §5.3 leaves that open).
        usable = [one for one in contents if one[:1] != b"\x31"]
        if content_type != _DATA or not usable:
            raise Unproven("broken", "a signature without attributes over other things than a mail")
        return _require_value(signer, digest, usable, key)
    if oid_text(_value(signer, _CONTENT_TYPE, 0x06)) != content_type:
        raise Unproven("broken", "the signed type is not that of the content")
    expected = _value(signer, _MESSAGE_DIGEST, 0x04)
    if not any(hashlib.new(digest.name.replace("-", "_"), one).digest() == expected for one in contents):
        raise Unproven("failed", "the content was changed")
    return _require_value(signer, digest, [signer.signed_attributes], key)


def _require_value(signer: Signer, digest: hashes.HashAlgorithm, covered: Sequence[bytes], key: object) -> str:
    """Raises Unproven unless the value signs one of `covered`; why it is weak, "" where it is not."""
    used, verify = _method(signer, _SIGNATURE_HASHES.get(signer.algorithm, digest), key)
    for one in covered:
        try:
            verify(one)
        except InvalidSignature:
            continue
        break
    else:
        raise Unproven("failed", "the signature is not that of the signer's key")
    if isinstance(used, _WEAK) or isinstance(digest, _WEAK):
        return f"{(used if isinstance(used, _WEAK) else digest).name} can be forged"
    bits = key.key_size if isinstance(key, RSAPublicKey | EllipticCurvePublicKey) else _MIN_RSA
    if bits < (_MIN_RSA if isinstance(key, RSAPublicKey) else _MIN_CURVE):
        return f"a key of {bits} bits can be broken"
    return ""


def _method(
    signer: Signer, used: hashes.HashAlgorithm, key: object
) -> tuple[hashes.HashAlgorithm, Callable[[bytes], None]]:
    """The hash that counts, and what raises InvalidSignature unless the value signs its argument. Raises Unproven."""
    algorithm, value = signer.algorithm, signer.value
    known = algorithm in _PLAIN or algorithm in _SIGNATURE_HASHES
    if isinstance(key, RSAPublicKey) and key.key_size <= _MAX_RSA:
        if algorithm == _PSS:
            used, scheme = _pss(signer.parameters)
            return used, lambda covered: key.verify(value, covered, scheme, used)
        if known and algorithm.startswith(_RSA):
            return used, lambda covered: key.verify(value, covered, padding.PKCS1v15(), used)
    if isinstance(key, EllipticCurvePublicKey) and known and not algorithm.startswith(_RSA):
        return used, lambda covered: key.verify(value, covered, ECDSA(used))
    if isinstance(key, Ed25519PublicKey) and algorithm == _ED25519:
        return used, lambda covered: key.verify(value, covered)
    raise Unproven("broken", f"algorithm {algorithm[:40]} is not known or does not fit the key")


def _pss(parameters: bytes) -> tuple[hashes.HashAlgorithm, padding.AsymmetricPadding]:
    """Hash and padding of RSASSA-PSS-params (RFC 4055 §3.1). Raises BerError, Unproven."""
    reader = Reader(parameters or b"\x30\x00")
    digest = mask = "1.3.14.3.2.26"
    salt = 20
    for one in reader.children(reader.element(0), 4):
        inner = reader.element(one.start, one.stop)
        if one.tag == 0xA0:
            digest = _first_oid(reader, inner)
        elif one.tag == 0xA1:
            mask = next((_first_oid(reader, part) for part in reader.children(inner, 2)[1:]), "")
        elif one.tag == 0xA2:
            salt = int.from_bytes(reader.content(inner)[:4])
    if digest not in _HASHES or mask not in _HASHES or salt > 512:
        raise Unproven("broken", "parameters of RSASSA-PSS that are not known")
    return _HASHES[digest], padding.PSS(padding.MGF1(_HASHES[mask]), salt)


def _first_oid(reader: Reader, element: Element) -> str:
    return next((oid_text(reader.content(one)) for one in reader.children(element, 2)), "")


def _value(signer: Signer, kind: str, tag: int) -> bytes:
    """Content of the one value of the signed attribute `kind`. Raises Unproven, BerError."""
    values = [value for name, value in signer.attributes if name == kind]
    if len(values) != 1:
        raise Unproven("broken", "a signed attribute is missing or stands twice")
    reader = Reader(values[0])
    element = reader.element(0)
    if element.tag != tag or element.end != len(values[0]):
        raise Unproven("broken", "a signed attribute of another form")
    return reader.content(element)


def _signing_time(signer: Signer) -> datetime | None:
    """When the signer says to have signed (RFC 5652 §11.3), in UTC; None where it is not said or broken."""
    value = next((value for name, value in signer.attributes if name == _SIGNING_TIME), b"")
    text = value[2:].decode("latin-1")
    if value[:1] == b"\x17" and text[:2].isdigit():  # years before 50 are of this century (RFC 5280 §4.1.2.5.1)
        text = ("20" if text[:2] < "50" else "19") + text
    try:
        return datetime.strptime(text, "%Y%m%d%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None

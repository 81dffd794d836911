"""Certificates of people who sign mail (RFC 5280, RFC 8550): whose they are, and whether a trusted authority says so.

The way to a trusted certificate is found and checked by `cryptography`. It is not asked whether a certificate was
revoked: nothing here asks anybody.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import lru_cache
from itertools import islice
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, Policy, PolicyBuilder, Store, VerificationError

from mail.protected.ber import BerError, Reader
from mail.protected.cms import Signer, certificate_identity
from mail.protected.results import Trust, Unproven

E = TypeVar("E", bound=x509.ExtensionType)

__all__ = ["addresses_of", "find_certificate", "fingerprint_of", "require_for_mail", "require_trusted"]

_PEM = re.compile(
    rb"-----BEGIN (?:X509 |TRUSTED )?CERTIFICATE-----[^-]{1,65536}-----END (?:X509 |TRUSTED )?CERTIFICATE"
)
_MAX_TRUSTED = 2_000
_MAX_NAMES = 100
_SMTP_UTF8 = "1.3.6.1.5.5.7.8.9"
"""SmtpUTF8Mailbox (RFC 9598)."""
_FOR_MAIL = (ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE)


@lru_cache(maxsize=16)
def _certificates(data: bytes) -> tuple[x509.Certificate, ...]:
    """Certificates in PEM and in DER, in any mixture; those that cannot be read are left out."""
    blocks = (match[0] + b"-----" for match in _PEM.finditer(data))
    found = [one for one in map(_from_pem, islice(blocks, _MAX_TRUSTED)) if one is not None]
    rest = _PEM.sub(b"", data) if found else data
    at = rest.find(b"\x30")
    reader = Reader(rest)
    while at >= 0 and len(found) < _MAX_TRUSTED:
        try:
            element = reader.element(at)
        except BerError:
            break
        certificate = _loaded(reader.whole(element))
        if certificate is not None:
            found.append(certificate)
        at = rest.find(b"\x30", element.end)
    return tuple(found)


@lru_cache(maxsize=16)
def _store(data: bytes) -> Store | None:
    anchors = _certificates(data)
    return Store(list(anchors)) if anchors else None


def _from_pem(data: bytes) -> x509.Certificate | None:
    try:
        return x509.load_pem_x509_certificate(data)
    except (ValueError, x509.InvalidVersion):
        return None


def _loaded(data: bytes) -> x509.Certificate | None:
    with warnings.catch_warnings():
        # Numbers and names beyond the standard's limits, which old authorities gave.
        warnings.simplefilter("ignore")
        try:
            return x509.load_der_x509_certificate(data)
        except (ValueError, x509.InvalidVersion):
            return None


def find_certificate(signer: Signer, brought: Sequence[bytes], trust: Trust) -> tuple[x509.Certificate, bytes]:
    """The signer's certificate among those that the mail brought and those given. Raises Unproven."""
    given = (*_certificates(trust.intermediates), *_certificates(trust.certificates))
    for der in brought:
        if _is_named(der, signer):
            certificate = _loaded(der)
            if certificate is None:
                raise Unproven("broken", "the signer's certificate cannot be read")
            return certificate, der
    for certificate in given:
        der = _der(certificate)
        if _is_named(der, signer):
            return certificate, der
    raise Unproven("unknown_key", "the signer's certificate is neither in the mail nor given")


@lru_cache(maxsize=256)
def _der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(Encoding.DER)


def _is_named(der: bytes, signer: Signer) -> bool:
    if signer.key_id:
        certificate = _loaded(der) if signer.key_id in der else None
        named = certificate and _extension(certificate, x509.SubjectKeyIdentifier)
        return bool(named and named.digest == signer.key_id)
    try:
        return certificate_identity(der) == (signer.issuer, signer.serial)
    except BerError:
        return False


def fingerprint_of(certificate: x509.Certificate) -> str:
    """SHA-256 of the certificate in lower-case hexadecimal."""
    return certificate.fingerprint(hashes.SHA256()).hex()


def addresses_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """Mail addresses that the certificate names, in the subject's alternative names, else in the subject (RFC 8550 §3).

    At most 100; Unicode where the certificate has it. Raises Unproven where its extensions are broken.
    """
    found: list[str] = []
    names = _extension(certificate, x509.SubjectAlternativeName)
    if names is not None:
        found.extend(names.get_values_for_type(x509.RFC822Name))
        found.extend(_unicode_addresses(names))
    if not found:
        with suppress(ValueError):
            subject = certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)
            found.extend(str(one.value) for one in subject)
    return tuple(dict.fromkeys(found[:_MAX_NAMES]))


def _unicode_addresses(names: x509.SubjectAlternativeName) -> Iterator[str]:
    for name in names.get_values_for_type(x509.OtherName):
        if name.type_id.dotted_string == _SMTP_UTF8:
            reader = Reader(name.value)
            try:
                yield reader.content(reader.element(0)).decode("utf-8", "replace")
            except BerError:
                continue


def require_for_mail(certificate: x509.Certificate, at: datetime) -> None:
    """Raises Unproven unless the certificate is valid at `at` and may sign mail (RFC 8550 §4.4.2, §4.4.4)."""
    if certificate.not_valid_after_utc < at:
        raise Unproven("failed", "the signer's certificate had expired")
    if certificate.not_valid_before_utc > at:
        raise Unproven("failed", "the signer's certificate was not valid yet")
    usage = _extension(certificate, x509.KeyUsage)
    if usage is not None and not (usage.digital_signature or usage.content_commitment):
        raise Unproven("failed", "the signer's key is not for signatures")
    uses = _extension(certificate, x509.ExtendedKeyUsage)
    if uses is not None and not any(use in uses for use in _FOR_MAIL):
        raise Unproven("failed", "the signer's certificate is not for mail")


def _extension(certificate: x509.Certificate, kind: type[E]) -> E | None:
    """The extension of this kind, None where there is none. Raises Unproven where extensions are broken."""
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        raise Unproven("broken", "a certificate has broken extensions") from None


def require_trusted(certificate: x509.Certificate, brought: Sequence[bytes], trust: Trust, at: datetime) -> None:
    """Raises Unproven unless a chain of valid certificates leads to a trusted one (RFC 5280 §6)."""
    store = _store(trust.certificates)
    if store is None:
        raise Unproven("unknown_key", "no certificate is trusted")
    between = [one for one in map(_loaded, brought) if one is not None]
    between += _certificates(trust.intermediates)
    verifier = (
        PolicyBuilder()
        .store(store)
        .time(at.astimezone(UTC))
        .extension_policies(ca_policy=_AUTHORITY, ee_policy=_SIGNER)
        .build_client_verifier()
    )
    try:
        chain = verifier.verify(certificate, between).chain
    except (VerificationError, ValueError):
        raise Unproven("unknown_key", "no way from the signer's certificate to a trusted one") from None
    named = _extension(certificate, x509.SubjectAlternativeName) is not None
    if not named and any(_extension(one, x509.NameConstraints) is not None for one in chain[1:]):
        # Constraints are checked on alternative names alone; an address in the subject would slip by.
        raise Unproven("failed", "an authority is limited to names, and the certificate has them elsewhere")


def _for_mail(policy: Policy, certificate: x509.Certificate, usage: x509.ExtendedKeyUsage | None) -> None:
    if usage is not None and not any(use in usage for use in _FOR_MAIL):
        raise ValueError("not for mail")


def _may_certify(policy: Policy, certificate: x509.Certificate, usage: x509.KeyUsage | None) -> None:
    if usage is not None and not usage.key_cert_sign:
        raise ValueError("not for signing certificates")


_SIGNER = ExtensionPolicy.permit_all().may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _for_mail)
_AUTHORITY = (
    ExtensionPolicy.permit_all()
    .require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    .may_be_present(x509.KeyUsage, Criticality.AGNOSTIC, _may_certify)
    .may_be_present(x509.ExtendedKeyUsage, Criticality.AGNOSTIC, _for_mail)
)

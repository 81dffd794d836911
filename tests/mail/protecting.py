"""Signs mails by S/MIME and PGP for tests: authorities, certificates and keys are made at test time.

The CMS is written by hand here, so that also what no library writes can be made; `openssl_signed` in `test_smime` has
the same read from a real writer.
"""

from __future__ import annotations

import base64
import hashlib
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import pysequoia
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | Ed25519PrivateKey
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
ANN = "ann@example.org"
HEAD = (
    b"From: Ann <ann@example.org>\r\nTo: claims@acme.example\r\nSubject: Broken screen\r\n"
    b"Date: Mon, 2 Nov 2026 09:00:00 +0000\r\nMessage-ID: <m1@example.org>\r\nMIME-Version: 1.0\r\n"
)
ENTITY = b"Content-Type: text/plain; charset=utf-8\r\n\r\nHello,\r\nit broke.\r\n"
MAIL = (ExtendedKeyUsageOID.EMAIL_PROTECTION,)

DATA, SIGNED, ENVELOPED = (f"1.2.840.113549.1.7.{number}" for number in (1, 2, 3))
COMPRESSED = "1.2.840.113549.1.9.16.1.9"
SHA1, MD5 = "1.3.14.3.2.26", "1.2.840.113549.2.5"
SHA256, SHA384, SHA512 = (f"2.16.840.1.101.3.4.2.{number}" for number in (1, 2, 3))
RSA, PSS = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"
ED25519 = "1.3.101.112"
_HASHES: dict[str, hashes.HashAlgorithm] = {
    SHA1: hashes.SHA1(),
    MD5: hashes.MD5(),
    SHA256: hashes.SHA256(),
    SHA384: hashes.SHA384(),
    SHA512: hashes.SHA512(),
}
_ECDSA = {SHA1: "1", SHA256: "3.2", SHA384: "3.3", SHA512: "3.4"}


def tlv(tag: int, content: bytes) -> bytes:
    """One element in DER."""
    size = len(content)
    if size < 0x80:
        return bytes([tag, size]) + content
    width = (size.bit_length() + 7) // 8
    return bytes([tag, 0x80 | width]) + size.to_bytes(width) + content


def seq(*parts: bytes) -> bytes:
    return tlv(0x30, b"".join(parts))


def oid(dotted: str) -> bytes:
    first, second, *rest = map(int, dotted.split("."))
    content = bytearray()
    for number in (first * 40 + second, *rest):
        octets = [number & 0x7F]
        while number := number >> 7:
            octets.append(number & 0x7F | 0x80)
        content += bytes(reversed(octets))
    return tlv(6, bytes(content))


def whole_number(number: int) -> bytes:
    return tlv(2, number.to_bytes(number.bit_length() // 8 + 1))


def cms(kind: str, body: bytes) -> bytes:
    return seq(oid(kind), tlv(0xA0, body))


@lru_cache
def key(kind: str = "ec", number: int = 0) -> Key:
    """A key for tests, one for each `number`; RSA keys take long and have one only."""
    match kind:
        case "rsa":
            return rsa.generate_private_key(65537, 2048)
        case "rsa1024":
            return rsa.generate_private_key(65537, 1024)
        case "ed25519":
            return Ed25519PrivateKey.generate()
        case "p521":
            return ec.generate_private_key(ec.SECP521R1())
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Owner:
    certificate: x509.Certificate
    key: Key

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)


def owner(
    name: str,
    own: Key,
    issuer: Owner | None = None,
    *,
    authority: bool = False,
    mail: str | None = ANN,
    usage: Sequence[x509.ObjectIdentifier] = MAIL,
    days: tuple[int, int] = (-10, 365),
    signs: bool = True,
    more: Sequence[tuple[x509.ExtensionType, bool]] = (),
    subject_mail: str | None = None,
    key_id: bool = True,
) -> Owner:
    """A certificate for `own`, by `issuer` or by itself."""
    names = [x509.NameAttribute(NameOID.COMMON_NAME, name)]
    if subject_mail:
        names.append(x509.NameAttribute(NameOID.EMAIL_ADDRESS, subject_mail))
    subject = x509.Name(names)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(own.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=days[0]))
        .not_valid_after(NOW + timedelta(days=days[1]))
        .add_extension(x509.BasicConstraints(authority, None), critical=True)
        .add_extension(
            x509.KeyUsage(signs, False, not authority, False, False, authority, authority, False, False), critical=True
        )
    )
    if key_id:
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
    if mail and not authority:
        builder = builder.add_extension(x509.SubjectAlternativeName([x509.RFC822Name(mail)]), critical=False)
    if usage and not authority:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=False)
    for extension, critical in more:
        builder = builder.add_extension(extension, critical)
    signer = issuer.key if issuer else own
    return Owner(builder.sign(signer, None if isinstance(signer, Ed25519PrivateKey) else hashes.SHA256()), own)


@lru_cache
def authority() -> Owner:
    return owner("Test Root", key("ec", 1), authority=True)


@lru_cache
def between() -> Owner:
    return owner("Test Authority", key("ec", 2), authority(), authority=True)


@lru_cache
def ann(kind: str = "ec") -> Owner:
    return owner("Ann", key(kind), between())


def signed_cms(
    content: bytes,
    by: Owner,
    *,
    detached: bool = False,
    certificates: Sequence[Owner] | None = None,
    digest: str = SHA256,
    attributes: bool = True,
    pss: bool = False,
    by_key_id: bool = False,
    indefinite: bool = False,
    more_attributes: bytes = b"",
    told_digest: bytes | None = None,
    inner: str = DATA,
    signed_type: str | None = None,
) -> bytes:
    """Signed data as mail clients write it; the options make what others, or forgers, write."""
    method = _HASHES[digest]
    told = hashlib.new(method.name, content).digest() if told_digest is None else told_digest
    kept = [
        seq(oid("1.2.840.113549.1.9.3"), tlv(0x31, oid(signed_type or inner))),
        seq(oid("1.2.840.113549.1.9.5"), tlv(0x31, tlv(0x17, b"261102085900Z"))),
        seq(oid("1.2.840.113549.1.9.4"), tlv(0x31, tlv(4, told))),
    ]
    covered = b"".join(kept) + more_attributes
    value, algorithm = _value(by.key, tlv(0x31, covered) if attributes else content, method, digest, pss)
    named = by.certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    signer = seq(
        whole_number(3 if by_key_id else 1),
        tlv(0x80, named)
        if by_key_id
        else seq(by.certificate.issuer.public_bytes(), whole_number(by.certificate.serial_number)),
        seq(oid(digest), b"\x05\x00"),
        tlv(0xA0, covered) if attributes else b"",
        algorithm,
        tlv(4, value),
    )
    if indefinite:
        pieces = b"".join(tlv(4, content[at : at + 16]) for at in range(0, len(content), 16))
        inside = b"\xa0\x80\x24\x80" + pieces + b"\0\0\0\0"
        encapsulated = b"\x30\x80" + oid(inner) + inside + b"\0\0"
    else:
        encapsulated = seq(oid(inner), b"" if detached else tlv(0xA0, tlv(4, content)))
    chain = (by, between()) if certificates is None else certificates
    body = (
        whole_number(1)
        + tlv(0x31, seq(oid(digest)))
        + encapsulated
        + (tlv(0xA0, b"".join(one.der for one in chain)) if chain else b"")
        + tlv(0x31, signer)
    )
    if indefinite:
        return b"\x30\x80" + oid(SIGNED) + b"\xa0\x80\x30\x80" + body + b"\0\0" * 3
    return cms(SIGNED, seq(body))


def _value(by: Key, covered: bytes, method: hashes.HashAlgorithm, digest: str, pss: bool) -> tuple[bytes, bytes]:
    if isinstance(by, Ed25519PrivateKey):
        return by.sign(covered), seq(oid(ED25519))
    if isinstance(by, ec.EllipticCurvePrivateKey):
        return by.sign(covered, ec.ECDSA(method)), seq(oid(f"1.2.840.10045.4.{_ECDSA[digest]}"))
    if pss:
        named = seq(oid(digest), b"\x05\x00")
        mask = seq(oid("1.2.840.113549.1.1.8"), named)
        parameters = seq(tlv(0xA0, named), tlv(0xA1, mask), tlv(0xA2, whole_number(method.digest_size)))
        scheme = padding.PSS(padding.MGF1(method), method.digest_size)
        return by.sign(covered, scheme, method), seq(oid(PSS), parameters)
    return by.sign(covered, padding.PKCS1v15(), method), seq(oid(RSA), b"\x05\x00")


def compressed_cms(content: bytes, packed: bytes | None = None) -> bytes:
    packed = zlib.compress(content) if packed is None else packed
    body = seq(
        whole_number(0),
        seq(oid("1.2.840.113549.1.9.16.3.8")),
        seq(oid(DATA), tlv(0xA0, tlv(4, packed))),
    )
    return cms(COMPRESSED, body)


def pkcs7_part(data: bytes, kind: str = "application/pkcs7-mime; smime-type=signed-data; name=smime.p7m") -> bytes:
    """An S/MIME part, header and all."""
    return (
        f"Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment; filename=smime.p7m\r\n\r\n"
    ).encode() + base64.encodebytes(data).replace(b"\n", b"\r\n")


def beside(entity: bytes, signature: bytes, protocol: str = "application/pkcs7-signature") -> bytes:
    """A multipart/signed, header and all."""
    name, encoding = ("smime.p7s", "base64") if "pkcs7" in protocol else ("signature.asc", "7bit")
    body = base64.encodebytes(signature).replace(b"\n", b"\r\n") if encoding == "base64" else signature
    return (
        f'Content-Type: multipart/signed; protocol="{protocol}"; micalg=sha-256; boundary="s-1"\r\n\r\n'
        "This is a signed message.\r\n--s-1\r\n"
    ).encode() + (
        entity
        + f'\r\n--s-1\r\nContent-Type: {protocol}; name="{name}"\r\n'.encode()
        + f"Content-Transfer-Encoding: {encoding}\r\n\r\n".encode()
        + body
        + b"\r\n--s-1--\r\n"
    )


@lru_cache
def _pgp_key(user: str) -> pysequoia.Tsk:
    return pysequoia.Tsk.generate(user)


def pgp_key(user: str = "Ann <ann@example.org>") -> pysequoia.Tsk:
    return _pgp_key(user)


def pgp_public(user: str = "Ann <ann@example.org>") -> bytes:
    return str(pgp_key(user).extract_certificate()).encode()


def pgp_detached(content: bytes, user: str = "Ann <ann@example.org>") -> bytes:
    return pysequoia.sign(pgp_key(user).signer(), content, mode=pysequoia.SignatureMode.DETACHED)


def pgp_cleartext(text: str, user: str = "Ann <ann@example.org>") -> str:
    return pysequoia.sign(pgp_key(user).signer(), text.encode(), mode=pysequoia.SignatureMode.CLEAR).decode()

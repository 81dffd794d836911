"""CMS (RFC 5652, 3274, 5083): what a file is, and signed data taken apart. Bounded; nothing is checked here."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Literal

from mail.protected.ber import BerError, Element, Reader, oid_text
from mail.transfer import decode_transfer

__all__ = [
    "CmsKind",
    "SignedData",
    "Signer",
    "as_der",
    "certificate_identity",
    "cms_kind",
    "decompressed",
    "read_signed",
]

CmsKind = Literal["signed", "encrypted", "compressed", "other"]

DATA = "1.2.840.113549.1.7.1"
SIGNED = "1.2.840.113549.1.7.2"
COMPRESSED = "1.2.840.113549.1.9.16.1.9"
_ZLIB = "1.2.840.113549.1.9.16.3.8"
_KINDS: dict[str, CmsKind] = {
    SIGNED: "signed",
    "1.2.840.113549.1.7.3": "encrypted",  # enveloped-data
    "1.2.840.113549.1.7.4": "encrypted",  # signed and enveloped, of PKCS #7
    "1.2.840.113549.1.7.6": "encrypted",  # encrypted-data
    "1.2.840.113549.1.9.16.1.23": "encrypted",  # authenticated enveloped data (RFC 5083)
    COMPRESSED: "compressed",
}
_MAX_SIGNERS = 8
_MAX_CERTIFICATES = 64
_MAX_ATTRIBUTES = 64
_SEQUENCE, _SET, _OCTETS, _OID, _INTEGER = 0x30, 0x31, 0x04, 0x06, 0x02
_HEAD = 64


@dataclass(frozen=True, slots=True)
class Signer:
    """One signature (SignerInfo, RFC 5652 §5.3). Algorithms are object identifiers in dotted form."""

    issuer: bytes
    """Name of the certificate's issuer in DER; empty where the certificate is named by `key_id`."""
    serial: bytes
    key_id: bytes
    digest: str
    signed_attributes: bytes
    """As they are signed, in DER; empty where there are none."""
    attributes: tuple[tuple[str, bytes], ...]
    """(type, its set of values in DER) in their order."""
    algorithm: str
    parameters: bytes
    """Of the signature's algorithm, in DER; may be empty."""
    value: bytes


@dataclass(frozen=True, slots=True)
class SignedData:
    """Signed data (RFC 5652 §5.1). `content` is None where it stands elsewhere (detached)."""

    content_type: str
    content: bytes | None
    certificates: tuple[bytes, ...]
    """In DER, at most 64."""
    signers: tuple[Signer, ...]
    """At most 8; none in a file that only carries certificates."""


def as_der(data: bytes) -> bytes:
    """`data` without the base64 of mails that do not declare it, and without the frame of PEM (RFC 7468 §8, §9)."""
    text = data[:_HEAD].lstrip()
    if text.startswith((b"-----BEGIN PKCS7-----", b"-----BEGIN CMS-----")):
        packed = data.split(b"-----", 3)[2]
    elif text.startswith(b"MI"):  # 0x30 0x80 and above
        packed = data
    else:
        return data
    return decode_transfer(packed, "base64", len(packed))[0]


def cms_kind(data: bytes) -> CmsKind | None:
    """What the file says that it is, by its first octets; None where it is no CMS."""
    head = data[:_HEAD]
    if len(head) < 4 or head[0] != _SEQUENCE:
        return None
    at = 2 + (head[1] & 0x7F if head[1] > 0x80 else 0)
    if at + 1 >= len(head) or head[at] != _OID:
        return None
    oid = oid_text(head[at + 2 : at + 2 + head[at + 1]])
    return _KINDS.get(oid, "other" if oid.startswith("1.2.840.113549.1.") else None)


def read_signed(data: bytes) -> SignedData:
    """Signed data. Raises BerError."""
    reader = Reader(data)
    fields = _body(reader, SIGNED)
    if len(fields) < 4 or fields[1].tag != _SET:
        raise BerError("no signed data")
    content_type, content = _content(reader, fields[2])
    certificates: list[bytes] = []
    for part in fields[3:-1]:
        if part.tag == 0xA0:
            chosen = [one for one in reader.children(part, _MAX_CERTIFICATES) if one.tag == _SEQUENCE]
            certificates.extend(reader.whole(one) for one in chosen)
    if fields[-1].tag != _SET:
        raise BerError("without a set of signers")
    signers = tuple(_signer(reader, one) for one in reader.children(fields[-1], _MAX_SIGNERS))
    return SignedData(content_type, content, tuple(certificates), signers)


def decompressed(data: bytes, limit: int) -> tuple[bytes, bool]:
    """Content of compressed data (RFC 3274), and whether it was cut at `limit` bytes. Raises BerError."""
    reader = Reader(data)
    fields = _body(reader, COMPRESSED)
    if len(fields) != 3 or _algorithm(reader, fields[1])[0] != _ZLIB:
        raise BerError("no compressed data")
    _, packed = _content(reader, fields[2])
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(packed or b"", max(limit, 0) + 1)
    except zlib.error:
        raise BerError("broken compression") from None
    return content[: max(limit, 0)], len(content) > limit


def certificate_identity(certificate: bytes) -> tuple[bytes, bytes]:
    """Issuer (DER) and serial number (content octets) of a certificate in DER. Raises BerError."""
    reader = Reader(certificate)
    whole = reader.element(0)
    fields = reader.children(reader.element(whole.start, whole.stop), 16)
    at = 1 if fields and fields[0].tag == 0xA0 else 0
    if len(fields) < at + 3 or fields[at].tag != _INTEGER or fields[at + 2].tag != _SEQUENCE:
        raise BerError("no certificate")
    return reader.whole(fields[at + 2]), reader.content(fields[at])


def _body(reader: Reader, kind: str) -> list[Element]:
    """Fields of the structure within a ContentInfo of this kind (RFC 5652 §3)."""
    outer = reader.element(0)
    if outer.tag != _SEQUENCE:
        raise BerError("no CMS")
    head = reader.children(outer, 2)
    if len(head) != 2 or head[0].tag != _OID or oid_text(reader.content(head[0])) != kind or head[1].tag != 0xA0:
        raise BerError("CMS of another kind")
    body = reader.element(head[1].start, head[1].stop)
    if body.tag != _SEQUENCE:
        raise BerError("no CMS")
    return reader.children(body, 8)


def _content(reader: Reader, element: Element) -> tuple[str, bytes | None]:
    """Type and octets of an EncapsulatedContentInfo."""
    fields = reader.children(element, 2) if element.tag == _SEQUENCE else []
    if not fields or fields[0].tag != _OID:
        raise BerError("without a content type")
    kind = oid_text(reader.content(fields[0]))
    if len(fields) == 1:
        return kind, None
    inner = reader.element(fields[1].start, fields[1].stop)
    if inner.tag & 0x1F == _OCTETS and inner.tag & 0xC0 == 0:
        return kind, reader.octets(inner)
    return kind, reader.content(inner)  # PKCS #7 before CMS: any type, of which the content is signed


def _algorithm(reader: Reader, element: Element) -> tuple[str, bytes]:
    fields = reader.children(element, 2) if element.tag == _SEQUENCE else []
    if not fields or fields[0].tag != _OID:
        raise BerError("without an algorithm")
    return oid_text(reader.content(fields[0])), reader.whole(fields[1]) if len(fields) > 1 else b""


def _signer(reader: Reader, element: Element) -> Signer:
    fields = reader.children(element, 8) if element.tag == _SEQUENCE else []
    if len(fields) < 5:
        raise BerError("a broken signer")
    issuer = serial = key_id = b""
    if fields[1].tag == _SEQUENCE:
        name = reader.children(fields[1], 2)
        if len(name) != 2 or name[1].tag != _INTEGER:
            raise BerError("a broken name of a certificate")
        issuer, serial = reader.whole(name[0]), reader.content(name[1])
    elif fields[1].tag & 0xDF == 0x80:
        key_id = reader.octets(fields[1])
    else:
        raise BerError("a broken name of a certificate")
    digest, _ = _algorithm(reader, fields[2])
    at = 3
    signed, attributes = b"", tuple[tuple[str, bytes], ...]()
    if fields[3].tag == 0xA0:
        signed, attributes = _attributes(reader, fields[3])
        at = 4
    if len(fields) < at + 2 or fields[at + 1].tag & 0x1F != _OCTETS:
        raise BerError("without a signature's value")
    algorithm, parameters = _algorithm(reader, fields[at])
    value = reader.octets(fields[at + 1])
    return Signer(issuer, serial, key_id, digest, signed, attributes, algorithm, parameters, value)


def _attributes(reader: Reader, element: Element) -> tuple[bytes, tuple[tuple[str, bytes], ...]]:
    """Signed attributes: as they are signed (as a SET, RFC 5652 §5.4), and one by one."""
    whole = reader.whole(element)
    if whole[1] == 0x80:
        raise BerError("signed attributes that are not in DER")
    found: list[tuple[str, bytes]] = []
    for attribute in reader.children(element, _MAX_ATTRIBUTES):
        fields = reader.children(attribute, 2) if attribute.tag == _SEQUENCE else []
        if len(fields) != 2 or fields[0].tag != _OID or fields[1].tag != _SET:
            raise BerError("a broken signed attribute")
        found.append((oid_text(reader.content(fields[0])), reader.content(fields[1])))
    if not found:
        raise BerError("signed attributes that are empty")
    return b"\x31" + whole[1:], tuple(found)

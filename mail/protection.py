"""Signed and encrypted mail recognised (RFC 1847, 8551, 3156, 9580; Autocrypt): what protects it, and where it stands.

No key is asked for here: a signature is said to be there, not to be good; that is `protected.signatures`.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from mail.protected.armour import blocks_in
from mail.protected.cms import as_der, cms_kind
from mail.protected.opened import SMIME_TYPES
from mail.records import ParsedMail, Part

__all__ = ["Protection", "ProtectionKind", "autocrypt_key", "protection_of", "protections"]

ProtectionKind = Literal[
    "smime_signed",
    "smime_encrypted",
    "smime_compressed",
    "smime_certificates",
    "pgp_signed",
    "pgp_encrypted",
    "pgp_key",
]
_SECURES = ("smime_signed", "smime_encrypted", "pgp_signed", "pgp_encrypted")


@dataclass(frozen=True, slots=True)
class Protection:
    """One thing found."""

    kind: ProtectionKind
    form: Literal["mime", "file", "text", "header"]
    """A MIME structure of its standard; a file that a server put in its place; blocks within text; a header field."""
    path: str
    """Number of the part, "" for the mail."""


_SMIME_SIGNATURE = frozenset(["application/pkcs7-signature", "application/x-pkcs7-signature"])
_PGP_SIGNATURE = "application/pgp-signature"
_PGP_ENCRYPTED = "application/pgp-encrypted"
_BY_TYPE: dict[str, ProtectionKind] = {
    **dict.fromkeys(_SMIME_SIGNATURE, "smime_signed"),
    _PGP_SIGNATURE: "pgp_signed",
    _PGP_ENCRYPTED: "pgp_encrypted",
    "application/pgp-keys": "pgp_key",
}
_BY_SMIME_TYPE: dict[str, ProtectionKind] = {
    "enveloped-data": "smime_encrypted",
    "authenveloped-data": "smime_encrypted",
    "signed-data": "smime_signed",
    "signed-receipt": "smime_signed",
    "compressed-data": "smime_compressed",
    "certs-only": "smime_certificates",
}
_BY_CMS: dict[str | None, ProtectionKind] = {
    "signed": "smime_signed",
    "encrypted": "smime_encrypted",
    "compressed": "smime_compressed",
}
_BY_BLOCK: dict[str, ProtectionKind] = {
    "signed": "pgp_signed",
    "opaque": "pgp_signed",
    "encrypted": "pgp_encrypted",
    "key": "pgp_key",
    "signature": "pgp_signed",
}
_SMIME_NAMES = (".p7m", ".p7s", ".p7z")
_PGP_NAMES = (".asc", ".pgp", ".gpg", ".sig")
_ANY_FILE = ("application/octet-stream", "application/binary", "text/plain", "application/pgp")
_HEAD = 128
_PGP_HEAD = 4_096
_PKCS7 = "-----BEGIN PKCS7-----"
_MAX_AUTOCRYPT = 64 * 1024


def protections(mail: ParsedMail) -> tuple[str, ...]:
    """Of `smime_signed`, `smime_encrypted`, `pgp_signed`, `pgp_encrypted`, those that hold, outermost first."""
    found = (one.kind for one in protection_of(mail))
    return tuple(dict.fromkeys(kind for kind in found if kind in _SECURES))


def protection_of(mail: ParsedMail) -> tuple[Protection, ...]:
    """What of S/MIME and PGP is in the mail itself (not in messages inside it), outermost first, each thing once."""
    return tuple(dict.fromkeys(_found(mail)))


def autocrypt_key(mail: ParsedMail) -> tuple[str, bytes] | None:
    """Address and binary public key of the Autocrypt field (Autocrypt Level 1 §2.1), the sender's word.

    None where there is none, more than one that is valid, one for another address than From, or one that is broken.
    """
    found = []
    for value in mail.headers.text_all("autocrypt")[:10]:
        tags: dict[str, str] = {}
        for piece in value[:_MAX_AUTOCRYPT].split(";"):
            name, _, content = piece.partition("=")
            tags.setdefault(name.strip().lower(), content.strip())
        known = {"addr", "prefer-encrypt", "keydata"}
        if any(name and name not in known and not name.startswith("_") for name in tags):
            continue  # a critical attribute that is not known makes the field invalid
        try:
            key = base64.b64decode("".join(tags.get("keydata", "").split()), validate=True)
        except (binascii.Error, ValueError):
            continue
        if key and tags.get("addr") and mail.from_ and tags["addr"].lower() == mail.from_.address.lower():
            found.append((tags["addr"], key))
    return found[0] if len(found) == 1 else None


def _found(mail: ParsedMail) -> Iterator[Protection]:
    own = [part for part in mail.parts if not part.embedded]
    if mail.content_type == "multipart/signed":
        protocol = (mail.content_parameter("protocol") or "").strip().lower()
        is_pgp = protocol == _PGP_SIGNATURE or any(part.content_type == _PGP_SIGNATURE for part in own[1:])
        yield Protection("pgp_signed" if is_pgp else "smime_signed", "mime", "")
    elif mail.content_type == "multipart/encrypted":
        yield Protection("pgp_encrypted", "mime", "")
    for part in own:
        yield from _of_part(part, mail.content_type in ("multipart/signed", "multipart/encrypted"))
    if mail.text.startswith(_PKCS7) or f"\n{_PKCS7}" in mail.text:
        yield Protection("smime_signed", "text", "")
    if "autocrypt" in mail.headers and autocrypt_key(mail):
        yield Protection("pgp_key", "header", "")


def _of_part(part: Part, structured: bool) -> Iterator[Protection]:
    kind, name = part.content_type, (part.filename or "").lower()
    if kind in SMIME_TYPES or (kind == "application/octet-stream" and name.endswith(_SMIME_NAMES)):
        found = _smime(part, name)
        if found:
            yield Protection(found, "mime" if kind in SMIME_TYPES else "file", part.path)
    elif kind in _BY_TYPE:
        # Exchange makes multipart/mixed of RFC 3156, and leaves the parts.
        yield Protection(_BY_TYPE[kind], "mime" if structured else "file", part.path)
    elif kind.startswith("text/") or (kind in _ANY_FILE and name.endswith(_PGP_NAMES)):
        data = part.data(_PGP_HEAD if name.endswith(_PGP_NAMES) else None)
        if b"-----BEGIN PGP " in data:
            form: Literal["file", "text"] = "file" if name.endswith(_PGP_NAMES) else "text"
            for block in blocks_in(data.decode("latin-1")):
                if block.kind in _BY_BLOCK:
                    yield Protection(_BY_BLOCK[block.kind], form, part.path)


def _smime(part: Part, name: str) -> ProtectionKind | None:
    by_data = _BY_CMS.get(cms_kind(as_der(part.data(_HEAD))))
    by_name = _BY_SMIME_TYPE.get((part.parameter("smime-type") or "").lower())
    if by_data == "smime_signed" and by_name in ("smime_certificates", "smime_signed"):
        return by_name
    if by_data or by_name:
        return by_data or by_name
    if name.endswith(".p7s"):
        return "smime_signed"
    if name.endswith(".p7z"):
        return "smime_compressed"
    # A part of this type that cannot be read: nothing else is as often the reason.
    return "smime_encrypted" if part.content_type in SMIME_TYPES else None

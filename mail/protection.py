"""Signed and encrypted mail recognised (RFC 1847, 8551, 3156, 9580): what protects it, and where the signature stands.

No key is asked for here: a signature is said to be there, not to be good.
"""

from __future__ import annotations

from mail.records import ParsedMail, Part

__all__ = ["protections"]

_SMIME = frozenset(["application/pkcs7-mime", "application/x-pkcs7-mime"])
_SMIME_SIGNATURE = frozenset(["application/pkcs7-signature", "application/x-pkcs7-signature"])
_PGP_SIGNATURE = "application/pgp-signature"
_PGP_ENCRYPTED = "application/pgp-encrypted"
_ARMOUR = {
    "-----BEGIN PGP MESSAGE-----": "pgp_encrypted",
    "-----BEGIN PGP SIGNED MESSAGE-----": "pgp_signed",
    "-----BEGIN PKCS7-----": "smime_signed",
}
_ENVELOPED = bytes.fromhex("06092a864886f70d010703")
_SIGNED = bytes.fromhex("06092a864886f70d010702")
_AUTH_ENVELOPED = bytes.fromhex("060b2a864886f70d0109100117")
"""Object identifiers of CMS content types (RFC 5652, 5083), as DER begins with them."""
_HEAD = 64


def protections(mail: ParsedMail) -> tuple[str, ...]:
    """Of `smime_signed`, `smime_encrypted`, `pgp_signed`, `pgp_encrypted`, those that hold, outermost first."""
    found: list[str] = []
    protocol = (mail.content_parameter("protocol") or "").strip().lower()
    if mail.content_type == "multipart/signed":
        found.append("pgp_signed" if protocol == _PGP_SIGNATURE else "smime_signed")
    elif mail.content_type == "multipart/encrypted":
        found.append("pgp_encrypted")
    for part in mail.parts:
        if not part.embedded:
            kind = _of_part(part)
            if kind:
                found.append(kind)
    for armour, kind in _ARMOUR.items():
        if mail.text.startswith(armour) or f"\n{armour}" in mail.text:
            found.append(kind)
    return tuple(dict.fromkeys(found))


def _of_part(part: Part) -> str | None:
    if part.content_type in _SMIME:
        kind = (part.parameter("smime-type") or "").lower()
        head = part.data(_HEAD)
        if kind in ("enveloped-data", "authenveloped-data") or _ENVELOPED in head or _AUTH_ENVELOPED in head:
            return "smime_encrypted"
        if kind in ("signed-data", "certs-only") or _SIGNED in head or (part.filename or "").lower().endswith(".p7s"):
            return "smime_signed"
        return "smime_encrypted"
    if part.content_type in _SMIME_SIGNATURE:
        return "smime_signed"
    if part.content_type == _PGP_SIGNATURE:
        return "pgp_signed"
    return "pgp_encrypted" if part.content_type == _PGP_ENCRYPTED else None

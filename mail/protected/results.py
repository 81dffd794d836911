"""What a signature is found to be worth, and what the caller trusts. Plain records; no cryptography is loaded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

__all__ = ["Form", "Result", "SignatureCheck", "Trust", "Unproven", "same_address"]

Result = Literal["verified", "failed", "unknown_key", "weak", "broken"]
"""`verified`: the content is as a trusted key signed it, and the signer is the mail's From. `failed`: it is not, or the
key is not good for it. `unknown_key`: no given certificate or key says who signed. `weak`: by an algorithm or a key
that forgers can break, so that it proves nothing. `broken`: it cannot be read or is of a kind not known here."""
Form = Literal["detached", "opaque", "cleartext"]
"""Where the signature stands: beside the content (multipart/signed), around it, or in the text."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What the caller trusts, as bytes: nothing is looked up anywhere. What cannot be read in it trusts nobody."""

    certificates: bytes = b""
    """Certificates of authorities, or of people themselves, in PEM or DER: files behind each other."""
    intermediates: bytes = b""
    """Certificates that may stand between, in the same forms; what a mail brings is used without being told."""
    keys: bytes = b""
    """OpenPGP public keys, armoured or binary: files behind each other."""


@dataclass(frozen=True, slots=True)
class SignatureCheck:
    """Outcome of one signature. All but `result`, `reason`, `path`, `whole` is the signer's word unless `verified`."""

    kind: Literal["smime", "pgp"]
    form: Form
    path: str
    """Number of the part that is signed; "" for the mail."""
    result: Result
    reason: str
    whole: bool = False
    """All that the mail shows is signed, not only a part beside others (as after a list's footer)."""
    addresses: tuple[str, ...] = ()
    """Of the signer: in the certificate, or in the user ids of the key."""
    fingerprint: str = ""
    """SHA-256 of the certificate, or the fingerprint of the PGP key (its issuer's id where the key is not known)."""
    serial: str = ""
    """Of the certificate, in hexadecimal; "" for PGP."""
    signed_at: datetime | None = None


class Unproven(Exception):
    """A signature that proves nothing: the result and the reason."""

    def __init__(self, result: Result, reason: str) -> None:
        super().__init__(reason)
        self.result: Result = result
        self.reason = reason


def same_address(address: str) -> str:
    """The form in which two writings of one mail address are equal: case and the two forms of a domain do not count."""
    local, at, domain = address.strip().rpartition("@")
    domain = domain.rstrip(".").lower()
    if not domain.isascii():
        try:
            domain = domain[:253].encode("idna").decode("ascii")
        except UnicodeError:
            return ""
    return f"{local.lower()}{at}{domain}"

"""DKIM signatures checked by ourselves (RFC 6376, 8301, 8463). Pure: keys are DNS answers that are given in; bounded.

Results are those of RFC 8601 §2.7.1. Stricter than the RFC where leniency serves only forgers: a signature that covers
a part of the body (`l=`) or not the From field, or beside whose fields others of their name stand, or a key under 1,024
bits, never passes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from mail.canonical import Form, SignedMessage, canonical_field, parse_tags

__all__ = [
    "DkimResult",
    "DnsAnswers",
    "Key",
    "Signature",
    "Unusable",
    "base64_value",
    "check_value",
    "domain_value",
    "key_question",
    "read_key",
    "read_signature",
    "verify_dkim",
    "verify_signature",
    "without_signature",
]

Key = RSAPublicKey | Ed25519PublicKey
DnsAnswers = Mapping[str, tuple[str, ...] | None]
"""TXT records by name (lower case, ASCII form): () where there are none, None (or no entry) where nobody answered."""

_MAX_SIGNATURES = 8
_MAX_SIGNED_NAMES = 200
_MAX_RSA_BITS = 8192
_MIN_RSA_BITS = 1024
# The tag `b`, first or behind a semicolon: in `z=` stand copies of fields, `Subject:b=3D…` among them.
_B_VALUE = re.compile(rb"((?:\A[^:;]{0,200}:|;)[ \t\r\n]{0,200}b[ \t\r\n]{0,200}=)[^;]*")
_DOMAIN = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?){0,60}")
_SINGLE = (
    "from", "sender", "reply-to", "to", "cc", "subject", "date", "message-id", "in-reply-to", "references",
    "mime-version", "content-type", "content-transfer-encoding",
)  # fmt: skip
"""Fields that stand once in a mail (RFC 5322 §3.6, RFC 2045 §3); RFC 6376 §8.15 on those who add another."""
_NUMBER = re.compile(r"[0-9]{1,12}")


class Unusable(Exception):
    """A signature or key that proves nothing: the result and the reason."""

    def __init__(self, result: str, reason: str) -> None:
        super().__init__(reason)
        self.result = result
        self.reason = reason


@dataclass(frozen=True, slots=True)
class DkimResult:
    """Outcome of one signature. `domain` is what it vouches for when it passes."""

    result: str
    """`pass`, `fail`, `policy`, `neutral`, `temperror` or `permerror`."""
    domain: str
    selector: str
    reason: str


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature field, read. Domain and selector are in ASCII form."""

    domain: str
    selector: str
    algorithm: str
    header_form: Form
    body_form: Form
    signed: tuple[str, ...]
    value: bytes
    body_hash: bytes
    body_length: int | None
    expires: int | None
    identity_domain: str
    field: bytes
    """The whole field as it travelled."""


def verify_dkim(message: SignedMessage, answers: DnsAnswers, now: datetime) -> tuple[DkimResult, ...]:
    """Outcome of each DKIM-Signature, top to bottom, at most 8. `now` is the time of receipt. Never raises."""
    results = []
    for field in message.all_of("dkim-signature")[:_MAX_SIGNATURES]:
        domain = selector = ""
        try:
            signature = read_signature(field, "dkim")
            domain, selector = signature.domain, signature.selector
            verify_signature(message, signature, answers, now)
            results.append(DkimResult("pass", domain, selector, "signature holds"))
        except Unusable as error:
            results.append(DkimResult(error.result, domain, selector, error.reason))
    return tuple(results)


def key_question(signature: Signature) -> str:
    """The name whose TXT record holds the key (RFC 6376 §3.6.2.1)."""
    return f"{signature.selector}._domainkey.{signature.domain}"


def read_signature(field: bytes, kind: str) -> Signature:
    """A `dkim` or `arc` (ARC-Message-Signature, RFC 8617 §4.1.2) signature field. Raises Unusable."""
    tags = parse_tags(field.partition(b":")[2].decode("utf-8", "replace"))
    if tags is None:
        raise Unusable("permerror", "broken tags")
    missing = {"a", "b", "bh", "d", "h", "s"} - tags.keys()
    if missing:
        raise Unusable("permerror", f"without {'=, '.join(sorted(missing))}=")
    if kind == "dkim" and tags.get("v") != "1":
        raise Unusable("permerror", "another version")
    domain, selector = domain_value(tags["d"]), domain_value(tags["s"])
    header_form, body_form = _forms(tags.get("c", "simple/simple" if kind == "dkim" else "relaxed/relaxed"))
    signed = tuple(name.strip().lower() for name in tags["h"].split(":"))[:_MAX_SIGNED_NAMES]
    if "from" not in signed:
        raise Unusable("permerror", "the From field is not signed")
    if "dns/txt" not in tags.get("q", "dns/txt"):
        raise Unusable("permerror", "another way to ask for keys")
    return Signature(
        domain=domain,
        selector=selector,
        algorithm=tags["a"].lower(),
        header_form=header_form,
        body_form=body_form,
        signed=signed,
        value=base64_value(tags["b"]),
        body_hash=base64_value(tags["bh"]),
        body_length=_number(tags, "l"),
        expires=_number(tags, "x"),
        # In ARC `i=` is the number of the set.
        identity_domain=domain_value(tags["i"].rpartition("@")[2]) if kind == "dkim" and "i" in tags else domain,
        field=field,
    )


def verify_signature(message: SignedMessage, signature: Signature, answers: DnsAnswers, now: datetime) -> None:
    """Raises Unusable unless the signature holds for this message."""
    if signature.expires is not None and now.timestamp() > signature.expires:
        raise Unusable("policy", "the signature has expired")
    if not f".{signature.identity_domain}".endswith(f".{signature.domain}"):
        raise Unusable("permerror", "i= is not within d=")
    digest, size = message.body_digest(signature.body_form)
    if signature.body_length is not None and signature.body_length != size:
        raise Unusable("policy", "only a part of the body is signed (l=)")
    if digest != signature.body_hash:
        raise Unusable("fail", "the body was changed")
    added = next(
        (name for name in _SINGLE if name in signature.signed and _occurs_more(message, signature, name)), None
    )
    if added is not None:
        raise Unusable("policy", f"a field {added} stands beside the signed one")
    form = signature.header_form
    covered = [canonical_field(field, form) + b"\r\n" for field in message.selected(signature.signed)]
    covered.append(canonical_field(without_signature(signature.field), form))
    key, record = read_key(answers.get(key_question(signature)))
    if "s" in record.get("t", "").replace(" ", "").split(":") and signature.identity_domain != signature.domain:
        raise Unusable("permerror", "the key does not serve subdomains")
    check_value(key, signature.algorithm, signature.value, b"".join(covered))


def _occurs_more(message: SignedMessage, signature: Signature, name: str) -> bool:
    """Whether there are more fields `name` than are signed: the lowest one is, people are shown the topmost."""
    return len(message.all_of(name)) > signature.signed.count(name)


def without_signature(field: bytes) -> bytes:
    """A signature field with an empty `b=` (RFC 6376 §3.7)."""
    return _B_VALUE.sub(rb"\1", field, count=1)


def check_value(key: Key, algorithm: str, value: bytes, covered: bytes) -> None:
    """Raises Unusable unless `value` signs `covered`."""
    try:
        if isinstance(key, RSAPublicKey) and algorithm == "rsa-sha256":
            key.verify(value, covered, padding.PKCS1v15(), hashes.SHA256())
        elif isinstance(key, Ed25519PublicKey) and algorithm == "ed25519-sha256":
            key.verify(value, hashlib.sha256(covered).digest())
        else:
            raise Unusable("permerror", f"algorithm {algorithm[:30]} does not count or does not fit the key")
    except InvalidSignature:
        raise Unusable("fail", "signed fields were changed, or the key is another one") from None


def read_key(records: tuple[str, ...] | None) -> tuple[Key, dict[str, str]]:
    """Key and tags of the first key record (RFC 6376 §3.6.1). Raises Unusable."""
    if records is None:
        raise Unusable("temperror", "the key could not be fetched")
    tags = next((found for text in records[:10] if (found := parse_tags(text)) and "p" in found), None)
    if tags is None or tags.get("v", "DKIM1") != "DKIM1":
        raise Unusable("permerror", "there is no key")
    services = set(tags.get("s", "*").replace(" ", "").split(":"))
    digests = set(tags.get("h", "sha256").replace(" ", "").lower().split(":"))
    if "sha256" not in digests or not {"email", "*"} & services:
        raise Unusable("permerror", "the key is for other uses")
    data = base64_value(tags["p"])
    if not data:
        raise Unusable("permerror", "the key was revoked")
    try:
        key = Ed25519PublicKey.from_public_bytes(data) if tags.get("k") == "ed25519" else load_der_public_key(data)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Unusable("permerror", "the key cannot be read") from None
    if isinstance(key, RSAPublicKey) and not _MIN_RSA_BITS <= key.key_size <= _MAX_RSA_BITS:
        raise Unusable("permerror", f"a key of {key.key_size} bits does not count (RFC 8301)")
    if not isinstance(key, RSAPublicKey | Ed25519PublicKey):
        raise Unusable("permerror", "a key of another kind")
    return key, tags


def _forms(text: str) -> tuple[Form, Form]:
    header, _, body = text.strip().lower().partition("/")
    forms: dict[str, Form] = {"simple": "simple", "relaxed": "relaxed", "": "simple"}
    if header not in forms or body not in forms:
        raise Unusable("permerror", "another canonical form")
    return forms[header], forms[body]


def domain_value(domain: str) -> str:
    """A domain or selector in lower case and ASCII form. Raises Unusable."""
    domain = domain.strip().rstrip(".").lower()
    if not domain.isascii():
        try:
            domain = domain[:253].encode("idna").decode("ascii")
        except UnicodeError:
            domain = ""
    if len(domain) > 253 or not _DOMAIN.fullmatch(domain):
        raise Unusable("permerror", "a broken domain or selector")
    return domain


def base64_value(text: str) -> bytes:
    """Bytes of a folded base64 value. Raises Unusable."""
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        raise Unusable("permerror", "broken base64") from None


def _number(tags: dict[str, str], name: str) -> int | None:
    text = tags.get(name)
    if text is None:
        return None
    if not _NUMBER.fullmatch(text):
        raise Unusable("permerror", f"broken {name}=")
    return int(text)

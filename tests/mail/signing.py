"""Signs mails by DKIM and ARC for tests, with keys of its own; `RECORDS` is the DNS that belongs to them."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import lru_cache

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Signer = rsa.RSAPrivateKey | Ed25519PrivateKey
MESSAGE = (
    b"From: Ann <ann@mail.example.org>\r\nTo: claims@acme.example\r\nSubject: Broken   screen\r\n"
    b"Message-ID: <m1@example.org>\r\n\r\nHello,\r\n\r\nit broke. \t\r\n\r\n\r\n"
)


@lru_cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@lru_cache
def ed25519_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.generate()


def key_record(key: Signer, more: str = "") -> str:
    if isinstance(key, Ed25519PrivateKey):
        kind, data = "ed25519", key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    else:
        kind, data = "rsa", key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return f"v=DKIM1; k={kind}; {more}p={base64.b64encode(data).decode()}"


def dkim_signed(
    raw: bytes,
    key: Signer,
    domain: str = "example.org",
    form: str = "relaxed/relaxed",
    names: str = "from:to:subject",
    more: str = "",
    field: str = "DKIM-Signature: v=1; ",
) -> bytes:
    """`raw` with a signature above it."""
    header, body = form.split("/")
    digest = base64.b64encode(hashlib.sha256(_body(raw.split(b"\r\n\r\n", 1)[1], body)).digest()).decode()
    algorithm = "rsa-sha256" if isinstance(key, rsa.RSAPrivateKey) else "ed25519-sha256"
    unsigned = f"{field}a={algorithm}; c={form}; d={domain};\r\n\ts=s1; h={names};\r\n\t{more}bh={digest};\r\n\tb="
    head = raw.split(b"\r\n\r\n", 1)[0]
    left = re.split(rb"\r\n(?![ \t])", head)
    covered = b""
    for name in names.split(":"):
        at = next((i for i in reversed(range(len(left))) if left[i].lower().startswith(name.encode() + b":")), None)
        if at is not None:
            covered += _field(left.pop(at), header) + b"\r\n"
    covered += _field(unsigned.encode(), header)
    return unsigned.encode() + _sign(key, covered) + b"\r\n" + raw


def arc_sealed(
    raw: bytes, key: Signer, results: str, domain: str = "lists.example", verdict: str | None = None
) -> bytes:
    """`raw` with one more ARC set above it."""
    number = len(re.findall(rb"(?m)^ARC-Seal:", raw)) + 1
    signed = dkim_signed(raw, key, domain, field=f"ARC-Message-Signature: i={number}; ")
    with_results = f"ARC-Authentication-Results: i={number}; {results}\r\n".encode() + signed
    head = with_results.split(b"\r\n\r\n", 1)[0]
    fields = re.split(rb"\r\n(?![ \t])", head)
    covered = b""
    for one in range(1, number + 1):
        for name in (b"arc-authentication-results", b"arc-message-signature", b"arc-seal"):
            for field in fields:
                if field.lower().startswith(name + b":") and re.search(rb"[:;]\s*i=%d;" % one, field):
                    covered += _field(field, "relaxed") + b"\r\n"
    verdict = verdict or ("none" if number == 1 else "pass")
    seal = f"ARC-Seal: i={number}; a=rsa-sha256; cv={verdict}; d={domain}; s=s1;\r\n b=".encode()
    if isinstance(key, Ed25519PrivateKey):
        seal = seal.replace(b"rsa-sha256", b"ed25519-sha256")
    return seal + _sign(key, covered + _field(seal, "relaxed")) + b"\r\n" + with_results


def _sign(key: Signer, covered: bytes) -> bytes:
    if isinstance(key, Ed25519PrivateKey):
        return base64.b64encode(key.sign(hashlib.sha256(covered).digest()))
    return base64.b64encode(key.sign(covered, padding.PKCS1v15(), hashes.SHA256()))


def _field(field: bytes, form: str) -> bytes:
    if form == "simple":
        return field
    name, _, value = field.partition(b":")
    return name.lower().strip() + b":" + b" ".join(value.split())


def _body(body: bytes, form: str) -> bytes:
    lines = body.split(b"\r\n")
    if form == "relaxed":
        lines = [re.sub(rb"[ \t]+", b" ", line).rstrip(b" ") for line in lines]
    while lines and not lines[-1]:
        lines.pop()
    return b"".join(line + b"\r\n" for line in lines) or (b"" if form == "relaxed" else b"\r\n")

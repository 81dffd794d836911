"""OpenPGP signatures checked with given public keys (RFC 9580, RFC 3156 §5). The cryptography is Sequoia's.

Only single signature packets and the keys that the caller gave reach Sequoia: a mail cannot hand it packed data.
Sequoia judges keys as of the moment that the signature names, and takes one from the future (by the machine's clock)
for bad; here they are judged at the time of the mail as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

import pysequoia
from pysequoia.packet import PacketPile, Tag

from mail.addresses import parse_addresses
from mail.protected.armour import ClearText, dearmoured
from mail.protected.results import SignatureCheck, Trust, Unproven, same_address

__all__ = ["canonical_texts", "check_cleartext", "check_pgp"]

T = TypeVar("T")

_MAX_SIGNATURES = 8
_MAX_SIGNATURE = 64 * 1024
_MAX_KEYS = 1_000
_MAX_COPIES = 8
_CHANGED = "the content was changed, or the key may not sign it"
_SIGNATURE_TAG, _KEY_TAG = 2, 6
_KEY_BLOCK = b"-----BEGIN PGP PUBLIC KEY BLOCK-----"
_OLD_LENGTHS = {0: 1, 1: 2, 2: 4}
_WEAK = frozenset(["MD5", "SHA1", "RipeMD"])


@dataclass(frozen=True, slots=True)
class _Key:
    certificate: pysequoia.Cert
    ids: frozenset[str]
    """Fingerprints of the key and its subkeys, and their last 16 digits, lower case."""
    addresses: tuple[str, ...]
    refused: bool
    """Sequoia takes it for nobody's: too short, or bound together by hashes that can be forged."""


@dataclass(frozen=True, slots=True)
class _Signature:
    packet: pysequoia.Sig
    issuer: str
    """Fingerprint of the key, or its id, lower case; "" where neither is said."""
    method: str
    created: datetime | None
    expires: datetime | None


def check_pgp(
    signature: bytes,
    contents: Sequence[bytes],
    trust: Trust,
    at: datetime,
    authors: Sequence[str],
    blank: SignatureCheck,
) -> list[SignatureCheck]:
    """Outcome of each signature packet in `signature` (armoured or not), at most 8.

    `contents` are the forms that the content may have been signed in; `authors` are the addresses in From; `blank` says
    where the signature stands.
    """
    if signature[:1] < b"\x80":
        signature = dearmoured(signature[: _MAX_SIGNATURE * 2].decode("latin-1")) or b""
    packets = _signatures(signature)
    if not packets:
        return [replace(blank, result="broken", reason="the signature cannot be read")]
    return [_check(packet, contents, trust, at, authors, blank) for packet in packets]


def check_cleartext(
    clear: ClearText, trust: Trust, at: datetime, authors: Sequence[str], blank: SignatureCheck
) -> list[SignatureCheck]:
    """Outcome of each signature of a text signed in the clear, whose characters stand for octets (Latin-1)."""
    if any(not line.lower().startswith("hash:") for line in clear.headers):
        # RFC 9580 §7.1: words that readers would take for signed could stand there.
        return [replace(blank, result="broken", reason="armour headers that may not stand there")]
    text = clear.text.encode("latin-1", "replace")
    return check_pgp(clear.signature.encode("latin-1", "replace"), (_stripped(text),), trust, at, authors, blank)


def canonical_texts(entity: bytes) -> tuple[bytes, ...]:
    """A MIME entity in the forms that it may have been signed in (RFC 3156 §5): with CRLF; and without trailing blanks,
    which some servers take away and text signatures of old did not count."""
    exact = entity.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    stripped = _stripped(entity)
    return (exact,) if stripped == exact else (exact, stripped)


def _stripped(text: bytes) -> bytes:
    return b"\r\n".join(line.rstrip(b" \t\r") for line in text.split(b"\n"))


def _check(
    packet: bytes, contents: Sequence[bytes], trust: Trust, at: datetime, authors: Sequence[str], found: SignatureCheck
) -> SignatureCheck:
    try:
        signature = _guarded(lambda: _read_signature(packet))
        if signature is None:
            raise Unproven("broken", "the signature cannot be read")
        issuer = signature.issuer
        found = replace(found, fingerprint=issuer, signed_at=signature.created)
        keys = [one for one in _keys(trust.keys) if issuer and issuer in one.ids][:_MAX_COPIES]
        if not keys:
            raise Unproven("unknown_key", "the signer's key is not given")
        # Of several copies of a key the one that says most: a newer one may hold a revocation.
        revoked = next((one for one in keys if _guarded(lambda one=one: one.certificate.is_revoked)), None)  # type: ignore[misc]
        key = revoked or keys[-1]
        found = replace(found, fingerprint=key.certificate.fingerprint.lower(), addresses=key.addresses)
        if signature.method in _WEAK:
            raise Unproven("weak", f"{signature.method} can be forged")
        if key.refused:
            raise Unproven("weak", "the signer's key is of a kind that can be forged")
        if not any(_holds(signature.packet, content, key.certificate) for content in contents):
            raise Unproven("failed", "the signer's key was revoked" if revoked else _CHANGED)
        expires = _guarded(lambda: key.certificate.expiration)
        if expires is not None and expires < at:
            raise Unproven("failed", "the signer's key had expired")
        if signature.expires is not None and signature.expires < at:
            raise Unproven("failed", "the signature has expired")
        named = {same_address(one) for one in key.addresses}
        if not authors or not all(same_address(one) in named for one in authors):
            raise Unproven("failed", "the key is not the sender's")
    except Unproven as error:
        return replace(found, result=error.result, reason=error.reason)
    return replace(found, result="verified", reason="signature holds")


def _read_signature(packet: bytes) -> _Signature:
    signature = pysequoia.Sig.from_bytes(packet)
    return _Signature(
        signature,
        (signature.issuer_fingerprint or signature.issuer_key_id or "").lower(),
        str(signature.hash_algorithm).rpartition(".")[2],
        signature.created,
        signature.expiration,
    )


def _holds(signature: pysequoia.Sig, content: bytes, certificate: pysequoia.Cert) -> bool:
    outcome = _guarded(lambda: pysequoia.verify(bytes=content, store=lambda ids: [certificate], signature=signature))
    return outcome is not None and bool(outcome.valid_sigs)


def _guarded(work: Callable[[], T]) -> T | None:
    """What Sequoia answers; None where it refuses. A panic of Rust code is no Exception, and not to be let through."""
    try:
        return work()
    except BaseException as error:
        if isinstance(error, (RuntimeError, ValueError, OverflowError)) or type(error).__name__ == "PanicException":
            return None
        raise


@lru_cache(maxsize=16)
def _keys(data: bytes) -> tuple[_Key, ...]:
    found: list[_Key] = []
    for piece in _key_pieces(data):
        key = _guarded(lambda piece=piece: _read_key(pysequoia.Cert.from_bytes(piece)))  # type: ignore[misc]
        if key is not None:
            found.append(key)
        if len(found) >= _MAX_KEYS:
            break
    return tuple(found)


def _key_pieces(data: bytes) -> Iterator[bytes]:
    """Binary keys, one by one, out of armoured blocks and of what stands between them."""
    at = 0
    while (start := data.find(_KEY_BLOCK, at)) >= 0:
        yield from _keys_within(data[at:start])
        end = data.find(b"-----END PGP ", start)
        at = len(data) if end < 0 else data.find(b"-----", end + 5) + 5
        yield from _keys_within(dearmoured(data[start:at].decode("latin-1")) or b"")
    yield from _keys_within(data[at:])


def _keys_within(data: bytes) -> Iterator[bytes]:
    """Binary keys that stand behind each other: each begins with its primary key (RFC 9580 §10.1)."""
    begin = end = 0
    for tag, start, stop in _packets(data):
        if tag == _KEY_TAG:
            if end > begin:
                yield data[begin:end]
            begin = start
        end = stop
    if end > begin:
        yield data[begin:end]


def _read_key(certificate: pysequoia.Cert) -> _Key:
    prints = {
        packet.fingerprint.lower()
        for packet in PacketPile.from_bytes(bytes(certificate))
        if packet.tag in (Tag.PublicKey, Tag.PublicSubkey) and packet.fingerprint
    }
    addresses: list[str] = []
    users = _guarded(lambda: list(certificate.user_ids))
    for user in (users or [])[:100]:
        parsed, _ = parse_addresses(str(user), 1)
        addresses.extend(one.address for one in parsed if "@" in one.address)
    ids = prints | {one[-16:] for one in prints} | {one[:16] for one in prints if len(one) == 64}
    return _Key(certificate, frozenset(ids), tuple(dict.fromkeys(addresses)), users is None)


def _signatures(data: bytes) -> list[bytes]:
    """Signature packets, one by one; others are left out, and so is all after a broken one."""
    found: list[bytes] = []
    for tag, start, stop in _packets(data):
        if tag == _SIGNATURE_TAG and stop - start <= _MAX_SIGNATURE:
            found.append(data[start:stop])
        if len(found) >= _MAX_SIGNATURES:
            break
    return found


def _packets(data: bytes) -> Iterator[tuple[int, int, int]]:
    """Tag, begin and end of each packet (RFC 9580 §4.2) up to a broken one; line ends between files are passed over."""
    at = 0
    while at + 2 < len(data):
        first = data[at]
        if first in b"\r\n":
            at += 1
            continue
        if not first & 0x80:
            return
        if first & 0x40:
            tag, one = first & 0x3F, data[at + 1]
            if one < 192:
                start, size = at + 2, one
            elif one < 224:
                start, size = at + 3, (one - 192 << 8) + data[at + 2] + 192
            elif one == 255:
                start, size = at + 6, int.from_bytes(data[at + 2 : at + 6])
            else:
                return  # a length in pieces, which neither keys nor signatures may have
        else:
            tag, width = first >> 2 & 0x0F, _OLD_LENGTHS.get(first & 3, 0)
            if not width:
                return
            start, size = at + 1 + width, int.from_bytes(data[at + 1 : at + 1 + width])
        if start + size > len(data):
            return
        yield tag, at, start + size
        at = start + size

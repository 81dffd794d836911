"""ARC (RFC 8617): who handled a mail on its way, and what each found when it came to him. Pure, like `mail.dkim`.

    set i:  ARC-Authentication-Results  what was found     covered by the seals i, i+1, …
            ARC-Message-Signature       the mail as sent on by i
            ARC-Seal                    seals all sets 1 … i

A valid chain says only who wrote what. It counts as far as its sealers are trusted: from the newest set downwards,
since whoever seals last could have changed the mail and what others had said of it.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from mail.canonical import SignedMessage, canonical_field, parse_tags
from mail.dkim import (
    DnsAnswers,
    Signature,
    Unusable,
    base64_value,
    check_value,
    domain_value,
    key_question,
    read_key,
    read_signature,
    verify_signature,
    without_signature,
)

__all__ = ["ArcChain", "ArcSet", "chain_questions", "read_chain", "sealed_results", "verify_chain"]

MAX_SETS = 12
"""Longer chains are not followed: each set costs a question and a signature check (the RFC allows 50)."""
_INSTANCE = re.compile(r"\s{0,80}i\s{0,20}=\s{0,20}([0-9]{1,2})\s{0,20};")
_NAMES = ("arc-authentication-results", "arc-message-signature", "arc-seal")


@dataclass(frozen=True, slots=True)
class ArcSet:
    """One set; `domain` is the sealer's, in ASCII form. Fields are whole, as they travelled."""

    domain: str
    selector: str
    results: bytes
    message_signature: bytes
    seal: bytes
    seal_value: bytes
    algorithm: str
    verdict: str
    """`cv=`: what the sealer found of the chain so far."""

    @property
    def text(self) -> str:
        """The results as an `Authentication-Results` value: unfolded, without the instance."""
        unfolded = self.results.partition(b":")[2].replace(b"\r\n", b"").decode("utf-8", "replace")
        return unfolded.partition(";")[2]


@dataclass(frozen=True, slots=True)
class ArcChain:
    """Sets 1 … n in order. `result`: `none` (no chain), `pass`, `fail`, `temperror`, `policy` (too long)."""

    result: str
    reason: str
    sets: tuple[ArcSet, ...] = ()


def read_chain(message: SignedMessage) -> ArcChain:
    """The chain's structure (RFC 8617 §5.2, steps 1 to 3); `pass` says only that it may be verified. Never raises."""
    found: list[dict[int, bytes]] = []
    for name in _NAMES:
        fields: dict[int, bytes] = {}
        for field in message.all_of(name):
            number = _instance(field)
            if number is None or number in fields:
                return ArcChain("fail", f"a broken or repeated instance in {name}")
            fields[number] = field
        found.append(fields)
    results, signatures, seals = found
    if not (results or signatures or seals):
        return ArcChain("none", "no ARC sets")
    numbers = list(range(1, len(seals) + 1))
    if not sorted(results) == sorted(signatures) == sorted(seals) == numbers:
        return ArcChain("fail", "sets are not whole")
    if len(numbers) > MAX_SETS:
        return ArcChain("policy", f"more than {MAX_SETS} ARC sets")
    try:
        sets = tuple(_set(results[number], signatures[number], seals[number]) for number in numbers)
    except Unusable as error:
        return ArcChain("fail", error.reason)
    if any(one.verdict != ("none" if number == 1 else "pass") for number, one in zip(numbers, sets, strict=True)):
        return ArcChain("fail", "a sealer found the chain broken")
    return ArcChain("pass", "whole", sets)


def chain_questions(chain: ArcChain) -> list[str]:
    """Names of the keys that `verify_chain` needs."""
    names = [_seal_question(one) for one in chain.sets]
    if chain.sets:
        try:
            names.append(key_question(read_signature(chain.sets[-1].message_signature, "arc")))
        except Unusable:
            return []
    return names


def verify_chain(message: SignedMessage, chain: ArcChain, answers: DnsAnswers, now: datetime) -> ArcChain:
    """`chain` with the result of its signatures (RFC 8617 §5.2, steps 4 to 6). Never raises."""
    if chain.result != "pass" or not chain.sets:
        return chain
    try:
        newest: Signature = read_signature(chain.sets[-1].message_signature, "arc")
        verify_signature(message, newest, answers, now)
        for number in range(len(chain.sets), 0, -1):
            _verify_seal(chain.sets[:number], answers)
    except Unusable as error:
        return ArcChain("temperror" if error.result == "temperror" else "fail", error.reason, chain.sets)
    return ArcChain("pass", f"sealed by {chain.sets[-1].domain}", chain.sets)


def sealed_results(chain: ArcChain, trusted: Collection[str]) -> list[tuple[str, str]]:
    """(sealer, results) of the trusted sealers, newest first; ends at the first that is not trusted.

    Says nothing of whether the chain is valid: `chain.result`, or a trusted server's `arc=pass`, does.
    """
    known = {name.strip().lower() for name in trusted}
    found = []
    for one in reversed(chain.sets):
        if one.domain not in known:
            break
        found.append((one.domain, one.text))
    return found


def _verify_seal(sets: tuple[ArcSet, ...], answers: DnsAnswers) -> None:
    """Raises Unusable unless the last of `sets` seals all of them (RFC 8617 §5.1.1)."""
    last = sets[-1]
    covered = [
        canonical_field(field, "relaxed") + b"\r\n"
        for one in sets
        for field in (one.results, one.message_signature, *((one.seal,) if one is not last else ()))
    ]
    covered.append(canonical_field(without_signature(last.seal), "relaxed"))
    key, _ = read_key(answers.get(_seal_question(last)))
    check_value(key, last.algorithm, last.seal_value, b"".join(covered))


def _set(results: bytes, signature: bytes, seal: bytes) -> ArcSet:
    tags = parse_tags(seal.partition(b":")[2].decode("utf-8", "replace"))
    if tags is None or not {"a", "b", "cv", "d", "s"} <= tags.keys() or "h" in tags:
        raise Unusable("permerror", "a broken seal")
    return ArcSet(
        domain=domain_value(tags["d"]),
        selector=domain_value(tags["s"]),
        results=results,
        message_signature=signature,
        seal=seal,
        seal_value=base64_value(tags["b"]),
        algorithm=tags["a"].lower(),
        verdict=tags["cv"].lower(),
    )


def _seal_question(one: ArcSet) -> str:
    return f"{one.selector}._domainkey.{one.domain}"


def _instance(field: bytes) -> int | None:
    """The number of the set. In results it stands first; in the others anywhere."""
    name, _, value = field.partition(b":")
    text = value.decode("utf-8", "replace")
    if name.strip().lower() == b"arc-authentication-results":
        found = _INSTANCE.match(text.replace("\r\n", ""))
        return int(found[1]) if found else None
    tags = parse_tags(text)
    number = (tags or {}).get("i", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) <= 2 else None

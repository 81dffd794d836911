"""Evidence that a mail belongs to a conversation (CV-01), strongest first, in two pure steps.

`candidates` finds what looks like an identifier of ours; the shell checks the signatures (`check_candidates` needs the
keys) and records the outcomes as facts; `find_evidence` needs no key, so that a replay with recorded facts is the same.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mail.bounces import parse_bounce
from mail.mask import mask
from mail.message_ids import ids_in
from mail.records import ParsedMail
from mail.signed_ids import (
    SignatureCheck,
    SigningKey,
    split_plus_token,
    verify_marker_token,
    verify_message_id,
    verify_plus_token,
)
from mail.subject import subject_tags
from mail.thread_index import parse_thread_index
from schemas.ids import message_id_digest, sha256_hex, split_own_id

__all__ = [
    "OWN_MESSAGE_ID",
    "EvidenceCandidate",
    "TokenCandidate",
    "TokenCheck",
    "candidates",
    "check_candidates",
    "find_evidence",
]

OWN_MESSAGE_ID = "own_message_id"
"""Kind of the candidate for the mail's own Message-ID: no evidence of a conversation, but the mark of a loop."""
STRENGTH = (
    "signed_message_id",
    "signed_plus_address",
    "signed_marker",
    "reference",
    "subject_tag",
    "thread_index",
    "thread_topic",
)
"""Kinds of evidence, strongest first."""

_MAX_TOKENS = 50
_MAX_MARKERS = 20
_MAX_REFERENCES = 50
_MARKER = re.compile(r"\[ref:([a-z2-7.]{40,160})\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class TokenCandidate:
    """Something of our shape, to be checked. It holds the signature: it stays in the process, in no event."""

    kind: str
    token: str
    source: str
    """Field where it stood: `in-reply-to`, `references`, `to`, `text`, `returned` …"""

    @property
    def digest(self) -> str:
        """What the outcome is recorded under: SHA-256 (hex) of kind and folded token."""
        return sha256_hex(f"{self.kind}:{self.token.strip('<>').lower()}".encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class TokenCheck:
    """Recorded outcome of one signature check; holds no signature and no key."""

    digest: str
    kind: str
    verified: bool
    key_id: str | None
    conversation: str | None
    notification: str | None
    reason: str


@dataclass(frozen=True, slots=True)
class EvidenceCandidate:
    """One piece of evidence. The case service resolves it to a case and applies the sender policy (CV-02).

    Signed kinds carry `conversation` (verified or not); `reference` carries the `digest` of a Message-ID, `subject_tag`
    and `thread_topic` a text, `thread_index` the digest of the thread's root.
    """

    kind: str
    source: str
    verified: bool = False
    conversation: str | None = None
    notification: str | None = None
    key_id: str | None = None
    digest: str | None = None
    text: str | None = None
    """Masked."""


def candidates(mail: ParsedMail) -> tuple[TokenCandidate, ...]:
    """All tokens of our shape in `mail`, each once, strongest place first, at most 50."""
    return mail.once("candidates", _candidates)


def _candidates(mail: ParsedMail) -> tuple[TokenCandidate, ...]:
    found: list[TokenCandidate] = []
    if mail.message_id and split_own_id(mail.message_id):
        found.append(TokenCandidate(OWN_MESSAGE_ID, mail.message_id, "message-id"))
    found.extend(
        TokenCandidate("signed_message_id", message_id, source)
        for source, message_id in mail.once("parents", _parents)
        if split_own_id(message_id)
    )
    found.extend(_plus_tokens(mail))
    found.extend(_markers(mail))
    once = {(candidate.kind, candidate.token.lower()): candidate for candidate in reversed(found)}
    return tuple(reversed(once.values()))[:_MAX_TOKENS]


def check_candidates(
    found: Iterable[TokenCandidate], keys: Iterable[SigningKey], installation: str
) -> tuple[TokenCheck, ...]:
    """Check each candidate with the keys in force; for the shell."""
    known = tuple(keys)
    return tuple(_recorded(candidate, _verify(candidate, known, installation)) for candidate in found)


def _verify(candidate: TokenCandidate, keys: tuple[SigningKey, ...], installation: str) -> SignatureCheck:
    if candidate.kind == "signed_plus_address":
        return verify_plus_token(candidate.token, keys, installation)
    if candidate.kind == "signed_marker":
        return verify_marker_token(candidate.token, keys, installation)
    return verify_message_id(candidate.token, keys, installation)


def _recorded(candidate: TokenCandidate, check: SignatureCheck) -> TokenCheck:
    return TokenCheck(
        candidate.digest,
        candidate.kind,
        check.verified,
        check.key_id,
        check.conversation,
        check.notification,
        check.reason,
    )


def find_evidence(mail: ParsedMail, checks: Iterable[TokenCheck]) -> tuple[EvidenceCandidate, ...]:
    """Evidence in `mail`, strongest first; verified before unverified within a kind. No outcome: unverified."""
    outcomes = {check.digest: check for check in checks}
    signed: list[EvidenceCandidate] = []
    for candidate in candidates(mail):
        if candidate.kind == OWN_MESSAGE_ID:
            continue
        check = outcomes.get(candidate.digest)
        if check is None:
            conversation = candidate.token.strip("<>").lower().partition(".")[0]
            check = TokenCheck(candidate.digest, candidate.kind, False, None, conversation, None, "unchecked")
        signed.append(
            EvidenceCandidate(
                candidate.kind,
                candidate.source,
                verified=check.verified,
                conversation=check.conversation,
                notification=check.notification,
                key_id=check.key_id,
                text=mask(candidate.token),
            )
        )
    signed.sort(key=lambda found: (STRENGTH.index(found.kind), not found.verified))
    return (*signed, *_references(mail), *_subject_tags(mail), *_thread(mail))


def _parents(mail: ParsedMail) -> list[tuple[str, str]]:
    """(field, id) of all ids that the mail says it answers, nearest first; for a report the id of the returned mail."""
    found: list[tuple[str, str]] = []
    for value in mail.headers.text_all("in-reply-to"):
        found.extend(("in-reply-to", message_id) for message_id in ids_in(value[:8192]))
    found.extend(("references", message_id) for message_id in reversed(mail.references))
    bounce = parse_bounce(mail)
    if bounce is not None and bounce.original_message_id:
        found.append(("returned", bounce.original_message_id))
    elif mail.report is not None:
        # Receipts name the mail in a field of their own (RFC 8098 §3.2.5), complaints send it back (RFC 5965 §2).
        values = [value for block in mail.report.blocks for value in block.text_all("original-message-id")]
        values.extend(mail.returned.text_all("message-id") if mail.returned is not None else ())
        found.extend(("returned", message_id) for value in values[:20] for message_id in ids_in(value[:8192]))
    return found


def _plus_tokens(mail: ParsedMail) -> list[TokenCandidate]:
    places = [
        *(("to", address.address) for address in mail.to),
        *(("cc", address.address) for address in mail.cc),
        *(("delivered-to", address) for address in mail.delivered_to_all),
    ]
    found = []
    for source, address in places:
        if "+" not in address:
            continue
        _, plus, token = address.rpartition("@")[0].rpartition("+")
        if plus and split_plus_token(token):
            found.append(TokenCandidate("signed_plus_address", token, source))
    return found


def _markers(mail: ParsedMail) -> list[TokenCandidate]:
    found = []
    for source, text in (("text", mail.text), ("html", mail.html or "")):
        for count, match in enumerate(_MARKER.finditer(text)):
            if count >= _MAX_MARKERS:
                break
            if split_own_id(f"{match[1]}@marker"):
                found.append(TokenCandidate("signed_marker", match[1], source))
    return found


def _references(mail: ParsedMail) -> list[EvidenceCandidate]:
    """Ids that the store may know. An id without both sides of its `@`, and the mail's own one, lead to nobody."""
    found: dict[str, EvidenceCandidate] = {}
    for source, message_id in mail.once("parents", _parents):
        left, _, right = message_id.strip("<>").rpartition("@")
        if not left or not right or message_id == mail.message_id:
            continue
        digest = message_id_digest(message_id)
        found.setdefault(digest, EvidenceCandidate("reference", source, digest=digest, text=mask(message_id)))
    return list(found.values())[:_MAX_REFERENCES]


def _subject_tags(mail: ParsedMail) -> list[EvidenceCandidate]:
    if "[" not in mail.subject:
        return []
    return [EvidenceCandidate("subject_tag", "subject", text=tag) for tag in subject_tags(mail.subject)]


def _thread(mail: ParsedMail) -> list[EvidenceCandidate]:
    found = []
    written = mail.headers.text("thread-index")
    index = parse_thread_index(written) if written else None
    if index is not None:
        found.append(EvidenceCandidate("thread_index", "thread-index", digest=index.root_digest))
    topic = mail.headers.get("thread-topic")
    if topic and (topic := " ".join(topic.split())):
        found.append(EvidenceCandidate("thread_topic", "thread-topic", text=mask(topic[:500])))
    return found

"""The signatures of a mail checked: each S/MIME and PGP signature in it against the keys that the caller trusts.

Pure but for the clock that Sequoia reads (`pgp`); nothing is fetched. It loads cryptography, which reading a mail does
not: whoever checks imports this module.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from mail.addresses import parse_lists
from mail.dates import parse_date
from mail.limits import DEFAULT, Limits
from mail.mime import Node, Tree, read_tree
from mail.msg import is_msg, read_msg
from mail.protected.armour import clear_texts
from mail.protected.cms import as_der, cms_kind
from mail.protected.opened import Wrapper, is_wrapper, open_signed, saved_entity
from mail.protected.pgp import canonical_texts, check_cleartext, check_pgp
from mail.protected.results import SignatureCheck, Trust
from mail.protected.smime import check_smime
from mail.transfer import decode_transfer

__all__ = ["SignatureCheck", "Trust", "check_signatures"]

_MAX_CHECKS = 16
_MAX_SIGNATURE = 1024 * 1024
"""Of a detached signature with the certificates that it brings."""
_MAX_TEXT = 16 * 1024 * 1024
_PGP = "application/pgp-signature"
_SMIME = ("application/pkcs7-signature", "application/x-pkcs7-signature")


def check_signatures(
    raw: bytes, trust: Trust, at: datetime | None = None, limits: Limits = DEFAULT
) -> tuple[SignatureCheck, ...]:
    """Outcome of each signature, outermost first, at most 16; () where nothing is signed.

    `at` is the moment for which certificates are judged, best the time of receipt; None takes the mail's Date, which
    is the sender's word (and 1970 where there is none). Messages inside the mail are not looked into.
    """
    source = raw.lstrip(b"\r\n")
    message = read_msg(raw, limits) if is_msg(raw) else None
    if message is not None:
        source = message.head + (saved_entity(message.files) or b"\n")
    tree = Tree(limits)
    root = open_signed(read_tree(source, tree), tree)
    authors, _ = parse_lists(root.headers.text_all("from"), limits.addresses)
    date = parse_date(root.headers.text("date")) if at is None else at
    if date is None:
        date = datetime.fromtimestamp(0, UTC)
    elif date.tzinfo is None:
        date = date.replace(tzinfo=UTC)
    checker = _Checker(trust, date, tuple(one.address for one in authors), limits)
    found: list[SignatureCheck] = []
    for check in checker.node(root, True):
        found.append(check)
        if len(found) >= _MAX_CHECKS:
            break
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Checker:
    trust: Trust
    at: datetime
    authors: tuple[str, ...]
    limits: Limits

    def node(self, node: Node, whole: bool) -> Iterator[SignatureCheck]:
        """Checks of `node` and what stands in it. `whole`: the mail shows nothing else."""
        if node.type.value == "multipart/signed" and node.is_multipart:
            yield from self._detached(node, whole and len(node.children) == 2)
        elif is_wrapper(node):
            yield from self._opaque(node, whole)
        elif node.type.value == "text/plain" and not node.children:
            yield from self._cleartext(node, whole)
        if not node.is_multipart:
            return
        signed = node.type.value == "multipart/signed" or isinstance(node, Wrapper)
        for number, child in enumerate(node.children):
            alone = len(node.children) == 1 or (signed and number == 0 and len(node.children) == 2)
            yield from self.node(child, whole and alone)

    def _detached(self, node: Node, whole: bool) -> Iterator[SignatureCheck]:
        content, signature = node.children[0], node.children[-1]
        kind = signature.type.value
        protocol = (node.type.get("protocol") or "").strip().lower()
        is_pgp = kind == _PGP or (kind not in _SMIME and protocol == _PGP)
        blank = SignatureCheck("pgp" if is_pgp else "smime", "detached", content.path, "broken", "", whole)
        entity = _entity(node, content)
        if signature is content or entity is None:
            yield SignatureCheck(blank.kind, "detached", node.path, "broken", "content or signature is missing")
            return
        data = self._data(signature, _MAX_SIGNATURE)
        if is_pgp:
            yield from check_pgp(data, canonical_texts(entity), self.trust, self.at, self.authors, blank)
            return
        exact = entity.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
        forms: Sequence[bytes] = (exact,) if exact == entity else (exact, entity)
        yield from check_smime(as_der(data), forms, self.trust, self.at, self.authors, blank)

    def _opaque(self, node: Node, whole: bool) -> Iterator[SignatureCheck]:
        data = as_der(self._data(node, self.limits.part_bytes))
        if cms_kind(data) == "signed":
            blank = SignatureCheck("smime", "opaque", node.path, "broken", "", whole)
            yield from check_smime(data, (), self.trust, self.at, self.authors, blank)

    def _cleartext(self, node: Node, whole: bool) -> Iterator[SignatureCheck]:
        data = self._data(node, _MAX_TEXT)
        if b"-----BEGIN PGP SIGNED MESSAGE-----" not in data:
            return
        text = data.decode("latin-1")
        for clear in clear_texts(text):
            alone = not text[: clear.start].strip() and not text[clear.end :].strip()
            blank = SignatureCheck("pgp", "cleartext", node.path, "broken", "", whole and alone)
            yield from check_cleartext(clear, self.trust, self.at, self.authors, blank)

    def _data(self, node: Node, limit: int) -> bytes:
        return decode_transfer(node.source[node.start : node.end], node.encoding, min(limit, self.limits.part_bytes))[0]


def _entity(parent: Node, child: Node) -> bytes | None:
    """The octets of the first part with its header, from delimiter to delimiter (RFC 1847 §2.1)."""
    mark = b"--" + (parent.type.get("boundary") or "").encode("utf-8", "replace").rstrip()
    at = parent.start - 1
    while (at := parent.source.find(mark, at + 1, child.start)) >= 0:
        if at != parent.start and parent.source[at - 1] not in b"\r\n":
            continue
        line = parent.source.find(b"\n", at, child.start)
        if line >= 0 and not parent.source[at + len(mark) : line].strip():
            return parent.source[line + 1 : child.end]
    return None

"""What stands inside signed or compressed S/MIME (RFC 8551 §3.5.2, §3.6) as parts of the tree, as mail clients show it.

What is encrypted stays closed, and is named as the defect `encrypted`. A signed file that is no mail (an invoice as
`.p7m`) stays the file that it is. Content is bounded: it never grows beyond a share of what travelled.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

from mail.mime import Node, Tree, read_tree
from mail.protected.ber import BerError
from mail.protected.cms import as_der, cms_kind, decompressed, read_signed
from mail.records import Part
from mail.transfer import decode_transfer

__all__ = ["SMIME_TYPES", "Wrapper", "is_wrapper", "open_signed", "saved_entity"]

SMIME_TYPES = frozenset(["application/pkcs7-mime", "application/x-pkcs7-mime"])
_ANY_FILE = ("application/octet-stream", "application/binary")
_MAX_LAYERS = 4
"""A signature around compression around a signature; RFC 2634 §1.1 wraps three times."""
_FLOOR = 128 * 1024
_RATIO = 4
"""Of the whole mail, in base64: text shrinks to a third of itself there, HTML to a fourth, a bomb to nothing; and a
mail may take only so long to read as it is large."""
_CEILING = 16 * 1024 * 1024
_ENCRYPTED = ("enveloped-data", "authenveloped-data")
_FIELDS = tuple(one.name for one in fields(Node) if one.name != "children")


@dataclass(slots=True)
class Wrapper(Node):
    """An S/MIME part with what stands inside it as its only child. For the choice of text it is like a multipart."""

    @property
    def is_multipart(self) -> bool:
        return bool(self.children)


def open_signed(root: Node, tree: Tree) -> Node:
    """The tree with signed and compressed S/MIME opened; `root` itself where there is none. Adds defects to `tree`."""
    if not root.children and not is_wrapper(root):
        return root
    opener = _Opener(tree, min(_CEILING, tree.limits.part_bytes, _FLOOR + _RATIO * len(root.source)))
    if not root.children:
        return opener.opened(root, 0)
    opener.within(root, 0)
    return root


def is_wrapper(node: Node) -> bool:
    """Whether this part is S/MIME by its type, or by its name where servers changed the type (RFC 8551 §3.2.1)."""
    kind = node.type.value
    if not kind.startswith("application/"):
        return False
    return kind in SMIME_TYPES or (kind in _ANY_FILE and (node.filename or "").lower().endswith(".p7m"))


def saved_entity(files: Sequence[Part]) -> bytes | None:
    """The MIME entity of an S/MIME mail saved as .msg, whose one file it is ([MS-OXOSMIME] §2.1.3); None for others."""
    if len(files) != 1 or not (files[0].filename or "").lower().endswith(".p7m"):
        return None
    data = files[0].data()
    if _is_entity(data):
        return data
    head = b"Content-Type: application/pkcs7-mime; name=smime.p7m\nContent-Transfer-Encoding: binary\n\n"
    return head + data if cms_kind(data) in ("signed", "encrypted", "compressed") else None


@dataclass(slots=True)
class _Opener:
    tree: Tree
    left: int
    """Bytes that compression may still grow to, in the whole mail."""

    def within(self, node: Node, layer: int) -> None:
        if not node.is_multipart:
            return  # a message inside the mail is shown as it is
        encrypted = node.type.value == "multipart/encrypted"
        for number, child in enumerate(node.children):
            if child.type.value == "application/pgp-encrypted":
                encrypted = True  # also in the multipart/mixed that Exchange makes of it
            elif child.children:
                self.within(child, layer)
            elif is_wrapper(child):
                node.children[number] = self.opened(child, layer)
        if encrypted:
            self.tree.defect("encrypted", node.path)

    def opened(self, node: Node, layer: int) -> Node:
        travelled = node.source[node.start : node.end]
        data = as_der(decode_transfer(travelled, node.encoding, self.tree.limits.part_bytes)[0])
        kind = cms_kind(data)
        if kind == "encrypted" or (kind is None and (node.type.get("smime-type") or "").lower() in _ENCRYPTED):
            self.tree.defect("encrypted", node.path)
        if kind not in ("signed", "compressed"):
            return node
        if layer >= _MAX_LAYERS:
            self.tree.defect("nesting_too_deep")
            return node
        content = self._content(data, kind == "compressed", node.path)
        if not _is_entity(content):
            return node
        inner = self._read(content, f"{node.path}.s")
        if inner.children:
            self.within(inner, layer + 1)
        elif is_wrapper(inner):
            inner = self.opened(inner, layer + 1)
        return Wrapper(**{name: getattr(node, name) for name in _FIELDS}, children=[inner])

    def _read(self, content: bytes, prefix: str) -> Node:
        """The tree of `content`; its paths, also in defects, begin with `prefix`."""
        tree = Tree(self.tree.limits, self.tree.parts, copied=self.tree.copied)
        inner = read_tree(content, tree)
        self.tree.parts, self.tree.copied = tree.parts, tree.copied
        self.tree.dropped += tree.dropped
        for defect in tree.defects:
            code, at, path = defect.partition("@")
            self.tree.defect(code, f"{prefix}{path}" if at else "")
        waiting = [inner]
        while waiting:
            one = waiting.pop()
            one.path = f"{prefix}{one.path}"
            waiting.extend(one.children)
        return inner

    def _content(self, data: bytes, compressed: bool, path: str) -> bytes:
        try:
            if not compressed:
                return read_signed(data).content or b""
            content, cut = decompressed(data, self.left)
        except BerError:
            self.tree.defect("smime_broken", path)
            return b""
        self.left -= len(content)
        if cut:
            self.tree.defect("content_cut", path)
        return content


def _is_entity(content: bytes) -> bool:
    """Whether content begins with a header that has MIME fields; files, and certificates alone, do not."""
    head = content[:4096].lower().replace(b"\r\n", b"\n").partition(b"\n\n")[0]
    return head.startswith((b"content-", b"mime-version:")) or b"\ncontent-type:" in head

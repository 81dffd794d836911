"""The MIME tree (RFC 2045, 2046) as positions in the mail's bytes: nothing is copied, nothing is decoded here.

Broken boundaries, missing ends and wrong types give what a person would read, with a defect. Cost is linear in the size
of the mail times its (bounded) nesting.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from mail.headers import Headers, read_headers
from mail.limits import Limits
from mail.names import file_name
from mail.parameters import ParameterisedValue, parse_value
from mail.transfer import decode_transfer

__all__ = ["Node", "Tree", "read_tree"]

_GUESS = re.compile(rb"(?:\A|\n)--([^\s]{1,200})[ \t]{0,10}\r?\n(?=[A-Za-z-]{1,40}:)")
_PLAIN = ParameterisedValue("text/plain")
_ENCODINGS = frozenset(["7bit", "8bit", "binary", "base64", "quoted-printable"])
_EMBEDDED = ("message/rfc822", "message/global", "message/news")


@dataclass(slots=True)
class Node:
    """One entity: its header, its type and where its body lies in `source`."""

    path: str
    headers: Headers
    type: ParameterisedValue
    disposition: ParameterisedValue
    encoding: str
    source: bytes
    start: int
    end: int
    children: list[Node] = field(default_factory=list)

    @property
    def is_multipart(self) -> bool:
        return self.type.value.startswith("multipart/") and bool(self.children)

    @property
    def filename(self) -> str | None:
        name = self.disposition.get("filename") or self.type.get("name")
        if not name:
            return None
        if self.type.value == "message/external-body":  # the place where the file is (RFC 2046 §5.2.3)
            return " ".join(name.split())[:255] or None
        return file_name(name)


@dataclass(slots=True)
class Tree:
    """What is shared while one tree is read."""

    limits: Limits
    parts: int = 0
    dropped: int = 0
    copied: int = 0
    """Bytes of encoded messages that were decoded to be read."""
    defects: list[str] = field(default_factory=list)

    def defect(self, code: str, path: str = "") -> None:
        text = f"{code}@{path}" if path else code
        if len(self.defects) < self.limits.defects and text not in self.defects:
            self.defects.append(text)


def read_tree(source: bytes, tree: Tree) -> Node:
    """The root entity of a mail."""
    return _read(source, 0, len(source), "", "1", 0, "text/plain", tree)


def _read(source: bytes, start: int, end: int, path: str, alone: str, depth: int, default: str, tree: Tree) -> Node:
    """One entity: `path` is its number where it is a multipart, whose parts continue it, and `alone` where it is not:
    the body of a message has a number of its own then."""
    headers, body, defects = read_headers(source, start, end, tree.limits)
    for code in defects:
        tree.defect(code, path)
    declared = headers.text("content-type")
    content = parse_value(declared) if declared else ParameterisedValue(default)
    if "/" not in content.value:
        if declared:
            tree.defect("content_type_broken", path)
        content = ParameterisedValue("text/plain", content.parameters)
    charset = content.get("charset")
    if charset:
        headers = headers.hinted(charset)
    raw_disposition = headers.text("content-disposition")
    node = Node(
        path=path,
        headers=headers,
        type=content,
        disposition=parse_value(raw_disposition) if raw_disposition else ParameterisedValue(""),
        encoding=_encoding(headers.text("content-transfer-encoding")),
        source=source,
        start=body,
        end=end,
    )
    if content.value.startswith("multipart/"):
        _read_multipart(node, depth, tree)
    if not node.is_multipart:
        node.path = alone
    if content.value in _EMBEDDED and node.disposition.value != "ignore":
        _read_embedded(node, depth, tree)
    return node


def _encoding(written: str | None) -> str:
    """The transfer encoding without the comments, quotes and semicolons that some write about it."""
    if not written:
        return ""
    lower = written.lower()
    return lower if lower in _ENCODINGS else re.split("[(;]", lower, maxsplit=1)[0].strip(" \t\"',")


def _read_multipart(node: Node, depth: int, tree: Tree) -> None:
    if depth >= tree.limits.depth:
        tree.defect("nesting_too_deep")
        node.type = ParameterisedValue("application/octet-stream", node.type.parameters)
        return
    boundary = (node.type.get("boundary") or "").encode("utf-8", "replace").rstrip()
    most = tree.limits.parts - tree.parts
    spans: list[tuple[int, int]] = []
    further, closed = 0, False
    if boundary:
        spans, further, closed = _split(node.source, node.start, node.end, boundary, most)
    if not spans and not further:
        guess = _GUESS.search(node.source, max(0, node.start - 1), node.end)
        if guess is not None:
            spans, further, closed = _split(node.source, node.start, node.end, guess.group(1), most)
        tree.defect("boundary_missing", node.path)
    if not spans and not further:
        node.type = ParameterisedValue("text/plain", node.type.parameters)
        return
    if not closed:
        tree.defect("multipart_unclosed", node.path)
    default = "message/rfc822" if node.type.value == "multipart/digest" else "text/plain"
    prefix = f"{node.path}." if node.path else ""
    for number, (start, end) in enumerate(spans, start=1):
        if tree.parts >= tree.limits.parts:
            further += len(spans) - number + 1
            break
        tree.parts += 1
        place = f"{prefix}{number}"
        node.children.append(_read(node.source, start, end, place, place, depth + 1, default, tree))
    if further:
        tree.dropped += further
        tree.defect("too_many_parts")


def _split(source: bytes, start: int, end: int, boundary: bytes, most: int) -> tuple[list[tuple[int, int]], int, bool]:
    """Spans of the parts between delimiter lines (RFC 2046 §5.1.1), how many more than `most` there are, and whether
    the closing delimiter was there."""
    mark = b"--" + boundary
    spans: list[tuple[int, int]] = []
    further = 0
    open_at = -1
    at = source.find(mark, start, end)
    while at >= 0:
        after = at + len(mark)
        if at != start and source[at - 1] not in b"\r\n":
            at = source.find(mark, after, end)
            continue
        closing = False
        if after < end and source[after] == 10:
            line_end = after
        else:
            line_end = source.find(b"\n", after, end)
            if line_end < 0:
                line_end = end
            closing = source.startswith(b"--", after, end)
            rest = source[after + (2 if closing else 0) : min(line_end, after + 256)]
            if rest.strip() and not (closing and rest[:1] in b" \t\r"):
                at = source.find(mark, line_end, end)
                continue
        if open_at >= 0:
            if len(spans) < most:
                spans.append((open_at, max(open_at, _before_line_end(source, open_at, at))))
            else:
                further += 1
        if closing:
            return spans, further, True
        open_at = min(line_end + 1, end)
        at = source.find(mark, line_end, end)
    if open_at >= 0:
        if len(spans) < most:
            spans.append((open_at, end))
        else:
            further += 1
    return spans, further, False


def _before_line_end(source: bytes, start: int, at: int) -> int:
    """The line end before a delimiter belongs to the delimiter."""
    if at > start and source[at - 1] == 10:
        at -= 1
    if at > start and source[at - 1] == 13:
        at -= 1
    return at


def _read_embedded(node: Node, depth: int, tree: Tree) -> None:
    """The message inside: its leaves continue the numbers (RFC 3501 §6.4.5)."""
    if depth >= tree.limits.depth:
        tree.defect("nesting_too_deep")
        return
    if tree.parts >= tree.limits.parts:
        tree.defect("too_many_parts")
        return
    tree.parts += 1
    source, start, end = node.source, node.start, node.end
    if node.encoding in ("base64", "quoted-printable"):
        # One allowance for all: a message in a message in a message, each encoded, would be copied at each level.
        source, _, cut = decode_transfer(source[start:end], node.encoding, tree.limits.part_bytes - tree.copied)
        start, end = 0, len(source)
        tree.copied += end
        if cut:
            tree.defect("content_cut", node.path)
    if start >= end:
        return
    node.children.append(_read(source, start, end, node.path, f"{node.path}.1", depth + 1, "text/plain", tree))

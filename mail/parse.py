"""`parse`: the bytes of a mail to a `ParsedMail`. Never raises; what is broken or beyond a limit becomes a defect."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace

from mail.addresses import parse_addresses, parse_lists
from mail.body import Selection, select
from mail.charsets import clean, decode_plain
from mail.contained import take_files
from mail.dates import parse_date
from mail.flowed import unflow
from mail.headers import Headers, read_head
from mail.html import HtmlPage, html_page
from mail.limits import DEFAULT, Limits
from mail.message_ids import bounded_ids, first_id
from mail.mime import Node, Tree, read_tree
from mail.msg import is_msg, read_msg
from mail.parameters import parse_value
from mail.protected.armour import plain_view
from mail.protected.opened import Wrapper, open_signed, saved_entity
from mail.records import ParsedMail, Part, Report
from mail.subject import read_subject
from mail.transfer import decode_transfer
from mail.unpack import file_part, unpack_tnef

__all__ = ["parse"]

_REPORTS = {
    "message/delivery-status": "delivery-status",
    "message/global-delivery-status": "delivery-status",
    "message/disposition-notification": "disposition-notification",
    "message/global-disposition-notification": "disposition-notification",
    "message/feedback-report": "feedback-report",
}
_RETURNED = (
    "message/rfc822",
    "message/global",
    "text/rfc822-headers",
    "message/rfc822-headers",
    "message/global-headers",
)
_ENCLOSED = frozenset((*_REPORTS, *_RETURNED))
_ONCE = (
    "subject", "date", "message-id", "to", "cc", "reply-to", "sender", "in-reply-to", "references", "content-type",
    "content-transfer-encoding",
)  # fmt: skip
"""Fields that a mail may have once (RFC 5322 §3.6, RFC 2045 §3): of several, clients do not agree which one counts."""
_BARE = re.compile(r'<?([^\s"(),:;<>@\[\]\\]{1,200}+@[^\s"(),:;<>@\[\]\\]{1,255}+)>?')
"""An address alone, as delivery agents write it."""
_REPORT_BLOCKS = 1_000


def parse(raw: bytes, limits: Limits = DEFAULT) -> ParsedMail:
    """Read one mail. Pure; linear in `len(raw)`; memory beyond `raw` is bounded by `limits`."""
    digest = hashlib.sha256(raw).hexdigest()
    try:
        return _parse_msg(raw, digest, limits) if is_msg(raw) else _parse(raw, digest, limits)
    except Exception as error:  # the promise of this package; the defect makes the bug visible
        return _rescued(raw, digest, limits, f"parser_failed:{type(error).__name__}")


def _parse_msg(raw: bytes, digest: str, limits: Limits) -> ParsedMail:
    """A mail as Outlook saves it: its header is read as any other, its body and files are taken as they are."""
    message = read_msg(raw, limits)
    if message is None:
        return ParsedMail(digest, len(raw), defects=("msg_broken",))
    if not message.text and (entity := saved_entity(message.files)) is not None:
        return replace(_parse(message.head + entity, digest, limits), raw_size=len(raw))
    mail = _parse(message.head + b"\n", digest, limits)
    return replace(
        mail,
        raw_size=len(raw),
        text=message.text,
        text_bytes=len(message.text.encode("utf-8", "replace")),
        html=message.html or None,
        has_html=bool(message.html),
        parts=(file_part("0", "", "text/plain", None, message.text.encode("utf-8", "replace")), *message.files),
        attachments=tuple(message.files),
        attachments_total=len(message.files),
        defects=(*mail.defects, *message.defects)[: limits.defects],
    )


def _rescued(raw: bytes, digest: str, limits: Limits, defect: str) -> ParsedMail:
    text = clean(raw[: limits.text_chars].decode("latin-1"))
    return ParsedMail(digest, len(raw), text=text, text_bytes=len(raw), defects=(defect,))


def _parse(raw: bytes, digest: str, limits: Limits) -> ParsedMail:
    tree = Tree(limits)
    source = raw
    if b"\n" not in raw and b"\r" in raw:
        source = raw.replace(b"\r", b"\n")
        tree.defect("line_ends_cr")
    if source[:1] in (b"\r", b"\n", b"\xef"):
        source = _without_lead(source, limits)
    root = open_signed(read_tree(source, tree), tree)
    reader = _Reader(tree)
    leaves = list(_leaves(root, False))
    parts = {id(node): reader.part(node, embedded) for node, embedded in leaves}
    chosen = select(root)
    for node_id in chosen.inline:
        if node_id in parts:
            parts[node_id] = _as_inline(parts[node_id])
    text, html, size = reader.body(chosen)
    headers = root.headers
    to, to_total = parse_lists(headers.text_all("to"), limits.addresses)
    cc, cc_total = parse_lists(headers.text_all("cc"), limits.addresses)
    authors, author_total = parse_lists(headers.text_all("from"), limits.addresses)
    senders, _ = parse_lists(headers.text_all("sender"), 1)
    reply_to, _ = parse_lists(headers.text_all("reply-to"), limits.addresses)
    delivered = _delivered_to(headers)
    if author_total > 1 or headers.count("from") > 1:
        tree.defect("several_authors")
    date_text = headers.text("date")
    date = parse_date(date_text)
    if date_text and date is None:
        tree.defect("date_broken")
    for name in headers.repeated(_ONCE):
        tree.defect(f"several_{name.replace('-', '_')}")
    if not len(headers):
        tree.defect("header_missing")
    enclosed = [node for node, embedded in leaves if not embedded and node.type.value in _ENCLOSED]
    listed = [parts[id(node)] for node in chosen.attachments if id(node) in parts] + reader.files
    unpacked = unpack_tnef(listed, limits.text_chars)
    if unpacked is not None:
        listed = unpacked.attachments
        for defect in unpacked.defects:
            tree.defect(defect)
        if not text.strip() and unpacked.text:
            text, size = clean(unpacked.text), len(unpacked.text.encode("utf-8", "replace"))
            html = html or clean(unpacked.html)[: limits.html_chars] or None
    attachments = tuple(listed)
    mail = ParsedMail(
        raw_sha256=digest,
        raw_size=len(raw),
        headers=headers,
        message_id=first_id(headers.text_all("message-id")),
        in_reply_to=first_id(headers.text_all("in-reply-to")),
        references=bounded_ids(headers.text_all("references"), limits.references),
        from_=authors[0] if authors else None,
        from_all=authors,
        sender=senders[0] if senders else None,
        reply_to=reply_to,
        to=to,
        to_total=to_total,
        cc=cc,
        cc_total=cc_total,
        delivered_to=delivered[0] if delivered else None,
        delivered_to_all=delivered,
        return_path=_return_path(headers),
        subject=headers.get("subject") or "",
        date=date,
        content_type=root.type.value,
        content_parameters=tuple(root.type.parameters.items()),
        text=text,
        html=html,
        has_html=html is not None,
        text_bytes=size,
        parts=tuple(parts.values()),
        attachments=attachments,
        attachments_total=len(attachments) + tree.dropped,
        report=reader.report(enclosed, root) if enclosed else None,
        returned=reader.returned(enclosed) if enclosed else None,
        defects=tuple(tree.defects),
    )
    if reader.page is not None:
        page = reader.page
        mail.once("html_page", lambda _: page)
    return mail


def _without_lead(source: bytes, limits: Limits) -> bytes:
    """Empty lines or a byte order mark before the first field, as broken exporters leave them."""
    stripped = source.removeprefix(b"\xef\xbb\xbf").lstrip(b"\r\n")
    fields, _, _ = read_head(stripped[: limits.value_bytes], 0, None, limits)
    return stripped if fields else source


def _leaves(node: Node, embedded: bool) -> Iterator[tuple[Node, bool]]:
    if node.is_multipart:
        if isinstance(node, Wrapper):
            yield node, embedded
        for child in node.children:
            yield from _leaves(child, embedded)
        return
    yield node, embedded
    for child in node.children:
        yield from _leaves(child, True)


_DELIVERED = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "x-delivered-to")
"""Where delivery agents say whose mailbox it is, by trust."""


def _delivered_to(headers: Headers) -> tuple[str, ...]:
    if not headers.has_any(_DELIVERED):
        return ()
    values = [value for name in _DELIVERED for value in headers.text_all(name)[:20]]
    found: list[str] = []
    for value in dict.fromkeys(values):
        bare = _BARE.fullmatch(value)
        found += [bare[1]] if bare else [address.address for address in parse_addresses(value, 20)[0]]
    return tuple(dict.fromkeys(found))


def _return_path(headers: Headers) -> str | None:
    value = headers.text("return-path")
    if value is None or value == "<>":
        return None if value is None else ""
    bare = _BARE.fullmatch(value)
    if bare is not None:
        return bare[1]
    addresses, _ = parse_lists([value], 1)
    return addresses[0].address if addresses else value.strip().strip("<>").strip()[:512]


def _is_passed_on(status: Node, root: Node) -> bool:
    """Whether the report's fields came as a file in a person's mail: clients send a bounce on with its parts so."""
    if status.disposition.value != "attachment" or _in_report(root, status):
        return False
    headers = root.headers
    subject = read_subject(headers.get("subject") or "")
    answers = subject.is_reply or subject.is_forward or "in-reply-to" in headers or "references" in headers
    return answers and _return_path(headers) != ""


def _in_report(node: Node, status: Node) -> bool:
    if any(child is status for child in node.children):
        return node.type.value == "multipart/report"
    return any(_in_report(child, status) for child in node.children)


def _as_inline(part: Part) -> Part:
    values = {name: getattr(part, name) for name in Part.__dataclass_fields__}
    return Part(**{**values, "inline": True})


class _Reader:
    """Decodes leaves within the budget of one mail."""

    def __init__(self, tree: Tree) -> None:
        self._tree = tree
        self._limits = tree.limits
        self._left = tree.limits.total_bytes
        self._texts: dict[int, bytes] = {}
        self._undecoded = 0
        self.files: list[Part] = []
        """Files that stood within text, uuencoded or in yEnc."""
        self.page: HtmlPage | None = None
        """What the mail's text was made of, where that is one HTML page alone."""

    def part(self, node: Node, embedded: bool) -> Part:
        limit = min(self._limits.part_bytes, self._left)
        data, defects, cut = decode_transfer(node.source[node.start : node.end], node.encoding, limit)
        self._left -= len(data)
        for code in defects:
            self._tree.defect(code, node.path)
        if cut:
            self._tree.defect("content_cut", node.path)
        if not embedded and node.type.value.startswith(("text/", "message/")):
            self._texts[id(node)] = data
        content_id = node.headers.text("content-id")
        return Part(
            path=node.path,
            content_type=node.type.value[:255],
            charset=node.type.get("charset"),
            disposition=node.disposition.value[:64] or None,
            filename=node.filename,
            content_id=(content_id or "").strip().strip("<>")[:512] or None,
            size=len(data),
            sha256=hashlib.sha256(data).hexdigest(),
            inline=False,
            cut=cut,
            parameters=tuple(node.type.parameters.items()),
            encoding=node.encoding,
            embedded=embedded,
            _source=node.source,
            _start=node.start,
            _end=node.end,
        )

    def body(self, chosen: Selection) -> tuple[str, str | None, int]:
        """Text, HTML (None where there is none) and the size of the whole text."""
        decoded: dict[int, str] = {}
        for node in (*chosen.text, *chosen.html):
            if id(node) not in decoded:
                decoded[id(node)] = self._text_of(node)
        texts: list[str] = []
        cut = False
        for node in chosen.text:
            text = decoded[id(node)]
            if node.type.value == "text/html":
                page = html_page(text, self._limits.text_chars)
                self.page = page if len(chosen.text) == 1 else None
                text, cut = page.text, cut or page.cut
            texts.append(text.strip("\n"))
        whole = "\n".join(text for text in texts if text)
        size = len(whole) if whole.isascii() else len(whole.encode("utf-8", "replace"))
        size += self._undecoded
        if len(whole) > self._limits.text_chars:
            whole, cut = whole[: self._limits.text_chars], True
        pages = [decoded[id(node)] for node in chosen.html if node.type.value == "text/html"]
        html = "\n".join(pages) if pages else None
        if html is not None and len(html) > self._limits.html_chars:
            html, cut = html[: self._limits.html_chars], True
        if cut:
            self._tree.defect("text_cut")
        return whole, html, size

    def _text_of(self, node: Node) -> str:
        data = self._texts.get(id(node), b"")
        most = max(self._limits.text_chars, self._limits.html_chars) * 4
        if len(data) > most:
            self._undecoded += len(data) - most
            data = data[:most]
            self._tree.defect("text_cut")
        if node.type.value == "text/plain":
            data, files = take_files(data)
            for number, file in enumerate(files, start=len(self.files) + 1):
                self.files.append(file_part(f"{node.path}.u{number}", file.name, "", None, file.data))
        text, defect, plain = decode_plain(data, node.type.get("charset"))
        if defect:
            self._tree.defect(defect, node.path)
        if "\r" in text:
            text = text.replace("\r\n", "\n").replace("\r", "\n")
        if node.type.value == "text/plain" and "-----BEGIN PGP " in text:
            text, encrypted = plain_view(text)
            if encrypted:
                self._tree.defect("encrypted", node.path)
        if (node.type.get("format") or "").lower() == "flowed" and node.type.value == "text/plain":
            text = unflow(text, node.type.get("delsp") or "no")
        return text if plain else clean(text)

    def report(self, nodes: list[Node], root: Node) -> Report | None:
        """The machine-readable part of the report that the mail is, if it is one."""
        status = next((node for node in nodes if node.type.value in _REPORTS), None)
        if status is None or _is_passed_on(status, root):
            return None
        return Report(_REPORTS[status.type.value], tuple(self._blocks(self._texts.get(id(status), b""))))

    def returned(self, nodes: list[Node]) -> Headers | None:
        """Header of the first mail that came along as a part."""
        for node in nodes:
            if node.type.value not in _RETURNED:
                continue
            fields, _, _ = read_head(self._texts.get(id(node), b""), 0, None, self._limits)
            if fields:
                hint = parse_value(Headers(fields).text("content-type") or "").get("charset")
                return Headers(fields, hint, self._limits)
        return None

    def _blocks(self, data: bytes) -> list[Headers]:
        blocks: list[Headers] = []
        at, end = 0, len(data)
        while at < end and len(blocks) < _REPORT_BLOCKS:
            if data[at] in b"\r\n":
                at += 1
                continue
            fields, body, _ = read_head(data, at, end, self._limits)
            if fields:
                blocks.append(Headers(fields, limits=self._limits))
            if body <= at:
                break
            at = body
        return blocks

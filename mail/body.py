"""Which parts are the text and which are attachments: the selection of RFC 8621 §4.1.4 (JMAP), made once a mail."""

from __future__ import annotations

from dataclasses import dataclass, field

from mail.mime import Node
from mail.transfer import decode_transfer

__all__ = ["Selection", "select"]

_SHOWN = ("text/plain", "text/html")
_LONGEST_BLANK = 200
_BLANKS = b" \t\r\n\xa0\xc2"
"""Blanks of ASCII, and the bytes of a no-break space in windows-1252 and UTF-8."""
_MEDIA = ("image/", "audio/", "video/")


@dataclass(slots=True)
class Selection:
    """Leaves for the plain view, for the HTML view, and the rest, each in the order of the mail."""

    text: list[Node] = field(default_factory=list)
    html: list[Node] = field(default_factory=list)
    attachments: list[Node] = field(default_factory=list)
    inline: set[int] = field(default_factory=set)
    """`id()` of the nodes that are shown within the text."""


def select(root: Node) -> Selection:
    """Divide the leaves of `root`."""
    chosen = Selection()
    _walk([root], "mixed", False, chosen, True, True)
    return chosen


def _is_media(node: Node) -> bool:
    return node.type.value.startswith(_MEDIA)


def _is_blank(node: Node) -> bool:
    """Whether a part has nothing to read; looked at only where it is so short that it may be."""
    if node.end - node.start > _LONGEST_BLANK:
        return False
    return not decode_transfer(node.source[node.start : node.end], node.encoding, _LONGEST_BLANK)[0].strip(_BLANKS)


def _walk(nodes: list[Node], kind: str, alternative: bool, chosen: Selection, to_text: bool, to_html: bool) -> None:
    texts, htmls = len(chosen.text), len(chosen.html)
    for number, node in enumerate(nodes):
        if node.is_multipart:
            inner = node.type.value.partition("/")[2]
            _walk(node.children, inner, alternative or inner == "alternative", chosen, to_text, to_html)
            continue
        media = _is_media(node)
        shown = (
            node.disposition.value != "attachment"
            and (node.type.value in _SHOWN or media)
            and (number == 0 or (kind != "related" and (media or not node.filename)))
        )
        if kind == "related" and number and node.disposition.value != "attachment":
            chosen.inline.add(id(node))
        if kind == "appledouble" and node.type.value == "application/applefile":
            chosen.inline.add(id(node))  # RFC 1740: what a Mac keeps beside the file, no file of its own
        if not shown:
            chosen.attachments.append(node)
        elif kind == "alternative":
            if node.type.value == "text/plain":
                chosen.text.append(node)
            elif node.type.value == "text/html":
                chosen.html.append(node)
            else:
                chosen.attachments.append(node)
        elif media:
            # Shown between the text by mail clients, and still a file that a case worker wants to have.
            if node.disposition.value == "inline" or node.headers.text("content-id"):
                chosen.inline.add(id(node))
            chosen.attachments.append(node)
        else:
            if alternative and node.type.value == "text/plain":
                to_html = False
            if alternative and node.type.value == "text/html":
                to_text = False
            if to_text:
                chosen.text.append(node)
            if to_html:
                chosen.html.append(node)
    if kind == "alternative" and to_text and to_html:
        # Only one of the two kinds was offered: it serves both views.
        if len(chosen.text) == texts and len(chosen.html) != htmls:
            chosen.text.extend(chosen.html[htmls:])
        elif len(chosen.html) == htmls and len(chosen.text) != texts:
            chosen.html.extend(chosen.text[texts:])
        elif len(chosen.text) != texts and all(_is_blank(node) for node in chosen.text[texts:]):
            # Newsletters that send a plain text without a word: people see the HTML.
            chosen.text[texts:] = chosen.html[htmls:]

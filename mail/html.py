"""HTML to text by one linear scan, without a tree: lines, lists, table cells and quote levels (`> `) are kept.

Tree-building parsers (lexbor by selectolax was measured) take quadratic time on deeply nested mails: 13 s for 500 kB of
`<div>`. A scan cannot, and text is all that is wanted here.
"""

from __future__ import annotations

import re
from contextlib import suppress
from html import unescape

__all__ = ["html_to_text"]

_TAG = re.compile(r"/?[A-Za-z][A-Za-z0-9:_-]{0,30}")
_LONGEST_QUOTED = 8 * 1024
"""How far a quoted attribute value may reach over a `>`."""
_SKIPPED = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "title", "template", "svg")}
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "pre", "blockquote", "hr"})
_BLOCKS = frozenset(
    [
        "div",
        "li",
        "tr",
        "dt",
        "dd",
        "section",
        "article",
        "header",
        "footer",
        "address",
        "center",
        "form",
        "fieldset",
        "main",
        "nav",
        "aside",
        "body",
        "thead",
        "tbody",
        "tfoot",
        "caption",
        "figure",
        "figcaption",
    ]
)
_DEEPEST_QUOTE = 20


def html_to_text(html: str, limit: int) -> tuple[str, bool]:
    """Text of `html`, at most about `limit` characters, and whether it was cut."""
    page = _Page(limit)
    at, end = 0, len(html)
    comments_end = True
    while at < end and page.room > 0:
        tag = html.find("<", at)
        if tag < 0:
            page.text(html[at:])
            at = end
            break
        if tag > at:
            page.text(html[at:tag])
        if comments_end and html.startswith("<!--", tag):
            close = html.find("-->", tag + 4)
            comments_end = close >= 0
            at = close + 3 if comments_end else _tag_end(html, tag)
            continue
        if html.startswith(("<!", "<?"), tag):
            at = _tag_end(html, tag)
            continue
        match = _TAG.match(html, tag + 1)
        if match is None:
            page.text("<")
            at = tag + 1
            continue
        at = _tag_end(html, match.end())
        name = match.group().lower()
        if name in _SKIPPED and html[at - 2 : at - 1] != "/":
            close_tag = _SKIPPED[name].search(html, at)
            at = _tag_end(html, close_tag.end()) if close_tag else end
        else:
            page.tag(name)
    return page.result(), at < end


def _tag_end(html: str, at: int) -> int:
    """Position after the `>` of the tag; a quoted attribute may hold one."""
    close = html.find(">", at)
    if close < 0:
        return len(html)
    for quote in ('"', "'"):
        # Only an opening `="` counts: a lone apostrophe in broken markup must not swallow text.
        opened = html.rfind("=" + quote, at, close)
        if opened >= 0 and html.find(quote, opened + 2, close) < 0:
            ended = html.find(quote, close, close + _LONGEST_QUOTED)
            if ended >= 0:
                further = html.find(">", ended, ended + _LONGEST_QUOTED)
                return further + 1 if further >= 0 else close + 1
    return close + 1


class _Page:
    """Lines as they grow."""

    def __init__(self, limit: int) -> None:
        self.room = limit
        self._lines: list[str] = []
        self._line: list[str] = []
        self._blank = False  # the line's last character is white space
        self._quote = 0
        self._pre = 0

    def text(self, piece: str) -> None:
        if "&" in piece:
            with suppress(ValueError):  # a number of thousands of digits
                piece = unescape(piece)
        if self._pre:
            first, *others = piece.split("\n")
            self._put(first)
            for line in others:
                self._new_line()
                self._put(line)
            return
        folded = " ".join(piece.split())
        if not folded:
            self._space()
            return
        if piece[0].isspace():
            self._space()
        self._put(folded)
        if piece[-1].isspace():
            self._space()

    def _put(self, text: str) -> None:
        if not text:
            return
        self._line.append(text)
        self._blank = False
        self.room -= len(text)

    def _space(self) -> None:
        if self._line and not self._blank:
            self._line.append(" ")
            self._blank = True
            self.room -= 1

    def _new_line(self) -> None:
        line = "".join(self._line).rstrip()
        self._lines.append(("> " * self._quote + line).rstrip() if self._quote else line)
        self._line = []
        self._blank = False
        self.room -= 1 + 2 * self._quote

    def _break(self) -> None:
        """End the line if anything is on it."""
        if self._line:
            self._new_line()

    def _paragraph(self) -> None:
        self._break()
        if self._lines and self._lines[-1].strip("> "):
            self._new_line()

    def tag(self, name: str) -> None:
        closing = name.startswith("/")
        name = name.lstrip("/")
        if name == "br":
            self._new_line()
        elif name in _PARAGRAPHS:
            if name == "blockquote" and closing:
                self._break()
                self._quote = max(0, self._quote - 1)
            self._paragraph()
            if name == "blockquote" and not closing:
                self._quote = min(_DEEPEST_QUOTE, self._quote + 1)
            elif name == "pre":
                self._pre = max(0, self._pre - 1) if closing else self._pre + 1
        elif name in _BLOCKS:
            self._break()
            if name == "li" and not closing:
                self._line.append("- ")
                self._blank = True
        elif name in ("td", "th") and closing:
            self._space()

    def result(self) -> str:
        self._break()
        return "\n".join(self._lines).strip("\n")

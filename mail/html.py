"""HTML to text by one linear scan, without a tree: lines, links, lists, table cells and quote levels (`> `) are kept.

Tree-building parsers (lexbor by selectolax was measured) take quadratic time on deeply nested mails: 13 s for 500 kB of
`<div>`. A scan cannot, and text is all that is wanted here. What mail clients say in their markup about history and
signatures is given beside the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from mail.html_lines import Lines
from mail.html_marks import Mark, indents, mark_of, quotes

__all__ = ["HtmlPage", "html_page", "html_to_text"]

_TAG = re.compile(r"/?[A-Za-z][A-Za-z0-9:_-]{0,30}")
_LONGEST_QUOTED = 8 * 1024
"""How far a quoted attribute value may reach over a `>`."""
_LONGEST_ATTRIBUTES = 2_000
_LONGEST_LINK = 1_000
_SKIPPED = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "title", "template", "svg")}
_PARAGRAPHS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "dl", "table", "pre", "blockquote", "hr"})
_BLOCKS = frozenset(
    {
        "div", "li", "tr", "dt", "dd", "section", "article", "header", "footer", "address", "center", "form",
        "fieldset",
        "main", "nav", "aside", "body", "thead", "tbody", "tfoot", "caption", "figure", "figcaption",
    }
)  # fmt: skip
_MARKABLE = frozenset({"div", "span", "hr", "p", "table", "td", "section", "article"})
_HREF = re.compile(r"""\bhref\s{0,5}=\s{0,5}(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HtmlPage:
    """The text of a page. `cut`: it was longer than the limit; `history` and `signatures`: offsets in `text` where the
    markup of a mail client says that quoted history begins, and where a signature begins and ends."""

    text: str
    cut: bool
    history: tuple[int, ...]
    signatures: tuple[tuple[int, int], ...]


def html_to_text(html: str, limit: int) -> tuple[str, bool]:
    """Text of `html`, at most about `limit` characters, and whether it was cut."""
    page = html_page(html, limit)
    return page.text, page.cut


def html_page(html: str, limit: int) -> HtmlPage:
    """Text of `html`, at most about `limit` characters, with what the markup says of it."""
    page = _Page(limit)
    at, end = 0, len(html)
    comments_end = True
    while at < end and page.lines.room > 0:
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
        named = match.end()
        at = _tag_end(html, named)
        name = match.group().lower()
        if name in _SKIPPED and html[at - 2 : at - 1] != "/":
            close_tag = _SKIPPED[name].search(html, at)
            at = _tag_end(html, close_tag.end()) if close_tag else end
        elif name[0] == "/":
            page.close(name[1:])
        else:
            page.open(name, html[named : min(at - 1, named + _LONGEST_ATTRIBUTES)] if at - named > 1 else "")
    return page.result(at < end)


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
    """The tags' meaning for the lines of text."""

    def __init__(self, limit: int) -> None:
        self.lines = Lines(limit)
        self._blockquotes: list[bool] = []
        self._divs: list[Mark | None] = []
        self._lists: list[int] = []
        self._hidden = 0
        self._link: tuple[str, tuple[int, int]] | None = None
        self._history: list[int] = []
        self._signed: list[tuple[int, int]] = []
        self._signature: int | None = None

    def text(self, piece: str) -> None:
        """Characters between tags."""
        if not self._hidden:
            self.lines.text(piece)

    def open(self, name: str, attributes: str) -> None:
        """A start tag."""
        mark = mark_of(name, attributes) if attributes and name in _MARKABLE else None
        if name == "br":
            self.lines.new_line()
        elif name in _PARAGRAPHS:
            self.lines.paragraph()
            if name == "blockquote":
                quoting = quotes(attributes) or (self.lines.last_ends_with_colon() and not indents(attributes))
                self._blockquotes.append(quoting)
                self.lines.quote += quoting
            elif name == "pre":
                self.lines.pre += 1
            elif name in ("ul", "ol"):
                self._lists.append(0 if name == "ul" else 1)
        elif name in _BLOCKS:
            self.lines.end_line()
            if name == "li":
                self._item()
        elif name == "a" and attributes:
            self._link_opened(attributes)
        if mark is Mark.HISTORY and not self.lines.quote:
            self.lines.end_line()
            self._history.append(self.lines.number())
        if name == "div":
            self._div(mark)

    def _div(self, mark: Mark | None) -> None:
        self._divs.append(mark)
        if mark is Mark.QUOTE:
            self.lines.quote += 1
        elif mark is Mark.HIDDEN:
            self._hidden += 1
        elif mark is Mark.SIGNATURE and not self.lines.quote and self._signature is None:
            self._signature = self.lines.number()
        elif mark is Mark.SIGNATURE:
            self._divs[-1] = None

    def close(self, name: str) -> None:
        """An end tag."""
        if name == "br":
            self.lines.new_line()
        elif name in _PARAGRAPHS:
            self.lines.end_line()
            if name == "blockquote" and self._blockquotes:
                self.lines.quote -= self._blockquotes.pop()
            elif name == "pre":
                self.lines.pre = max(0, self.lines.pre - 1)
            elif name in ("ul", "ol") and self._lists:
                self._lists.pop()
            self.lines.paragraph()
        elif name in _BLOCKS:
            self.lines.end_line()
            if name == "div" and self._divs:
                self._div_closed(self._divs.pop())
        elif name in ("td", "th"):
            self.lines.cell()
        elif name == "a":
            self._link_closed()

    def _div_closed(self, mark: Mark | None) -> None:
        if mark is Mark.QUOTE:
            self.lines.quote -= 1
        elif mark is Mark.HIDDEN:
            self._hidden -= 1
        elif mark is Mark.SIGNATURE and self._signature is not None:
            self._signed.append((self._signature, self.lines.number()))
            self._signature = None

    def _item(self) -> None:
        indent = "  " * min(max(0, len(self._lists) - 1), 8)
        if self._lists and self._lists[-1]:
            self.lines.lead(f"{indent}{self._lists[-1]}. ")
            self._lists[-1] += 1
        else:
            self.lines.lead(f"{indent}- ")

    def _link_opened(self, attributes: str) -> None:
        found = _HREF.search(attributes)
        target = next((value for value in found.groups() if value), "") if found else ""
        target = target.strip().replace("&amp;", "&")
        self._link = (target, self.lines.place()) if 0 < len(target) <= _LONGEST_LINK else None

    def _link_closed(self) -> None:
        if self._link is None or self._hidden:
            return
        target, place = self._link
        self._link = None
        shown = self.lines.since(place)
        low = target.lower()
        if not shown.strip():
            return
        if low.startswith("mailto:"):
            target = target[7:].partition("?")[0]
            if "@" not in target:
                return
        elif not low.startswith(("http://", "https://")):
            return
        if _bare(target) not in _bare(shown):
            self.lines.put(f" <{target}>")

    def result(self, cut: bool) -> HtmlPage:
        """The text and the marks as offsets in it."""
        if self._signature is not None:
            self._signed.append((self._signature, self.lines.number()))
        text, offsets = self.lines.result((*self._history, *(line for pair in self._signed for line in pair)))
        count = len(self._history)
        rest = offsets[count:]
        return HtmlPage(text, cut, tuple(offsets[:count]), tuple(zip(rest[::2], rest[1::2], strict=True)))


def _bare(address: str) -> str:
    return (
        "".join(address.lower().split())
        .removeprefix("http://")
        .removeprefix("https://")
        .removeprefix("www.")
        .rstrip("/")
    )

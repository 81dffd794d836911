"""HTML to text by one linear scan, without a tree: lines, links, lists, table cells and quote levels (`> `) are kept.

Tree-building parsers (lexbor by selectolax was measured) take quadratic time on deeply nested mails: 13 s for 500 kB of
`<div>`. A scan cannot, and text is all that is wanted here. What mail clients say in their markup about history and
signatures is given beside the text.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from itertools import repeat

from mail.html_lines import Lines
from mail.html_marks import Mark, indents, mark_of, may_mark, quotes

__all__ = ["HtmlPage", "html_page", "html_to_text"]

# A tag up to the first `>`, or the beginning of a comment or declaration.
_MARKUP = re.compile(r"<(?:(/?[A-Za-z][A-Za-z0-9:_-]{0,30})([^>]*+)>|(?=[!?]))")
_NAME = re.compile(r"/?[A-Za-z]")
_LONGEST_QUOTED = 8 * 1024
"""How far a quoted attribute value may reach over a `>`."""
_LONGEST_ATTRIBUTES = 2_000
_LONGEST_LINK = 1_000
_MOST_TAGS = 300_000
"""Tags of a page that are read: more than a table of 50,000 cells has; a page of nothing but tags is cut there."""
_SKIPPED = {name: re.compile(f"</{name}", re.IGNORECASE) for name in ("script", "style", "title", "template", "svg")}
_HREF = re.compile(r"""\bhref\s{0,5}=\s{0,5}(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE)


class _Meaning(Enum):
    """What a tag does to the lines of text."""

    BREAK = "break"
    PARAGRAPH = "paragraph"
    BLOCK = "block"
    LINK = "link"
    CELL = "cell"
    MARKABLE = "markable"
    """Nothing by itself; mail clients put their marks on it."""
    SKIPPED = "skipped"
    """Its content is not shown."""


def _meanings() -> dict[str, _Meaning]:
    """By the name of the tag, with its slash; a name that is not here means nothing."""
    names = {
        _Meaning.BREAK: "br",
        _Meaning.PARAGRAPH: "p h1 h2 h3 h4 h5 h6 ul ol dl table pre blockquote hr",
        _Meaning.BLOCK: "div li tr dt dd section article header footer address center form fieldset main nav aside"
        " body thead tbody tfoot caption figure figcaption",
        _Meaning.LINK: "a",
        _Meaning.CELL: "td th",
    }
    found = {name: meaning for meaning, group in names.items() for name in group.split()}
    found |= {f"/{name}": meaning for name, meaning in found.items()}
    return found | dict.fromkeys(_SKIPPED, _Meaning.SKIPPED) | {"span": _Meaning.MARKABLE}


_MEANINGS = _meanings()
_MARKABLE = frozenset({"div", "span", "hr", "p", "table", "td", "section", "article"})


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
    page = _Page(limit, may_mark(html))
    lines = page.lines
    # No tag ends behind the last `>`: the expression is not asked about what could only be searched in vain.
    at, stop = 0, html.rfind(">") + 1
    comments_end = True
    markup = _MARKUP.search
    for _ in repeat(None, _MOST_TAGS):
        match = markup(html, at, stop) if lines.room > 0 else None
        if match is None:
            break
        start = match.start()
        if start > at and not page.hidden:
            lines.text(html[at:start])
        name, attributes = match.groups()
        if name is None:
            if comments_end and html.startswith("<!--", start):
                close = html.find("-->", start + 4)
                comments_end = close >= 0
                at = close + 3 if comments_end else _tag_end(html, start)
            else:
                at = _tag_end(html, start)
            continue
        at = match.end()
        if "=" in attributes:
            at = _behind_quotes(html, match.end(1), at)
            attributes = html[match.end(1) : min(at - 1, match.end(1) + _LONGEST_ATTRIBUTES)]
        name = name.lower()
        meaning = _MEANINGS.get(name)
        if meaning is None:
            continue
        if meaning is _Meaning.SKIPPED:
            if html[at - 2 : at - 1] != "/":
                close_tag = _SKIPPED[name].search(html, at)
                at = _tag_end(html, close_tag.end()) if close_tag else len(html)
        elif name[0] == "/":
            page.close(name[1:], meaning)
        else:
            page.open(name, meaning, attributes)
    else:
        lines.room = 0
    if lines.room <= 0:
        return page.result(at < len(html))
    return page.result(_rest(page, html, at) < len(html))


def _rest(page: _Page, html: str, at: int) -> int:
    """What stands behind the last `>`: text, and perhaps a tag that the end of the page cut off."""
    end = len(html)
    while at < end and page.lines.room > 0:
        tag = html.find("<", at)
        if tag < 0:
            tag = end
        if tag > at:
            page.text(html[at:tag])
        if tag == end or html.startswith(("<!", "<?"), tag) or _NAME.match(html, tag + 1):
            return end
        page.text("<")
        at = tag + 1
    return at


def _tag_end(html: str, at: int) -> int:
    """Position after the `>` of the tag; a quoted attribute may hold one."""
    close = html.find(">", at)
    return _behind_quotes(html, at, close + 1) if close >= 0 else len(html)


def _behind_quotes(html: str, at: int, after: int) -> int:
    """The position `after` the first `>` of the tag, or after a later one where the first is in a quoted attribute."""
    for opening, quote in (('="', '"'), ("='", "'")):
        # Only an opening `="` counts: a lone apostrophe in broken markup must not swallow text.
        opened = html.rfind(opening, at, after)
        if opened >= 0 and html.find(quote, opened + 2, after) < 0:
            ended = html.find(quote, after, after + _LONGEST_QUOTED)
            if ended >= 0:
                further = html.find(">", ended, ended + _LONGEST_QUOTED)
                return further + 1 if further >= 0 else after
    return after


class _Page:
    """The tags' meaning for the lines of text."""

    def __init__(self, limit: int, marked: bool) -> None:
        self.lines = Lines(limit)
        self.hidden = 0
        """How many elements are open whose content is not shown."""
        self._marked = marked
        self._blockquotes: list[bool] = []
        self._divs: list[Mark | None] = []
        self._lists: list[int] = []
        self._link: tuple[str, tuple[int, int]] | None = None
        self._history: list[int] = []
        self._signed: list[tuple[int, int]] = []
        self._signature: int | None = None

    def text(self, piece: str) -> None:
        """Characters between tags."""
        if not self.hidden:
            self.lines.text(piece)

    def open(self, name: str, meaning: _Meaning, attributes: str) -> None:
        """A start tag."""
        lines = self.lines
        mark = mark_of(name, attributes) if self._marked and attributes and name in _MARKABLE else None
        if meaning is _Meaning.BREAK:
            lines.new_line()
        elif meaning is _Meaning.PARAGRAPH:
            lines.paragraph()
            if name == "blockquote":
                quoting = quotes(attributes) or (lines.last_ends_with_colon() and not indents(attributes))
                self._blockquotes.append(quoting)
                lines.quote += quoting
            elif name == "pre":
                lines.pre += 1
            elif name in ("ul", "ol"):
                self._lists.append(0 if name == "ul" else 1)
        elif meaning is _Meaning.BLOCK:
            lines.end_line()
            if name == "li":
                self._item()
        elif meaning is _Meaning.LINK and attributes:
            self._link_opened(attributes)
        elif meaning is _Meaning.CELL:
            lines.cell()  # Lotus Notes does not close the cell before
        if mark is Mark.HISTORY and not lines.quote:
            lines.end_line()
            self._history.append(lines.number())
        if name == "div":
            self._div(mark)

    def _div(self, mark: Mark | None) -> None:
        self._divs.append(mark)
        if mark is Mark.QUOTE:
            self.lines.quote += 1
        elif mark is Mark.HIDDEN:
            self.hidden += 1
        elif mark is Mark.SIGNATURE and not self.lines.quote and self._signature is None:
            self._signature = self.lines.number()
        elif mark is Mark.SIGNATURE:
            self._divs[-1] = None

    def close(self, name: str, meaning: _Meaning) -> None:
        """An end tag."""
        lines = self.lines
        if meaning is _Meaning.BLOCK:
            lines.end_line()
            if name == "div" and self._divs:
                self._div_closed(self._divs.pop())
        elif meaning is _Meaning.PARAGRAPH:
            lines.end_line()
            if name == "blockquote" and self._blockquotes:
                lines.quote -= self._blockquotes.pop()
            elif name == "pre":
                lines.pre = max(0, lines.pre - 1)
            elif name in ("ul", "ol") and self._lists:
                self._lists.pop()
            lines.paragraph()
        elif meaning is _Meaning.CELL:
            lines.cell()
        elif meaning is _Meaning.LINK:
            self._link_closed()
        elif meaning is _Meaning.BREAK:
            lines.new_line()

    def _div_closed(self, mark: Mark | None) -> None:
        if mark is Mark.QUOTE:
            self.lines.quote -= 1
        elif mark is Mark.HIDDEN:
            self.hidden -= 1
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
        if self._link is None or self.hidden:
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

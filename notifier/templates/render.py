"""`render`: a template in a language with its data becomes subject, text and HTML; a missing value is refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from typing import Any

from jinja2 import TemplateError, UndefinedError

from notifier.templates.sandbox import BoundsExceeded, rendered
from schemas.config import MailTemplate
from schemas.errors import MessageError

__all__ = ["RenderedMail", "TemplateRefused", "render", "text_of_html"]

MAX_SUBJECT = 500
"""Characters of a subject; what is longer is cut."""
_BLOCKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol", "blockquote", "hr"})
_SILENT = frozenset({"style", "script", "head", "title"})


class TemplateRefused(MessageError):
    """The template and the data do not make a mail; the message names template, language, part and what is missing."""

    def __init__(self, message: str) -> None:
        super().__init__(message, "template")


@dataclass(frozen=True, slots=True)
class RenderedMail:
    """What a template made. `subject` is one line without control characters; lines of `text` end in LF."""

    language: str
    subject: str
    text: str
    html: str | None


def render(template: MailTemplate, language: str | None, data: Mapping[str, Any]) -> RenderedMail:
    """The mail that `template` makes of `data` in `language` (else its first part, else the template's default).

    Values are escaped in HTML and only there. Raises TemplateRefused for a value that `data` has not, for a template
    that does not parse or is not bounded, and for an empty subject.
    """
    used, parts = template.in_language(language)
    where = f"template {template.name} ({used})"
    subject = _one_line(_part(parts.subject, data, f"{where}, subject", html=False))
    if not subject:
        raise TemplateRefused(f"{where}, subject: it is empty with this data; write a text that is always there")
    html = _part(parts.html, data, f"{where}, html", html=True) if parts.html is not None else None
    text = _part(parts.text, data, f"{where}, text", html=False) if parts.text else text_of_html(html or "")
    return RenderedMail(used, subject, text, html)


def text_of_html(html: str) -> str:
    """The words of `html`, a line for each block: the text part where a mail has only HTML."""
    reader = _Words()
    reader.feed(html)
    reader.close()
    lines = (" ".join(line.split()) for line in "".join(reader.pieces).splitlines())
    kept: list[str] = []
    for line in lines:
        if line or (kept and kept[-1]):
            kept.append(line)
    return "\n".join(kept).strip() + "\n"


def _part(source: str, data: Mapping[str, Any], where: str, *, html: bool) -> str:
    try:
        return rendered(source, dict(data), html=html)
    except UndefinedError as error:
        raise TemplateRefused(f"{where}: {error.message}; it is not in the data of this mail") from error
    except TemplateError as error:
        raise TemplateRefused(f"{where}: {error.message or type(error).__name__}") from error
    except BoundsExceeded as error:
        raise TemplateRefused(f"{where}: {error}") from error
    except (TypeError, ValueError, ArithmeticError, LookupError, AttributeError, RecursionError) as error:
        raise TemplateRefused(f"{where}: {type(error).__name__}: {str(error)[:200]}") from error


def _one_line(text: str) -> str:
    visible = "".join(character if character.isprintable() else " " for character in text)
    return " ".join(visible.split())[:MAX_SUBJECT]


class _Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self._silent += 1
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT:
            self._silent = max(0, self._silent - 1)
        elif tag in _BLOCKS:
            self.pieces.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.pieces.append(" ".join(data.split("\n")))

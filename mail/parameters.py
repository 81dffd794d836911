"""`Content-Type` and `Content-Disposition`: value and parameters (RFC 2045 §5.1, 2183, 2231), tolerant, linear."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote_to_bytes

from mail.charsets import clean, codec_of, decode_header_bytes, decode_text
from mail.words import decode_words

__all__ = ["ParameterisedValue", "parse_value"]

_MAX_PARAMETERS = 64
_MAX_BYTES = 32 * 1024
# What nearly all fields look like: a type, or a type and one parameter.
_SIMPLE = re.compile(
    r'[ \t]*+([^\s;"()=,]++)[ \t]*+(?:;[ \t]*+(?:([A-Za-z-]++)=(?:"([^"\\]*+)"|([^\s;"()\\]++))[ \t]*+;?[ \t]*+)?)?'
)
_FORGOTTEN = re.compile(r"[ \t]([A-Za-z][A-Za-z-]{1,40}(?:\*[0-9]{0,3}\*?)?)=")
"""A parameter whose semicolon was forgotten: `a/b x=y`, and within a file's name only one of _COMMON."""
_COMMON = frozenset(
    ["name", "filename", "charset", "boundary", "size", "format", "type", "method", "creation-date", "read-date"]
)
# Every alternative begins with a character of its own, so the scan never goes back.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|;|=|\([^()]*\)?|[^";=(]+|\(', re.DOTALL)
_NAMES = ("filename", "name")
_ESCAPE = re.compile(r'\\(["\\])')


@dataclass(frozen=True, slots=True)
class ParameterisedValue:
    """A value in lower case and its parameters, decoded; names in lower case."""

    value: str
    parameters: dict[str, str] = field(default_factory=dict)

    def get(self, name: str) -> str | None:
        """Parameter `name`, None where absent or empty."""
        return self.parameters.get(name) or None


def parse_value(text: str) -> ParameterisedValue:
    """Parse an unfolded field value; what is broken is left out."""
    text = text[:_MAX_BYTES]
    simple = _SIMPLE.fullmatch(text)
    if simple is not None:
        kind, name, quoted, token = simple.groups()
        if name is None:
            return ParameterisedValue(kind.lower())
        content = quoted if quoted is not None else token
        if "=?" not in content and content.isprintable():
            return ParameterisedValue(kind.lower(), {name.lower(): content.strip()})
    value = ""
    plain: dict[str, str] = {}
    pieces: dict[str, dict[int, tuple[str, bool]]] = {}
    for number, (name, content) in enumerate(_segments(text)):
        if number == 0:
            value = _squeezed(name.lower())
            continue
        if number > _MAX_PARAMETERS:
            break
        if not name:
            continue
        name = name.lower()
        if "*" in name:
            base, _, rest = name.partition("*")
            base = base.rstrip()
            encoded = rest.endswith("*") or rest == ""
            digits = rest.strip(" *")
            if not base or (digits and not (digits.isascii() and digits.isdigit() and len(digits) <= 4)):
                continue
            pieces.setdefault(base, {}).setdefault(int(digits or 0), (content, encoded))
        else:
            plain.setdefault(name, clean(decode_words(content)))
    for base, numbered in pieces.items():
        # The extended form is preferred to the plain one (RFC 6266 §4.3; mail clients do the same).
        plain[base] = _joined(numbered)
    return ParameterisedValue(value, plain)


def _squeezed(value: str) -> str:
    """A type without the blanks that some write around its slash, and without a word after it."""
    if " " not in value and "\t" not in value:
        return value
    main, slash, sub = value.partition("/")
    return main.strip() + slash + (sub.split() or [""])[0] if slash else value.strip()


def _segments(text: str) -> list[tuple[str, str]]:
    """(name, content) of each stretch between semicolons; the first is the value itself."""
    segments: list[tuple[str, str]] = []
    name: str | None = None
    buffer: list[str] = []

    def close() -> None:
        content = "".join(buffer).strip()
        segments.append((content, "") if name is None else (name, content))

    for match in _TOKEN.finditer(text):
        token = match.group()
        first = token[0]
        if first == ";":
            close()
            name, buffer = None, []
        elif first == "=":
            further = _forgotten(buffer, name, bool(segments))
            if further is not None:
                buffer[-1] = buffer[-1][: -len(further)]
                close()
                name, buffer = further.strip(), []
            elif name is None and segments:
                name, buffer = "".join(buffer).strip(), []
            else:
                buffer.append(token)
        elif first == '"':
            inner = token[1:-1] if len(token) > 1 and token[-1] == '"' else token[1:]
            # A lone backslash is kept: Windows paths are sent unescaped.
            buffer.append(_ESCAPE.sub(r"\1", inner))
        elif first == "(" and len(token) > 1 and not (name or "").lower().startswith(_NAMES):
            continue  # a comment; but unquoted file names hold parentheses: `name=Report (1).pdf`
        else:
            buffer.append(token)
    close()
    return segments


def _forgotten(buffer: list[str], name: str | None, inside: bool) -> str | None:
    """The name before a `=` that begins a new parameter although no semicolon stands before it."""
    if not buffer or (name is None and inside):
        return None
    last = buffer[-1]
    blank = max(last.rfind(" "), last.rfind("\t"))
    if blank < 0 or (len(buffer) == 1 and not last[:blank].strip()):
        return None
    word = last[blank:]
    found = _FORGOTTEN.fullmatch(word + "=")
    if found is None:
        return None
    if name is not None and name.lower().startswith(_NAMES) and found[1].lower().partition("*")[0] not in _COMMON:
        return None
    return word


def _joined(numbered: dict[int, tuple[str, bool]]) -> str:
    charset = ""
    raw = b""
    for number, key in enumerate(sorted(numbered)):
        content, encoded = numbered[key]
        if number == 0 and encoded and content.count("'") >= 2:
            charset, _, content = content.split("'", 2)
        data = content.encode("utf-8", "replace")
        raw += unquote_to_bytes(data) if encoded else data
    if charset and codec_of(charset):
        return clean(decode_text(raw, charset)[0])
    return clean(decode_words(decode_header_bytes(raw)))

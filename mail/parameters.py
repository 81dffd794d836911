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
# What nearly all fields look like: a type, then parameters without escapes, comments and stars.
_VALUE = re.compile(r'[ \t]*+([^\s;"()=,]++)[ \t]*+')
_PARAMETER = re.compile(r';[ \t]*+(?:([A-Za-z-]++)=(?:"([^"\\]*+)"|([^\s;"()\\]++))[ \t]*+)?')
_FORGOTTEN = re.compile(r"[ \t]([A-Za-z][A-Za-z-]{1,40}(?:\*[0-9]{0,3}\*?)?)=")
"""A parameter whose semicolon was forgotten: `a/b x=y`, and within a file's name only one of _COMMON."""
_COMMON = frozenset(
    ["name", "filename", "charset", "boundary", "size", "format", "type", "method", "creation-date", "read-date"]
)
# Every alternative begins with a character of its own, so the scan never goes back.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|;|=|\([^()]*\)?|[^";=(]+|\(', re.DOTALL)
_NAMES = ("filename", "name")
_ESCAPE = re.compile(r"""\\(["'\\])""")


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
    simple = _simple(text)
    if simple is not None:
        return simple
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
            words = [word.strip() for word in name.split("*") if word.strip()]
            if not words:
                continue
            base, digits = words[0], words[1] if len(words) > 1 else ""
            number = int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= 4 else 0
            encoded = name.endswith("*")
            if digits and not encoded and not (digits.isdecimal() and len(digits) <= 4):
                continue  # neither a number of RFC 2231 nor a charset: nobody knows what it is
            pieces.setdefault(base, {}).setdefault(number, (content, encoded))
        else:
            plain.setdefault(name, clean(decode_words(content)))
    for base, numbered in pieces.items():
        # The extended form is preferred to the plain one (RFC 6266 §4.3; mail clients do the same).
        plain[base] = _joined(numbered)
    return ParameterisedValue(value, plain)


def _simple(text: str) -> ParameterisedValue | None:
    """The value when it has the usual form; None: it needs the whole scan."""
    match = _VALUE.match(text)
    if match is None:
        return None
    kind, at, end = match[1].lower(), match.end(), len(text)
    if at == end:
        return ParameterisedValue(kind)
    found: dict[str, str] = {}
    while at < end:
        match = _PARAMETER.match(text, at)
        if match is None or len(found) >= _MAX_PARAMETERS:
            return None
        at = match.end()
        name, quoted, token = match.groups()
        if name is None:
            continue
        content = token if quoted is None else quoted
        if "=?" in content or not content.isprintable():
            return None
        found.setdefault(name.lower(), content.strip())
    return ParameterisedValue(kind, found)


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
    quoted: list[str] = []

    def close() -> None:
        content = "".join(buffer)
        # Blanks within quotes belong to a piece of a value (RFC 2231 §3), those about it do not.
        content = quoted[0] if len(quoted) == 1 and content.strip() == quoted[0].strip() else content.strip()
        segments.append((content, "") if name is None else (name, content))

    for match in _TOKEN.finditer(text):
        token = match.group()
        first = token[0]
        if first == ";":
            close()
            name, buffer, quoted = None, [], []
        elif first == "=":
            further = _forgotten(buffer, name, bool(segments))
            if further is not None:
                buffer[-1] = buffer[-1][: -len(further)]
                close()
                name, buffer, quoted = further.strip(), [], []
            elif name is None and segments:
                name, buffer, quoted = "".join(buffer).strip(), [], []
            else:
                buffer.append(token)
        elif first == '"':
            inner = token[1:-1] if len(token) > 1 and token[-1] == '"' else token[1:]
            # A lone backslash is kept: Windows paths are sent unescaped.
            quoted.append(_ESCAPE.sub(r"\1", inner))
            buffer.append(quoted[-1])
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
    """The value of its pieces; the charset stands in the first (RFC 2231 §4.1), and with some senders in all."""
    charset = ""
    pieces: list[bytes] = []
    for number in sorted(numbered):
        content, encoded = numbered[number]
        if encoded and "'" in content:
            found, _, rest = content.partition("'")
            language, quote, text = rest.partition("'")
            if quote and (not language or language.replace("-", "").isalnum()) and (not pieces or found == charset):
                charset, content = found, text
            elif codec_of(found) and (not pieces or found == charset):
                charset, content = found, rest
        data = content.encode("utf-8", "replace")
        pieces.append(unquote_to_bytes(data) if encoded else data)
    raw = b"".join(pieces)
    if charset and codec_of(charset):
        return clean(decode_text(raw, charset)[0])
    return clean(decode_words(decode_header_bytes(raw)))

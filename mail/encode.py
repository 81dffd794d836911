"""Header fields of a mail that we write: RFC 2047 words, RFC 2231 parameters, folding, and no way to inject a line.

Every function takes any text and gives printable ASCII without CR or LF but for the folds that it makes itself.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from email.header import Header
from urllib.parse import quote

__all__ = [
    "LINE",
    "LINE_BYTES",
    "address_field",
    "ascii_address",
    "field",
    "ids_field",
    "is_message_id",
    "parameter",
    "utf8_address",
    "visible",
    "words_field",
]

LINE = 76
"""Characters that lines keep to where they can be folded (RFC 5322 §2.1.1 wants at most 78)."""
LINE_BYTES = 998
"""Bytes of a line without its CRLF that no mail may pass (RFC 5322 §2.1.1)."""
_MAX_TEXT = 900
_JOINERS = "\u200c\u200d"
"""Format characters that words of Persian and Hindi, and pictures made of several, are spelt with."""
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_QUOTED_LOCAL = re.compile(r'"[ !#-\[\]-~]{1,62}"')
_DOMAIN = re.compile(
    r"[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9])?)*"
)
_LITERAL = re.compile(r"\[(?:IPv6:)?[0-9A-Fa-f:.]{2,60}\]")
_ID = re.compile(r"<[!-;=?-~]{1,980}>")
"""Short enough for a line of 998 bytes with the longest name of a field of ids before it."""
_TOKEN = re.compile(r"[A-Za-z0-9.+_-]{1,60}")


def visible(text: str) -> str:
    """`text` on one line: control and format characters become blanks (joiners stay), runs of blanks one blank,
    surrogates `?`; at most 900 characters."""
    cleaned = "".join(character if character.isprintable() or character in _JOINERS else " " for character in text)
    return " ".join(cleaned.encode("utf-8", "replace").decode("utf-8").split())[:_MAX_TEXT]


def field(name: str, value: str) -> str:
    """`Name: value` of a value that is ASCII already, folded at its blanks."""
    lines = []
    line = f"{name}:"
    for word in value.split():
        if len(line) + 1 + len(word) > LINE and line.strip() and line != f"{name}:":
            lines.append(line)
            line = f" {word}"
        else:
            line = f"{line} {word}"
    return "\r\n".join([*lines, line])


def words_field(name: str, text: str) -> str:
    """A field of free text, encoded where it must be (RFC 2047)."""
    return f"{name}: {_words(visible(text), len(name) + 2)}"


def address_field(name: str, addresses: Iterable[tuple[str, str]]) -> str:
    """A list of (display name, address), one a line. Addresses must have gone through `ascii_address`."""
    shown = []
    for display, address in addresses:
        display = visible(display)
        if not display:
            shown.append(address)
        elif _ATOM.fullmatch(display) and len(display) < LINE - len(name) and "=?" not in display:
            shown.append(f"{display} <{address}>")
        elif display.isascii() and len(display) < LINE - len(name) and "=?" not in display:
            escaped = display.replace("\\", "\\\\").replace('"', '\\"')
            shown.append(f'"{escaped}" <{address}>')
        else:
            shown.append(f"{_encoded(display, len(name) + 2)}\r\n <{address}>")
    return f"{name}: " + ",\r\n ".join(shown)


def ids_field(name: str, ids: Iterable[str]) -> str:
    """Message-IDs, one a line, so that none is ever broken. Ids that are none must have been left out before."""
    return f"{name}: " + "\r\n ".join(ids)


def is_message_id(text: str) -> bool:
    """Whether `text` can stand in a field of ids as it is: one `<…>` of printable ASCII without blanks."""
    return _ID.fullmatch(text) is not None and "*" not in text.partition("@")[0][-1:]


def ascii_address(address: str) -> str | None:
    """`address` as SMTP takes it (RFC 5321 §4.1.2, domain in its ASCII form), or None if it is no such address."""
    local, at, domain = address.strip().rpartition("@")
    if not at or len(local) > 64 or len(domain) > 253:
        return None
    if not (_LOCAL.fullmatch(local) or _QUOTED_LOCAL.fullmatch(local)):
        return None
    if not domain.isascii():
        try:
            domain = domain.encode("idna").decode("ascii")
        except UnicodeError:
            return None
    return f"{local}@{domain}" if _DOMAIN.fullmatch(domain) or _LITERAL.fullmatch(domain) else None


def utf8_address(address: str) -> str | None:
    """`address` as SMTP with SMTPUTF8 takes it (RFC 6531 §3.3, normal form C), or None if it is no such address."""
    address = unicodedata.normalize("NFC", address.strip())
    local, at, domain = address.rpartition("@")
    if not at or not (local + domain).isprintable() or len(local.encode()) > 64 or len(domain.encode()) > 253:
        return None
    plain_local = "".join(character if character.isascii() else "x" for character in local)
    if not (_LOCAL.fullmatch(plain_local) or _QUOTED_LOCAL.fullmatch(plain_local)):
        return None
    return address if ascii_address(f"x@{domain}") else None


def parameter(name: str, value: str) -> str:
    """`; name=value`, on a line of its own, in RFC 2231's form (with continuations) where it must be."""
    value = visible(value)
    if _TOKEN.fullmatch(value):
        return f";\r\n {name}={value}"
    if value.isascii() and len(value) < 60 and "=?" not in value:
        escaped = value.replace("\\", "\\\\").replace('"', '\\"')
        return f';\r\n {name}="{escaped}"'
    coded = "UTF-8''" + quote(value, safe="!#$&+-.^_`{}~")
    if len(coded) < 60:
        return f";\r\n {name}*={coded}"
    pieces = []
    while coded:
        cut = coded[:55]
        if len(cut) < len(coded) and "%" in cut[-2:]:
            cut = cut[: cut.rindex("%")]
        pieces.append(cut)
        coded = coded[len(cut) :]
    return "".join(f";\r\n {name}*{number}*={piece}" for number, piece in enumerate(pieces))


def _words(text: str, used: int) -> str:
    if text.isascii() and "=?" not in text:
        folded = field("x" * max(1, used - 2), text)
        return folded.partition(": ")[2] if text else ""
    return _encoded(text, used)


def _encoded(text: str, used: int) -> str:
    header = Header(text, charset="utf-8", maxlinelen=LINE - 1, header_name="x" * max(1, used - 2))
    return header.encode(linesep="\r\n")

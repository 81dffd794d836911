"""Address lists (RFC 5322 §3.4, obsolete syntax, RFC 6854 groups) as people and clients write them; one linear scan."""

from __future__ import annotations

import re
from collections.abc import Iterable

from mail.charsets import clean
from mail.records import Address
from mail.words import decode_words

__all__ = ["parse_addresses", "parse_lists"]

# Each alternative begins with a character of its own class: the scan never goes back.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[()<>,;:\[\]]|\\.?|[^"()<>,;:\\\[\]]+', re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_COMMENT = re.compile(r"\([^()]{0,200}\)")
_LONGEST_ADDRESS = 512
_LONGEST_NAME = 512
_LONGEST_ENCODED = 64 * 1024


def parse_lists(values: Iterable[str], limit: int) -> tuple[tuple[Address, ...], int]:
    """Addresses of all fields of one name in order, at most `limit`, and how many there are in all."""
    found: list[Address] = []
    total = 0
    for value in values:
        addresses, count = parse_addresses(value, limit - len(found))
        found.extend(addresses)
        total += count
    return tuple(found), total


def parse_addresses(text: str, limit: int = 1_000) -> tuple[list[Address], int]:
    """Addresses of an unfolded, not yet decoded field value, at most `limit`, and how many it holds in all.

    Group names are left out, their members kept. A mailbox without any `@` is kept when it stands in angle brackets.
    """
    scan = _Scan(limit)
    for match in _TOKEN.finditer(text):
        scan.take(match.group())
    scan.close()
    if not scan.total and "=?" in text:
        # Some senders encode the whole field, address included (RFC 2047 §5 forbids it).
        decoded = decode_words(text[:_LONGEST_ENCODED])
        return parse_addresses(decoded.replace("=?", ""), limit)
    return scan.found, scan.total


class _Scan:
    """State of one scan: what stands outside brackets, inside `<…>`, and in comments, since the last comma."""

    def __init__(self, limit: int) -> None:
        self.found: list[Address] = []
        self.total = 0
        self._limit = limit
        self._depth = 0
        self._in_angle = False
        self._reset()

    def _reset(self) -> None:
        self._outside: list[str] = []
        self._angle: list[str] | None = None
        self._comment: list[str] = []
        # Kept beside the pieces, so that no step looks at all of them again.
        self._outside_at = False
        self._angle_at = False
        self._angle_full = False

    def take(self, token: str) -> None:
        first = token[0]
        if self._depth:
            self._take_comment(token, first)
        elif self._in_angle:
            if first == ">":
                self._in_angle = False
            elif first == "<":
                self._angle, self._angle_at, self._angle_full = [], False, False
            elif first in ",;" and self._angle_at:
                # The closing bracket was forgotten: the comma ends the mailbox (a route `<@a,@b:c@d>` begins with @).
                self.close()
            elif self._angle is not None:
                self._angle_at = self._angle_at or ("@" in token and not (token[0] == "@" and not self._angle_full))
                self._angle_full = self._angle_full or not token.isspace()
                self._angle.append(token)
        elif first == "(":
            self._depth = 1
        elif first == "<":
            if self._angle_full:  # a comma was forgotten
                self.close()
            self._in_angle, self._angle = True, []
        elif first in ",;":
            self.close()
        elif first == ":":
            # The end of a group's name; what holds an address is none.
            if self._angle is None and not self._outside_at:
                self._outside = []
        elif first != ">":
            self._outside_at = self._outside_at or "@" in token
            self._outside.append(token)

    def _take_comment(self, token: str, first: str) -> None:
        if first == "(":
            self._depth += 1
        elif first == ")":
            self._depth -= 1
            if not self._depth:
                self._comment.append(" ")
                return
        self._comment.append(token)

    def close(self) -> None:
        """The end of one mailbox."""
        if self._outside or self._angle is not None:
            outside = "".join(self._outside)
            if self._angle is not None:
                self._add(outside, "".join(self._angle))
            elif "@" in outside:
                self._add_bare(outside)
        self._in_angle = False
        self._depth = 0
        self._reset()

    def _add_bare(self, outside: str) -> None:
        outside = outside.strip()
        if outside.startswith('"'):
            quoted = _TOKEN.match(outside)
            rest = outside[quoted.end() :].lstrip() if quoted else ""
            if rest.startswith("@"):
                self._add("".join(self._comment), outside)
            else:
                self._add(outside[: len(outside) - len(rest)], rest)
            return
        if " " not in outside:
            self._add("".join(self._comment), outside)
            return
        # `Ann ann@example.org` without brackets, or blanks around the `@` (obsolete syntax).
        left, at, right = " ".join(outside.split()).rpartition("@")
        words = (left.rstrip() + at + right.strip().replace(" .", ".").replace(". ", ".")).split()
        address = next((word for word in reversed(words) if "@" in word), "")
        rest = " ".join(word for word in words if word is not address)
        self._add(rest or "".join(self._comment), address)

    def _add(self, name: str, address: str) -> None:
        address = address.strip()
        if address.startswith("@") and ":" in address:
            address = address.rpartition(":")[2].strip()
        if '"' not in address:
            address = "".join((_COMMENT.sub("", address) if "(" in address else address).split())
        if address.lower().startswith("mailto:"):
            address = address[7:]
        if len(address) > _LONGEST_ADDRESS:
            return
        shown = _display_name(name) or (_display_name("".join(self._comment)) if self._comment else "")
        if not address:
            return
        self.total += 1
        if len(self.found) < self._limit:
            self.found.append(Address(shown, address))


def _display_name(text: str) -> str:
    text = text[: _LONGEST_NAME * 4].strip()
    if not text:
        return ""
    if '"' in text or "\\" in text:
        pieces = []
        for match in _TOKEN.finditer(text):
            token = match.group()
            if token[0] == '"':
                inner = token[1:-1] if len(token) > 1 and token[-1] == '"' else token[1:]
                pieces.append(_ESCAPE.sub(r"\1", inner))
            else:
                pieces.append(token[1:] if token[0] == "\\" else token)
        text = "".join(pieces)
    if "=?" in text:
        text = decode_words(text)
    text = " ".join(clean(text).split())
    if len(text) > 2 and text[0] == text[-1] == "'":  # Outlook quotes names that are addresses
        text = text[1:-1]
    return text[:_LONGEST_NAME]

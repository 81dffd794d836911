"""Address lists (RFC 5322 §3.4, obsolete syntax, RFC 6854 groups) as people and clients write them; one linear scan."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from mail.charsets import clean
from mail.records import Address
from mail.words import decode_words

__all__ = ["Group", "parse_addresses", "parse_groups", "parse_lists"]

# Each alternative begins with a character of its own class: the scan never goes back.
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|["()<>,;:\[\]]|\\.?|[^"()<>,;:\\\[\]]+', re.DOTALL)
# The same, with encoded words as one token each: commas and the like in them are no part of the list.
_TOKEN_OR_WORD = re.compile(
    r'"(?:[^"\\]|\\.)*+"|["()<>,;:\[\]]|\\.?'
    r'|=\?[^\s?<>"(),;:@]{1,64}+\?[BbQq]\?[^?<>"\r\n]{1,400}+\?=|=|[^"()<>,;:\\\[\]=]+',
    re.DOTALL,
)
# What nearly all mailboxes look like: `Ann B <ann@example.org>`, `"Bee, Ann" <a@b.c>`, `ann@example.org`.
_SIMPLE = re.compile(
    r'[ \t]*+(?:(?:"([^"\\]*+)"|([^"(),:;<>@\[\]\\]*+))[ \t]*+<([^\s"(),:;<>@\[\]\\]++@[^\s"(),:;<>@\[\]\\]++)>'
    r'|([^\s"(),:;<>@\[\]\\]++@[^\s"(),:;<>@\[\]\\]++))[ \t]*+(?:,|\Z)'
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_COMMENT = re.compile(r"\(([^()]{0,200})\)")
_LONGEST_ADDRESS = 512
_LONGEST_NAME = 512
_LONGEST_SCANNED = 128 * 1024
"""Characters of a list that is not simple; beyond them its `@` are counted."""
_LONGEST_ENCODED = 64 * 1024


@dataclass(frozen=True, slots=True)
class Group:
    """Members of a group (RFC 5322 §3.4); `name` is "" for mailboxes that stand outside of any.

    A member without an address (`From: Whomever`) has the name alone.
    """

    name: str
    members: tuple[Address, ...]


def parse_lists(values: Iterable[str], limit: int) -> tuple[tuple[Address, ...], int]:
    """Addresses of all fields of one name in order, at most `limit`, and how many there are in all."""
    found: list[Address] = []
    total = 0
    if not values:
        return (), 0
    for value in values:
        addresses, count = parse_addresses(value, limit - len(found))
        found.extend(addresses)
        total += count
    return tuple(found), total


def parse_addresses(text: str, limit: int = 1_000) -> tuple[list[Address], int]:
    """Addresses of an unfolded, not yet decoded field value, at most `limit`, and how many it holds in all.

    Group names are left out, their members kept. A mailbox without any `@` is kept when it stands in angle brackets.
    """
    simple = _simple(text, limit)
    if simple is not None:
        return simple
    found: list[Address] = []
    total = 0
    scan = _scanned(text, limit)
    for _, members in scan.groups:
        for member in members:
            address = member.address
            if "@" not in address and member not in scan.bracketed:
                continue
            if address[:7].lower() == "mailto:":
                address = address[7:]
            found.append(Address(member.name, address))
    total = scan.total
    if not total and "=?" in text:
        # Some senders encode the whole field, address included (RFC 2047 §5 forbids it).
        decoded = decode_words(text[:_LONGEST_ENCODED])
        return parse_addresses(decoded.replace("=?", ""), limit)
    return found, total


def parse_groups(text: str, limit: int = 1_000) -> list[Group]:
    """The same list with its groups, and with members that have a name but no address."""
    return [Group(name, tuple(members)) for name, members in _scanned(text, limit).groups if members or name]


def _simple(text: str, limit: int) -> tuple[list[Address], int] | None:
    """The list when each mailbox has a usual form; None: it needs the whole scan."""
    found: list[Address] = []
    at, end, total = 0, len(text), 0
    while at < end:
        match = _SIMPLE.match(text, at)
        if match is None:
            return None
        at = match.end()
        quoted, phrase, angle, bare = match.groups()
        address = angle or bare
        if len(address) > _LONGEST_ADDRESS or (bare and "=?" in bare):
            return None
        total += 1
        if total > limit:
            continue
        name = quoted or phrase
        found.append(Address(_display_name(name) if name else "", address))
    return found, total


def _scanned(text: str, limit: int) -> _Scan:
    scan = _Scan(limit)
    for match in (_TOKEN_OR_WORD if "=?" in text else _TOKEN).finditer(text, 0, _LONGEST_SCANNED):
        scan.take(match.group())
    scan.close()
    scan.total += text.count("@", _LONGEST_SCANNED)
    return scan


class _Scan:
    """State of one scan: what stands outside brackets, inside `<…>`, and in comments, since the last comma."""

    def __init__(self, limit: int) -> None:
        self.groups: list[tuple[str, list[Address]]] = [("", [])]
        self.total = 0
        """Members with an address."""
        self.bracketed: set[Address] = set()
        """Members whose address, in angle brackets, has no `@`."""
        self._kept = 0
        self._limit = limit
        self._depth = 0
        self._in_angle = False
        self._in_group = False
        self._reset()

    def _reset(self) -> None:
        self._outside: list[str] = []
        self._after: list[str] = []
        """What follows the angle brackets: of this mailbox, or of the next where a comma was forgotten."""
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
                after, self._after = self._after, []
                self.close()
                self._outside = after
            self._in_angle, self._angle = True, []
        elif first == ",":
            self.close()
        elif first == ";":
            self.close()
            if self._in_group:
                self._in_group = False
                self.groups.append(("", []))
        elif first == ":":
            # The end of a group's name; what holds an address is none.
            if self._angle is None and not self._outside_at:
                name = _named(_display_name("".join(self._outside)), self._comment)
                self._reset()
                self._in_group = True
                if len(self.groups) <= self._limit:
                    self.groups.append((name, []))
        elif first != ">":
            self._outside_at = self._outside_at or "@" in token
            (self._after if self._angle_full else self._outside).append(token)

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
            outside = "".join(self._outside + self._after)
            if self._angle is not None:
                self._add(outside, "".join(self._angle), bracketed=True)
            elif "@" in outside:
                self._add_bare(outside)
            else:
                self._add_name(outside.strip())
        elif self._comment and self._in_group and not self._depth:
            self._add_name("")
        self._in_angle = False
        self._depth = 0
        self._reset()

    def _add_name(self, word: str) -> None:
        """`Whomever`, `(nobody)`: a name and no address; a comment beside a word names what the word stands for."""
        shown = _display_name("".join(self._comment)) if self._comment else ""
        if word and shown:
            self._keep(Address(shown, word[:_LONGEST_ADDRESS]))
        elif word or shown:
            self._keep(Address(shown or _display_name(word), ""))

    def _add_bare(self, outside: str) -> None:
        outside = outside.strip()
        if outside.startswith('"'):
            quoted = _TOKEN.match(outside)
            rest = outside[quoted.end() :].lstrip() if quoted else ""
            if rest.startswith("@"):
                self._add("", outside)
            else:
                self._add(outside[: len(outside) - len(rest)], rest)
            return
        if " " not in outside:
            self._add("", outside)
            return
        # `Ann ann@example.org` without brackets, or blanks around the `@` (obsolete syntax).
        left, at, right = " ".join(outside.split()).rpartition("@")
        words = (left.rstrip() + at + right.strip().replace(" .", ".").replace(". ", ".")).split()
        if all("@" in word[1:-1] for word in words):  # blanks for commas
            for word in words:
                self._add("", word)
            return
        address = next((word for word in reversed(words) if "@" in word), "")
        rest = " ".join(word for word in words if word is not address)
        self._add(rest, address)

    def _add(self, name: str, address: str, *, bracketed: bool = False) -> None:
        address = address.strip()
        if address.startswith("@") and ":" in address:
            address = address.rpartition(":")[2].strip()  # RFC 5322 §4.4: a route is read over
        if '"' not in address:
            if "(" in address:
                self._comment.extend(f"{inner} " for inner in _COMMENT.findall(address))
                address = _COMMENT.sub("", address)
            address = "".join(address.split())
        if len(address) > _LONGEST_ADDRESS or (bracketed and (":@" in address or ":;@" in address)):
            return  # `<undisclosed-recipients:;@host>`: a server took an empty group for an address
        shown = _named(_display_name(name), self._comment)
        if not address:
            if shown:
                self._keep(Address(shown, ""))
            return
        self.total += 1
        kept = self._keep(Address(shown, address))
        if bracketed and kept is not None and "@" not in address:
            self.bracketed.add(kept)

    def _keep(self, found: Address) -> Address | None:
        if self._kept >= self._limit:
            return None
        self._kept += 1
        self.groups[-1][1].append(found)
        return found


def _named(name: str, comment: list[str]) -> str:
    """The name as clients show it: a comment beside it stays (`Ann (Sales)`), or is the name where there is none."""
    beside = _display_name("".join(comment)) if comment else ""
    if not beside:
        return name
    return f"{name} ({beside})"[:_LONGEST_NAME] if name else beside


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
    text = clean(text)
    if not text:
        return ""
    if "  " in text or "\t" in text or "\n" in text or "\r" in text or text[0] == " " or text[-1:] == " ":
        text = " ".join(text.split())
    if len(text) > 2 and text[0] == text[-1] == "'":  # Outlook quotes names that are addresses
        text = text[1:-1]
    return text[:_LONGEST_NAME]

"""`Received` fields (RFC 5321 §4.4) as the many servers write them: one linear pass over words, brackets and comments.

Only the topmost ones, written by our own servers, tell the truth; those below are what a sender says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address

from mail.dates import parse_date

__all__ = ["Received", "parse_received"]

_LONGEST = 4_096
_TOKEN = re.compile(r"""[()\[\];]|[^\s()\[\];,<>"]+""")
_TLS = re.compile(r"\bTLSv?-?(\d)(?:[._](\d))?(?![A-Za-z0-9_])", re.IGNORECASE)
_WORD = re.compile(r"[A-Za-z0-9_-]{8,64}")
_CLOCK = re.compile(r"(?:[A-Za-z]{3},?\s{1,3})?\d{1,2}\s{1,3}[A-Za-z]{3}\s{1,3}\d{2,4}\s{1,3}\d{1,2}:\d\d")
_SECTIONS = frozenset(["from", "by", "via", "with", "id", "for"])
_GREETINGS = frozenset(["helo", "ehlo", "lhlo"])
_CIPHERS = ("AES", "DES", "CHACHA20", "RC4", "CAMELLIA", "ARIA")
_DIGESTS = ("SHA", "MD5", "POLY1305", "GCM", "CCM")
_PROTOCOLS = {
    name: name
    for name in (
        "SMTP", "ESMTP", "ESMTPA", "ESMTPS", "ESMTPSA", "LMTP", "LMTPA", "LMTPS", "LMTPSA", "MMS", "UTF8SMTP",
        "UTF8SMTPA", "UTF8SMTPS", "UTF8SMTPSA", "UTF8LMTP", "UTF8LMTPA", "UTF8LMTPS", "UTF8LMTPSA", "HTTP", "HTTPS",
        "IMAP", "POP3", "LOCAL",
    )
} | {
    "SMTPSVC": "SMTP", "BSMTP": "SMTP", "LOCAL-SMTP": "SMTP", "LOCAL-BSMTP": "SMTP", "SMTPS": "ESMTPS",
    "LOCAL-ESMTP": "ESMTP", "LOCAL-ESMTPS": "ESMTPS", "ESMTP-TLS": "ESMTPS", "SMTP-TLS": "ESMTPS", "HTTPREST": "HTTP",
}  # fmt: skip
"""Names of RFC 3848 and 6531, what fetching programs add, and how servers write them otherwise."""


@dataclass(frozen=True, slots=True)
class Received:
    """One hop; None for what is not told. Names and ids are as written, addresses of hosts in their usual form."""

    from_: str | None = None
    """What the client calls itself, by name or address."""
    from_ip: str | None = None
    """Where the connection came from, as the server saw it."""
    from_iprev: str | None = None
    """The name that the server found for that address."""
    helo: str | None = None
    helo_cmd: str | None = None
    ident: str | None = None
    """The user: of the ident protocol, authenticated, or the envelope's sender."""
    by: str | None = None
    via: str | None = None
    with_: str | None = None
    """Protocol; in capitals and by its registered name where it has one."""
    id: str | None = None
    for_: str | None = None
    tls_version: str | None = None
    """As `TLSv1.3`."""
    tls_cipher: str | None = None
    date: datetime | None = None


def parse_received(text: str) -> Received:
    """Read one unfolded field value; what is broken is left out."""
    text = text[:_LONGEST]
    clock, semicolon, date_text = text.rpartition(";")
    route = clock if semicolon else text
    scan = _Scan()
    for match in _TOKEN.finditer(route):
        scan.take(match.group())
    found = scan.found
    if semicolon and "for" not in found:
        before, _, recipient = date_text.partition(" for ")
        if "@" in recipient:
            date_text, found["for"] = before, recipient.strip().strip("<>")
    version = _TLS.search(text)
    return Received(
        from_=found.get("from"),
        from_ip=found.get("ip"),
        from_iprev=found.get("iprev"),
        helo=found.get("helo"),
        helo_cmd=found.get("helo_cmd"),
        ident=found.get("ident"),
        by=found.get("by"),
        via=found.get("via"),
        with_=_protocol(scan.protocol),
        id=found.get("id"),
        for_=found.get("for"),
        tls_version=f"TLSv{version[1]}.{version[2] or 0}" if version else None,
        tls_cipher=next((word for word in _WORD.findall(route) if _is_cipher(word)), None),
        date=_date(date_text if semicolon else "", route),
    )


class _Scan:
    """State of one pass: the clause (`from`, `by`, …) that is read, the nesting, and what was found."""

    def __init__(self) -> None:
        self.found: dict[str, str] = {}
        self.protocol: list[str] = []
        self._section = ""
        self._expected = ""
        self._seen: set[str] = set()
        self._parens = 0
        self._opened = False
        self._brackets = 0

    def take(self, word: str) -> None:
        if word == "(":
            self._parens += 1
            self._opened = True
            if self._expected != "from" or self._brackets == 0:
                self._expected = ""
            return
        if word == ")":
            self._parens = max(0, self._parens - 1)
            self._expected = ""
            return
        if word in "[]":
            self._brackets += 1 if word == "[" else -1
            self._opened = False
            return
        if word == ";":
            return
        first, self._opened = self._opened, False
        lower = word.lower()
        if self._expected:
            self._value(word)
        elif lower in _SECTIONS and lower not in self._seen and (not self._parens or (not self._seen and first)):
            self._section = self._expected = lower
            self._seen.add(lower)
        elif self._section == "from":
            self._about_client(word, lower, first and self._parens > 0)
        elif self._section == "with" and not self._parens:
            self.protocol.append(word)

    def _value(self, word: str) -> None:
        name, self._expected = self._expected, ""
        if name == "with":
            self.protocol.append(word)
            return
        if name == "for" and "@" not in word:
            return
        if name in ("from", "by", "helo"):
            word = _address(word) or word
        self.found.setdefault(name, word)

    def _about_client(self, word: str, lower: str, first: bool) -> None:
        if lower in _GREETINGS:
            self.found["helo_cmd"] = lower.upper()
            self._expected = "helo"
            return
        name, equals, value = word.partition("=")
        if equals and name.lower() in _GREETINGS:
            self.found["helo_cmd"] = name.upper()
            if value:
                self.found["helo"] = _address(value) or value
            else:
                self._expected = "helo"
            return
        if lower.startswith(("ident=", "ident:")):
            if word[6:]:
                self.found["ident"] = word[6:]
            else:
                self._expected = "ident"
            return
        address = _address(word)
        if address is not None:
            if self._parens or self._brackets:
                self.found.setdefault("ip", address)
        elif "@" in word:
            user = word.rstrip("@")
            if user and ("@" in user or "ident" not in self.found):
                self.found["ident"] = user
        elif first and "." in word and ":" not in word and "/" not in word and "=" not in word:
            self.found.setdefault("iprev", word)


def _address(word: str) -> str | None:
    """An IP address in its usual form, with the port after it left out; None where `word` is none."""
    if word[:5].lower() == "ipv6:":
        word = word[5:]
    if word.count(":") == 1:
        word = word.partition(":")[0]
    if not word[:1].isdigit() and ":" not in word:
        return None
    try:
        found = ip_address(word.partition("%")[0])
    except ValueError:
        return None
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        return f"::ffff:{found.ipv4_mapped}"
    return str(found)


def _protocol(words: list[str]) -> str | None:
    for word in words:
        known = _PROTOCOLS.get(word.partition("/")[0].upper())
        if known:
            return known
    return " ".join(words)[:64] or None


def _is_cipher(word: str) -> bool:
    upper = word.upper()
    return (
        ("-" in word or "_" in word)
        and any(name in upper for name in _CIPHERS)
        and any(name in upper for name in _DIGESTS)
    )


def _date(after: str, route: str) -> datetime | None:
    found = parse_date(after.strip(" _"))
    if found is None and not after.strip():
        clock = _CLOCK.search(route)
        found = parse_date(route[clock.start() :]) if clock else None
    return found

"""`Authentication-Results` (RFC 8601) of a server that is trusted by configuration; bounded and tolerant.

Of all such fields only the topmost one with a trusted authserv-id counts: others may have come with the mail.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from mail.records import ParsedMail

__all__ = ["AuthenticationEvidence", "authentication_of"]

_MAX_BYTES = 32 * 1024
_MAX_RESULTS = 50
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*"?|[();=]|\s+|[^"();=\s]+', re.DOTALL)
_RESULTS = frozenset(
    (
        "pass", "fail", "none", "neutral", "softfail", "policy", "temperror", "permerror", "hardfail", "bestguesspass",
        "nxdomain", "discard", "unknown",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AuthenticationEvidence:
    """Results in lower case (RFC 8601 §2.7), "none" where the field names no such method.

    `trusted` is false where no field of a trusted server was found; all results are "none" then. `reason` says why.
    """

    dmarc: str = "none"
    spf: str = "none"
    dkim: str = "none"
    by: str | None = None
    trusted: bool = False
    header_from: str | None = None
    """Domain that DMARC was evaluated for."""
    spf_domain: str | None = None
    dkim_domains: tuple[str, ...] = ()
    """Domains whose DKIM signature passed."""
    reason: str = "no field of a trusted server"


@dataclass(frozen=True, slots=True)
class _Result:
    method: str
    result: str
    properties: dict[str, str]


def authentication_of(mail: ParsedMail, trusted_ids: Collection[str]) -> AuthenticationEvidence:
    """Evidence from the topmost field whose authserv-id is one of `trusted_ids` (compared without case)."""
    known = {name.strip().lower() for name in trusted_ids if name.strip()}
    for value in mail.headers.text_all("authentication-results") if known else ():
        server, results = _parse(value[:_MAX_BYTES])
        if server in known:
            return _evidence(mail, server, results)
    return AuthenticationEvidence()


def _evidence(mail: ParsedMail, server: str, results: list[_Result]) -> AuthenticationEvidence:
    dmarc = next((result for result in results if result.method == "dmarc"), None)
    spf = next((result for result in results if result.method == "spf"), None)
    dkim = [result for result in results if result.method == "dkim"]
    passed = tuple(dict.fromkeys(_domain(result, "header.d", "header.i") for result in dkim if result.result == "pass"))
    header_from = _domain(dmarc, "header.from") if dmarc else ""
    verdict, reason = dmarc.result if dmarc else "none", f"by {server}"
    authors = {author.domain for author in mail.from_all}
    if verdict == "pass" and (len(authors) != 1 or (header_from and header_from not in authors)):
        # Evaluated for another author than the one that we show: several From fields, or several authors in one.
        verdict, reason = "permerror", f"by {server}: passed for {header_from or '?'}, which is not the one author"
    return AuthenticationEvidence(
        dmarc=verdict,
        spf=spf.result if spf else "none",
        dkim="pass" if any(result.result == "pass" for result in dkim) else (dkim[0].result if dkim else "none"),
        by=server,
        trusted=True,
        header_from=header_from or None,
        spf_domain=(_domain(spf, "smtp.mailfrom", "smtp.helo") or None) if spf else None,
        dkim_domains=tuple(domain for domain in passed if domain),
        reason=reason,
    )


def _domain(result: _Result, *names: str) -> str:
    for name in names:
        value = result.properties.get(name, "")
        if value:
            return value.rpartition("@")[2].strip().lower()
    return ""


def _parse(text: str) -> tuple[str, list[_Result]]:
    """The authserv-id in lower case and the results; what cannot be read is left out."""
    segments = _segments(text)
    if not segments or not segments[0]:
        return "", []
    server = segments[0][0].lower()
    results = []
    for words in segments[1 : 1 + _MAX_RESULTS]:
        pairs = _pairs(words)
        if not pairs:
            continue
        method, result = pairs[0]
        method = method.partition("/")[0]
        if result.lower() in _RESULTS:
            results.append(_Result(method, result.lower(), dict(reversed(pairs[1:]))))
    return server, results


def _segments(text: str) -> list[list[str]]:
    """Words of each stretch between semicolons, comments left out; `=` is a word of its own."""
    segments: list[list[str]] = [[]]
    depth = 0
    for match in _TOKEN.finditer(text):
        piece = match.group()
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth = max(0, depth - 1)
        elif depth or piece.isspace():
            continue
        elif piece == ";":
            segments.append([])
        elif piece[0] == '"':
            segments[-1].append(piece.strip('"').replace("\\", ""))
        else:
            segments[-1].append(piece)
    return segments


def _pairs(words: list[str]) -> list[tuple[str, str]]:
    pairs = []
    for at, word in enumerate(words):
        if word == "=" and 0 < at < len(words) - 1:
            pairs.append((words[at - 1].lower(), words[at + 1]))
    return pairs

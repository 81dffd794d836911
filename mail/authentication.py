"""Who vouches for the sender of a mail: a trusted server, trusted forwarders, or our own check. Bounded and tolerant.

1. `Authentication-Results` (RFC 8601): the topmost field of a trusted server. Others may have come with the mail.
2. Where that is no `pass`: what the trusted sealers of a valid ARC chain (RFC 8617) had found before they forwarded.
3. Where no trusted server speaks of DMARC: our own check (`mail.sender`), with the server's SPF result if it gave one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from itertools import islice

from mail.arc import read_chain, sealed_results
from mail.canonical import SignedMessage
from mail.dkim import Unusable, domain_value
from mail.records import ParsedMail
from mail.sender import SenderCheck, author_domain

__all__ = ["AuthenticationEvidence", "authentication_of"]

_MAX_BYTES = 32 * 1024
_MAX_RESULTS = 50
_MAX_REASON = 500
_OWN = "mailcase"
_TOKEN = re.compile(r'"(?:[^"\\]|\\.)*+"|"|[();=]|\s+|[^"();=\s]+', re.DOTALL)
_BARE = re.compile(r"[();=]|\s+|[^();=\s]+")
"""The same behind a quote that is never closed: none is looked for again."""
# Quotes mean nothing in a comment, backslashes do (RFC 5322 §3.2.2): what strangers get into one must not end it.
_IN_COMMENT = re.compile(r"\\.?|[()]|[^()\\]+", re.DOTALL)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_RESULTS = frozenset(
    (
        "pass", "fail", "none", "neutral", "softfail", "policy", "temperror", "permerror", "hardfail", "bestguesspass",
        "nxdomain", "discard", "unknown",
    )
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AuthenticationEvidence:
    """Results in lower case (RFC 8601 §2.7), "none" where the field names no such method.

    `trusted` is false where neither a trusted server nor we have checked; all results are "none" then. `by` is the
    server, `arc:` and the sealer, or `mailcase` for our own check. `reason` says why.
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
    arc: str = "none"
    """Of the chain of forwarders as a whole."""
    reason: str = "no field of a trusted server"


_NOTHING = AuthenticationEvidence()


@dataclass(frozen=True, slots=True)
class _Result:
    method: str
    result: str
    properties: dict[str, str]


def authentication_of(
    mail: ParsedMail,
    trusted_ids: Collection[str],
    sealers: Collection[str] = (),
    check: SenderCheck | None = None,
) -> AuthenticationEvidence:
    """Evidence by the servers `trusted_ids`, the ARC sealers' domains `sealers` and our own `check`, if there is one.

    Names are compared without case. Never raises.
    """
    found = _by_server(mail, trusted_ids)
    if check is not None:
        found = _with_own_check(mail, found, check)
    if found.dmarc != "pass" and found.arc == "pass" and sealers:
        found = _by_sealers(mail, found, sealers)
    return found


def _by_server(mail: ParsedMail, trusted_ids: Collection[str]) -> AuthenticationEvidence:
    if not trusted_ids or "authentication-results" not in mail.headers:
        return _NOTHING
    known = {name.strip().lower() for name in trusted_ids if name.strip()}
    for value in mail.headers.text_all("authentication-results"):
        server, results = _parse(value[:_MAX_BYTES], known)
        if server in known:
            return _evidence(mail, server, results)
    return _NOTHING


def _with_own_check(mail: ParsedMail, found: AuthenticationEvidence, check: SenderCheck) -> AuthenticationEvidence:
    if found.arc == "none":
        found = replace(found, arc=check.arc.result)
    if found.trusted and found.dmarc != "none":
        return found
    domain = author_domain(mail)
    told = found.spf if found.trusted and found.spf != "none" else None
    verdict = check.dmarc(domain, told, found.spf_domain)
    signers = tuple(dict.fromkeys((*check.signers, *found.dkim_domains)))
    dkim = "pass" if signers else (check.dkim[0].result if check.dkim else found.dkim)
    reasons = [verdict.reason, *(f"{one.domain or '?'}: {one.reason}" for one in check.dkim if one.result != "pass")]
    return replace(
        found,
        dmarc=verdict.result,
        dkim=dkim,
        by=_OWN if found.by is None else f"{_OWN}, {found.by}",
        trusted=True,
        header_from=domain or None,
        dkim_domains=signers,
        reason=f"own check: {'; '.join(reasons)}"[:_MAX_REASON],
    )


def _by_sealers(mail: ParsedMail, found: AuthenticationEvidence, sealers: Collection[str]) -> AuthenticationEvidence:
    fields = tuple(
        (name, f"{name}:{value}".encode("utf-8", "replace"))
        for name in ("arc-authentication-results", "arc-message-signature", "arc-seal")
        for value in mail.headers.text_all(name)
    )
    for sealer, text in sealed_results(read_chain(SignedMessage(fields, b"")), sealers):
        _, results = _parse(text[:_MAX_BYTES])
        sealed = _evidence(mail, f"arc:{sealer}", results)
        # Without the domain that was evaluated, the result may be of an author that a forwarder has replaced.
        if sealed.dmarc == "pass" and sealed.header_from:
            return replace(sealed, arc="pass", reason=f"dmarc=pass for {sealed.header_from} before {sealer} forwarded")
    return found


def _evidence(mail: ParsedMail, server: str, results: list[_Result]) -> AuthenticationEvidence:
    verdicts = [result for result in results if result.method == "dmarc"]
    # Two verdicts in one field are a doubt (someone may have got his words into the server's): the worse one counts.
    dmarc = next((one for one in verdicts if one.result != "pass"), verdicts[0] if verdicts else None)
    arc = next((result for result in results if result.method == "arc"), None)
    spf = next((result for result in results if result.method == "spf"), None)
    dkim = [result for result in results if result.method == "dkim"]
    passed = tuple(dict.fromkeys(_domain(result, "header.d", "header.i") for result in dkim if result.result == "pass"))
    header_from = _domain(dmarc, "header.from") if dmarc else ""
    verdict, reason = dmarc.result if dmarc else "none", f"by {server}"
    author = author_domain(mail)
    if verdict == "pass" and (not author or (header_from and _ascii(header_from) != _ascii(author))):
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
        arc=arc.result if arc else "none",
        reason=reason,
    )


def _ascii(domain: str) -> str:
    """The form of DNS: servers write an internationalised domain either way."""
    try:
        return domain_value(domain)
    except Unusable:
        return domain


def _domain(result: _Result, *names: str) -> str:
    for name in names:
        value = result.properties.get(name, "")
        if value:
            return value.rpartition("@")[2].strip().lower()
    return ""


def _parse(text: str, known: Collection[str] | None = None) -> tuple[str, list[_Result]]:
    """The authserv-id in lower case and the results; what cannot be read is left out.

    With `known`, results only of those servers: a stranger's field is not read beyond its name.
    """
    segments = _segments(text)
    words = next(segments, [])
    server = words[0].lower() if words else ""
    results: list[_Result] = []
    if not server or (known is not None and server not in known):
        return server, results
    for words in islice(segments, _MAX_RESULTS):
        pairs = _pairs(words)
        if not pairs:
            continue
        method, result = pairs[0]
        method = method.partition("/")[0]
        if result.lower() in _RESULTS:
            results.append(_Result(method, result.lower(), dict(reversed(pairs[1:]))))
    return server, results


def _segments(text: str) -> Iterator[list[str]]:
    """Words of each stretch between semicolons, comments left out; `=` is a word of its own."""
    words: list[str] = []
    depth = at = 0
    outside = _TOKEN
    while match := (_IN_COMMENT if depth else outside).match(text, at):
        piece, at = match.group(), match.end()
        if piece == '"':
            outside = _BARE
        if piece == "(":
            depth += 1
        elif piece == ")":
            depth = max(0, depth - 1)
        elif depth or piece.isspace():
            continue
        elif piece == ";":
            yield words
            words = []
        elif piece[0] == '"' and len(piece) > 1:
            words.append(_ESCAPE.sub(r"\1", piece[1:-1]))
        else:
            words.append(piece)
    yield words


def _pairs(words: list[str]) -> list[tuple[str, str]]:
    pairs = []
    for at, word in enumerate(words):
        if word == "=" and 0 < at < len(words) - 1:
            pairs.append((words[at - 1].lower(), words[at + 1]))
    return pairs

"""The 432 header vectors: one header value each, compared whole with the oracle's reading of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from bench.quality.figures import Figure
from bench.quality.stalwart import moment_of, people
from mail.addresses import parse_groups
from mail.charsets import clean
from mail.dates import parse_date
from mail.headers import Headers, read_head
from mail.message_ids import first_id, ids_in
from mail.parameters import parse_value
from mail.received import parse_received

__all__ = ["measure"]


def measure(corpora: Path) -> list[Figure]:
    """Vectors that are equal to the oracle or where ours is right, and those that are equal."""
    total = equal = right = 0
    lines: list[str] = []
    for kind, (read, expected) in _KINDS.items():
        vectors = json.loads((corpora / "mailparser_stalwart" / f"{kind}.json").read_text("utf-8"))
        good = judged = 0
        differences = []
        for number, vector in enumerate(vectors):
            headers = Headers(read_head(b"X:" + vector["header"].encode("utf-8"))[0])
            ours, theirs = read(headers), expected(vector["expected"])
            if ours == theirs:
                good += 1
            else:
                reason = why_ours(kind, number, ours, theirs)
                judged += reason is not None
                verdict = f"ours is right: {reason}" if reason else "the oracle is right, or nobody is"
                shown = f"{_shown(ours, theirs)} vs {_shown(theirs, ours)}"
                differences.append(f"{kind}[{number}] {vector['header'].strip()!r:.200}: {shown}: {verdict}")
        total += len(vectors)
        equal += good
        right += good + judged
        lines += differences
    unjudged = [line for line in lines if "ours is right" not in line]
    return [
        Figure("header vectors equal to the oracle, or ours is right", "stalwart", right, total, 0.97, 0.995, unjudged),
        Figure("header vectors equal to the oracle", "stalwart", equal, total, 0.97, 0.995, lines),
    ]


def _shown(value: Any, other: Any) -> str:
    """Of records only what differs."""
    if isinstance(value, dict) and isinstance(other, dict):
        value = {name: content for name, content in value.items() if other.get(name) != content}
    return repr(value)


def _folded(text: str) -> str:
    return " ".join(text.split())


def _people(groups: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    return [
        (_folded(group), [(_folded(name), _folded(address)) for name, address in members]) for group, members in groups
    ]


def _our_people(headers: Headers) -> Any:
    groups = parse_groups(headers.text("x") or "")
    return _people((one.name, [(who.name, who.address) for who in one.members]) for one in groups)


def _our_type(headers: Headers) -> Any:
    value = parse_value(headers.text("x") or "")
    if not value.value or value.value.startswith("/"):
        return None
    main, _, sub = value.value.partition("/")
    return main, sub or None, {name: _folded(content) for name, content in value.parameters.items() if _folded(content)}


def _their_type(expected: Any) -> Any:
    if expected is None:
        return None
    attributes = {
        name: _folded(clean(content))
        for name, content in expected.get("attributes") or ()
        if _folded(content)
        and not name.endswith("-language")  # RFC 2231 §5: nobody is shown the language of a file's name
    }
    return expected["c_type"], expected.get("c_subtype"), attributes


def _our_ids(headers: Headers) -> Any:
    text = headers.text("x") or ""
    found = ids_in(text) or [one for one in [first_id([text])] if one]
    return ["".join(one.strip("<>").split()) for one in found]


def _our_list(headers: Headers) -> Any:
    return [item for item in (_folded(one) for one in (headers.get("x") or "").split(",")) if item]


def _our_received(headers: Headers) -> Any:
    found = parse_received(headers.text("x") or "")
    values = {name: getattr(found, name) for name in _RECEIVED if getattr(found, name)}
    if values.get("with_") not in _NAMED:
        values.pop("with_", None)  # the oracle names registered protocols only
    return {**values, "date": found.date} if found.date else values


def _their_received(expected: Any) -> Any:
    values: dict[str, Any] = {}
    for name, value in expected.items():
        name = {"from": "from_", "with": "with_"}.get(name, name)
        if name == "date":
            moment = moment_of(value)
            if moment is not None:
                values[name] = moment
        elif isinstance(value, dict):
            values[name] = next(iter(value.values()))
        elif name == "tls_version":
            values[name] = value.replace("_", ".")
        elif name in ("helo_cmd", "with_"):
            values[name] = value.upper()
        else:
            values[name] = value
    return values


_RECEIVED = (
    "from_", "from_ip", "from_iprev", "by", "for_", "with_", "tls_version", "tls_cipher", "id", "ident", "helo",
    "helo_cmd", "via",
)  # fmt: skip

_NAMED = ("SMTP", "ESMTP", "ESMTPA", "ESMTPS", "ESMTPSA", "LMTP", "LMTPA", "HTTP", "IMAP", "POP3", "LOCAL")

_KINDS: dict[str, tuple[Callable[[Headers], Any], Callable[[Any], Any]]] = {
    "address": (_our_people, lambda expected: _people(people(expected))),
    "date": (lambda headers: parse_date(headers.text("x")), moment_of),
    "content_type": (_our_type, _their_type),
    "id": (_our_ids, lambda expected: ["".join(one.split()) for one in expected or []]),
    "list": (_our_list, lambda expected: expected),
    "received": (_our_received, _their_received),
    "unstructured": (lambda headers: _folded(headers.get("x") or ""), _folded),
}

_WHY = {
    ("address", 9): "unfolding comes first (RFC 5322 §2.2.3): the backslash quotes the blank that is left",
    ("address", 10): "a comment after the end of a group is nobody",
    ("address", 13): "a route is read over, blanks around a dot are no part of an address (RFC 5322 §4.4)",
    ("address", 14): "blanks around a dot are no part of an address (RFC 5322 §4.4)",
    ("date", 12): "numbers without a time are no date",
    ("content_type", 34): "blanks between encoded words belong to the encoding (RFC 2047 §6.2)",
    ("received", 122): "the first `by` names the host, `by uid` the user",
    ("received", 150): "the client called itself by what stands after `from`, and the date has a year at its end",
    ("received", 164): "`(qmail … invoked from network)` names no host",
    ("received", 170): "`(Postfix, from userid 1002)` names no host",
}
"""Why ours is right where no rule says so."""


def why_ours(kind: str, number: int, ours: Any, theirs: Any) -> str | None:
    """Why ours is right; None where that cannot be said."""
    if (kind, number) in _WHY or kind != "received":
        return _WHY.get((kind, number))
    reasons = set()
    for name in ours.keys() | theirs.keys():
        mine, other = ours.get(name), theirs.get(name)
        if mine == other:
            continue
        if isinstance(mine, datetime) and (other is None or other.year < 1970):
            reasons.add("the date is there, in the form of asctime, without a semicolon or with a year of two digits")
        elif isinstance(mine, datetime) and other.replace(tzinfo=None) == mine.replace(tzinfo=None):
            reasons.add("PST and PDT are zones of RFC 5322 §4.3")
        elif isinstance(mine, datetime) and other.replace(second=mine.second) == mine:
            reasons.add("seconds with a fraction are seconds")
        elif isinstance(mine, str) and "/" in mine and isinstance(other, str) and other in mine:
            reasons.add("a slash does not end a word")
        else:
            return None
    return "; ".join(sorted(reasons))

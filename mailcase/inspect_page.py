"""One self-contained page of what was understood of mails, for people. Nothing of a mail is markup on it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from jinja2 import Environment, StrictUndefined

from mail.evidence import candidates, check_candidates, find_evidence
from mail.invitation import Invitation, invitation_of
from mail.protection import protections
from mailcase.inspection import UNREADABLE, Understood, understand
from mailcase.mail_sources import Found

__all__ = ["page"]

_MOST_MAILS = 500
_MOST_CHARS = 20_000
"""Of one text on the page."""
_TEMPLATE = Path(__file__).with_name("inspect_page.html.j2")


@dataclass(frozen=True, slots=True)
class _Shown:
    """One mail of the page; `found` is None where there is nothing to show but `reason`."""

    path: str
    kind: str
    reason: str
    found: Understood | None
    evidence: tuple[str, ...] = ()
    protections: tuple[str, ...] = ()
    invitation: Invitation | None = None


def page(found: Iterable[Found]) -> str:
    """The page: a table of all mails where there are several, then each of them (at most 500)."""
    mails = iter(found)
    shown = [_shown(one) for one in islice(mails, _MOST_MAILS)]
    more = sum(1 for _ in mails)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["text"] = _cut
    environment.filters["size"] = _size
    environment.filters["moment"] = _moment
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    return template.render(mails=shown, more=more)


def _shown(found: Found) -> _Shown:
    if found.wrong is not None:
        return _Shown(found.path, UNREADABLE, found.wrong, None)
    try:
        read = understand(found.raw)
        protected, invitation = protections(read.mail), invitation_of(read.mail)
    except Exception as error:  # the page is made of the others; this one is a bug's
        return _Shown(found.path, UNREADABLE, f"a bug in mailcase: {type(error).__name__}: {error}", None)
    return _Shown(found.path, read.kind, read.reason, read, tuple(_evidence(read)), protected, invitation)


def _evidence(read: Understood) -> Iterator[str]:
    checks = check_candidates(candidates(read.mail), (), "")
    for one in find_evidence(read.mail, checks):
        what = one.text or one.conversation or (f"id {one.digest[:12]}…" if one.digest else "")
        yield f"{one.kind.replace('_', ' ')} in {one.source}: {what}"


def _cut(text: str) -> str:
    return (
        text if len(text) <= _MOST_CHARS else f"{text[:_MOST_CHARS]}\n… and {len(text) - _MOST_CHARS:,} characters more"
    )


def _moment(moment: date) -> str:
    """A day, or a moment in its own zone."""
    text = f"{moment:%A}, {moment.day} {moment:%B} {moment.year}"
    return f"{text}, {moment:%H:%M}" if isinstance(moment, datetime) else text


def _size(octets: int) -> str:
    if octets < 1_000:
        return f"{octets} bytes"
    return f"{octets / 1_000:.1f} kB" if octets < 1_000_000 else f"{octets / 1_000_000:.1f} MB"

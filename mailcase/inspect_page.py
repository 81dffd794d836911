"""One self-contained page of what was understood of mails, for people. Nothing of a mail is markup on it."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from itertools import groupby, islice
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from mail.authentication import AuthenticationEvidence, authentication_of
from mail.canonical import SignedMessage
from mail.dkim import Unusable, read_signature
from mail.evidence import candidates, check_candidates, find_evidence
from mail.invitation import Invitation, invitation_of
from mail.parse import parse
from mail.protected.results import SignatureCheck, Trust
from mail.protection import protection_of
from mail.records import ParsedMail, Part
from mail.reply import Zones
from mailcase import inspect_words as words
from mailcase.inspect_defects import defect_words
from mailcase.inspection import UNREADABLE, Understood, understand
from mailcase.mail_sources import Found, no_mail_but

__all__ = ["page"]

_MOST_MAILS = 500
_MOST_CHARS = 20_000
"""Of one text on the page."""
_LONG = 12
"""Lines of history from which on it is folded away."""
_MOST_SIGNATURES = 8
_HISTORY = frozenset({"quoted", "header", "attribution"})
_TEMPLATE = Path(__file__).with_name("inspect_page.html.j2")
_STYLE = Path(__file__).with_name("inspect_page.css")
_MARK = "\N{REPLACEMENT CHARACTER}"
_UNSEEN = (
    dict.fromkeys((*range(0x20), *range(0x7F, 0xA0), 0x202D, 0x202E), _MARK)
    | dict.fromkeys((0x61C, 0x200E, 0x200F, 0x202A, 0x202B, 0x202C, *range(0x2066, 0x206A)))
    | dict.fromkeys((0x09, 0x0A, 0x0D), " ")
)
"""Characters that are not seen but change what is: with an override, `photo\\u202egpj.exe` looks like a picture."""


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Lines of one zone; `message` 0 is the mail itself."""

    kind: str
    message: int
    text: str
    folded: bool

    @property
    def lines(self) -> int:
        return self.text.count("\n") + 1


@dataclass(frozen=True, slots=True)
class _Evidence:
    what: str
    where: str
    value: str


@dataclass(frozen=True, slots=True)
class _Shown:
    """One mail of the page; `found` is None where there is nothing to show but `reason`."""

    path: str
    kind: str
    reason: str
    found: Understood | None = None
    stretches: tuple[_Stretch, ...] = ()
    evidence: tuple[_Evidence, ...] = ()
    protections: tuple[str, ...] = ()
    invitation: Invitation | None = None
    authentication: AuthenticationEvidence | None = None
    signers: tuple[str, ...] = ()
    signatures: tuple[SignatureCheck, ...] = ()

    @property
    def title(self) -> str:
        if self.found is None:
            return "No mail"
        return self.found.mail.subject or "(no subject)"

    @property
    def zones(self) -> dict[str, int]:
        """Lines of each kind of zone, in the order of the legend."""
        return {
            kind: sum(one.lines for one in self.stretches if one.kind == kind)
            for kind in words.ZONES
            if any(one.kind == kind for one in self.stretches)
        }


def page(found: Iterable[Found], trust: Trust = Trust()) -> str:
    """The page: a table of all mails where there are several, then each of them (at most 500).

    Signatures are checked by what `trust` holds.
    """
    mails = iter(found)
    shown = [_shown(one, trust) for one in islice(mails, _MOST_MAILS)]
    more = sum(1 for _ in mails)
    style = _STYLE.read_text(encoding="utf-8")
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters |= {
        "text": _cut, "size": _size, "moment": _moment, "span": _span, "name": _name, "plain": _plain,
        "defect": defect_words, "language": words.language_name, "because": words.reason_words,
    }  # fmt: skip
    environment.globals["words"] = words
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    # The hash allows this style alone: no other could be slipped in, not even by a mistake in the template.
    digest = b64encode(sha256(style.encode()).digest()).decode("ascii")
    return template.render(mails=shown, more=more, style=Markup(style), style_hash=digest)  # noqa: S704  # our own file


def _shown(found: Found, trust: Trust) -> _Shown:
    wrong = found.wrong or no_mail_but(found.raw)
    if wrong is not None:
        return _Shown(found.path, UNREADABLE, wrong)
    try:
        return _understood(found, trust)
    except Exception as error:  # the page is made of the others; this one is a bug's
        return _Shown(found.path, UNREADABLE, f"a bug in mailcase: {type(error).__name__}: {error}")


def _understood(found: Found, trust: Trust) -> _Shown:
    read = understand(found.raw)
    mail = read.mail
    protected = tuple(dict.fromkeys(one.kind for one in protection_of(mail)))
    return _Shown(
        found.path,
        read.kind,
        read.reason,
        read,
        tuple(_stretches(read.zones)),
        tuple(_evidence(mail)),
        protected,
        invitation_of(mail),
        _claimed(mail),
        tuple(_signers(found.raw)),
        _signatures(found.raw, trust) if any(kind.endswith("_signed") for kind in protected) else (),
    )


def _stretches(zones: Zones) -> Iterator[_Stretch]:
    for (message, kind), group in groupby(zones.zones, lambda zone: (zone.message, zone.kind.value)):
        members = list(group)
        text = zones.source[members[0].start : members[-1].end].strip("\r\n").rstrip()
        if text:
            yield _Stretch(kind, message, text, kind in _HISTORY and text.count("\n") >= _LONG)


def _evidence(mail: ParsedMail) -> Iterator[_Evidence]:
    checks = check_candidates(candidates(mail), (), "")
    for one in find_evidence(mail, checks):
        value = one.text or one.conversation or (f"{one.digest[:12]}…" if one.digest else "")
        yield _Evidence(words.EVIDENCE.get(one.kind, one.kind), words.PLACES.get(one.source, one.source), value)


def _claimed(mail: ParsedMail) -> AuthenticationEvidence | None:
    """What the topmost Authentication-Results field says, whoever wrote it; None where there is none."""
    value = mail.headers.text("authentication-results") or ""
    server = value[:1_000].partition(";")[0].split()
    if not server:
        return None
    claimed = authentication_of(mail, server[:1])
    return claimed if claimed.trusted else None


def _signatures(raw: bytes, trust: Trust) -> tuple[SignatureCheck, ...]:
    # Loads cryptography: only where something is signed.
    from mail.protected.signatures import check_signatures

    return check_signatures(raw, trust)


def _signers(raw: bytes) -> Iterator[str]:
    for field in SignedMessage.of(raw).all_of("dkim-signature")[:_MOST_SIGNATURES]:
        try:
            yield read_signature(field, "dkim").domain
        except Unusable as error:
            yield f"a broken signature ({error.reason})"


def _plain(text: str) -> str:
    """One line of a mail's own words, without the characters that deceive the eye."""
    return text.translate(_UNSEEN)


def _cut(text: str) -> str:
    return (
        text if len(text) <= _MOST_CHARS else f"{text[:_MOST_CHARS]}\n… and {len(text) - _MOST_CHARS:,} characters more"
    )


def _moment(moment: date) -> str:
    """A day, or a moment in its own zone."""
    return f"{moment:%A}, {moment.day} {moment:%B} {moment.year}{_time(moment)}"


def _time(moment: date) -> str:
    """The time of day with its zone; nothing for a whole day."""
    if not isinstance(moment, datetime):
        return ""
    offset = f"{moment:%z}"
    zone = f" UTC{offset[:3]}:{offset[3:5]}".removesuffix("+00:00") if offset else ""
    return f", {moment:%H:%M}{zone}"


def _span(event: Invitation) -> str:
    """From when until when; the day is said once."""
    start, end = event.start, event.end
    if start is None:
        return ""
    if end is None:
        return _moment(start)
    if isinstance(start, datetime) and isinstance(end, datetime) and start.date() == end.date():
        return f"{_moment(start)} to {_time(end).removeprefix(', ')}"
    return f"{_moment(start)} to {_moment(end)}"


def _name(part: Part) -> str:
    """The file's name; a mail without one is called by its subject."""
    if part.filename is None and part.content_type == "message/rfc822":
        return f"(a mail: {parse(part.data(_MOST_CHARS)).subject or 'no subject'})"
    return part.filename or "(no name)"


def _size(octets: int) -> str:
    if octets < 1_000:
        return f"{octets} bytes"
    return f"{octets / 1_000:.1f} kB" if octets < 1_000_000 else f"{octets / 1_000_000:.1f} MB"

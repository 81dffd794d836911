"""Class of a mail before any rule (RU-09): each class has its small functions, asked in the order of `RULES`.

    own → bounce, delay, delivery receipt, complaint → read receipt → calendar → challenge → automatic replies → list
    → newsletter → automatic by weaker marks → human

Headers decide. Words of the subject only tell an out-of-office note from other automatic replies: no human's mail is
taken for a robot's because of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from mail.absence import Absence, absence_of
from mail.automatic import automatic_reply_mark, challenge_mark, is_out_of_office, weak_automatic_mark
from mail.bounces import parse_bounce
from mail.bounces.arf import feedback_type
from mail.evidence import OWN_MESSAGE_ID, TokenCheck
from mail.records import ParsedMail

__all__ = ["KINDS", "LOOP_HEADER", "MailClass", "OwnMarks", "classify"]

LOOP_HEADER = "X-Mailcase-Loop"
"""Header of every mail that we send; its value is the installation's id."""
KINDS = (
    "human", "auto_reply", "out_of_office", "bounce", "delay", "receipt", "complaint", "list", "newsletter", "calendar",
    "challenge", "own",
)  # fmt: skip
"""All classes."""

_FEEDBACK = {"not-spam": "receipt", "auth-failure": "auto_reply", "dmarc": "auto_reply"}
"""Feedback types (RFC 5965 §7.3, RFC 6591) that are no complaint of a recipient."""


@dataclass(frozen=True, slots=True)
class MailClass:
    """What kind of mail it is (one of `KINDS`), and the mark that says so."""

    kind: str
    reason: str
    absence: Absence | None = None
    """Of an out-of-office note that names dates."""


@dataclass(frozen=True, slots=True)
class OwnMarks:
    """How our own mail is known: the installation's id and the outcomes of the signature checks of this mail."""

    installation: str = ""
    checks: tuple[TokenCheck, ...] = ()


def classify(mail: ParsedMail, own: OwnMarks = OwnMarks()) -> MailClass:
    """The class of `mail`; the first rule that knows it wins. Pure; never raises."""
    found = _own(mail, own)
    if found is not None:
        return found
    for rule in RULES:
        found = rule(mail)
        if found is not None:
            return found
    return MailClass("human", "no automatic marker")


def _own(mail: ParsedMail, own: OwnMarks) -> MailClass | None:
    loops = (value.partition(";")[0].strip().lower() for value in mail.headers.get_all(LOOP_HEADER))
    if own.installation and own.installation.lower() in loops:
        return MailClass("own", f"{LOOP_HEADER}: {own.installation}")
    if any(check.kind == OWN_MESSAGE_ID and check.verified for check in own.checks):
        return MailClass("own", "Message-ID signed by this installation")
    return None


def _report(mail: ParsedMail) -> MailClass | None:
    """Bounces, delays, receipts of delivery and complaints, whatever their form."""
    found = parse_bounce(mail)
    if found is None:
        return None
    feedback = feedback_type(mail)
    if feedback is not None:
        kind = _FEEDBACK.get(feedback, "complaint")
        return MailClass(kind, f"feedback report ({found.form}): {feedback}")
    reasons = {recipient.reason for recipient in found.recipients}
    if "complaint" in reasons:
        return MailClass("complaint", found.form)
    actions = {recipient.action for recipient in found.recipients}
    form = "delivery status (RFC 3464)" if found.form == "RFC 3464" else found.form
    if "failed" in actions or any(recipient.kind == "hard" for recipient in found.recipients):
        return MailClass("bounce", f"{form}: failed")
    if "delayed" in actions:
        return MailClass("delay", f"{form}: delayed")
    if actions & {"delivered", "relayed", "expanded"}:
        return MailClass("receipt", f"{form}: {min(actions - {''})}")
    return MailClass("bounce", form)


def _receipt(mail: ParsedMail) -> MailClass | None:
    if mail.report is not None and mail.report.kind == "disposition-notification":
        disposition = next((value for block in mail.report.blocks if (value := block.get("disposition"))), "")
        return MailClass("receipt", f"disposition notification (RFC 8098): {disposition[:80]}".rstrip(": "))
    return None


def _calendar(mail: ParsedMail) -> MailClass | None:
    for part in mail.parts:
        if part.embedded or part.content_type != "text/calendar" or part.disposition == "attachment":
            continue
        method = (part.parameter("method") or "").strip().upper()
        if method in ("REQUEST", "REPLY", "CANCEL", "COUNTER", "DECLINECOUNTER", "ADD", "REFRESH"):
            return MailClass("calendar", f"text/calendar; method={method}")
    return None


def _challenge(mail: ParsedMail) -> MailClass | None:
    mark = challenge_mark(mail)
    return None if mark is None else MailClass("challenge", mark)


def _automatic_reply(mail: ParsedMail) -> MailClass | None:
    mark = automatic_reply_mark(mail)
    return None if mark is None else _automatic(mail, mark)


def _automatic(mail: ParsedMail, mark: str) -> MailClass:
    if not is_out_of_office(mail):
        return MailClass("auto_reply", mark)
    return MailClass("out_of_office", mark, absence_of(mail))


def _list(mail: ParsedMail) -> MailClass | None:
    for name in ("list-id", "list-post", "x-mailing-list", "x-mailman-version", "x-beenthere"):
        if name in mail.headers and (mail.headers.text(name) or "").strip():
            if name == "list-id" and "list-unsubscribe" in mail.headers and not _is_discussion(mail):
                return MailClass("newsletter", "List-Id and List-Unsubscribe, nothing of a discussion list")
            return MailClass("list", _shown(name))
    if _precedence(mail) == "list":
        return MailClass("list", "Precedence: list")
    return None


def _is_discussion(mail: ParsedMail) -> bool:
    marks = ("list-post", "x-mailman-version", "x-beenthere", "list-archive", "in-reply-to", "references")
    return _precedence(mail) == "list" or any(name in mail.headers for name in marks)


def _newsletter(mail: ParsedMail) -> MailClass | None:
    for name in (
        "list-unsubscribe",
        "list-unsubscribe-post",
        "feedback-id",
        "x-campaign-id",
        "x-mailchimp-campaign-id",
    ):
        if name in mail.headers:
            return MailClass("newsletter", _shown(name))
    precedence = _precedence(mail)
    if precedence in ("bulk", "junk"):
        return MailClass("newsletter", f"Precedence: {precedence}")
    return None


def _weakly_automatic(mail: ParsedMail) -> MailClass | None:
    mark = weak_automatic_mark(mail)
    return None if mark is None else _automatic(mail, mark)


def _precedence(mail: ParsedMail) -> str:
    return (mail.headers.text("precedence") or "").strip().lower()


def _shown(name: str) -> str:
    return "-".join(word.capitalize() for word in name.split("-"))


RULES: Iterable[Callable[[ParsedMail], MailClass | None]] = (
    _report,
    _receipt,
    _calendar,
    _challenge,
    _automatic_reply,
    _list,
    _newsletter,
    _weakly_automatic,
)
"""Asked in this order; `own` comes before them all."""

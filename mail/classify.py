"""Class of a mail before any rule (RU-09): each class has its small functions, asked in a fixed order.

    own → read receipt → bounce, delay, delivery receipt, complaint → calendar → challenge → automatic replies → list
    → newsletter → automatic by weaker marks → human

Headers decide. Words only tell an out-of-office note from other automatic replies, or are the second of two signs: no
human's mail is taken for a robot's because of them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from mail.absence import Absence, absence_of
from mail.automatic import (
    automatic_reply_mark,
    challenge_mark,
    is_bulk,
    is_form,
    is_out_of_office,
    is_personal,
    is_written,
    may_be_automatic,
    weak_automatic_mark,
)
from mail.automatic_words import READ, UNSUBSCRIBE
from mail.bounces import parse_bounce
from mail.bounces.arf import feedback_type
from mail.evidence import OWN_MESSAGE_ID, TokenCheck
from mail.records import ParsedMail

__all__ = ["KINDS", "LOOP_HEADER", "MailClass", "OwnMarks", "classify"]

LOOP_HEADER = "X-Mailcase-Loop"
"""Header of every mail that we send; its value is the installation's id."""
_LOOP_NAME = LOOP_HEADER.lower()
KINDS = (
    "human", "auto_reply", "out_of_office", "bounce", "delay", "receipt", "complaint", "list", "newsletter", "calendar",
    "challenge", "own",
)  # fmt: skip
"""All classes."""

_FEEDBACK = {"not-spam": "receipt", "auth-failure": "auto_reply", "dmarc": "auto_reply"}
"""Feedback types (RFC 5965 §7.3, RFC 6591) that are no complaint of a recipient."""

_METHODS = ("REQUEST", "REPLY", "CANCEL", "COUNTER", "DECLINECOUNTER", "ADD", "REFRESH")
_METHOD = re.compile(rb"(?im)^METHOD:[ \t]{0,9}([A-Z]{3,20})[ \t\r]{0,9}$")
_METHOD_WITHIN = 4_096
_LIST = ("list-id", "list-post", "x-mailing-list", "x-mailman-version", "x-beenthere", "mailing-list")
_DISCUSSION = (
    "x-mailman-version", "x-beenthere", "mailing-list", "x-google-group-id", "x-github-reason", "x-gitlab-project",
    "in-reply-to", "references",
)  # fmt: skip
_CAMPAIGN = (
    "x-campaign", "x-campaignid", "x-campaign-id", "x-mailchimp-campaign-id", "x-mc-user", "x-mailin-campaign",
    "x-newsletter", "x-cleverreach-mailing",
)  # fmt: skip
"""What only the senders of newsletters write."""
_SERVICES = (
    "feedback-id", "x-ses-outgoing", "x-sg-eid", "x-mailgun-sid", "x-mailin-eid", "x-mandrill-user",
    "x-pm-message-id", "x-sfmc-stack", "x-csa-complaints", "x-hs-cid", "x-report-abuse-to",
)  # fmt: skip
"""Services that carry newsletters, and the mail of people and shops, too."""
_BULK = frozenset((*_LIST, *_CAMPAIGN, *_SERVICES, "precedence", "list-unsubscribe", "list-unsubscribe-post"))
_FOOTER = 2_000


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


_HUMAN = MailClass("human", "no automatic marker")


def classify(mail: ParsedMail, own: OwnMarks = OwnMarks()) -> MailClass:
    """The class of `mail`; the first rule that knows it wins. Pure; never raises."""
    found = _own(mail, own)
    if found is not None:
        return found
    for rule in REPORTS:
        found = rule(mail)
        if found is not None:
            return found
    if not may_be_automatic(mail) and not _bulk_marks(mail):
        return _HUMAN
    for rule in RULES:
        found = rule(mail)
        if found is not None:
            return found
    return _HUMAN


def _own(mail: ParsedMail, own: OwnMarks) -> MailClass | None:
    if own.installation and _LOOP_NAME in mail.headers:
        loops = (value.partition(";")[0].strip().lower() for value in mail.headers.get_all(LOOP_HEADER))
        if own.installation.lower() in loops:
            return MailClass("own", f"{LOOP_HEADER}: {own.installation}")
    if own.checks and any(check.kind == OWN_MESSAGE_ID and check.verified for check in own.checks):
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


def _worded_receipt(mail: ParsedMail) -> MailClass | None:
    """A receipt of reading that lost its machine-readable part: the subject, and a header that people's mail lacks."""
    if not mail.subject[:40].lower().startswith(READ):
        return None
    if mail.return_path == "" or automatic_reply_mark(mail) is not None:
        return None if is_personal(mail) else MailClass("receipt", "automatic, and the subject is a receipt's")
    return None


def _calendar(mail: ParsedMail) -> MailClass | None:
    for part in mail.parts:
        if part.content_type != "text/calendar" or part.embedded or part.disposition == "attachment":
            continue
        method = (part.parameter("method") or "").strip().upper()
        if not method:  # the object says it, too (RFC 5546 §1.4)
            stated = _METHOD.search(part.data(_METHOD_WITHIN))
            method = stated[1].decode("ascii").upper() if stated else ""
        if method in _METHODS:
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
    headers, marks = mail.headers, _bulk_marks(mail)
    if not marks:
        return None
    for name in _LIST:
        if name not in marks:
            continue
        value = (headers.text(name) or "").strip()
        if not value or (name == "list-post" and value.upper().startswith("NO")):  # RFC 2369 §3.4: nobody may post
            continue
        if name == "list-id" and "list-unsubscribe" in marks and not _is_discussion(mail):
            return MailClass("newsletter", "List-Id and List-Unsubscribe, nothing of a discussion list")
        return MailClass("list", _shown(name))
    if _precedence(mail) == "list":
        return MailClass("list", "Precedence: list")
    if is_bulk(mail) and mail.sender is not None and _is_owner(mail.sender.address):  # Majordomo
        return MailClass("list", "Precedence: bulk, and the sender is a list's owner")
    return None


def _bulk_marks(mail: ParsedMail) -> frozenset[str]:
    """The headers of this mail that lists and newsletters bear: a cheap look, worked out once."""
    return mail.once("bulk_marks", lambda one: _BULK.intersection(one.headers.names()))


def _is_owner(address: str) -> bool:
    local = address[:200].lower().partition("@")[0]
    return local.startswith("owner-") or local.endswith(("-owner", "-bounces", "-request", "-errors"))


def _is_discussion(mail: ParsedMail) -> bool:
    headers = mail.headers
    if _precedence(mail) == "list" or headers.has_any(_DISCUSSION):
        return True
    if not (headers.text("list-post") or "NO").strip().upper().startswith("NO"):
        return True
    if mail.sender is not None and _is_owner(mail.sender.address):
        return True
    listed = (headers.text("list-id") or "")[:1_000].rpartition("<")[2].rstrip("> \t").lower()
    posted = {address.address.lower().replace("@", ".") for address in (*mail.to, *mail.cc, *mail.reply_to)}
    return listed in posted


def _newsletter(mail: ParsedMail) -> MailClass | None:
    marks = _bulk_marks(mail)
    if not marks:
        return None
    bulk = is_bulk(mail)
    for name in ("list-unsubscribe", "list-unsubscribe-post"):
        # Gateways and mail services put it on the mail of people, too.
        if name in marks and (bulk or not is_written(mail)) and not is_form(mail):
            return MailClass("newsletter", _shown(name))
    campaign = next((name for name in _CAMPAIGN if name in marks), None)
    if campaign:
        return MailClass("newsletter", _shown(campaign))
    service = next((name for name in _SERVICES if name in marks), None)
    if service and not is_personal(mail) and any(words in mail.text[-_FOOTER:].lower() for words in UNSUBSCRIBE):
        return MailClass("newsletter", f"{_shown(service)}, and the text tells how to unsubscribe")
    if bulk and weak_automatic_mark(mail) is None and not is_written(mail) and not is_form(mail):
        return MailClass("newsletter", f"Precedence: {_precedence(mail)}")
    return None


def _weakly_automatic(mail: ParsedMail) -> MailClass | None:
    mark = weak_automatic_mark(mail)
    return None if mark is None else _automatic(mail, mark)


def _precedence(mail: ParsedMail) -> str:
    return (mail.headers.text("precedence") or "").strip().lower()


def _shown(name: str) -> str:
    return "-".join(word.capitalize() for word in name.split("-"))


REPORTS: tuple[Callable[[ParsedMail], MailClass | None], ...] = (_receipt, _report, _calendar)
"""Asked first, in this order; `own` comes before them all."""
RULES: tuple[Callable[[ParsedMail], MailClass | None], ...] = (
    _worded_receipt,
    _challenge,
    _automatic_reply,
    _list,
    _newsletter,
    _weakly_automatic,
)
"""Asked then, in this order, of mails with any mark that these know."""

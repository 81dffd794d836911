"""`parse_bounce`: the bounce that a mail is, whatever its form."""

from __future__ import annotations

from dataclasses import replace

from mail.bounces.arf import complaint
from mail.bounces.freeform import from_text
from mail.bounces.notices import REFUSAL, Mark, notice_mark
from mail.bounces.records import Bounce
from mail.bounces.reports import from_report
from mail.bounces.ses import from_notification
from mail.parse import parse
from mail.records import ParsedMail

__all__ = ["parse_bounce"]


def parse_bounce(mail: ParsedMail) -> Bounce | None:
    """The bounce (or delay, delivery receipt, complaint) that `mail` is; None where it is none. Pure; never raises.

    What has neither a delivery status nor the header of a mail system's notice is never looked at: a person's mail
    about a bounce is a person's mail.
    """
    return mail.once("bounce", _parse_bounce)


def _parse_bounce(mail: ParsedMail) -> Bounce | None:
    if mail.report is not None and mail.report.kind == "delivery-status":
        return _named(mail, from_report(mail))
    if mail.report is not None or mail.returned is not None:
        found = complaint(mail)
        if found is not None:
            return found
    found = from_notification(mail)
    if found is not None:
        return found
    mark = notice_mark(mail)
    if mark is None or (mail.report is not None and mark is not REFUSAL):
        return None  # a read receipt, but one that refuses
    found = from_text(mail, mark)
    return _wrapped(mail, found) or found


def _named(mail: ParsedMail, found: Bounce) -> Bounce:
    """A report on one recipient that names no address (a program, a bare host) takes that of its text for people."""
    if len(found.recipients) != 1 or (found.recipients[0].address or "@").partition("@")[0]:
        return found
    told = from_text(mail, Mark("its text", False))
    if told is None or len(told.recipients) != 1 or told.recipients[0].address is None:
        return found
    return replace(found, recipients=(replace(found.recipients[0], address=told.recipients[0].address),))


def _wrapped(mail: ParsedMail, found: Bounce | None) -> Bounce | None:
    """The report that a gateway sent on as a part, where its own words name no recipient; one level deep.

    A notice about a notice of ours names who was not reached: that one counts.
    """
    inner = mail.returned.text("content-type") if mail.returned is not None else None
    if inner is None or not inner.lower().startswith("multipart/report"):
        return None
    text = mail.text.lower()
    if found is not None and any(one.address and one.address.lower() in text for one in found.recipients):
        return None
    part = next((one for one in mail.parts if one.content_type == "message/rfc822" and not one.embedded), None)
    returned = parse(part.data()) if part is not None else None
    if returned is None or returned.report is None or returned.report.kind != "delivery-status":
        return None
    return replace(_named(returned, from_report(returned)), form="RFC 3464 within a mail")

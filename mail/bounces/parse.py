"""`parse_bounce`: the bounce that a mail is, whatever its form."""

from __future__ import annotations

from dataclasses import replace

from mail.bounces.arf import complaint
from mail.bounces.freeform import from_text
from mail.bounces.notices import Mark, notice_mark
from mail.bounces.records import Bounce
from mail.bounces.reports import from_report
from mail.bounces.ses import from_notification
from mail.records import ParsedMail

__all__ = ["parse_bounce"]


def parse_bounce(mail: ParsedMail) -> Bounce | None:
    """The bounce (or delay, delivery receipt, complaint) that `mail` is; None where it is none. Pure; never raises.

    What has neither a delivery status nor the header of a mail system's notice is never looked at: a person's mail
    about a bounce is a person's mail.
    """
    return mail.once("bounce", _parse_bounce)


def _parse_bounce(mail: ParsedMail) -> Bounce | None:
    if mail.report is not None:
        return _named(mail, from_report(mail)) if mail.report.kind == "delivery-status" else complaint(mail)
    if mail.returned is not None:
        found = complaint(mail)
        if found is not None:
            return found
    found = from_notification(mail)
    if found is not None:
        return found
    mark = notice_mark(mail)
    return from_text(mail, mark) if mark is not None else None


def _named(mail: ParsedMail, found: Bounce) -> Bounce:
    """A report on one recipient that names no address (a program, a bare host) takes that of its text for people."""
    if len(found.recipients) != 1 or (found.recipients[0].address or "@").partition("@")[0]:
        return found
    told = from_text(mail, Mark("its text", False))
    if told is None or len(told.recipients) != 1 or told.recipients[0].address is None:
        return found
    return replace(found, recipients=(replace(found.recipients[0], address=told.recipients[0].address),))

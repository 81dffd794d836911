"""Complaints: feedback reports (RFC 5965) and what Hotmail's programme sends in their place."""

from __future__ import annotations

from mail.addresses import parse_lists
from mail.bounces.original import original_message_id
from mail.bounces.records import MAX_RECIPIENTS, Bounce, BounceRecipient
from mail.bounces.reports import typed
from mail.headers import Headers
from mail.records import ParsedMail

__all__ = ["complaint", "feedback_type"]

_RECIPIENTS = ("original-rcpt-to", "removal-recipient", "original-recipient", "x-hmxmroriginalrecipient", "rcpt-to")
_HOTMAIL = "x-hmxmroriginalrecipient"


def feedback_type(mail: ParsedMail) -> str | None:
    """`abuse`, `fraud`, `not-spam`, `auth-failure` … (RFC 5965 §3.1, §7.3); None where `mail` is no feedback report."""
    if mail.report is not None:
        if mail.report.kind != "feedback-report":
            return None
        found = next((value for block in mail.report.blocks if (value := block.get("feedback-type"))), "unknown")
        return found.strip().lower()[:40] or "unknown"
    return "abuse" if mail.returned is not None and _HOTMAIL in mail.returned else None


def complaint(mail: ParsedMail) -> Bounce | None:
    """The feedback report that `mail` is, as a report about its recipients; nothing failed, so `kind` is `none`.

    Providers that hide who complained leave no address, or a made-up one; the Message-ID still ties it to our mail.
    """
    kind = feedback_type(mail)
    if kind is None:
        return None
    blocks = mail.report.blocks if mail.report is not None else ()
    addresses = _addresses(blocks) or _addresses((mail.returned,) if mail.returned is not None else ())
    if not addresses and mail.returned is not None:
        found, _ = parse_lists(mail.returned.text_all("to"), MAX_RECIPIENTS)
        addresses = [one.address for one in found]
    reason = "delivered" if kind == "not-spam" else "complaint"
    recipients = tuple(
        BounceRecipient(address or None, None, "", None, None, None, "none", reason) for address in addresses or [""]
    )
    server = next((typed(value) for block in blocks if (value := block.get("reporting-mta"))), None)
    form = "RFC 5965" if mail.report is not None else "X-HmXmrOriginalRecipient"
    return Bounce(recipients, len(recipients), original_message_id(mail), server, form)


def _addresses(blocks: tuple[Headers, ...]) -> list[str]:
    found: list[str] = []
    for block in blocks:
        for name in _RECIPIENTS:
            values = [typed(value) or "" for value in block.text_all(name)[:MAX_RECIPIENTS]]
            addresses, _ = parse_lists(values, MAX_RECIPIENTS)
            found.extend(one.address for one in addresses)
            if addresses:
                break
    return list(dict.fromkeys(found))[:MAX_RECIPIENTS]

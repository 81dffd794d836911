"""Delivery status notifications (RFC 3464), as parts of the mail or, where the MIME is broken, within its text."""

from __future__ import annotations

import re

from mail.addresses import parse_lists
from mail.bounces.codes import find_codes, is_vague, phase_of, status_in
from mail.bounces.original import original_message_id
from mail.bounces.reasons import kind_of, reason_of
from mail.bounces.records import MAX_RECIPIENTS, MAX_TEXT, Bounce, BounceRecipient
from mail.bounces.sections import sections_of, share, without_returned
from mail.headers import Headers
from mail.records import ParsedMail

__all__ = ["from_blocks", "from_report", "typed"]

_WHOLE = 8_000
_REACHED = ("delivered", "relayed", "expanded")
_CODE_POINT = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
"""A character of an address that may not stand in a report of ASCII alone (RFC 6533 §3)."""


def from_report(mail: ParsedMail) -> Bounce:
    """The bounce of a mail with a `message/delivery-status` part."""
    return from_blocks(mail, mail.report.blocks if mail.report is not None else (), "RFC 3464")


def from_blocks(mail: ParsedMail, blocks: tuple[Headers, ...], form: str) -> Bounce:
    """The bounce that groups of fields tell; the text for people adds what they leave out."""
    groups = [block for block in blocks if "final-recipient" in block or "original-recipient" in block]
    if not groups:
        groups = [block for block in blocks if "action" in block or "status" in block]
    text = without_returned(mail.text)
    shown = sections_of(text, len(groups))
    whole = text[:_WHOLE] if len(groups) == 1 else ""
    most = share(len(groups))
    recipients = tuple(_recipient(group, shown, whole, most) for group in groups[:MAX_RECIPIENTS])
    server = next((typed(value) for block in blocks if (value := block.get("reporting-mta"))), None)
    return Bounce(recipients, len(groups), original_message_id(mail), server, form)


def _recipient(group: Headers, sections: dict[str, str], whole: str, most: int) -> BounceRecipient:
    """`sections`: what the text for people says of each address; `whole`: all of it, where there is one recipient.

    `most`: characters of a diagnostic text that are looked at.
    """
    action = (group.get("action") or "").partition("(")[0].strip().lower()[:20]
    if action.startswith(("expand", "relay", "deliver")):
        action = {"e": "expanded", "r": "relayed", "d": "delivered"}[action[0]]
    address = _address(group.get("final-recipient"))
    original = _address(group.get("original-recipient"))
    if original and "@" in original and "@" not in (address or ""):
        address = original  # `rfc822; user`, as local deliverers write it
    diagnostic = (typed(group.get("diagnostic-code")) or "")[: max(most, MAX_TEXT)]
    field = group.get("status") or ""
    stated, comment = status_in(field[:100]), field.partition("(")[2].rstrip(") ")
    status, code = find_codes(diagnostic[:most]) if diagnostic else (None, None)
    if stated is not None and not (is_vague(stated) and status and status[0] == stated[0]):
        status = stated  # 5.0.0 says nothing that the server's own words do not say better
    if action in _REACHED:
        return BounceRecipient(
            address, original, action, status or default_status(action, code), code, diagnostic[:MAX_TEXT] or None,
            kind_of(action, "delivered", status, code), "delivered",
        )  # fmt: skip
    said = diagnostic[:most] or comment
    shown = next((sections[one.lower()] for one in (address, original) if one and one.lower() in sections), whole)
    phase = phase_of(diagnostic[:most]) or phase_of(shown) or phase_of(whole)
    reason = reason_of(said, status, code, action, phase)
    if code is None or reason in ("unknown", "refused", "network", "system"):
        # Some servers write the remote server's words into the text for people only.
        told, number = find_codes(shown)
        if number is not None and (status is None or number[0] == status[0]):
            code = code or number
        if is_vague(status) and told is not None and (status is None or told[0] == status[0]):
            status = told
        better = reason_of(f"{said}\n{shown}", status, code, action, phase)
        if reason == "unknown" or (reason in ("refused", "network", "system") and better not in ("unknown", "refused")):
            reason = better
        diagnostic = diagnostic or said or " ".join(shown.split())
    return BounceRecipient(
        address=address,
        original=original,
        action=action,
        status=status or default_status(action, code),
        smtp_code=code,
        diagnostic=(diagnostic or said)[:MAX_TEXT] or None,
        kind=kind_of(action, reason, status, code),
        reason=reason,
    )


def default_status(action: str, code: str | None) -> str | None:
    """The class alone, where a report names no enhanced code."""
    first = {"delayed": "4", "delivered": "2", "relayed": "2", "expanded": "2"}.get(action) or (code or "")[:1]
    if first in ("2", "4", "5"):
        return f"{first}.0.0"
    return "5.0.0" if action == "failed" else None


def typed(value: str | None) -> str | None:
    """Content of a `type; content` field (RFC 3464 §2.1.2)."""
    if value is None:
        return None
    kind, semicolon, content = value.partition(";")
    return (content if semicolon and " " not in kind.strip() else value).strip() or None


def _address(value: str | None) -> str | None:
    content = typed(value)
    if not content:
        return None
    if "\\x{" in content:
        content = _CODE_POINT.sub(_character, content[:2_000])
    addresses, _ = parse_lists([content[:2_000]], 1)
    return addresses[0].address if addresses else content.strip("<> ")[:512] or None


def _character(match: re.Match[str]) -> str:
    number = int(match.group(1), 16)
    return chr(number) if 0x20 < number < 0xD800 or 0xE000 <= number < 0x110000 else match.group()

"""Bounces and delays (RFC 3464, 6522): which recipient, which status, hard or soft, and the mail that came back."""

from __future__ import annotations

import re
from dataclasses import dataclass

from mail.addresses import parse_lists
from mail.headers import Headers
from mail.message_ids import first_id
from mail.records import ParsedMail

__all__ = ["Bounce", "BounceRecipient", "parse_bounce"]

_MAX_RECIPIENTS = 200
_MAX_TEXT = 1_000
_STATUS = re.compile(r"(?<![0-9.])([245])\.([0-9]{1,3})\.([0-9]{1,3})(?![0-9.])")
_SMTP_CODE = re.compile(r"(?<![0-9.])([245][0-5][0-9])(?=[ \t-]|$)")
_QUOTED_ID = re.compile(r"^[> \t]{0,8}message-id:[ \t]{0,8}(<[^<>\s]{1,900}>)", re.IGNORECASE | re.MULTILINE)
_SOFT_STATUS = frozenset({"5.2.2", "5.3.1", "5.4.5", "5.7.28"})
"""Permanent by their class, but the same recipient may work later: mailbox or system full, rate or flood limits."""


@dataclass(frozen=True, slots=True)
class BounceRecipient:
    """What became of one recipient. `status` is an enhanced code (RFC 3463), `smtp_code` a three-digit reply code."""

    address: str | None
    original: str | None
    action: str
    """`failed`, `delayed`, `delivered`, `relayed`, `expanded`; "" where the report names none."""
    status: str | None
    smtp_code: str | None
    diagnostic: str | None
    kind: str
    """`hard`, `soft` or `none`."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report about mail that we sent. `original_message_id` ties it to the outgoing mail, if anything came back."""

    recipients: tuple[BounceRecipient, ...]
    recipients_total: int
    original_message_id: str | None
    reporting_server: str | None


def parse_bounce(mail: ParsedMail) -> Bounce | None:
    """The bounce that `mail` is; None where it is none. Free-form bounces are read as far as their headers tell."""
    if mail.report is not None and mail.report.kind == "delivery-status":
        return _from_report(mail)
    failed = mail.headers.text_all("x-failed-recipients")
    if failed:
        addresses, total = parse_lists(failed, _MAX_RECIPIENTS)
        status, code = _codes(mail.text[:20_000])
        recipients = tuple(
            BounceRecipient(found.address, None, "failed", status, code, None, _kind("failed", status, code))
            for found in addresses
        )
        return Bounce(recipients, total, _returned_id(mail), None)
    return None


def _from_report(mail: ParsedMail) -> Bounce:
    assert mail.report is not None
    blocks = mail.report.blocks
    groups = [block for block in blocks if "final-recipient" in block or "original-recipient" in block]
    if not groups:
        groups = [block for block in blocks if "action" in block or "status" in block]
    recipients = tuple(_recipient(group) for group in groups[:_MAX_RECIPIENTS])
    server = next((_typed(value) for block in blocks if (value := block.get("reporting-mta"))), None)
    return Bounce(recipients, len(groups), _returned_id(mail), server)


def _recipient(group: Headers) -> BounceRecipient:
    action = (group.get("action") or "").partition("(")[0].strip().lower()[:20]
    diagnostic = _typed(group.get("diagnostic-code"))
    stated = _STATUS.search((group.get("status") or "")[:100])
    status, code = _codes(diagnostic or "")
    if stated is not None and not (stated.group() in ("5.0.0", "4.0.0") and status and status[0] == stated[1]):
        status = stated.group()  # 5.0.0 says nothing that the server's own words do not say better
    return BounceRecipient(
        address=_address(group.get("final-recipient")),
        original=_address(group.get("original-recipient")),
        action=action,
        status=status,
        smtp_code=code,
        diagnostic=diagnostic[:_MAX_TEXT] if diagnostic else None,
        kind=_kind(action, status, code),
    )


def _codes(text: str) -> tuple[str | None, str | None]:
    """Enhanced status and reply code that a text names first."""
    text = text[:20_000]
    status = _STATUS.search(text)
    code = _SMTP_CODE.search(text)
    return (status.group() if status else None), (code.group(1) if code else None)


def _kind(action: str, status: str | None, code: str | None) -> str:
    if action in ("delivered", "relayed", "expanded"):
        return "none"
    if action == "delayed":
        return "soft"
    if status in _SOFT_STATUS:
        return "soft"
    first = (status or code or "")[:1]
    if first == "2":
        return "none"
    if first == "4":
        return "soft"
    return "hard" if first == "5" or action == "failed" else "none"


def _typed(value: str | None) -> str | None:
    """Content of a `type; content` field (RFC 3464 §2.1.2)."""
    if value is None:
        return None
    kind, semicolon, content = value.partition(";")
    return (content if semicolon and " " not in kind.strip() else value).strip() or None


def _address(value: str | None) -> str | None:
    content = _typed(value)
    if not content:
        return None
    addresses, _ = parse_lists([content[:2_000]], 1)
    return addresses[0].address if addresses else content.strip("<> ")[:512] or None


def _returned_id(mail: ParsedMail) -> str | None:
    """Message-ID of the mail that came back: as a part, or (free-form bounces) quoted in the text."""
    if mail.returned is not None:
        return first_id(mail.returned.text_all("message-id"))
    quoted = _QUOTED_ID.search(mail.text[:200_000])
    return quoted.group(1) if quoted else None

"""The records of a bounce."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["MAX_RECIPIENTS", "MAX_TEXT", "Bounce", "BounceRecipient"]

MAX_RECIPIENTS = 200
MAX_TEXT = 1_000
"""Characters of a diagnostic text."""


@dataclass(frozen=True, slots=True)
class BounceRecipient:
    """What became of one recipient. `status` is an enhanced code (RFC 3463), `smtp_code` a three-digit reply code.

    Where a report names no enhanced code, `status` tells the class alone: `5.0.0` failed, `4.0.0` delayed or given up
    for a temporary reason.
    """

    address: str | None
    original: str | None
    action: str
    """`failed`, `delayed`, `delivered`, `relayed`, `expanded`; "" where the report names none."""
    status: str | None
    smtp_code: str | None
    diagnostic: str | None
    kind: str
    """`hard`: the address does not work; `soft`: it may, later or for another mail; `none`: nothing failed."""
    reason: str = "unknown"
    """One of `mail.bounces.REASONS`."""


@dataclass(frozen=True, slots=True)
class Bounce:
    """A report about mail that we sent. `original_message_id` ties it to the outgoing mail, if anything came back."""

    recipients: tuple[BounceRecipient, ...]
    recipients_total: int
    original_message_id: str | None
    reporting_server: str | None
    form: str = "RFC 3464"
    """What it was read from, in words."""

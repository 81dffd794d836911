"""What came back of mail that we sent: bounces, delays, delivery receipts.

In: a `ParsedMail`. Out: a `Bounce` with one record a recipient, reason and hard or soft worked out the same way for
every server: from reply codes, enhanced codes and the words beside them, not from who wrote the report.
`reports` reads RFC 3464, `freeform` what servers write without it, `ses` the notices of Amazon SES; `reasons` decides.
Imports: mail, schemas.
"""

from __future__ import annotations

from mail.bounces.parse import parse_bounce
from mail.bounces.reasons import REASONS
from mail.bounces.records import Bounce, BounceRecipient

__all__ = ["REASONS", "Bounce", "BounceRecipient", "parse_bounce"]

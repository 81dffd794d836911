"""Many quarantines in a row: is it the mails, or is it us? (architecture §7)

Only reasons of kind `internal` count, so that no sender can stop the line. At the limit a mail that ships with the
router is decided: passes → the mails are odd, go on with an alert; fails → stop before more is put aside.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import UTC, datetime

from router.jobs import Job, Refused, Result
from schemas.events import MailReceived, QuarantineKind, RawReference
from schemas.events.quarantine import reason_kind

__all__ = ["LIMIT", "Streak", "canary_job"]

LIMIT = 20
"""Internal quarantines in a row after which the canary is asked."""

_CANARY = (
    b"From: Canary <canary@mailcase.invalid>\r\n"
    b"To: router@mailcase.invalid\r\n"
    b"Subject: =?utf-8?q?Is_anybody_there=3F?=\r\n"
    b"Date: Mon, 23 Nov 2026 08:00:00 +0000\r\n"
    b"Message-ID: <canary@mailcase.invalid>\r\n"
    b"MIME-Version: 1.0\r\n"
    b"Content-Type: text/plain; charset=utf-8\r\n"
    b"\r\n"
    b"A mail that every release must be able to decide.\r\n"
)


class Streak:
    """Counts internal quarantines in a row, across batches."""

    def __init__(self, limit: int = LIMIT) -> None:
        self._limit = limit
        self._length = 0

    def add(self, results: Iterable[Result]) -> bool:
        """Take the results of a batch in; True when the limit was reached, and the count begins anew."""
        reached = False
        for result in results:
            if isinstance(result, Refused) and reason_kind(result.reason) is QuarantineKind.INTERNAL:
                self._length += 1
                if self._length >= self._limit:
                    reached, self._length = True, 0
            else:
                self._length = 0
        return reached


def canary_job() -> Job:
    """The built-in mail. It belongs to no mailbox; its decision is looked at and thrown away."""
    digest = hashlib.sha256(_CANARY).hexdigest()
    received = MailReceived(
        mail_id="00000000-0000-5000-8000-000000000000",
        conversation="canary",
        mailbox="(canary)",
        folder="",
        server_id=f"file:{digest}",
        received_at=datetime(2026, 11, 23, 8, tzinfo=UTC),
        raw=RawReference(sha256=digest, size=len(_CANARY), ref=f"blob:canary/{digest}"),
        muted=True,
    )
    return Job(received, _CANARY)

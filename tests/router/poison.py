"""A decision function for worker processes that obeys the header `X-Poison`, as a broken parser would."""

from __future__ import annotations

import os
import signal
import time

from router import work
from schemas.events import Decision, MailReceived

DECIDE = "tests.router.poison:decide_mail"


def decide_mail(received: MailReceived, raw: bytes) -> Decision:
    """Hang for ever, die as by a segmentation fault, raise, be slow, or decide."""
    head = raw.partition(b"\r\n\r\n")[0]
    if b"X-Poison: hang" in head:
        while True:
            time.sleep(60)
    if b"X-Poison: crash" in head:
        os.kill(os.getpid(), signal.SIGSEGV)
    if b"X-Poison: raise" in head:
        raise RuntimeError("a bug in the parser")
    return work.decide_mail(received, raw)

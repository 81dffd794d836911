"""The notifier's own times and limits; the defaults are for production, tests make them small."""

from __future__ import annotations

from dataclasses import dataclass, field

from notifier.backoff import Backoff

__all__ = ["NotifierOptions"]


@dataclass(frozen=True, slots=True)
class NotifierOptions:
    """Times in seconds."""

    lease: float = 20.0
    """How long a mail stays with a sender that is heard of no more. Living senders renew it, however long they take."""
    renew: float = 5.0
    sweep: float = 2.0
    """Pause between two looks for ended leases, due policies and expired mails."""
    unknown_grace: float = 300.0
    """How long a late yes is waited for before the policy for `unknown` is applied."""
    concurrency: int = 16
    """Hand-overs at once."""
    per_account: int = 4
    """Hand-overs, and connections, at once of one account."""
    idle: float = 0.5
    """Longest pause between two looks for mails that are due."""
    mail_backoff: Backoff = field(default_factory=lambda: Backoff(60, 3600))
    """After a 4xx for this mail; greylisting lets the second try pass after a minute or more."""
    server_backoff: Backoff = field(default_factory=lambda: Backoff(5, 600))
    """After a failure to connect or log in: everything of that account waits."""

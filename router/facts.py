"""Gathers the facts of one mail: what the keys say of its tokens and what a trusted server said of its sender.

Runs in the worker process, which holds the keys; the facts hold none. Authentication results are read from the mail's
topmost field of a trusted server; a scanner is a later part, so malware is `unavailable`.
"""

from __future__ import annotations

from collections.abc import Sequence

from mail.authentication import authentication_of
from mail.evidence import candidates, check_candidates
from mail.records import ParsedMail
from mail.signed_ids import SigningKey
from router.decide.normalise import masked
from runtime.secrets import SecretStore
from schemas.config import Installation
from schemas.events import MailReceived
from schemas.events.decision import Authentication, Facts

__all__ = ["gather", "load_keys"]


def load_keys(installation: Installation, secrets: SecretStore) -> tuple[SigningKey, ...]:
    """All signing keys of the installation, retired ones included: which are in force depends on a mail's time.

    Raises ConfigurationError naming the key whose secret cannot be read or does not fit.
    """
    return tuple(
        SigningKey(key.id, secrets.resolve(key.secret).get_secret_value().encode()) for key in installation.signing_keys
    )


def gather(received: MailReceived, mail: ParsedMail, keys: Sequence[SigningKey], installation: Installation) -> Facts:
    """The facts of one mail. Its time of receipt is `now`, so that a second delivery gathers the same."""
    now = received.received_at
    in_force = {key.id for key in installation.keys_in_force(now)}
    usable = [key for key in keys if key.id in in_force]
    checks = check_candidates(candidates(mail), usable, installation.name)
    evidence = authentication_of(mail, installation.trusted_authserv_ids)
    return Facts(
        now=now,
        authentication=Authentication(
            dmarc=evidence.dmarc,
            spf=evidence.spf,
            dkim=evidence.dkim,
            by=masked(evidence.by, 300) if evidence.by else None,
            trusted=evidence.trusted,
        ),
        signing_keys=tuple(sorted(in_force)),
        signatures={check.digest: check.verified for check in checks},
    )

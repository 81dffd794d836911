"""Our own signatures out of text that travels: decisions, traces and logs show `*` (contracts, mail.decisions)."""

from __future__ import annotations

import re

from schemas.ids import mask_own_ids

__all__ = ["mask"]

# Fixed lengths between disjoint classes: no backtracking. Plus-address tokens carry no notification.
_PLUS_SIGNATURE = re.compile(
    r"(?P<head>(?<![A-Za-z2-7])[A-Za-z2-7]{16}\.[kK][A-Za-z2-7])[A-Za-z2-7]{16,52}(?![A-Za-z2-7])"
)


def mask(text: str) -> str:
    """`text` with the signature part of each of our Message-IDs, markers and plus-addresses replaced by `*`."""
    if ".k" not in text and ".K" not in text:  # how each of them goes on before its signature
        return text
    return _PLUS_SIGNATURE.sub(lambda match: match["head"] + "*", mask_own_ids(text))

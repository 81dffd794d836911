"""`mailcase inspect` on every mail of the corpora: each is understood, and fast enough."""

from __future__ import annotations

import time
from pathlib import Path

from bench.quality.figures import Figure
from mailcase.inspection import UNREADABLE, inspect
from mailcase.mail_sources import Files, mails_of
from router.text.language import load

__all__ = ["measure"]

_PACE = 100
"""Mails a second in one process."""


def measure(corpora: Path) -> list[Figure]:
    """All mails in the folder, in one process."""
    load()
    total, wrong = 0, []
    started = time.perf_counter()
    for path in Files((corpora,)):
        for found in mails_of(path):
            total += 1
            told = inspect(found.path, found.raw)
            broken = [defect for defect in told.defects if defect.startswith("parser_failed")]
            if found.wrong or told.class_ == UNREADABLE or broken:
                wrong.append(f"{Path(found.path).name}: {found.wrong or told.class_reason}: ours is wrong")
    pace = int(total / (time.perf_counter() - started))
    return [
        Figure("inspect: mails that are understood", "all mails", total - len(wrong), total, 1.0, 1.0, wrong),
        Figure(f"inspect: {_PACE} mails/s", "all mails", min(pace, _PACE), _PACE, 1.0, 1.0, []),
    ]

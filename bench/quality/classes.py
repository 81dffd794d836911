"""Mail of people, lists and robots (SpamAssassin): none of it may be called a bounce or an automatic reply wrongly."""

from __future__ import annotations

from pathlib import Path

from bench.quality.figures import Figure
from mail.classify import classify
from mail.parse import parse

__all__ = ["measure"]

_WATCHED = ("bounce", "delay", "auto_reply", "out_of_office", "receipt", "challenge", "complaint", "calendar")
_TRULY = {"01436": "delay", "01542": "bounce"}
"""Delivery status notifications that went to a list and lie among the ham: first five digits of the file's name."""


def measure(corpora: Path) -> list[Figure]:
    """Mails whose class is no report's and no automatic reply's, or is so truly."""
    good = total = 0
    differences = []
    for path in sorted((corpora / "spamassassin").rglob("*.txt")):
        if path.parent.name == "spamassassin":
            continue
        mail = parse(path.read_bytes())
        found = classify(mail)
        total += 1
        wrong = found.kind in _WATCHED and not (
            path.parent.name != "spam-1" and _TRULY.get(path.name[:5]) == found.kind
        )
        good += not wrong
        if wrong:
            differences.append(
                f"{path.name[:12]}: class: {found.kind} ({found.reason}) vs not automatic: ours is wrong"
            )
    return [
        Figure("mail of people and lists not called automatic", "spamassassin", good, total, 0.997, 1.0, differences)
    ]

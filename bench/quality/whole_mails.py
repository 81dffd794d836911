"""Mails of people, lists and robots that answer nothing: all of their text stays but the signature and the footer."""

from __future__ import annotations

import re
from pathlib import Path

from bench.quality.figures import Figure
from mail.parse import parse
from mail.records import ParsedMail
from mail.reply import Zones, reply_of

__all__ = ["measure"]

_QUOTED = re.compile(rb"^[ \t]{0,4}[>|]", re.MULTILINE)
_RULE = re.compile(r"[-_=*~#+ ]{2,200}")
_MOST_LINES = 12
_WIDEST = 80
"""What may go above the `-- ` or rule of a signature: a closing, a name, contact lines; no paragraph."""


def measure(corpora: Path) -> list[Figure]:
    """One figure: mails left whole of those that answer nothing."""
    good = total = 0
    differences: list[str] = []
    for path in sorted((corpora / "spamassassin").rglob("*")):
        if not path.is_file() or path.name == "SOURCE.txt":
            continue
        raw = path.read_bytes()
        mail = parse(raw)
        if answers(mail, raw):
            continue
        total += 1
        lost = what_is_lost(reply_of(mail))
        if lost:
            differences.append(f"{path.parent.name}/{path.name}: lost {lost!r:.200}: ours is wrong")
        else:
            good += 1
    return [Figure("mails that answer nothing left whole", "spamassassin", good, total, 0.99, 1.0, differences)]


def answers(mail: ParsedMail, raw: bytes) -> bool:
    """Whether the mail says in one of four ways that it answers another."""
    if mail.headers.text("in-reply-to") or mail.headers.text("references"):
        return True
    if mail.subject.lstrip()[:3].casefold() == "re:" or "\n>" in mail.text or mail.text.startswith(">"):
        return True
    return _QUOTED.search(raw) is not None


def what_is_lost(zones: Zones) -> str:
    """Text that is neither kept nor the end of the mail."""
    quoted = zones.quoted
    if quoted and not zones.forward:
        return quoted
    if zones.forward:
        return ""  # only a signature above what is passed on may be missing
    text = zones.source.strip()
    start = text.find(zones.text)
    gone = text if start < 0 else text[:start].strip() or text[start + len(zones.text) :].strip()
    above: list[str] = []
    for line in gone.split("\n"):
        if _RULE.fullmatch(line.strip()):
            break
        if line.strip():
            above.append(line.strip())
    if len(above) > _MOST_LINES or any(len(line) > _WIDEST for line in above):
        return gone
    return ""

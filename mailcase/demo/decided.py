"""What a decision of the demo must say about its mail: class with reason, new text, absence, recipients, defects."""

from __future__ import annotations

from collections.abc import Iterator

from mailcase.demo.scenario import Expectation
from schemas.events import Decision

__all__ = ["decision_problems"]


def decision_problems(row: Expectation, decision: Decision) -> Iterator[str]:
    """What is not as `row` wants it, one line each."""
    kind, mail = decision.class_, decision.mail
    if row.class_ and kind.kind.value != row.class_:
        yield f"class must be {row.class_}, is {kind.kind.value} ({kind.reason})"
    if not kind.reason:
        yield "the class has no reason"
    if row.says is not None and _folded(mail.new_text) != _folded(row.says):
        yield f"must say {_folded(row.says)!r}, says {_folded(mail.new_text)!r}"
    if row.away is not None and (away := f"{kind.absent_from or ''}/{kind.absent_until or ''}") != row.away:
        yield f"must tell the absence {row.away}, tells {away}"
    if row.files is not None and (names := tuple(part.name for part in mail.attachments)) != row.files:
        yield f"must bring the files {row.files}, brings {names}"
    if missing := set(row.defects) - {defect.partition("@")[0] for defect in mail.defects}:
        yield f"must have the defects {sorted(missing)}, has {list(mail.defects)}"
    if row.recipients:
        told = {
            one.address: f"{one.kind} {one.reason}" for one in (decision.bounce.recipients if decision.bounce else ())
        }
        if told != row.recipients:
            yield f"must report {row.recipients}, reports {told}"
    if row.answers is not None:
        verified = any(evidence.verified for evidence in decision.evidence)
        if not verified and not (decision.bounce and decision.bounce.original_notification):
            yield f"must hold checked evidence of our answer to {row.answers}, holds {list(decision.evidence)}"


def _folded(text: str) -> str:
    return " ".join(text.split())

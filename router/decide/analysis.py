"""What text analysis adds to a decision: the language, where it is sure."""

from __future__ import annotations

from router.text.language import UNKNOWN, spoken
from schemas.events.decision import Analysis, Language

__all__ = ["analyse"]

_ENOUGH = 40
"""Characters of new text that speak for themselves; with fewer, the subject is read too."""


def analyse(subject: str, new_text: str) -> Analysis:
    """The analysis of a mail. A language that is not sure is `und`, with the confidence of the best guess."""
    found = spoken(new_text if len(new_text) >= _ENOUGH else f"{new_text}\n{subject}")
    return Analysis(language=Language(code=found.code if found.sure else UNKNOWN, confidence=found.confidence))

"""What conditions look at: the values of one mail, by subject of a test.

Own signatures are masked before anything is put in here, so that no rule, field or trace can carry one out.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from schemas.config import Subject

__all__ = ["MailValues", "no_headers"]


def no_headers(name: str) -> tuple[str, ...]:
    """Headers of a mail that has none."""
    return ()


@dataclass(frozen=True)
class MailValues:
    """The values of one mail. Texts as a person would read them; sizes in bytes; empty texts are left out.

    `headers` gives the decoded values of a header by its lower-case name. A test that has several values to look at
    holds when it holds for one of them.
    """

    from_address: tuple[str, ...] = ()
    from_name: tuple[str, ...] = ()
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    recipient: tuple[str, ...] = ()
    subject: str = ""
    body: str = ""
    headers: Callable[[str], tuple[str, ...]] = no_headers
    kind: str = "human"
    mailbox: str = ""
    attachment_names: tuple[str, ...] = ()
    attachment_types: tuple[str, ...] = ()
    attachment_sizes: tuple[int, ...] = ()
    size: int = 0
    authentication: str = "unavailable"
    _folded: dict[tuple[Subject, str | None], tuple[str, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    _encoded: dict[tuple[Subject, str | None], tuple[bytes, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def texts(self, subject: Subject, header: str | None = None) -> tuple[str, ...]:
        """Values of a subject that is a text; `header` names the header when the subject is one."""
        match subject:
            case Subject.FROM:
                found = self.from_address
            case Subject.FROM_NAME:
                found = self.from_name
            case Subject.TO:
                found = self.to
            case Subject.CC:
                found = self.cc
            case Subject.RECIPIENT:
                found = self.recipient
            case Subject.SUBJECT:
                found = (self.subject,)
            case Subject.BODY:
                found = (self.body,)
            case Subject.HEADER:
                found = self.headers((header or "").lower())
            case Subject.CLASS:
                found = (self.kind,)
            case Subject.MAILBOX:
                found = (self.mailbox,)
            case Subject.ATTACHMENT_NAME:
                found = self.attachment_names
            case Subject.ATTACHMENT_TYPE:
                found = self.attachment_types
            case Subject.AUTHENTICATION:
                found = (self.authentication,)
            case Subject.SIZE | Subject.ATTACHMENT_SIZE:
                raise AssertionError(f"{subject} is a number; see `numbers`")
        # A header may exist and be empty; everything else that is empty is not there.
        return found if subject is Subject.HEADER else tuple(text for text in found if text)

    def folded(self, subject: Subject, header: str | None = None) -> tuple[str, ...]:
        """`texts`, case-folded; kept, since many rules ask for the same."""
        key = (subject, header)
        if key not in self._folded:
            self._folded[key] = tuple(text.casefold() for text in self.texts(subject, header))
        return self._folded[key]

    def encoded(self, subject: Subject, header: str | None = None) -> tuple[bytes, ...]:
        """`texts` in UTF-8, which is what RE2 searches; kept likewise."""
        key = (subject, header)
        if key not in self._encoded:
            self._encoded[key] = tuple(text.encode("utf-8", "replace") for text in self.texts(subject, header))
        return self._encoded[key]

    def numbers(self, subject: Subject) -> tuple[int, ...]:
        """Values of a subject that is a size, in bytes."""
        return (self.size,) if subject is Subject.SIZE else self.attachment_sizes

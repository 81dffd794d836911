"""The mails of the demo and what each must lead to, read from `mails/` (`expected.yaml` beside the `.eml` files)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from mail.conversation import envelope_of
from mailcase.demo.observe import MARK
from schemas.events import LedgerState

FOLDER = Path(__file__).parent / "mails"
ANSWER_ID = b"{{answer}}"
"""Stands in a reply's file where the Message-ID of our answer to the mail named by `answers` goes."""
FILLER = b"{{filler}}"
"""Stands in a file that is meant to be too large, where the bulk goes."""

VERDICTS = {
    "pass": "spf=pass smtp.mailfrom={sender}; dkim=pass header.d={domain}; dmarc=pass header.from={domain}",
    "fail": "spf=fail smtp.mailfrom={sender}; dkim=none; dmarc=fail header.from={domain}",
    "none": "spf=none smtp.mailfrom={sender}; dkim=none; dmarc=none header.from={domain}",
}


class Expectation(BaseModel):
    """One mail of the scenario. `mark` is the number at the start of its file's name."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    mail: str
    to: tuple[str, ...] = Field(description="mailboxes, by account name")
    sender: str = Field(description="envelope sender; empty: the null sender")
    verdict: str = "pass"
    phase: int = Field(default=1, ge=1, le=3, description="phase n is delivered when phase n-1 is settled and answered")
    answers: str | None = Field(default=None, description="mark of the mail whose acknowledgement this one replies to")
    class_: str | None = Field(default="human", alias="class")
    quarantine: str | None = Field(default=None, description="reason by which it must be quarantined")
    cases: tuple[str, ...] = Field(default=(), description="case types that it must create")
    rules: tuple[str, ...] = Field(default=(), description="rules that must have decided those cases")
    joins: str | None = Field(default=None, description="mark of the mail whose case it must join")
    linked: str | None = Field(default=None, description="mark of the mail to whose case it must only be linked")
    same_as: str | None = Field(default=None, description="mark of a mail with the very same bytes")
    acknowledged: int = Field(default=0, description="answers that must be handed over because of it")
    suppressed: int = Field(default=0, description="answers that must be suppressed")
    says: str | None = Field(default=None, description="its new text; white space is folded")
    away: str | None = Field(default=None, description="the absence that it tells, `FROM/UNTIL`, either may be empty")
    files: tuple[str, ...] | None = Field(default=None, description="names of its attachments")
    defects: tuple[str, ...] = Field(default=(), description="defects that must be told, among others")
    recipients: dict[str, str] = Field(default_factory=dict, description="of a report: address to `KIND REASON`")
    outgoing: LedgerState | None = Field(
        default=None, description="what becomes of our answer to the mail `answers` by this report"
    )
    why: str = Field(default="", description="what this mail is here for")

    @property
    def mark(self) -> str:
        """The number at the start of the file's name."""
        return self.mail.partition("-")[0]


@dataclass(frozen=True)
class ScenarioMail:
    """One mail, ready but for the Message-ID that it answers."""

    expected: Expectation
    raw: bytes

    def bytes_for(self, answer_id: str | None) -> bytes:
        """Its bytes with the mark added and the placeholders filled."""
        raw = self.raw.replace(ANSWER_ID, (answer_id or "<none@invalid.example>").encode())
        if FILLER in raw:
            raw = raw.replace(FILLER, b"\n".join([b"A" * 76] * 150_000))
        return f"{MARK}: {self.expected.same_as or self.expected.mark}\n".encode() + raw

    @property
    def verdict(self) -> str:
        """The border's Authentication-Results for it: DMARC is about the domain in From, not about the envelope."""
        author = envelope_of(self.raw).from_
        domain = author.domain if author is not None and author.domain else "unknown.example"
        return VERDICTS[self.expected.verdict].format(sender=self.expected.sender, domain=domain)


def load(folder: Path = FOLDER) -> list[ScenarioMail]:
    """All mails of the scenario in the order of their numbers."""
    rows = yaml.safe_load((folder / "expected.yaml").read_text(encoding="utf-8"))
    expectations = [Expectation.model_validate(row) for row in rows]
    return [ScenarioMail(expected, (folder / expected.mail).read_bytes()) for expected in expectations]

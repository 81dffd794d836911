"""What the text of a mail is divided into: frozen records."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mail.zones.attributions import fields_of

__all__ = ["Context", "Embedded", "Form", "Zone", "ZoneKind", "Zones"]


class ZoneKind(StrEnum):
    """What a stretch of the text is."""

    NEW = "new"
    """Written now, by the sender."""
    QUOTED = "quoted"
    """Written before, by whomever."""
    ATTRIBUTION = "attribution"
    """`On …, Ann wrote:`"""
    HEADER = "header"
    """A copied header with the mark or rule above it."""
    FORWARDED = "forwarded"
    """Passed on by the sender: part of what is said now."""
    SIGNATURE = "signature"
    DISCLAIMER = "disclaimer"
    """Legal text, the advertisement of a service, or a server's warning."""


class Form(StrEnum):
    """How an earlier message was introduced."""

    ATTRIBUTION = "attribution"
    HEADER = "header"
    MARK = "mark"
    """`---- Original Message ----` or `Begin forwarded message:` with no header below it."""
    QUOTE = "quote"
    """Quote marks alone."""
    HTML = "html"
    """By the mail client's markup alone."""


@dataclass(frozen=True, slots=True)
class Zone:
    """`source[start:end]`: whole lines, but for a mark that stands behind text on its line. `message` is 0 for the mail
    itself and counts the earlier ones from above."""

    kind: ZoneKind
    start: int
    end: int
    message: int


@dataclass(frozen=True, slots=True)
class Embedded:
    """An earlier message in the text, with the fields of its copied header or the words of its attribution."""

    message: int
    form: Form
    forwarded: bool
    copied: tuple[tuple[str, str], ...] = ()
    attribution: str = ""

    @property
    def fields(self) -> tuple[tuple[str, str], ...]:
        """(`from`, …), (`sent`, …), (`to`, …), (`subject`, …), as written. Read when asked for: few ask."""
        return fields_of(self.attribution) if self.attribution else self.copied

    def field(self, kind: str) -> str | None:
        """The first field of that kind."""
        return next((value for name, value in self.fields if name == kind), None)


@dataclass(frozen=True, slots=True)
class Context:
    """What is known besides the text.

    `names`: how the sender may sign (case-folded); `subject` and whether the mail `answers` one by its header: they say
    whether a mail within the text is history or passed on; `history` and `signatures`: offsets in the text where a mail
    client's markup says that they begin.
    """

    names: tuple[str, ...] = ()
    subject: str = ""
    answers: bool = False
    history: tuple[int, ...] = ()
    signatures: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Zones:
    """A text and its zones in their order; together they cover every line that is not empty."""

    source: str
    zones: tuple[Zone, ...]
    embedded: tuple[Embedded, ...]
    text: str
    """What is new: the NEW zones, and in a forward what is passed on, without the headers between them. The whole text
    where that would be empty, "" where a device's line is all."""

    @property
    def forward(self) -> bool:
        """Whether the mail passes another one on."""
        return any(zone.kind is ZoneKind.FORWARDED for zone in self.zones)

    @property
    def signature(self) -> str:
        """The sender's signature, "" where there is none."""
        return self.joined(0, ZoneKind.SIGNATURE)

    @property
    def disclaimer(self) -> str:
        """Legal text and warnings around what is new."""
        return self.joined(0, ZoneKind.DISCLAIMER)

    @property
    def quoted(self) -> str:
        """Everything that belongs to earlier messages and is not passed on."""
        kept = [zone for zone in self.zones if zone.message and zone.kind is not ZoneKind.FORWARDED]
        return "\n".join(self.source[zone.start : zone.end] for zone in kept).strip()

    def joined(self, message: int, *kinds: ZoneKind) -> str:
        """Text of the zones of `message` of these kinds."""
        parts = (zone for zone in self.zones if zone.message == message and zone.kind in kinds)
        return "\n".join(self.source[zone.start : zone.end] for zone in parts).strip()

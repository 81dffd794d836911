"""What a mail is understood to be: frozen records. Rules, evidence, class and decisions are made of `ParsedMail`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from mail.headers import Headers
from mail.transfer import decode_transfer

T = TypeVar("T")

__all__ = ["Address", "ParsedMail", "Part", "Report"]


@dataclass(frozen=True, slots=True)
class Address:
    """One mailbox of a list. `name` is decoded, "" where none is given; `address` is as written."""

    name: str
    address: str

    @property
    def domain(self) -> str:
        """Lower-case domain, "" where there is none."""
        return self.address.rpartition("@")[2].lower() if "@" in self.address else ""


@dataclass(frozen=True, slots=True)
class Part:
    """A leaf of the MIME tree, or a message inside the mail (`message/rfc822`, whose own leaves follow it).

    `path` is the part number of RFC 3501 §6.4.5 ("1.2"); `size` and `sha256` are those of the decoded content, as far
    as the limits let it be read (`cut` says whether they did not).
    """

    path: str
    content_type: str
    charset: str | None
    disposition: str | None
    filename: str | None
    content_id: str | None
    """Without angle brackets."""
    size: int
    sha256: str
    inline: bool
    """Shown within the text (an image of the HTML), not as a file of its own."""
    cut: bool = False
    parameters: tuple[tuple[str, str], ...] = ()
    encoding: str = ""
    embedded: bool = False
    """Belongs to a message inside the mail, not to the mail itself."""
    _source: bytes = field(default=b"", repr=False, compare=False)
    _start: int = field(default=0, repr=False, compare=False)
    _end: int = field(default=0, repr=False, compare=False)

    def data(self, limit: int | None = None) -> bytes:
        """Decoded content, at most `limit` bytes (default: as much as `size` says); decoded anew at each call."""
        raw = self._source[self._start : self._end]
        if limit is not None and limit < self.size:
            # Enough for a few bytes of a large part, unless they stand behind what decodes to nothing.
            start = decode_transfer(raw, self.encoding, max(0, limit))[0]
            if len(start) == limit:
                return start
        most = self.size if limit is None else max(0, min(limit, self.size))
        # No limit that could cut `raw` itself off; uuencode may be longer when it is decoded.
        return decode_transfer(raw, self.encoding, max(len(raw), most))[0][:most]

    @property
    def encoded_size(self) -> int:
        """Bytes that the part takes in the mail, transfer encoding included."""
        return self._end - self._start

    def parameter(self, name: str) -> str | None:
        """Parameter `name` (lower case) of the content type."""
        return next((value for key, value in self.parameters if key == name), None)


@dataclass(frozen=True, slots=True)
class Report:
    """The machine-readable parts of a report (RFC 6522): delivery status, disposition or feedback."""

    kind: str
    """`delivery-status`, `disposition-notification` or `feedback-report`."""
    blocks: tuple[Headers, ...]
    """Groups of fields: RFC 3464 has one for the message and one for each recipient."""


@dataclass(frozen=True, slots=True)
class ParsedMail:
    """One mail, read within limits. Nothing in it is trusted: every field is what the sender (or a forger) wrote.

    Message-IDs keep their angle brackets. Lists hold at most as many entries as the limits say; totals say how many
    there were. `defects` name what was broken, as `code` or `code@part`.
    """

    raw_sha256: str
    raw_size: int
    headers: Headers = field(default_factory=Headers)
    message_id: str | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    from_: Address | None = None
    from_all: tuple[Address, ...] = ()
    """All authors; more than one (or several From fields) is legal but rare, and a way to deceive."""
    sender: Address | None = None
    reply_to: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    to_total: int = 0
    cc: tuple[Address, ...] = ()
    cc_total: int = 0
    delivered_to: str | None = None
    """The topmost one: written by the last delivery agent."""
    delivered_to_all: tuple[str, ...] = ()
    return_path: str | None = None
    """None: no such field; "": the null sender `<>`."""
    subject: str = ""
    date: datetime | None = None
    content_type: str = "text/plain"
    """Of the whole mail, e.g. `multipart/report`."""
    content_parameters: tuple[tuple[str, str], ...] = ()
    text: str = ""
    """For people and rules: the plain text, or the HTML as text. Line ends are LF."""
    html: str | None = None
    has_html: bool = False
    text_bytes: int = 0
    """Size of the whole text in UTF-8, also where `text` was cut."""
    parts: tuple[Part, ...] = ()
    """All leaves and embedded messages in their order."""
    attachments: tuple[Part, ...] = ()
    """What a mail client shows beside the text, inline images included; no part of an embedded message."""
    attachments_total: int = 0
    report: Report | None = None
    returned: Headers | None = None
    """Header of the first mail that came along as a part, whole or its header alone: what a report is about."""
    defects: tuple[str, ...] = ()

    _known: dict[str, Any] = field(default_factory=dict, init=False, repr=False, compare=False)

    def once(self, name: str, work_out: Callable[[ParsedMail], T]) -> T:
        """What `work_out` says of this mail, kept under `name`: several questions rest on the same answer.

        Only for pure functions of the mail alone.
        """
        if name not in self._known:
            self._known[name] = work_out(self)
        found: T = self._known[name]
        return found

    def content_parameter(self, name: str) -> str | None:
        """Parameter `name` (lower case) of the mail's own content type."""
        return next((value for key, value in self.content_parameters if key == name), None)

"""`mail.decisions`: what a mail is, what shall be done with it, and why (contracts, mail.decisions).

Lists are cut with their total beside them, so that an event stays ≤ 256 KiB by construction; `new_text` is cut at
64 KiB with `text_bytes` telling the whole.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field

from schemas.events.base import EventModel, event
from schemas.events.received import Mode, RawReference
from schemas.privacy import ContentText, PersonalText, Privacy, privacy
from schemas.topics import MAIL_DECISIONS

MAX_NEW_TEXT = 64 * 1024
"""Bytes of `new_text` in UTF-8."""
MAX_LISTED = 100
"""Entries of an address, attachment or reference list; the total stands beside it."""

ContentMap = Annotated[dict[str, Any], privacy(Privacy.CONTENT)]


class MailAddress(EventModel):
    """One mailbox of an address field, decoded."""

    address: PersonalText
    name: PersonalText = ""


class Attachment(EventModel):
    """One attachment or inline part. `part` is its number in the MIME tree as in IMAP (RFC 3501 §6.4.5)."""

    part: str
    name: ContentText = ""
    type: str
    size: int
    sha256: str
    inline: bool = False
    content_id: ContentText | None = None


class Mail(EventModel):
    """The normalised mail."""

    message_id: PersonalText | None = None
    in_reply_to: PersonalText | None = None
    references: Annotated[tuple[str, ...], privacy(Privacy.PERSONAL)] = ()
    references_total: int = 0
    from_: MailAddress | None = Field(default=None, alias="from")
    sender: MailAddress | None = None
    reply_to: tuple[MailAddress, ...] = ()
    to: tuple[MailAddress, ...] = ()
    to_total: int = 0
    cc: tuple[MailAddress, ...] = ()
    cc_total: int = 0
    delivered_to: PersonalText | None = None
    return_path: PersonalText | None = None
    subject: ContentText = ""
    date: datetime | None = None
    new_text: ContentText = ""
    text_bytes: int = 0
    has_html: bool = False
    attachments: tuple[Attachment, ...] = ()
    attachments_total: int = 0
    raw: RawReference
    defects: tuple[str, ...] = ()


class ClassKind(StrEnum):
    """What kind of mail it is."""

    HUMAN = "human"
    AUTO_REPLY = "auto_reply"
    OUT_OF_OFFICE = "out_of_office"
    BOUNCE = "bounce"
    DELAY = "delay"
    RECEIPT = "receipt"
    COMPLAINT = "complaint"
    LIST = "list"
    NEWSLETTER = "newsletter"
    CALENDAR = "calendar"
    CHALLENGE = "challenge"
    OWN = "own"


class Classification(EventModel):
    """The class and the marker that decided it."""

    kind: ClassKind
    reason: str
    absent_from: PersonalText | None = None
    """First day that an out-of-office note names, YYYY-MM-DD."""
    absent_until: PersonalText | None = None
    """The day that it names as the last one, or as the day of return."""


class BounceRecipient(EventModel):
    """One recipient of a delivery report (RFC 3464 §2.3)."""

    address: PersonalText
    original: PersonalText | None = None
    action: str = ""
    status: str = ""
    smtp_code: str = ""
    kind: Literal["hard", "soft", "none"] = "none"
    reason: str = ""
    """One word of the list in docs/mail-classes.md: `user_unknown`, `mailbox_full`, `blocked` …"""
    diagnostic: ContentText = ""


class Bounce(EventModel):
    """A delivery report read: its recipients and the Message-ID of the mail that came back."""

    recipients: tuple[BounceRecipient, ...] = ()
    recipients_total: int = 0
    original_message_id: PersonalText | None = None
    original_notification: str | None = None


class Authentication(EventModel):
    """Authentication evidence; `trusted` tells whether a configured server, or our own check, vouches for it.

    `by` is the server, `arc:` and a trusted forwarder, or `mailcase` for the own check; `reason` is for people.
    """

    dmarc: str = "none"
    spf: str = "none"
    dkim: str = "none"
    by: str | None = None
    trusted: bool = False
    arc: str = "none"
    reason: PersonalText = ""


class Facts(EventModel):
    """What the world said when the mail was decided; a replay uses these and asks nobody."""

    now: datetime
    authentication: Authentication = Authentication()
    malware: str = "unavailable"
    signing_keys: tuple[str, ...] = ()
    signatures: Annotated[dict[str, bool], privacy(Privacy.PUBLIC)] = Field(default_factory=dict)
    dns: Annotated[dict[str, Literal["found", "absent", "unavailable"]], privacy(Privacy.PERSONAL)] = Field(
        default_factory=dict
    )
    """Names that the own sender check asked the DNS for, and whether it answered."""


class EvidenceKind(StrEnum):
    """Kinds of conversation evidence, strongest first (CV-01)."""

    SIGNED_MESSAGE_ID = "signed_message_id"
    SIGNED_ADDRESS = "signed_address"
    SIGNED_BODY = "signed_body"
    REFERENCE = "reference"
    SUBJECT_TAG = "subject_tag"
    THREAD_TOPIC = "thread_topic"


class Evidence(EventModel):
    """One reason to believe that a mail belongs to a conversation. `digest`: of a foreign Message-ID, for the store."""

    kind: EvidenceKind
    conversation: str | None = None
    notification: str | None = None
    key_id: str | None = None
    verified: bool = False
    digest: str | None = None
    tag: ContentText | None = None
    detail: str = ""


class Language(EventModel):
    """Language as ISO 639-1 code, `und` where it is unknown."""

    code: str
    confidence: float


class Analysis(EventModel):
    """Result of text analysis; empty where no analyser is configured."""

    language: Language | None = None
    topics: tuple[dict[str, Any], ...] = ()
    entities: Annotated[tuple[dict[str, Any], ...], privacy(Privacy.CONTENT)] = ()
    sentiment: dict[str, Any] | None = None


class ActionKind(StrEnum):
    """What the case service can be asked to do with a mail."""

    CREATE_CASE = "create_case"
    UPDATE_CASE = "update_case"
    ATTACH = "attach"
    AUTOMATIC_REPLY = "automatic_reply"
    ROUTE = "route"
    SET_FIELDS = "set_fields"
    IGNORE = "ignore"
    OPEN_INTERACTION = "open_interaction"


class Action(EventModel):
    """One action with the rule that asked for it. Only the fields that belong to its kind are set."""

    action: ActionKind
    rule: str
    ordinal: int = 0
    case_type: str | None = None
    label: ContentText | None = None
    fields: ContentMap = Field(default_factory=dict)
    template: str | None = None
    language: str | None = None
    account: str | None = None
    queue: str | None = None
    operator: str | None = None
    priority: int | None = None
    tags: tuple[str, ...] = ()


class Outcome(EventModel):
    """Actions for a mail that opens something new and for one that follows up; casesvc chooses by the evidence."""

    new: tuple[Action, ...] = ()
    follow_up: tuple[Action, ...] = ()


class ConditionTrace(EventModel):
    """One condition with the value it saw (cut to 200 characters)."""

    condition: str = Field(alias="if")
    value: Annotated[Any, privacy(Privacy.CONTENT)] = None
    holds: bool


class RuleTrace(EventModel):
    """One rule that was considered."""

    rule: str
    matched: bool
    won: bool = False
    note: str = ""
    conditions: tuple[ConditionTrace, ...] = ()


class Trace(EventModel):
    """Every rule considered; `omitted` counts those left out of a long list (all that matched are in)."""

    rules: tuple[RuleTrace, ...] = ()
    omitted: int = 0


class Versions(EventModel):
    """What decided: digests of configuration and models, release of the router."""

    config: str
    models: dict[str, str] = Field(default_factory=dict)
    router: str


@event(MAIL_DECISIONS, "mailcase.mail.decided.v1")
class Decision(EventModel):
    """What a mail is, what shall be done with it, and why."""

    mail_id: str
    run: int = Field(default=0, ge=0)
    mailbox: str
    folder: str = ""
    server_id: str
    content_digest: str
    conversation: str
    mode: Mode = Mode.LIVE
    muted: bool = False
    received_at: datetime
    envelope_from: PersonalText | None = None
    envelope_to: Annotated[tuple[str, ...], privacy(Privacy.PERSONAL)] = ()
    mail: Mail
    class_: Classification = Field(alias="class")
    bounce: Bounce | None = None
    facts: Facts
    evidence: tuple[Evidence, ...] = ()
    analysis: Analysis = Analysis()
    outcome: Outcome
    trace: Trace = Trace()
    versions: Versions

"""The data of every event of architecture §2, one module a topic.

`base.REGISTRY` maps each `ce_type` to its model and topic; importing this package fills it.
`mail.raw` is special: its value is the mail itself and `MailReceived` travels as headers.
"""

from schemas.events.base import REGISTRY, EventModel, EventType
from schemas.events.case import CaseEvent, CaseReference, InteractionEvent, MailRequested, OutcomeReported, Purpose
from schemas.events.commands import CommandTarget, PipelineCommand, TriageCorrected
from schemas.events.decision import Action, ActionKind, ClassKind, Decision, Evidence, EvidenceKind
from schemas.events.mailbox import Checkpoint, ImapCursor, MailboxControl, MailboxState, MailboxStatus
from schemas.events.outbound import LedgerState, OutboundEvent, RecipientState, RecipientStep
from schemas.events.quarantine import Discarded, Quarantined, QuarantineKind, Released, Stage
from schemas.events.received import MailReceived, Mode, RawReference, Source

__all__ = [
    "REGISTRY",
    "Action",
    "ActionKind",
    "CaseEvent",
    "CaseReference",
    "Checkpoint",
    "ClassKind",
    "CommandTarget",
    "Decision",
    "Discarded",
    "EventModel",
    "EventType",
    "Evidence",
    "EvidenceKind",
    "ImapCursor",
    "InteractionEvent",
    "LedgerState",
    "MailReceived",
    "MailRequested",
    "MailboxControl",
    "MailboxState",
    "MailboxStatus",
    "Mode",
    "OutboundEvent",
    "OutcomeReported",
    "PipelineCommand",
    "Purpose",
    "QuarantineKind",
    "Quarantined",
    "RawReference",
    "RecipientState",
    "RecipientStep",
    "Released",
    "Source",
    "Stage",
    "TriageCorrected",
]

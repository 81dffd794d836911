"""The topic catalogue (architecture §2): one table that creation, checks, ACLs, AsyncAPI and documentation read.

`mailcase.mail.raw` is the catalogue name `mail.raw` behind the installation's prefix. Partition counts are part of the
contract: keys are spread by them, so a service refuses to start when a topic has another count.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

MAIL_RAW = "mail.raw"
MAIL_CHECKPOINTS = "mail.checkpoints"
MAIL_DECISIONS = "mail.decisions"
MAIL_QUARANTINE = "mail.quarantine"
CASE_EVENTS = "case.events"
OUTBOUND_EVENTS = "outbound.events"
MAILBOX_STATUS = "mailbox.status"
MAILBOX_CONTROL = "mailbox.control"
PIPELINE_COMMANDS = "pipeline.commands"
TRIAGE_FEEDBACK = "triage.feedback"

INLINE_LIMIT = 256 * 1024
"""Bytes up to which a raw mail travels inside its record; also the limit of every event."""
MAIL_RAW_MAX = INLINE_LIMIT + 64 * 1024
"""Bytes of the largest `mail.raw` record: inline limit plus headers."""

_DAY_MS = 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic. `retention_ms` is None for a compacted topic that keeps its last value per key for ever."""

    name: str
    key: str
    value: str
    partitions: int
    cleanup: Literal["delete", "compact"]
    retention_ms: int | None
    writers: tuple[str, ...]
    readers: tuple[str, ...]
    max_bytes: int = INLINE_LIMIT + 16 * 1024


def _topics() -> tuple[Topic, ...]:
    return (
        Topic(
            MAIL_RAW, "conversation key", "the mail's bytes, or empty with `dataref` when larger than the inline limit",
            12, "delete", 14 * _DAY_MS, ("ingest",), ("router",), MAIL_RAW_MAX,
        ),
        Topic(
            MAIL_CHECKPOINTS, "mailbox id", "cursors of all folders of one mailbox",
            12, "compact", None, ("ingest",), ("ingest",), 1024 * 1024,
        ),
        Topic(
            MAIL_DECISIONS, "conversation key", "what was decided for a mail, and why",
            12, "delete", 30 * _DAY_MS, ("router",), ("casesvc", "analysts"),
        ),
        Topic(
            MAIL_QUARANTINE, "mail id", "a mail that was put aside, the reason, what a release would do",
            6, "delete", 90 * _DAY_MS, ("ingest", "router", "casesvc", "notifier"), ("casesvc", "operators"),
        ),
        Topic(
            CASE_EVENTS, "case or interaction id", "what happened to a case; mails asked for; outcomes reported",
            12, "delete", 30 * _DAY_MS, ("casesvc",), ("notifier", "analysts"),
        ),
        Topic(
            OUTBOUND_EVENTS, "case or interaction id", "ledger steps of an outgoing mail",
            12, "delete", 30 * _DAY_MS, ("notifier",), ("casesvc", "analysts"),
        ),
        Topic(
            MAILBOX_STATUS, "mailbox id", "health of a mailbox",
            3, "compact", None, ("ingest",), ("casesvc",),
        ),
        Topic(
            MAILBOX_CONTROL, "mailbox id", "desired state of a mailbox and the last command to it",
            3, "compact", None, ("casesvc", "cli"), ("ingest",),
        ),
        Topic(
            PIPELINE_COMMANDS, "mail or notification id", "release, discard, resend, hold, cancel",
            6, "delete", 14 * _DAY_MS, ("casesvc", "cli"), ("ingest", "router", "casesvc", "notifier"),
        ),
        Topic(
            TRIAGE_FEEDBACK, "mail id", "a person's correction of topic, entities, language, class",
            3, "compact", None, ("casesvc",), ("trainer", "analysts"),
        ),
    )  # fmt: skip


CATALOGUE: dict[str, Topic] = {topic.name: topic for topic in _topics()}


def topic_name(prefix: str, name: str) -> str:
    """The name on the broker of catalogue topic `name` in an installation with `prefix` (may be empty)."""
    return f"{prefix}{CATALOGUE[name].name}"

"""`Installation`: what holds for one mailcase as a whole: id, keys, trusted servers, policies, outbound switch."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints, field_validator

from schemas.config.base import Document, Domain, Duration, Part, SecretRef, Slug

__all__ = ["ClassPolicies", "ClassPolicy", "Installation", "MailClassKind", "Outbound", "SenderCheck", "SigningKey"]


class MailClassKind(StrEnum):
    """What a mail is before any rule sees it; `mail.classify` finds it."""

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


class ClassPolicy(StrEnum):
    """What happens to a mail of a class. Every mail becomes an interaction, whatever the policy.

    ignore: the interaction is resolved at once; no case is touched. attach: it joins the case that its evidence
    leads to, else it waits in triage; no rule runs. process: the service email rule decides.
    """

    IGNORE = "ignore"
    ATTACH = "attach"
    PROCESS = "process"


class ClassPolicies(Part):
    """The policy of each class. A person's mail is always processed; our own notification coming back never is."""

    human: Literal[ClassPolicy.PROCESS] = ClassPolicy.PROCESS
    auto_reply: ClassPolicy = ClassPolicy.ATTACH
    out_of_office: ClassPolicy = ClassPolicy.ATTACH
    bounce: ClassPolicy = ClassPolicy.ATTACH
    delay: ClassPolicy = ClassPolicy.ATTACH
    receipt: ClassPolicy = ClassPolicy.IGNORE
    complaint: ClassPolicy = ClassPolicy.ATTACH
    list: ClassPolicy = ClassPolicy.PROCESS
    newsletter: ClassPolicy = ClassPolicy.IGNORE
    calendar: ClassPolicy = ClassPolicy.ATTACH
    challenge: ClassPolicy = ClassPolicy.IGNORE
    own: Literal[ClassPolicy.IGNORE] = ClassPolicy.IGNORE

    def of(self, kind: MailClassKind) -> ClassPolicy:
        """Policy of the class `kind`."""
        return ClassPolicy(getattr(self, kind.value))


class SigningKey(Part):
    """A key that signs our Message-IDs and tokens; its id travels in them."""

    id: str = Field(pattern=r"^k[a-z2-7]$", description="Two characters, the letter k and one of a-z, 2-7.")
    secret: SecretRef
    retired_at: AwareDatetime | None = Field(
        default=None, description="Since when it signs no more; it verifies for `verify_retired_keys_for` longer."
    )


UnknownPolicy = Literal["hold", "retry_same_message_id"]
OutgoingPurpose = Literal[
    "acknowledgement", "step", "approval", "reply", "forward", "result", "failure_answer", "too_large_answer",
    "notification",
]  # fmt: skip
"""What an outgoing mail is for; the values of `schemas.events.Purpose`."""


class Outbound(Part):
    """Who may be sent mail, how often, and what happens in doubt. For test systems: block all, or allow only some."""

    block_all_outbound: bool = Field(default=False, description="Nothing is sent; every mail is shown as suppressed.")
    allow: tuple[Annotated[str, StringConstraints(pattern=r"^(?:[^\s@<>]{1,64}@)?[^\s@<>]{1,253}$")], ...] | None = (
        Field(default=None, description="Addresses and domains that may be sent to; without it all may.")
    )
    automatic_per_recipient: int = Field(
        default=20, ge=1, le=10_000, description="Automatic answers that one address gets within `automatic_period`."
    )
    automatic_period: Duration = Field(
        default=timedelta(hours=1), description="Span of time that `automatic_per_recipient` counts over."
    )
    when_unknown: dict[OutgoingPurpose, UnknownPolicy] = Field(
        default={},
        description="By purpose: when nobody knows whether the server took a mail, `hold` it for a person (default), "
        "or `retry_same_message_id` once.",
    )

    def refusal(self, address: str) -> str | None:
        """Why nothing may be sent to `address` (`outbound_blocked`, `not_on_allow_list`), or None when it may be."""
        if self.block_all_outbound:
            return "outbound_blocked"
        if self.allow is None:
            return None
        wanted = address.casefold()
        allowed = {entry.casefold().removeprefix("@") for entry in self.allow}
        if wanted in allowed or wanted.rpartition("@")[2] in allowed:
            return None
        return "not_on_allow_list"


class SenderCheck(Part):
    """Our own check of DKIM, ARC and DMARC, where no trusted server speaks; it asks the DNS about senders."""

    enabled: bool = Field(default=False, description="Whether it is made; the DNS learns who writes to you.")
    nameservers: tuple[str, ...] = Field(
        default=(), description="Name servers, `192.0.2.1` or `192.0.2.1:5353`; without any, those of the system."
    )
    deadline: Duration = Field(
        default=timedelta(milliseconds=1500),
        ge=timedelta(milliseconds=100),
        le=timedelta(seconds=2),
        description="How long a batch of mails waits for the DNS; what is unknown then is `temperror`.",
    )

    @field_validator("nameservers")
    @classmethod
    def _addresses(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for text in value:
            bare = re.fullmatch(
                r"\[(?P<six>[0-9A-Fa-f:.]{2,60})\](?::[0-9]{1,5})?|(?P<four>[0-9.]{7,15})(?::[0-9]{1,5})?", text
            )
            try:
                ip_address((bare["six"] or bare["four"]) if bare else text)
            except ValueError:
                raise ValueError(
                    f"{text!r} is no address of a name server, such as 192.0.2.1 or [2001:db8::1]:5353"
                ) from None
        return value


class Installation(Document):
    """One mailcase: exactly one such document exists. Its name is the installation id that signatures carry."""

    kind: Literal["Installation"]
    domain: Domain = Field(description="Right side of the Message-IDs that we issue.")
    signing_keys: tuple[SigningKey, ...] = Field(min_length=1)
    current_key: str = Field(description="Id of the signing key that signs.")
    verify_retired_keys_for: Duration = Field(
        default=timedelta(days=400), description="How long a retired key still verifies replies to old mails."
    )
    trusted_authserv_ids: tuple[Domain, ...] = Field(
        default=(), description="Authentication-Results (RFC 8601) of these servers alone are believed."
    )
    trusted_arc_sealers: tuple[Domain, ...] = Field(
        default=(),
        description="Forwarders whose findings are believed where their ARC chain (RFC 8617) holds; `d=` of the seal.",
    )
    sender_check: SenderCheck = SenderCheck()
    classes: ClassPolicies = ClassPolicies()
    duplicate_across_mailboxes: Literal["each", "first"] = Field(
        default="each",
        description="One mail in two own mailboxes: `each` is handled and linked, or only the `first` is.",
    )
    outbound: Outbound = Outbound()
    default_account: Slug | None = Field(
        default=None, description="EmailAccount that sends where neither step nor case type names one."
    )

    def keys_in_force(self, now: datetime) -> tuple[SigningKey, ...]:
        """Keys whose signatures count at `now`: those not retired and those retired not too long ago."""
        return tuple(
            key
            for key in self.signing_keys
            if key.retired_at is None or now < key.retired_at + self.verify_retired_keys_for
        )

"""Mails that casesvc asks the notifier to send: self-contained, with all that their template may use. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from casesvc.planning import Reply
from casesvc.records import Case
from runtime.config.model import Configuration
from schemas.config import EmailAccount
from schemas.events import CaseReference, Decision, MailRequested, Purpose
from schemas.ids import notification_id

__all__ = ["cannot_send", "reply_address", "request_for"]

MAX_REFERENCES = 20
"""Ids of References: the root and the nearest parents (RFC 5322 §3.6.4 lets a client cut its middle)."""
_MAX_FIELD = 4096
"""Characters of a field that a template can show."""
_MAX_FIELDS = 48 * 1024
"""Characters of all of them: a case gathers values for years, and an event has its limit."""


def reply_address(decision: Decision) -> str | None:
    """Where an answer to the mail goes: its Reply-To, else its From (RFC 5322 §3.6.2)."""
    for address in (*decision.mail.reply_to[:1], decision.mail.from_):
        if address is not None and "@" in address.address:
            return address.address
    return None


def cannot_send(decision: Decision, reply: Reply, case: Case | None, configuration: Configuration) -> str | None:
    """Why a reply cannot be asked for (a name that the configuration has no more), or None when it can."""
    if reply.action.template not in configuration.templates:
        return f"no MailTemplate {reply.action.template}"
    if _account(decision, reply, case, configuration) is None:
        return f"no account with a sender for mailbox {decision.mailbox}, and no default_account"
    return None if reply_address(decision) else "no address to answer to"


def request_for(
    decision: Decision, reply: Reply, case: Case | None, interaction: str, configuration: Configuration
) -> MailRequested:
    """The mail that answers `decision`'s mail; `cannot_send` told that there is nothing in the way."""
    account = _account(decision, reply, case, configuration)
    address = reply_address(decision)
    assert account is not None, "cannot_send was asked"
    assert address is not None, "cannot_send was asked"
    action, mail = reply.action, decision.mail
    template = configuration.templates[action.template or ""]
    spoken = decision.analysis.language
    language, _ = template.in_language(action.language or (spoken.code if spoken else None))
    message_id = mail.message_id if mail.message_id and "*" not in mail.message_id else None
    return MailRequested(
        notification_id=notification_id(decision.mail_id, reply.purpose.value, action.rule, action.ordinal),
        mail_id=decision.mail_id,
        case=CaseReference(id=case.id, type=case.type, label=case.label) if case else None,
        interaction=interaction,
        conversation=case.conversation if case else decision.conversation,
        purpose=reply.purpose,
        account=account.name,
        to=(address,),
        template=template.name,
        language=language,
        data=_data(decision, case, account, configuration),
        in_reply_to=message_id,
        references=_references(decision, message_id),
        auto_submitted="auto-replied",
        cause_class=decision.class_.kind.value,
    )


def _account(decision: Decision, reply: Reply, case: Case | None, configuration: Configuration) -> EmailAccount | None:
    """Acknowledgements come from the case type's account, other replies from the mailbox that was written to."""
    own = configuration.accounts.get(reply.action.account or decision.mailbox)
    if reply.purpose is Purpose.REPLY and own is not None and own.sender is not None:
        return own
    return configuration.sending_account(case.type if case else None, decision.mailbox)


def _references(decision: Decision, message_id: str | None) -> tuple[str, ...]:
    # A masked id of our own leads nowhere; the notifier's Message-ID carries the conversation anyway.
    earlier = [reference for reference in decision.mail.references if "*" not in reference]
    if not earlier and decision.mail.in_reply_to and "*" not in decision.mail.in_reply_to:
        earlier = [decision.mail.in_reply_to]
    if len(earlier) >= MAX_REFERENCES:
        earlier = [earlier[0], *earlier[-(MAX_REFERENCES - 2) :]]
    return (*earlier, message_id) if message_id else tuple(earlier)


def _data(decision: Decision, case: Case | None, account: EmailAccount, configuration: Configuration) -> dict[str, Any]:
    """What templates may use: `schemas.config.TEMPLATE_DATA`."""
    mail = decision.mail
    sender = mail.from_
    data: dict[str, Any] = {
        "mail": {
            "subject": mail.subject,
            "from_name": sender.name if sender else "",
            "from_address": sender.address if sender else "",
            "date": _shown(mail.date or decision.received_at),
        },
        "account": {"address": account.address, "display_name": account.display_name},
        "installation": {"id": configuration.installation.name},
    }
    if case is not None:
        case_type = configuration.case_types.get(case.type)
        declared = {field.name: "" for field in case_type.fields} if case_type else {}
        shown = _shown_fields(case)
        data["case"] = {
            "id": case.id,
            "type": case.type,
            "type_label": case_type.label if case_type else case.type,
            "label": case.label,
            "status": case.status,
            "stage": case.stage,
            "queue": case.queue,
            "created_at": _shown(case.created_at),
            "fields": declared | shown,
        }
    return data


def _shown_fields(case: Case) -> dict[str, Any]:
    """The case's fields, cut; those that the limit has no room for are empty."""
    left = _MAX_FIELDS
    shown: dict[str, Any] = {}
    for name, value in case.fields.items():
        text = str(value)[:_MAX_FIELD]
        left -= len(text)
        cut = text if isinstance(value, str) else value
        shown[name] = cut if left >= 0 else ""
    return shown


def _shown(moment: datetime) -> str:
    return moment.isoformat()

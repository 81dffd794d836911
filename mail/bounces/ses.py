"""Notices of Amazon SES by SNS: JSON in the text of a mail, bare or wrapped once (bounce, complaint, delivery)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping

from mail.bounces.codes import find_codes, status_in
from mail.bounces.reasons import kind_of, reason_of
from mail.bounces.records import MAX_RECIPIENTS, MAX_TEXT, Bounce, BounceRecipient
from mail.bounces.reports import default_status, typed
from mail.records import ParsedMail

__all__ = ["from_notification"]

_MAX = 256 * 1024
_ACTIONS = {"bounce": "failed", "complaint": "complaint", "delivery": "delivered", "deliverydelay": "delayed"}
_LISTS = {
    "bounce": "bouncedRecipients",
    "complaint": "complainedRecipients",
    "delivery": "recipients",
    "deliverydelay": "delayedRecipients",
}
_DEPTH = 60
_BANNER = 2_000
_SENDERS = ("no-reply@", "noreply@", "no-reply+", "mailer-daemon@")


def from_notification(mail: ParsedMail) -> Bounce | None:
    """The bounce that the JSON of a notice tells; None where the text is no such notice."""
    if mail.text[:20].lstrip()[:1] == "{":
        text = mail.text.lstrip()
    elif "x-amz-sns-message-id" in mail.headers:
        text = mail.text[max(0, mail.text.find("{", 0, _BANNER)) :]  # a gateway warns of mail from outside first
    else:
        return None
    if not any(word in text[:_MAX] for word in ("notificationType", "eventType")) or not _from_a_program(mail):
        return None
    notice = _decoded(text)
    inner = notice.get("Message")
    if isinstance(inner, str):
        notice = _decoded(inner.lstrip())
    kind = str(notice.get("notificationType") or notice.get("eventType") or "").lower()
    body = notice.get({"deliverydelay": "deliveryDelay"}.get(kind, kind))
    if kind not in _ACTIONS or not isinstance(body, dict):
        return None
    listed = body.get(_LISTS[kind])
    entries = [one for one in listed if isinstance(one, (dict, str))] if isinstance(listed, list) else []
    recipients = tuple(_recipient(one, body, kind) for one in entries[:MAX_RECIPIENTS])
    server = body.get("reportingMTA")
    sent = notice.get("mail")
    return Bounce(
        recipients,
        len(entries),
        _message_id(sent if isinstance(sent, dict) else {}),
        typed(server) if isinstance(server, str) else None,
        "Amazon SES notification",
    )


def _from_a_program(mail: ParsedMail) -> bool:
    """By Amazon's own fields, or, where a relay took them, by its sender: a person may send JSON, too."""
    if any(name.startswith("x-amz-sns-") for name in mail.headers.names()):
        return True
    return mail.from_ is not None and mail.from_.address.lower().startswith(_SENDERS)


def _decoded(text: str) -> dict[str, object]:
    text = text[:_MAX].replace("!\n ", "")  # a relay broke the line at its 990th character
    if "[" * _DEPTH in text or "{" * _DEPTH in text:
        return {}
    try:
        found, _ = json.JSONDecoder(strict=False).raw_decode(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _recipient(entry: Mapping[str, object] | str, body: Mapping[str, object], kind: str) -> BounceRecipient:
    fields = {"emailAddress": entry} if isinstance(entry, str) else entry
    action = _ACTIONS[kind]
    said = _text(fields, "diagnosticCode") or _text(body, "smtpResponse")
    diagnostic = typed(said) or ""
    status, code = find_codes(diagnostic)
    status = status_in(_text(fields, "status")) or status
    if action == "failed" and _text(body, "bounceType").lower() == "transient" and status is None and code is None:
        status = "4.0.0"
    words = " ".join((diagnostic, _text(body, "bounceSubType"), _text(body, "delayType")))
    words = words.replace("MailboxFull", "mailbox full").replace("MessageTooLarge", "message too large")
    reason = "complaint" if kind == "complaint" else reason_of(words, status, code, action)
    return BounceRecipient(
        address=_text(fields, "emailAddress")[:512] or None,
        original=None,
        action="" if kind == "complaint" else action,
        status=status or default_status("" if kind == "complaint" else action, code),
        smtp_code=code,
        diagnostic=diagnostic[:MAX_TEXT] or None,
        kind=kind_of(action, reason, status, code),
        reason=reason,
    )


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _message_id(sent: Mapping[str, object]) -> str | None:
    """The Message-ID of the header that we wrote; SES puts its own in its place (`commonHeaders`, `messageId`)."""
    for name, value in _headers(sent):
        if name.lower() == "message-id" and "@" in value:
            return f"<{value.strip().strip('<>')}>"
    common = sent.get("commonHeaders")
    value = _text(common, "messageId") if isinstance(common, dict) else ""
    if value:
        return f"<{value.strip().strip('<>')}>"
    own, region = _text(sent, "messageId"), _text(sent, "sourceArn").split(":")[3:4]
    domain = "email" if region in ([], [""], ["us-east-1"]) else region[0]
    return f"<{own}@{domain}.amazonses.com>" if own else None


def _headers(sent: Mapping[str, object]) -> Iterator[tuple[str, str]]:
    listed = sent.get("headers")
    for one in listed[:500] if isinstance(listed, list) else ():
        if isinstance(one, dict):
            yield _text(one, "name"), _text(one, "value")

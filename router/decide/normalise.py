"""`ParsedMail` → the normalised mail of a decision: masked, cut to its bytes, totals beside what was cut."""

from __future__ import annotations

from collections.abc import Sequence

from mail.charsets import clean
from mail.mask import mask
from mail.records import Address, ParsedMail, Part
from router.decide.fit import cut_json, fit_models, fit_texts
from schemas.events.decision import MAX_LISTED, MAX_NEW_TEXT, Attachment, Mail, MailAddress
from schemas.events.received import RawReference

__all__ = ["masked", "normalise"]

_ID = 1024
_ADDRESS = 400
_NAME = 300
_SUBJECT = 4 * 1024
_NEW_TEXT_JSON = 72 * 1024
_ADDRESSES = 6 * 1024
_REFERENCES = 12 * 1024
_ATTACHMENTS = 16 * 1024
_DEFECTS = 4 * 1024
"""Bytes as JSON of each part of the mail; together they leave room for outcome, evidence and trace."""


def masked(text: str, most: int = _ID) -> str:
    """`text` as JSON can hold it, with the signatures of our own ids masked, then cut to `most` bytes as JSON."""
    return cut_json(mask(clean(text)), most)


def normalise(mail: ParsedMail, new_text: str, raw: RawReference) -> Mail:
    """The normalised mail. `new_text` is the visible new text, already masked."""
    references = [masked(reference) for reference in mail.references]
    attachments = [_attachment(part) for part in mail.attachments[:MAX_LISTED]]
    return Mail(
        message_id=_optional(mail.message_id),
        in_reply_to=_optional(mail.in_reply_to),
        references=_ends(references),
        references_total=len(mail.references),
        from_=_address(mail.from_),
        sender=_address(mail.sender),
        reply_to=_addresses(mail.reply_to),
        to=_addresses(mail.to),
        to_total=mail.to_total,
        cc=_addresses(mail.cc),
        cc_total=mail.cc_total,
        delivered_to=_optional(mail.delivered_to),
        return_path=_optional(mail.return_path),
        subject=masked(mail.subject, _SUBJECT),
        date=mail.date,
        new_text=_new_text(new_text),
        text_bytes=mail.text_bytes,
        has_html=mail.has_html,
        attachments=fit_models(attachments, _ATTACHMENTS, MAX_LISTED),
        attachments_total=mail.attachments_total,
        raw=raw,
        defects=fit_texts([masked(defect, 200) for defect in mail.defects], _DEFECTS, MAX_LISTED),
    )


def _new_text(text: str) -> str:
    data = text.encode("utf-8", "replace")
    if len(data) > MAX_NEW_TEXT:
        text = data[:MAX_NEW_TEXT].decode("utf-8", "ignore")
    return cut_json(text, _NEW_TEXT_JSON)


def _ends(references: Sequence[str]) -> tuple[str, ...]:
    """The root and the latest parents: they are what a client threads by (RFC 5322 §3.6.4)."""
    if not references:
        return ()
    root = fit_texts(references[:1], _REFERENCES // 2, 1)
    latest = fit_texts(references[:0:-1], _REFERENCES // 2, MAX_LISTED - 1)
    return (*root, *reversed(latest))


def _optional(text: str | None) -> str | None:
    return None if text is None else masked(text)


def _address(address: Address | None) -> MailAddress | None:
    if address is None:
        return None
    return MailAddress(address=masked(address.address, _ADDRESS), name=masked(address.name, _NAME))


def _addresses(addresses: Sequence[Address]) -> tuple[MailAddress, ...]:
    listed = [found for address in addresses[:MAX_LISTED] if (found := _address(address)) is not None]
    return fit_models(listed, _ADDRESSES, MAX_LISTED)


def _attachment(part: Part) -> Attachment:
    return Attachment(
        part=masked(part.path, 100),
        name=masked(part.filename or "", _NAME),
        type=masked(part.content_type, 200),
        size=part.size,
        sha256=part.sha256,
        inline=part.inline,
        content_id=masked(part.content_id, _NAME) if part.content_id is not None else None,
    )

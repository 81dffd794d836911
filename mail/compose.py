"""`compose`: typed parts become the bytes of a mail, ready for SMTP. Pure; the counterpart of `mail.parse`.

    multipart/mixed ─┬─ multipart/alternative ─┬─ text/plain; format=flowed   … last line the body marker
      (attachments)  │      (HTML there)       └─ multipart/related ─┬─ text/html   … marker hidden
                     └─ attachments                (images there)    └─ inline images

Header fields that thread and that stop loops are written by itself: Message-ID, In-Reply-To, References,
Auto-Submitted (RFC 3834 §5), X-Auto-Response-Suppress ([MS-OXCMAIL] §2.1.3.2.13) and our loop header. Nothing that
stands in a value can become a line of its own: fields are built by `mail.encode`, bodies by `mail.assemble`.

`parse(compose(mail))` gives every part of `mail` back, but for what `OutgoingMail` says of each field.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from typing import Literal

from mail.assemble import Attachment, InlineFile, file_part, inline_part, multipart, text_part
from mail.classify import LOOP_HEADER
from mail.encode import address_field, ascii_address, is_message_id, utf8_address, visible, words_field
from mail.encode import field as header_field
from mail.encode import ids_field as header_ids
from schemas.errors import MessageError

__all__ = ["MAX_REFERENCES", "AddressForm", "Attachment", "InlineFile", "OutgoingMail", "compose", "needs_smtputf8"]

MAX_REFERENCES = 20
"""Ids in References: the first (root) and the last ones (parents); others may be left out (RFC 5322 §3.6.4)."""
AutoSubmitted = Literal["no", "auto-generated", "auto-replied"]
AddressForm = Literal["ascii", "smtputf8"]
_CUSTOM = re.compile(r"[Xx]-[A-Za-z0-9-]{1,70}")
_UNSUBSCRIBE = re.compile(r"(?:https|mailto):[!-+\--;=?-~]{1,900}")
_OWN_FIELDS = frozenset({LOOP_HEADER.lower(), "x-auto-response-suppress"})
_BODY_END = re.compile(r"</body\s*>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class OutgoingMail:
    """All that a mail is made of. Addresses are bare; `date` carries a zone; `message_id` has angle brackets.

    Of free text in fields (subject, names, file names, custom fields) control characters and runs of blanks become one
    blank; of file names is kept what `names.file_name` leaves. Texts keep every character but NUL; their lines end in
    CRLF, the last one too.
    """

    from_address: str
    to: tuple[str, ...]
    subject: str
    text: str
    message_id: str
    date: datetime
    installation: str
    from_name: str = ""
    cc: tuple[str, ...] = ()
    reply_to: str | None = None
    html: str | None = None
    inline: tuple[InlineFile, ...] = ()
    """What the HTML shows by `cid:`; without HTML they are attachments."""
    attachments: tuple[Attachment, ...] = ()
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    auto_submitted: AutoSubmitted = "auto-replied"
    marker: str | None = None
    """Body marker, `[ref:…]`; it becomes the last line of the text and is hidden in the HTML."""
    headers: tuple[tuple[str, str], ...] = ()
    """Custom fields; only `X-…` names that are not ours."""
    unsubscribe: tuple[str, ...] = ()
    """`https:` and `mailto:` URIs for List-Unsubscribe (RFC 2369 §3.2): for news, not for answers."""
    address_form: AddressForm = "ascii"
    """`smtputf8` only where the server offers that extension (RFC 6531): addresses then stand as people write them."""


def compose(mail: OutgoingMail) -> bytes:
    """The bytes of `mail`; lines end in CRLF and have at most 998 bytes. The same input, the same bytes.

    All is ASCII, but for addresses in the form `smtputf8`. Raises MessageError (`compose`) for an address, id, URI or
    custom field name that cannot stand in a mail. Ids of other people's mails that are broken are left out, since a
    reply must not fail for them.
    """
    lines = [
        header_field("Date", format_datetime(mail.date)),
        address_field("From", [(mail.from_name, _address(mail.from_address, mail.address_form))]),
        *_people(mail),
        words_field("Subject", mail.subject),
        header_ids("Message-ID", [_own_id(mail.message_id)]),
        *_threading(mail),
        *_automatic(mail),
        f"{LOOP_HEADER}: {visible(mail.installation)}",
        *_custom(mail.headers),
        *_unsubscribe(mail.unsubscribe),
        "MIME-Version: 1.0",
    ]
    return "\r\n".join(lines).encode("utf-8") + b"\r\n" + _content(mail)


def needs_smtputf8(mail: OutgoingMail) -> bool:
    """Whether an address of `mail` can only be written in the form `smtputf8`: its local part is not ASCII.

    A domain alone needs it never: its ASCII form (RFC 5891) is the fallback.
    """
    addresses = (mail.from_address, *mail.to, *mail.cc, *([mail.reply_to] if mail.reply_to is not None else []))
    return any(ascii_address(address) is None and utf8_address(address) is not None for address in addresses)


def _people(mail: OutgoingMail) -> list[str]:
    lines = []
    if mail.reply_to is not None:
        lines.append(address_field("Reply-To", [("", _address(mail.reply_to, mail.address_form))]))
    for name, addresses in (("To", mail.to), ("Cc", mail.cc)):
        if addresses:
            lines.append(address_field(name, [("", _address(address, mail.address_form)) for address in addresses]))
    if not mail.to and not mail.cc:
        lines.append("To: undisclosed-recipients:;")
    return lines


def _threading(mail: OutgoingMail) -> list[str]:
    lines = []
    parent = mail.in_reply_to if mail.in_reply_to and is_message_id(mail.in_reply_to) else None
    if parent is not None:
        lines.append(header_ids("In-Reply-To", [parent]))
    known = list(dict.fromkeys(one for one in mail.references if is_message_id(one)))
    if parent is not None and parent not in known:
        known.append(parent)
    if len(known) > MAX_REFERENCES:
        known = [known[0], *known[1 - MAX_REFERENCES :]]
    if known:
        lines.append(header_ids("References", known))
    return lines


def _automatic(mail: OutgoingMail) -> list[str]:
    if mail.auto_submitted == "no":
        return []
    return [f"Auto-Submitted: {mail.auto_submitted}", "X-Auto-Response-Suppress: All"]


def _custom(headers: Sequence[tuple[str, str]]) -> list[str]:
    lines = []
    for name, value in headers:
        if not _CUSTOM.fullmatch(name) or name.lower() in _OWN_FIELDS:
            raise MessageError(f"header {name[:80]!r} may not be set; own fields are X-… and not mailcase's", "compose")
        lines.append(words_field(name, value))
    return lines


def _unsubscribe(uris: Sequence[str]) -> list[str]:
    for uri in uris:
        if not _UNSUBSCRIBE.fullmatch(uri):
            raise MessageError(f"{visible(uri)[:100]!r} is no https: or mailto: URI for List-Unsubscribe", "compose")
    return ["List-Unsubscribe: " + ",\r\n ".join(f"<{uri}>" for uri in uris)] if uris else []


def _address(address: str, form: AddressForm) -> str:
    usable = utf8_address(address) if form == "smtputf8" else ascii_address(address)
    if usable is None:
        why = " without SMTPUTF8" if utf8_address(address) else ""
        raise MessageError(f"{visible(address)[:100]!r} is no mail address that can be written to{why}", "compose")
    return usable


def _own_id(message_id: str) -> str:
    if not is_message_id(message_id):
        raise MessageError(f"{visible(message_id)[:100]!r} is no Message-ID", "compose")
    return message_id


def _content(mail: OutgoingMail) -> bytes:
    part = text_part("plain", _with_marker(mail.text, mail.marker))
    beside = [file_part(attachment) for attachment in mail.attachments]
    if mail.html is not None:
        page = text_part("html", _with_hidden_marker(mail.html, mail.marker))
        if mail.inline:
            page = multipart("related", [page, *map(inline_part, mail.inline)], '; type="text/html"')
        part = multipart("alternative", [part, page])
    else:
        beside = [*(file_part(Attachment(one.name, one.type, one.data)) for one in mail.inline), *beside]
    return multipart("mixed", [part, *beside]) if beside else part


def _with_marker(text: str, marker: str | None) -> str:
    return text if marker is None else f"{text.rstrip()}\n\n{marker}\n"


def _with_hidden_marker(html: str, marker: str | None) -> str:
    if marker is None:
        return html
    hidden = f'<div style="display:none;font-size:1px;line-height:1px;max-height:0;overflow:hidden">{marker}</div>'
    ends = [end.start() for end in _BODY_END.finditer(html)]
    return f"{html[: ends[-1]]}{hidden}{html[ends[-1] :]}" if ends else f"{html}\n{hidden}\n"

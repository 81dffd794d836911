"""The new text of a reply, apart from history, signature and disclaimer: each with its span in the original text.

`reply_of` is for a parsed mail: it knows how the sender signs, whether the subject says that it is a forward, and what
the markup of the mail client says. `new_text` is for a text alone. How the text is divided stands in `mail/zones`.

**Other libraries' fragments and our zones** (`bench/quality/replies.py` measures by this mapping)

| theirs | ours |
|---|---|
| zapier `reply`, `parse_reply` | `Zones.text` |
| zapier `fragments[n]` | the n-th stretch of lines of one zone kind, an attribution and its quotation being one |
| mail-parser-reply `replies[0].body` | zones NEW of message 0; a rule above a copied header is the header's |
| mail-parser-reply `replies[n].body` | zones QUOTED of the n-th message that is introduced by its own lines |
| mail-parser-reply `.headers` / `.signatures` / `.content` | ATTRIBUTION, HEADER / SIGNATURE, DISCLAIMER / all zones |
| talon reply text | NEW; where talon keeps a signature: NEW and SIGNATURE |
| talon signature | SIGNATURE of message 0, the sender's name given |
| quotequail `forward` / `reply` / `quote` | `Embedded.form` HEADER, MARK / ATTRIBUTION / QUOTE of the first |
| quotequail `from`, `date`, `to`, `subject`, … | `Embedded.fields`; of an attribution its address and moment |
| quotequail `text_top` / `text` / `text_bottom` | NEW above / the message's text / NEW and SIGNATURE below |
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from mail.html import HtmlPage, html_page
from mail.records import Address, ParsedMail
from mail.zones.divide import divide, divide_thoroughly
from mail.zones.nicknames import nicknames_of
from mail.zones.records import Context, Embedded, Form, Zone, ZoneKind, Zones
from mail.zones.search import Phrases

__all__ = [
    "Context",
    "Embedded",
    "Form",
    "NewText",
    "Zone",
    "ZoneKind",
    "Zones",
    "divide",
    "divide_thoroughly",
    "new_text",
    "reply_of",
]

_MARKED = Phrases(
    (
        *("quot", "divrplyfwdmsg", "appendonsend", "outlookmessageheader", "olk_src", "moz-", "signature", "zwchr"),
        *("forward", "reference-message", "stopspelling", "messagereply", "aolmsgpart", "mcntmcnt", "zmail_extra"),
        "origbody",
    )
)
"""What may be a mark in HTML: without one the markup says nothing."""


@dataclass(frozen=True, slots=True)
class NewText:
    """`text` is what the sender wrote now; `signature` and `quoted` are what was set apart ("" where nothing was)."""

    text: str
    signature: str = ""
    quoted: str = ""


def new_text(text: str) -> NewText:
    """Divide `text` (line ends LF). A mail that would have no new text at all is left whole."""
    zones = divide(text)
    return NewText(zones.text, zones.signature, zones.quoted)


def reply_of(mail: ParsedMail) -> Zones:
    """Zones of `mail.text`.

    Where the text was made of HTML, what the client's markup says is used. Where a plain text shows no history but
    the HTML beside it does (clients that drop the quote marks in the plain text), the zones are those of the HTML's
    text: `Zones.source` is the text that the spans are of.
    """
    # Without a Message-ID the header was stripped: that it answers nothing says nothing.
    answers = bool(mail.in_reply_to or mail.references or mail.message_id is None)
    context = Context(_signing(mail.from_), mail.subject, answers)
    if mail.html is None or not _MARKED.found(mail.html.lower()):
        return divide(mail.text, context)
    page = mail.once("html_page", _page_of)
    shown = replace(context, history=page.history, signatures=page.signatures)
    if page.text == mail.text:
        return divide(page.text, shown)
    plain = divide(mail.text, context)
    if any(zone.message for zone in plain.zones) or not page.history:
        return plain
    rich = divide(page.text, shown)
    return rich if any(zone.message for zone in rich.zones) else plain


def _page_of(mail: ParsedMail) -> HtmlPage:
    """The HTML as a page; `parse` leaves it with the mail where the text was made of it."""
    return html_page(mail.html or "", max(len(mail.text) * 2, 64 * 1024))


def _signing(sender: Address | None) -> tuple[str, ...]:
    """How the sender may sign: whole name, first name, last name first, and what the address says of them."""
    if sender is None:
        return ()
    name = " ".join(sender.name.replace('"', " ").split())[:120].casefold()
    found: list[str] = []
    if name and "@" not in name:
        if "," in name:
            last, _, first = (part.strip() for part in name.partition(","))
            name = f"{first} {last}".strip()
        words = name.split()
        found = [name, words[0]]
        if len(words) > 1:
            found += [f"{words[0]} {words[-1]}", f"{words[0][0]}. {words[-1]}", words[0][0] + words[-1][0]]
    local = sender.address.partition("@")[0].casefold()[:64]
    if not found:
        parts = [part for part in re.split(r"[._+-]", local) if len(part) > 2 and part.isalpha()]
        found = [" ".join(parts), *parts[:1]] if parts else []
    short = nicknames_of(found[:1])
    return tuple(dict.fromkeys(word for word in (*found, local, *short) if len(word) > 1))

"""What mail clients say in their markup: here history begins, this is quoted, this is a signature, this is not shown.

Classes and ids seen in mails of Gmail, Outlook (desktop, web, mobile, Mac), Apple Mail, Yahoo, AOL, Thunderbird,
Zimbra, Proton, Tuta, Zoho, GMX and web.de, mail.ru, Yandex, QQ, NetEase, Samsung, Spark, Superhuman, Windows Mail.
"""

from __future__ import annotations

import re
from enum import Enum

import re2

__all__ = ["Mark", "indents", "mark_of", "may_mark", "quotes"]


class Mark(Enum):
    """What an element is."""

    HISTORY = "history"
    QUOTE = "quote"
    SIGNATURE = "signature"
    HIDDEN = "hidden"


_HISTORY = re2.compile(
    r"""(?i)"""
    r"""gmail_quote|gmail_extra_quote|divrplyfwdmsg|appendonsend|outlookmessageheader|olk_src_body_section|"""
    r"""reference-message|mail-editor-reference|yahoo[_-]quoted|yahooquoted|moz-cite-prefix|moz-forward-container|"""
    r"""protonmail_quote|tutanota_quote|zmail_extra|messagereplysection|sh-quoted|missive_quote|superhuman|zwchr|"""
    r"""stopspelling|aolmsgpart|aolreplacedbody|__(?:divider|headers|quoted_text)__|origbody|isreplycontent|"""
    r"""x_divrplyfwdmsg|replysplit|mcntmcnt|quoted-text-marker|bb-quote|wlmailquote|front-quote|hey-quote"""
)
_QUOTE = re.compile(r"""name\s?=\s?["']?quote\b|class\s?=\s?["']?(?:quote|quoted)\b""", re.IGNORECASE)
_SIGNATURE = re2.compile(
    r"""(?i)"""
    r"""gmail_signature|moz-signature|ms-outlook-mobile-signature|applemailsignature|data-signatureblock|"""
    r"""composer_signature|protonmail_signature|messagesignaturesection|zmail_signature|"""
    r"""(?:id|class)\s?=\s?["']?(?:x_)?signature["'\s>]|signature_block|email-signature|mobile-signature"""
)
_HIDDEN = re.compile(r"display\s?:\s?none|mso-hide\s?:\s?all", re.IGNORECASE)
_CITED = re.compile(r"""cite|quot|border-left|yj6qo""", re.IGNORECASE)


_INDENTED = re.compile(r"border\s?:\s?none|margin-(?:left|right)|margin\s?:\s?0(?:px)? 0", re.IGNORECASE)


def indents(attributes: str) -> bool:
    """Whether the style of a `<blockquote>` is that of an editor's indent button."""
    return _INDENTED.search(attributes) is not None


_MARKED = re2.compile(
    rf"""(?i){_HISTORY.pattern}|["'=\s]quote|signature|display|mso-hide""",
)
_MARKED_BYTES = re2.compile(_MARKED.pattern.encode())


def may_mark(html: str) -> bool:
    """Whether anything in the whole page may be a mark: one quick look that saves one at each tag."""
    if html.isascii():
        return _MARKED.search(html) is not None
    return _MARKED_BYTES.search(html.encode("utf-8", "replace")) is not None


def mark_of(name: str, attributes: str) -> Mark | None:
    """What the element `name` with `attributes` is by them."""
    if attributes.isascii() and _MARKED.search(attributes) is None:  # one look, a fortieth of what those below take
        return None
    if _HISTORY.search(attributes):
        return Mark.HISTORY
    if name != "div":
        return None
    if _SIGNATURE.search(attributes):
        return Mark.SIGNATURE
    if _QUOTE.search(attributes):
        return Mark.QUOTE
    return Mark.HIDDEN if _HIDDEN.search(attributes) else None


def quotes(attributes: str) -> bool:
    """Whether a `<blockquote>` with `attributes` quotes, and does not merely indent."""
    return not attributes.strip() or _CITED.search(attributes) is not None

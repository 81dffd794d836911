"""The text of a notice: where the mail that came back begins, which lines belong to which recipient."""

from __future__ import annotations

import re

__all__ = [
    "ADDRESS",
    "MAX_LINES",
    "MAX_REPORT",
    "MAX_SECTION",
    "sections_of",
    "share",
    "trimmed",
    "without_banner",
    "without_returned",
]

MAX_REPORT = 60_000
"""Characters of a notice that are read; what follows is the mail that came back."""
MAX_LINES = 2_000
MAX_SECTION = 3_000
"""Characters that are looked at for one recipient at most."""
_SECTION_LINES = 40
_WIDE = (
    "\uff1a\uff08\uff09\uff0c\u3001\u3002\u300c\u300d\u300a\u300b\u3010\u3011"
    "\u201c\u201d\u2018\u2019\u00ab\u00bb\uff1b\u300e\u300f\uff1c\uff1e"
)
"""Quotes and punctuation that no address holds."""
ADDRESS = re.compile(rf"[^\s<>()\[\]{{}}:;,\"\\@|={_WIDE}]{{1,64}}@[^\s<>()\[\]{{}}:;,\"\\@|'`*!?=/&{_WIDE}]{{1,255}}")
"""An address as it stands in running text; bounded on both sides, so one look costs at most 64 steps a character."""

_RULED = re.compile(
    r"^[ \t>]{0,8}[-=_*#|+~]{1,60}[ \t]{0,8}"
    r"(?:this is (?:a )?copy|below (?:this line )?is|below this line|original message|(?:the )?(?:unsent|"
    r"returned|undelivered|original|rejected|bounced) "
    r"(?:message|mail|header)|enclosed is|message (?:text|header|body|content)|start of|begin(?:ning)? of|copy of|"
    r"(?:the )?header|returned message|(?:your )?original (?:mail|e-?mail)|forwarded message|"
    r"(?:ursprüngliche|original)[ -]?(?:nachricht|mail)|message d'origine|mensaje original|mensagem original|"
    r"messaggio originale|oorspronkelijk bericht|исходное|原始|元のメ)",
    re.IGNORECASE,
)
_SPOKEN = re.compile(
    r"^[ \t]{0,8}(?:(?:the |a )?(?:full |first [0-9]{1,6} (?:lines|bytes) of (?:the )?)?(?:header|copy|"
    r"text|body|content)s? of (?:the|your) "
    r"(?:original |returned |undelivered )?(?:message|mail|e-?mail)|original message (?:headers?|follows)|"
    r"your (?:original )?(?:message|mail)"
    r"(?: (?:header|text|body)s?)? (?:follows|is (?:included|returned|attached|enclosed|reproduced)|reads)|"
    r"(?:the )?(?:original|undelivered|returned|offending|unsent) (?:message|mail|e-?mail) (?:follows|"
    r"is (?:included|attached|enclosed))|"
    r"message header(?:s)? follow|message follows|unsent message|the message that was sent|here is (?:a copy|your)|"
    r"kopie der (?:nachricht|mail)|header der|begin(?:n)? (?:der|of) (?:original|message))",
    re.IGNORECASE,
)
_TRACE = re.compile(
    r"^[ \t>|]{0,6}(?:Received: |Return-Path: |DKIM-Signature: |X-Received: |Delivered-To: |MIME-Version: |"
    r"Message-ID: ?<|X-Mailer: |ARC-Seal: |Content-Transfer-Encoding: )",
    re.IGNORECASE,
)
_TRACE_LONE = re.compile(r"^[ \t>|]{0,6}(?:Received: (?:from|by|\()|Return-Path: ?<)", re.IGNORECASE)


_DISCLAIMER = re.compile(
    r"^[ \t*_]{0,8}(?:confidentiality notice|disclaimer\b|haftungsausschluss|vertraulichkeitshinweis|"
    r"the message (?:subject|date|identifier|reference) was:|please do not reply to this (?:e-?mail|message)|"
    r"(?:this|the information (?:contained )?in this) (?:e-?mail|message|communication|transmission)\b[^\n]{0,80}"
    r"(?:confidential|intended|privileged)|die(?:se)? (?:informationen in dieser )?(?:e-?mail|nachricht)[^\n]{0,80}"
    r"vertraulich|ce (?:message|courriel|mail)[^\n]{0,80}confidentiel|"
    r"est[ea] (?:mensaje|correo|e-?mail|mensagem)[^\n]{0,80}"
    r"confiden|quest[oa] (?:messaggio|e-?mail)[^\n]{0,80}riservat|dit (?:bericht|e-?mail)[^\n]{0,80}vertrouwelijk)",
    re.IGNORECASE,
)
"""What gateways write below every mail says nothing of this one."""


_BANNER = re.compile(
    r"\A(?:[ \t\n]{0,20}\W{0,6}(?:caution|warning|external|extern|achtung|attention|vorsicht|advertencia)\b"
    r"[^\n]{0,400}(?:outside|extern|links?\b|attachment|anhang|anhänge|pièces jointes|adjuntos)[^\n]{0,400}\n)",
    re.IGNORECASE,
)


def without_banner(text: str) -> str:
    """`text` without the line by which a gateway warns of mail from outside."""
    found = _BANNER.match(text)
    return text[found.end() :] if found is not None else text


def without_returned(text: str) -> str:
    """What the server itself wrote: the text up to the copy of the mail or of its header, or up to a signature."""
    text = text[:MAX_REPORT]
    at = fields = 0
    told = False
    for line in text.split("\n"):
        head = line[:200]
        if told and _ends(head):
            return text[:at]
        if _TRACE_LONE.match(head):
            return text[:at]
        fields = fields + 1 if _TRACE.match(head) else 0
        if fields == 2:
            return text[: max(0, text.rfind("\n", 0, at - 1))]
        told = told or not (head == "" or head.isspace())
        at += len(line) + 1
    return text


def _ends(line: str) -> bool:
    """Whether what the server wrote ends before `line`."""
    if line.rstrip() == "--":
        return True
    return (_RULED.match(line) or _SPOKEN.match(line) or _DISCLAIMER.match(line)) is not None


def trimmed(address: str) -> str:
    """`address` without the punctuation that running text leaves at its ends."""
    if address.startswith("*") and address.endswith("*"):
        address = address.strip("*")
    return address.strip(".-'`\u2026\u2019\u201d\u201c!?")


def sections_of(text: str, recipients: int) -> dict[str, str]:
    """The lines about each address (lower case): from one that names it to one that names another, or forty lines on.

    One pass; what follows the last address is its section, too.
    """
    kept: dict[str, list[str]] = {}
    current: list[str] = []
    left = 0
    for line in text.split("\n")[:MAX_LINES]:
        if "@" in line:
            named = [trimmed(found).lower() for found in ADDRESS.findall(line[:1_000])[:5]]
            if named and (named[0] in current or not line.startswith((" ", "\t")) or not left):
                current, left = list(dict.fromkeys(named)), _SECTION_LINES
        if left:
            for address in current:
                kept.setdefault(address, []).append(line)
            left -= 1
    most = share(recipients)
    return {address: "\n".join(lines)[:most] for address, lines in kept.items()}


def share(recipients: int) -> int:
    """Characters that are looked at for each of so many recipients: all together cost no more than a few alone."""
    return max(400, min(MAX_SECTION, 24_000 // max(1, recipients)))

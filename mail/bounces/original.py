"""The Message-ID of the mail that came back: as a part, in the fields of the report, or quoted in its text."""

from __future__ import annotations

import re

from mail.message_ids import first_id
from mail.records import ParsedMail
from schemas.ids import split_own_id

__all__ = ["original_message_id"]

_MAX = 400_000
_FIELD = re.compile(
    r"^[>|* \t]{0,12}(?:x-original-|original-)?message[- ]id:[ \t]{0,8}(?:\n[>|"
    r" \t]{0,12})?<([^<>\n]{3,900}(?:\n[>| \t]{0,12}[^<>\n]{1,300})?)>",
    re.IGNORECASE | re.MULTILINE,
)
_OWN = re.compile(r"<([a-z2-7]{16}\.[a-z2-7]{26}\.[a-z2-7]{16,80}@[^<>\s]{1,255})>", re.IGNORECASE)
_FIELDS = ("x-original-message-id", "original-message-id", "x-message-id", "original-envelope-id")


def original_message_id(mail: ParsedMail) -> str | None:
    """Message-ID with angle brackets; None where nothing tells it.

    An id that has the shape of ours is preferred wherever it stands: relays put Message-IDs of their own in front.
    """
    if mail.returned is not None:
        found = first_id(mail.returned.text_all("message-id"))
        if found is not None:
            return found
    for block in mail.report.blocks if mail.report is not None else ():
        for name in _FIELDS:
            ids = first_id(block.text_all(name))
            if ids is not None and "@" in ids:
                return ids
    quoted = ["<" + "".join(inner.replace(">", "").split()) + ">" for inner in _quoted(mail.text[:_MAX])]
    own = next((one for one in quoted if split_own_id(one)), None)
    if own is not None:
        return own
    if quoted:
        return quoted[0]
    anywhere = _OWN.search(mail.text[:_MAX])
    return f"<{anywhere.group(1)}>" if anywhere and split_own_id(f"<{anywhere.group(1)}>") else None


def _quoted(text: str) -> list[str]:
    found: list[str] = []
    for match in _FIELD.finditer(text):
        found.append(match.group(1))
        if len(found) == 20:
            break
    return found

"""Own-written mails with what must be understood of them beside them (tests/golden/mail/*.eml and *.json)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from mail.bounces import parse_bounce
from mail.classify import OwnMarks, classify
from mail.parse import parse
from mail.records import Address
from mail.reply import reply_of

GOLDEN = Path(__file__).parent.parent / "golden" / "mail"
NAMES = sorted(path.stem for path in GOLDEN.glob("*.eml"))


def understood(raw: bytes) -> dict[str, Any]:
    """What is compared, as JSON data."""
    mail = parse(raw)
    found = classify(mail, OwnMarks("acme"))
    bounce = parse_bounce(mail)

    def shown(address: Address | None) -> str | None:
        return f"{address.name} <{address.address}>".strip() if address else None

    return {
        "class": found.kind,
        "reason": found.reason,
        "from": shown(mail.from_),
        "to": [shown(address) for address in mail.to],
        "subject": mail.subject,
        "date": mail.date.isoformat() if mail.date else None,
        "message_id": mail.message_id,
        "in_reply_to": mail.in_reply_to,
        "references": list(mail.references),
        "text": mail.text,
        "new_text": reply_of(mail).text,
        "has_html": mail.has_html,
        "attachments": [
            {
                "part": part.path,
                "name": part.filename,
                "type": part.content_type,
                "size": part.size,
                "inline": part.inline,
            }
            for part in mail.attachments
        ],
        "bounce": None
        if bounce is None
        else {
            "original_message_id": bounce.original_message_id,
            "recipients": [
                {"address": one.address, "status": one.status, "smtp_code": one.smtp_code, "kind": one.kind}
                for one in bounce.recipients
            ],
        },
        "defects": list(mail.defects),
    }


def test_golden_mails_are_there() -> None:
    assert NAMES


@pytest.mark.parametrize("name", NAMES)
def test_golden_mail_is_understood_as_expected(name: str) -> None:
    expected = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    assert understood((GOLDEN / f"{name}.eml").read_bytes()) == expected

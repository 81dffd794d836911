"""Mails that nobody here wrote: every one is read, hardly any is taken for a robot's."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from mail.bounces import parse_bounce
from mail.classify import classify
from mail.parse import parse
from tests.mail.test_hostile import everything

pytestmark = pytest.mark.needs("corpora")

FOLDERS = (
    "spamassassin", "sisimai", "mailparser_stalwart", "mimekit", "ruby_mail", "cpython_email", "talon", "quotequail",
    "zapier_email_reply_parser", "mail_parser_reply",
)  # fmt: skip


def mails(corpora: Path, folder: str) -> list[Path]:
    return sorted(path for path in (corpora / folder).rglob("*") if path.is_file() and path.suffix != ".json")


@pytest.mark.parametrize("folder", FOLDERS)
def test_every_file_is_read_without_exception(corpora: Path, folder: str) -> None:
    paths = mails(corpora, folder)
    assert paths
    failed = []
    for path in paths:
        mail = everything(path.read_bytes())
        failed += [(path.name, defect) for defect in mail.defects if defect.startswith("parser_failed")]
    assert failed == []


def test_mail_of_people_and_lists_is_hardly_ever_called_automatic(corpora: Path) -> None:
    kinds = Counter(classify(parse(path.read_bytes())).kind for path in mails(corpora, "spamassassin"))
    wrong = kinds["bounce"] + kinds["delay"] + kinds["auto_reply"] + kinds["out_of_office"]
    assert wrong <= 0.003 * kinds.total(), kinds


def test_reports_of_many_servers_are_bounces_with_recipients(corpora: Path) -> None:
    reports = [mail for path in mails(corpora, "sisimai") if (mail := parse(path.read_bytes())).report is not None]
    status = [mail for mail in reports if mail.report is not None and mail.report.kind == "delivery-status"]
    assert len(status) > 50
    bounces = [parse_bounce(mail) for mail in status]
    with_recipient = [bounce for bounce in bounces if bounce is not None and any(r.address for r in bounce.recipients)]
    assert len(with_recipient) >= 0.95 * len(status)

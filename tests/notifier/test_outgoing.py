"""From a ledger row to an envelope: what is in the mail, and what makes it wait or fail."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from mail.parse import parse
from mail.records import ParsedMail
from notifier.outgoing import Composer, Ready
from notifier.records import entries_of
from runtime.blobs.memory import MemoryBlobs
from runtime.secrets import EnvSecrets
from schemas.errors import ConfigurationError, MessageError
from schemas.events import MailRequested
from schemas.events.case import OutgoingAttachment
from tests.notifier.base import configuration, mail_requested

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


def prepared(folder: Path, request: MailRequested, blobs: MemoryBlobs | None = None, **options: Any) -> Ready:
    made = configuration(folder / "config", **options)
    (entry,) = entries_of(request, NOW)
    return Composer(made, EnvSecrets(folder), blobs or MemoryBlobs()).prepare(entry, NOW)


def mail_of(folder: Path, request: MailRequested, blobs: MemoryBlobs | None = None) -> ParsedMail:
    return parse(prepared(folder, request, blobs).envelope.data)


def test_envelope_names_everybody_and_the_mail_hides_blind_copies(tmp_path: Path) -> None:
    request = mail_requested(1, "a@customers.example", cc=("c@customers.example",), bcc=("b@customers.example",))
    ready = prepared(tmp_path, request)
    assert ready.envelope.recipients == ("a@customers.example", "c@customers.example", "b@customers.example")
    assert ready.envelope.sender == "office@acme.example"
    mail = parse(ready.envelope.data)
    assert [one.address for one in (*mail.to, *mail.cc)] == ["a@customers.example", "c@customers.example"]
    assert b"b@customers" not in ready.envelope.data


def test_account_headers_and_language_are_used(tmp_path: Path) -> None:
    mail = mail_of(tmp_path, mail_requested(1, language="de-CH", headers={"x-department": "claims"}))
    assert mail.headers.get_all("x-department") == ("claims",)
    assert mail.subject == "Ihr Vorgang CLM-1"
    assert "Grüße" in mail.text


@pytest.mark.feature("CF-06", "time-outs")
@pytest.mark.feature("CF-06", "CA")
@pytest.mark.feature("ACC-01", "host, port and security")
def test_connection_is_made_as_the_account_says(tmp_path: Path) -> None:
    ca_file = "  password: {env: MAILCASE_SECRET_TEST_PASSWORD}\n  ca_file: /etc/acme/ca.pem"
    route = prepared(tmp_path, mail_requested(1), read_timeout="7s", password=ca_file).route
    assert (route.host, route.port, route.security) == ("127.0.0.1", 2525, "none")
    assert (route.connect_timeout, route.read_timeout) == (5.0, 7.0)
    assert route.ca_file == "/etc/acme/ca.pem"


@pytest.mark.feature("ACC-01", "address, display name and reply-to")
@pytest.mark.feature("CF-06", "custom outgoing headers per account")
def test_mail_is_from_the_account_with_its_headers(tmp_path: Path) -> None:
    mail = mail_of(tmp_path, mail_requested(1))
    assert [(one.address, one.name) for one in mail.from_all] == [("office@acme.example", "Acme Büro")]
    assert mail.headers.get_all("x-department") == ("office",)


def test_same_notification_has_the_same_message_id_every_time(tmp_path: Path) -> None:
    ids = {prepared(tmp_path, mail_requested(1)).message_id for _ in range(3)}
    assert len(ids) == 1
    assert prepared(tmp_path, mail_requested(2)).message_id not in ids


def test_body_without_template_answers_under_the_mails_subject(tmp_path: Path) -> None:
    mail = mail_of(tmp_path, mail_requested(1, template=None, body="Dear Ann,\nyes.\n", auto_submitted="no"))
    assert mail.subject == "Re: Broken screen"
    assert mail.text.startswith("Dear Ann,\nyes.\n")
    assert mail_of(tmp_path, mail_requested(1, template=None, body="x", subject="Own")).subject == "Own"


def test_attachments_come_from_the_blob_store(tmp_path: Path) -> None:
    blobs = MemoryBlobs()
    blobs.put("claims/ab12", b"%PDF")
    there = OutgoingAttachment(ref="blob:claims/ab12", name="Beleg.pdf", type="application/pdf")
    mail = mail_of(tmp_path, mail_requested(1, attachments=(there,)), blobs)
    assert [(part.filename, part.data()) for part in mail.attachments] == [("Beleg.pdf", b"%PDF")]
    gone = there.model_copy(update={"ref": "blob:claims/gone"})
    with pytest.raises(MessageError, match="not in the blob store"):
        mail_of(tmp_path, mail_requested(1, attachments=(gone,)), blobs)


@pytest.mark.parametrize("change", [{"account": "gone"}, {"template": "gone"}])
def test_what_is_not_configured_can_wait(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError, match="gone"):
        prepared(tmp_path, mail_requested(1, **change))


def test_password_that_is_not_set_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MAILCASE_SECRET_TEST_PASSWORD")
    with pytest.raises(ConfigurationError, match="MAILCASE_SECRET_TEST_PASSWORD"):
        prepared(tmp_path, mail_requested(1))


def test_mail_without_anything_to_say_fails(tmp_path: Path) -> None:
    with pytest.raises(MessageError, match="neither a template nor a body"):
        prepared(tmp_path, mail_requested(1, template=None))

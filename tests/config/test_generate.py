"""What follows from a case type's email instantiation, and the snapshot that holds it all."""

from __future__ import annotations

import pickle
from datetime import timedelta
from pathlib import Path

import pytest

from runtime.config import load_configuration
from schemas.config import Attach, AutoReply, CreateCase, FromMail
from tests.config.base import CASE_TYPES, INSTALLATION, changed, write


@pytest.mark.feature("CA-02", "account generates listener and rules")
def test_email_instantiation_generates_a_listener_with_its_options(tmp_path: Path) -> None:
    configuration = load_configuration(write(tmp_path), {})
    listener = configuration.listener_of("claims")
    assert listener is not None
    assert (listener.name, listener.account, listener.rule) == ("claim", "claims", "claim")
    assert listener.poll_interval == timedelta(seconds=5)
    assert listener.after_intake == "keep"
    assert configuration.generated["EmailListener", "claim"] == ("CaseType", "claim")


@pytest.mark.feature("CA-02", "account generates listener and rules")
def test_email_instantiation_generates_a_rule_that_creates_and_acknowledges(tmp_path: Path) -> None:
    rule = load_configuration(write(tmp_path), {}).rule_of("claims")
    assert rule is not None
    create, reply = rule.otherwise.new
    assert isinstance(create, CreateCase)
    assert create.case_type == "claim"
    assert create.label == FromMail(source="subject")
    assert create.fields == {"description": FromMail(source="body")}
    assert isinstance(reply, AutoReply)
    assert reply.template == "ack"
    assert rule.otherwise.follow_up == (Attach(action="attach"),)


def test_without_acknowledgement_and_description_the_rule_only_creates(tmp_path: Path) -> None:
    text = CASE_TYPES.replace("  description_field: description\n  acknowledgement: {template: ack}\n", "")
    rule = load_configuration(write(tmp_path, {"case-types/all.yaml": text}), {}).rule_of("claims")
    assert rule is not None
    (create,) = rule.otherwise.new
    assert isinstance(create, CreateCase)
    assert create.fields == {}


def test_a_written_listener_leads_to_its_rule(tmp_path: Path) -> None:
    configuration = load_configuration(write(tmp_path), {})
    rule = configuration.rule_of("office")
    assert rule is not None
    assert rule.name == "office"
    assert ("ServiceEmailRule", "office") not in configuration.generated
    assert configuration.rule_of("nobody") is None


def test_the_digest_follows_what_is_said_not_how(tmp_path: Path) -> None:
    first = load_configuration(write(tmp_path / "a"), {})
    same = load_configuration(write(tmp_path / "b", {"installation.yaml": "# a comment\n" + INSTALLATION}), {})
    other = load_configuration(write(tmp_path / "c", changed("queue.yaml", "Desk", "Front desk")), {})
    assert first.digest.startswith("sha256:")
    assert len(first.digest) == 71
    assert same.digest == first.digest
    assert other.digest != first.digest


def test_the_digest_follows_variables(tmp_path: Path) -> None:
    text = changed("accounts.yaml", "smtp.acme.example", '"${MAILCASE_VAR_HOST:-smtp.acme.example}"')
    folder = write(tmp_path / "a", text)
    default = load_configuration(folder, {})
    assert default.digest == load_configuration(write(tmp_path / "b"), {}).digest
    assert default.digest != load_configuration(folder, {"MAILCASE_VAR_HOST": "mx.acme.example"}).digest


def test_a_configuration_travels_to_worker_processes(tmp_path: Path) -> None:
    configuration = load_configuration(write(tmp_path), {})
    copy = pickle.loads(pickle.dumps(configuration))
    assert copy == configuration
    assert copy.rules["office"].rows[0].when.node == configuration.rules["office"].rows[0].when.node


@pytest.mark.feature("ACC-04", "default account")
@pytest.mark.feature("ACC-04", "then the case type's")
@pytest.mark.feature("ACC-04", "then the default")
def test_the_sending_account_is_looked_up_in_order(tmp_path: Path) -> None:
    second = "---\nkind: EmailAccount\nname: repairs\naddress: r@acme.example\nsender: {host: smtp.acme.example}\n"
    types = CASE_TYPES.replace("queue: desk\n---", "queue: desk\naccount: repairs\n---")
    accounts = (write(tmp_path) / "accounts.yaml").read_text() + second
    configuration = load_configuration(write(tmp_path, {"accounts.yaml": accounts, "case-types/all.yaml": types}), {})

    def name(case_type: str | None, mailbox: str | None) -> str | None:
        account = configuration.sending_account(case_type, mailbox)
        return account.name if account else None

    assert name("repair", "office") == "repairs"
    assert name("claim", None) == "office"  # its account only receives, so the default one sends
    assert name(None, "repairs") == "repairs"
    assert name(None, None) == "office"

"""The notifier as a process on real Kafka, PostgreSQL and a mail server."""

from __future__ import annotations

import imaplib
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from mail.parse import parse
from mail.signed_ids import SigningKey, verify_marker_token, verify_message_id
from mailcase.local.greenmail import GreenMailServer
from mailcase.local.ports import free_port
from notifier.outgoing import Composer, Ready
from notifier.records import Entry
from notifier.templates import RenderedMail, render
from runtime import metrics
from runtime.settings import Settings
from schemas.events import LedgerState, MailRequested, OutcomeReported, RecipientState
from schemas.ids import message_id_digest, recipient_digest
from tests.notifier.base import CONVERSATION, SECRETS, mail_requested, write_configuration
from tests.notifier.running import QUICK, Running, ask, until
from tests.notifier.scripted import ScriptedServer, Steps


@pytest.mark.feature("CV-04", "templates need nothing")
@pytest.mark.feature("CV-04", "token by itself")
def test_acknowledgement_reaches_the_mailbox_with_ids_that_verify(
    start: Callable[..., Running], greenmail: GreenMailServer
) -> None:
    office, ann = (f"{name}-{uuid.uuid4().hex[:8]}@acme.example" for name in ("office", "ann"))
    greenmail.add_user(office, SECRETS["MAILCASE_SECRET_TEST_PASSWORD"], office)
    greenmail.add_user(ann, "pw", ann)
    notifier = start(greenmail.smtp_port, address=office)
    request = mail_requested(1, ann)
    notifier.ask(request, request)
    handed = notifier.wait_for(request.notification_id, LedgerState.HANDED_OVER)
    assert handed.recipients[0].digest == recipient_digest(ann)

    with imaplib.IMAP4(greenmail.host, greenmail.imap_port) as box:
        box.login(ann, "pw")
        box.select()
        _, found = box.search(None, "ALL")
        assert found[0].split() == [b"1"], "asked for twice, sent once"
        _, fetched = box.fetch("1", "(BODY.PEEK[])")
    mail = parse(fetched[0][1])  # type: ignore[index,arg-type]
    key = SigningKey("k2", SECRETS["MAILCASE_SECRET_TEST_KEY"].encode())
    assert mail.message_id is not None
    check = verify_message_id(mail.message_id, [key], "acme")
    assert (check.verified, check.conversation, check.notification) == (True, CONVERSATION, request.notification_id)
    marker = mail.text.strip().splitlines()[-1]
    assert verify_marker_token(marker.removeprefix("[ref:").removesuffix("]"), [key], "acme").verified
    assert mail.subject == "We have CLM-1"
    assert mail.headers.text("x-mailcase-loop") == "acme"
    assert mail.in_reply_to == "<parent@customers.example>"
    assert handed.message_id_digests == (message_id_digest(mail.message_id),)
    states = [step.state.value for step in notifier.steps(request.notification_id)]
    assert states == ["queued", "claimed", "transmitting", "handed_over"]


def outcome_of(request: MailRequested, address: str) -> OutcomeReported:
    return OutcomeReported(
        notification_id=request.notification_id,
        mail_id="mail-99",
        outcome="bounced",
        recipient_digest=recipient_digest(address),
        status="5.1.1",
        smtp_code="550",
        reason="no such user",
        kind="hard",
    )


def test_bounce_comes_back_as_an_outcome_of_the_case(start: Callable[..., Running]) -> None:
    with ScriptedServer() as server:
        notifier = start(server.port)
        request = mail_requested(1)
        notifier.ask(request)
        notifier.wait_for(request.notification_id, LedgerState.HANDED_OVER)
        notifier.report(outcome_of(request, request.to[0]))
        bounced = notifier.wait_for(request.notification_id, LedgerState.BOUNCED)
    assert bounced.recipients[0].state is RecipientState.BOUNCED
    assert bounced.case == "CLM-1"


def test_temporary_refusal_is_tried_again_and_only_the_yes_counts(start: Callable[..., Running]) -> None:
    with ScriptedServer(Steps(body=451)) as server:
        notifier = start(server.port)
        request = mail_requested(1)
        notifier.ask(request)
        deferred = notifier.wait_for(request.notification_id, LedgerState.DEFERRED)
        assert deferred.response.startswith("451")
        server.steps = Steps()
        handed = notifier.wait_for(request.notification_id, LedgerState.HANDED_OVER)
        assert handed.attempt >= 2
        assert len(server.mails) == 1


def test_template_that_lacks_a_value_fails_with_its_reason(start: Callable[..., Running]) -> None:
    with ScriptedServer() as server:
        notifier = start(server.port)
        request = mail_requested(1, data={"mail": {"from_name": "Ann"}})
        notifier.ask(request)
        failed = notifier.wait_for(request.notification_id, LedgerState.FAILED)
    assert failed.reason == "template"
    assert "'case' is undefined" in failed.response


def test_mail_that_no_code_of_ours_can_compose_waits_with_growing_pauses_and_the_others_go_on(
    start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    def composed(template: object, language: object, data: dict[str, Any]) -> RenderedMail:
        if data["case"]["id"] == "CLM-1":
            raise RecursionError("a bug in the composer")
        return render(template, language, data)  # type: ignore[arg-type]

    monkeypatch.setattr("notifier.outgoing.render", composed)
    odd, plain = mail_requested(1), mail_requested(2)
    with ScriptedServer() as server:
        notifier = start(server.port)
        notifier.ask(odd, plain)
        notifier.wait_for(plain.notification_id, LedgerState.HANDED_OVER)
        waiting = notifier.wait_for(odd.notification_id, LedgerState.DEFERRED)
    assert (waiting.reason, waiting.response) == ("compose_crashed", "RecursionError")


def test_mails_that_are_slow_to_compose_cost_nobody_his_lease(
    start: Callable[..., Running], monkeypatch: pytest.MonkeyPatch
) -> None:
    """More of them than there are threads, for longer than a lease: as with a blob store that answers late."""
    slow, prepare = threading.Event(), Composer.prepare

    def late(composer: Composer, entry: Entry, at: datetime) -> Ready:
        slow.wait(10)
        return prepare(composer, entry, at)

    monkeypatch.setattr(Composer, "prepare", late)
    requests = [mail_requested(number) for number in range(8)]
    with ScriptedServer() as server:
        notifier = start(server.port)
        notifier.ask(*requests)
        notifier.wait_for(requests[0].notification_id, LedgerState.CLAIMED)
        time.sleep(QUICK.lease + 2 * QUICK.sweep)
        slow.set()
        done = [notifier.wait_for(one.notification_id, LedgerState.HANDED_OVER) for one in requests]
    assert {event.attempt for event in done} == {1}


def test_account_that_is_configured_later_sends_what_waited(start: Callable[..., Running], tmp_path: Path) -> None:
    with ScriptedServer() as server:
        notifier = start(server.port)
        request = mail_requested(1, account="claims")
        notifier.ask(request)
        assert notifier.wait_for(request.notification_id, LedgerState.DEFERRED).reason == "not_configured"
        document = tmp_path / "config" / "all.yaml"
        text = document.read_text(encoding="utf-8")
        account = text.split("---")[1].replace("office", "claims")
        document.write_text(f"{text}---{account}", encoding="utf-8")
        notifier.wait_for(request.notification_id, LedgerState.HANDED_OVER)


@pytest.mark.feature("ACC-09", "block_all_outbound")
def test_outbound_switch_acts_without_restart_and_a_broken_change_does_not(
    start: Callable[..., Running], tmp_path: Path
) -> None:
    with ScriptedServer() as server:
        notifier = start(server.port)
        running = mail_requested(0)
        notifier.ask(running)
        notifier.wait_for(running.notification_id, LedgerState.HANDED_OVER)
        before = metrics.CONFIG_RELOADS.value()
        write_configuration(tmp_path / "config", server.port, outbound="outbound: {block_all_outbound: true}")
        until(lambda: metrics.CONFIG_RELOADS.value() > before)
        blocked = mail_requested(1)
        notifier.ask(blocked)
        suppressed = notifier.wait_for(blocked.notification_id, LedgerState.SUPPRESSED)
        assert suppressed.reason == "outbound_blocked"
        failures = metrics.CONFIG_RELOAD_FAILURES.value()
        write_configuration(tmp_path / "config", server.port, outbound="outbound: {block_everything: true}")
        until(lambda: metrics.CONFIG_RELOAD_FAILURES.value() > failures)
        other = mail_requested(2)
        notifier.ask(other)
        notifier.wait_for(other.notification_id, LedgerState.SUPPRESSED)
        assert len(server.mails) == 1


def test_stopping_finishes_the_hand_over_that_is_under_way(start: Callable[..., Running]) -> None:
    with ScriptedServer(Steps(slow=1.5)) as server:
        notifier = start(server.port)
        request = mail_requested(1)
        notifier.ask(request)
        assert server.body_received.wait(20)
        notifier.stop()
        assert notifier.code == 0
        assert len(server.mails) == 1
        assert notifier.steps(request.notification_id)[-1].state is LedgerState.HANDED_OVER


_CHILD = """
from notifier import service
from runtime.settings import load_settings
from tests.notifier.running import QUICK
raise SystemExit(service.run(load_settings(), options=QUICK))
"""


def child(settings: Settings, folder: Path) -> subprocess.Popen[bytes]:
    """A notifier of its own process, to be killed."""
    environment = os.environ | {
        "MAILCASE_KAFKA_BROKERS": settings.kafka_brokers,
        "MAILCASE_TOPIC_PREFIX": settings.topic_prefix,
        "MAILCASE_DATABASE_URL": settings.dsn,
        "MAILCASE_DATABASE_SCHEMA_PREFIX": settings.database_schema_prefix,
        "MAILCASE_BLOB_URL": settings.blob_url,
        "MAILCASE_CONFIG_DIR": str(folder),
        "MAILCASE_HTTP_PORT": str(free_port()),
    }
    return subprocess.Popen([sys.executable, "-c", _CHILD], env=environment, stderr=subprocess.DEVNULL)


def kill(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGKILL)
    process.wait(10)


@pytest.mark.feature("OU-05", "one hand-over per notification")
def test_notifier_killed_while_transmitting_leaves_doubt_and_never_sends_again_by_itself(
    settings: Settings, tmp_path: Path, start: Callable[..., Running]
) -> None:
    with ScriptedServer(Steps(slow=4)) as server:
        folder = write_configuration(tmp_path / "config", server.port)
        victim = child(settings, folder)
        try:
            request = mail_requested(1)
            ask(settings, request)
            assert server.body_received.wait(30)
        finally:
            kill(victim)
        server.steps = Steps()
        notifier = start(server.port)
        unknown = notifier.wait_for(request.notification_id, LedgerState.UNKNOWN)
        assert unknown.reason == "sender_died_while_transmitting"
        other = mail_requested(2)
        notifier.ask(other)
        notifier.wait_for(other.notification_id, LedgerState.HANDED_OVER)
        assert notifier.steps(request.notification_id)[-1].state is LedgerState.UNKNOWN
        assert server.data_commands == 2, "one of the killed process, one of the other mail"


def test_notifier_killed_while_it_only_had_a_claim_sends_once(
    settings: Settings, tmp_path: Path, start: Callable[..., Running]
) -> None:
    with ScriptedServer(Steps(slow_rcpt=60)) as server:
        folder = write_configuration(tmp_path / "config", server.port)
        victim = child(settings, folder)
        try:
            request = mail_requested(1)
            ask(settings, request)
            until(lambda: any(command.startswith("RCPT") for command in server.commands), 30)
        finally:
            kill(victim)
        server.steps = Steps()
        notifier = start(server.port)
        handed = notifier.wait_for(request.notification_id, LedgerState.HANDED_OVER)
        assert handed.attempt == 2
        assert len(server.mails) == 1

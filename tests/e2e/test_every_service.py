"""What holds for all four services alike: a change acts in each without restart, and each can be watched."""

from __future__ import annotations

import json
import re
import shutil
import signal
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from mailcase.local.services import ServiceProcess
from schemas.events import LedgerState
from tests.e2e.conftest import Pipeline

SERVICES = ("ingest", "router", "casesvc", "notifier")

ADDED = """
kind: EmailAccount
name: help
address: {address}
display_name: Help Desk
reply_to: answers@{domain}
headers: {{X-Department: help}}
sender:
  {{protocol: smtp, host: {host}, port: {smtp}, security: none, password: {{env: MAILCASE_SECRET_E2E_PASSWORD}}}}
receiver:
  {{protocol: imap, host: {host}, port: {imap}, security: none, same_as_sender: true}}
---
kind: EmailListener
name: help-inbox
account: help
rule: help-rule
poll_interval: 1s
---
kind: ServiceEmailRule
name: help-rule
mode: first
otherwise:
  new:
    - {{action: create_case, case_type: question}}
    - {{action: auto_reply, template: thanks}}
---
kind: CaseType
name: question
label: Question
id_prefix: QUE
stages:
  - {{name: open, statuses: [new]}}
  - {{name: done, statuses: [answered]}}
resolved: [answered]
queue: desk
account: help
---
kind: MailTemplate
name: thanks
default_language: en
languages:
  en: {{subject: "Your question {{{{ case.id }}}}", text: "We answer soon."}}
"""


@pytest.mark.feature("CF-04", "all services reload")
@pytest.mark.feature("CF-04", "replicas on different digests visible")
@pytest.mark.feature("CA-04", "listener and rule creating cases")
@pytest.mark.feature("ACC-01", "sender SMTP")
@pytest.mark.feature("ACC-01", "receiver IMAP")
@pytest.mark.feature("ACC-01", "address, display name and reply-to")
@pytest.mark.feature("CF-06", "custom outgoing headers per account")
@pytest.mark.feature("OP-01", "metrics on every service")
@pytest.mark.feature("OP-01", "healthz and readyz on every service")
@pytest.mark.feature("OP-01", "no content and no addresses unless asked")
@pytest.mark.feature("OP-06", "drains in time")
def test_a_mailbox_that_is_added_works_through_all_services_without_a_restart(
    pipeline: Callable[..., Pipeline], tmp_path: Path
) -> None:
    line = pipeline("sales")
    company, observer = line.company, line.observer
    old = shutil.copytree(company.folder, tmp_path / "as-it-was")
    line.start(dict.fromkeys(SERVICES, 1))
    processes = {one.name: one.pid for one in line.services.replicas}
    (before,) = _digests(line.services.replicas)

    _add_mailbox(line)
    line.until(lambda: before not in _digests(line.services.replicas), 20, "every service took the change over")
    line.until(lambda: observer.all_idle(("sales", "help")), 30, "the new mailbox is watched")
    assert len(_digests(line.services.replicas)) == 1
    company.deliver(company.mail(1, "help", subject="Hushed question"))
    line.until(
        lambda: any(out.state is LedgerState.HANDED_OVER for out in observer.outgoing.values()), 30, "acknowledged"
    )

    [story] = observer.by_mark()["1"]
    [case] = story.created
    assert case.startswith("QUE-"), "casesvc knows the new case type"
    assert story.decision is not None
    assert {action.rule for action in story.decision.outcome.new} == {"help-rule/(otherwise)"}
    [answer] = company.inbox_of(company.customer(1))
    assert str(answer["Subject"]) == f"Your question {case}"
    assert str(answer["From"]) == f"Help Desk <{company.address('help')}>"
    assert str(answer["Reply-To"]) == f"answers@{company.domain}"
    assert str(answer["X-Department"]) == "help"
    assert {one.name: one.pid for one in line.services.replicas} == processes
    assert all(one.is_running() for one in line.services.replicas)

    _watched(line.services.replicas)
    line.services.environment = {**line.services.environment, "MAILCASE_CONFIG_DIR": str(old)}
    behind = line.services.add("router")
    behind.start()
    line.services.wait_ready(30)
    assert _digests([behind]) == {before}
    assert len(_digests(line.services.of("router"))) == 2, "one that was left behind is seen"

    for one in line.services.replicas:
        one.send(signal.SIGTERM)
    assert {one.name: _exit_code(one) for one in line.services.replicas} == dict.fromkeys([*processes, behind.name], 0)
    _logs_tell_of_nobody(line)


def _add_mailbox(line: Pipeline) -> None:
    company, mail = line.company, line.company.greenmail
    company.greenmail.add_user(company.address("help"), "s3cret-of-the-test", company.address("help"))
    text = ADDED.format(
        address=company.address("help"), domain=company.domain, host=mail.host, smtp=mail.smtp_port, imap=mail.imap_port
    )
    (company.folder / "help.yaml").write_text(text)


def _digests(replicas: list[ServiceProcess]) -> set[str]:
    """The configurations in force, as Prometheus sees them."""
    return {
        digest for one in replicas for digest in re.findall(r'mailcase_config_info\{digest="(.+)"\} 1', one.metrics())
    }


def _watched(replicas: list[ServiceProcess]) -> None:
    for one in replicas:
        assert "# TYPE mailcase_config_reloads_total counter" in one.metrics(), one.name
        for path in ("healthz", "readyz"):
            with urllib.request.urlopen(f"{one.url}/{path}", timeout=5) as answer:
                assert answer.status == 200, one.name
                assert json.load(answer)["checks"] is not None


def _exit_code(one: ServiceProcess) -> int:
    assert one.process is not None
    return one.process.wait(15)


def _logs_tell_of_nobody(line: Pipeline) -> None:
    """Every line is JSON with its service, and nobody learns from them who wrote what."""
    logs = "".join(one.log.read_text() for one in line.services.replicas)
    assert {json.loads(row)["service"] for row in logs.splitlines()} == set(SERVICES)
    for word in ("Hushed", "this is mail 1", line.company.customer(1), line.company.address("help")):
        assert word not in logs

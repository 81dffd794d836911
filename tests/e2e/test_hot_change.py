"""A changed rule acts within five seconds, without restart; a broken change leaves the old one at work."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from schemas.events import ActionKind
from tests.e2e.conftest import Pipeline

RULE = """
kind: ServiceEmailRule
name: desk-rule
mode: first
rows:
  - id: colours
    when:
      subject: {{contains: [{word}]}}
    new:
      - action: create_case
        case_type: type-sales
otherwise:
  new:
    - action: route
      queue: desk
---
kind: EmailAccount
name: help
address: {address}
receiver:
  {{protocol: imap, host: {host}, port: {port}, security: none, password: {{env: MAILCASE_SECRET_E2E_PASSWORD}}}}
---
kind: EmailListener
name: help-inbox
account: help
rule: desk-rule
poll_interval: 1s
"""


def _write(line: Pipeline, word: str) -> Path:
    company = line.company
    company.greenmail.add_user(company.address("help"), "s3cret-of-the-test", company.address("help"))
    path = company.folder / "rule.yaml"
    mail = company.greenmail
    path.write_text(RULE.format(word=word, address=company.address("help"), host=mail.host, port=mail.imap_port))
    return path


def _creates_a_case(line: Pipeline, number: int, subject: str) -> bool:
    """Deliver a mail with this subject and tell whether the router decided to create a case for it."""
    line.company.deliver(line.company.mail(number, "help", subject=subject))
    observer = line.observer
    line.until(
        lambda: any(story.decision for story in observer.by_mark().get(str(number), [])), 30, f"mail {number} decided"
    )
    [story] = observer.by_mark()[str(number)]
    assert story.decision is not None
    return any(action.action is ActionKind.CREATE_CASE for action in story.decision.outcome.new)


@pytest.mark.feature("CF-04", "last good kept")
@pytest.mark.feature("CF-04", "digest in decisions")
def test_a_changed_rule_acts_within_five_seconds_and_a_broken_one_changes_nothing(
    pipeline: Callable[..., Pipeline],
) -> None:
    line = pipeline("sales")
    _write(line, "green")
    line.start({"ingest": 1, "router": 1})
    line.until(lambda: line.observer.all_idle(("sales", "help")), 30, "both mailboxes watched")
    assert _creates_a_case(line, 1, "something green")
    assert not _creates_a_case(line, 2, "something blue")
    [router] = line.services.of("router")
    process = router.pid

    path = _write(line, "blue")
    time.sleep(4)  # the promise is five seconds, the mail itself takes some of them
    assert _creates_a_case(line, 3, "something blue")
    assert not _creates_a_case(line, 4, "something green")
    digests = [line.observer.by_mark()[mark][0].decision for mark in "24"]
    assert len({decision.versions.config for decision in digests if decision}) == 2

    path.write_text(path.read_text().replace("mode: first", "mode: sometimes"))
    line.until(lambda: _failures(router.metrics()) > 0, 10, "the broken change counted")
    assert _creates_a_case(line, 5, "still blue")
    log = router.log.read_text()
    assert "rule.yaml:4" in log
    assert "sometimes" in log
    assert router.pid == process
    assert router.is_running()


def _failures(metrics: str) -> float:
    return sum(
        float(row.rsplit(" ", 1)[1])
        for row in metrics.splitlines()
        if row.startswith("mailcase_config_reload_failures_total")
    )

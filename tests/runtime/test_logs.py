"""What a log line shows, and what it never shows."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Iterator

import pytest
import structlog

from runtime import logs
from runtime.settings import Settings


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level, hook = root.handlers[:], root.level, threading.excepthook
    yield
    threading.excepthook = hook
    root.handlers, root.level = handlers, level
    structlog.reset_defaults()


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, object]]:
    return [json.loads(line) for line in capsys.readouterr().err.splitlines()]


def test_a_line_carries_service_instance_and_bound_ids(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure_logging(Settings(instance="router-1"), "router")
    with logs.bind(mail_id="m1", case_id="c1"):
        logs.get_logger("decide").info("decided", rule="claims/damage")
    logs.get_logger("decide").info("after")
    first, second = lines(capsys)
    assert first["event"] == "decided"
    assert {"service": "router", "instance": "router-1", "mail_id": "m1", "case_id": "c1", "level": "info"}.items() <= (
        first.items()
    )
    assert first["rule"] == "claims/damage"
    assert "mail_id" not in second


@pytest.mark.feature("OP-01", "no content and no addresses unless asked")
def test_secrets_content_and_addresses_stay_out(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure_logging(Settings(), "router")
    logs.get_logger("x").warning(
        "login of ann.b@example.org failed",
        password="hunter2",
        imap_password="hunter2",
        subject="my illness",
        nested={"token": "hunter2", "to": ["bob@example.net"]},
        url="postgresql://u:hunter2@db/x",
        payload=b"my illness",
    )
    text = capsys.readouterr().err
    for hidden in ("hunter2", "my illness", "ann.b", "bob@"):
        assert hidden not in text
    assert "***@example.org" in text
    assert "(10 bytes)" in text


def test_addresses_are_shown_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure_logging(Settings(log_addresses=True), "router")
    logs.get_logger("x").info("mail from ann@example.org")
    assert "ann@example.org" in capsys.readouterr().err


def test_exceptions_are_one_line_and_masked_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure_logging(Settings(), "router")
    try:
        raise ValueError("cannot reach ann@example.org with postgresql://u:hunter2@h/d")
    except ValueError:
        logs.get_logger("x").exception("it broke")
    (line,) = lines(capsys)
    assert "ValueError" in str(line["exception"])
    assert "hunter2" not in str(line)
    assert "ann@" not in str(line)


def test_a_thread_that_ends_by_an_exception_is_one_line_too(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure_logging(Settings(), "router")
    thread = threading.Thread(target=lambda: 1 / 0, name="stream")
    thread.start()
    thread.join()
    (line,) = lines(capsys)
    assert (line["thread"], line["level"]) == ("stream", "warning")
    assert "ZeroDivisionError" in str(line["exception"])


def test_libraries_speak_in_the_same_form(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure_logging(Settings(), "router")
    logging.getLogger("some.library").warning("it is %s", "late")
    logging.getLogger("kafka.conn").info("chatter")
    (line,) = lines(capsys)
    assert line["event"] == "it is late"
    assert line["service"] == "router"


def test_console_form_is_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    logs.configure_logging(Settings(log_format="console", log_level="warning"), "router")
    logs.get_logger("x").info("not this")
    logs.get_logger("x").warning("but this", mailbox="claims")
    text = capsys.readouterr().err
    assert "but this" in text
    assert "mailbox=claims" in text
    assert "not this" not in text

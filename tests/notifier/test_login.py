"""A login that is refused: the reason is told, tried once, and no server's answer carries the password on."""

from __future__ import annotations

import asyncio
import socketserver
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from pydantic import SecretStr

from mailcase.local.greenmail import GreenMailServer
from notifier.sender import Outcome, Route, SendResult, Stage
from notifier.smtp import SmtpSender
from tests.notifier.base import envelope, route

PASSWORD = "s3cret of the office"


@contextmanager
def server_that_answers(auth: Callable[[str], str]) -> Iterator[tuple[int, list[str]]]:
    """Port of a server that offers PLAIN and LOGIN and answers AUTH lines by `auth`, and the AUTH lines that it got."""
    seen: list[str] = []

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.wfile.write(b"220 hello\r\n")
            while line := self.rfile.readline().decode().strip():
                answer = "250 ok"
                if line.startswith("EHLO"):
                    answer = "250-hello\r\n250 AUTH PLAIN LOGIN"
                elif line.startswith("AUTH"):
                    seen.append(line)
                    answer = auth(line)
                self.wfile.write(f"{answer}\r\n".encode())

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
        yield server.server_address[1], seen
        server.shutdown()


def send(there: Route) -> SendResult:
    async def nothing_is_sent() -> bool:
        raise AssertionError("no login, no mail")

    async def once() -> SendResult:
        sender = SmtpSender()
        try:
            return await sender.send(there, envelope("ann@customers.example"), nothing_is_sent)
        finally:
            await sender.close()

    return asyncio.run(once())


def login(port: int) -> Route:
    return route(port, username="office", password=SecretStr(PASSWORD))


def test_refused_credentials_are_tried_once_and_named() -> None:
    with server_that_answers(lambda _: "535 5.7.8 wrong password") as (port, seen):
        result = send(login(port))
    assert (result.outcome, result.stage, result.response) == (
        Outcome.TEMPORARY, Stage.LOGIN, "535 5.7.8 wrong password",
    )  # fmt: skip
    assert len(seen) == 1


def test_method_that_is_offered_but_not_spoken_is_passed_over() -> None:
    with server_that_answers(lambda line: "504 no" if "PLAIN" in line else "535 wrong") as (port, seen):
        result = send(login(port))
    assert [line.split()[1] for line in seen] == ["PLAIN", "LOGIN"]
    assert result.response == "535 wrong"


@pytest.mark.parametrize("code", [500, 535])
def test_server_that_repeats_the_line_does_not_get_the_password_into_the_answer(code: int) -> None:
    with server_that_answers(lambda line: f"{code} syntax error in <{line}> for {PASSWORD}") as (port, _):
        response = send(login(port)).response
    told = [b64encode(text.encode()).decode() for text in (PASSWORD, "office", f"\0office\0{PASSWORD}")]
    assert not any(secret in response for secret in (PASSWORD, *told))
    assert response.startswith(f"{code} syntax error in <AUTH PLAIN *")


@pytest.mark.feature("OP-07", "says what, where and what would be right")
def test_greenmail_s_refusal_is_shown_as_it_is(greenmail: GreenMailServer) -> None:
    greenmail.add_user("clerk@acme.example", "pw", "clerk@acme.example")
    result = send(
        route(greenmail.smtp_port, host=greenmail.host, username="clerk@acme.example", password=SecretStr("no"))
    )
    assert (result.stage, result.response[:3]) == (Stage.LOGIN, "535")

"""One SMTP connection on aiosmtplib: opened (TLS, login), one hand-over at a time, each failure with its exact stage.

             answer 4xx/5xx           connection lost or silent
connect      TEMPORARY                TEMPORARY      (5xx too: a person mends the account, mails wait)
TLS, login   TEMPORARY                TEMPORARY
MAIL, RCPT   TEMPORARY / PERMANENT    TEMPORARY
DATA         TEMPORARY / PERMANENT    TEMPORARY      no byte of the mail was sent yet
body         TEMPORARY / PERMANENT    UNKNOWN        RFC 5321 §4.2.5: the server may have taken it
"""

from __future__ import annotations

import asyncio
import re
import ssl
import time
from base64 import b64encode
from collections.abc import Sequence

import aiosmtplib
from aiosmtplib.errors import SMTPAuthenticationError, SMTPException, SMTPResponseException, SMTPTimeoutError

from mail.encode import visible
from mail.mask import mask
from notifier.sender import BeforeData, Envelope, Outcome, RecipientAnswer, Route, SendResult, Stage
from schemas.events import RecipientState

__all__ = ["ServerFault", "Session"]

_BYTES_PER_SECOND = 50_000
"""The slowest line that is waited for while a mail is sent."""
_MAX_RESPONSE = 500
_NOT_SPOKEN = frozenset({500, 501, 502, 503, 504})
"""Answers to a login method that the server offers but does not speak (RFC 5321 §4.2.2, RFC 4954 §4)."""
_LONG_BASE64 = re.compile(r"[A-Za-z0-9+/]{24,}={0,2}")
_TROUBLE = (SMTPException, OSError, asyncio.TimeoutError, EOFError)


class ServerFault(Exception):
    """No session: connecting, TLS or login failed."""

    def __init__(self, stage: Stage, response: str) -> None:
        super().__init__(response)
        self.stage = stage
        self.response = response


class Session:
    """An open connection, logged in. `usable` says whether it may be used again."""

    def __init__(self, client: aiosmtplib.SMTP, route: Route) -> None:
        self._client = client
        self._route = route
        self.usable = True
        self.mails = 0
        self.idle_since = time.monotonic()

    @classmethod
    async def open(cls, route: Route) -> Session:
        """Connect as `route` says. STARTTLS and TLS verify the server's certificate. Raises ServerFault."""
        stage = Stage.CONNECT
        client: aiosmtplib.SMTP | None = None
        try:
            context = None if route.security == "none" else _tls_context(route.ca_file)
            client = aiosmtplib.SMTP(
                hostname=route.host,
                port=route.port,
                local_hostname=route.client_name,
                timeout=route.connect_timeout,
                use_tls=route.security == "tls",
                start_tls=False,
                tls_context=context,
            )
            async with asyncio.timeout(2 * route.connect_timeout + route.read_timeout):
                await client.connect()
                await client.ehlo()
                if route.security == "starttls":
                    stage = Stage.TLS
                    if not client.supports_extension("starttls"):
                        raise ServerFault(stage, f"{route.host} does not offer STARTTLS; nothing is sent in clear text")
                    await client.starttls(server_hostname=route.host)
                    await client.ehlo()
                if route.username is not None and route.password is not None:
                    stage = Stage.LOGIN
                    if not client.supported_auth_methods:
                        raise ServerFault(stage, f"{route.host} offers no login that we know; leave out the password")
                    await _log_in(client, route.username, route.password.get_secret_value())
        except ServerFault:
            _abort(client)
            raise
        except _TROUBLE as error:
            _abort(client)
            tls = isinstance(error, ssl.SSLError) or isinstance(error.__cause__, ssl.SSLError)
            described = _described(error, route)
            if stage is Stage.LOGIN:
                described = _without_credentials(described, route)
            raise ServerFault(Stage.TLS if tls else stage, described) from error
        except BaseException:
            _abort(client)
            raise
        client.timeout = route.read_timeout
        return cls(client, route)

    async def alive(self) -> bool:
        """Whether the server still answers."""
        try:
            return (await self._client.noop()).code == 250
        except _TROUBLE:
            return False

    async def send(self, envelope: Envelope, before_data: BeforeData) -> SendResult:
        """See `Sender.send`."""
        self.mails += 1
        try:
            return await self._send(envelope, before_data)
        except BaseException:
            self.abort()
            raise
        finally:
            self.idle_since = time.monotonic()

    async def _send(self, envelope: Envelope, before_data: BeforeData) -> SendResult:
        try:
            code, text = await self._command(b"MAIL", f"FROM:<{envelope.sender}>".encode("ascii"))
        except _TROUBLE as error:
            return self._lost(Outcome.TEMPORARY, Stage.MAIL, error)
        if code // 100 != 2:
            await self._reset()
            return SendResult(_refusal(code), Stage.MAIL, _answer(code, text))
        answers: dict[str, RecipientAnswer] = {}
        try:
            for address in envelope.recipients:
                code, text = await self._command(b"RCPT", f"TO:<{address}>".encode("ascii"))
                answers[address] = RecipientAnswer(_recipient_state(code), _answer(code, text))
                if code == 421:
                    break
        except _TROUBLE as error:
            return self._lost(Outcome.TEMPORARY, Stage.RCPT, error, _only_final(answers))
        taken = [address for address, answer in answers.items() if answer.state is RecipientState.PENDING]
        if code == 421 or not taken:
            await self._reset()
            final = all(answer.state is RecipientState.REFUSED for answer in answers.values())
            outcome = Outcome.PERMANENT if final and code != 421 else Outcome.TEMPORARY
            return SendResult(outcome, Stage.RCPT, _answer(code, text), _only_final(answers))
        if not await before_data():
            await self._reset()
            return SendResult(Outcome.ABANDONED, Stage.RCPT, "given up before DATA", {})
        return await self._transmit(envelope.data, answers, taken)

    async def _transmit(self, data: bytes, answers: dict[str, RecipientAnswer], taken: Sequence[str]) -> SendResult:
        try:
            code, text = await self._command(b"DATA")
        except _TROUBLE as error:
            return self._lost(Outcome.TEMPORARY, Stage.DATA, error, _only_final(answers))
        if code != 354:
            await self._reset()
            # A 2xx or an unknown 3xx makes no sense here; no byte of the mail was sent, so it is safe to try again.
            return self._answered(_refusal(code), Stage.DATA, code, text, answers, taken)
        protocol = self._client.protocol
        if protocol is None:
            return self._lost(Outcome.TEMPORARY, Stage.DATA, ConnectionError("connection lost"), _only_final(answers))
        try:
            protocol.write(_stuffed(data))
            code, text = await protocol.read_response(self._route.read_timeout + len(data) / _BYTES_PER_SECOND)
        except _TROUBLE as error:
            return self._lost(Outcome.UNKNOWN, Stage.BODY, error, _only_final(answers))
        if code // 100 == 2:
            return self._answered(Outcome.ACCEPTED, Stage.BODY, code, text, answers, taken)
        if code // 100 not in (4, 5):
            strange = SMTPResponseException(code, text)
            return self._lost(Outcome.UNKNOWN, Stage.BODY, strange, _only_final(answers))
        if code == 421:
            self.abort()
        return self._answered(_refusal(code), Stage.BODY, code, text, answers, taken)

    def _answered(
        self,
        outcome: Outcome,
        stage: Stage,
        code: int,
        text: str,
        answers: dict[str, RecipientAnswer],
        taken: Sequence[str],
    ) -> SendResult:
        """The server's one answer for the mail is the answer for every recipient that it had taken."""
        state = {
            Outcome.ACCEPTED: RecipientState.ACCEPTED,
            Outcome.PERMANENT: RecipientState.REFUSED,
        }.get(outcome, RecipientState.DEFERRED)
        response = _answer(code, text)
        settled = answers | {address: RecipientAnswer(state, response) for address in taken}
        return SendResult(outcome, stage, response, settled)

    def _lost(
        self, outcome: Outcome, stage: Stage, error: BaseException, answers: dict[str, RecipientAnswer] | None = None
    ) -> SendResult:
        self.abort()
        return SendResult(outcome, stage, _described(error, self._route), answers or {})

    async def _command(self, *parts: bytes) -> tuple[int, str]:
        response = await self._client.execute_command(*parts)
        return response.code, response.message

    async def _reset(self) -> None:
        """Ready for the next mail, or not to be used again."""
        try:
            self.usable = (await self._client.rset()).code == 250
        except _TROUBLE:
            self.abort()

    async def quit(self) -> None:
        """Say goodbye and close."""
        self.usable = False
        try:
            async with asyncio.timeout(5):
                await self._client.quit()
        except _TROUBLE:
            pass
        finally:
            self.abort()

    def abort(self) -> None:
        """Close at once."""
        self.usable = False
        _abort(self._client)


async def _log_in(client: aiosmtplib.SMTP, username: str, password: str) -> None:
    """By the first method that the server really speaks. Refused credentials end it, where the library would go on:
    every further try counts as one more wrong password, and the last answer would hide the reason."""
    refused: SMTPAuthenticationError | None = None
    for method in client.supported_auth_methods:
        try:
            await getattr(client, f"auth_{method.replace('-', '')}")(username, password)
            return
        except SMTPAuthenticationError as error:
            refused = refused or error
            if error.code not in _NOT_SPOKEN:
                raise
    assert refused is not None, "the caller has seen that there is a method"
    raise refused


def _without_credentials(text: str, route: Route) -> str:
    """Some servers repeat the line that they do not like; with AUTH that line holds user and password."""
    user, password = route.username or "", route.password.get_secret_value() if route.password else ""
    for known in (password, *(b64encode(part.encode()).decode() for part in (user, password))):
        text = text.replace(known, "*") if known else text
    return _LONG_BASE64.sub("*", text)


def _abort(client: aiosmtplib.SMTP | None) -> None:
    if client is not None:
        client.close()


def _tls_context(ca_file: str | None) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=ca_file)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _stuffed(data: bytes) -> bytes:
    """As DATA wants it: lines that begin with a dot get another (RFC 5321 §4.5.2), and the closing dot."""
    body = data if data.endswith(b"\r\n") else data + b"\r\n"
    if body.startswith(b"."):
        body = b"." + body
    return body.replace(b"\r\n.", b"\r\n..") + b".\r\n"


def _refusal(code: int) -> Outcome:
    return Outcome.PERMANENT if code // 100 == 5 else Outcome.TEMPORARY


def _recipient_state(code: int) -> RecipientState:
    if code // 100 == 2:
        return RecipientState.PENDING
    return RecipientState.REFUSED if code // 100 == 5 else RecipientState.DEFERRED


def _only_final(answers: dict[str, RecipientAnswer]) -> dict[str, RecipientAnswer]:
    return {address: answer for address, answer in answers.items() if answer.state is not RecipientState.PENDING}


def _answer(code: int, text: str) -> str:
    # Servers say anything, and some repeat our Message-ID, whose signature is for nobody's eyes.
    return mask(visible(f"{code} {text}"))[:_MAX_RESPONSE]


def _described(error: BaseException, route: Route) -> str:
    place = f"{route.host}:{route.port}"
    if isinstance(error, SMTPResponseException):
        return _answer(error.code, error.message)
    if isinstance(error, (SMTPTimeoutError, TimeoutError)):
        return f"{place} did not answer in time"
    reason = error.__cause__ or error
    return mask(visible(f"{place}: {str(reason) or type(reason).__name__}"))[:_MAX_RESPONSE]

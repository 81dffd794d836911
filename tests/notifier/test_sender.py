"""One contract for every sender: the in-memory twin, a scripted SMTP server, GreenMail."""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from pydantic import SecretStr

from mailcase.local.greenmail import GreenMailServer
from notifier.memory import MemorySender, Script
from notifier.sender import Envelope, Outcome, Route, Sender, SendResult, Stage
from notifier.session import Session
from notifier.smtp import SmtpSender
from schemas.events import RecipientState
from tests.notifier.base import envelope, route
from tests.notifier.scripted import ScriptedServer, Steps

ANN, BOB, EVE = "ann@customers.example", "bob@customers.example", "eve@customers.example"


@dataclass
class Rig:
    """A sender and a server that follows a script."""

    sender: Callable[[], Sender]
    route: Route
    taken: Callable[[], list[tuple[tuple[str, ...], bytes]]]


@contextmanager
def memory_rig(script: Script) -> Iterator[Rig]:
    sender = MemorySender(script)
    yield Rig(
        lambda: sender,
        route(25, username="office", password=SecretStr("pw")),
        lambda: [(one.recipients, one.data) for one in sender.delivered],
    )


@contextmanager
def scripted_rig(script: Script) -> Iterator[Rig]:
    steps = Steps(script.connect, script.login, script.mail, script.rcpt, script.data, script.body)
    with ScriptedServer(steps) as server:
        yield Rig(
            SmtpSender,
            route(server.port, username="office", password=SecretStr("pw")),
            lambda: [(recipients, data) for _, recipients, data in server.mails],
        )


def send(rig: Rig, mail: Envelope, begun: list[str] | None = None, *, go: bool = True) -> SendResult:
    async def before_data() -> bool:
        if begun is not None:
            begun.append("begun")
        return go

    async def work() -> SendResult:
        sender = rig.sender()
        try:
            return await sender.send(rig.route, mail, before_data)
        finally:
            await sender.close()

    return asyncio.run(work())


RIGS = pytest.mark.parametrize("make", [memory_rig, scripted_rig], ids=["memory", "smtp"])


@RIGS
@pytest.mark.parametrize(
    ("script", "outcome", "stage", "begun"),
    [
        (Script(), Outcome.ACCEPTED, Stage.BODY, True),
        (Script(connect=421), Outcome.TEMPORARY, Stage.CONNECT, False),
        (Script(connect=554), Outcome.TEMPORARY, Stage.CONNECT, False),
        (Script(connect=0), Outcome.TEMPORARY, Stage.CONNECT, False),
        (Script(login=535), Outcome.TEMPORARY, Stage.LOGIN, False),
        (Script(login=454), Outcome.TEMPORARY, Stage.LOGIN, False),
        (Script(mail=451), Outcome.TEMPORARY, Stage.MAIL, False),
        (Script(mail=550), Outcome.PERMANENT, Stage.MAIL, False),
        (Script(mail=0), Outcome.TEMPORARY, Stage.MAIL, False),
        (Script(rcpt={ANN: 450}), Outcome.TEMPORARY, Stage.RCPT, False),
        (Script(rcpt={ANN: 550}), Outcome.PERMANENT, Stage.RCPT, False),
        (Script(rcpt={ANN: 0}), Outcome.TEMPORARY, Stage.RCPT, False),
        (Script(data=451), Outcome.TEMPORARY, Stage.DATA, True),
        (Script(data=554), Outcome.PERMANENT, Stage.DATA, True),
        (Script(data=0), Outcome.TEMPORARY, Stage.DATA, True),
        (Script(body=452), Outcome.TEMPORARY, Stage.BODY, True),
        (Script(body=550), Outcome.PERMANENT, Stage.BODY, True),
        (Script(body=0), Outcome.UNKNOWN, Stage.BODY, True),
    ],
    ids=str,
)
def test_each_failure_is_told_apart_by_its_stage(
    make: Callable[[Script], Any], script: Script, outcome: Outcome, stage: Stage, begun: bool
) -> None:
    begins: list[str] = []
    with make(script) as rig:
        result = send(rig, envelope(ANN), begins)
    assert (result.outcome, result.stage) == (outcome, stage)
    assert begins == (["begun"] if begun else [])
    assert result.server_fault == (stage in (Stage.CONNECT, Stage.LOGIN))


@RIGS
def test_recipients_are_answered_one_by_one(make: Callable[[Script], Any]) -> None:
    with make(Script(rcpt={BOB: 450, EVE: 550})) as rig:
        result = send(rig, envelope(ANN, BOB, EVE))
        assert result.outcome is Outcome.ACCEPTED
        assert {address: answer.state for address, answer in result.recipients.items()} == {
            ANN: RecipientState.ACCEPTED,
            BOB: RecipientState.DEFERRED,
            EVE: RecipientState.REFUSED,
        }
        assert [recipients for recipients, _ in rig.taken()] == [(ANN,)]


@RIGS
def test_some_refused_for_now_and_some_for_good_is_tried_again(make: Callable[[Script], Any]) -> None:
    with make(Script(rcpt={ANN: 450, BOB: 550})) as rig:
        assert send(rig, envelope(ANN, BOB)).outcome is Outcome.TEMPORARY


@RIGS
def test_nothing_is_sent_when_the_row_is_not_ours_any_more(make: Callable[[Script], Any]) -> None:
    with make(Script()) as rig:
        assert send(rig, envelope(ANN), go=False).outcome is Outcome.ABANDONED
        assert rig.taken() == []


@RIGS
def test_bytes_arrive_as_they_are(make: Callable[[Script], Any]) -> None:
    data = b"Subject: x\r\n\r\n.\r\n..dots\r\n.\r\nend\r\n"
    with make(Script()) as rig:
        send(rig, envelope(ANN, data=data))
        assert rig.taken() == [((ANN,), data)]


@RIGS
def test_what_the_hook_raises_comes_out_and_nothing_is_sent(make: Callable[[Script], Any]) -> None:
    async def fails() -> bool:
        raise ConnectionError("database away")

    with make(Script()) as rig:
        with pytest.raises(ConnectionError, match="database away"):
            asyncio.run(rig.sender().send(rig.route, envelope(ANN), fails))
        assert rig.taken() == []


@pytest.mark.feature("ACC-01", "sender SMTP")
def test_greenmail_takes_a_mail_over_smtp_with_login(greenmail: GreenMailServer) -> None:
    greenmail.add_user("sender@acme.example", "pw", "sender@acme.example")
    there = route(greenmail.smtp_port, host=greenmail.host, username="sender@acme.example", password=SecretStr("pw"))
    assert send(Rig(SmtpSender, there, list), envelope("someone@customers.example")).outcome is Outcome.ACCEPTED
    wrong = route(greenmail.smtp_port, host=greenmail.host, username="sender@acme.example", password=SecretStr("no"))
    result = send(Rig(SmtpSender, wrong, list), envelope("someone@customers.example"))
    assert (result.outcome, result.stage) == (Outcome.TEMPORARY, Stage.LOGIN)


@pytest.mark.feature("CF-06", "time-outs")
def test_silent_server_is_not_waited_for_for_ever() -> None:
    with ScriptedServer(Steps(slow=30)) as server:
        result = send(Rig(SmtpSender, route(server.port, read_timeout=0.5), list), envelope(ANN))
        assert (result.outcome, result.stage) == (Outcome.UNKNOWN, Stage.BODY)
    nobody = send(Rig(SmtpSender, route(1), list), envelope(ANN))
    assert (nobody.outcome, nobody.stage) == (Outcome.TEMPORARY, Stage.CONNECT)
    unknown = send(Rig(SmtpSender, route(25, host="no-such-host.invalid"), list), envelope(ANN))
    assert (unknown.outcome, unknown.stage) == (Outcome.TEMPORARY, Stage.CONNECT)


async def _yes() -> bool:
    return True


@pytest.mark.feature("OU-06", "pool with STARTTLS and TLS")
def test_connections_are_reused_and_bounded() -> None:
    async def work(port: int) -> list[SendResult]:
        sender = SmtpSender(concurrency=2)
        first = await asyncio.gather(*(sender.send(route(port), envelope(ANN), _yes) for _ in range(6)))
        later = [await sender.send(route(port), envelope(ANN), _yes) for _ in range(4)]
        await sender.close()
        return [*first, *later]

    with ScriptedServer() as server:
        results = asyncio.run(work(server.port))
        assert {result.outcome for result in results} == {Outcome.ACCEPTED}
        assert server.connections == 2
        assert len(server.mails) == 10


def test_connection_that_died_while_idle_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notifier.smtp._CHECK_AFTER", 0.0)

    async def work() -> tuple[SendResult, SendResult]:
        sender = SmtpSender()
        with ScriptedServer() as server:
            there = route(server.port)
            first = await sender.send(there, envelope(ANN), _yes)
            for session in sender._idle[there]:
                transport = session._client.transport
                assert transport is not None
                transport.close()
            second = await sender.send(there, envelope(ANN), _yes)
            await sender.close()
        return first, second

    assert {result.outcome for result in asyncio.run(work())} == {Outcome.ACCEPTED}


def test_goodbyes_of_old_connections_hold_up_nobody_and_are_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that went silent while their connections idled; several accounts find that out at the same moment."""
    quits: list[Session] = []

    async def slow_quit(session: Session) -> None:
        quits.append(session)
        await asyncio.sleep(0.5)
        session.abort()

    async def work() -> tuple[list[SendResult], float]:
        sender = SmtpSender()
        with ScriptedServer() as server:
            await asyncio.gather(*(sender.send(route(server.port), envelope(ANN), _yes) for _ in range(4)))
            for session in sender._idle[route(server.port)]:
                session.idle_since -= 1000
            others = [route(server.port, account=f"other-{number}") for number in range(3)]
            monkeypatch.setattr(Session, "quit", slow_quit)
            started = time.monotonic()
            results = await asyncio.gather(*(sender.send(other, envelope(ANN), _yes) for other in others))
            took = time.monotonic() - started
            await sender.close()
        return results, took

    results, took = asyncio.run(work())
    assert [result.outcome for result in results] == [Outcome.ACCEPTED] * 3
    assert len(quits) == len(set(map(id, quits))) == 7
    assert took < 0.5


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ssl.SSLContext]:
    """A self-signed certificate for 127.0.0.1, as CA file and as the server's context."""
    folder = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "scripted")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    ca, both = folder / "ca.pem", folder / "both.pem"
    ca.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    both.write_bytes(private + ca.read_bytes())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(both)
    return ca, context


@pytest.mark.feature("CF-06", "CA")
@pytest.mark.feature("OU-06", "pool with STARTTLS and TLS")
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_tls_is_used_and_the_certificate_checked(security: str, certificate: tuple[Path, ssl.SSLContext]) -> None:
    ca, context = certificate
    with ScriptedServer(tls=context, starttls=security == "starttls") as server:
        trusted = route(server.port, security=security, ca_file=str(ca), username="u", password=SecretStr("p"))
        assert send(Rig(SmtpSender, trusted, list), envelope(ANN)).outcome is Outcome.ACCEPTED
        untrusted = route(server.port, security=security, username="u", password=SecretStr("p"))
        result = send(Rig(SmtpSender, untrusted, list), envelope(ANN))
        assert (result.outcome, result.stage) == (Outcome.TEMPORARY, Stage.TLS)
        assert len(server.mails) == 1


def test_server_without_starttls_gets_no_password_and_no_mail() -> None:
    with ScriptedServer() as server:
        there = route(server.port, security="starttls", username="u", password=SecretStr("p"))
        result = send(Rig(SmtpSender, there, list), envelope(ANN))
        assert (result.outcome, result.stage) == (Outcome.TEMPORARY, Stage.TLS)
        assert "STARTTLS" in result.response
        assert not [command for command in server.commands if command.startswith(("AUTH", "MAIL"))]

"""What servers do wrong or differently, on a real Dovecot where it can be made to, else on a client that plays it."""

from __future__ import annotations

import contextlib
import socket
import threading
import traceback
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from ingest.imap import Access, ImapMailbox, fetch, folders
from ingest.imap.client import ImapMailbox as Client
from ingest.mailbox import MailGone, MailUnfetchable
from runtime.clock import ManualClock
from schemas.config import ImapReceiver
from schemas.errors import ProviderAuth, ProviderPermanent, ProviderTemporary, ProviderThrottled
from tests.ingest.bench import NOW, Bench
from tests.ingest.rigs import PASSWORD, ImapRig, mail_bytes
from tests.support.dovecot import Dovecot

dovecot = pytest.mark.needs("dovecot")


@pytest.fixture
def box(dovecot_box: ImapRig) -> Iterator[ImapMailbox]:
    mailbox = dovecot_box.open()
    assert isinstance(mailbox, ImapMailbox)
    mailbox.connect()
    yield mailbox
    mailbox.close()


def _without(box: ImapMailbox, *names: bytes) -> None:
    """Play a server that lacks extensions."""
    client = box._client
    client._cached_capabilities = tuple(word for word in client.capabilities() if word not in names)


@dovecot
@pytest.mark.feature("IN-02", "no UIDPLUS")
def test_without_uidplus_mails_that_others_marked_are_never_expunged(dovecot_box: ImapRig, box: ImapMailbox) -> None:
    marked, ours = mail_bytes("marked by somebody else"), mail_bytes("ours")
    dovecot_box.append(marked, flags=("\\Deleted",))
    dovecot_box.append(ours)
    _without(box, b"UIDPLUS", b"MOVE")
    box.select("INBOX", for_writing=True)
    uid = box.search()[1]
    box.delete([uid])
    left = dovecot_box.mails()
    assert set(left) == {marked, ours}
    assert "\\Deleted" in left[ours], "hidden, until the other one expunges"


@dovecot
@pytest.mark.feature("IN-02", "no UIDPLUS")
@pytest.mark.feature("IN-02", "MOVE or COPY and EXPUNGE")
def test_without_move_and_uidplus_a_mail_is_copied_then_expunged(dovecot_box: ImapRig, box: ImapMailbox) -> None:
    stays, goes = mail_bytes("stays"), mail_bytes("goes")
    dovecot_box.append(stays)
    dovecot_box.append(goes)
    _without(box, b"UIDPLUS", b"MOVE")
    box.select("INBOX", for_writing=True)
    uid = box.search()[1]
    box.move([uid], "Done")
    box.move([uid], "Done")
    assert set(dovecot_box.mails()) == {stays}
    with dovecot_box.client() as client:
        assert client.folder_status("Done", ["MESSAGES"])[b"MESSAGES"] == 1


@dovecot
def test_a_copy_that_died_before_its_expunge_is_not_made_twice(dovecot_box: ImapRig, box: ImapMailbox) -> None:
    dovecot_box.append(mail_bytes("marked by somebody"), flags=("\\Deleted",))
    dovecot_box.append(mail_bytes("goes"))
    _without(box, b"UIDPLUS", b"MOVE")
    box.select("INBOX", for_writing=True)
    uid = box.search()[1]
    box.move([uid], "Done")  # another's mark keeps EXPUNGE away: as after a death right before it
    box.move([uid], "Done")
    with dovecot_box.client() as client:
        assert client.folder_status("Done", ["MESSAGES"])[b"MESSAGES"] == 1


@dovecot
@pytest.mark.feature("IN-02", "sequence gaps and BYE")
def test_a_kicked_connection_is_temporary_and_connects_anew(
    dovecot_box: ImapRig, box: ImapMailbox, request: pytest.FixtureRequest
) -> None:
    server: Dovecot = request.getfixturevalue("dovecot")
    box.select("INBOX", for_writing=False)
    server.doveadm("kick", dovecot_box.login)
    with contextlib.suppress(ProviderTemporary):  # the first command may still be answered, by BYE
        box.search()
    with pytest.raises(ProviderTemporary):
        box.search()
    box.connect()
    assert box.select("INBOX", for_writing=False).exists == 0


@dovecot
@pytest.mark.feature("IN-02", "sequence gaps and BYE")
def test_gaps_in_uids_and_sequence_are_passed_over(dovecot_box: ImapRig, box: ImapMailbox) -> None:
    raws = [mail_bytes(f"mail {number}") for number in range(6)]
    for raw in raws:
        dovecot_box.append(raw)
    box.select("INBOX", for_writing=False)
    uids = box.search()
    with dovecot_box.client() as client:
        client.select_folder("INBOX")
        client.delete_messages([uids[1], uids[2], uids[4]])
        client.expunge()
    # Our connection may still list six mails; those that are gone must not count as unfetchable.
    found = []
    for mail in box.summaries(uids):
        with contextlib.suppress(MailGone):
            found.append(box.fetch(mail.uid, size=mail.size, limit=10_000))
    assert found == [raws[0], raws[3], raws[5]]


@dovecot
@pytest.mark.feature("IN-02", "literals streamed")
def test_no_answer_holds_more_than_a_piece_of_a_large_mail(
    dovecot_box: ImapRig, box: ImapMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = mail_bytes("large", "x" * 70 + "\r\n" + "y" * 5_000_000)
    dovecot_box.append(raw)
    box.select("INBOX", for_writing=False)
    [mail] = box.summaries(box.search())
    protocol, sizes = box._client._imap, []
    read = protocol.read

    def counted(size: int) -> bytes:
        sizes.append(size)
        return bytes(read(size))

    monkeypatch.setattr(protocol, "read", counted)
    assert box.fetch(mail.uid, size=mail.size, limit=len(raw)) == raw
    assert max(sizes) == fetch.PIECE
    assert len(sizes) == 5


@pytest.mark.feature("CF-06", "CA")
@dovecot
@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_encryption_is_checked_against_the_ca_file(
    dovecot_box: ImapRig, security: str, request: pytest.FixtureRequest
) -> None:
    server: Dovecot = request.getfixturevalue("dovecot")
    port = server.imaps_port if security == "tls" else server.imap_port
    trusted = ImapRig(server.host, port, dovecot_box.login, security, str(server.ca_file))
    mailbox = trusted.open()
    mailbox.connect()
    mailbox.select("INBOX", for_writing=False)
    descriptor = mailbox.watch()
    assert descriptor is not None
    assert not mailbox.has_news()
    mailbox.unwatch()
    mailbox.close()
    with pytest.raises(ProviderPermanent, match="ca_file"):
        ImapRig(server.host, port, dovecot_box.login, security).open().connect()


@dovecot
@pytest.mark.feature("IN-13", "resync bounded by date")
@pytest.mark.feature("IN-02", "UID cursor with UIDVALIDITY")
def test_uidvalidity_change_of_a_mailbox_with_500_old_mails_publishes_none_of_them(
    dovecot_box: ImapRig, request: pytest.FixtureRequest
) -> None:
    server: Dovecot = request.getfixturevalue("dovecot")
    with dovecot_box.client() as client:
        for number in range(500):
            client.append("INBOX", mail_bytes(f"old {number}"), (), NOW - timedelta(days=10))
    bench = Bench(clock=ManualClock(NOW - timedelta(days=3)))  # Dovecot takes no dates that lie ahead
    bench.wrap = lambda _: dovecot_box.open()
    bench.take_over()
    bench.turn()
    kept = mail_bytes("taken before the change")
    dovecot_box.append(kept, received_at=bench.clock.now())
    bench.turn()
    [before] = bench.published()
    bench.clock.advance(7200)
    bench.turn()
    server.doveadm("mailbox", "update", "-u", dovecot_box.login, "--uid-validity", "4242", "INBOX")
    bench.turn()
    bench.clock.advance(5)  # the server hangs up on whoever has the folder open: back-off
    bench.turn()
    assert len(bench.published()) == 1, "the process remembers what it published"
    server.doveadm("mailbox", "update", "-u", dovecot_box.login, "--uid-validity", "4243", "INBOX")
    bench.take_over("successor, which remembers nothing")
    for _ in range(12):
        bench.turn()
        bench.clock.advance(5)
    # Only the mail from after the start point is looked at again: the same id, muted, so nothing comes of it.
    assert [(mail.mail_id, mail.muted) for mail in bench.published()] == [
        (before.mail_id, False),
        (before.mail_id, True),
    ]
    assert bench.published()[1].server_id.split(":")[2] == "4243"


def _serving(*lines: bytes) -> int:
    """A server that greets every connection with these lines and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        connection.sendall(b"".join(lines))
        connection.close()
        listener.close()

    threading.Thread(target=serve, daemon=True).start()
    port: int = listener.getsockname()[1]
    return port


def _talking(answer: Callable[[bytes], bytes]) -> int:
    """A server that greets one connection and answers each of its lines."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        connection, _ = listener.accept()
        listener.close()
        with connection, connection.makefile("rb") as lines, contextlib.suppress(OSError):
            connection.sendall(b"* OK ready\r\n")
            for line in lines:
                connection.sendall(answer(line))

    threading.Thread(target=serve, daemon=True).start()
    port: int = listener.getsockname()[1]
    return port


def _access(port: int, **more: Any) -> Access:
    receiver = {"host": "127.0.0.1", "port": port, "security": "none", "password": {"env": "X"}, **more}
    return Access(ImapReceiver.model_validate(receiver), "ann", PASSWORD)


@pytest.mark.feature("IN-02", "sequence gaps and BYE")
def test_bye_as_greeting_is_temporary() -> None:
    with pytest.raises((ProviderTemporary, ProviderPermanent), match="overloaded"):
        Client(_access(_serving(b"* BYE overloaded\r\n"))).connect()


def test_too_many_connections_is_a_throttle() -> None:
    with pytest.raises(ProviderThrottled):
        Client(_access(_serving(b"* BYE [LIMIT] Too many connections\r\n"))).connect()


def test_what_is_no_imap_is_an_error_of_the_tree() -> None:
    with pytest.raises((ProviderTemporary, ProviderPermanent)):
        Client(_access(_serving(b"HTTP/1.1 400 Bad Request\r\n\r\n"))).connect()


def test_a_server_that_repeats_the_line_it_does_not_like_shows_no_password() -> None:
    def echo(line: bytes) -> bytes:
        tag, _, rest = line.rstrip().partition(b" ")
        if rest.startswith(b"CAPABILITY"):
            return b"* CAPABILITY IMAP4REV1\r\n" + tag + b" OK done\r\n"
        return tag + b" NO not understood: " + rest + b"\r\n"

    with pytest.raises(ProviderAuth, match="not understood: LOGIN") as caught:
        Client(_access(_talking(echo))).connect()
    assert PASSWORD not in "".join(traceback.format_exception(caught.value))


def test_nobody_listens_is_unreachable() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    with pytest.raises(ProviderTemporary, match="does not answer while connecting"):
        Client(_access(port)).connect()


def test_starttls_is_demanded_where_it_is_configured() -> None:
    port = _serving(b"* OK [CAPABILITY IMAP4REV1] ready\r\n", b"* CAPABILITY IMAP4REV1\r\n", b"AAAA0 OK done\r\n")
    with pytest.raises((ProviderPermanent, ProviderTemporary)):
        Client(_access(port, security="starttls")).connect()


class _Played:
    """A client of a server whose folders lie below a prefix, with a sign of its own between levels."""

    def __init__(self, *names: str, prefix: str = "INBOX.", separator: str = ".") -> None:
        self._names = names
        self._personal = ((prefix, separator),)

    def list_folders(self, directory: str = "", pattern: str = "*") -> list[tuple[tuple[bytes, ...], bytes, str]]:
        return [((), b".", name) for name in self._names if pattern in ("*", name)]

    def has_capability(self, name: str) -> bool:
        return name == "NAMESPACE"

    def namespace(self) -> Any:
        return type("Namespace", (), {"personal": self._personal})


@pytest.mark.feature("IN-02", "namespaces")
@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("inbox", "INBOX"),
        ("Claims", "INBOX.Claims"),
        ("Claims/2026", "INBOX.Claims.2026"),
        ("INBOX.Claims", "INBOX.Claims"),
        ("Nowhere", "Nowhere"),
    ],
)
def test_folders_are_found_below_the_namespaces_prefix(written: str, meant: str) -> None:
    client = _Played("INBOX", "INBOX.Claims", "INBOX.Claims.2026")
    assert folders.resolve(client, written) == meant


@pytest.mark.feature("IN-02", "namespaces")
def test_a_folder_that_is_made_lies_below_the_prefix() -> None:
    assert folders.new_name(_Played("INBOX"), "Done/2026") == "INBOX.Done.2026"
    assert folders.new_name(_Played("INBOX", prefix=""), "Done") == "Done"


class _Answers:
    """A client whose server gives one FETCH answer."""

    def __init__(self, *pieces: Any) -> None:
        self._imap = self
        self._pieces = pieces

    def _command(self, *_: str) -> str:
        return "tag"

    def _command_complete(self, *_: str) -> tuple[str, list[bytes]]:
        return "OK", [b"done"]

    def _checkok(self, *_: Any) -> None:
        return

    def _untagged_response(self, *_: Any) -> tuple[str, list[Any]]:
        return "OK", list(self._pieces)


@pytest.mark.parametrize(
    ("pieces", "body"),
    [
        ([(b"1 (UID 7 BODY[] {3}", b"abc"), b")"], b"abc"),
        ([(b"1 (BODY[] {3}", b"abc"), b" UID 7)"], b"abc"),
        ([b'1 (UID 7 BODY[] "a\\"b\\\\c")'], b'a"b\\c'),
        ([b"2 (UID 8 FLAGS (\\Seen))", (b"1 (UID 7 body[] {3}", b"abc"), b")"], b"abc"),
        ([b'1 (UID 7 BODY[] "")'], b""),
    ],
)
def test_bodies_are_understood_in_every_form_that_servers_give(pieces: list[Any], body: bytes) -> None:
    assert fetch.fetch(_Answers(*pieces), 7, size=3, limit=100) == body


def test_a_body_that_is_nil_is_unfetchable() -> None:
    with pytest.raises(MailUnfetchable, match="NIL"):
        fetch.fetch(_Answers(b"1 (UID 7 BODY[] NIL)"), 7, size=3, limit=100)

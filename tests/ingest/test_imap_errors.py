"""Errors of the library and the network as a person reads them."""

from __future__ import annotations

import socket
import ssl
import threading
import time

import pytest
from imapclient import exceptions

from ingest.imap import Access, ImapMailbox
from ingest.imap.errors import translated
from schemas.config import ImapReceiver
from schemas.errors import ProviderAuth, ProviderTemporary


def test_answer_that_the_library_gives_as_bytes_is_shown_as_text() -> None:
    with pytest.raises(ProviderAuth) as caught, translated("IMAP server mx:993", "logging in"):
        raise exceptions.LoginError("b'It isn\"t right'")
    assert str(caught.value) == (
        'IMAP server mx:993 refuses the login: It isn"t right; check user name and password of the account'
    )


@pytest.mark.parametrize(("reason", "hint"), [("WRONG_VERSION_NUMBER", True), ("UNEXPECTED_EOF_WHILE_READING", False)])
def test_tls_on_a_port_that_speaks_plain_text_asks_for_the_setting(reason: str, hint: bool) -> None:
    error = ssl.SSLError(1, f"[SSL: {reason}]")
    error.reason = reason
    with pytest.raises(ProviderTemporary) as caught, translated("IMAP server mx:993", "connecting"):
        raise error
    assert str(caught.value).endswith("is the receiver's security right?") is hint


@pytest.mark.feature("CF-06", "time-outs")
@pytest.mark.parametrize(("greets", "setting"), [(False, "connect_timeout"), (True, "read_timeout")])
def test_silent_server_is_waited_for_as_long_as_the_account_says(greets: bool, setting: str) -> None:
    written = {"host": "127.0.0.1", "security": "none", "password": {"env": "P"}, setting: "1s"}
    with socket.create_server(("127.0.0.1", 0)) as server:

        def greet() -> None:
            connection, _ = server.accept()
            with connection:
                if greets:  # and tells what it can do, which the library asks at once
                    connection.sendall(b"* OK ready\r\n")
                    tag = connection.recv(1000).split()[0]
                    connection.sendall(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")
                told.wait(30)

        told = threading.Event()
        silent = threading.Thread(target=greet)
        silent.start()
        receiver = ImapReceiver.model_validate(written | {"port": server.getsockname()[1]})
        began = time.monotonic()
        with pytest.raises(ProviderTemporary):
            ImapMailbox(Access(receiver, "ann", "pw")).connect()
        took = time.monotonic() - began
        told.set()
        silent.join()
    assert 0.9 < took < 15

"""Errors of the library and the network as a person reads them."""

from __future__ import annotations

import ssl

import pytest
from imapclient import exceptions

from ingest.imap.errors import translated
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

"""Facts of the own sender check: the DNS asked within a deadline, its answers recorded, its failures values."""

from __future__ import annotations

import dataclasses
import socket
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest
from pydantic import ValidationError

from mail.parse import parse
from router.dns import DnsTxt, FixedTxt, TxtResolver
from router.facts import gather, own_check, questions
from router.jobs import Decided, Job
from router.work import decide_chunk, initialize
from runtime.config import Configuration
from schemas.config import Installation, SenderCheck
from schemas.events.decision import Facts
from tests.mail.signing import MESSAGE, arc_sealed, dkim_signed, key_record, rsa_key
from tests.router.support import KEY, configuration, received

RECORDS: dict[str, tuple[str, ...] | None] = {
    "s1._domainkey.example.org": (key_record(rsa_key()),),
    "s1._domainkey.lists.example": (key_record(rsa_key()),),
    "_dmarc.example.org": ("v=DMARC1; p=reject",),
    "_dmarc.mail.example.org": (),
}
SIGNED = dkim_signed(MESSAGE, rsa_key())
SERVER = b"Authentication-Results: mx.harbour.example; "


class NameServer:
    """A name server on a port of its own; a name with None is not answered. Counts the questions."""

    def __init__(self, records: dict[str, tuple[str, ...] | None]) -> None:
        self._records = records
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._socket.getsockname()[1]}"
        self.asked: list[str] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                data, peer = self._socket.recvfrom(4096)
            except OSError:
                return
            query = dns.message.from_wire(data)
            name = query.question[0].name.to_text().rstrip(".").lower()
            if not name:
                return
            self.asked.append(name)
            records = self._records.get(name, ())
            if records is None:
                continue
            answer = dns.message.make_response(query)
            answer.flags |= dns.flags.RA
            if name not in self._records:
                answer.set_rcode(dns.rcode.NXDOMAIN)
            for text in records:
                pieces = " ".join(f'"{text[at : at + 250]}"' for at in range(0, len(text), 250))
                answer.answer.append(dns.rrset.from_text(f"{name}.", 60, "IN", "TXT", pieces))
            self._socket.sendto(answer.to_wire(), peer)

    def close(self) -> None:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(dns.message.make_query(".", "TXT").to_wire(), self._socket.getsockname())
        self._thread.join(5)
        self._socket.close()


@pytest.fixture
def server() -> Iterator[NameServer]:
    running = NameServer(RECORDS | {"dead.example": None})
    yield running
    running.close()


@pytest.fixture(params=["fixed", "dns"])
def resolver(request: pytest.FixtureRequest, server: NameServer) -> TxtResolver:
    return FixedTxt(RECORDS | {"dead.example": None}) if request.param == "fixed" else DnsTxt([server.address])


def test_records_absences_and_silence_are_told_apart(resolver: TxtResolver) -> None:
    names = ["s1._domainkey.example.org", "_dmarc.mail.example.org", "nowhere.example", "dead.example"]
    for _ in range(2):
        started = time.monotonic()
        found = resolver.fetch(names, 0.5)
        assert time.monotonic() - started < 1.5
        assert dict(found) == {
            names[0]: RECORDS[names[0]],
            names[1]: (),
            names[2]: (),
            names[3]: None,
        }
    assert resolver.fetch([], 0.5) == {}


def test_answers_are_kept_and_a_silent_name_is_not_asked_at_once_again(server: NameServer) -> None:
    resolver = DnsTxt([server.address])
    resolver.fetch(["_dmarc.example.org", "dead.example"], 0.4)
    asked = len(server.asked)
    started = time.monotonic()
    assert resolver.fetch(["_dmarc.example.org", "dead.example"], 5)["dead.example"] is None
    assert time.monotonic() - started < 0.4
    assert len(server.asked) == asked


def test_names_that_no_server_could_be_asked_for_are_unavailable(server: NameServer) -> None:
    names = ["a..b", "x" * 70 + ".example", "\udcff.example"]
    assert set(DnsTxt([server.address]).fetch(names, 0.4).values()) == {None}
    assert DnsTxt(["127.0.0.1:1"]).fetch(["example.org"], 0.3) == {"example.org": None}


@pytest.fixture
def held(tmp_path: Path) -> Configuration:
    return configuration(tmp_path)


@pytest.fixture
def own(held: Configuration) -> Installation:
    check = SenderCheck(enabled=True, deadline=timedelta(milliseconds=500))
    return held.installation.model_copy(update={"sender_check": check})


def facts(raw: bytes, own: Installation, records: TxtResolver | None = None) -> Facts:
    info = received(raw)
    check = own_check(info, parse(raw), raw, own, records or FixedTxt(RECORDS))
    return gather(info, parse(raw), [KEY], own, check)


@pytest.mark.feature("RU-11", "own DKIM, DMARC and ARC check")
def test_own_check_is_recorded_with_what_the_dns_said(own: Installation) -> None:
    found = facts(SIGNED, own)
    assert (found.authentication.dmarc, found.authentication.trusted, found.authentication.by) == (
        "pass",
        True,
        "mailcase",
    )
    assert found.dns == {
        "_dmarc.mail.example.org": "absent",
        "_dmarc.example.org": "found",
        "s1._domainkey.example.org": "found",
    }
    silent = facts(SIGNED, own, FixedTxt(dict.fromkeys(RECORDS)))
    assert silent.authentication.dmarc == "temperror"
    assert set(silent.dns.values()) == {"unavailable"}


@pytest.mark.feature("RU-11", "topmost trusted Authentication-Results")
def test_dns_is_asked_only_where_a_trusted_server_left_a_question(own: Installation) -> None:
    assert questions(parse(SIGNED), SIGNED, own)
    assert not questions(parse(SIGNED), SIGNED, own.model_copy(update={"sender_check": SenderCheck()}))
    for told, asked in (("dmarc=pass", False), ("dmarc=fail", False), ("spf=pass smtp.mailfrom=a@example.org", True)):
        raw = SERVER + told.encode() + b"\r\n" + SIGNED
        assert bool(questions(parse(raw), raw, own)) is asked, told
    results = "lists.example; dmarc=pass header.from=mail.example.org"
    forwarded = SERVER + b"dmarc=fail\r\n" + arc_sealed(MESSAGE, rsa_key(), results)
    assert not questions(parse(forwarded), forwarded, own)
    sealers = own.model_copy(update={"trusted_arc_sealers": ("lists.example",)})
    assert questions(parse(forwarded), forwarded, sealers)
    found = facts(forwarded, sealers).authentication
    assert (found.dmarc, found.by, found.arc) == ("pass", "arc:lists.example", "pass")


def test_chunk_asks_for_all_of_its_mails_at_once(held: Configuration, server: NameServer) -> None:
    check = SenderCheck(enabled=True, nameservers=(server.address,), deadline=timedelta(milliseconds=500))
    installation = held.installation.model_copy(update={"sender_check": check})
    initialize(dataclasses.replace(held, installation=installation), (KEY,), "router.work:decide_mail")
    mails = (SIGNED, SIGNED + b"more", MESSAGE.replace(b"example.org", b"dead.example"))
    jobs = [Job(received(raw), raw) for raw in mails]
    results = decide_chunk(jobs, 20)
    assert [type(result) for result in results] == [Decided] * 3
    assert server.asked
    assert len(server.asked) == len(set(server.asked)), "each name once"


@pytest.mark.parametrize("text", ["192.0.2.1", "192.0.2.1:5353", "2001:db8::1", "[2001:db8::1]:53"])
def test_name_servers_are_addresses(text: str) -> None:
    assert SenderCheck(nameservers=(text,)).nameservers == (text,)
    DnsTxt([text])


@pytest.mark.parametrize("text", ["ns.example", "999.1.1.1", "", "192.0.2.1:port"])
def test_other_name_servers_are_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="address of a name server"):
        SenderCheck(nameservers=(text,))

"""Mails and folders that are not as they should be: too large, unfetchable, deadly, doubled, gone."""

from __future__ import annotations

import pytest

from ingest.intake import Admitted, Incoming, Intake
from ingest.mailbox import FolderState, MailGone
from ingest.memory import MemoryMailbox
from schemas.errors import ProviderPermanent
from schemas.ids import mail_id_by_server
from schemas.topics import MAIL_RAW
from tests.ingest.bench import NOW, Bench
from tests.ingest.rigs import PASSWORD, mail_bytes


@pytest.mark.feature("IN-07", "larger mails not downloaded")
@pytest.mark.feature("IN-07", "header and structure kept")
@pytest.mark.feature("IN-07", "quarantined too_large")
def test_oversize_mail_is_put_aside_undownloaded_and_the_next_one_is_taken() -> None:
    bench = Bench({"max_mail_bytes": 2000, "after_intake": "delete"})
    bench.take_over()
    bench.turn()
    bench.server.append(mail_bytes("too large", "x" * 5000), received_at=NOW)
    bench.server.append(mail_bytes("fine"), received_at=NOW)
    bench.turn()
    bench.turn()
    assert bench.server.fetched == [2]
    [aside] = bench.quarantined()
    assert aside.reason == "too_large"
    assert aside.headers["Subject"] == "too large"
    assert aside.structure
    assert aside.mail_id == mail_id_by_server("claims", aside.server_id)
    assert len(bench.published()) == 1
    assert list(bench.server.folder("INBOX").mails) == [1], "a mail that we do not have must stay where it is"


def test_a_header_that_no_json_can_hold_keeps_no_mailbox_from_going_on() -> None:
    """Half a character of UTF-16, by an encoded word in a charset that lets it through."""
    bench = Bench({"max_mail_bytes": 2000})
    bench.take_over()
    bench.turn()
    half = b"In-Reply-To: =?utf-7?Q?+2AA-?=\r\n"
    bench.server.append(half + mail_bytes("ignored", "x" * 5000), received_at=NOW)
    bench.server.append(half + mail_bytes("ignored"), received_at=NOW)
    bench.turn()
    [aside] = bench.quarantined()
    assert aside.headers["In-Reply-To"]
    assert len(bench.published()) == 1


def test_a_server_that_lies_about_the_size_does_not_get_past_the_limit() -> None:
    bench = Bench({"max_mail_bytes": 2000})
    bench.take_over()
    bench.turn()
    bench.server.append(mail_bytes("liar", "x" * 5000), received_at=NOW, told_size=100)
    bench.turn()
    assert [aside.reason for aside in bench.quarantined()] == ["too_large"]
    assert bench.published() == []


def test_unfetchable_mail_is_tried_alone_then_put_aside_and_the_cursor_goes_on() -> None:
    bench = Bench()
    bench.take_over()
    bench.turn()
    for number in range(3):
        bench.server.append(mail_bytes(f"mail {number}"), received_at=NOW)
    bench.server.unfetchable = {2}
    bench.turn()
    bench.turn()
    assert [aside.reason for aside in bench.quarantined()] == ["unfetchable"]
    assert bench.server.fetched.count(2) == 3
    assert len(bench.published()) == 2


def test_mail_that_ends_the_connection_each_time_is_put_aside_and_costs_no_other_mail() -> None:
    bench = Bench()
    bench.take_over()
    bench.turn()
    for number in range(5):
        bench.server.append(mail_bytes(f"mail {number}"), received_at=NOW)
    bench.server.killers = {3}
    for _ in range(8):
        bench.clock.advance(3600)
        bench.turn()
    assert [(aside.reason, aside.attempts) for aside in bench.quarantined()] == [("unfetchable", 5)]
    assert len(bench.published()) == 4
    assert bench.states[-1] == "idle"


def test_mail_that_no_code_of_ours_can_take_in_is_put_aside_and_costs_no_other_mail(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def admit(intake: Intake, incoming: Incoming, raw: bytes) -> Admitted:
        if b"mail 2" in raw:
            raise RecursionError("a bug of ours")
        return plain(intake, incoming, raw)

    plain = Intake.admit
    monkeypatch.setattr(Intake, "admit", admit)
    bench = Bench()
    bench.take_over()
    bench.turn()
    for number in range(5):
        bench.server.append(mail_bytes(f"mail {number}"), received_at=NOW)
    for _ in range(4):
        bench.clock.advance(3600)
        bench.turn()
    assert [(aside.reason, aside.attempts) for aside in bench.quarantined()] == [("crashed_ingest", 3)]
    assert len(bench.published()) == 4
    assert bench.states[-1] == "idle"


def test_same_bytes_twice_are_one_mail() -> None:
    bench = Bench()
    bench.take_over()
    bench.turn()
    raw = mail_bytes()
    bench.server.append(raw, received_at=NOW)
    bench.turn()
    bench.server.append(raw, received_at=NOW)
    bench.turn()
    bench.take_over("b")
    bench.server.append(raw, received_at=NOW)
    bench.turn()
    assert len({mail.mail_id for mail in bench.published()}) == 1
    assert len(bench.published()) == 2, "a new process does not remember; the id does"


def test_large_mail_travels_as_claim_check() -> None:
    bench = Bench()
    bench.take_over()
    bench.turn()
    raw = mail_bytes("large", "x" * 5000)
    bench.server.append(raw, received_at=NOW)
    bench.turn()
    [event] = bench.events(MAIL_RAW)
    [mail] = bench.published()
    assert event.body == b""
    assert mail.raw.size == len(raw)
    assert bench.blobs.get(mail.raw.ref.removeprefix("blob:")) == raw


def test_a_broker_with_a_lower_limit_gets_the_reference_instead_of_the_bytes() -> None:
    bench = Bench(inline_limit=10_000_000)
    bench.take_over()
    bench.turn()
    raw = mail_bytes("large", "x" * 500_000)
    bench.server.append(raw, received_at=NOW)
    bench.server.append(mail_bytes("small"), received_at=NOW)
    bench.turn()
    assert sorted(len(record.value or b"") for record in bench.log.records(MAIL_RAW))[0] == 0
    assert len(bench.log.records(MAIL_RAW)) == 2
    assert bench.states[-1] == "idle"


def test_a_folder_that_may_only_be_read_is_read_and_its_after_actions_wait() -> None:
    bench = Bench({"after_intake": "delete"})
    writable = False

    class ReadOnly(MemoryMailbox):
        def select(self, folder: str, *, for_writing: bool) -> FolderState:
            if for_writing and not writable:
                raise ProviderPermanent("the folder may only be read")
            return super().select(folder, for_writing=for_writing)

    bench.wrap = lambda _: ReadOnly(bench.server, PASSWORD)
    bench.take_over()
    bench.turn()
    bench.server.append(mail_bytes(), received_at=NOW)
    bench.turn()
    assert len(bench.published()) == 1
    assert bench.cursor().after_actions == (1,)
    writable = True
    bench.turn()
    assert bench.server.folder("INBOX").mails == {}


def test_a_mail_that_vanishes_while_it_is_taken_is_passed_over() -> None:
    bench = Bench()

    class Vanishing(MemoryMailbox):
        def fetch(self, uid: int, *, size: int, limit: int) -> bytes:
            if uid == 2:
                raise MailGone("it was deleted meanwhile")
            return super().fetch(uid, size=size, limit=limit)

    bench.wrap = lambda _: Vanishing(bench.server, PASSWORD)
    bench.take_over()
    bench.turn()
    for number in range(3):
        bench.server.append(mail_bytes(f"mail {number}"), received_at=NOW)
    bench.turn()
    assert len(bench.published()) == 2
    assert bench.cursor().last_uid == 3


def test_a_mail_that_kills_the_process_is_found_and_put_aside() -> None:
    class Killed(BaseException):
        """The process died."""

    bench = Bench({"batch_size": 10})
    bench.take_over()
    bench.turn()
    for number in range(5):
        bench.server.append(mail_bytes(f"mail {number}"), received_at=NOW)
    put, deaths = bench.blobs.put, 0

    def deadly(key: str, data: bytes) -> None:
        if b"Subject: mail 2" in data:
            raise Killed
        put(key, data)

    bench.blobs.put = deadly  # type: ignore[method-assign]
    for _ in range(8):
        try:
            bench.turn()
        except Killed:
            deaths += 1
            bench.take_over(f"owner {deaths}")
    assert [(aside.reason, aside.attempts) for aside in bench.quarantined()] == [("crashed_ingest", 3)]
    assert deaths == 4, "once in a batch, three times alone"
    assert len({mail.mail_id for mail in bench.published()}) == 4
    assert bench.cursor().attempting is None

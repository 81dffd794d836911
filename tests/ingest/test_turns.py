"""What becomes of a mailbox's mails, turn by turn: start policies, resync, bounds, after-actions, odd mails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ingest.mailbox import FolderState, MailGone
from ingest.memory import SEEN, MemoryMailbox
from schemas.errors import ProviderPermanent
from schemas.events.mailbox import ImapCursor
from schemas.events.received import Mode
from schemas.ids import mail_id_by_server
from schemas.topics import MAIL_RAW
from tests.ingest.bench import NOW, Bench
from tests.ingest.rigs import PASSWORD, mail_bytes

BEFORE = NOW - timedelta(days=30)


def _cursor(bench: Bench, folder: str = "INBOX") -> ImapCursor:
    checkpoint = bench.checkpoint()
    assert checkpoint is not None
    cursor = checkpoint.folders[folder]
    assert isinstance(cursor, ImapCursor)
    return cursor


@pytest.mark.feature("IN-06", "from_now by default")
def test_from_now_leaves_out_what_was_there_and_takes_what_comes() -> None:
    bench = Bench()
    bench.server.append(mail_bytes("old"), received_at=BEFORE)
    bench.take_over()
    bench.turn()
    assert bench.published() == []
    raw = mail_bytes("new")
    bench.server.append(raw, received_at=NOW)
    bench.turn()
    [event] = bench.events(MAIL_RAW)
    assert event.body == raw
    [mail] = bench.published()
    assert (mail.mode, mail.muted, mail.folder, mail.mailbox) == (Mode.LIVE, False, "INBOX", "claims")
    assert bench.blobs.get(mail.raw.ref.removeprefix("blob:")) == raw


def test_start_point_is_acknowledged_before_the_mailbox_goes_idle() -> None:
    bench = Bench()
    bench.take_over()
    bench.log.available = False
    bench.turn()
    assert "idle" not in bench.states
    bench.log.available = True
    bench.clock.advance(60)
    bench.turn()
    assert bench.states[-1] == "idle"
    checkpoint = bench.checkpoint()
    assert checkpoint is not None
    assert checkpoint.start is not None
    assert checkpoint.folders


@pytest.mark.feature("IN-13", "start point bounded by date")
def test_mail_between_the_start_point_and_the_first_connection_is_taken() -> None:
    bench = Bench()
    bench.take_over()
    bench.server.append(mail_bytes("old"), received_at=BEFORE)
    bench.server.append(mail_bytes("came while the server was not reached yet"), received_at=NOW)
    bench.turn()
    assert [mail.mode for mail in bench.published()] == [Mode.LIVE]


@pytest.mark.feature("IN-06", "all")
@pytest.mark.feature("IN-06", "replies muted while importing")
def test_all_imports_muted_and_what_comes_later_is_live() -> None:
    bench = Bench({"start": "all"})
    bench.server.append(mail_bytes("old"), received_at=BEFORE)
    bench.take_over()
    bench.turn()
    bench.server.append(mail_bytes("new"), received_at=NOW)
    bench.turn()
    assert [(mail.mode, mail.muted) for mail in bench.published()] == [(Mode.IMPORT, True), (Mode.LIVE, False)]


@pytest.mark.feature("IN-06", "since a date")
def test_since_takes_from_that_day_on() -> None:
    bench = Bench({"start": {"since": "2026-11-01"}})
    bench.server.append(mail_bytes("october"), received_at=datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    bench.server.append(mail_bytes("november"), received_at=datetime(2026, 11, 1, 0, 0, tzinfo=UTC))
    bench.take_over()
    bench.turn()
    assert [(mail.received_at.day, mail.muted) for mail in bench.published()] == [(1, True)]


@pytest.mark.feature("IN-13", "resync bounded by date")
def test_lost_uidvalidity_publishes_nothing_from_before_the_start_point() -> None:
    bench = Bench()
    for number in range(500):
        bench.server.append(mail_bytes(f"old {number}"), received_at=BEFORE)
    bench.take_over()
    bench.turn()
    bench.server.renumber()
    for _ in range(12):
        bench.turn()
    assert bench.published() == []
    new = mail_bytes("after the change")
    bench.server.append(new, received_at=NOW)
    bench.turn()
    assert [mail.mode for mail in bench.published()] == [Mode.LIVE]


@pytest.mark.feature("IN-13", "replies muted for old mails")
def test_resync_mutes_what_is_older_than_the_last_success() -> None:
    bench = Bench()
    bench.take_over()
    bench.turn()
    bench.clock.advance(3600)
    bench.server.append(mail_bytes("known"), received_at=NOW + timedelta(minutes=30))
    bench.turn()
    bench.clock.advance(3600)
    bench.turn()
    [known] = bench.published()
    missed = mail_bytes("missed")
    bench.server.append(missed, received_at=bench.clock.now() + timedelta(minutes=1))
    bench.server.renumber()
    bench.take_over("b")
    bench.turn()
    again = [mail for mail in bench.published() if mail.mode is Mode.RESYNC]
    assert [(mail.mail_id == known.mail_id, mail.muted) for mail in again] == [(True, True), (False, False)]


@pytest.mark.feature("IN-08", "resync from the CLI")
def test_command_resync_looks_at_everything_since_the_start_point_once() -> None:
    bench = Bench()
    bench.take_over()
    bench.turn()
    bench.server.append(mail_bytes(), received_at=NOW)
    bench.turn()
    bench.command("resync")
    bench.turn()
    assert [mail.mode for mail in bench.published()] == [Mode.LIVE, Mode.RESYNC]
    assert len({mail.mail_id for mail in bench.published()}) == 1
    bench.command("resync")
    bench.turn()
    bench.take_over("b")
    bench.command("resync")
    bench.turn()
    assert len(bench.published()) == 2


def test_uidnext_that_goes_back_is_resynced() -> None:
    bench = Bench()
    bench.take_over()
    for number in range(3):
        bench.server.append(mail_bytes(f"before the restore {number}"), received_at=NOW)
    bench.turn()
    folder = bench.server.folder("INBOX")
    folder.mails.clear()
    folder.uidnext = 1
    bench.server.append(mail_bytes("after the restore"), received_at=NOW)
    bench.turn()
    assert [mail.mode for mail in bench.published()] == [Mode.LIVE] * 3 + [Mode.RESYNC]


@pytest.mark.feature("IN-01", "select unseen")
def test_unseen_takes_each_mail_once_and_leaves_seen_ones() -> None:
    bench = Bench({"selection": "unseen", "after_intake": "mark_seen"})
    bench.take_over()
    bench.turn()
    bench.server.append(mail_bytes("read by somebody"), received_at=NOW, flags=(SEEN,))
    bench.server.append(mail_bytes("unread"), received_at=NOW)
    for _ in range(3):
        bench.turn()
    assert len(bench.published()) == 1
    assert all(SEEN in mail.flags for mail in bench.server.folder("INBOX").mails.values())


@pytest.mark.feature("IN-01", "folders")
def test_each_folder_has_its_own_cursor_and_a_missing_one_does_not_stop_the_others() -> None:
    bench = Bench({"folders": ["Missing", "INBOX", "Claims"]})
    bench.server.ensure("Claims")
    bench.take_over()
    bench.server.append(mail_bytes("one"), received_at=NOW)
    bench.server.append(mail_bytes("two"), "Claims", received_at=NOW)
    bench.turn()
    assert sorted(mail.folder for mail in bench.published()) == ["Claims", "INBOX"]
    assert bench.runner.standing.state.value == "failing"
    assert "Missing" in bench.runner.standing.reason


@pytest.mark.feature("IN-01", "batch size")
@pytest.mark.feature("IN-01", "bytes per cycle")
def test_a_turn_ends_at_its_bytes_and_the_next_goes_on() -> None:
    bench = Bench({"batch_size": 2, "bytes_per_cycle": 2048})
    bench.take_over()
    bench.turn()
    for number in range(7):
        bench.server.append(mail_bytes(f"mail {number}", "x" * 900), received_at=NOW)
    counts = []
    for _ in range(5):
        rest = bench.turn()
        counts.append(len(bench.published()))
        if rest.seconds:
            break
    assert counts[0] == 2 or counts[0] == 4
    assert counts[-1] == 7
    assert bench.states[-1] == "idle"


@pytest.mark.feature("IN-01", "blocked never starts")
def test_blocked_never_connects() -> None:
    bench = Bench({"blocked": True})
    bench.take_over()
    assert bench.turn().seconds is None
    assert bench.states == ["blocked"]
    assert bench.server.connections == 0


@pytest.mark.feature("IN-05", "keep")
@pytest.mark.feature("IN-05", "nothing deleted by default")
def test_default_leaves_the_mailbox_as_it_is() -> None:
    bench = Bench()
    bench.take_over()
    bench.turn()
    bench.server.append(mail_bytes(), received_at=NOW)
    before = dict(bench.server.folder("INBOX").mails)
    bench.turn()
    assert len(bench.published()) == 1
    assert bench.server.folder("INBOX").mails == before


@pytest.mark.feature("IN-05", "never before the broker's acknowledgement")
@pytest.mark.parametrize("action", ["mark_seen", "delete", {"move": "Done"}])
def test_nothing_happens_in_the_mailbox_while_the_broker_is_away(action: object) -> None:
    bench = Bench({"after_intake": action})
    bench.take_over()
    bench.turn()
    bench.server.append(mail_bytes(), received_at=NOW)
    before = dict(bench.server.folder("INBOX").mails)
    bench.log.available = False
    bench.turn()
    assert bench.server.folder("INBOX").mails == before
    assert bench.states[-1] == "waiting_for_broker"
    fetched = len(bench.server.fetched)
    for _ in range(5):
        bench.clock.advance(60)
        bench.turn()
    assert len(bench.server.fetched) == fetched, "fetching goes on although the broker is away"
    bench.log.available = True
    bench.clock.advance(60)
    bench.turn()
    assert len(bench.published()) == 1
    assert bench.server.folder("INBOX").mails != before
    assert _cursor(bench).after_actions == ()


@pytest.mark.feature("IN-05", "failed after-action retried by itself")
@pytest.mark.feature("IN-05", "after-action never re-publishes")
def test_refused_after_action_is_tried_again_and_nothing_is_published_twice() -> None:
    bench = Bench({"after_intake": "delete"})
    bench.take_over()
    bench.turn()
    bench.server.append(mail_bytes(), received_at=NOW)
    bench.server.refuse_after_actions = True
    bench.turn()
    bench.turn()
    assert _cursor(bench).after_actions == (1,)
    bench.take_over("b")
    bench.turn()
    bench.server.refuse_after_actions = False
    bench.turn()
    assert bench.server.folder("INBOX").mails == {}
    assert len(bench.published()) == 1
    assert _cursor(bench).after_actions == ()


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
    assert _cursor(bench).after_actions == (1,)
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
    assert _cursor(bench).last_uid == 3


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
    assert _cursor(bench).attempting is None

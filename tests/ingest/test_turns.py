"""What becomes of a mailbox's mails, turn by turn: start policies, resync, bounds, after-actions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ingest.memory import SEEN
from schemas.events.received import Mode
from schemas.topics import MAIL_RAW
from tests.ingest.bench import NOW, Bench
from tests.ingest.rigs import mail_bytes

BEFORE = NOW - timedelta(days=30)


@pytest.mark.feature("IN-01", "select new by cursor")
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


@pytest.mark.feature("ACC-07", "several folders")
@pytest.mark.feature("IN-01", "folders")
def test_each_folder_has_its_own_cursor_and_a_missing_one_does_not_stop_the_others() -> None:
    bench = Bench({"folders": ["Missing", "INBOX", "Claims"]})
    bench.server.ensure("Claims")
    bench.take_over()
    bench.server.append(mail_bytes("one"), received_at=NOW)
    bench.server.append(mail_bytes("two"), "Claims", received_at=NOW)
    bench.turn()
    assert sorted(mail.folder for mail in bench.published()) == ["Claims", "INBOX"]
    assert bench.runner.standing.state.value == "idle"
    assert "Missing" in bench.runner.standing.reason
    assert bench.statuses[-1].last_success_at is None, "the alert on its age must fire"
    bench.server.ensure("Missing")
    bench.turn()
    assert bench.runner.standing.reason == ""
    assert bench.statuses[-1].last_success_at is not None


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
    assert bench.cursor().after_actions == ()


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
    assert bench.cursor().after_actions == (1,)
    bench.take_over("b")
    bench.turn()
    bench.server.refuse_after_actions = False
    bench.turn()
    assert bench.server.folder("INBOX").mails == {}
    assert len(bench.published()) == 1
    assert bench.cursor().after_actions == ()

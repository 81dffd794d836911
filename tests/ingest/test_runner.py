"""One mailbox from outside: states, back-off, wishes, changed configuration; and the schedule of many."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from ingest.memory import DEMO_PASSWORD, MemoryMailbox, MemoryServer
from ingest.runner import IDLE_LIMIT, Rest
from ingest.scheduler import Scheduler
from runtime.clock import SystemClock
from schemas.errors import ProviderTemporary
from schemas.topics import MAIL_CHECKPOINTS
from tests.ingest.bench import NOW, Bench, spec_of
from tests.ingest.rigs import PASSWORD, mail_bytes


@pytest.mark.feature("IN-08", "states with reasons")
def test_a_wrong_password_is_told_and_backs_off_slowly() -> None:
    bench = Bench(password="wrong")
    bench.take_over()
    first = bench.turn()
    assert bench.states == ["connecting", "auth_failed"]
    status = bench.statuses[-1]
    assert "check user name and password" in status.reason
    assert status.next_try_at is not None
    assert first.seconds is not None
    assert first.seconds >= 15
    connections = bench.server.connections
    bench.turn()
    assert bench.server.connections == connections, "no try before its time"
    bench.password = PASSWORD
    bench.clock.advance(first.seconds)
    bench.turn()
    assert bench.states[-1] == "idle"


@pytest.mark.feature("IN-08", "black-out after repeated errors")
def test_a_server_that_stays_away_is_left_alone_longer_and_longer() -> None:
    bench = Bench()
    bench.server.away = True
    bench.take_over()
    waits = []
    for _ in range(11):
        rest = bench.turn()
        assert rest.seconds is not None
        waits.append(rest.seconds)
        bench.clock.advance(rest.seconds)
    assert waits[:5] == [0.5, 1.0, 2.0, 4.0, 8.0]
    assert waits[-1] == 450.0
    bench.server.away = False
    bench.turn()
    assert bench.states[-1] == "idle"


@pytest.mark.feature("IN-08", "start and stop from the CLI")
def test_stop_closes_the_connection_and_start_goes_on_where_it_was() -> None:
    bench = Bench()
    bench.take_over()
    bench.turn()
    bench.control(desired="stopped")
    assert bench.turn() == Rest()
    assert bench.states[-1] == "stopped"
    bench.server.append(mail_bytes(), received_at=NOW)
    assert bench.turn() == Rest()
    assert bench.published() == []
    bench.control(desired="running")
    bench.turn()
    assert len(bench.published()) == 1


def test_a_mailbox_that_was_stopped_before_stays_stopped_at_its_new_owner() -> None:
    bench = Bench()
    bench.take_over()
    bench.control(desired="stopped")
    bench.turn()
    assert bench.server.connections == 0
    assert bench.states == ["stopped"]


@pytest.mark.feature("IN-08", "restart from the CLI")
def test_restart_does_not_wait_for_the_back_off_and_is_done_once() -> None:
    bench = Bench(password="wrong")
    bench.take_over()
    bench.turn()
    bench.password = PASSWORD
    bench.command("restart")
    bench.turn()
    assert bench.states[-1] == "idle"
    connections = bench.server.connections
    bench.command("restart")
    bench.turn()
    assert bench.server.connections == connections, "a command is carried out once"
    checkpoint = bench.checkpoint()
    assert checkpoint is not None
    assert checkpoint.last_command == "c1"
    bench.take_over("b")
    bench.command("restart")
    bench.turn()
    assert len([state for state in bench.checkpoints() if state.last_command == "c1"]) < len(bench.checkpoints())
    assert bench.server.connections == connections + 1, "nor by the next owner"


@pytest.mark.feature("IN-08", "trace from the CLI")
def test_trace_and_test_leave_the_mailbox_working(capsys: pytest.CaptureFixture[str]) -> None:
    bench = Bench()
    bench.take_over()
    bench.turn()
    bench.command("trace", "c1")
    bench.turn()
    bench.server.append(mail_bytes("secret subject"), received_at=NOW)
    bench.turn()
    bench.command("test", "c2")
    bench.turn()
    output = capsys.readouterr().out
    assert "trace: mails to fetch" in output
    assert "test passed" in output
    assert "secret subject" not in output
    assert bench.states[-1] == "idle"


@pytest.mark.feature("IN-02", "idle re-issued")
def test_idle_is_issued_anew_before_servers_hang_up() -> None:
    bench = Bench({"poll_interval": "1d"})
    bench.take_over()
    rest = bench.turn()
    assert rest.descriptor is not None
    assert rest.seconds == IDLE_LIMIT < 29 * 60
    bench.clock.advance(IDLE_LIMIT)
    again = bench.turn()
    assert again.descriptor is not None
    assert again.seconds == IDLE_LIMIT


def test_a_server_that_hints_at_nothing_all_the_time_is_not_asked_all_the_time() -> None:
    bench = Bench()
    bench.take_over()
    assert bench.turn().descriptor is not None
    assert bench.turn() == Rest(1.0), "the hint led to nothing"
    bench.clock.advance(1)
    assert bench.turn().descriptor is not None


def test_a_turn_that_hangs_in_the_server_ends_when_the_process_stops() -> None:
    bench = Bench()
    hanging, cut = threading.Event(), threading.Event()

    class Hanging(MemoryMailbox):
        def search(self, **_: object) -> list[int]:
            hanging.set()
            assert cut.wait(10)
            raise ProviderTemporary("the connection was cut")

        def close(self) -> None:
            cut.set()
            super().close()

    bench.wrap = lambda _: Hanging(bench.server)
    runner = bench.take_over()
    bench.server.password = DEMO_PASSWORD
    turn = threading.Thread(target=runner.turn)
    turn.start()
    assert hanging.wait(5)
    assert runner.end(0.1)
    turn.join(5)


@pytest.mark.feature("IN-01", "poll interval")
def test_a_server_without_idle_is_polled() -> None:
    bench = Bench({"poll_interval": "7s"}, server=MemoryServer(PASSWORD, idle=False))
    bench.take_over()
    assert bench.turn() == Rest(7.0, None)


@pytest.mark.feature("IN-02", "idle is a hint beside a sweep poll")
def test_an_idle_connection_that_died_in_silence_is_found_out_by_the_sweep() -> None:
    bench = Bench()
    bench.take_over()
    bench.turn()
    bench.server.away = True
    rest = bench.turn()
    assert bench.states[-1] == "unreachable"
    bench.server.away = False
    bench.server.append(mail_bytes(), received_at=NOW)
    bench.clock.advance(rest.seconds or 0)
    bench.turn()
    assert len(bench.published()) == 1


@pytest.mark.feature("IN-01", "time per cycle")
def test_a_turn_ends_when_its_time_is_up() -> None:
    bench = Bench({"time_per_cycle": "10s", "batch_size": 1})
    bench.take_over()
    bench.turn()
    for number in range(5):
        bench.server.append(mail_bytes(f"mail {number}"), received_at=NOW)
    put = bench.blobs.put

    def slow(key: str, data: bytes) -> None:
        bench.clock.advance(6)
        put(key, data)

    bench.blobs.put = slow  # type: ignore[method-assign]
    assert bench.turn() == Rest(0.0)
    assert len(bench.published()) == 2
    while bench.turn() == Rest(0.0):
        pass
    assert len(bench.published()) == 5


def test_blob_store_away_leaves_the_mailbox_untouched() -> None:
    bench = Bench({"after_intake": "delete"})
    bench.take_over()
    bench.turn()
    bench.server.append(mail_bytes(), received_at=NOW)
    bench.blobs.available = False
    bench.turn()
    assert bench.states[-1] == "waiting_for_broker"
    assert "blob store" in bench.statuses[-1].reason
    assert len(bench.server.folder("INBOX").mails) == 1
    bench.blobs.available = True
    bench.clock.advance(60)
    bench.turn()
    assert len(bench.published()) == 1


def test_a_bug_in_one_turn_is_a_state_with_a_reason_not_a_crash() -> None:
    bench = Bench()
    bench.take_over()

    def broken(mailbox: object) -> object:
        raise RuntimeError("a bug")

    bench.wrap = broken  # type: ignore[assignment]
    bench.turn()
    assert bench.states[-1] == "failing"
    assert "RuntimeError: a bug" in bench.statuses[-1].reason


def test_a_changed_listener_is_taken_over_on_a_new_connection() -> None:
    bench = Bench()
    bench.take_over()
    bench.turn()
    bench.runner.reconfigure(spec_of(after_intake="delete"))
    bench.server.append(mail_bytes(), received_at=NOW)
    bench.turn()
    assert bench.server.folder("INBOX").mails == {}
    assert bench.server.connections == 2
    bench.runner.reconfigure(spec_of(blocked=True))
    assert bench.turn() == Rest()
    assert bench.states[-1] == "blocked"
    bench.runner.reconfigure(spec_of())
    bench.turn()
    assert bench.states[-1] == "idle"


def test_an_owner_that_lost_its_mailbox_touches_nothing_more() -> None:
    bench = Bench({"after_intake": "delete"})
    zombie = bench.take_over("zombie")
    bench.turn()
    bench.take_over("owner")
    newest = bench.checkpoint()
    assert newest is not None
    zombie.book.meet(newest)
    bench.server.append(mail_bytes(), received_at=NOW)
    written = len(bench.events(MAIL_CHECKPOINTS))
    assert zombie.turn() == Rest()
    assert bench.published() == []
    assert len(bench.events(MAIL_CHECKPOINTS)) == written
    assert len(bench.server.folder("INBOX").mails) == 1


@pytest.fixture
def scheduler() -> Iterator[Scheduler]:
    scheduler, stop = Scheduler(SystemClock(), workers=2), threading.Event()
    thread = threading.Thread(target=scheduler.run, args=(stop,))
    thread.start()
    yield scheduler
    stop.set()
    scheduler.wake("")
    thread.join()
    scheduler.close()


class _Counting:
    """Rests as it is told, counts its turns, and how many work at once in all."""

    working = 0
    most = 0

    def __init__(self, rest: Rest, seconds: float = 0.0) -> None:
        self.rest, self.seconds, self.turns = rest, seconds, 0

    def turn(self) -> Rest:
        self.turns += 1
        _Counting.working += 1
        _Counting.most = max(_Counting.most, _Counting.working)
        time.sleep(self.seconds)
        _Counting.working -= 1
        return self.rest


def _until(look: object, seconds: float = 5.0) -> None:
    deadline = time.monotonic() + seconds
    while not look():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.feature("IN-09", "bounded fetch pool")
def test_many_mailboxes_share_a_bounded_pool(scheduler: Scheduler) -> None:
    _Counting.most = 0
    runners = [_Counting(Rest(None), 0.02) for _ in range(20)]
    for number, runner in enumerate(runners):
        scheduler.add(str(number), runner)
    _until(lambda: all(runner.turns == 1 for runner in runners))
    assert _Counting.most <= 2


def test_news_on_the_socket_a_time_and_a_wake_up_each_lead_to_a_turn(scheduler: Scheduler) -> None:
    bench = Bench({"poll_interval": "1h"})
    runner = bench.take_over()
    scheduler.add("claims", runner)
    _until(lambda: bench.states[-1:] == ["idle"])
    bench.server.append(mail_bytes(), received_at=NOW)
    _until(lambda: len(bench.published()) == 1)
    timed, asleep = _Counting(Rest(0.05)), _Counting(Rest(None))
    scheduler.add("timed", timed)
    scheduler.add("asleep", asleep)
    _until(lambda: timed.turns >= 3 and asleep.turns == 1)
    scheduler.wake("asleep")
    _until(lambda: asleep.turns == 2)
    scheduler.remove("timed")
    scheduler.remove("claims")
    assert runner.end(1.0)


@pytest.mark.feature("IN-08", "other mailboxes untouched")
def test_one_mailbox_that_hangs_or_raises_does_not_stop_the_others(scheduler: Scheduler) -> None:
    hangs, fine = _Counting(Rest(None), 1.0), _Counting(Rest(0.01))
    scheduler.add("hangs", hangs)
    scheduler.add("fine", fine)
    _until(lambda: fine.turns >= 5, 0.9)

"""Mails flow, every replica of every service is SIGKILLed, and nothing is lost and nothing happens twice."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest

from mailcase.demo.observe import Observer
from mailcase.local.services import ServiceProcess
from schemas.events import LedgerState
from tests.e2e.conftest import Pipeline

MAILS = 200
MAILBOXES = ("sales", "help", "claims", "billing")
REPLICAS = {"ingest": 2, "router": 2, "casesvc": 2, "notifier": 2}
DOUBTFUL = {LedgerState.UNKNOWN, LedgerState.HELD}
DONE = {LedgerState.HANDED_OVER, LedgerState.SUPPRESSED, LedgerState.FAILED, *DOUBTFUL}


@pytest.mark.feature("OU-05", "one hand-over per notification")
@pytest.mark.feature("IN-09", "no duplicates downstream")
@pytest.mark.feature("IN-09", "many workers")
@pytest.mark.feature("OP-07", "nothing is lost")
@pytest.mark.timeout(420)
def test_nothing_is_lost_and_nothing_happens_twice_when_every_replica_is_killed(
    pipeline: Callable[..., Pipeline],
) -> None:
    line = pipeline(*MAILBOXES)
    line.start(REPLICAS)
    delivered = threading.Event()
    postman = threading.Thread(target=_deliver_slowly, args=(line, delivered))
    postman.start()
    killed = _kill_each_in_turn(line)
    postman.join(120)
    assert delivered.is_set(), "not every mail could be delivered"

    observer = line.observer
    line.until(
        lambda: _all_settled(observer),
        150,
        "every mail an interaction, every acknowledgement at its end",
        lambda: _missing(observer),
    )
    time.sleep(3)  # a second effect would follow the first
    observer.update()

    assert {replica.name for replica in line.services.replicas} == killed
    by_mark = observer.by_mark()
    assert sorted(by_mark, key=int) == [str(number) for number in range(MAILS)]
    assert [mark for mark, stories in by_mark.items() if len(stories) != 1] == []
    stories = [stories[0] for stories in by_mark.values()]
    assert [story.mark for story in stories if len(story.interactions) != 1] == []
    assert [story.mark for story in stories if len(story.created) != 1] == []
    assert [story.mark for story in stories if story.quarantine] == []
    assert len({case for story in stories for case in story.created}) == MAILS

    unknown = [out for out in observer.outgoing.values() if out.state in DOUBTFUL]
    for out in unknown:
        print(f"unknown after a kill while transmitting: {out.request.notification_id} {out.states}")
        assert LedgerState.TRANSMITTING in {state for _, state, _ in out.states}
    assert len(unknown) <= REPLICAS["notifier"] * 10, "more doubt than two kills can explain"
    _check_sink(line, {out.request.to[0] for out in unknown})


def _deliver_slowly(line: Pipeline, delivered: threading.Event) -> None:
    """200 mails over the half minute in which replicas die."""
    for number in range(MAILS):
        line.company.deliver(line.company.mail(number, MAILBOXES[number % len(MAILBOXES)]))
        time.sleep(0.11)
    delivered.set()


def _kill_each_in_turn(line: Pipeline) -> set[str]:
    killed: set[str] = set()
    time.sleep(2)
    for index in range(2):
        for service in ("ingest", "router", "casesvc", "notifier"):
            replica: ServiceProcess = line.services.of(service)[index]
            replica.kill()
            killed.add(replica.name)
            time.sleep(1.5)
            replica.start()
            time.sleep(2.5)
    return killed


def _all_settled(observer: Observer) -> bool:
    stories = [story for story in observer.mails.values() if story.mark]
    return (
        len(stories) == MAILS
        and all(story.is_settled and story.created for story in stories)
        and len(observer.outgoing) == MAILS
        and all(out.state in DONE for out in observer.outgoing.values())
    )


def _missing(observer: Observer) -> list[str]:
    by_mark = observer.by_mark()
    lost = [f"mail {number} never came in" for number in range(MAILS) if str(number) not in by_mark]
    stories = [story for found in by_mark.values() for story in found]
    lost += [f"mail {story.mark} not settled: {story}" for story in stories if not (story.is_settled and story.created)]
    answered = {out.request.mail_id for out in observer.outgoing.values()}
    lost += [f"mail {story.mark} not answered" for story in stories if story.mail_id not in answered]
    pending = [out for out in observer.outgoing.values() if out.state not in DONE]
    return lost + [f"{out.request.notification_id} ends in {out.states}" for out in pending]


def _check_sink(line: Pipeline, doubtful: set[str]) -> None:
    """Each customer got the acknowledgement exactly once; where the ledger says unknown, at most once."""
    wrong: Counter[str] = Counter()
    inboxes = line.company.inboxes_of(line.company.customer(number) for number in range(MAILS))
    for number, (customer, mails) in enumerate(inboxes.items()):
        wanted = {0, 1} if customer in doubtful else {1}
        if len(mails) not in wanted:
            wrong[f"{customer}: {len(mails)}"] += 1
        for mail in mails:
            assert f"<mail-{number}@" in str(mail["References"])
    assert not wrong

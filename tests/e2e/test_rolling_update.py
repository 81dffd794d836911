"""Every replica is replaced in order while mails flow: nothing is lost, nothing happens twice, nothing is in doubt."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Callable

import pytest

from mailcase.demo.observe import Observer
from schemas.events import LedgerState
from tests.e2e.conftest import Pipeline

MAILS = 40
SERVICES = ("ingest", "router", "casesvc", "notifier")


@pytest.mark.feature("OP-06", "no duplicates by a rolling update")
@pytest.mark.feature("OP-06", "drains in time")
def test_replicas_that_are_replaced_in_order_lose_nothing_and_repeat_nothing(pipeline: Callable[..., Pipeline]) -> None:
    line = pipeline("sales", "help")
    company, observer = line.company, line.observer
    line.start(dict.fromkeys(SERVICES, 1))
    old = list(line.services.replicas)

    def deliver() -> None:
        for number in range(MAILS):
            company.deliver(company.mail(number, ("sales", "help")[number % 2]))
            time.sleep(0.15)

    postman = threading.Thread(target=deliver)
    postman.start()
    for service in SERVICES:
        line.services.add(service)
    line.services.start()
    line.services.wait_ready(60)
    for replica in old:
        replica.send(signal.SIGTERM)
        assert replica.process is not None
        assert replica.process.wait(30) == 0, replica.tail()
    postman.join(60)
    line.until(
        lambda: (
            len(observer.outgoing) >= MAILS
            and all(out.state is LedgerState.HANDED_OVER for out in observer.outgoing.values())
        ),
        60,
        "every mail is acknowledged",
        lambda: _missing(observer),
    )

    stories = observer.by_mark()
    assert sorted(stories, key=int) == [str(number) for number in range(MAILS)]
    assert [mark for mark, found in stories.items() if len(found) != 1] == []
    assert [mark for mark, (story,) in stories.items() if (len(story.interactions), len(story.created)) != (1, 1)] == []
    assert len(observer.outgoing) == MAILS
    inboxes = company.inboxes_of(company.customer(number) for number in range(MAILS))
    assert [customer for customer, mails in inboxes.items() if len(mails) != 1] == []


def _missing(observer: Observer) -> list[str]:
    found = observer.by_mark()
    lost = [f"mail {number} never came in" for number in range(MAILS) if str(number) not in found]
    stories = [story for some in found.values() for story in some]
    lost += [f"mail {story.mark} made no case: {story}" for story in stories if not story.created]
    pending = [out for out in observer.outgoing.values() if out.state is not LedgerState.HANDED_OVER]
    return lost + [f"{out.request.notification_id} ends in {out.states}" for out in pending]

"""The process dies at each single step towards broker, blob store and mailbox; a successor takes over each time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from ingest.mailbox import Mailbox
from schemas.events.received import MailReceived
from schemas.topics import MAIL_CHECKPOINTS, MAIL_RAW
from tests.ingest.bench import NOW, Bench, OrderedProducer
from tests.ingest.rigs import mail_bytes


class Killed(BaseException):
    """The process died: nothing of it runs any more, not even `except Exception`."""


class Fuse:
    """Burns at the n-th step, before it or right after it; then it is out."""

    def __init__(self, at: int) -> None:
        self.left = at
        self.steps: list[str] = []

    def step(self, name: str) -> None:
        self.steps.append(name)
        self.left -= 1
        if self.left == 0:
            raise Killed(name)

    def around(self, name: str, call: Any, *arguments: Any, **options: Any) -> Any:
        self.step(f"before {name}")
        result = call(*arguments, **options)
        self.step(f"after {name}")
        return result


class FusedMailbox:
    """A connection whose every change in the mailbox may be the last thing that happens."""

    def __init__(self, inner: Mailbox, fuse: Fuse, bench: Bench) -> None:
        self._inner = inner
        self._fuse = fuse
        self._bench = bench

    def __getattr__(self, name: str) -> Any:
        return getattr(self._inner, name)

    def move(self, uids: Sequence[int], folder: str) -> None:
        durable = {mail.server_id.rpartition(":")[2] for mail in self._bench.published()}
        assert {str(uid) for uid in uids} <= durable, "touched before the broker had it"
        covered = self._bench.checkpoint()
        assert covered is not None
        assert covered.folders["INBOX"].last_uid >= max(uids), "touched before the checkpoint"  # type: ignore[union-attr]
        self._fuse.around("move", self._inner.move, uids, folder)


def _run(at: int) -> tuple[Bench, Fuse]:
    bench = Bench({"after_intake": {"move": "Done"}, "batch_size": 2})
    fuse = Fuse(at)
    bench.wrap = lambda mailbox: FusedMailbox(mailbox, fuse, bench)
    put = bench.blobs.put
    bench.blobs.put = lambda key, data: fuse.around("put", put, key, data)  # type: ignore[method-assign]
    publish = OrderedProducer.publish

    def fused(self: OrderedProducer, records: Any) -> None:
        topics = {record.topic for record in records}
        name = "record" if MAIL_RAW in topics else "checkpoint" if MAIL_CHECKPOINTS in topics else "other"
        fuse.around(name, publish, self, records)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(OrderedProducer, "publish", fused)
        deaths = 0
        while True:
            try:
                bench.take_over(f"owner {deaths}")
                bench.turn()
                if deaths == 0 and not bench.server.folder("INBOX").mails and "Done" not in bench.server.folder_names():
                    for number in range(3):
                        bench.server.append(mail_bytes(f"mail {number}"), received_at=NOW)
                for _ in range(4):
                    bench.turn()
                break
            except Killed:
                deaths += 1
        if not bench.published():  # it died before the mails came
            for number in range(3):
                bench.server.append(mail_bytes(f"mail {number}"), received_at=NOW)
            for _ in range(4):
                bench.turn()
    return bench, fuse


@pytest.mark.feature("IN-05", "after-action never re-publishes")
@pytest.mark.feature("IN-05", "never before the broker's acknowledgement")
def test_death_at_any_step_loses_nothing_and_ends_in_the_same_place() -> None:
    _, quiet = _run(0)
    assert {"after put", "after record", "after checkpoint", "after move"} <= set(quiet.steps)
    for at in range(1, len(quiet.steps) + 1):
        bench, fuse = _run(at)
        where = fuse.steps[at - 1]
        mails: list[MailReceived] = bench.published()
        assert len({mail.mail_id for mail in mails}) == 3, where
        assert not any(mail.muted for mail in mails), where
        assert len(bench.server.folder("Done").mails) == 3, where
        assert not bench.server.folder("INBOX").mails, where
        for mail in mails:
            assert bench.blobs.exists(mail.raw.ref.removeprefix("blob:")), where
        assert bench.quarantined() == [], where

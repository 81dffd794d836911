"""Steps of a ledger test: ask, claim, begin, settle, sweep."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from notifier.backoff import Backoff
from notifier.keeper import Keeper
from notifier.ledger import ClaimPolicy, Ledger
from notifier.options import NotifierOptions
from notifier.records import Entry, entries_of
from notifier.sender import Outcome, RecipientAnswer, SendResult, Stage
from notifier.store import Store
from schemas.config import Outbound
from schemas.events import MailRequested, RecipientState
from tests.notifier.base import policy

NOW = NotifierOptions(lease=30, unknown_grace=0, mail_backoff=Backoff(0, 0), server_backoff=Backoff(60, 60))
SOON_OVER = replace(NOW, lease=0)
ID = "<abcdefghij234567.aaaaaaaaaaaaaaaaaaaaaaaaaa.k2bbbbbbbbbbbbbbbb@mail.acme.example>"


def queue(store: Store, *requests: MailRequested) -> list[str]:
    with store.unit() as unit:
        entries = [entry for request in requests for entry in entries_of(request, unit.now)]
        for entry in entries:
            unit.add(entry)
    return [entry.notification_id for entry in entries]


def claim(
    store: Store, options: NotifierOptions = NOW, rules: ClaimPolicy | None = None, owner: str = "a"
) -> list[Entry]:
    return Ledger(store, owner, options).claim(rules or policy(), lambda _: 10, 50)


def begin(store: Store, entry: Entry, options: NotifierOptions = NOW) -> Entry:
    begun = Ledger(store, "a", options).begin(entry, ID)
    assert begun is not None
    return begun


def answer(
    outcome: Outcome, stage: Stage = Stage.BODY, response: str = "250 ok", **states: RecipientState
) -> SendResult:
    return SendResult(
        outcome,
        stage,
        response,
        {f"{name}@customers.example": RecipientAnswer(state, response) for name, state in states.items()},
    )


def yes(*names: str) -> SendResult:
    states = {
        f"{name}@customers.example": RecipientAnswer(RecipientState.ACCEPTED, "250 ok") for name in names or ("ann1",)
    }
    return SendResult(Outcome.ACCEPTED, Stage.BODY, "250 ok", states)


def settle(store: Store, entry: Entry, result: SendResult, destination: str | None = None) -> Entry | None:
    return Ledger(store, "a", NOW).settle(entry, result, destination)


def keeper(store: Store, options: NotifierOptions = NOW, **outbound: Any) -> Keeper:
    return Keeper(store, lambda: Outbound(**outbound), options)


def outbox(store: Store) -> list[tuple[str, int]]:
    with store.database.transaction() as connection:
        rows = connection.execute(
            "SELECT headers, sequence FROM outbox WHERE topic = 'outbound.events' ORDER BY id"
        ).fetchall()
    return [(dict(headers)["ce_type"], sequence) for headers, sequence in rows]

"""Quarantine, mailbox status and ledger steps come into the store, each once and in whatever order."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from casesvc.putting_aside import quarantined
from casesvc.readers import Readers
from runtime.database.pool import Database
from schemas.cloudevents import Event, Record, encode
from schemas.errors import ProviderTemporary
from schemas.events import Discarded, EventModel, LedgerState, MailboxState, MailboxStatus, Quarantined, Released, Stage
from schemas.ids import event_id, mail_id_by_server
from tests.casesvc.build import MOMENT, decision, step
from tests.casesvc.conftest import Desk


def entry(name: str, **changes: Any) -> Quarantined:
    made = quarantined(decision(name), "too_large", "60 MB", 1, MOMENT)
    return made.model_copy(update={"stage": Stage.INGEST, **changes})


def published(kind: str, data: EventModel, key: str) -> Record:
    return encode(Event(event_id(key, 0, kind), kind, "/tests", key, MOMENT, key, data))


def aside(data: Quarantined) -> Record:
    return published("mailcase.mail.quarantined.v1", data, data.mail_id)


def states(desk: Desk) -> list[str]:
    return [state for (state,) in desk.rows("SELECT state FROM quarantine ORDER BY number")]


def test_quarantined_mail_is_open_until_it_is_decided(desk: Desk) -> None:
    record = aside(entry("p1"))
    desk.read(record, record)
    desk.read(record)
    assert states(desk) == ["open"]
    assert desk.rows("SELECT what, mail_id FROM history") == [("quarantined", decision("p1").mail_id)]
    desk.take(decision("p1", run=1))
    assert states(desk) == ["closed"]


def test_quarantine_record_of_a_mail_with_an_interaction_is_superseded(desk: Desk) -> None:
    desk.take(decision("p1"))
    desk.read(aside(entry("p1")))
    assert states(desk) == ["superseded"]


def test_mail_that_was_put_aside_without_its_bytes_is_one_mail_with_what_comes_of_it_later(desk: Desk) -> None:
    for name, first in (("p1", "quarantine"), ("p2", "decision")):
        mail = decision(name)
        record = aside(entry(name, mail_id=mail_id_by_server(mail.mailbox, mail.server_id), raw=None))
        if first == "quarantine":
            desk.read(record)
            desk.take(mail)
        else:
            desk.take(mail)
            desk.read(record)
    assert states(desk) == ["closed", "superseded"]


def test_mail_with_bytes_of_its_own_stays_open_whoever_has_its_server_id(desk: Desk) -> None:
    desk.take(decision("p1"))
    desk.read(aside(entry("p2", server_id=decision("p1").server_id)))
    assert states(desk) == ["open"]


def test_released_and_discarded_entries_are_ended(desk: Desk) -> None:
    first, second = entry("p1"), entry("p2")
    desk.read(aside(first), aside(second))
    desk.read(
        published(
            "mailcase.mail.released.v1",
            Released(mail_id=first.mail_id, run=1, command_id="c1", by="ann", at=MOMENT),
            first.mail_id,
        ),
        published(
            "mailcase.mail.discarded.v1",
            Discarded(mail_id=second.mail_id, run=0, command_id="c2", by="ann", at=MOMENT),
            second.mail_id,
        ),
    )
    assert states(desk) == ["released", "discarded"]


def status(state: MailboxState, epoch: int, seconds: int = 0) -> Record:
    since = MOMENT + timedelta(seconds=seconds)
    data = MailboxStatus(mailbox="claims", state=state, since=since, owner="ingest-1", epoch=epoch)
    return encode(
        Event(f"s{epoch}-{seconds}", "mailcase.mailbox.status.v1", "/ingest", "claims", since, "claims", data)
    )


def test_status_of_an_owner_that_was_replaced_is_ignored(desk: Desk) -> None:
    desk.read(status(MailboxState.IDLE, 5), status(MailboxState.FAILING, 4, 60))
    assert desk.rows("SELECT status->>'state' FROM mailbox_status") == [("idle",)]
    desk.read(status(MailboxState.FETCHING, 5, 1))
    assert desk.rows("SELECT status->>'state' FROM mailbox_status") == [("fetching",)]


def test_status_of_an_owner_whose_clock_was_set_back_is_shown(desk: Desk) -> None:
    desk.read(status(MailboxState.IDLE, 5), status(MailboxState.AUTH_FAILED, 5, -3600))
    assert desk.rows("SELECT status->>'state' FROM mailbox_status") == [("auth_failed",)]
    desk.read(Record("mailbox.status", b"claims", None))
    assert desk.rows("SELECT count(*) FROM mailbox_status") == [(0,)]


@pytest.mark.feature("CA-07", "history of every mail in and out")
def test_ledger_steps_are_seen_on_the_case(desk: Desk) -> None:
    desk.take(decision("p1"))
    sent = str(desk.events("mailcase.mail.requested.v1")[0]["notification_id"])
    steps = [
        step(sent, LedgerState.QUEUED, 1, case="CLM-1"),
        step(sent, LedgerState.HANDED_OVER, 4, case="CLM-1"),
        step(sent, LedgerState.BOUNCED, 5, case="CLM-1"),
    ]
    desk.read(steps[2], steps[0])
    desk.read(*steps, *steps)
    assert desk.rows("SELECT state, sequence, template, recipients FROM outgoing") == [
        ("bounced", 5, "ack", ["ann@example.org"])
    ]
    assert desk.rows("SELECT count(*) FROM outgoing_steps") == [(3,)]
    told = desk.rows("SELECT what FROM history WHERE case_id = 'CLM-1' AND by = 'notifier' ORDER BY at")
    assert told == [("outgoing_handed_over",), ("outgoing_bounced",)]


def test_step_that_comes_before_its_mail_was_asked_for_is_kept(desk: Desk) -> None:
    desk.read(step("n-1", LedgerState.SUPPRESSED, 2, case="CLM-9"))
    assert desk.rows("SELECT notification_id, state, case_id FROM outgoing") == [("n-1", "suppressed", "CLM-9")]


def test_record_that_the_store_refuses_does_not_stop_the_others(desk: Desk) -> None:
    refused = step("n-1", LedgerState.QUEUED, 2**70)
    desk.read(aside(entry("p1")), refused, aside(entry("p2")))
    assert states(desk) == ["open", "open"]
    assert desk.rows("SELECT count(*) FROM outgoing") == [(0,)]


def test_store_that_takes_no_writes_loses_no_record(desk: Desk) -> None:
    """A failover: for a moment the server is a standby. The records are read again, not skipped."""
    dsn = desk.database.dsn + ("&" if "?" in desk.database.dsn else "?")
    read_only = Database(f"{dsn}options=-cdefault_transaction_read_only%3Don", desk.database.schema)
    with pytest.raises(ProviderTemporary, match="takes no writes"):
        Readers(read_only).process([aside(entry("p1")), aside(entry("p2"))])
    read_only.close()
    assert states(desk) == []


def test_store_without_its_tables_loses_no_record(desk: Desk, plain: psycopg.Connection[Any]) -> None:
    plain.execute("ALTER TABLE quarantine RENAME TO elsewhere")
    with pytest.raises(psycopg.errors.UndefinedTable):
        desk.read(aside(entry("p1")), aside(entry("p2")))


def test_records_that_cannot_be_read_are_skipped(desk: Desk) -> None:
    record = aside(entry("p1"))
    desk.read(
        Record("mail.quarantine", b"k", b"{}"),
        Record("mail.quarantine", b"k", None),
        Record(record.topic, record.key, b"{}", record.headers),
        Record(record.topic, record.key, record.value, (*record.headers[:1], ("ce_type", b"new.v9"))),
        record,
    )
    assert states(desk) == ["open"]

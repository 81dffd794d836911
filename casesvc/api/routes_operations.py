"""Quarantine, mailboxes and outgoing mails."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from casesvc.api.context import MailboxesReader, OutgoingReader, QuarantineReader
from casesvc.api.models import MailboxShown, OutgoingShown, QuarantineShown
from casesvc.api.paging import Cursor, Limit, Page, page, position
from casesvc.api.problems import responses
from casesvc.store import queries

__all__ = ["router"]

router = APIRouter(tags=["operations"], responses=responses(401, 403, 503))
Filter = Annotated[str | None, Query(max_length=100)]


@router.get("/quarantine", responses=responses(400, 422))
def list_quarantine(
    context: QuarantineReader,
    state: Annotated[str | None, Query(pattern="^(open|closed|superseded|released|discarded)$")] = None,
    reason: Filter = None,
    mailbox: Filter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[QuarantineShown]:
    """Mails that were put aside, newest first, with the reason and what a release would do."""
    wanted = {"state": state, "reason": reason, "mailbox": mailbox}
    before = position(cursor)
    with context.database.transaction() as connection:
        return page(queries.quarantine(connection, wanted, before, limit + 1), limit, QuarantineShown)


@router.get("/mailboxes")
def list_mailboxes(context: MailboxesReader) -> Page[MailboxShown]:
    """The last known health of each mailbox."""
    with context.database.transaction() as connection:
        return Page(items=[MailboxShown.model_validate(row) for row in queries.mailboxes(connection)])


@router.get("/outgoing", responses=responses(400, 422))
def list_outgoing(
    context: OutgoingReader,
    state: Filter = None,
    purpose: Filter = None,
    case_id: Annotated[str | None, Query(alias="case", max_length=40)] = None,
    account: Filter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[OutgoingShown]:
    """Outgoing mails, newest first, as far as the ledger has come."""
    wanted = {"state": state, "purpose": purpose, "case_id": case_id, "account": account}
    before = position(cursor)
    with context.database.transaction() as connection:
        return page(queries.outgoing(connection, wanted, before, limit + 1), limit, OutgoingShown)

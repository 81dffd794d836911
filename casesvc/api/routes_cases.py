"""Cases with their history, and interactions."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Response

from casesvc.api.context import CasesReader, InteractionsReader
from casesvc.api.models import CaseDetail, CaseShown, HistoryEntry, InteractionDetail, InteractionShown
from casesvc.api.paging import Cursor, Limit, Page, page, position
from casesvc.api.problems import ProblemRaised, responses
from casesvc.store import queries
from schemas.ids import sha256_hex

__all__ = ["router"]

router = APIRouter(responses=responses(401, 403, 503))
Filter = Annotated[str | None, Query(max_length=100)]


@router.get("/cases", tags=["cases"], responses=responses(400, 422))
def list_cases(
    context: CasesReader,
    case_type: Annotated[str | None, Query(alias="type", max_length=100)] = None,
    status: Filter = None,
    queue: Filter = None,
    resolved: bool | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[CaseShown]:
    """Cases, newest first."""
    wanted = {"type": case_type, "status": status, "queue": queue, "resolved": resolved}
    before = position(cursor)
    with context.database.transaction() as connection:
        return page(queries.cases(connection, wanted, before, limit + 1), limit, CaseShown)


@router.get("/cases/{case_id}", tags=["cases"], response_model=CaseDetail, responses=responses(404))
def read_case(
    context: CasesReader,
    case_id: str,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """A case with its people, attachments, interactions and outgoing mails. `ETag` and `If-None-Match` are honoured."""
    with context.database.transaction() as connection:
        found = queries.case(connection, case_id)
    if found is None:
        raise _no_case(case_id)
    body = CaseDetail.model_validate(found).model_dump_json(by_alias=True)
    etag = f'"{sha256_hex(body.encode())[:32]}"'
    headers = {"ETag": etag, "Cache-Control": "private, no-cache"}
    if if_none_match is not None and etag in (tag.strip().removeprefix("W/") for tag in if_none_match.split(",")):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)


@router.get("/cases/{case_id}/history", tags=["cases"], responses=responses(400, 404, 422))
def read_history(context: CasesReader, case_id: str, cursor: Cursor = None, limit: Limit = 50) -> Page[HistoryEntry]:
    """What happened to a case, oldest first; entries never change."""
    after = position(cursor)
    with context.database.transaction() as connection:
        if queries.case(connection, case_id) is None:
            raise _no_case(case_id)
        return page(queries.case_history(connection, case_id, after, limit + 1), limit, HistoryEntry)


@router.get("/interactions", tags=["interactions"], responses=responses(400, 422))
def list_interactions(
    context: InteractionsReader,
    state: Annotated[str | None, Query(pattern="^(open|routed|resolved)$")] = None,
    mailbox: Filter = None,
    queue: Filter = None,
    class_: Annotated[str | None, Query(alias="class", max_length=40)] = None,
    mail_id: Filter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[InteractionShown]:
    """Interactions, newest first: one for every mail."""
    wanted = {"state": state, "mailbox": mailbox, "queue": queue, "class": class_, "mail_id": mail_id}
    before = position(cursor)
    with context.database.transaction() as connection:
        return page(queries.interactions(connection, wanted, before, limit + 1), limit, InteractionShown)


@router.get("/interactions/{interaction_id}", tags=["interactions"], responses=responses(404))
def read_interaction(context: InteractionsReader, interaction_id: str) -> InteractionDetail:
    """An interaction with the mail, its analysis, and the trace of the decision."""
    with context.database.transaction() as connection:
        found = queries.interaction(connection, interaction_id)
    if found is None:
        raise ProblemRaised(
            404, f"there is no interaction {interaction_id[:40]}", where="path.interaction_id", remedy="ids are ET-<n>"
        )
    decision: dict[str, Any] = found.pop("decision")
    parts = {name: decision.get(name) for name in ("mail", "analysis", "trace", "outcome")}
    return InteractionDetail.model_validate(found | parts)


def _no_case(case_id: str) -> ProblemRaised:
    return ProblemRaised(
        404,
        f"there is no case {case_id[:40]}",
        where="path.case_id",
        remedy="ids are <prefix>-<n>, as in /api/v1/cases",
    )

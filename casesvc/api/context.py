"""What routes work with, and the dependency that asks for a scope."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from casesvc.api.tokens import Guard
from runtime.blobs import BlobStore
from runtime.database.pool import Database

__all__ = [
    "ApiContext",
    "AttachmentsReader",
    "CasesReader",
    "InteractionsReader",
    "MailboxesReader",
    "MailsReader",
    "OutgoingReader",
    "QuarantineReader",
]

# Only for the description: the guard itself reads the header, to answer with a problem that helps.
_BEARER = HTTPBearer(auto_error=False, description="token of `mailcase token create`")


@dataclass(frozen=True, slots=True)
class ApiContext:
    """The API's way to the world."""

    database: Database
    blobs: BlobStore
    guard: Guard


def _needs(scope: str) -> Any:
    """Dependency: the request's token has `scope`; gives the context."""

    def checked(request: Request, _token: object = Security(_BEARER)) -> ApiContext:
        context: ApiContext = request.app.state.mailcase
        context.guard.check(request, scope)
        return context

    named: Callable[..., ApiContext] = checked
    return Depends(named)


CasesReader = Annotated[ApiContext, _needs("cases:read")]
InteractionsReader = Annotated[ApiContext, _needs("interactions:read")]
MailsReader = Annotated[ApiContext, _needs("mails:read")]
AttachmentsReader = Annotated[ApiContext, _needs("attachments:read")]
MailboxesReader = Annotated[ApiContext, _needs("mailboxes:read")]
QuarantineReader = Annotated[ApiContext, _needs("quarantine:read")]
OutgoingReader = Annotated[ApiContext, _needs("outgoing:read")]

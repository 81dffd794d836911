"""The FastAPI application: routes, guard, problems, metrics."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from fastapi import FastAPI, Request, Response
from fastapi_offline import FastAPIOffline

from casesvc.api import problems, routes_cases, routes_mails, routes_operations
from casesvc.api.context import ApiContext
from casesvc.api.tokens import SCOPES, Guard
from runtime import metrics
from runtime.blobs import BlobStore
from runtime.database.pool import Database

__all__ = ["create_app"]

_ABOUT = f"""Read access to cases, interactions, mails, quarantine, mailboxes and outgoing mails.

Send `Authorization: Bearer <token>`; `mailcase token create --scope …` makes a token. Scopes: {", ".join(SCOPES)}.
Every error is `application/problem+json` and says what, where and what would be right. Lists come in pages: ask again
with `cursor` set to `next`."""


def create_app(database: Database, blobs: BlobStore) -> FastAPI:
    """The API on `database` and `blobs`."""
    app = FastAPIOffline(redoc_url=None, title="mailcase", version="v1", description=_ABOUT)
    app.state.mailcase = ApiContext(database, blobs, Guard(database))
    problems.install(app)
    for routes in (routes_cases, routes_mails, routes_operations):
        app.include_router(routes.router, prefix="/api/v1")
    app.middleware("http")(_observe)
    return app


async def _observe(request: Request, call_next: Callable[[Request], Awaitable[Response]]) -> Response:
    began = time.perf_counter()
    status = 500
    try:
        response = await call_next(request)
        status = response.status_code
    finally:
        route = getattr(request.scope.get("route"), "path", "(none)")
        metrics.API_REQUESTS.inc(method=_known(request.method), route=route, status=str(status))
        metrics.API_SECONDS.observe(time.perf_counter() - began, route=route)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
    response.headers.setdefault("Cache-Control", "no-store")
    return response


def _known(method: str) -> str:
    """A label never takes what a client makes up."""
    return method if method in ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS") else "other"

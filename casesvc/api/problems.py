"""Every error as `application/problem+json` (RFC 9457): what, where, and what would be right."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from psycopg import DataError
from pydantic import BaseModel, Field
from starlette.exceptions import HTTPException

from runtime import logs
from schemas.errors import ProviderError

__all__ = ["Problem", "ProblemRaised", "install", "responses"]

_log = logs.get_logger("api")
MEDIA_TYPE = "application/problem+json"


class Problem(BaseModel):
    """RFC 9457, with two members more: where the fault lies and what to do."""

    type: str = "about:blank"
    title: str = Field(description="the HTTP status in words")
    status: int
    detail: str = Field(description="what went wrong")
    where: str = Field(default="", description="the parameter, header or path at fault")
    remedy: str = Field(default="", description="what would be right")


class ProblemRaised(Exception):
    """Ends a request with a problem."""

    def __init__(
        self, status: int, detail: str, *, where: str = "", remedy: str = "", headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.problem = Problem(
            title=HTTPStatus(status).phrase, status=status, detail=detail, where=where, remedy=remedy
        )
        self.headers = headers or {}


def responses(*statuses: int) -> dict[int | str, dict[str, object]]:
    """The problems of a route, for its OpenAPI description."""
    return {
        status: {"model": Problem, "description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {}}}
        for status in statuses
    }


def install(app: FastAPI) -> None:
    """Answer every error of `app` with a problem."""
    app.add_exception_handler(ProblemRaised, _raised)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(ProviderError, _provider)
    app.add_exception_handler(DataError, _impossible)
    app.add_exception_handler(Exception, _unexpected)


def _answer(error: ProblemRaised) -> JSONResponse:
    return JSONResponse(
        error.problem.model_dump(exclude_defaults=False),
        error.problem.status,
        headers=error.headers,
        media_type=MEDIA_TYPE,
    )


def _raised(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, ProblemRaised), "registered for it"
    return _answer(error)


def _invalid(_request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError), "registered for it"
    found = error.errors()
    detail = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in found[:5])
    where = ".".join(map(str, found[0]["loc"])) if found else ""
    return _answer(ProblemRaised(422, detail, where=where, remedy="see /docs for the parameters and their types"))


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException), "registered for it"
    remedy = {404: "see /docs for what there is", 405: "the API of this release only reads"}.get(error.status_code, "")
    headers = dict(error.headers or {})
    return _answer(
        ProblemRaised(error.status_code, str(error.detail), where=request.url.path, remedy=remedy, headers=headers)
    )


def _provider(_request: Request, error: Exception) -> JSONResponse:
    _log.warning("a request cannot be answered now", error=str(error))
    return _answer(
        ProblemRaised(
            503,
            "database or blob store cannot be reached now",
            remedy="try again in a few seconds; the log of casesvc says more",
            headers={"Retry-After": "5"},
        )
    )


def _impossible(request: Request, error: Exception) -> JSONResponse:
    """A NUL or a number out of range in a parameter: nothing in the database can be like that."""
    return _answer(
        ProblemRaised(
            422,
            "a parameter holds characters or numbers that no value has",
            where=request.url.path.replace("\0", "\\0")[:100],
            remedy="see /docs for the parameters and their types",
        )
    )


def _unexpected(request: Request, error: Exception) -> JSONResponse:
    _log.error("a request failed", path=request.url.path, exc_info=error)
    return _answer(ProblemRaised(500, "this is a bug in mailcase", remedy="the log of casesvc says more"))

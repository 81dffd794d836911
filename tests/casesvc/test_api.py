"""The REST API on PostgreSQL: what it shows, to whom, and how it refuses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from casesvc.api.app import create_app
from casesvc.api.tokens import SCOPES, create, list_tokens, revoke
from mail.parse import parse
from runtime.blobs import MemoryBlobs
from runtime.database.pool import Database
from schemas.errors import ConfigurationError
from schemas.events import LedgerState, MailboxState
from schemas.ids import sha256_hex
from tests.casesvc.build import BOB, TRIAGE, decision, step, tag
from tests.casesvc.conftest import Desk
from tests.casesvc.test_readers import aside, entry, status

RAW = (
    b"From: ann@example.org\r\nSubject: Broken\r\nMIME-Version: 1.0\r\n"
    b"Content-Type: multipart/mixed; boundary=x\r\n\r\n"
    b"--x\r\nContent-Type: text/plain\r\n\r\nHello\r\n"
    b'--x\r\nContent-Type: text/html\r\nContent-Disposition: attachment; filename="evil.html"\r\n\r\n'
    b"<script>alert(1)</script>\r\n--x--\r\n"
)


class Client:
    """The API with a token of all scopes, unless told otherwise."""

    def __init__(self, database: Database, blobs: MemoryBlobs) -> None:
        self.database = database
        self.blobs = blobs
        self.http = TestClient(create_app(database, blobs), raise_server_exceptions=False)
        self.token = create(database, "test", SCOPES)

    def get(self, path: str, token: str | None = None, **headers: str) -> Any:
        bearer = {"Authorization": f"Bearer {token or self.token}"}
        return self.http.get(f"/api/v1{path}", headers=bearer | {k.replace("_", "-"): v for k, v in headers.items()})

    def json(self, path: str) -> Any:
        answer = self.get(path)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture
def client(database: Database) -> Iterator[Client]:
    made = Client(database, MemoryBlobs())
    yield made
    made.http.close()


def assert_problem(answer: Any, status_code: int, *words: str) -> None:
    assert answer.status_code == status_code, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert problem["status"] == status_code
    for word in words:
        assert word in " ".join(map(str, problem.values())), problem


@pytest.mark.feature("CA-08", "cases and interactions")
def test_case_is_shown_with_all_that_belongs_to_it(desk: Desk, client: Client) -> None:
    desk.take(decision("p1"), decision("s1", sender=BOB, evidence=[tag("CLM-1")]))
    (listed,) = client.json("/cases?type=claim&status=new&resolved=false")["items"]
    assert (listed["id"], listed["label"], listed["queue"]) == ("CLM-1", "About p1", "desk")
    shown = client.json("/cases/CLM-1")
    assert [person["address"] for person in shown["participants"]] == ["ann@example.org"]
    assert [(one["interaction"], one["relation"]) for one in shown["interactions"]] == [
        ("ET-1", "created"),
        ("ET-2", "linked"),
    ]
    assert [one["state"] for one in shown["outgoing"]] == ["requested"]
    assert shown["missing"] == ["policy_number"]
    history = client.json("/cases/CLM-1/history")["items"]
    assert [one["what"] for one in history] == ["created", "stage_entered", "mail_attached", "mail_requested", "linked"]


@pytest.mark.feature("CA-05", "with analysis and trace")
def test_interaction_shows_mail_analysis_and_trace(desk: Desk, client: Client) -> None:
    desk.take(decision("p1", new=(TRIAGE,)), decision("p2"))
    assert [one["id"] for one in client.json("/interactions?state=open")["items"]] == ["ET-1"]
    shown = client.json("/interactions/ET-1")
    assert shown["class"] == "human"
    assert shown["mail"]["subject"] == "About p1"
    assert shown["trace"] == {"rules": [], "omitted": 0}
    assert {"analysis", "outcome", "reason", "evidence"} <= shown.keys()


@pytest.mark.feature("CA-08", "ETags")
def test_unchanged_case_is_answered_with_304(desk: Desk, client: Client) -> None:
    desk.take(decision("p1"))
    etag = client.get("/cases/CLM-1").headers["etag"]
    assert client.get("/cases/CLM-1", If_None_Match=f'"other", W/{etag}').status_code == 304
    desk.take(decision("r1", references=["p1"]))
    changed = client.get("/cases/CLM-1", If_None_Match=etag)
    assert changed.status_code == 200
    assert changed.headers["etag"] != etag


@pytest.mark.feature("CA-08", "pagination by cursor")
def test_pages_by_cursor_show_everything_once_while_cases_are_added(desk: Desk, client: Client) -> None:
    desk.take(*[decision(f"p{number}") for number in range(5)])
    first = client.json("/cases?limit=2")
    desk.take(decision("late"))
    seen = [one["id"] for one in first["items"]]
    cursor = first["next"]
    while cursor:
        following = client.json(f"/cases?limit=2&cursor={cursor}")
        seen += [one["id"] for one in following["items"]]
        cursor = following["next"]
    assert seen == ["CLM-5", "CLM-4", "CLM-3", "CLM-2", "CLM-1"]
    pages = client.json("/cases/CLM-1/history?limit=3")
    rest = client.json(f"/cases/CLM-1/history?limit=3&cursor={pages['next']}")
    assert len(pages["items"]) == 3
    assert len(rest["items"]) == 1
    assert rest["next"] is None


@pytest.mark.feature("CA-08", "mails and attachments")
def test_raw_mail_and_attachment_are_downloads_that_nothing_runs(desk: Desk, client: Client) -> None:
    digest = sha256_hex(RAW)
    part = next(one for one in parse(RAW).attachments if one.filename == "evil.html")
    listed = {
        "part": part.path,
        "name": 'ev"il\r\n.html',
        "type": "text/html",
        "size": part.size,
        "sha256": part.sha256,
    }
    reference = {"sha256": digest, "size": len(RAW), "ref": f"blob:claims/{digest}"}
    made = decision("p1", mail={"attachments": [listed], "raw": reference})
    desk.take(made)
    assert_problem(client.get(f"/mails/{made.mail_id}/raw"), 404, "blob store")
    client.blobs.put(f"claims/{digest}", RAW)
    raw = client.get(f"/mails/{made.mail_id}/raw")
    assert raw.content == RAW
    attachment = client.get(f"/mails/{made.mail_id}/attachments/{part.path}")
    assert b"<script>" in attachment.content
    for answer in (raw, attachment):
        assert answer.headers["content-disposition"].startswith("attachment;")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "sandbox" in answer.headers["content-security-policy"]
        assert "html" not in answer.headers["content-type"]
    assert "\r" not in attachment.headers["content-disposition"]
    assert_problem(client.get(f"/mails/{made.mail_id}/attachments/9.9"), 404, "path.part")
    assert client.json(f"/mails/{made.mail_id}")["mail"]["attachments"][0]["part"] == part.path


@pytest.mark.feature("CA-07", "history of every mail in and out")
def test_timeline_tells_a_mails_whole_way(desk: Desk, client: Client) -> None:
    made = decision("p1")
    desk.take(made, decision("p1", run=1))
    sent = str(desk.events("mailcase.mail.requested.v1")[0]["notification_id"])
    desk.read(step(sent, LedgerState.QUEUED, 1, case="CLM-1"), step(sent, LedgerState.HANDED_OVER, 4, case="CLM-1"))
    entries = client.json(f"/mails/{made.mail_id}/timeline")["entries"]
    assert "create_case" in entries[1]["detail"]["actions_if_new"]
    whats = [one["what"] for one in entries]
    assert whats[:2] == ["received", "decided"]
    assert {"interaction_opened", "created", "mail_requested", "superseded", "step_handed_over"} <= set(whats)
    aside_only = entry("q1")
    desk.read(aside(aside_only))
    assert [one["what"] for one in client.json(f"/mails/{aside_only.mail_id}/timeline")["entries"]] == ["quarantined"]


def test_quarantine_mailboxes_and_outgoing_are_shown(desk: Desk, client: Client) -> None:
    desk.take(decision("p1"))
    desk.read(aside(entry("q1")), status(MailboxState.IDLE, 3))
    (put_aside,) = client.json("/quarantine?state=open")["items"]
    assert (put_aside["reason"], put_aside["detail"], put_aside["stage"]) == ("too_large", "60 MB", "ingest")
    (mailbox,) = client.json("/mailboxes")["items"]
    assert mailbox["status"]["state"] == "idle"
    (outgoing,) = client.json("/outgoing?case=CLM-1")["items"]
    assert (outgoing["purpose"], outgoing["recipients"]) == ("acknowledgement", ["ann@example.org"])


@pytest.mark.feature("CA-08", "tokens with scopes")
def test_each_route_wants_its_scope(client: Client) -> None:
    routes = {
        "/cases": "cases:read",
        "/cases/X-1": "cases:read",
        "/cases/X-1/history": "cases:read",
        "/interactions": "interactions:read",
        "/interactions/ET-1": "interactions:read",
        "/mails/m": "mails:read",
        "/mails/m/raw": "mails:read",
        "/mails/m/timeline": "mails:read",
        "/mails/m/attachments/1": "attachments:read",
        "/mailboxes": "mailboxes:read",
        "/quarantine": "quarantine:read",
        "/outgoing": "outgoing:read",
    }
    for path, scope in routes.items():
        assert_problem(client.http.get(f"/api/v1{path}"), 401, "mailcase token create")
        without = create(client.database, "without", [other for other in SCOPES if other != scope])
        assert_problem(client.get(path, without), 403, scope)
        only = create(client.database, "only", [scope])
        assert client.get(path, only).status_code in (200, 404)


def test_wrong_revoked_and_expired_tokens_are_refused(client: Client) -> None:
    expired = create(client.database, "old", ["cases:read"], datetime.now(UTC) - timedelta(seconds=1))
    revoked = create(client.database, "gone", ["cases:read"])
    revoke(client.database, revoked.split("_")[1])
    for token, words in {expired: "expired", revoked: "revoked", client.token + "x": "not known", "x": ""}.items():
        answer = client.get("/cases", token)
        assert_problem(answer, 401, words)
        assert answer.headers["www-authenticate"].startswith("Bearer ")
    assert_problem(client.http.get("/api/v1/cases", headers={"Authorization": "Basic abc"}), 401)
    with pytest.raises(ConfigurationError, match="token list"):
        revoke(client.database, "unknown")
    with pytest.raises(ConfigurationError, match=r"cases:write.*cases:read"):
        create(client.database, "x", ["cases:write"])


def test_only_a_hash_of_a_token_is_kept(client: Client, desk: Desk) -> None:
    secret = client.token.rsplit("_", 1)[1]
    ((kept,),) = desk.rows("SELECT api_tokens::text FROM api_tokens")
    assert secret not in kept
    assert list_tokens(client.database)[0].last_used_at is None
    client.json("/cases")
    assert list_tokens(client.database)[0].last_used_at is not None


@pytest.mark.feature("CA-08", "problem+json errors")
@pytest.mark.feature("OP-07", "API call")
@pytest.mark.parametrize(
    ("path", "status_code", "words"),
    [
        ("/cases/CLM-9", 404, "no case CLM-9"),
        ("/interactions/ET-9", 404, "no interaction"),
        ("/mails/nothing", 404, "no mail"),
        ("/cases?limit=1000", 422, "query.limit"),
        ("/cases?resolved=perhaps", 422, "resolved"),
        ("/cases?cursor=made-up", 400, "query.cursor"),
        ("/interactions?state=lost", 422, "state"),
        ("/nowhere", 404, "/docs"),
        ("/cases/%00", 422, "no value has"),
    ],
)
def test_wrong_calls_say_what_where_and_what_would_be_right(
    client: Client, path: str, status_code: int, words: str
) -> None:
    assert_problem(client.get(path), status_code, words)


def test_writing_is_refused(client: Client) -> None:
    assert_problem(client.http.delete("/api/v1/cases/CLM-1"), 405, "only reads")


def test_database_that_is_away_is_a_503_with_retry_after(database_url: str) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/none", "none", timeout=0.5)
    with TestClient(create_app(away, MemoryBlobs()), raise_server_exceptions=False) as http:
        answer = http.get("/api/v1/cases", headers={"Authorization": "Bearer mct_x_y"})
    away.close()
    assert_problem(answer, 503, "cannot be reached")
    assert answer.headers["retry-after"]


@pytest.mark.feature("CA-08", "OpenAPI")
def test_openapi_describes_routes_problems_and_tokens(client: Client) -> None:
    described = client.http.get("/openapi.json").json()
    assert described["openapi"].startswith("3.")
    case = described["paths"]["/api/v1/cases/{case_id}"]["get"]
    assert "200" in case["responses"]
    assert "application/problem+json" in case["responses"]["404"]["content"]
    assert described["components"]["securitySchemes"]
    assert "CaseDetail" in described["components"]["schemas"]
    assert client.http.get("/docs").status_code == 200

"""What the demo asks the API about reports on our mail, and which answers it does not take."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from mailcase.demo import shown
from mailcase.demo.observe import MailStory, OutgoingStory
from mailcase.demo.scenario import Expectation
from schemas.events import LedgerState

ROW = Expectation.model_validate(
    {"mail": "9-bounce.eml", "to": ["a"], "sender": "", "answers": "1", "class": "bounce", "phase": 2,
     "recipients": {"ann@x.example": "hard moved"}, "outgoing": "bounced"}
)  # fmt: skip
MAIL = {
    "class": {"kind": "bounce", "reason": "RFC 3464"},
    "bounce": {"recipients": [{"address": "ann@x.example", "kind": "hard", "reason": "moved"}]},
}
CASE = {
    "outgoing": [{"notification_id": "n1", "state": "bounced"}],
    "interactions": [{"mail_id": "m9", "relation": "reported"}],
}


@dataclass
class Seen:
    """As much of the observer as is asked."""

    outgoing: dict[str, OutgoingStory] = field(default_factory=dict)

    def by_mark(self) -> dict[str, list[MailStory]]:
        return {"1": [MailStory("m1")], "9": [MailStory("m9")]}


def differences(monkeypatch: pytest.MonkeyPatch, answers: dict[str, Any]) -> list[str]:
    def get(api: str, token: str, path: str) -> Any:
        return answers[path]

    monkeypatch.setattr(shown, "_get", get)
    request: Any = SimpleNamespace(mail_id="m1", notification_id="n1", case=SimpleNamespace(id="C1"))
    now = datetime(2026, 11, 23, tzinfo=UTC)
    story = OutgoingStory(request, now, [(now, LedgerState.BOUNCED, "")])
    seen: Any = Seen({"n1": story})
    return shown.differences("http://api.example", "token", seen, [ROW])


def test_a_bounce_on_its_case_is_as_it_must_be(monkeypatch: pytest.MonkeyPatch) -> None:
    assert differences(monkeypatch, {"mails/m9": MAIL, "cases/C1": CASE}) == []


@pytest.mark.parametrize(
    ("mail", "case", "told"),
    [
        (MAIL | {"class": {"kind": "human", "reason": "x"}}, CASE, "must show the class bounce"),
        (MAIL | {"class": {"kind": "bounce", "reason": ""}}, CASE, "must show the class bounce"),
        (MAIL | {"bounce": None}, CASE, "hard moved"),
        (MAIL, CASE | {"outgoing": [{"notification_id": "n1", "state": "handed_over"}]}, "our answer as bounced"),
        (MAIL, CASE | {"interactions": []}, "must show the report"),
        (MAIL, {}, "the API does not show it"),
    ],
)
def test_what_the_api_does_not_show_is_told(
    monkeypatch: pytest.MonkeyPatch, mail: dict[str, Any], case: dict[str, Any], told: str
) -> None:
    (problem,) = differences(monkeypatch, {"mails/m9": mail, "cases/C1": case})
    assert problem.startswith("9-bounce.eml: ")
    assert told in problem

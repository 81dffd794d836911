"""What the case service's API shows of the reports about our mail, and the differences to what it must show."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from typing import Any

from mailcase.demo.observe import MailStory, Observer
from mailcase.demo.report import reported_on
from mailcase.demo.scenario import Expectation

__all__ = ["differences"]

_TIMEOUT = 10.0
"""Seconds that an answer may take."""


def differences(api: str, token: str, observer: Observer, expectations: Sequence[Expectation]) -> list[str]:
    """What the API at `api` (its root) does not show as it must, one line each."""
    by_mark = observer.by_mark()
    found: list[str] = []
    for row in expectations:
        for story in by_mark.get(row.mark, []):
            if row.outgoing is None:
                continue
            try:
                found += [f"{row.mail}: {problem}" for problem in _problems(api, token, row, story, observer)]
            except (urllib.error.URLError, TimeoutError, KeyError, ValueError) as error:
                found.append(f"{row.mail}: the API does not show it: {error!r}")
    return found


def _problems(api: str, token: str, row: Expectation, story: MailStory, observer: Observer) -> Iterator[str]:
    mail = _get(api, token, f"mails/{story.mail_id}")
    if mail["class"]["kind"] != row.class_ or not mail["class"]["reason"]:
        yield f"the API must show the class {row.class_} with its reason, shows {mail['class']}"
    told = {one["address"]: f"{one['kind']} {one['reason']}" for one in (mail["bounce"] or {}).get("recipients", ())}
    if row.recipients and told != row.recipients:
        yield f"the API must show {row.recipients}, shows {told}"
    for sent in reported_on(row, observer.by_mark(), observer):
        assert sent.request.case is not None, "an answer about a case"
        case = _get(api, token, f"cases/{sent.request.case.id}")
        states = {out["notification_id"]: out["state"] for out in case["outgoing"]}
        if states.get(sent.request.notification_id) != row.outgoing:
            yield f"case {sent.request.case.id} must show our answer as {row.outgoing}, shows {states}"
        relations = {one["mail_id"]: one["relation"] for one in case["interactions"]}
        if relations.get(story.mail_id) != "reported":
            yield f"case {sent.request.case.id} must show the report, shows {relations}"


def _get(api: str, token: str, path: str) -> Any:
    request = urllib.request.Request(f"{api}/api/v1/{path}", headers={"Authorization": f"Bearer {token}"})  # noqa: S310
    with urllib.request.urlopen(request, timeout=_TIMEOUT) as answer:  # noqa: S310  # our own service
        return json.load(answer)

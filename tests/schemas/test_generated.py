"""Generated schemas are committed as the models say, and a change that breaks a reader turns the suite red."""

from __future__ import annotations

import copy
import json
from typing import Any

import jsonschema
import pytest

from mailcase import schemas_command
from schemas import generate, topics
from schemas.compatibility import breaking_changes
from schemas.events import REGISTRY
from tests.schemas.examples import example

DECIDED = generate.event_schemas()["mailcase.mail.decided.v1"]


@pytest.mark.feature("OP-04", "AsyncAPI and JSON Schemas published")
def test_committed_schemas_are_what_the_models_say() -> None:
    assert schemas_command.differences() == []


def test_readers_of_the_last_release_can_read_all_events() -> None:
    assert list((schemas_command.ROOT / "released").glob("*.json")), "no released schemas to compare with"
    assert schemas_command.broken_readers() == []


@pytest.mark.parametrize("kind", sorted(REGISTRY))
def test_every_event_fits_its_published_schema(kind: str) -> None:
    schema = json.loads((schemas_command.ROOT / "events" / f"{kind}.json").read_text())
    data = json.loads(example(kind).data.model_dump_json(by_alias=True))
    jsonschema.Draft202012Validator(schema).validate(data)


def removed(schema: dict[str, Any]) -> None:
    del schema["properties"]["conversation"]


def retyped(schema: dict[str, Any]) -> None:
    schema["properties"]["run"] = {"type": "string"}


def optional(schema: dict[str, Any]) -> None:
    schema["required"].remove("mail_id")


def nullable(schema: dict[str, Any]) -> None:
    schema["properties"]["mailbox"] = {"anyOf": [{"type": "string"}, {"type": "null"}]}


def new_kind(schema: dict[str, Any]) -> None:
    schema["$defs"]["ClassKind"]["enum"].append("telepathy")


def any_kind(schema: dict[str, Any]) -> None:
    del schema["$defs"]["ClassKind"]["enum"]


def nested_removed(schema: dict[str, Any]) -> None:
    del schema["$defs"]["Mail"]["properties"]["subject"]


def renamed_entry_field(schema: dict[str, Any]) -> None:
    fields = schema["$defs"]["Attachment"]["properties"]
    fields["digest"] = fields.pop("sha256")


def less_private(schema: dict[str, Any]) -> None:
    del schema["$defs"]["Mail"]["properties"]["subject"]["x-privacy"]


@pytest.mark.parametrize(
    ("change", "named"),
    [
        (removed, "conversation"),
        (retyped, "run"),
        (optional, "mail_id"),
        (nullable, "mailbox"),
        (new_kind, "telepathy"),
        (any_kind, "class.kind"),
        (nested_removed, "mail.subject"),
        (renamed_entry_field, "mail.attachments[].sha256"),
        (less_private, "privacy"),
    ],
)
def test_a_breaking_change_is_found_and_named(change: Any, named: str) -> None:
    changed = copy.deepcopy(DECIDED)
    change(changed)
    found = breaking_changes(DECIDED, changed)
    assert any(named in line for line in found), found


def test_an_added_field_breaks_nobody() -> None:
    changed = copy.deepcopy(DECIDED)
    changed["properties"]["added"] = {"type": "string"}
    changed["required"].append("added")
    assert breaking_changes(DECIDED, changed) == []


def test_a_changed_model_turns_the_check_red(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check itself: with one field renamed in a model, both of its halves complain."""
    changed = copy.deepcopy(generate.event_schemas())
    removed(changed["mailcase.mail.decided.v1"])
    monkeypatch.setattr(generate, "event_schemas", lambda: changed)
    assert any("decided" in line for line in schemas_command.differences())
    assert any("conversation: field was removed" in line for line in schemas_command.broken_readers())


def test_asyncapi_names_every_topic_message_writer_and_reader() -> None:
    document = generate.asyncapi()
    assert document["channels"].keys() == topics.CATALOGUE.keys()
    named = {kind for channel in document["channels"].values() for kind in channel["messages"]}
    assert named == generate.event_schemas().keys() == document["components"]["messages"].keys()
    for topic in topics.CATALOGUE.values():
        for service in topic.writers:
            assert f"{service}.send.{topic.name}" in document["operations"]

"""What all event models share, and the registration that ties a `ce_type` to its model and topic."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ConfigDict


class EventModel(BaseModel):
    """Frozen data of an event or of a part of one.

    Unknown fields are ignored (contracts: consumers ignore what they do not know), so that an older reader reads a
    newer writer's events.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, ser_json_inf_nan="null")


@dataclass(frozen=True, slots=True)
class EventType:
    """One registered event type. `key` names what the record's key is."""

    name: str
    topic: str
    model: type[EventModel]
    meaning: str

    @property
    def dataschema(self) -> str:
        """Value of `ce_dataschema`: the path of the committed JSON Schema, relative to `schemas/`."""
        return f"json/events/{self.name}.json"


REGISTRY: dict[str, EventType] = {}

Model = TypeVar("Model", bound=type[EventModel])


def event(topic: str, *types: str) -> Callable[[Model], Model]:
    """Register the decorated model as the data of `types` on `topic`."""

    def register(model: Model) -> Model:
        meaning = (model.__doc__ or "").strip().splitlines()[0]
        for name in types:
            assert name not in REGISTRY, f"{name} is registered twice"
            REGISTRY[name] = EventType(name, topic, model, meaning)
        return model

    return register

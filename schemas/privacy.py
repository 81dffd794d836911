"""Privacy classes of event fields: `public`, `personal` (names, addresses), `content` (what people wrote).

A field's class stands in its JSON Schema as `x-privacy`; a field without one is `public`. `redact` keeps the shape and
replaces what is not allowed, so that a redacted event is still valid for its readers.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from typing import Annotated, Any, get_args

from pydantic import BaseModel, Field
from pydantic.fields import FieldInfo


class Privacy(StrEnum):
    """How sensitive a field is; the order is the order of sensitivity."""

    PUBLIC = "public"
    PERSONAL = "personal"
    CONTENT = "content"


def privacy(kind: Privacy) -> Any:
    """Field metadata that marks a privacy class, to be used in `Annotated`."""
    return Field(json_schema_extra={"x-privacy": kind.value})


PersonalText = Annotated[str, privacy(Privacy.PERSONAL)]
ContentText = Annotated[str, privacy(Privacy.CONTENT)]

_ORDER = [Privacy.PUBLIC, Privacy.PERSONAL, Privacy.CONTENT]


def privacy_of(model: type[BaseModel], field: str) -> Privacy:
    """Privacy class of a field of `model`: the most sensitive one in its annotation, optional and list members too."""
    info = model.model_fields[field]
    return max([_of_metadata(info), *_of_annotation(info.annotation)], key=_ORDER.index)


def _of_metadata(info: FieldInfo) -> Privacy:
    extra = info.json_schema_extra
    return Privacy(str(extra["x-privacy"])) if isinstance(extra, dict) and "x-privacy" in extra else Privacy.PUBLIC


def _of_annotation(annotation: Any) -> Iterator[Privacy]:
    for part in getattr(annotation, "__metadata__", ()):
        if isinstance(part, FieldInfo):
            yield _of_metadata(part)
    for member in get_args(annotation):
        yield from _of_annotation(member)


def redact(model: BaseModel, allowed: Privacy = Privacy.PUBLIC) -> dict[str, Any]:
    """`model` as JSON data in which fields above `allowed` are emptied: text becomes `[personal]` or `[content]`."""
    shown = model.model_dump(mode="json", by_alias=True)
    result = _redact(model, shown, allowed)
    assert isinstance(result, dict)
    return result


def _redact(value: object, shown: Any, allowed: Privacy) -> Any:
    if isinstance(value, BaseModel) and isinstance(shown, dict):
        result: dict[str, Any] = {}
        for name, info in type(value).model_fields.items():
            label = info.serialization_alias or info.alias or name
            if label not in shown:
                continue
            kind = privacy_of(type(value), name)
            if _ORDER.index(kind) > _ORDER.index(allowed):
                result[label] = _emptied(shown[label], kind)
            else:
                result[label] = _redact(getattr(value, name), shown[label], allowed)
        return result
    if isinstance(value, list | tuple) and isinstance(shown, list):
        return [_redact(item, part, allowed) for item, part in zip(value, shown, strict=True)]
    return shown


def _emptied(shown: Any, kind: Privacy) -> Any:
    if isinstance(shown, str):
        return f"[{kind.value}]"
    if isinstance(shown, list):
        return []
    if isinstance(shown, dict):
        return {}
    return None

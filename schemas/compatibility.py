"""Would a new JSON Schema break a reader of the old one? Pure comparison of two schemas of one event type.

Readers ignore unknown fields, so adding is free. What breaks them: a field they may rely on that goes away, is no
longer always there, can be null where it could not, changes its type, or can hold a kind that they do not know.
Schema registries call this *forward* compatibility. A privacy class may rise, never fall.
"""

from __future__ import annotations

from typing import Any, cast

Schema = dict[str, Any]
_MAX_DEPTH = 40


def breaking_changes(old: Schema, new: Schema) -> list[str]:
    """Every change in `new` that would break a reader of `old`, as `path: what`; empty when there is none."""
    return list(dict.fromkeys(_compare(old, new, old, new, "", _MAX_DEPTH)))


def _compare(old: Schema, new: Schema, old_root: Schema, new_root: Schema, path: str, depth: int) -> list[str]:
    if depth == 0:
        return []
    old, new = _resolve(old, old_root), _resolve(new, new_root)
    if not old:  # a reader that takes anything
        return []
    if _alternatives(old) or _alternatives(new):
        return _compare_alternatives(old, new, old_root, new_root, path, depth)
    where = path or "(root)"
    found: list[str] = []
    old_types, new_types = _types(old), _types(new)
    if old_types and (not new_types or new_types - old_types - ({"integer"} if "number" in old_types else set())):
        found.append(f"{where}: type was {_named(old_types)}, now {_named(new_types)}")
        return found
    found += _compare_values(old, new, where)
    found += _compare_fields(old, new, old_root, new_root, path, depth)
    if isinstance(old.get("items"), dict):
        if not isinstance(new.get("items"), dict):
            found.append(f"{where}[]: entries had a schema, now any value")
        else:
            found += _compare(old["items"], new["items"], old_root, new_root, f"{path}[]", depth - 1)
    return found


def _compare_values(old: Schema, new: Schema, where: str) -> list[str]:
    old_values, new_values = _values(old), _values(new)
    if old_values is None:
        return []
    if new_values is None:
        return [f"{where}: had {len(old_values)} known values, now any"]
    return [f"{where}: new value {value!r} that readers do not know" for value in new_values if value not in old_values]


def _compare_fields(old: Schema, new: Schema, old_root: Schema, new_root: Schema, path: str, depth: int) -> list[str]:
    found: list[str] = []
    old_fields, new_fields = old.get("properties", {}), new.get("properties", {})
    for name, schema in old_fields.items():
        here = f"{path}.{name}" if path else name
        if name not in new_fields:
            found.append(f"{here}: field was removed or renamed")
            continue
        if name in old.get("required", ()) and name not in new.get("required", ()):
            found.append(f"{here}: was always there, is now optional")
        old_class, new_class = _sensitivity(schema), _sensitivity(new_fields[name])
        if new_class < old_class:
            found.append(f"{here}: privacy class fell from {_SENSITIVITY[old_class]} to {_SENSITIVITY[new_class]}")
        found += _compare(schema, new_fields[name], old_root, new_root, here, depth - 1)
    old_extra, new_extra = old.get("additionalProperties"), new.get("additionalProperties")
    if isinstance(old_extra, dict):
        found += _compare(
            old_extra, new_extra if isinstance(new_extra, dict) else {}, old_root, new_root, f"{path}.*", depth - 1
        )
    return found


_SENSITIVITY = ["public", "personal", "content"]


def _sensitivity(field: Schema) -> int:
    """The most sensitive class that a field or one of its alternatives is marked with."""
    return max(_SENSITIVITY.index(part.get("x-privacy", "public")) for part in [field, *_alternatives(field)])


def _compare_alternatives(
    old: Schema, new: Schema, old_root: Schema, new_root: Schema, path: str, depth: int
) -> list[str]:
    """Each way that a new writer may write must be one that the old reader takes."""
    found: list[str] = []
    takes = _alternatives(old) or [old]
    for way in _alternatives(new) or [new]:
        problems = [_compare(taken, way, old_root, new_root, path, depth - 1) for taken in takes]
        if all(problems):
            found += sorted(problems, key=lambda ways: len(ways))[0]
    return found


def _alternatives(schema: Schema) -> list[Schema]:
    return cast(list[Schema], schema.get("anyOf") or schema.get("oneOf") or [])


def _resolve(schema: Schema, root: Schema) -> Schema:
    seen = 0
    while "$ref" in schema and seen < _MAX_DEPTH:
        target: Any = root
        for part in schema["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        schema, seen = target, seen + 1
    return schema


def _types(schema: Schema) -> set[str]:
    kind = schema.get("type")
    if kind is None:
        return set()
    return {kind} if isinstance(kind, str) else set(kind)


def _values(schema: Schema) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    values = schema.get("enum")
    return list(values) if values is not None else None


def _named(types: set[str]) -> str:
    return " or ".join(sorted(types)) or "anything"

"""Source documents → typed documents: pydantic's errors become problems with file, line, value and remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from runtime.config.problems import Problem, did_you_mean, shown
from runtime.config.source import Node, SourceDocument
from runtime.config.wording import message_for, pattern_in_words, remedy_for
from schemas.config import DOCUMENT_KINDS, Document, json_schemas

__all__ = ["Located", "path_text", "validate", "values_of"]

_SECRET_KEYS = {"password", "secret"}
_MAX_PROBLEMS_A_DOCUMENT = 200


@dataclass(frozen=True)
class Located:
    """A source document with its kind and name as written, and its typed form when it is valid."""

    source: SourceDocument
    kind: str
    name: str
    document: Document | None

    def line(self, *path: str | int) -> int:
        """Line of the value at `path`, or of the nearest thing around it that is written."""
        return _locate(self.source.root, path)[0]

    def text_line(self, *path: str | int) -> int:
        """Line on which the text at `path` begins: for a block (`|`) the one below."""
        return _locate(self.source.root, path)[1].text_line or self.line(*path)

    def problem(self, path: tuple[str | int, ...], message: str, value: object = None, remedy: str = "") -> Problem:
        """A problem at `path` of this document; `value` None shows none."""
        text = None if value is None else shown(value)
        return Problem(self.source.file, self.line(*path), path_text(self.kind, self.name, path), message, text, remedy)

    @property
    def place(self) -> str:
        """`file:line` where it begins."""
        return f"{self.source.file}:{self.source.root.line}"


def path_text(kind: str, name: str, path: tuple[str | int, ...]) -> str:
    """`EmailListener support: rows[2].when`."""
    head = f"{kind} {name}".strip()
    text = ""
    for step in path:
        if isinstance(step, int):
            text += f"[{step}]"
            continue
        word = step if len(step) <= 60 and step.isprintable() else shown(step)
        text += f".{word}" if text else word
    return f"{head}: {text}" if head and text else head or text


def validate(source: SourceDocument) -> tuple[Located, list[Problem]]:
    """The typed document, or none and its problems."""
    root = source.root
    if not isinstance(root.value, dict):
        problem = Problem(
            source.file, root.line, "", "a document is a mapping", shown(root.plain()), "begin with `kind:`"
        )
        return Located(source, "", "", None), [problem]
    kind, name = (_word(root.value, key) for key in ("kind", "name"))
    model = DOCUMENT_KINDS.get(kind)
    if model is None:
        known = tuple(DOCUMENT_KINDS)
        located = Located(source, kind, name, None)
        if "kind" not in root.value:
            remedy = f"add `kind:`, one of {', '.join(known)}"
            return located, [located.problem((), "the required key 'kind' is missing", None, remedy)]
        written = root.value["kind"][1].plain()
        message = "there is no such kind of document"
        return located, [located.problem(("kind",), message, written, did_you_mean(kind, known, "kinds"))]
    try:
        return Located(source, kind, name, model.model_validate(root.plain())), []
    except ValidationError as error:
        located = Located(source, kind, name, None)
        details = [detail for detail in error.errors(include_url=False) if not _is_echo(detail)]
        return located, _without_echoes([_problem(located, detail) for detail in details[:_MAX_PROBLEMS_A_DOCUMENT]])


def _is_echo(detail: ErrorDetails) -> bool:
    """A list that counts as too short only because its items are wrong, which is said of them."""
    return detail["type"] == "too_short" and bool(detail["input"])


def _without_echoes(problems: list[Problem]) -> list[Problem]:
    """A misspelt key is one mistake: what is said about the key that it was meant to be is left out."""
    meant = {
        (problem.path.rpartition(".")[0] or problem.path.partition(": ")[0], problem.remedy)
        for problem in problems
        if problem.remedy.startswith("did you mean")
    }
    return [
        problem
        for problem in problems
        if not (
            problem.message.startswith("the required key")
            and (problem.path, f"did you mean {problem.message.split()[3]}?") in meant
        )
    ]


def _word(mapping: dict[str, tuple[int, Node]], key: str) -> str:
    value = mapping[key][1].value if key in mapping else None
    return value if isinstance(value, str) else ""


def _locate(root: Node, loc: tuple[str | int, ...]) -> tuple[int, Node, tuple[str | int, ...]]:
    """Line and node at `loc`, and the steps of `loc` that are written: pydantic's also name the member of a union."""
    node, line, written = root, root.line, []
    for step in loc:
        if isinstance(node.value, dict) and isinstance(step, str) and step in node.value:
            line, node = node.value[step]
        elif isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            line = node.line
        else:
            continue
        written.append(step)
    return line, node, tuple(written)


def _problem(located: Located, detail: ErrorDetails) -> Problem:
    line, node, written = _locate(located.source.root, detail["loc"])
    kind, context = detail["type"], detail.get("ctx") or {}
    path, value, remedy = written, node.plain(), remedy_for(kind, context, node.value)
    message = message_for(kind, detail["msg"])
    if kind == "missing":
        key = str(detail["loc"][-1])
        path, value, message = written, None, f"the required key {key!r} is missing"
        remedy = f"add `{key}:`" + _purpose(located.kind, (*detail["loc"],))
    elif kind == "extra_forbidden":
        key = str(detail["loc"][-1])
        message = f"there is no key {key[:100]!r} here"
        known = [name for name in _keys_at(located, detail["loc"][:-1]) if name not in _siblings(located, written[:-1])]
        remedy = did_you_mean(key, known, "keys that are not written yet")
    elif kind == "union_tag_invalid":
        tag = str(context.get("tag", ""))
        key = str(context.get("discriminator", "")).strip("'")
        known = [word.strip("'") for word in str(context.get("expected_tags", "")).split(", ")]
        line, node, path = _locate(located.source.root, (*detail["loc"], key))
        message, value, remedy = f"there is no {key} {tag[:100]!r} here", None, did_you_mean(tag, known, "known")
    elif kind == "union_tag_not_found":
        key = str(context.get("discriminator", "")).strip("'")
        message, value = f"the required key {key!r} is missing", None
        remedy = f"add `{key}:`, such as `{key}: {_first_tag(located, detail['loc'])}`"
    elif detail["loc"] and detail["loc"][-1] == "[key]":
        value = detail["input"]
        message, remedy = "is not well-formed as a key", pattern_in_words(str(context.get("pattern", "")))
    elif kind == "value_error":
        message, _, after = str(context.get("error", message)).partition("; ")
        remedy = after
        value = None if isinstance(value, dict) else value
    elif kind in ("literal_error", "enum"):
        known = [word.strip("'") for word in str(context.get("expected", "")).replace(" or ", ", ").split(", ")]
        message, remedy = "is not one of the words allowed here", did_you_mean(str(value), known, "allowed")
    elif kind == "string_pattern_mismatch":
        message, remedy = "is not well-formed", pattern_in_words(str(context.get("pattern", "")))
    text = None if value is None and kind != "string_type" else shown(value)
    if _SECRET_KEYS & {str(step) for step in written}:
        text = None if text is None else "***"
    return Problem(located.source.file, line, path_text(located.kind, located.name, path), message, text, remedy)


def _siblings(located: Located, path: tuple[str | int, ...]) -> set[str]:
    node = _locate(located.source.root, path)[1]
    return set(node.value) if isinstance(node.value, dict) else set()


_SCHEMAS = json_schemas()


def _subschemas(located: Located, loc: tuple[str | int, ...]) -> list[Mapping[str, Any]]:
    """The JSON Schemas that may describe what stands at `loc`; several where a union is."""
    root = _SCHEMAS[located.kind]
    found = _open(root, root)
    node: Node | None = located.source.root
    for step in loc:
        if node is not None and isinstance(node.value, dict) and step in node.value:
            node = node.value[str(step)][1]
            tries = [schema.get("properties", {}).get(step) or values_of(schema) for schema in found]
        elif node is not None and isinstance(node.value, list) and isinstance(step, int) and step < len(node.value):
            node = node.value[step]
            tries = [schema.get("items") for schema in found]
        else:  # a member of a union: keep the one that this tag names
            mark = [s for s in found if step in {p.get("const") for p in s.get("properties", {}).values()}]
            found = mark or found
            continue
        found = [opened for schema in tries if isinstance(schema, dict) for opened in _open(schema, root)]
    return found


def values_of(schema: Mapping[str, Any]) -> Any:
    """The schema of the values of a mapping with free keys; None when its keys are fixed."""
    patterns = list(schema.get("patternProperties", {}).values())
    return patterns[0] if patterns else schema.get("additionalProperties")


def _open(schema: Mapping[str, Any], root: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    if "$ref" in schema:
        return _open(root["$defs"][schema["$ref"].rpartition("/")[2]], root)
    members = [*schema.get("anyOf", []), *schema.get("oneOf", [])]
    return [opened for member in members for opened in _open(member, root)] if members else [schema]


def _keys_at(located: Located, loc: tuple[str | int, ...]) -> list[str]:
    return list(dict.fromkeys(key for schema in _subschemas(located, loc) for key in schema.get("properties", {})))


def _first_tag(located: Located, loc: tuple[str | int, ...]) -> str:
    for schema in _subschemas(located, loc):
        for described in schema.get("properties", {}).values():
            if "const" in described:
                return str(described["const"])
    return "…"


def _purpose(kind: str, loc: tuple[str | int, ...]) -> str:
    described = _SCHEMAS[kind].get("properties", {}).get(loc[-1], {}).get("description") if len(loc) == 1 else None
    return f" ({described.rstrip('.')})" if described else ""

"""docs/configuration.md, made from the models: every kind with its keys, their types, defaults and meaning."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from runtime.config.validate import values_of
from runtime.config.wording import pattern_in_words, pattern_name
from schemas.config import DOCUMENT_KINDS, TEMPLATE_DATA, format_size, json_schemas

__all__ = ["render_reference"]

_INTRODUCTION = """\
# Configuration

Generated from the models by `mailcase config docs`; do not edit.

A configuration is a folder of YAML files (`*.yaml`, `*.yml`, in subfolders too; hidden ones are left out). A file holds
one document or several, parted by `---`. Each document has a `kind` and a `name`; others refer to it by its name.
`config/` is a worked example.

- `mailcase config check --dir FOLDER` finds every error at once, with file, line, value and what would be right.
- `mailcase config render --dir FOLDER` shows the documents that are generated from case types.
- Services follow the folder and take a changed configuration over without restart; a wrong one leaves the last good in
  force (metric `mailcase_config_reload_failures_total`, a log line, status).
- Values follow the YAML 1.2 core schema: `true` and `false` are truth values, `yes`, `no` and dates are texts.
  Anchors and aliases work within bounds; merge keys (`<<`) and tags are refused, as is a key that is written twice.
- A secret is never written into a document: `{env: VARIABLE}` or `{file: PATH}` says where it is.
- `${MAILCASE_VAR_NAME}` or `${MAILCASE_VAR_NAME:-default}` in a plain or double-quoted value is replaced by that
  environment variable (hosts and ports that differ between machines); other variables are never read.
- A *name* is lower-case letters, digits and hyphens, at most 64; a *field name* has underscores instead of hyphens.
- Durations are written `500ms`, `30s`, `5m`, `2h`, `7d`; sizes as bytes or `256KB`, `25MB`, `1GB`.
- JSON Schemas for editors lie in `schemas/json/config/`.
"""


def render_reference() -> str:
    """The whole page as Markdown."""
    lines = [_INTRODUCTION]
    schemas = json_schemas()
    parts: dict[str, Mapping[str, Any]] = {}
    for kind in DOCUMENT_KINDS:
        schema = schemas[kind]
        parts.update({name: part for name, part in schema.get("$defs", {}).items() if "properties" in part})
        lines += [f"## {kind}", "", _text(schema), "", *_table(schema), ""]
    lines += ["## Parts", "", "What the tables above refer to.", ""]
    for name in sorted(parts):
        lines += [f"### {name}", "", _text(parts[name]), "", *_table(parts[name]), ""]
    lines += ["## What templates may use", "", "| name | has |", "|---|---|"]
    lines += [f"| `{name}` | {', '.join(f'`{name}.{part}`' for part in has)} |" for name, has in TEMPLATE_DATA.items()]
    lines += [
        "",
        "`case.fields.<name>` gives a field of the case. Of a reply that comes without a case, `case` is not there.",
    ]
    return "\n".join(lines) + "\n"


def _text(schema: Mapping[str, Any]) -> str:
    return "\n".join(line.strip() for line in str(schema.get("description", "")).splitlines())


def _table(schema: Mapping[str, Any]) -> Iterator[str]:
    yield "| key | value | default | meaning |"
    yield "|---|---|---|---|"
    required = set(schema.get("required", ()))
    for key, described in schema["properties"].items():
        default = "**required**" if key in required else _default(described)
        meaning = str(described.get("description", "")).replace("\n", " ").replace("|", "\\|")
        yield f"| `{key}` | {_type(described)} | {default} | {meaning} |"


def _default(described: Mapping[str, Any]) -> str:
    default = described.get("default")
    if isinstance(default, int) and not isinstance(default, bool) and _type(described).endswith("size"):
        default = format_size(default)
    if isinstance(default, dict):
        return ""  # the part's own table shows them
    return "" if default in (None, "", []) else f"`{json.dumps(default, ensure_ascii=False)}`"


def _type(described: Mapping[str, Any]) -> str:
    """The type of a value in words, with links to parts."""
    if "$ref" in described:
        name = described["$ref"].rpartition("/")[2]
        return f"[{name}](#{name.lower()})"
    if "const" in described:
        return f"`{described['const']}`"
    if "enum" in described:
        return ", ".join(f"`{word}`" for word in described["enum"])
    members = [*described.get("anyOf", []), *described.get("oneOf", [])]
    if members:
        return " or ".join(dict.fromkeys(_type(member) for member in members if member.get("type") != "null"))
    if described.get("type") == "array":
        return f"list of {_type(described['items'])}"
    if described.get("type") == "object":
        inner = values_of(described)
        return f"mapping to {_type(inner)}" if isinstance(inner, dict) else "mapping"
    words = {"string": "text", "integer": "whole number", "boolean": "true or false", "number": "number"}
    text = words.get(str(described.get("type")), "value")
    pattern = described.get("pattern")
    if pattern is not None and text == "text":
        return pattern_name(str(pattern)) or f"text: {pattern_in_words(str(pattern))}".replace("|", "\\|")
    return text

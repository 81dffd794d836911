"""Reads YAML into plain data that remembers where each value stands.

In: files of a folder. Out: `SourceDocument`s and `Problem`s; never another exception for any bytes in a file.
Built on the parser's events, not on its composer: no recursion, no tags, no object construction, and every bound holds
before memory is spent. Values follow the YAML 1.2 core schema (RFC 9512 §3.4): `no`, `on` and dates are texts.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NoReturn

import yaml

from runtime.config.problems import Problem, shown
from schemas.errors import ConfigurationError

__all__ = ["Node", "SourceDocument", "SourceFile", "find_files", "read_file"]

MAX_FILES = 5_000
MAX_FILE_BYTES = 16 * 1024**2
MAX_TOTAL_BYTES = 128 * 1024**2
MAX_DEPTH = 64
MAX_NODES = 2_000_000
MAX_ALIASED_NODES = 50_000
"""Values that aliases (`*name`) may repeat in one file: anchors are a convenience, a billion laughs is an attack."""

_Parser = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # libyaml's when it is built in: ten times faster

_INT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})\Z")
_FLOAT = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,17})(?:\.[0-9]{1,18})?(?:[eE][-+]?[0-9]{1,2})?\Z")
_WORDS: dict[str, bool | None] = {"": None, "~": None, "null": None, "true": True, "false": False}
# Only variables of this prefix: a document can never pull a secret or a setting of the process into its text.
_VARIABLE = re.compile(r"\$\{(?P<name>MAILCASE_VAR_[A-Z0-9_]{1,100})(?::-(?P<default>[^${}]{0,1000}))?\}")


@dataclass(slots=True)
class Node:
    """A value with its place: a scalar, a list of nodes, or a mapping from key to (line of the key, node)."""

    line: int
    value: str | int | float | bool | list[Node] | dict[str, tuple[int, Node]] | None
    size: int = 1
    text_line: int = 0
    """Where the first line of a text stands: below the `|` of a block."""

    def plain(self) -> Any:
        """The value as plain data."""
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        if isinstance(self.value, dict):
            return {key: child.plain() for key, (_, child) in self.value.items()}
        return self.value


@dataclass(frozen=True)
class SourceDocument:
    """One YAML document of a file; `file` is relative to the configuration folder."""

    file: str
    root: Node


@dataclass(frozen=True)
class SourceFile:
    """What one file holds. With a problem in it, documents may be missing."""

    documents: tuple[SourceDocument, ...]
    problems: tuple[Problem, ...]


def find_files(folder: Path) -> list[Path]:
    """All `*.yaml` and `*.yml` below `folder`, sorted; hidden files and folders are left out, which also leaves out
    the `..data` folders of a mounted ConfigMap (its files are reached by their links). Linked folders are followed,
    each once.

    Raises ConfigurationError when there is no such folder or it holds too many files.
    """
    if not folder.is_dir():
        raise ConfigurationError(f"there is no configuration folder {str(folder)!r}: name it with MAILCASE_CONFIG_DIR")

    def refuse(error: OSError) -> None:
        raise ConfigurationError(f"the configuration folder cannot be read: {error.filename}: {error.strerror}")

    found: list[Path] = []
    walked: set[str] = set()
    for parent, folders, files in os.walk(folder, onerror=refuse, followlinks=True):
        real = os.path.realpath(parent)
        if real in walked:  # a link that leads back
            folders[:] = []
            continue
        walked.add(real)
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        found += [Path(parent, name) for name in files if name.endswith((".yaml", ".yml")) and not name.startswith(".")]
        if len(found) > MAX_FILES:
            raise ConfigurationError(f"the configuration folder {str(folder)!r} holds more than {MAX_FILES} files")
    return sorted(found)


def read_file(path: Path, name: str, environ: Mapping[str, str]) -> SourceFile:
    """The documents of one file. `name`: how problems call it. `environ`: what `${MAILCASE_VAR_…}` is looked up in."""
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        return SourceFile((), (Problem(name, 0, "", f"cannot be read: {error.strerror or error}"),))
    if len(data) > MAX_FILE_BYTES:
        remedy = "split it into several files"
        return SourceFile((), (Problem(name, 0, "", f"is larger than {MAX_FILE_BYTES // 1024**2} MB", None, remedy),))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        value = shown(data[error.start : error.start + 1])
        return SourceFile((), (Problem(name, line, "", "is not UTF-8", value, "save the file as UTF-8"),))
    return read_text(text, name, environ)


def read_text(text: str, name: str, environ: Mapping[str, str]) -> SourceFile:
    """The documents in `text`, which stands in the file `name`."""
    reader = _Reader(name, environ)
    documents: list[SourceDocument] = []
    try:
        for root in reader.roots(text):
            if root.value is not None:
                documents.append(SourceDocument(name, root))  # noqa: PERF401 - what came before an error stays
    except _Refused as refusal:
        reader.problems.append(refusal.problem)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        message = "; ".join(part for part in (error.problem, error.context) if part)
        reader.problems.append(Problem(name, mark.line + 1 if mark else 0, "", f"is not YAML: {message}"))
    except yaml.YAMLError as error:
        place = getattr(error, "position", None)
        line = text.count("\n", 0, place) + 1 if isinstance(place, int) else 0
        reader.problems.append(Problem(name, line, "", f"is not YAML: {' '.join(str(error).split())[:200]}"))
    return SourceFile(tuple(documents), tuple(reader.problems))


class _Refused(Exception):
    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


@dataclass
class _Open:
    """A collection that is being read."""

    node: Node
    anchor: str | None
    key: tuple[str, int] | None = None
    """In a mapping: the key that waits for its value, and its line."""


@dataclass
class _Reader:
    file: str
    environ: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    nodes: int = 0
    aliased: int = 0

    def roots(self, text: str) -> Iterator[Node]:
        """The root of each document in turn. Raises _Refused or a YAMLError at what cannot be read on."""
        stack: list[_Open] = []
        anchors: dict[str, Node] = {}
        for event in yaml.parse(text, Loader=_Parser):
            if isinstance(event, yaml.DocumentStartEvent):
                stack, anchors = [], {}
                continue
            line = event.start_mark.line + 1 if event.start_mark else 0
            if isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                self._count(line)
                self._no_tag(event.tag, line)
                if len(stack) >= MAX_DEPTH:
                    self._refuse(line, f"is nested deeper than {MAX_DEPTH} levels")
                kind: Any = {} if isinstance(event, yaml.MappingStartEvent) else []
                if stack and isinstance(stack[-1].node.value, dict) and stack[-1].key is None:
                    self._refuse(line, "a key must be a word, not a list or a mapping")
                stack.append(_Open(Node(line, kind), event.anchor))
                continue
            if isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                done = stack.pop()
                node, anchor = done.node, done.anchor
            elif isinstance(event, yaml.ScalarEvent):
                self._count(line)
                if stack and isinstance(stack[-1].node.value, dict) and stack[-1].key is None:
                    self._take_key(stack[-1], event.value, line)
                    continue
                self._no_tag(event.tag, line)
                below = 1 if event.style in ("|", ">") else 0
                node, anchor = Node(line, self._scalar(event, line), text_line=line + below), event.anchor
            elif isinstance(event, yaml.AliasEvent):
                node, anchor = self._alias(anchors, event.anchor or "", line), None
                if stack and isinstance(stack[-1].node.value, dict) and stack[-1].key is None:
                    self._refuse(line, "an alias cannot be a key")
            else:
                continue
            if anchor is not None:
                anchors[anchor] = node
            if not stack:
                yield node
                continue
            self._add(stack[-1], node)

    def _add(self, parent: _Open, node: Node) -> None:
        parent.node.size += node.size
        if isinstance(parent.node.value, list):
            parent.node.value.append(node)
            return
        assert isinstance(parent.node.value, dict), "only collections are open"
        assert parent.key is not None, "a key was read before its value"
        key, line = parent.key
        parent.key = None
        before = parent.node.value.get(key)
        if before is not None:
            first = f"it stands in line {before[0]} already; remove one of them"
            self.problems.append(Problem(self.file, line, "", f"the key {key[:100]!r} is written twice", None, first))
            return
        parent.node.value[key] = (line, node)

    def _take_key(self, parent: _Open, key: str, line: int) -> None:
        if key == "<<":
            self._refuse(line, "merge keys (`<<`) are not read", "write the keys out, or give the value an alias")
        parent.key = (key, line)

    def _alias(self, anchors: dict[str, Node], name: str, line: int) -> Node:
        node = anchors.get(name)
        if node is None:
            self._refuse(line, f"the alias *{name[:100]} has no anchor before it, or stands inside it")
        self.aliased += node.size
        if self.aliased > MAX_ALIASED_NODES:
            self._refuse(line, f"its aliases repeat more than {MAX_ALIASED_NODES} values", "write fewer aliases")
        return node

    def _count(self, line: int) -> None:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            self._refuse(line, f"holds more than {MAX_NODES} values", "split it into several files")

    def _no_tag(self, tag: str | None, line: int) -> None:
        if tag is not None and tag != "!":
            self._refuse(line, "tags are not read", "remove it", shown(tag))

    def _refuse(self, line: int, message: str, remedy: str = "", value: str | None = None) -> NoReturn:
        raise _Refused(Problem(self.file, line, "", message, value, remedy))

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> str | int | float | bool | None:
        text: str = event.value
        plain = event.style in (None, "")
        if (plain or event.style == '"') and "${MAILCASE_VAR_" in text:
            text = _VARIABLE.sub(lambda found: self._variable(found, line), text)
        return _resolve(text) if plain else text

    def _variable(self, found: re.Match[str], line: int) -> str:
        fallback: str | None = found["default"]
        value = self.environ.get(found["name"], fallback) if fallback is not None else self.environ.get(found["name"])
        if value is None:
            remedy = f"set it, or give it a default: ${{{found['name']}:-value}}"
            self.problems.append(Problem(self.file, line, "", f"{found['name']} is not set", None, remedy))
            return ""
        return value


def _resolve(text: str) -> str | int | float | bool | None:
    lowered = text.lower() if len(text) <= 5 else text
    if lowered in _WORDS:
        return _WORDS[lowered]
    if _INT.match(text):
        return int(text)
    if _FLOAT.match(text):
        return float(text)
    return text

"""Documents → compiled rules: conditions as small immutable trees, patterns as RE2 programs, compiled once.

RE2 runs in time linear in the text, whatever the pattern; no backtracking engine ever sees mail.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

import re2

from schemas.config import (
    Action,
    Attach,
    Comparison,
    Condition,
    Group,
    Negation,
    Node,
    ServiceEmailRule,
    Subject,
    Test,
)
from schemas.errors import ConfigurationError

__all__ = [
    "CompiledGroup",
    "CompiledNegation",
    "CompiledNode",
    "CompiledRow",
    "CompiledRule",
    "CompiledTest",
    "compile_condition",
    "compile_rule",
    "compile_rules",
]

OTHERWISE = "(otherwise)"
"""Name of the mandatory last row in traces and actions; no row can be called so, since it is no slug."""
_PATTERN_MEMORY = 8 * 1024 * 1024
"""Bytes that one pattern's program and its search may use (RE2 falls back to its slower automaton beyond)."""


@dataclass(frozen=True, slots=True)
class CompiledTest:
    """A leaf. `values` are case-folded; `pattern` is there for `matches` alone; `label` is how the trace shows it."""

    subject: Subject
    operator: Comparison
    header: str | None
    values: tuple[str, ...]
    number: int
    exists: bool
    pattern: Any
    label: str


@dataclass(frozen=True, slots=True)
class CompiledGroup:
    """All or any of the children hold."""

    kind: Literal["all", "any"]
    children: tuple[CompiledNode, ...]


@dataclass(frozen=True, slots=True)
class CompiledNegation:
    """The child does not hold."""

    child: CompiledNode


CompiledNode = CompiledTest | CompiledGroup | CompiledNegation


@dataclass(frozen=True, slots=True)
class CompiledRow:
    """A row. `id` is `<rule>/<row>`; `when` is None for the `otherwise` row."""

    id: str
    when: CompiledNode | None
    new: tuple[Action, ...]
    follow_up: tuple[Action, ...]


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A service email rule, ready to be asked."""

    name: str
    mode: Literal["first", "all"]
    rows: tuple[CompiledRow, ...]
    otherwise: CompiledRow


def compile_rules(documents: Iterable[ServiceEmailRule]) -> dict[str, CompiledRule]:
    """Compiled rules by name. Raises ConfigurationError naming rule, row and pattern that RE2 refuses."""
    return {document.name: compile_rule(document) for document in documents}


def compile_rule(document: ServiceEmailRule) -> CompiledRule:
    """One compiled rule. Raises ConfigurationError as `compile_rules` does."""
    rows = tuple(
        CompiledRow(
            id=f"{document.name}/{row.id}",
            when=compile_condition(row.when, f"{document.name}/{row.id}"),
            new=row.new,
            follow_up=row.follow_up,
        )
        for row in document.rows
    )
    otherwise = CompiledRow(
        f"{document.name}/{OTHERWISE}",
        None,
        document.otherwise.new,
        document.otherwise.follow_up or (Attach(action="attach"),),
    )
    return CompiledRule(document.name, document.mode, rows, otherwise)


def compile_condition(condition: Condition, where: str) -> CompiledNode:
    """The compiled tree of one condition; `where` stands in the error for a pattern that RE2 refuses."""
    return _compile(condition.node, where)


def _compile(node: Node, where: str) -> CompiledNode:
    if isinstance(node, Group):
        return CompiledGroup(node.kind, tuple(_compile(child, where) for child in node.children))
    if isinstance(node, Negation):
        return CompiledNegation(_compile(node.child, where))
    return _compile_test(node, where)


def _compile_test(test: Test, where: str) -> CompiledTest:
    match = test.match
    pattern = _pattern(match.values[0], where) if match.operator is Comparison.MATCHES else None
    return CompiledTest(
        subject=test.subject,
        operator=match.operator,
        header=test.header.lower() if test.header else None,
        values=tuple(value.casefold() for value in match.values),
        number=match.number or 0,
        exists=match.exists if match.exists is not None else True,
        pattern=pattern,
        label=_label(test),
    )


def _pattern(text: str, where: str) -> Any:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.max_mem = _PATTERN_MEMORY
    try:
        return re2.compile(text.encode("utf-8", "replace"), options)
    except re2.error as error:
        detail = error.args[0] if error.args else ""
        detail = detail.decode("utf-8", "replace") if isinstance(detail, bytes) else str(detail)
        raise ConfigurationError(f"{where}: {text!r} is no RE2 pattern: {detail}") from error


def _label(test: Test) -> str:
    subject = f"header {test.header}" if test.subject is Subject.HEADER else test.subject.value
    match = test.match
    if match.operator is Comparison.EXISTS:
        return f"{subject} {'exists' if match.exists else 'does not exist'}"
    if match.operator in (Comparison.GREATER, Comparison.LESS):
        return f"{subject} is {match.operator.value} than {match.number}"
    operator = match.operator.value.replace("_", " ")
    values = " or ".join(f'"{value}"' for value in match.values)
    return f"{subject} {operator} {values if len(values) <= 200 else values[:199] + '…'}"

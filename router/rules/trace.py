"""What was looked at, written down: every row with each of its conditions, the value seen and whether it holds.

Groups stand as lines of their own with their children indented under them (two spaces a level), so that a trace reads
like the document. All conditions of a traced row are asked, also those that could not change its result any more.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from mail.charsets import clean
from router.rules.compile import CompiledGroup, CompiledNegation, CompiledNode, CompiledRow, CompiledTest
from router.rules.match import SIZES, find
from router.rules.values import MailValues
from schemas.config import Comparison
from schemas.events.decision import ConditionTrace, RuleTrace, Trace

__all__ = ["MAX_VALUE", "Considered", "fit_trace", "trace_row"]

MAX_VALUE = 200
"""Characters of a value in a trace."""
_BEFORE = 40
"""Characters shown before the place that made a test hold."""


@dataclass(frozen=True, slots=True)
class Considered:
    """A row that was asked, with its result; `note` says why it won or did not act."""

    row: CompiledRow
    matched: bool
    won: bool = False
    note: str = ""


def trace_row(considered: Considered, values: MailValues) -> RuleTrace:
    """The trace of one row with all its conditions."""
    lines: list[ConditionTrace] = []
    if considered.row.when is not None:
        _trace(considered.row.when, values, 0, lines)
    return RuleTrace(
        rule=considered.row.id,
        matched=considered.matched,
        won=considered.won,
        note=considered.note,
        conditions=tuple(lines),
    )


def fit_trace(rows: Sequence[Considered], values: MailValues, budget: int) -> Trace:
    """A trace of at most `budget` bytes as JSON, rows in their order.

    Every row that won or matched is in, if need be without its conditions; what room is left goes to the conditions of
    those that won, of those that matched, then to the other rows up to the first that does not fit. `omitted` counts
    the rows that are not shown.
    """
    left = budget - len('{"rules":[],"omitted":00000000}')
    order = sorted(range(len(rows)), key=lambda index: (not rows[index].won, not rows[index].matched, index))
    shown: dict[int, RuleTrace] = {}
    for index in order:
        bare = _bare(rows[index])
        if not rows[index].matched or _size(bare) > left:
            break
        shown[index] = bare
        left -= _size(bare)
    for index in order:
        if index not in shown and rows[index].matched:
            continue
        entry = trace_row(rows[index], values)
        more = _size(entry) - (_size(shown[index]) if index in shown else 0)
        if more <= left:
            shown[index] = entry
            left -= more
        elif not rows[index].matched:
            break
    return Trace(rules=tuple(shown[index] for index in sorted(shown)), omitted=len(rows) - len(shown))


def _bare(considered: Considered) -> RuleTrace:
    note = "; ".join(part for part in (considered.note, "conditions left out") if part)
    return RuleTrace(rule=considered.row.id, matched=considered.matched, won=considered.won, note=note)


def _size(entry: RuleTrace) -> int:
    return len(entry.model_dump_json(by_alias=True).encode()) + 1


def _trace(node: CompiledNode, values: MailValues, depth: int, lines: list[ConditionTrace]) -> bool:
    indent = "  " * depth
    if isinstance(node, CompiledTest):
        result, value = _test(node, values)
        lines.append(ConditionTrace(condition=indent + node.label, value=value, holds=result))
        return result
    place = len(lines)
    if isinstance(node, CompiledGroup):
        # The group's line stands above its children, whose results it needs.
        lines.append(ConditionTrace(condition=f"{indent}{node.kind} of", holds=False))
        results = [_trace(child, values, depth + 1, lines) for child in node.children]
        result = all(results) if node.kind == "all" else any(results)
        lines[place] = ConditionTrace(condition=f"{indent}{node.kind} of", holds=result)
        return result
    assert isinstance(node, CompiledNegation)
    lines.append(ConditionTrace(condition=f"{indent}not", holds=False))
    result = not _trace(node.child, values, depth + 1, lines)
    lines[place] = ConditionTrace(condition=f"{indent}not", holds=result)
    return result


def _test(test: CompiledTest, values: MailValues) -> tuple[bool, str | int | None]:
    hit = find(test, values)
    if test.subject in SIZES and test.operator is not Comparison.EXISTS:
        numbers = values.numbers(test.subject)
        return hit is not None, numbers[hit[0] if hit else 0] if numbers else None
    texts: Collection[str] = values.texts(test.subject, test.header)
    if not texts:
        return hit is not None, None
    if hit is None or test.operator is Comparison.EXISTS:
        return hit is not None, _cut(", ".join(list(texts)[:20]), 0)
    return True, _cut(list(texts)[hit[0]], hit[1])


def _cut(text: str, at: int) -> str:
    """At most MAX_VALUE characters of `text` around character `at`, as JSON can hold them."""
    if len(text) <= MAX_VALUE:
        return clean(text)
    start = max(0, min(at - _BEFORE, len(text) - MAX_VALUE + 1))
    room = MAX_VALUE - (start > 0)
    end = start + room - (start + room < len(text))
    return ("…" if start else "") + clean(text[start:end]) + ("…" if end < len(text) else "")

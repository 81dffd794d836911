"""Does a condition hold for a mail? Pure; texts are compared case-folded, sizes in bytes."""

from __future__ import annotations

from router.rules.compile import CompiledGroup, CompiledNegation, CompiledNode, CompiledTest
from router.rules.values import MailValues
from schemas.config import Comparison, Subject

__all__ = ["SIZES", "Hit", "find", "holds"]

SIZES = frozenset({Subject.SIZE, Subject.ATTACHMENT_SIZE})

Hit = tuple[int, int]
"""Index of the value that made a test hold, and the character in it at which that begins."""


def holds(node: CompiledNode, values: MailValues) -> bool:
    """Whether `node` holds. Stops at the first child that decides a group."""
    if isinstance(node, CompiledGroup):
        if node.kind == "all":
            return all(holds(child, values) for child in node.children)
        return any(holds(child, values) for child in node.children)
    if isinstance(node, CompiledNegation):
        return not holds(node.child, values)
    return find(node, values) is not None


def find(test: CompiledTest, values: MailValues) -> Hit | None:
    """Where a test holds, None where it does not. A test that something does not exist holds at (0, 0)."""
    if test.operator is Comparison.EXISTS:
        there = bool(values.texts(test.subject, test.header))
        return (0, 0) if there == test.exists else None
    if test.subject in SIZES:
        return _find_size(test, values)
    if test.operator is Comparison.MATCHES:
        return _find_pattern(test, values)
    for index, text in enumerate(values.folded(test.subject, test.header)):
        at = _find_text(test, text)
        if at is not None:
            return index, at
    return None


def _find_size(test: CompiledTest, values: MailValues) -> Hit | None:
    for index, number in enumerate(values.numbers(test.subject)):
        if number > test.number if test.operator is Comparison.GREATER else number < test.number:
            return index, 0
    return None


def _find_pattern(test: CompiledTest, values: MailValues) -> Hit | None:
    for index, data in enumerate(values.encoded(test.subject, test.header)):
        match = test.pattern.search(data)
        if match is not None:
            return index, len(data[: match.start()].decode("utf-8", "replace"))
    return None


def _find_text(test: CompiledTest, text: str) -> int | None:
    match test.operator:
        case Comparison.IS | Comparison.IS_ANY_OF:
            return 0 if text.strip() in test.values else None
        case Comparison.STARTS:
            return 0 if text.startswith(test.values) else None
        case Comparison.ENDS:
            ending = next((value for value in test.values if text.endswith(value)), None)
            return None if ending is None else len(text) - len(ending)
        case Comparison.CONTAINS:
            return next((at for value in test.values if (at := text.find(value)) >= 0), None)
        case _:
            raise AssertionError(f"{test.operator} is no comparison of texts")

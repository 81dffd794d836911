"""Which documents name which others: one table-like function a kind, for checks in both directions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from schemas.config import (
    AutoReply,
    CaseType,
    Comparison,
    Condition,
    CreateCase,
    Document,
    EmailListener,
    Installation,
    Route,
    ServiceEmailRule,
    Subject,
    Test,
)
from schemas.config.rule import Action

__all__ = ["Path", "Reference", "actions_of", "conditions_of", "references_of"]

Path = tuple[str | int, ...]
"""Keys and indexes that lead to a value, as written."""


@dataclass(frozen=True)
class Reference:
    """At `path`, a document names the document `name` of kind `kind`."""

    path: Path
    kind: str
    name: str


def references_of(document: Document) -> Iterator[Reference]:
    """Every reference of `document` to another one."""
    if isinstance(document, Installation) and document.default_account is not None:
        yield Reference(("default_account",), "EmailAccount", document.default_account)
    elif isinstance(document, EmailListener):
        yield Reference(("account",), "EmailAccount", document.account)
        yield Reference(("rule",), "ServiceEmailRule", document.rule)
    elif isinstance(document, CaseType):
        yield from _of_case_type(document)
    elif isinstance(document, ServiceEmailRule):
        yield from _of_rule(document)


def _of_case_type(case_type: CaseType) -> Iterator[Reference]:
    yield Reference(("queue",), "WorkQueue", case_type.queue)
    if case_type.account is not None:
        yield Reference(("account",), "EmailAccount", case_type.account)
    if case_type.email is not None:
        yield Reference(("email", "account"), "EmailAccount", case_type.email.account)
        if case_type.email.acknowledgement is not None:
            template = case_type.email.acknowledgement.template
            yield Reference(("email", "acknowledgement", "template"), "MailTemplate", template)


def _of_rule(rule: ServiceEmailRule) -> Iterator[Reference]:
    for path, action in actions_of(rule):
        if isinstance(action, CreateCase):
            yield Reference((*path, "case_type"), "CaseType", action.case_type)
            if action.queue is not None:
                yield Reference((*path, "queue"), "WorkQueue", action.queue)
        elif isinstance(action, AutoReply):
            yield Reference((*path, "template"), "MailTemplate", action.template)
        elif isinstance(action, Route):
            if action.queue is not None:
                yield Reference((*path, "queue"), "WorkQueue", action.queue)
            if action.operator is not None:
                yield Reference((*path, "operator"), "Operator", action.operator)
    for path, test in conditions_of(rule):
        exact = test.match.operator in (Comparison.IS, Comparison.IS_ANY_OF)
        if test.subject is Subject.MAILBOX and exact:
            for name in test.match.values:
                yield Reference(path, "EmailAccount", name)


def actions_of(rule: ServiceEmailRule) -> Iterator[tuple[Path, Action]]:
    """Every action of `rule` with its path."""
    blocks: list[tuple[Path, tuple[Action, ...], tuple[Action, ...]]] = [
        (("rows", index), row.new, row.follow_up) for index, row in enumerate(rule.rows)
    ]
    blocks.append((("otherwise",), rule.otherwise.new, rule.otherwise.follow_up))
    for path, new, follow_up in blocks:
        for index, action in enumerate(new):
            yield (*path, "new", index), action
        for index, action in enumerate(follow_up):
            yield (*path, "follow_up", index), action


def conditions_of(rule: ServiceEmailRule) -> Iterator[tuple[Path, Test]]:
    """Every single test of `rule` with the path of what it looks at."""
    for index, row in enumerate(rule.rows):
        yield from _tests(row.when, ("rows", index, "when"))


def _tests(condition: Condition, path: Path) -> Iterator[tuple[Path, Test]]:
    for key, children in (("all", condition.all_), ("any", condition.any_)):
        for index, child in enumerate(children or ()):
            yield from _tests(child, (*path, key, index))
    if condition.not_ is not None:
        yield from _tests(condition.not_, (*path, "not"))
    node = condition.node
    if isinstance(node, Test):
        header = (node.header,) if node.header is not None else ()
        yield (*path, node.subject.value, *header, node.match.operator.value), node

"""Which actions follow from the rows that matched: the processing modes of RU-03 as one table.

Each outcome (`new`, `follow_up`) is selected for itself, over the rows that have an action in it:

    mode    leading actions                        supporting actions                     nothing selected
    first   all of the first matching row          (are in that row)                      otherwise
    all     every create_case and auto_reply of    every set_fields (and, for a           otherwise; matching
            every matching row; where there are    follow-up, attach) of every matching   set_fields of a new mail
            none, the first matching route         row                                    stay beside it

Reasons for the odd edges: a row without an action in an outcome is not there for it, else a row that only handles
follow-ups would swallow new mails. `set_fields` alone is no outcome for a new mail (there is no case yet to set them
on), so `otherwise` acts and the fields go to what it creates; for a follow-up it is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from router.rules.compile import CompiledRow, CompiledRule
from schemas.config import Action, Attach, AutoReply, CreateCase, Route, SetFields

__all__ = ["Branch", "Chosen", "Selection", "select"]

Branch = Literal["new", "follow_up"]


@dataclass(frozen=True, slots=True)
class Chosen:
    """One action that acts. `ordinal` is its place in the row's list: with the row's id it makes ids that last."""

    row: str
    ordinal: int
    action: Action


@dataclass(frozen=True, slots=True)
class Selection:
    """What acts in one outcome. `winners`: ids of the rows that gave a leading action, or of `otherwise`."""

    actions: tuple[Chosen, ...]
    winners: tuple[str, ...]
    reason: str


def select(rule: CompiledRule, matched: Sequence[CompiledRow], branch: Branch) -> Selection:
    """What acts in `branch` when the rows `matched` (in their order) hold."""
    rows = [row for row in matched if _actions(row, branch)]
    return _first(rule, rows, branch) if rule.mode == "first" else _all(rule, rows, branch)


def _actions(row: CompiledRow, branch: Branch) -> tuple[Action, ...]:
    return row.new if branch == "new" else row.follow_up


def _chosen(row: CompiledRow, branch: Branch, *kinds: type) -> list[Chosen]:
    return [
        Chosen(row.id, ordinal, action)
        for ordinal, action in enumerate(_actions(row, branch))
        if not kinds or isinstance(action, kinds)
    ]


def _first(rule: CompiledRule, rows: Sequence[CompiledRow], branch: Branch) -> Selection:
    if not rows:
        return _otherwise(rule, branch, "no row matched")
    winner = rows[0]
    return Selection(tuple(_chosen(winner, branch)), (winner.id,), "first matching row")


def _all(rule: CompiledRule, rows: Sequence[CompiledRow], branch: Branch) -> Selection:
    support = (SetFields,) if branch == "new" else (SetFields, Attach)
    leading = [row for row in rows if _chosen(row, branch, CreateCase, AutoReply)]
    reason = "every matching create_case and auto_reply"
    route: Chosen | None = None
    if not leading:
        routes = [chosen for row in rows for chosen in _chosen(row, branch, Route)]
        route = routes[0] if routes else None
        leading = [row for row in rows if route is not None and row.id == route.row]
        reason = "no create_case or auto_reply matched: first matching route"
    actions = [
        chosen
        for row in rows
        for chosen in _chosen(row, branch)
        if chosen == route or isinstance(chosen.action, (CreateCase, AutoReply, *support))
    ]
    if leading:
        return Selection(tuple(actions), tuple(row.id for row in leading), reason)
    if branch == "follow_up" and actions:
        return Selection(tuple(actions), tuple(dict.fromkeys(chosen.row for chosen in actions)), "matching rows")
    last = _otherwise(rule, branch, "no create_case, auto_reply or route matched")
    return Selection((*actions, *last.actions), last.winners, last.reason)


def _otherwise(rule: CompiledRule, branch: Branch, reason: str) -> Selection:
    return Selection(tuple(_chosen(rule.otherwise, branch)), (rule.otherwise.id,), reason)

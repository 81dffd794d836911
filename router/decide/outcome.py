"""From the class and the rules to actions: class policy first (RU-09), then the rows of the mailbox's rule.

Every outcome leads to something a person or a case sees: where neither a case nor a route nor a reply is in `new`, the
interaction is left open for triage; a follow-up always attaches to its case besides what its row lists.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from router.decide.configuration import CompiledConfiguration
from router.decide.fit import cut_json
from router.rules.compile import CompiledRow, CompiledRule
from router.rules.match import holds
from router.rules.select import Branch, Chosen, Selection, select
from router.rules.trace import Considered
from router.rules.values import MailValues
from schemas.config import (
    Attach,
    AutoReply,
    CaseType,
    ClassPolicy,
    CreateCase,
    FieldValue,
    FromMail,
    MailClassKind,
    Route,
    SetFields,
)
from schemas.errors import MessageError
from schemas.events.decision import Action, ActionKind, Outcome

__all__ = ["DEFAULT_RULE", "MAX_OUTCOME", "Sources", "decide_outcome"]

DEFAULT_RULE = "(default)"
"""Rule id of actions that no document asked for."""
MAX_OUTCOME = 48 * 1024
"""Bytes of an outcome as JSON."""
_LONGEST_VALUE = 32 * 1024
_SHORTEST_VALUE = 256
_MAX_LABEL = 500


@dataclass(frozen=True, slots=True)
class Sources:
    """What field values can be taken from. Texts are masked; a date that the mail does not state is None."""

    subject: str
    body: str
    from_address: str
    from_name: str
    recipient: str
    mailbox: str
    date: datetime | None
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """Actions and every row that was considered for them."""

    outcome: Outcome
    considered: tuple[Considered, ...]


def decide_outcome(
    kind: MailClassKind, values: MailValues, sources: Sources, configuration: CompiledConfiguration
) -> Decided:
    """Actions for a mail of class `kind`.

    Raises MessageError with reason `rule:<name>` when so many actions matched that no decision can hold them.
    """
    policy = configuration.installation.classes.of(kind)
    if policy is ClassPolicy.IGNORE:
        ignored = (Action(action=ActionKind.IGNORE, rule=f"(class {kind.value})"),)
        return Decided(Outcome(new=ignored, follow_up=ignored), ())
    if policy is ClassPolicy.ATTACH:
        return Decided(_triage(f"(class {kind.value})"), ())
    rule = configuration.rule_of.get(sources.mailbox)
    if rule is None:
        return Decided(_triage(DEFAULT_RULE), ())
    return _by_rule(rule, values, sources, configuration)


def _triage(rule: str) -> Outcome:
    return Outcome(
        new=(Action(action=ActionKind.OPEN_INTERACTION, rule=rule),),
        follow_up=(Action(action=ActionKind.ATTACH, rule=rule),),
    )


def _by_rule(rule: CompiledRule, values: MailValues, sources: Sources, configuration: CompiledConfiguration) -> Decided:
    asked = _ask(rule, values)
    matched = [row for row, result in asked if result]
    new, follow_up = select(rule, matched, "new"), select(rule, matched, "follow_up")
    outcome = _fitting(rule, new, follow_up, sources, configuration)
    return Decided(outcome, _considered(rule, asked, {"new": new, "follow_up": follow_up}))


def _ask(rule: CompiledRule, values: MailValues) -> list[tuple[CompiledRow, bool]]:
    """Rows asked, in order, with their results. Mode `first` ends as soon as both outcomes have their row."""
    asked: list[tuple[CompiledRow, bool]] = []
    new = follow_up = False
    for row in rule.rows:
        assert row.when is not None, "only `otherwise` has no condition"
        result = holds(row.when, values)
        asked.append((row, result))
        new, follow_up = new or (result and bool(row.new)), follow_up or (result and bool(row.follow_up))
        if rule.mode == "first" and new and follow_up:
            break
    return asked


def _considered(
    rule: CompiledRule, asked: Sequence[tuple[CompiledRow, bool]], selections: Mapping[Branch, Selection]
) -> tuple[Considered, ...]:
    """Rows with the reason why they won; rows that were never asked are in, so that the trace counts them."""
    notes: dict[str, list[str]] = {}
    for branch, selection in selections.items():
        for row_id in selection.winners:
            notes.setdefault(row_id, []).append(f"{branch}: {selection.reason}")
    rows = [
        Considered(row, result, row.id in notes, "; ".join(notes.get(row.id, ("matched, did not act",) * result)))
        for row, result in asked
    ]
    rows += [Considered(row, False, note="not asked: decided before") for row in rule.rows[len(asked) :]]
    if rule.otherwise.id in notes:
        rows.append(Considered(rule.otherwise, True, True, "; ".join(notes[rule.otherwise.id])))
    return tuple(rows)


def _fitting(
    rule: CompiledRule, new: Selection, follow_up: Selection, sources: Sources, configuration: CompiledConfiguration
) -> Outcome:
    """The outcome within its bytes: values taken from the mail are cut shorter until it fits."""
    longest = _LONGEST_VALUE
    while longest >= _SHORTEST_VALUE:
        maker = _Maker(sources, configuration, longest)
        outcome = Outcome(new=maker.new(new.actions), follow_up=maker.follow_up(follow_up.actions))
        if len(outcome.model_dump_json(by_alias=True).encode()) <= MAX_OUTCOME:
            return outcome
        longest //= 2
    count = len(new.actions) + len(follow_up.actions)
    raise MessageError(
        f"{count} actions of the rule {rule.name!r} do not fit into one decision"
        f" ({MAX_OUTCOME // 1024} KiB); let fewer rows act on one mail",
        f"rule:{rule.name}",
    )


@dataclass(frozen=True, slots=True)
class _Maker:
    """Turns chosen actions of documents into those of a decision. `longest`: bytes of a value from the mail."""

    sources: Sources
    configuration: CompiledConfiguration
    longest: int

    def new(self, chosen: Sequence[Chosen]) -> tuple[Action, ...]:
        fields = [item.action.fields for item in chosen if isinstance(item.action, SetFields)]
        actions = [self._action(item, fields) for item in chosen if not isinstance(item.action, SetFields)]
        kinds = {action.action for action in actions}
        if kinds.isdisjoint({ActionKind.CREATE_CASE, ActionKind.ROUTE, ActionKind.AUTOMATIC_REPLY}):
            actions.append(Action(action=ActionKind.OPEN_INTERACTION, rule=DEFAULT_RULE))
        return tuple(actions)

    def follow_up(self, chosen: Sequence[Chosen]) -> tuple[Action, ...]:
        actions = [self._action(item, ()) for item in chosen]
        if not any(action.action is ActionKind.ATTACH for action in actions):
            actions.insert(0, Action(action=ActionKind.ATTACH, rule=DEFAULT_RULE))
        return tuple(actions)

    def _action(self, chosen: Chosen, more: Sequence[Mapping[str, FieldValue]]) -> Action:
        action, rule, ordinal = chosen.action, chosen.row, chosen.ordinal
        match action:
            case CreateCase():
                return Action(
                    action=ActionKind.CREATE_CASE,
                    rule=rule,
                    ordinal=ordinal,
                    case_type=action.case_type,
                    label=cut_json(str(self._value(action.label, None)), _MAX_LABEL),
                    fields=self._created(action, more),
                    queue=action.queue,
                )
            case AutoReply():
                return Action(
                    action=ActionKind.AUTOMATIC_REPLY,
                    rule=rule,
                    ordinal=ordinal,
                    template=action.template,
                    language=action.language,
                    account=self.sources.mailbox,
                )
            case Route():
                return Action(
                    action=ActionKind.ROUTE, rule=rule, ordinal=ordinal, queue=action.queue, operator=action.operator
                )
            case SetFields():
                return Action(
                    action=ActionKind.SET_FIELDS, rule=rule, ordinal=ordinal, fields=self._fields(action.fields, None)
                )
            case Attach():
                return Action(action=ActionKind.ATTACH, rule=rule, ordinal=ordinal)

    def _created(self, action: CreateCase, more: Sequence[Mapping[str, FieldValue]]) -> dict[str, Any]:
        """The fields of a new case: its own, then those that `set_fields` of other rows gives to what it knows."""
        case_type = self.configuration.case_types.get(action.case_type)
        fields = self._fields(action.fields, case_type)
        for others in more:
            for name, value in self._fields(others, case_type).items():
                if case_type is None or case_type.field(name) is not None:
                    fields.setdefault(name, value)
        return fields

    def _fields(self, fields: Mapping[str, FieldValue], case_type: CaseType | None) -> dict[str, Any]:
        """Values by field name; a source that the mail does not have gives no field."""
        result: dict[str, Any] = {}
        for name, value in fields.items():
            field = case_type.field(name) if case_type is not None else None
            taken = self._value(value, field.type if field is not None else None)
            if field is not None and isinstance(taken, str):
                taken = taken[: field.max_length]
            if taken not in (None, ""):
                result[name] = taken
        return result

    def _value(self, value: FieldValue, kind: str | None) -> str | int | bool | None:
        if not isinstance(value, FromMail):
            return value
        taken = getattr(self.sources, value.source)
        if isinstance(taken, datetime):
            return taken.date().isoformat() if kind == "date" else taken.isoformat()
        return None if taken is None else cut_json(taken, self.longest)

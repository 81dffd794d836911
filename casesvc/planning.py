"""What a decision leads to, once it is known where the mail belongs. Pure: decision and placement in, plan out.

    where the mail belongs                       what happens                                  interaction
    its class is ignored                         nothing                                       resolved
    the same mail came in another mailbox, and   it is attached to that one's case             resolved
      the policy is `first`
    a report about a mail that we sent           noted on the mail's case, outcome reported    resolved
    a case, by evidence of a participant         actions for a follow-up; always attached      resolved (1)
    linked to cases, in doubt                    nothing; shown in the case's queue            open
    nowhere yet                                  actions for a new mail                        (2)

(1) open where the case is resolved: nobody works there any more, so somebody must see it. (2) routed where an action
routes it, else resolved where an action created a case or answered, else open.

Answers go only to people (class human), never for muted mails, never to the null sender.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from casesvc.records import State
from casesvc.threading import Placement, PlacementKind
from schemas.events import Action, ActionKind, ClassKind, Decision, Purpose

__all__ = ["Plan", "Reply", "Report", "SameMail", "follow_up", "ignored", "may_answer", "plan", "report_kind"]

_REPORTS = {
    ClassKind.BOUNCE: "bounced",
    ClassKind.DELAY: "delayed",
    ClassKind.RECEIPT: "delivered",
    ClassKind.COMPLAINT: "complained",
}


@dataclass(frozen=True, slots=True)
class SameMail:
    """The same mail in another mailbox: its interaction, and the cases that it created or joined."""

    mailbox: str
    interaction: str
    cases: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Report:
    """The outgoing mail that a report is about, with its case or interaction."""

    notification_id: str
    case: str | None
    interaction: str | None


@dataclass(frozen=True, slots=True)
class Reply:
    """A mail to the sender. `create`: index of the created case that it tells about; None: the joined one, or none."""

    action: Action
    purpose: Purpose
    create: int | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """What shall be done. Cases in `attach` take the mail in; those in `linked` are only shown beside it."""

    state: State
    reason: str
    placement: str = "new"
    evidence: str | None = None
    resolution: str | None = None
    creates: tuple[Action, ...] = ()
    attach: tuple[str, ...] = ()
    relation: str = "joined"
    fields: tuple[Action, ...] = ()
    replies: tuple[Reply, ...] = ()
    linked: tuple[str, ...] = ()
    related: tuple[str, ...] = ()
    queue: str | None = None
    operator: str | None = None
    rule: str | None = None
    report: Report | None = None


def plan(
    decision: Decision, placement: Placement, same_mail: SameMail | None, report: Report | None, *, first_only: bool
) -> Plan:
    """The plan for a mail. `first_only`: of one mail in two mailboxes only the first is handled."""
    if ignored(decision):
        rule = decision.outcome.new[0].rule
        return Plan("resolved", f"{decision.class_.kind.value}: ignored", resolution="ignored by its class", rule=rule)
    if same_mail is not None and first_only:
        return Plan(
            "resolved",
            f"the same mail came in {same_mail.mailbox} ({same_mail.interaction})",
            placement="join" if same_mail.cases else "linked",
            resolution=f"handled with {same_mail.interaction}",
            attach=same_mail.cases,
        )
    if report is not None:
        return Plan(
            "resolved",
            f"reports about the outgoing mail {report.notification_id}",
            placement="join" if report.case else "linked",
            resolution="noted on the outgoing mail",
            attach=(report.case,) if report.case else (),
            relation="reported",
            related=(report.interaction,) if report.interaction else (),
            report=report,
        )
    if placement.kind is PlacementKind.JOIN:
        return follow_up(decision, placement)
    if placement.kind is PlacementKind.LINKED:
        return Plan(
            "open",
            placement.reason,
            placement="linked",
            evidence=_evidence(placement),
            linked=placement.linked,
            related=placement.related,
        )
    return _new(decision, placement)


def ignored(decision: Decision) -> bool:
    """Whether the policy of its class is to ignore the mail."""
    actions = decision.outcome.new
    return bool(actions) and all(action.action is ActionKind.IGNORE for action in actions)


def report_kind(decision: Decision) -> str | None:
    """The outcome that a mail of this class reports about one that we sent; None for other classes."""
    return _REPORTS.get(decision.class_.kind)


def may_answer(decision: Decision) -> bool:
    """Whether an acknowledgement or automatic reply may follow (RFC 3834 §2): only to a person, never when muted."""
    sender = decision.mail.from_
    return (
        decision.class_.kind is ClassKind.HUMAN
        and not decision.muted
        and sender is not None
        and "@" in sender.address
        and decision.envelope_from != ""
        and decision.mail.return_path not in ("", "<>")
    )


def follow_up(decision: Decision, placement: Placement) -> Plan:
    """The plan for a mail that joins its case."""
    assert placement.case is not None, "a mail that joins has a case"
    actions = decision.outcome.follow_up
    routed = _routed(actions)
    joined = Plan(
        "routed" if routed else "resolved",
        placement.reason,
        placement="join",
        evidence=_evidence(placement),
        resolution=None if routed else f"attached to {placement.case}",
        attach=(placement.case,),
        fields=_of(actions, ActionKind.SET_FIELDS, ActionKind.UPDATE_CASE),
        replies=tuple(Reply(action, Purpose.REPLY) for action in _answers(decision, actions)),
        related=placement.related,
        rule=actions[0].rule if actions else None,
    )
    return _with_route(joined, routed)


def _new(decision: Decision, placement: Placement) -> Plan:
    actions = decision.outcome.new
    creates = _of(actions, ActionKind.CREATE_CASE)
    replies = tuple(_reply(action, creates) for action in _answers(decision, actions))
    routed = _routed(actions)
    state: State = "open"
    resolution = None
    if creates:
        state, resolution = "resolved", "created a case" if len(creates) == 1 else f"created {len(creates)} cases"
    elif replies:
        state, resolution = "resolved", "answered"
    lead = creates[0] if creates else routed or next(iter(actions), None)
    new = Plan(
        state,
        placement.reason,
        resolution=resolution,
        creates=creates,
        fields=_of(actions, ActionKind.SET_FIELDS),
        replies=replies,
        related=placement.related,
        rule=lead.rule if lead else None,
    )
    return _with_route(new, routed)


def _reply(action: Action, creates: Sequence[Action]) -> Reply:
    """A reply beside a created case of the same row acknowledges it; so does one beside the only created case."""
    same_row = [index for index, create in enumerate(creates) if create.rule == action.rule]
    if same_row:
        return Reply(action, Purpose.ACKNOWLEDGEMENT, same_row[0])
    return Reply(action, Purpose.REPLY, 0 if len(creates) == 1 else None)


def _answers(decision: Decision, actions: Sequence[Action]) -> tuple[Action, ...]:
    return _of(actions, ActionKind.AUTOMATIC_REPLY) if may_answer(decision) else ()


def _of(actions: Sequence[Action], *kinds: ActionKind) -> tuple[Action, ...]:
    return tuple(action for action in actions if action.action in kinds)


def _routed(actions: Sequence[Action]) -> Action | None:
    return next(iter(_of(actions, ActionKind.ROUTE)), None)


def _with_route(made: Plan, routed: Action | None) -> Plan:
    if routed is None:
        return made
    return replace(
        made,
        state="routed",
        resolution=None,
        queue=routed.queue,
        operator=routed.operator,
        rule=made.rule if made.creates else routed.rule,
    )


def _evidence(placement: Placement) -> str | None:
    return placement.evidence.value if placement.evidence else None

"""One decision becomes rows and events, inside the caller's transaction; nothing here commits.

The order: is the mail known → where does it belong → plan → mail, interaction, cases → relations, people, attachments,
fields → mails asked for → history. Events are gathered: the caller writes the outbox once for all of its mails.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from psycopg import Connection

from casesvc import events, requests
from casesvc.lifecycle.fields import missing, typed
from casesvc.lifecycle.stages import initial_state
from casesvc.people import copied, people_of
from casesvc.placing import CaseTypeMissing, plan_for, same_mail
from casesvc.planning import Plan, Reply, Report
from casesvc.records import Case, Interaction, Relation, State
from casesvc.reports import outcomes
from casesvc.store import cases, history, inbox, interactions, mails, outgoing, quarantine
from casesvc.store.history import Entry
from casesvc.threading import LeadKind, SenderProof, sender_proof
from runtime.config.model import Configuration
from runtime.database.pool import Row
from schemas.cloudevents import Event
from schemas.events import Action, Decision

__all__ = ["Applied", "CaseTypeMissing", "apply"]

_TAKES_COPIES = frozenset({LeadKind.SIGNED_MESSAGE_ID.value, LeadKind.SIGNED_ADDRESS.value, LeadKind.SIGNED_BODY.value})


@dataclass(slots=True)
class Applied:
    """What became of one decision: the events to be written, and what the metrics want to know."""

    events: list[Event] = field(default_factory=list)
    interaction: str | None = None
    superseded: str | None = None
    conflict: bool = False
    created: list[str] = field(default_factory=list)
    updated: list[tuple[str, str]] = field(default_factory=list)


def apply(connection: Connection[Row], decision: Decision, configuration: Configuration, now: datetime) -> Applied:
    """Apply a fresh decision (its inbox row is written, its names are locked).

    Raises CaseTypeMissing; errors of the database come through.
    """
    found = mails.known(connection, decision)
    quarantine.close(connection, decision)
    if found.same_as is not None:
        inbox.keep_superseded(
            connection,
            (decision.mail_id, decision.run),
            found.same_as,
            found.reason,
            decision.model_dump_json(by_alias=True),
        )
        return Applied(superseded=found.reason)
    work = _Work(connection, decision, configuration, now, plan_for(connection, decision, configuration))
    work.applied.conflict = found.conflict
    work.store(conflict=found.conflict)
    return work.applied


class _Work:
    """The writing of one plan. Made for one mail, used once."""

    def __init__(
        self,
        connection: Connection[Row],
        decision: Decision,
        configuration: Configuration,
        now: datetime,
        made: Plan,
    ) -> None:
        self.connection = connection
        self.decision = decision
        self.configuration = configuration
        self.now = now
        self.plan = made
        self.applied = Applied()
        self.entries: list[Entry] = []

    def store(self, *, conflict: bool) -> None:
        """Write everything."""
        mails.insert(self.connection, self.decision, conflict=conflict)
        touched = cases.lock(self.connection, {*self.plan.attach, *self.plan.linked})
        attached = [touched[case_id] for case_id in self.plan.attach if case_id in touched]
        linked = [touched[case_id] for case_id in self.plan.linked if case_id in touched]
        interaction = self._interaction(attached, linked)
        interactions.insert(self.connection, interaction)
        self.applied.interaction = interaction.id
        self._note_interaction(interaction, "opened", None, self.plan.reason)
        created = [self._create(interaction, action) for action in self.plan.creates]
        updated = [self._attach(interaction, case) for case in attached]
        for case in linked:
            self._link(interaction, case)
        self._same_mail(interaction, created)
        interactions.link(self.connection, interaction.id, self.plan.related, "conversation")
        if len(created) == 1:
            self._take_in_children(created[0])
        about = created or updated
        for reply in self.plan.replies:
            self._reply(interaction, reply, created, updated)
        if self.plan.report is not None:
            self._reported(self.plan.report, interaction)
        if interaction.state == "routed":
            self._note_interaction(interaction, "routed", about[0] if about else None, "")
        elif interaction.state == "resolved":
            self._note_interaction(interaction, "resolved", about[0] if about else None, interaction.resolution or "")
        history.write(self.connection, self.entries)

    def _interaction(self, attached: Sequence[Case], linked: Sequence[Case]) -> Interaction:
        made = self.plan
        queue, resolution = made.queue, made.resolution
        state: State = made.state
        if attached and made.relation == "joined" and state == "resolved" and any(case.resolved for case in attached):
            state, resolution, queue = "open", None, attached[0].queue
        if linked and queue is None and made.operator is None:
            queue = linked[0].queue
        return Interaction(
            number=interactions.next_number(self.connection),
            mail_id=self.decision.mail_id,
            mailbox=self.decision.mailbox,
            conversation=self.decision.conversation,
            class_kind=self.decision.class_.kind.value,
            state=state,
            placement=made.placement,
            reason=made.reason,
            evidence=made.evidence,
            rule=made.rule,
            queue=queue,
            operator=made.operator,
            resolution=resolution,
            opened_at=self.now,
        )

    def _create(self, interaction: Interaction, action: Action) -> Case:
        case_type = self.configuration.case_types[str(action.case_type)]
        extra = {name: value for other in self.plan.fields for name, value in other.fields.items()}
        known = {name: value for name, value in extra.items() if case_type.field(name) is not None}
        values = typed(case_type, {**known, **action.fields})
        state = initial_state(case_type)
        mail = self.decision.mail
        described = case_type.email.description_field if case_type.email else None
        case = Case(
            id=cases.next_id(self.connection, case_type),
            type=case_type.name,
            label=action.label or mail.subject or "(no subject)",
            description=str(values.values.get(described, "")) if described else mail.new_text,
            stage=state.stage,
            status=state.status,
            resolved=state.resolved,
            priority=action.priority,
            queue=action.queue or case_type.queue,
            operator=action.operator,
            tags=list(action.tags),
            fields=dict(values.values),
            missing=list(missing(case_type, values.values)),
            conversation=self.decision.conversation,
            mailbox=self.decision.mailbox,
            origin_mail=self.decision.mail_id,
            rule=action.rule,
            version=1,
            created_at=self.now,
            updated_at=self.now,
        )
        cases.insert(self.connection, case)
        self._take_in(interaction, case, "created", "the mail created the case")
        people = people_of(self.decision, self.configuration)
        cases.add_participants(self.connection, case.id, people, self.now)
        changed = {"fields": case.fields, "missing": case.missing}
        rule, ordinal = action.rule, action.ordinal
        self._note_case(case, "created", interaction, rule=rule, ordinal=ordinal, changed=changed)
        self._note_case(case, "stage_entered", interaction, rule=rule, ordinal=ordinal)
        self._problems(case, values.problems)
        self._note_case(case, "mail_attached", interaction, rule=rule, ordinal=ordinal)
        self.applied.created.append(case.type)
        return case

    def _attach(self, interaction: Interaction, case: Case) -> Case:
        relation: Relation = "reported" if self.plan.relation == "reported" else "joined"
        self._take_in(interaction, case, relation, self.plan.reason)
        self._note_case(case, "mail_attached", interaction)
        self.applied.updated.append((case.type, "mail_attached"))
        if relation == "reported":
            return case
        case = self._set_fields(interaction, case)
        if self.plan.evidence in _TAKES_COPIES:
            cases.add_participants(self.connection, case.id, copied(self.decision, self.configuration), self.now)
        if self.decision.class_.kind.value == "human":
            self._note_case(case, "reply_received", interaction)
            self.applied.updated.append((case.type, "reply_received"))
        return case

    def _set_fields(self, interaction: Interaction, case: Case) -> Case:
        case_type = self.configuration.case_types.get(case.type)
        wanted = {name: value for action in self.plan.fields for name, value in action.fields.items()}
        if not wanted or case_type is None:
            if wanted:
                self._problems(case, [f"{', '.join(sorted(wanted))}: no CaseType {case.type} is configured any more"])
            cases.touch(self.connection, case.id, self.now, case.fields, case.missing)
            return replace(case, version=case.version + 1, updated_at=self.now)
        values = typed(case_type, wanted)
        self._problems(case, values.problems)
        fields = {**case.fields, **values.values}
        lacking = list(missing(case_type, fields))
        cases.touch(self.connection, case.id, self.now, fields, lacking)
        changed = {name: value for name, value in values.values.items() if case.fields.get(name) != value}
        case = replace(case, fields=fields, missing=lacking, version=case.version + 1, updated_at=self.now)
        if changed:
            rule = self.plan.fields[0].rule
            self._note_case(case, "updated", interaction, rule=rule, changed={"fields": changed})
            self.applied.updated.append((case.type, "updated"))
        return case

    def _take_in(self, interaction: Interaction, case: Case, relation: Relation, reason: str) -> None:
        interactions.relate(self.connection, interaction.id, case.id, relation)
        cases.add_attachments(self.connection, case.id, self.decision.mail_id, self.decision.mail.attachments)

    def _link(self, interaction: Interaction, case: Case) -> None:
        interactions.relate(self.connection, interaction.id, case.id, "linked")
        self._note_case(case, "linked", interaction, detail={"reason": self.plan.reason})

    def _same_mail(self, interaction: Interaction, created: Sequence[Case]) -> None:
        """The same mail in another mailbox is shown beside this one, and its cases beside the new ones."""
        same = same_mail(self.connection, self.decision)
        if same is None:
            return
        interactions.link(self.connection, interaction.id, [same.interaction], "same_mail")
        for case in created:
            for ordinal, other in enumerate(same.cases):
                self._note_case(case, "linked", interaction, ordinal=ordinal, linked_case=other)
                detail = {"linked_case": case.id}
                self.entries.append(
                    Entry("linked", self.now, other, interaction.id, self.decision.mail_id, detail=detail)
                )

    def _take_in_children(self, case: Case) -> None:
        """Replies of the same sender that came before this mail and wait without a case belong to its case; neither
        side may be disowned by its domain."""
        digest, sender = mails.message_digest(self.decision), self.decision.mail.from_
        if digest is None or sender is None or _is_refuted(self.decision):
            return
        key = mails.address_key(sender.address)
        for interaction, mail_id in interactions.open_children(self.connection, digest, self.decision.mailbox, key):
            child = Decision.model_validate(mails.decision_of(self.connection, mail_id))
            if _is_refuted(child):
                continue
            interactions.relate(self.connection, interaction, case.id, "joined")
            resolution = f"attached to {case.id}: the mail that it answers came after it"
            interactions.resolve(self.connection, interaction, resolution, self.now)
            cases.add_attachments(self.connection, case.id, mail_id, child.mail.attachments)
            event = events.case_event(self.decision, case, "mail_attached", self.now, rule=mail_id)
            event = replace(event, data=event.data.model_copy(update={"mail_id": mail_id, "interaction": interaction}))
            done = events.child_resolved(self.decision, child, interaction, case, resolution, self.now)
            self.applied.events += [event, done]
            self.entries += [
                Entry(
                    "mail_attached", self.now, case.id, interaction, mail_id, event.id, detail={"reason": resolution}
                ),
                Entry(
                    "interaction_resolved", self.now, None, interaction, mail_id, done.id, detail={"reason": resolution}
                ),
            ]

    def _reply(self, interaction: Interaction, reply: Reply, created: Sequence[Case], joined: Sequence[Case]) -> None:
        case = created[reply.create] if reply.create is not None else (joined[0] if len(joined) == 1 else None)
        hindrance = requests.cannot_send(self.decision, reply, case, self.configuration)
        action = reply.action
        if hindrance is not None:
            detail = {"rule": action.rule, "template": action.template, "reason": hindrance}
            self._note("answer_not_possible", interaction, case, detail)
            return
        mail = requests.request_for(self.decision, reply, case, interaction.id, self.configuration)
        outgoing.request(self.connection, mail, self.decision.mail_id, self.now)
        event = events.mail_event(self.decision, mail, action.rule, action.ordinal, self.now)
        self.applied.events.append(event)
        detail = {"notification": mail.notification_id, "purpose": mail.purpose.value, "template": mail.template}
        self._note("mail_requested", interaction, case, detail, event.id)

    def _reported(self, report: Report, interaction: Interaction) -> None:
        mail = outgoing.find(self.connection, report.notification_id)
        if mail is None:
            return
        for event in outcomes(self.decision, mail, self.now):
            self.applied.events.append(event)
            detail = event.data.model_dump(mode="json")
            self.entries.append(
                Entry(
                    "outcome_reported",
                    self.now,
                    mail.case_id,
                    interaction.id,
                    self.decision.mail_id,
                    event.id,
                    detail=detail,
                )
            )

    def _problems(self, case: Case, problems: Sequence[str]) -> None:
        for problem in problems:
            self.entries.append(
                Entry("field_refused", self.now, case.id, None, self.decision.mail_id, detail={"problem": problem})
            )

    def _note_case(
        self,
        case: Case,
        what: str,
        interaction: Interaction,
        *,
        rule: str = "",
        ordinal: int = 0,
        detail: dict[str, Any] | None = None,
        **more: Any,
    ) -> None:
        event = events.case_event(
            self.decision, case, what, self.now, rule=rule, ordinal=ordinal, interaction=interaction.id, **more
        )
        self.applied.events.append(event)
        told = {"stage": case.stage, "status": case.status} if what in ("created", "stage_entered") else {}
        told |= {"rule": rule} if rule else {}
        told |= {**(detail or {}), **more}
        self.entries.append(
            Entry(what, self.now, case.id, interaction.id, self.decision.mail_id, event.id, detail=told)
        )

    def _note_interaction(self, interaction: Interaction, what: str, case: Case | None, reason: str) -> None:
        event = events.interaction_event(self.decision, interaction, what, self.now, case, reason)
        self.applied.events.append(event)
        detail = {"reason": reason, "queue": interaction.queue, "operator": interaction.operator}
        self.entries.append(
            Entry(
                f"interaction_{what}",
                self.now,
                None,
                interaction.id,
                self.decision.mail_id,
                event.id,
                detail={name: value for name, value in detail.items() if value},
            )
        )

    def _note(
        self, what: str, interaction: Interaction, case: Case | None, detail: dict[str, Any], event: str | None = None
    ) -> None:
        self.entries.append(
            Entry(
                what,
                self.now,
                case.id if case else None,
                interaction.id,
                self.decision.mail_id,
                event,
                detail=detail,
            )
        )


def _is_refuted(decision: Decision) -> bool:
    return sender_proof(decision.facts.authentication) is SenderProof.REFUTED

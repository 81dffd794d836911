"""The demo's mails decided and placed by the pure parts of router and casesvc alone: no server, no database.

A little book stands in for the store: which mail has which Message-ID, which ids it names, and who is in which case.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from casesvc.people import copied, people_of
from casesvc.planning import Plan, Reply, Report, plan, report_kind
from casesvc.records import Case
from casesvc.requests import cannot_send, request_for
from casesvc.store.conversations import notification_of
from casesvc.store.mails import address_key, message_digest, referenced, thread_digest
from casesvc.threading import Lead, LeadKind, place, sender_proof
from mail.parse import parse
from mail.signed_ids import SigningKey, make_message_id
from mailcase.demo.relay import at_the_border
from mailcase.demo.scenario import ScenarioMail, load
from notifier.limits import SendingFacts, judge
from notifier.templates import RenderedMail, render
from router.decide import compile_configuration, decide_parsed
from router.facts import gather
from runtime.config import load_configuration
from schemas.events import Action, ActionKind, Decision, EvidenceKind, MailReceived, MailRequested, RawReference
from schemas.ids import conversation_key, mail_id, sha256_hex

CONFIG = Path(__file__).parents[2] / "config"
NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)
SIGNED = {EvidenceKind.SIGNED_MESSAGE_ID, EvidenceKind.SIGNED_ADDRESS, EvidenceKind.SIGNED_BODY}


@dataclass
class Known:
    """A mail in the book: its cases by id."""

    mailbox: str
    message: str | None
    names: tuple[str, ...]
    thread: str | None
    cases: frozenset[str]


@dataclass
class Answer:
    """A mail that is asked for: as the template makes it, and why it would not be sent."""

    request: MailRequested
    rendered: RenderedMail
    suppressed: str | None


@dataclass
class Came:
    """What became of one copy of a mail."""

    mailbox: str
    decision: Decision
    plan: Plan
    created: tuple[str, ...]
    answers: tuple[Answer, ...]


@dataclass
class Company:
    """Takes mails in the order of the demo. `cases`: mark of the mail that created each; `people` by case."""

    cases: dict[str, str] = field(default_factory=dict)
    people: dict[str, frozenset[str]] = field(default_factory=dict)
    book: list[Known] = field(default_factory=list)
    sent: dict[str, tuple[str, frozenset[str]]] = field(default_factory=dict)
    answer_of: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.configuration = load_configuration(CONFIG)
        self.compiled = compile_configuration(self.configuration)
        self.installation = self.configuration.installation
        self.key = SigningKey(self.installation.current_key, b"a signing key of the test, 32 bytes and more")

    def take(self, mail: ScenarioMail) -> Iterator[Came]:
        """Decide and place the copies of one mail."""
        for mailbox in mail.expected.to:
            decision = self.decide(mail, mailbox)
            yield self._settle(mail.expected.mark, decision)

    def decide(self, mail: ScenarioMail, mailbox: str) -> Decision:
        """The decision for the copy in `mailbox`, as it comes over the border."""
        row = mail.expected
        account = self.configuration.accounts[mailbox]
        answer = self.answer_of.get(row.answers) if row.answers else None
        raw = at_the_border(
            mail.bytes_for(answer), mail_from=row.sender, recipient=account.address, verdict=mail.verdict, now=NOW
        )
        parsed, digest = parse(raw), sha256_hex(raw)
        own = mail_id(mailbox, digest)
        received = MailReceived(
            mail_id=own,
            conversation=conversation_key(parsed.references, parsed.in_reply_to, parsed.message_id, own),
            mailbox=mailbox,
            folder="INBOX",
            server_id=f"imap:0:1:{row.mark}",
            received_at=NOW,
            raw=RawReference(sha256=digest, size=len(raw), ref=f"blob:{mailbox}/{digest}"),
        )
        return decide_parsed(received, parsed, gather(received, parsed, [self.key], self.installation), self.compiled)

    def _settle(self, mark: str, decision: Decision) -> Came:
        leads = list(self._leads(decision))
        sender = decision.mail.from_
        placement = place(
            address_key(sender.address) if sender else None,
            leads,
            self.people,
            sender_proof(decision.facts.authentication),
        )
        made = plan(decision, placement, None, self._report(decision), first_only=False)
        created = tuple(f"{mark}/{decision.mailbox}/{number}" for number in range(len(made.creates)))
        for case in created:
            self.cases[case] = mark
            self.people[case] = frozenset(p.address for p in people_of(decision, self.configuration))
        if made.evidence in {kind.value for kind in SIGNED}:
            for case in made.attach:
                self.people[case] |= {person.address for person in copied(decision, self.configuration)}
        inside = frozenset((*created, *made.attach, *made.linked))
        self.book.append(
            Known(
                decision.mailbox, message_digest(decision), tuple(referenced(decision)), thread_digest(decision), inside
            )
        )
        answers = tuple(self._answer(mark, decision, made, reply, created) for reply in made.replies)
        return Came(decision.mailbox, decision, made, created, answers)

    def _answer(self, mark: str, decision: Decision, made: Plan, reply: Reply, created: tuple[str, ...]) -> Answer:
        assert cannot_send(decision, reply, None, self.configuration) is None
        case = None if reply.create is None else _case(created[reply.create], made.creates[reply.create], decision)
        request = request_for(decision, reply, case, "ET-1", self.configuration)
        self.sent[request.notification_id] = (mark, frozenset([case.id] if case else created))
        self.answer_of[mark] = make_message_id(
            self.key, self.installation.name, request.conversation, request.notification_id, self.installation.domain
        )
        own = frozenset(account.address.lower() for account in self.configuration.accounts.values())
        judgement = judge(request, request.to, SendingFacts(self.installation.outbound, own, {}))
        template = self.configuration.templates[request.template or ""]
        return Answer(request, render(template, request.language, request.data), judgement.suppressed)

    def _leads(self, decision: Decision) -> Iterator[Lead]:
        for evidence in decision.evidence:
            if evidence.kind in SIGNED:
                kind = LeadKind(evidence.kind.value) if evidence.verified else LeadKind.FORGED
                yield Lead(kind, self.sent.get(notification_of(evidence) or "", ("", frozenset()))[1])
        names, own, thread = referenced(decision), message_digest(decision), thread_digest(decision)
        yield self._lead(LeadKind.REFERENCE, [known for known in self.book if known.message in names])
        here = [known for known in self.book if known.mailbox == decision.mailbox]
        yield self._lead(LeadKind.SHARED_REFERENCE, [known for known in here if set(known.names) & set(names)])
        yield self._lead(LeadKind.REPLY_BEFORE_PARENT, [known for known in here if own in known.names])
        yield self._lead(LeadKind.THREAD_TOPIC, [known for known in here if thread and known.thread == thread])

    @staticmethod
    def _lead(kind: LeadKind, found: Sequence[Known]) -> Lead:
        return Lead(kind, frozenset(case for known in found for case in known.cases))

    def _report(self, decision: Decision) -> Report | None:
        if report_kind(decision) is None:
            return None
        named = [decision.bounce.original_notification if decision.bounce else None]
        named += [notification_of(evidence) for evidence in decision.evidence if evidence.verified]
        for notification in named:
            if notification in self.sent:
                assert notification is not None
                return Report(notification, next(iter(self.sent[notification][1]), None), None)
        return None


def _case(case_id: str, action: Action, decision: Decision) -> Case:
    return Case(
        id=case_id,
        type=str(action.case_type),
        label=action.label or decision.mail.subject or "(no subject)",
        description="",
        stage="",
        status="",
        resolved=False,
        priority=None,
        queue=action.queue or "",
        operator=None,
        tags=[],
        fields=dict(action.fields),
        missing=[],
        conversation=decision.conversation,
        mailbox=decision.mailbox,
        origin_mail=decision.mail_id,
        rule=action.rule,
        version=1,
        created_at=NOW,
        updated_at=NOW,
    )


def create_rules(came: Sequence[Came]) -> list[str]:
    """Rules that create the cases of these copies."""
    actions = [action for one in came for action in one.plan.creates if action.action is ActionKind.CREATE_CASE]
    return sorted(action.rule for action in actions)


def in_order() -> list[ScenarioMail]:
    """The mails as the demo delivers them: phase by phase."""
    return sorted(load(), key=lambda mail: mail.expected.phase)

"""What the demo's mails led to, in tables for people, and the differences to what they must lead to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime

from mailcase.demo.decided import decision_problems
from mailcase.demo.observe import MailStory, Observer, OutgoingStory
from mailcase.demo.scenario import Expectation
from schemas.events import LedgerState, Purpose

SENT = {LedgerState.HANDED_OVER, LedgerState.DELIVERED, LedgerState.BOUNCED, LedgerState.COMPLAINED}


def render(observer: Observer, expectations: Sequence[Expectation], places: Sequence[tuple[str, str]]) -> str:
    """The readable report."""
    stories = list(observer.mails.values())
    decided = [story for story in stories if story.decision is not None]
    lines = [f"Delivered: {sum(len(row.to) for row in expectations)} copies of {len(expectations)} mails", ""]
    lines += _table(
        "Interactions by class",
        Counter(story.decision.class_.kind.value for story in decided if story.interactions and story.decision),
    )
    lines += _table("Cases by type and deciding rule", _cases(stories))
    lines += _table(
        "Follow-ups",
        Counter(
            {
                "joined a case (participant, checked evidence)": sum(
                    bool(story.attached.keys() - story.created) for story in stories
                ),
                "only linked to a case (stranger or unsigned id)": sum(
                    bool(story.linked.keys() - story.created) for story in stories
                ),
            }
        ),
    )
    lines += _table("Answers by purpose and state", _answers(observer.outgoing.values()))
    lines += _quarantined(stories)
    lines += _latencies(stories, observer.outgoing.values())
    lines += ["Where to look", *(f"  {name:<14} {place}" for name, place in places), ""]
    return "\n".join(lines)


def differences(observer: Observer, expectations: Sequence[Expectation]) -> list[str]:
    """What is not as the mails must lead to, one line each; empty when all is well."""
    by_mark, rows = observer.by_mark(), {row.mark: row for row in expectations}
    found = [f"unreadable record: {problem}" for problem in observer.unreadable]
    for row in expectations:
        if row.same_as is None:
            found += [f"{row.mail}: {problem}" for problem in _problems(row, rows, by_mark, observer)]
    # A mail that was never downloaded has no mark.
    extra = {mark for mark, stories in by_mark.items() if mark or any(not one.quarantine for one in stories)}
    extra -= rows.keys()
    found += [f"a mail with mark {mark!r} came in that nobody sent" for mark in sorted(extra)]
    return found


def _problems(
    row: Expectation, rows: dict[str, Expectation], by_mark: dict[str, list[MailStory]], observer: Observer
) -> Iterator[str]:
    stories = by_mark.get(row.mark, [])
    if row.quarantine == "too_large":
        # Never downloaded: known by its mailbox alone.
        stories = [
            story for story in observer.mails.values()
            if story.quarantine and story.quarantine.reason == "too_large" and story.quarantine.mailbox in row.to
        ]  # fmt: skip
    if len(stories) != len(row.to):
        yield f"{len(row.to)} mail(s) must have come in, {len(stories)} did"
        return
    created = [case for story in stories for case in story.created.values()]
    if sorted(case.case.type for case in created) != sorted(row.cases):
        yield f"must create {sorted(row.cases)}, created {sorted(case.case.type for case in created)}"
    if row.rules and sorted(str(case.rule) for case in created) != sorted(row.rules):
        yield f"must be decided by {sorted(row.rules)}, was by {sorted(str(case.rule) for case in created)}"
    for story in stories:
        yield from _story_problems(row, story, by_mark)
    ids = {story.mail_id for story in stories}
    answers = [out for out in observer.outgoing.values() if out.request.mail_id in ids]
    for wanted, states, name in (
        (row.acknowledged, SENT, "answered"),
        (row.suppressed, {LedgerState.SUPPRESSED}, "suppressed"),
    ):
        number = sum(out.state in states for out in answers)
        if number != wanted:
            yield f"{wanted} answer(s) must be {name}, {number} were ({[str(out.state) for out in answers]})"
    for out in reported_on(row, by_mark, observer):
        if out.state is not row.outgoing:
            yield f"our answer to {row.answers} must become {row.outgoing}, is {out.state}"


def _story_problems(row: Expectation, story: MailStory, by_mark: dict[str, list[MailStory]]) -> Iterator[str]:
    reason = story.quarantine.reason if story.quarantine else None
    if reason != row.quarantine:
        yield f"quarantine must be {row.quarantine}, is {reason}"
    if row.quarantine is None:
        if len(story.interactions) != 1:
            yield f"must be one interaction, is {sorted(story.interactions)}"
        if story.decision is not None:
            yield from decision_problems(row, story.decision)
    for mark, got, name in ((row.joins, story.attached, "join"), (row.linked, story.linked, "be linked to")):
        got = {case: event for case, event in got.items() if case not in story.created}  # created ones are told by it
        if mark is None:
            if got:
                yield f"must {name} no case, did {sorted(got)}"
            continue
        wanted = {case for parent in by_mark.get(mark, []) for case in (*parent.created, *parent.attached)}
        if not wanted & set(got):
            yield f"must {name} a case of mail {mark} ({sorted(wanted)}), did {sorted(got)}"


def reported_on(row: Expectation, by_mark: dict[str, list[MailStory]], observer: Observer) -> list[OutgoingStory]:
    """The answers that the report `row` is about; none where it changes nothing of them."""
    if row.answers is None or row.outgoing is None:
        return []
    return answers_to(observer, (story.mail_id for story in by_mark.get(row.answers, [])))


def answers_to(observer: Observer, mail_ids: Iterable[str]) -> list[OutgoingStory]:
    """Outgoing mails that one of these mails caused."""
    wanted = set(mail_ids)
    return [out for out in observer.outgoing.values() if out.request.mail_id in wanted]


def _cases(stories: Iterable[MailStory]) -> Counter[str]:
    return Counter(
        f"{case.case.type} by {case.rule or '(no rule)'}" for story in stories for case in story.created.values()
    )


def _answers(outgoing: Iterable[OutgoingStory]) -> Counter[str]:
    return Counter(
        f"{Purpose(out.request.purpose).value}: {out.state.value if out.state else 'requested'}"
        + (f" ({out.states[-1][2]})" if out.state is LedgerState.SUPPRESSED and out.states[-1][2] else "")
        for out in outgoing
    )


def _quarantined(stories: Iterable[MailStory]) -> list[str]:
    entries = [story.quarantine for story in stories if story.quarantine is not None]
    lines = ["Quarantined"]
    lines += [f"  {entry.reason:<18} {entry.mailbox:<10} {entry.detail[:80]}" for entry in entries] or ["  none"]
    return [*lines, ""]


def _latencies(stories: Iterable[MailStory], outgoing: Iterable[OutgoingStory]) -> list[str]:
    decided, settled = [], []
    for story in stories:
        if story.raw_at and story.decided_at:
            decided.append(_seconds(story.raw_at, story.decided_at))
        if story.raw_at and story.settled_at:
            settled.append(_seconds(story.raw_at, story.settled_at))
    handed_over = ((out, out.at(LedgerState.HANDED_OVER)) for out in outgoing)
    sent = [_seconds(out.requested_at, when) for out, when in handed_over if when is not None]
    rows = (("fetched → decided", decided), ("fetched → interaction", settled), ("asked for → handed over", sent))
    return ["Latencies (seconds, median / 99 %)", *(f"  {name:<26} {_quantiles(values)}" for name, values in rows), ""]


def _seconds(start: datetime, end: datetime) -> float:
    return max(0.0, (end - start).total_seconds())


def _quantiles(values: list[float]) -> str:
    if not values:
        return "–"
    ordered = sorted(values)
    return f"{ordered[len(ordered) // 2]:.2f} / {ordered[min(len(ordered) - 1, int(len(ordered) * 0.99))]:.2f}"


def _table(title: str, counts: Counter[str]) -> list[str]:
    rows = [f"  {number:>4}  {name}" for name, number in sorted(counts.items(), key=lambda row: (-row[1], row[0]))]
    return [title, *(rows or ["  none"]), ""]

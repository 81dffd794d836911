"""The mails of the demo: the list is whole, and each mail leads to what it says, shown without a server."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from mail.parse import parse
from mailcase.demo.decided import decision_problems
from mailcase.demo.observe import MARK
from mailcase.demo.scenario import ANSWER_ID, FILLER, FOLDER, ScenarioMail, load
from schemas.config import format_size
from tests.demo.company import Came, Company, create_rules, in_order

MAILS = load()
BY_MARK = {mail.expected.mark: mail for mail in MAILS}


def name_of(mail: ScenarioMail) -> str:
    return mail.expected.mail


@pytest.fixture(scope="module")
def played() -> dict[str, list[Came]]:
    """What became of each mail, all taken once in the order of the demo; too large ones never come in."""
    company = Company()
    return {
        mail.expected.mark: list(company.take(mail))
        for mail in in_order()
        if mail.expected.quarantine is None and mail.expected.same_as is None
    }


def test_every_file_is_listed_once_and_every_listed_one_exists() -> None:
    listed = [name_of(mail) for mail in MAILS]
    assert sorted(listed) == sorted(path.name for path in FOLDER.glob("*.eml"))
    assert len(set(listed)) == len(listed)
    assert len(listed) >= 60


def test_marks_are_unique_numbers_at_the_start_of_the_names() -> None:
    assert len(BY_MARK) == len(MAILS)
    assert all(re.fullmatch(r"[0-9]{3}-[a-z0-9-]+\.eml", name_of(mail)) for mail in MAILS)


@pytest.mark.parametrize("mail", MAILS, ids=name_of)
def test_a_row_says_why_and_refers_to_mails_of_an_earlier_phase(mail: ScenarioMail) -> None:
    row = mail.expected
    assert row.why
    assert (ANSWER_ID in mail.raw) == (row.answers is not None)
    for mark in (row.answers, row.joins, row.linked):
        assert mark is None or BY_MARK[mark].expected.phase < row.phase
    assert row.answers is None or BY_MARK[row.answers].expected.acknowledged == 1


@pytest.mark.parametrize("mail", MAILS, ids=name_of)
def test_files_have_lf_line_ends_which_the_border_makes_crlf(mail: ScenarioMail) -> None:
    assert b"\r" not in mail.raw


def test_a_repeated_mail_has_the_very_same_bytes() -> None:
    repeated = [mail for mail in MAILS if mail.expected.same_as]
    assert repeated
    for mail in repeated:
        first = BY_MARK[str(mail.expected.same_as)]
        assert mail.bytes_for(None) == first.bytes_for(None)
        assert (mail.expected.to, mail.expected.sender) == (first.expected.to, first.expected.sender)


def test_message_ids_are_used_once() -> None:
    used = Counter(parse(mail.raw).message_id for mail in MAILS if mail.expected.same_as is None)
    del used[None]
    assert [found for found, number in used.items() if number > 1] == []


def test_a_mail_is_quarantined_for_its_size_only_when_it_is_above_the_limit() -> None:
    company = Company()
    limits = {listener.account: listener.max_mail_bytes for listener in company.configuration.listeners.values()}
    for mail in MAILS:
        size = len(mail.bytes_for(None))
        for mailbox in mail.expected.to:
            too_large = size > limits[mailbox]
            assert too_large == (mail.expected.quarantine == "too_large"), format_size(size)
            assert too_large == (FILLER in mail.raw)


@pytest.mark.parametrize("mail", [mail for mail in MAILS if mail.expected.quarantine is None], ids=name_of)
def test_a_mail_is_read_with_its_mark_whatever_is_wrong_with_it(mail: ScenarioMail) -> None:
    parsed = parse(mail.bytes_for(None))
    assert parsed.headers.get(MARK) == (mail.expected.same_as or mail.expected.mark)


SETTLED = [mail for mail in MAILS if mail.expected.quarantine is None and mail.expected.same_as is None]


@pytest.mark.parametrize("mail", SETTLED, ids=name_of)
def test_class_and_rules_are_as_expected(mail: ScenarioMail, played: dict[str, list[Came]]) -> None:
    came, row = played[mail.expected.mark], mail.expected
    assert {one.decision.class_.kind.value for one in came} == {row.class_}
    assert sorted(str(action.case_type) for one in came for action in one.plan.creates) == sorted(row.cases)
    assert create_rules(came) == sorted(row.rules)


@pytest.mark.parametrize("mail", SETTLED, ids=name_of)
def test_the_decision_says_what_was_understood(mail: ScenarioMail, played: dict[str, list[Came]]) -> None:
    for came in played[mail.expected.mark]:
        assert list(decision_problems(mail.expected, came.decision)) == []


def test_each_thing_that_a_decision_says_wrongly_is_told(played: dict[str, list[Came]]) -> None:
    wrong: dict[str, dict[str, object]] = {
        "003": {"class_": "bounce"}, "118": {"says": "Hola"}, "052": {"away": "2026-11-20/"}, "084": {"files": ()},
        "072": {"defects": ("boundary_missing", "charset_wrong")}, "119": {"recipients": {"a@b.example": "hard moved"}},
        "001": {"answers": "002"},
    }  # fmt: skip
    for mark, changed in wrong.items():
        row = BY_MARK[mark].expected.model_copy(update=changed)
        assert len(list(decision_problems(row, played[mark][0].decision))) == 1, mark


@pytest.mark.parametrize("mail", SETTLED, ids=name_of)
def test_a_mail_joins_or_is_linked_as_expected(mail: ScenarioMail, played: dict[str, list[Came]]) -> None:
    came, row = played[mail.expected.mark], mail.expected
    joined = {case.partition("/")[0] for one in came for case in one.plan.attach}
    linked = {case.partition("/")[0] for one in came for case in one.plan.linked}
    assert joined == ({row.joins} if row.joins else set())
    assert linked == ({row.linked} if row.linked else set())


@pytest.mark.parametrize("mail", SETTLED, ids=name_of)
def test_answers_go_only_to_whom_they_may(mail: ScenarioMail, played: dict[str, list[Came]]) -> None:
    answers = [answer for one in played[mail.expected.mark] for answer in one.answers]
    suppressed = [answer for answer in answers if answer.suppressed]
    assert len(answers) - len(suppressed) == mail.expected.acknowledged
    assert len(suppressed) == mail.expected.suppressed


def test_each_answer_names_its_case_in_its_subject(played: dict[str, list[Came]]) -> None:
    """By it the demo finds the answer in the customer's mailbox."""
    answers = [answer for came in played.values() for one in came for answer in one.answers]
    assert answers
    for answer in answers:
        assert answer.request.case is None or answer.request.case.id in answer.rendered.subject


def test_one_answer_about_two_cases_is_in_the_language_of_the_mail(played: dict[str, list[Came]]) -> None:
    languages = {}
    for mark in ("032", "033"):
        (came,) = played[mark]
        (answer,) = came.answers
        assert len(came.created) == 2
        assert answer.request.case is None
        languages[mark] = answer.rendered.language
    assert languages == {"032": "en", "033": "de"}


def test_the_mails_cover_what_a_mailbox_sees() -> None:
    """Classes, ways to end and languages that the demo is there to show."""
    rows = [mail.expected for mail in MAILS]
    assert {row.class_ for row in rows} >= {
        "human", "auto_reply", "out_of_office", "bounce", "delay", "receipt", "complaint", "list", "newsletter",
        "calendar", "challenge", "own",
    }  # fmt: skip
    assert {row.outgoing for row in rows} >= {"bounced", "complained"}
    assert len([row for row in rows if row.away]) > 3
    assert len([row for row in rows if row.says]) > 6
    assert any(len(row.to) == 2 for row in rows)
    assert any(len(row.cases) == 2 and len(row.to) == 1 for row in rows)
    assert any(row.joins for row in rows)
    assert any(row.linked for row in rows)
    assert any(row.suppressed for row in rows)
    used = {part.charset for mail in MAILS if FILLER not in mail.raw for part in parse(mail.raw).parts if part.charset}
    wanted = ("utf-8", "iso-8859-1", "windows-1252", "iso-2022-jp", "koi8-r", "gb18030")
    assert {charset.lower() for charset in used} >= set(wanted)


def test_defects_are_told_for_malformed_mails(played: dict[str, list[Came]]) -> None:
    broken = {mark for mark, came in played.items() if any(one.decision.mail.defects for one in came)}
    assert broken >= {"072", "073", "075", "078", "080", "081", "082"}

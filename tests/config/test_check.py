"""Each kind of mistake is one problem with file, line, value and what would be right."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.config import ConfigurationInvalid, load_configuration
from tests.config.base import ACCOUNTS, CASE_TYPES, INSTALLATION, LISTENER, RULE, TEMPLATE, changed, problems, write

RULES, TYPES = "rule.yaml", "case-types/all.yaml"


def row(name: str, old: str, new: str, place: str, *words: str) -> object:
    """Change `old` to `new` in the file `name`; the one problem stands at `place` and says all of `words`."""
    return pytest.param(changed(name, old, new), place, words, id=f"{name}-{' '.join(words)[:40]}")


def added(text: str, place: str, *words: str) -> object:
    """With a further file `zz.yaml`."""
    return pytest.param({"zz.yaml": text}, place, words, id=f"added-{' '.join(words)[:40]}")


TYPE_MISTAKES = [
    row("listener.yaml", "rule: office", "rule: office\nbatch_size: many", "listener.yaml:5", "many", "whole number"),
    row(
        "listener.yaml", "rule: office", "rule: office\nbatch_size: 0", "listener.yaml:5", "greater than or equal to 1"
    ),
    row("listener.yaml", "rule: office", "rule: office\npoll_interval: 30", "listener.yaml:5", "(value 30)", '"30s"'),
    row("listener.yaml", "rule: office", "rule: office\npoll_interval: 5 min", "listener.yaml:5", "'5 min'", '"5m"'),
    row("listener.yaml", "rule: office", "rule: office\nmax_mail_bytes: 5 miles", "listener.yaml:5", '"25MB"'),
    row("listener.yaml", "rule: office", "rule: office\nblocked: perhaps", "listener.yaml:5", "true or false"),
    row("listener.yaml", "rule: office", "rule: office\nfolders: INBOX", "listener.yaml:5", "write a list"),
    row("listener.yaml", "rule: office", "rule: office\nstart: yesterday", "listener.yaml:5", "from_now, all"),
    row(
        "listener.yaml", "rule: office", "rule: office\nstart: {since: soon}", "listener.yaml:5", "start.since", "2026"
    ),
    row("listener.yaml", "rule: office", "rule: office\nselection: unseen", "listener.yaml:1", "mark_seen"),
    row(
        "listener.yaml",
        "rule: office",
        "rule: office\nafter_intake: {move: INBOX}",
        "listener.yaml:1",
        "another folder",
    ),
    row("listener.yaml", "account: office\n", "", "listener.yaml:1", "'account' is missing", "add `account:`"),
    row("listener.yaml", "name: office-inbox", "name: Office Inbox", "listener.yaml:2", "lower-case letters"),
    row("listener.yaml", "name: office-inbox", "name: 12", "listener.yaml:2", "(value 12)", "in quotes"),
    row("accounts.yaml", "office@acme.example", "Office <office@acme.example>", "accounts.yaml:3", "bare address"),
    row(
        "accounts.yaml", "host: smtp.acme.example", "host: smtp, port: 70000", "accounts.yaml:4", "sender.port", "70000"
    ),
    row("accounts.yaml", "same_as_sender: true", "username: me", "accounts.yaml:5", "same_as_sender: true"),
    row("accounts.yaml", "{env: OFFICE_PASSWORD}", "{}", "accounts.yaml:4", "exactly one source"),
    row(TYPES, "type: money", "type: cash", "case-types/all.yaml:6", "fields[0].type", "allowed: text, integer"),
    row(TYPES, "type: money", "type: choice", "case-types/all.yaml:6", "choices"),
    row(TYPES, "resolved: [resolved]", "resolved: [closed]", "case-types/all.yaml:1", "'closed' is in no stage"),
    row(TYPES, "id_prefix: REP", "id_prefix: ET", "case-types/all.yaml:1", "taken by interactions"),
    row("template.yaml", "default_language: en", "default_language: de", "template.yaml:1", "not one of its languages"),
    row(RULES, "mode: first", "mode: best", "rule.yaml:3", "'best'", "allowed: first, all"),
    row(RULES, "action: create_case,", "action: create_cases,", "rule.yaml:11", "did you mean 'create_case'?"),
    row(RULES, "{action: route, queue: desk}", "{queue: desk}", "rule.yaml:17", "'action' is missing"),
    row(RULES, "{contains: broken}", "{contains: broken, starts: x}", "rule.yaml:8", "exactly one", "all:"),
    row(RULES, "{contains: broken}", "broken", "rule.yaml:8", "when.all[0].subject", "mapping"),
    row(RULES, "{contains: broken}", "{contains: 1}", "rule.yaml:8", "list"),
    row(RULES, "{contains: broken}", "{is: 1}", "rule.yaml:8", "in quotes"),
    row(RULES, "subject: {contains: broken}", "class: {is: robot}", "rule.yaml:8", "human", "never 'robot'"),
    row(RULES, "subject: {contains: broken}", "authentication: {starts: p}", "rule.yaml:8", "`is`"),
    row(RULES, "queue: desk", "queue: desk, operator: ann", "rule.yaml:17", "exactly one target"),
    row("installation.yaml", "id: k2", "id: key-2", "installation.yaml:5", "such as k2"),
    added("- a\n- b\n", "zz.yaml:1", "a document is a mapping"),
    added("name: x\n", "zz.yaml:1", "'kind' is missing", "Installation"),
    added("\nkind: EmailAcount\nname: x\n", "zz.yaml:2", "'EmailAcount'", "did you mean 'EmailAccount'?"),
]


@pytest.mark.feature("CF-01", "types validated")
@pytest.mark.feature("CF-01", "file, line, value and remedy")
@pytest.mark.parametrize(("changes", "place", "words"), TYPE_MISTAKES)
def test_a_wrong_value_is_told_with_place_and_remedy(
    tmp_path: Path, changes: dict[str, str], place: str, words: tuple[str, ...]
) -> None:
    found = problems(tmp_path, changes)
    lines = [str(problem) for problem in found if str(problem).startswith(f"{place}:")]
    assert any(all(word in line for word in words) for line in lines), [str(problem) for problem in found]


@pytest.mark.feature("CF-01", "unknown keys get did-you-mean")
@pytest.mark.parametrize(
    ("changes", "place", "meant"),
    [
        (changed("listener.yaml", "rule: office", "rule: office\nfolder: [INBOX]"), "listener.yaml:5", "folders"),
        (changed("accounts.yaml", "same_as_sender", "same_as_sendr"), "accounts.yaml:5", "same_as_sender"),
        (changed("rule.yaml", "{contains:", "{contain:"), "rule.yaml:8", "contains"),
        (changed("rule.yaml", "- subject:", "- subjct:"), "rule.yaml:8", "subject"),
        (changed("rule.yaml", "follow_up:", "followup:"), "rule.yaml:13", "follow_up"),
        (changed("rule.yaml", "case_type: repair,", "case_typ: repair,"), "rule.yaml:11", "case_type"),
        (changed("rule.yaml", "{source: body}", "{sorce: body}"), "rule.yaml:14", "source"),
        (changed("case-types/all.yaml", "poll_interval", "pollinterval"), "case-types/all.yaml:28", "poll_interval"),
    ],
)
def test_an_unknown_key_is_told_with_the_one_that_was_meant(
    tmp_path: Path, changes: dict[str, str], place: str, meant: str
) -> None:
    found = [str(problem) for problem in problems(tmp_path, changes)]
    assert any(line.startswith(f"{place}:") and f"did you mean {meant!r}?" in line for line in found), found


REFERENCE_MISTAKES = [
    row("listener.yaml", "account: office", "account: ofice", "listener.yaml:3", "no EmailAccount", "'office'"),
    row("installation.yaml", "default_account: office", "default_account: nobody", "installation.yaml:7", "nobody"),
    row("installation.yaml", "default_account: office", "default_account: claims", "installation.yaml:7", "no sender"),
    row(RULES, "case_type: repair", "case_type: repairs", "rule.yaml:11", "no CaseType", "did you mean 'repair'?"),
    row(RULES, "template: ack", "template: akc", "rule.yaml:12", "no MailTemplate", "did you mean 'ack'?"),
    row(RULES, "language: en", "language: de", "rule.yaml:12", "no such language", "it has: en"),
    row(RULES, "queue: desk", "queue: dsk", "rule.yaml:17", "no WorkQueue", "did you mean 'desk'?"),
    row(RULES, "queue: desk", "operator: ann", "rule.yaml:17", "no Operator"),
    row(RULES, "subject: {contains: broken}", "mailbox: {is: offic}", "rule.yaml:8", "did you mean 'office'?"),
    row(RULES, "{amount:", "{amuont:", "rule.yaml:11", "no such field", "did you mean 'amount'?"),
    row(RULES, '"12.50 EUR"', '"12.50"', "rule.yaml:11", "of type money", "120.50 EUR"),
    row(RULES, "{note: {source", "{nope: {source", "rule.yaml:14", "such a field", "note"),
    row(TYPES, "account: claims", "account: claim", "case-types/all.yaml:25", "did you mean 'claims'?"),
    row(TYPES, "description_field: description", "description_field: text", "case-types/all.yaml:26", "no such field"),
    row(
        TYPES,
        "name: description, type: text",
        "name: description, type: date",
        "case-types/all.yaml:26",
        "of type date",
    ),
    row(TYPES, "queue: desk", "queue: desks", "case-types/all.yaml:12", "did you mean 'desk'?"),
]


@pytest.mark.feature("CF-01", "references checked both ways")
@pytest.mark.parametrize(("changes", "place", "words"), REFERENCE_MISTAKES)
def test_a_reference_to_what_there_is_not_is_told(
    tmp_path: Path, changes: dict[str, str], place: str, words: tuple[str, ...]
) -> None:
    found = problems(tmp_path, changes)
    lines = [str(problem) for problem in found]
    assert any(line.startswith(f"{place}:") and all(word in line for word in words) for line in lines), lines


@pytest.mark.feature("CF-01", "references checked both ways")
def test_a_rule_that_no_listener_names_is_told(tmp_path: Path) -> None:
    unused = RULE.replace("name: office", "name: forgotten")
    (problem,) = problems(tmp_path, {"zz.yaml": unused})
    assert str(problem).startswith("zz.yaml:2: ServiceEmailRule forgotten: name: no EmailListener names this rule")


def test_an_account_without_receiver_cannot_be_listened_to(tmp_path: Path) -> None:
    text = ACCOUNTS.replace("receiver: {host: imap.acme.example, same_as_sender: true}\n", "")
    (problem,) = problems(tmp_path, {"accounts.yaml": text})
    assert (problem.file, problem.line) == ("listener.yaml", 3)
    assert "no receiver" in problem.message


def test_an_acknowledgement_that_nobody_could_send_is_told(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, {"installation.yaml": INSTALLATION.replace("default_account: office\n", "")})
    assert (problem.file, problem.line) == ("case-types/all.yaml", 27)
    assert "no account could send" in problem.message


@pytest.mark.feature("CF-01", "conflicts name both sides")
@pytest.mark.feature("CA-02", "refuses an account bound elsewhere")
@pytest.mark.parametrize(
    ("changes", "place", "other"),
    [
        (
            changed("case-types/all.yaml", "account: claims", "account: office"),
            "listener.yaml:3",
            "case-types/all.yaml:25",
        ),
        ({"zz.yaml": LISTENER.replace("office-inbox", "second")}, "zz.yaml:3", "listener.yaml:3"),
    ],
)
def test_an_account_bound_twice_is_told_with_both_sides(
    tmp_path: Path, changes: dict[str, str], place: str, other: str
) -> None:
    (problem,) = problems(tmp_path, changes)
    assert str(problem).startswith(f"{place}:")
    assert "is bound already" in problem.message
    assert other in problem.message


@pytest.mark.feature("CF-01", "conflicts name both sides")
@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"zz.yaml": "kind: WorkQueue\nname: desk\nlabel: Other\n"}, ("zz.yaml:2", "second WorkQueue", "queue.yaml:2")),
        ({"zz.yaml": INSTALLATION.replace("acme\n", "other\n")}, ("zz.yaml:1", "'acme'", "installation.yaml:1")),
        (changed("case-types/all.yaml", "CLM", "REP"), ("case-types/all.yaml:17", "'repair'", "case-types/all.yaml:4")),
        (
            {"zz.yaml": LISTENER.replace("office-inbox", "claim").replace("account: office", "account: other")},
            ("zz.yaml:2", "generates one of this name", "case-types/all.yaml:24"),
        ),
        (
            {"accounts.yaml": ACCOUNTS.replace("address: claims@", "user_id: office@acme.example\naddress: claims@")},
            ("accounts.yaml:11", "same mailbox", "'office'", "accounts.yaml:5"),
        ),
        (
            {"installation.yaml": INSTALLATION.replace("current", "  - {id: k2, secret: {env: B}}\ncurrent")},
            ("installation.yaml:6", "a key of this id stands in line 5"),
        ),
        (
            {
                "installation.yaml": INSTALLATION.replace(
                    "{env: ACME_KEY}", "{env: A}, retired_at: 2026-01-01T00:00:00Z"
                )
            },
            ("installation.yaml:6", "retired, in line 5"),
        ),
        (
            {"installation.yaml": INSTALLATION.replace("current_key: k2", "current_key: k3")},
            ("installation.yaml:6", "no such signing key", "one of k2"),
        ),
    ],
)
def test_documents_in_conflict_are_told_with_both_sides(
    tmp_path: Path, changes: dict[str, str], words: tuple[str, ...]
) -> None:
    found = [str(problem) for problem in problems(tmp_path, changes)]
    assert any(all(word in line for word in words) for line in found), found


@pytest.mark.feature("CF-02", "literal secret refused")
@pytest.mark.parametrize("secret", ["hunter2", "12345678", '"${MAILCASE_VAR_PASSWORD}"'])
def test_a_literal_secret_is_refused_and_not_repeated(tmp_path: Path, secret: str) -> None:
    changes = changed("accounts.yaml", "{env: OFFICE_PASSWORD}", secret)
    found = problems(tmp_path, changes, {"MAILCASE_VAR_PASSWORD": "hunter2"})
    (line,) = [str(problem) for problem in found]
    assert line.startswith("accounts.yaml:4: EmailAccount office: sender.password: a secret is never written")
    assert "{env: VARIABLE}" in line
    assert "hunter2" not in line
    assert "12345678" not in line


def test_a_pattern_that_does_not_compile_is_told(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, changed("rule.yaml", "{contains: broken}", "{matches: '(a)(?=b)'}"))
    assert (problem.file, problem.line) == ("rule.yaml", 8)
    assert problem.path == "ServiceEmailRule office: rows[0].when.all[0].subject.matches"
    assert "does not compile" in problem.message
    assert "look-around" in problem.remedy


@pytest.mark.feature("RU-03", "otherwise row mandatory")
def test_a_rule_without_otherwise_is_told(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, {"rule.yaml": RULE.partition("otherwise:")[0]})
    assert str(problem).startswith("rule.yaml:1: ServiceEmailRule office: the required key 'otherwise' is missing")
    assert "every mail leads to something" in problem.remedy


@pytest.mark.feature("OU-02", "missing values refused at check time")
@pytest.mark.parametrize(
    ("old", "new", "line", "word"),
    [
        ("the number is {{ case.id }}", "the number is {{ case.id", 8, "does not parse"),
        ("{{ mail.from_name }}", "{{ mial.from_name }}", 8, "did you mean 'mail'?"),
        ("{{ mail.from_name }}", "{{ mail.form_name }}", 8, "did you mean 'from_name'?"),
        ("{{ mail.from_name }}", "{{ mail.from_name | uper }}", 8, "did you mean 'upper'?"),
        ("{{ mail.from_name }}", "{% include 'other' %}", 8, "is not offered"),
        ("{{ mail.from_name }}", "{{ mail['form_name'] }}", 8, "did you mean 'from_name'?"),
        ("{{ mail.from_name }}", "{% if mail.date is defind %}x{% endif %}", 8, "did you mean 'defined'?"),
        ("{{ mail.from_name }}", "{{ " + "(" * 5000 + "}}", 7, "nested too deep"),
        ("We have it: {{ case.id }}", "We have it: {{ case.id", 6, "does not parse"),
    ],
)
def test_a_template_that_cannot_work_is_told_with_its_line(
    tmp_path: Path, old: str, new: str, line: int, word: str
) -> None:
    (problem,) = problems(tmp_path, changed("template.yaml", old, new))
    assert problem.file == "template.yaml"
    assert word in f"{problem.message} {problem.remedy}"
    assert problem.line in (line, line + 1)  # a tag that is never closed is found where the text ends


def test_a_template_about_a_case_is_refused_where_there_is_none(tmp_path: Path) -> None:
    changes = changed("rule.yaml", "- {action: route, queue: desk}", "- {action: auto_reply, template: ack}")
    (problem,) = problems(tmp_path, changes)
    assert (problem.file, problem.line) == ("rule.yaml", 17)
    assert "uses `case`" in problem.message


def test_a_reply_that_nobody_could_send_is_told(tmp_path: Path) -> None:
    accounts = ACCOUNTS.replace("sender: {host: smtp.acme.example, password: {env: OFFICE_PASSWORD}}\n", "").replace(
        "same_as_sender: true", "password: {env: OFFICE_PASSWORD}"
    )
    installation = INSTALLATION.replace("default_account: office\n", "")
    found = [
        str(problem) for problem in problems(tmp_path, {"accounts.yaml": accounts, "installation.yaml": installation})
    ]
    assert any(line.startswith("rule.yaml:12:") and "no account could send this reply" in line for line in found), found


def test_a_template_may_name_its_own_variables(tmp_path: Path) -> None:
    text = "{% set who = mail.from_name %}{% for x in range(2) %}{{ who }}{{ loop.index }}{% endfor %}"
    assert problems(tmp_path, changed("template.yaml", "{{ mail.from_name }}", text)) == ()


def test_a_folder_without_installation_is_told(tmp_path: Path) -> None:
    (problem,) = problems(tmp_path, {"installation.yaml": "# nothing\n"})
    assert problem.path == "Installation"
    assert "add a document" in problem.remedy


@pytest.mark.feature("CF-01", "every error at once")
def test_every_error_is_told_at_once(tmp_path: Path) -> None:
    write(
        tmp_path,
        {
            **changed("listener.yaml", "account: office", "acount: office"),
            **changed("rule.yaml", "{contains: broken}", "{matches: '('}"),
            "template.yaml": TEMPLATE.replace("case.id", "case.number"),
            "case-types/all.yaml": CASE_TYPES.replace("type: money", "type: cash"),
            "zz.yaml": "kind: [",
        },
    )
    with pytest.raises(ConfigurationInvalid) as caught:
        load_configuration(tmp_path, {})
    files = {problem.file for problem in caught.value.problems}
    assert files == {"listener.yaml", "rule.yaml", "template.yaml", "case-types/all.yaml", "zz.yaml"}
    assert f"has {len(caught.value.problems)} errors" in str(caught.value)
    assert str(caught.value).count("\n") == len(caught.value.problems)

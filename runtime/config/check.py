"""Checks documents as a whole: references both ways, conflicts, patterns, templates, fields. Finds every error at once.

Pure on what `validate` gave; documents that are not valid by themselves still count as known by their names, so that
one mistake is one problem.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import re2

from runtime.config.conflicts import conflicts
from runtime.config.literals import misfit
from runtime.config.problems import Problem, did_you_mean
from runtime.config.references import Path, Reference, actions_of, conditions_of, references_of
from runtime.config.templates import check_template, data_used
from runtime.config.validate import Located
from schemas.config import (
    AutoReply,
    CaseType,
    Comparison,
    CreateCase,
    EmailAccount,
    EmailListener,
    FromMail,
    Installation,
    MailTemplate,
    ServiceEmailRule,
    SetFields,
)

__all__ = ["check"]


def check(documents: Sequence[Located], *, complete: bool) -> list[Problem]:
    """Problems between documents. `complete`: every file could be read, so that what is not there is missing."""
    book = _Book.of(documents)
    problems = list(conflicts(documents))
    for located in documents:
        if located.document is not None:
            problems += _references(located, book, complete)
            problems += _of_kind(located, book)
    if complete:
        problems += _unused_rules(documents)
        if not any(located.kind == "Installation" for located in documents):
            remedy = "add a document of kind Installation: it holds the id, the domain and the signing keys"
            problems.append(Problem("", 0, "Installation", "there is none", None, remedy))
    return problems


@dataclass
class _Book:
    """Documents by kind and name; `names` also knows those that are not valid."""

    names: dict[str, list[str]] = field(default_factory=dict)
    accounts: dict[str, EmailAccount] = field(default_factory=dict)
    case_types: dict[str, CaseType] = field(default_factory=dict)
    templates: dict[str, MailTemplate] = field(default_factory=dict)
    listeners: list[EmailListener] = field(default_factory=list)
    default_account: str | None = None
    installed: bool = False

    @classmethod
    def of(cls, documents: Sequence[Located]) -> _Book:
        book = cls()
        for located in documents:
            book.names.setdefault(located.kind, []).append(located.name)
            document = located.document
            if isinstance(document, EmailAccount):
                book.accounts[document.name] = document
            elif isinstance(document, CaseType):
                book.case_types[document.name] = document
            elif isinstance(document, MailTemplate):
                book.templates[document.name] = document
            elif isinstance(document, EmailListener):
                book.listeners.append(document)
            elif isinstance(document, Installation):
                book.default_account = document.default_account
                book.installed = True
        return book

    def can_send(self, *names: str | None) -> bool:
        """Whether one of these accounts, or the default one, sends; what is not known counts as if it did."""
        if not self.installed:
            return True
        wanted = [name for name in (*names, self.default_account) if name is not None]
        return any(name not in self.accounts or self.accounts[name].sender is not None for name in wanted)


def _references(located: Located, book: _Book, complete: bool) -> Iterator[Problem]:
    assert located.document is not None, "only called for valid documents"
    for reference in references_of(located.document):
        known = book.names.get(reference.kind, [])
        if reference.name not in known and complete:
            remedy = did_you_mean(reference.name, sorted(known), f"of kind {reference.kind}")
            message = f"there is no {reference.kind} of this name"
            yield located.problem(reference.path, message, reference.name, remedy)
        else:
            yield from _halves(located, reference, book)


def _halves(located: Located, reference: Reference, book: _Book) -> Iterator[Problem]:
    """An account that is read needs a receiver, one that sends a sender."""
    account = book.accounts.get(reference.name) if reference.kind == "EmailAccount" else None
    if account is None:
        return
    reads = (located.kind == "EmailListener") or reference.path == ("email", "account")
    if reads and account.receiver is None:
        yield located.problem(
            reference.path,
            "this account has no receiver, so nothing can be read",
            account.name,
            "give it a `receiver:`",
        )
    sends = reference.path in (("default_account",), ("account",)) and located.kind in ("Installation", "CaseType")
    if sends and account.sender is None:
        yield located.problem(
            reference.path, "this account has no sender, so nothing can be sent", account.name, "give it a `sender:`"
        )


def _of_kind(located: Located, book: _Book) -> Iterator[Problem]:
    document = located.document
    if isinstance(document, CaseType):
        yield from _case_type(located, document, book)
    elif isinstance(document, MailTemplate):
        yield from _template(located, document)
    elif isinstance(document, ServiceEmailRule):
        yield from _rule(located, document, book)


def _case_type(located: Located, case_type: CaseType, book: _Book) -> Iterator[Problem]:
    if case_type.email is None:
        return
    target = case_type.email.description_field
    if target is not None:
        found = case_type.field(target)
        path: Path = ("email", "description_field")
        if found is None:
            remedy = did_you_mean(target, [f.name for f in case_type.fields], "its fields")
            yield located.problem(path, "the case type has no such field", target, remedy)
        elif found.type != "text":
            yield located.problem(path, f"this field is of type {found.type}", target, "name a field of type text")
    acknowledgement = case_type.email.acknowledgement
    if acknowledgement is not None:
        path = ("email", "acknowledgement")
        yield from _language(located, (*path, "language"), acknowledgement.template, acknowledgement.language, book)
        if not book.can_send(case_type.account, case_type.email.account):
            message = "no account could send the acknowledgement"
            yield located.problem(path, message, None, "give the account a `sender:`, or name a default_account")


def _language(located: Located, path: Path, template: str, language: str | None, book: _Book) -> Iterator[Problem]:
    found = book.templates.get(template)
    if found is not None and language is not None and language not in found.languages:
        message = f"the template {template!r} has no such language"
        yield located.problem(path, message, language, did_you_mean(language, list(found.languages), "it has"))


def _template(located: Located, template: MailTemplate) -> Iterator[Problem]:
    for language, mail in template.languages.items():
        for part, text in (("subject", mail.subject), ("text", mail.text), ("html", mail.html)):
            path: Path = ("languages", language, part)
            for fault in check_template(text or ""):
                base = located.problem(path, fault.message, None, fault.remedy)
                line = located.text_line(*path) + fault.line - 1
                yield Problem(base.file, line, base.path, base.message, base.value, base.remedy)


def _rule(located: Located, rule: ServiceEmailRule, book: _Book) -> Iterator[Problem]:
    for path, test in conditions_of(rule):
        if test.match.operator is Comparison.MATCHES:
            yield from _pattern(located, path, test.match.values[0])
    mailboxes = [listener.account for listener in book.listeners if listener.rule == rule.name]
    creates = {action.case_type for _, action in actions_of(rule) if isinstance(action, CreateCase)}
    for path, action in actions_of(rule):
        if isinstance(action, CreateCase):
            yield from _fields(located, path, action, [action.case_type], book)
        elif isinstance(action, SetFields):
            follow_up = "follow_up" in path
            yield from _fields(
                located, path, action, sorted(book.names.get("CaseType", []) if follow_up else creates), book
            )
        elif isinstance(action, AutoReply):
            yield from _language(located, (*path, "language"), action.template, action.language, book)
            yield from _reply_without_case(located, path, action, rule, book)
            if mailboxes and not all(book.can_send(mailbox) for mailbox in mailboxes):
                message = "no account could send this reply"
                remedy = "give the listener's account a `sender:`, or name a default_account"
                yield located.problem(path, message, None, remedy)


def _pattern(located: Located, path: Path, pattern: str) -> Iterator[Problem]:
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile("(?i)" + pattern, options)
    except (re2.error, UnicodeError) as error:
        reason = error.args[0] if error.args else "it does not compile"
        text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
        remedy = "RE2 has no look-around and no back-references: see its syntax page"
        yield located.problem(path, f"the pattern does not compile: {text}", pattern, remedy)


def _fields(
    located: Located, path: Path, action: CreateCase | SetFields, case_types: Sequence[str], book: _Book
) -> Iterator[Problem]:
    """Fields exist in one of the case types, and a literal is what their type allows."""
    types = [book.case_types[name] for name in case_types if name in book.case_types]
    if len(types) != len(case_types):
        return  # one of them is wrong or missing, which is said elsewhere
    known = sorted({f.name for case_type in types for f in case_type.fields})
    for name, value in action.fields.items():
        place: Path = (*path, "fields", name)
        found = [f for case_type in types for f in case_type.fields if f.name == name]
        if not found:
            one = len(types) == 1
            message = f"case type {types[0].name!r} has no such field" if one else "no case type here has such a field"
            yield located.problem(place, message, name, did_you_mean(name, known, "fields"))
        elif not isinstance(value, FromMail):
            for case_field in found:
                remedy = misfit(case_field, value)
                if remedy is not None:
                    message = f"does not fit the field, which is of type {case_field.type}"
                    yield located.problem(place, message, value, remedy)
                    break


def _reply_without_case(
    located: Located, path: Path, action: AutoReply, rule: ServiceEmailRule, book: _Book
) -> Iterator[Problem]:
    """A template that uses `case` belongs where there is one: beside a create_case, or in a follow-up."""
    template = book.templates.get(action.template)
    if template is None or "follow_up" in path:
        return
    rows: Mapping[str, Sequence[object]] = {
        "first": rule.rows[path[1]].new if isinstance(path[1], int) else rule.otherwise.new,
        "all": [other for _, other in actions_of(rule)],
    }
    if any(isinstance(other, CreateCase) for other in rows[rule.mode]):
        return
    texts = [text or "" for mail in template.languages.values() for text in (mail.subject, mail.text, mail.html)]
    if any("case" in data_used(text) for text in texts):
        message = f"the template {action.template!r} uses `case`, but this reply comes without one"
        yield located.problem(
            (*path, "template"), message, None, "add a create_case beside it, or use another template"
        )


def _unused_rules(documents: Sequence[Located]) -> Iterator[Problem]:
    if any(located.kind == "EmailListener" and located.document is None for located in documents):
        return  # the listener that names it may be the one that is wrong
    used = {located.document.rule for located in documents if isinstance(located.document, EmailListener)}
    for located in documents:
        if located.kind == "ServiceEmailRule" and located.name not in used:
            message = "no EmailListener names this rule, so it would never act"
            yield located.problem(("name",), message, located.name, "name it in a listener's `rule:`, or remove it")

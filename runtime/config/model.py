"""`Configuration`: all documents of a folder, checked, with what is generated from them; an immutable snapshot.

It can be pickled (worker processes get it as it is), compared by `digest`, and shared between threads.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from schemas.config import (
    CaseType,
    Document,
    EmailAccount,
    EmailListener,
    Installation,
    MailTemplate,
    Operator,
    ServiceEmailRule,
    WorkQueue,
)

__all__ = ["Configuration", "digest_of"]

Key = tuple[str, str]
"""Kind and name of a document."""


@dataclass(frozen=True)
class Configuration:
    """A checked configuration. Maps go by the document's name; listeners and rules include the generated ones."""

    installation: Installation
    accounts: Mapping[str, EmailAccount]
    listeners: Mapping[str, EmailListener]
    rules: Mapping[str, ServiceEmailRule]
    case_types: Mapping[str, CaseType]
    templates: Mapping[str, MailTemplate]
    queues: Mapping[str, WorkQueue]
    operators: Mapping[str, Operator]
    generated: Mapping[Key, Key]
    """Generated documents, with the document that each follows from."""
    origins: Mapping[Key, str]
    """`file:line` of each document that was written."""
    digest: str
    """`sha256:…` of what the documents say; spelling, order and comments do not change it."""

    def documents(self, kind: str | None = None) -> Iterator[Document]:
        """All documents, or those of one kind, the generated ones included, in a stable order."""
        everything: tuple[Mapping[str, Document], ...] = (
            {self.installation.name: self.installation},
            self.accounts,
            self.listeners,
            self.rules,
            self.case_types,
            self.templates,
            self.queues,
            self.operators,
        )
        for documents in everything:
            for name in sorted(documents):
                if kind is None or documents[name].kind == kind:
                    yield documents[name]

    def listener_of(self, mailbox: str) -> EmailListener | None:
        """The listener that reads `mailbox` (an account's name), if there is one."""
        return next((listener for listener in self.listeners.values() if listener.account == mailbox), None)

    def rule_of(self, mailbox: str) -> ServiceEmailRule | None:
        """The rule that decides the mails of `mailbox`, if a listener binds it to one."""
        listener = self.listener_of(mailbox)
        return self.rules.get(listener.rule) if listener is not None else None

    def sending_account(self, case_type: str | None = None, mailbox: str | None = None) -> EmailAccount | None:
        """The account that sends: the case type's own, the one that instantiates it, the mailbox's, the default;
        the first of them that has a sender half."""
        found = self.case_types.get(case_type) if case_type is not None else None
        names = [
            found.account if found else None,
            found.email.account if found and found.email else None,
            mailbox,
            self.installation.default_account,
        ]
        accounts = (self.accounts.get(name) for name in names if name is not None)
        return next((account for account in accounts if account is not None and account.sender is not None), None)


def digest_of(documents: Iterable[Document]) -> str:
    """`sha256:…` of the documents' canonical JSON, whatever their order."""
    lines = sorted(
        json.dumps(document.model_dump(mode="json", by_alias=True), sort_keys=True, ensure_ascii=False)
        for document in documents
    )
    return "sha256:" + hashlib.sha256("\n".join(lines).encode()).hexdigest()

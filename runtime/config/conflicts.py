"""Documents that are right each by itself but not beside one another; every problem names both sides."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence

from runtime.config.problems import Problem
from runtime.config.references import Path
from runtime.config.validate import Located
from schemas.config import CaseType, EmailAccount, EmailListener, Installation

__all__ = ["conflicts"]


def conflicts(documents: Sequence[Located]) -> Iterator[Problem]:
    """Every conflict between documents."""
    yield from _same(
        [d for d in documents if d.kind and d.name],
        lambda d: (d.kind, d.name),
        ("name",),
        lambda one, other: f"there is a second {one.kind} of this name",
        "rename or remove one of them",
    )
    once = {(d.kind, d.name): d for d in reversed(documents)}
    documents = [d for d in documents if once[d.kind, d.name] is d]  # what a copy says twice is told of its name alone
    yield from _installations(documents)
    yield from _accounts_bound_twice(documents)
    yield from _same(
        [d for d in documents if isinstance(d.document, CaseType)],
        lambda d: d.document.id_prefix if isinstance(d.document, CaseType) else None,
        ("id_prefix",),
        lambda one, other: f"the case type {other.name!r} has the same id prefix",
        "case ids must tell case types apart: choose another",
    )
    yield from _same(
        [d for d in documents if isinstance(d.document, EmailAccount) and d.document.receiver is not None],
        lambda d: _mailbox_identity(d.document),
        ("receiver",),
        lambda one, other: f"the account {other.name!r} reads the same mailbox (host, port and user)",
        "its mails would be taken twice: remove one receiver",
    )
    yield from _generated_names(documents)


def _same(
    documents: Sequence[Located],
    key_of: Callable[[Located], Hashable],
    path: Path,
    message: Callable[[Located, Located], str],
    remedy: str,
) -> Iterator[Problem]:
    """A problem for each document whose key an earlier one has."""
    first: dict[Hashable, Located] = {}
    for located in documents:
        key = key_of(located)
        other = first.setdefault(key, located)
        if other is not located:
            place = f"{other.source.file}:{other.line(*path)}"
            yield located.problem(path, f"{message(located, other)}, in {place}", None, remedy)


def _installations(documents: Sequence[Located]) -> Iterator[Problem]:
    found = [d for d in documents if d.kind == "Installation"]
    for other in found[1:]:
        message = f"there is an Installation already, {found[0].name!r} in {found[0].place}"
        yield other.problem(("kind",), message, None, "keep one of them")
    for located in found:
        if isinstance(located.document, Installation):
            yield from _keys(located, located.document)


def _keys(located: Located, installation: Installation) -> Iterator[Problem]:
    seen: dict[str, int] = {}
    for index, key in enumerate(installation.signing_keys):
        if key.id in seen:
            line = located.line("signing_keys", seen[key.id])
            message = f"a key of this id stands in line {line} already"
            yield located.problem(("signing_keys", index, "id"), message, key.id, "give each key its own id")
        seen.setdefault(key.id, index)
    current = seen.get(installation.current_key)
    if current is None:
        remedy = f"one of {', '.join(seen)}"
        yield located.problem(("current_key",), "there is no such signing key", installation.current_key, remedy)
    elif installation.signing_keys[current].retired_at is not None:
        line = located.line("signing_keys", current, "retired_at")
        message = f"this key is retired, in line {line}"
        yield located.problem(("current_key",), message, installation.current_key, "sign with a key that is not")


def _accounts_bound_twice(documents: Sequence[Located]) -> Iterator[Problem]:
    first: dict[str, tuple[Located, Path]] = {}
    for located in documents:
        document = located.document
        path: Path | None = None
        if isinstance(document, EmailListener):
            account, path = document.account, ("account",)
        elif isinstance(document, CaseType) and document.email is not None:
            account, path = document.email.account, ("email", "account")
        if path is None:
            continue
        if account not in first:
            first[account] = (located, path)
            continue
        other, other_path = first[account]
        message = (
            f"the account {account!r} is bound already, by the {other.kind} {other.name!r}"
            f" in {other.source.file}:{other.line(*other_path)}"
        )
        remedy = "an account has one listener, written or generated from a case type: remove one of the two"
        yield located.problem(path, message, None, remedy)


def _generated_names(documents: Sequence[Located]) -> Iterator[Problem]:
    """A written listener or rule that bears the name of a generated one."""
    origins = {d.name: d for d in documents if isinstance(d.document, CaseType) and d.document.email is not None}
    for located in documents:
        origin = origins.get(located.name)
        if located.kind in ("EmailListener", "ServiceEmailRule") and origin is not None:
            place = f"{origin.source.file}:{origin.line('email')}"
            message = f"the email instantiation of CaseType {origin.name!r} in {place} generates one of this name"
            yield located.problem(("name",), message, located.name, "choose another name")


def _mailbox_identity(document: object) -> Hashable:
    assert isinstance(document, EmailAccount), "only called for accounts"
    assert document.receiver is not None, "only called for accounts with a receiver"
    login = document.receiver_login
    user = login.username if login is not None else document.address
    return document.receiver.host.casefold(), document.receiver.port_number, user.casefold()

"""Loads a folder of documents: reads, validates, checks, generates; all or nothing."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from runtime.config.check import check
from runtime.config.generate import generate
from runtime.config.model import Configuration, Key, digest_of
from runtime.config.problems import ConfigurationInvalid, Problem
from runtime.config.source import MAX_TOTAL_BYTES, find_files, read_file
from runtime.config.validate import Located, validate
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

__all__ = ["Examined", "examine", "load_configuration"]

_D = TypeVar("_D", bound=Document)


@dataclass(frozen=True)
class Examined:
    """What a folder holds: the configuration, or why there is none."""

    configuration: Configuration | None
    problems: tuple[Problem, ...]
    files: int


def load_configuration(folder: Path | str, environ: Mapping[str, str] | None = None) -> Configuration:
    """The configuration in `folder`. `environ`: where `${MAILCASE_VAR_…}` is looked up, the process's by default.

    Reads files and nothing else; idempotent. Raises ConfigurationError: ConfigurationInvalid with every problem of
    the documents, or one that says why the folder cannot be read.
    """
    examined = examine(folder, environ)
    if examined.configuration is None:
        raise ConfigurationInvalid(examined.problems, str(folder))
    return examined.configuration


def examine(folder: Path | str, environ: Mapping[str, str] | None = None) -> Examined:
    """As `load_configuration`, but problems are returned. Raises ConfigurationError when `folder` cannot be read."""
    root = Path(folder)
    files = find_files(root)
    problems: list[Problem] = []
    documents: list[Located] = []
    complete, total = True, 0
    for path in files:
        name = path.relative_to(root).as_posix()
        total += _size(path)
        if total > MAX_TOTAL_BYTES:
            text = f"the folder holds more than {MAX_TOTAL_BYTES // 1024**2} MB"
            problems.append(Problem(name, 0, "", text, None, "remove what is no configuration"))
            complete = False
            break
        file = read_file(path, name, os.environ if environ is None else environ)
        problems += file.problems
        complete = complete and not file.problems
        for source in file.documents:
            located, found = validate(source)
            documents.append(located)
            problems += found
            complete = complete and bool(located.kind and located.name)
    problems += check(documents, complete=complete)
    if problems:
        return Examined(None, ConfigurationInvalid(problems).problems, len(files))
    return Examined(_assemble(documents), (), len(files))


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:  # gone between listing and reading: read_file says so
        return 0


def _assemble(located: list[Located]) -> Configuration:
    written = [one.document for one in located if one.document is not None]
    generated = generate(_of(written, CaseType).values())
    documents: list[Document] = [*written, *(one.document for one in generated)]
    origins: dict[Key, str] = {(one.kind, one.name): one.place for one in located}
    (installation,) = _of(written, Installation).values()
    return Configuration(
        installation=installation,
        accounts=_of(documents, EmailAccount),
        listeners=_of(documents, EmailListener),
        rules=_of(documents, ServiceEmailRule),
        case_types=_of(documents, CaseType),
        templates=_of(documents, MailTemplate),
        queues=_of(documents, WorkQueue),
        operators=_of(documents, Operator),
        generated={(one.document.kind, one.document.name): (one.origin.kind, one.origin.name) for one in generated},
        origins=origins,
        digest=digest_of(documents),
    )


def _of(documents: list[Document], model: type[_D]) -> dict[str, _D]:
    return {document.name: document for document in documents if isinstance(document, model)}

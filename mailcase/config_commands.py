"""`mailcase config`: check documents, show what is generated from them, write their reference."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer
import yaml

from runtime.config import Configuration, examine, load_configuration
from runtime.config.problems import did_you_mean
from runtime.config.reference import render_reference
from schemas.config import DOCUMENT_KINDS, Document
from schemas.errors import ConfigurationError

app = typer.Typer(no_args_is_help=True, help="Configuration documents: check, generated ones, reference.")

Folder = Annotated[Path, typer.Option("--dir", envvar="MAILCASE_CONFIG_DIR", help="Folder of the documents.")]


@app.command()
def check(folder: Folder = Path("config")) -> None:
    """Find every error at once, a line each: `file:line: path: message (value …); remedy`. Exit code 1 with errors."""
    examined = examine(folder)
    for problem in examined.problems:
        print(replace(problem, file=str(folder / problem.file)))
    if examined.configuration is None:
        print(f"{_number(len(examined.problems), 'error')} in {_number(examined.files, 'file')} below {folder}")
        raise typer.Exit(1)
    configuration = examined.configuration
    documents = sum(1 for _ in configuration.documents()) - len(configuration.generated)
    print(
        f"{folder}: {_number(documents, 'document')} in {_number(examined.files, 'file')},"
        f" all right; {len(configuration.generated)} more are generated; digest {configuration.digest}"
    )


@app.command()
def render(
    folder: Folder = Path("config"),
    kind: Annotated[str | None, typer.Option("--kind", help="Only documents of this kind.")] = None,
) -> None:
    """Show the documents that are generated, as YAML, each with the one that it follows from."""
    if kind is not None and kind not in DOCUMENT_KINDS:
        raise ConfigurationError(f"there is no kind {kind!r}; {did_you_mean(kind, tuple(DOCUMENT_KINDS), 'kinds')}")
    configuration = load_configuration(folder)
    texts = [
        as_yaml(configuration, document)
        for document in configuration.documents(kind)
        if _key(document) in configuration.generated
    ]
    print("---\n".join(texts) if texts else "# nothing is generated: no case type has email instantiation\n", end="")


@app.command()
def docs(
    target: Annotated[Path, typer.Option("--to", help="File to write.")] = Path("docs/configuration.md"),
) -> None:
    """Write the reference of all kinds from the models."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render_reference(), encoding="utf-8")
    print(f"wrote {target}")


def as_yaml(configuration: Configuration, document: Document) -> str:
    """A generated document as YAML, with a comment that says what it follows from. Ends with a line break."""
    kind, name = configuration.generated[_key(document)]
    place = configuration.origins[kind, name]
    data = document.model_dump(mode="json", by_alias=True, exclude_unset=True)
    head = f"# generated from {kind} {name} ({place}); change it there\n"
    return head + yaml.safe_dump(data, sort_keys=False, allow_unicode=True, width=110)


def _number(count: int, thing: str) -> str:
    return f"{count} {thing}" if count == 1 else f"{count} {thing}s"


def _key(document: Document) -> tuple[str, str]:
    return document.kind, document.name

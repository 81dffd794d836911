"""`mailcase template preview NAME`: what a mail template makes, with example data or your own, in any language."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml

from notifier.templates import RenderedMail, render
from runtime.config import Configuration, load_configuration
from runtime.settings import load_settings
from schemas.config import CaseType, MailTemplate
from schemas.errors import ConfigurationError

app = typer.Typer(no_args_is_help=True, help="See what mail templates make.")

Folder = Annotated[
    str | None, typer.Option("--dir", help="Folder of the configuration; default the setting config_dir.")
]


@app.command("list")
def show_all(folder: Folder = None) -> None:
    """All templates with their languages."""
    for name, template in sorted(_load(folder).templates.items()):
        languages = ", ".join(
            f"{language} (default)" if language == template.default_language else language
            for language in sorted(template.languages)
        )
        print(f"{name}: {languages}")


@app.command()
def preview(
    name: Annotated[str, typer.Argument(help="Name of the MailTemplate.")],
    language: Annotated[str | None, typer.Option("--language", "-l", help="Language tag; its default if none.")] = None,
    data: Annotated[
        str | None, typer.Option("--data", help="JSON or YAML file with the data ('-': standard input).")
    ] = None,
    html: Annotated[bool, typer.Option("--html", help="Only the HTML, to look at in a browser.")] = False,
    folder: Folder = None,
) -> None:
    """Render a template. Without --data with an example case, whose fields are those of all case types.

    A value that the data has not is an error, as it is when the mail is sent.
    """
    configuration = _load(folder)
    template = configuration.templates.get(name)
    if template is None:
        known = ", ".join(sorted(configuration.templates)) or "none"
        raise ConfigurationError(f"there is no MailTemplate {name!r}; there are: {known}")
    values = _read(data) if data is not None else example_data(configuration)
    rendered = render(template, language, values)
    if html:
        if rendered.html is None:
            raise ConfigurationError(f"template {name} has no HTML in language {rendered.language}")
        print(rendered.html)
        return
    print(_as_text(template, language, rendered))


def example_data(configuration: Configuration) -> dict[str, Any]:
    """Data as the case service gives it (`schemas.config.TEMPLATE_DATA`), of a case that does not exist."""
    account = next(iter(configuration.accounts.values()), None)
    case_types = list(configuration.case_types.values())
    first = case_types[0] if case_types else None
    return {
        "case": {
            "id": f"{first.id_prefix if first else 'CASE'}-1042",
            "type": first.name if first else "case",
            "type_label": first.label if first else "Case",
            "label": "Broken screen",
            "status": first.initial_status if first else "new",
            "stage": first.stages[0].name if first else "new",
            "queue": first.queue if first else "desk",
            "created_at": "2026-11-23T08:00:00+00:00",
            "fields": _example_fields(case_types),
        },
        "mail": {
            "subject": "Broken screen",
            "from_name": "Ann Example",
            "from_address": "ann@example.org",
            "date": "2026-11-23T08:00:00+00:00",
        },
        "account": {
            "address": account.address if account else "office@example.org",
            "display_name": account.display_name if account else "Office",
        },
        "installation": {"id": configuration.installation.name},
    }


def _example_fields(case_types: list[CaseType]) -> dict[str, str]:
    examples = {
        "integer": "42",
        "decimal": "1.5",
        "money": "120.50 EUR",
        "date": "2026-11-23",
        "boolean": "true",
        "email": "ann@example.org",
    }
    return {
        field.name: field.choices[0] if field.choices else examples.get(field.type, f"({field.label or field.name})")
        for case_type in case_types
        for field in case_type.fields
    }


def _load(folder: str | None) -> Configuration:
    return load_configuration(Path(folder if folder is not None else load_settings().config_dir))


def _read(source: str) -> dict[str, Any]:
    text = sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8")
    try:
        values = json.loads(text) if text.lstrip().startswith("{") else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError) as error:
        raise ConfigurationError(f"{source}: neither JSON nor YAML: {' '.join(str(error).split())[:300]}") from error
    if not isinstance(values, dict):
        raise ConfigurationError(f"{source}: an object with case, mail, account and installation is wanted")
    return values


def _as_text(template: MailTemplate, language: str | None, rendered: RenderedMail) -> str:
    fallback = "" if language in (None, rendered.language) else f" (there is no {language})"
    lines = [f"Template: {template.name}, language {rendered.language}{fallback}", f"Subject:  {rendered.subject}", ""]
    lines.append(rendered.text.rstrip())
    if rendered.html is not None:
        lines += ["", "--- HTML (whole: --html)", rendered.html.rstrip()[:2000]]
    return "\n".join(lines)

"""`mailcase settings`: every setting with value, origin and meaning; secrets masked."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from runtime.settings import SettingRow, describe, describe_unread, load_settings
from schemas.errors import ConfigurationError

app = typer.Typer(help="The settings of this process: MAILCASE_* variables, their values, where these come from.")


@app.callback(invoke_without_command=True, subcommand_metavar="")
def settings(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON array, for programs.")] = False,
) -> None:
    """List every setting with its value, its origin and its meaning. Secrets are masked."""
    wrong: ConfigurationError | None = None
    try:
        rows = describe(load_settings())
    except ConfigurationError as error:  # who comes here to find the right value shall not be sent here again
        wrong, rows = error, describe_unread()
    if as_json:
        typer.echo(json.dumps([asdict(row) for row in rows], indent=2, ensure_ascii=False))
    else:
        typer.echo(render(rows))
    if wrong is not None:
        raise wrong


def render(rows: list[SettingRow]) -> str:
    """The rows as a table: name, value, origin; the meaning below each name, so that it fits on a narrow screen."""
    name_width = max(len(row.name) for row in rows)
    lines = []
    for row in rows:
        lines.append(f"{row.name:<{name_width}}  {row.value or '(empty)'}  [{row.origin}]")
        lines.append(f"{'':<{name_width}}  {row.meaning}")
    return "\n".join(lines)

"""`mailcase migrate`: bring the schemas of casesvc and notifier to this release. Forward only, safe to run twice."""

from __future__ import annotations

from typing import Annotated

import typer

from runtime.settings import load_settings

SERVICES = ("casesvc", "notifier")
"""The services that keep a schema of their own."""


app = typer.Typer(help="Bring the database schemas up to this release.")


@app.callback(invoke_without_command=True, subcommand_metavar="")
def migrate(
    check: Annotated[bool, typer.Option("--check", help="only say what is pending; exit 1 if anything is")] = False,
) -> None:
    """Make or upgrade the database schemas of casesvc and notifier."""
    from runtime.database import migrations

    settings = load_settings()
    waiting = 0
    for service in SERVICES:
        schema, location = settings.schema_name(service), f"{service}.migrations"
        if check:
            revisions = migrations.pending(settings.dsn, schema, location)
            waiting += len(revisions)
            print(f"{schema}: {'pending ' + ', '.join(revisions) if revisions else 'up to date'}")
        else:
            revisions = migrations.migrate(settings.dsn, schema, location)
            print(f"{schema}: {'applied ' + ', '.join(revisions) if revisions else 'up to date'}")
    if waiting:
        raise typer.Exit(1)

"""`mailcase demo`: everything together, with a report that is checked."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mailcase.demo.play import play
from mailcase.local.options import LocalOptions

app = typer.Typer()


@app.callback(invoke_without_command=True, subcommand_metavar="")
def demo(
    once: Annotated[
        bool, typer.Option("--once", help="end after the report; exit 0 when all is as it must be, else 1")
    ] = False,
    config: Annotated[Path, typer.Option(help="folder of the company's configuration documents")] = Path("config"),
) -> None:
    """Start the embedded stack and all services, deliver a day of mail, tell what became of it."""
    if code := play(LocalOptions.from_environment(), config.absolute(), once=once):
        raise typer.Exit(code)

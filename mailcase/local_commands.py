"""`mailcase local`: the embedded stack on this machine."""

from __future__ import annotations

import json
import re
import sys
import time
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, TextIO

import typer

from mailcase.local.options import PART_NAMES, LocalOptions
from mailcase.local.stack import LocalStack, PartStatus
from schemas.errors import ConfigurationError

app = typer.Typer(
    no_args_is_help=True,
    help="The embedded stack: Kafka, PostgreSQL and GreenMail, real servers in the background of this machine.",
)

Folder = Annotated[
    Path | None, typer.Option("--dir", help="folder of all data (MAILCASE_LOCAL_DIR; default .mailcase)")
]
Parts = Annotated[list[str] | None, typer.Argument(help=f"only these: {', '.join(PART_NAMES)}")]
PortOption = typer.Option(help="0: any free one (MAILCASE_LOCAL_…_PORT)", show_default=False)
OptionalPort = Annotated[int | None, PortOption]


@app.command()
def up(
    parts: Parts = None,
    folder: Folder = None,
    kafka_port: OptionalPort = None,
    controller_port: OptionalPort = None,
    imap_port: OptionalPort = None,
    smtp_port: OptionalPort = None,
    pop3_port: OptionalPort = None,
    api_port: OptionalPort = None,
) -> None:
    """Start what does not run and wait until it answers.

    Parts go on after this command has ended. A part is not started when its place is taken by a server of yours:
    MAILCASE_KAFKA_BROKERS, MAILCASE_DATABASE_URL, MAILCASE_LOCAL_MAIL=external.
    """
    ports = {
        "kafka": kafka_port,
        "controller": controller_port,
        "imap": imap_port,
        "smtp": smtp_port,
        "pop3": pop3_port,
        "api": api_port,
    }
    stack = LocalStack(LocalOptions.from_environment(folder=folder, ports=ports))
    with _Progress() as progress:
        stack.up(progress=progress, parts=_known(parts))


@app.command()
def down(parts: Parts = None, folder: Folder = None) -> None:
    """Stop what runs; data stays (but for GreenMail's mails, which live in its memory)."""
    with _Progress() as progress:
        _stack(folder).down(progress=progress, parts=_known(parts))


@app.command()
def status(folder: Folder = None, as_json: Annotated[bool, typer.Option("--json")] = False) -> None:
    """What runs, where, and what does not. Exit code 1 when a part is stopped or does not answer."""
    found = _stack(folder).status()
    if as_json:
        print(json.dumps([asdict(one) for one in found], indent=1))
    else:
        _print_table(found)
    if not all(one.is_good for one in found):
        raise typer.Exit(1)


@app.command()
def logs(
    part: Annotated[str, typer.Argument(help=", ".join(PART_NAMES))],
    follow: Annotated[bool, typer.Option("--follow", "-f", help="go on showing what is written")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=0, help="of the end")] = 100,
    folder: Folder = None,
) -> None:
    """Show the end of a part's log."""
    path = _stack(folder).log_path(part)
    if not path.exists():
        raise ConfigurationError(f"{part} has no log yet ({path}): `mailcase local up {part}` starts it")
    with ExitStack() as opened:
        # Opened once: what is written between the end that is shown and the first look for more is not lost.
        file = opened.enter_context(path.open(errors="replace"))
        end = file.read().splitlines()
        for line in end[-lines:] if lines else []:
            print(line)
        if follow:
            _follow(path, file, opened)


@app.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", "-y", help="do not ask")] = False,
    folder: Folder = None,
) -> None:
    """Stop everything and delete all data: topics, databases, mail users, stored mails."""
    stack = _stack(folder)
    if not yes:
        typer.confirm(f"Delete all data of the local stack in {stack.options.dir}?", abort=True)
    with _Progress() as progress:
        stack.reset(progress=progress)


@app.command()
def mailbox(
    address: Annotated[str, typer.Argument(help="mail address; it is the login name too")],
    password: Annotated[str, typer.Option(help="a test password; it is kept in clear text")],
    folder: Folder = None,
) -> None:
    """Make a mailbox on the stack's mail server; it is made again at every `up`. With another password: anew, empty."""
    server = _stack(folder).greenmail
    if not re.fullmatch(r"[^@\s]+@[^@\s]+", address):
        raise ConfigurationError(f"{address!r} is no mail address: say for example support@example.org")
    server.add_user(address, password, address)
    print(f"{address}: IMAP {server.host}:{server.imap_port}, SMTP {server.host}:{server.smtp_port}, security: none")


def _stack(folder: Path | None) -> LocalStack:
    return LocalStack(LocalOptions.from_environment(folder=folder))


def _known(parts: list[str] | None) -> list[str] | None:
    for part in parts or ():
        if part not in PART_NAMES:
            raise ConfigurationError(f"no part {part!r}: the local stack has {', '.join(PART_NAMES)}")
    return parts or None


def _print_table(found: list[PartStatus]) -> None:
    rows = [("PART", "STATE", "VERSION", "PID", "ADDRESS")]
    rows += [(one.title, one.state, one.version, str(one.pid or ""), one.address) for one in found]
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    for row in rows:
        print("  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[4]]).rstrip())
    for one in found:
        if one.detail:
            print(f"{one.title}: {one.detail}")


def _follow(path: Path, file: TextIO, opened: ExitStack) -> None:
    """Print what is appended to `file`, through a restart that puts the old log aside; until Ctrl-C."""
    while True:
        text = file.read()
        if text:
            print(text, end="", flush=True)
            continue
        time.sleep(0.2)
        if path.exists() and path.stat().st_ino != _inode_of(file.fileno()):
            opened.close()
            file = opened.enter_context(path.open(errors="replace"))


def _inode_of(descriptor: int) -> int:
    import os

    return os.fstat(descriptor).st_ino


class _Progress:
    """One line a step; on a terminal, downloads count up in place, elsewhere every few seconds."""

    _EVERY = 5.0

    def __init__(self) -> None:
        self._terminal = sys.stdout.isatty()
        self._is_open = False
        self._shown = 0.0

    def __enter__(self) -> _Progress:
        return self

    def __exit__(self, *_: object) -> None:
        if self._is_open:
            print()

    def __call__(self, part: str, text: str) -> None:
        line = f"{part:<10} {text}"
        passing = text.startswith("downloading")
        if self._terminal:
            print(("\r\x1b[K" if self._is_open else "") + line, end="" if passing else "\n", flush=True)
            self._is_open = passing
        elif not passing or time.monotonic() - self._shown > self._EVERY:
            self._shown = time.monotonic()
            print(line, flush=True)

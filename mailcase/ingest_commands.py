"""`mailcase ingest file` brings mails in from files; `mailcase mailbox …` shows mailboxes and tells them what to do.

Exit codes of `ingest file` are those of sysexits.h, for MTAs call it from a pipe:
0 durable, 64 wrong usage (2: an option that there is not), 65 a file that cannot be read or holds no mail,
75 any doubt (try again; repeats do no harm).
"""

from __future__ import annotations

import difflib
import getpass
import json
import sys
import uuid
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from ingest.control import Wish, control_record, controls_in, next_control
from ingest.files import Imported, import_mails, mails_in, one_from_pipe
from ingest.intake import Intake
from runtime.blobs.open import open_blobs
from runtime.clock import SystemClock
from runtime.config.loader import load_configuration
from runtime.kafka.producer import EventProducer
from runtime.kafka.reader import read_to_end
from runtime.settings import Settings, load_settings
from schemas.cloudevents import decode
from schemas.errors import ConfigurationError, MailcaseError, MessageError
from schemas.events.mailbox import MailboxControl, MailboxStatus
from schemas.events.received import Mode
from schemas.topics import MAILBOX_CONTROL, MAILBOX_STATUS

app = typer.Typer(no_args_is_help=True, help="Bring mails in from files.")
mailbox_app = typer.Typer(no_args_is_help=True, help="State of the mailboxes; stop, start, restart, resync one.")

EX_USAGE = 64
EX_DATAERR = 65
EX_TEMPFAIL = 75
_Name = Annotated[str, typer.Argument(help="The mailbox: the name of its EmailAccount.")]


class ImportMode(StrEnum):
    """Whether what comes in may be answered."""

    LIVE = "live"
    IMPORT = "import"


@app.callback()
def _group() -> None:
    """Bring mails in from files."""


@app.command()
def file(
    sources: Annotated[
        list[str] | None,
        typer.Argument(help="eml or mbox files, Maildirs, folders of *.eml; `-` for one mail on standard input."),
    ] = None,
    mailbox: Annotated[str, typer.Option(help="Mailbox that the mails count for: the name of its EmailAccount.")] = "",
    mode: Annotated[
        ImportMode | None,
        typer.Option(help="`import` mutes acknowledgements and replies. Default: live for `-`, import for files."),
    ] = None,
    sender: Annotated[
        str | None, typer.Option(help="Envelope sender, as the MTA knows it; empty for the null sender.")
    ] = None,
    recipient: Annotated[list[str] | None, typer.Option(help="Envelope recipient, as the MTA knows it.")] = None,
) -> None:
    """Bring in mails from files; exit 0 means that every one of them is durable, 75 that a repeat is needed.

    64: wrong usage. 65: a source cannot be read or holds no mail; the others came in. Repeats do no harm.
    """
    if not sources or not mailbox:
        _end(EX_USAGE, "what and for which mailbox? mailcase ingest file --mailbox NAME FILE… (`-`: standard input)")
    try:
        settings = load_settings()
        known = load_configuration(settings.config_dir).accounts
    except (MailcaseError, OSError) as error:
        _end(EX_TEMPFAIL, str(error))
    if mailbox not in known:
        _end(EX_USAGE, f"no mailbox {mailbox!r} in {settings.config_dir}{_meant(mailbox, list(known))}")
    try:
        refused = _import(sources, mailbox, mode, sender, tuple(recipient or ()), settings)
    except MessageError as error:
        _end(EX_DATAERR, str(error))
    except Exception as error:  # whatever it is, the mail may not be durable: the MTA must keep it
        _end(EX_TEMPFAIL, f"not durable, try again: {error}")
    if refused:
        _end(EX_DATAERR, "\n".join(refused))


def _import(
    sources: list[str],
    mailbox: str,
    mode: ImportMode | None,
    sender: str | None,
    recipients: tuple[str, ...],
    settings: Settings,
) -> list[str]:
    clock = SystemClock()
    producer = EventProducer(settings, "ingest-file")
    intake = Intake(open_blobs(settings.blob_url, settings), producer, clock, inline_limit=settings.inline_limit)
    refused: list[str] = []
    try:
        for source in sources:
            piped = source == "-"
            mails = (
                iter([one_from_pipe(sys.stdin.buffer, clock.now(), settings.max_mail_bytes)])
                if piped
                else mails_in(Path(source), settings.max_mail_bytes, refused.append)
            )
            result = import_mails(
                mails,
                intake,
                mailbox=mailbox,
                mode=Mode(mode.value) if mode is not None else Mode.LIVE if piped else Mode.IMPORT,
                envelope_from=sender,
                envelope_to=recipients,
                progress=_progress,
            )
            if not piped:
                again = f", {result.duplicates} of them more than once" if result.duplicates else ""
                print(f"{source}: {result.mails} {'mail' if result.mails == 1 else 'mails'}{again}", flush=True)
    finally:
        producer.close()
    return refused


def _progress(result: Imported) -> None:
    if sys.stderr.isatty():
        print(f"\r{result.mails} mails …", end="", file=sys.stderr, flush=True)


def _end(code: int, message: str) -> NoReturn:
    for line in message.splitlines():
        print(f"mailcase ingest file: {line}", file=sys.stderr)
    raise typer.Exit(code)


@mailbox_app.command()
def status(
    name: Annotated[str | None, typer.Argument(help="Only this mailbox.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object a line.")] = False,
) -> None:
    """Show the health of the mailboxes, as their owners told it last."""
    settings = load_settings()
    found = _statuses(settings)
    if name is not None and name not in found:
        raise ConfigurationError(f"no status of mailbox {name!r} yet{_meant(name, list(found))}; is ingest running?")
    rows = [found[name]] if name is not None else [found[key] for key in sorted(found)]
    if not rows:
        print("no mailbox has told its state yet; is ingest running?")
    for row in rows:
        print(row.model_dump_json() if as_json else _line(row))


def _line(row: MailboxStatus) -> str:
    details = [f"{row.mailbox:<20} {row.state.value:<18} since {_moment(row.since)}"]
    if row.reason:
        details.append(row.reason)
    if row.next_try_at is not None:
        details.append(f"next try {_moment(row.next_try_at)}")
    details.append(f"last success {_moment(row.last_success_at) if row.last_success_at else 'never'}")
    if row.backlog:
        details.append(f"{row.backlog} {'mail' if row.backlog == 1 else 'mails'} waiting")
    details.append(f"owner {row.owner}")
    return " · ".join(details)


def _moment(moment: datetime) -> str:
    return moment.astimezone().strftime("%Y-%m-%d %H:%M:%S")


@mailbox_app.command()
def start(name: _Name) -> None:
    """Let a stopped mailbox be read again."""
    _tell(name, "start")


@mailbox_app.command()
def stop(name: _Name) -> None:
    """Stop reading a mailbox until `start`; mails stay where they are."""
    _tell(name, "stop")


@mailbox_app.command()
def restart(name: _Name) -> None:
    """Connect anew, at once, whatever it waits for."""
    _tell(name, "restart")


@mailbox_app.command()
def resync(name: _Name) -> None:
    """Look at every mail since the start point again; what is known already does nothing."""
    _tell(name, "resync")


@mailbox_app.command()
def trace(name: _Name) -> None:
    """Log more about this mailbox for ten minutes (never content)."""
    _tell(name, "trace")


@mailbox_app.command()
def test(name: _Name) -> None:
    """Log in and open every folder on a connection of its own; the owner logs the result."""
    _tell(name, "test")


def _tell(name: str, wish: Wish) -> None:
    settings = load_settings()
    controls: dict[str, MailboxControl] = {
        control.mailbox: control for control in controls_in(read_to_end(settings, MAILBOX_CONTROL))
    }
    known = load_configuration(settings.config_dir).accounts.keys() | controls.keys()
    if name not in known:
        raise ConfigurationError(f"no mailbox {name!r} in {settings.config_dir}{_meant(name, list(known))}")
    clock, command_id = SystemClock(), str(uuid.uuid4())
    control = next_control(controls.get(name), name, wish, command_id=command_id, by=getpass.getuser(), at=clock.now())
    producer = EventProducer(settings, "mailbox-control")
    try:
        producer.publish([control_record(control, command_id)])
    finally:
        producer.close()
    seen = "its log shows" if wish in ("trace", "test") else f"`mailcase mailbox status {name}` shows"
    print(f"{name}: {wish} was told to the ingest that owns it; {seen} what became of it")


def _statuses(settings: Settings) -> dict[str, MailboxStatus]:
    found: dict[str, MailboxStatus] = {}
    for record in read_to_end(settings, MAILBOX_STATUS):
        if record.value is None:
            found.pop(record.key.decode("utf-8", "replace"), None)
            continue
        try:
            data = decode(record).data
        except MessageError as error:
            print(json.dumps({"unreadable": str(error)}), file=sys.stderr)
            continue
        if isinstance(data, MailboxStatus):
            found[data.mailbox] = data
    return found


def _meant(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    if near:
        return f"; did you mean {near[0]!r}?"
    return f"; there are: {', '.join(sorted(known))}" if known else ""

"""The command `mailcase`: finds the group that was asked for, and ends every error as one readable line.

exit 0     done
exit 1     refused or failed; the message says what, where and the next step (`--debug` adds the traceback)
exit 2     the command line itself is wrong
exit 70    a bug in mailcase
exit 130   ended by Ctrl-C
"""

from __future__ import annotations

import errno
import sys
import traceback
from collections.abc import Sequence
from importlib import import_module
from typing import Annotated, NoReturn

import typer

from mailcase import __version__
from schemas.errors import InternalError, MailcaseError

__all__ = ["GROUPS", "main"]

GROUPS: dict[str, tuple[str, str]] = {
    "local": (
        "mailcase.local_commands:app",
        "The embedded stack: Kafka, PostgreSQL and a mail server on this machine.",
    ),
    "demo": (
        "mailcase.demo_commands:app",
        "Everything together: stack, services, a hundred mails and what became of them.",
    ),
    "config": ("mailcase.config_commands:app", "Check, render and document the configuration."),
    "settings": ("mailcase.settings_command:app", "The settings of this process and where they come from."),
    "run": ("mailcase.run_commands:app", "Run a service in the foreground."),
    "migrate": ("mailcase.migrate_command:app", "Bring the database schemas up to this release."),
    "topics": ("mailcase.run_commands:topics_app", "The topics on the broker against the catalogue."),
    "ingest": ("mailcase.ingest_commands:app", "Bring mails in from files."),
    "mailbox": ("mailcase.ingest_commands:mailbox_app", "State of the mailboxes; stop, start, restart, resync one."),
    "explain": ("mailcase.explain_command:app", "What would be decided about a mail, and why."),
    "inspect": ("mailcase.inspect_command:app", "What is understood of mails: JSON lines or a page."),
    "text": ("mailcase.text_commands:app", "Text analysis: languages of texts."),
    "template": ("mailcase.templates_command:app", "Preview a mail template."),
    "token": ("mailcase.token_commands:app", "Access tokens of the API."),
    "docs": ("mailcase.docs_command:app", "Pages of docs/ that are made from the code."),
    "schemas": ("mailcase.schemas_command:app", "JSON Schemas and AsyncAPI of all topics and documents."),
}
"""Name → where its Typer application is, and its line in the help. One that is not asked for is not imported."""

_EXIT_BUG = 70  # EX_SOFTWARE of sysexits.h

_NEXT_STEPS = {
    errno.ENOSPC: "the disk is full: free some space, then try again",
    errno.EDQUOT: "your disk quota is used up: free some space, then try again",
    errno.EACCES: "you may not: check who owns it, or run as that user",
    errno.EPERM: "you may not: check who owns it, or run as that user",
    errno.EROFS: "the file system is read-only: choose another folder",
    errno.ENOENT: "check the spelling of the path",
    errno.EEXIST: "something else has that name: move it away, or choose another",
    errno.EISDIR: "a file is wanted here, not a folder",
    errno.ENOTDIR: "a file stands where a folder should be: move it away, or choose another",
    errno.EADDRINUSE: "the port is in use: choose another, or end the program that has it",
    errno.ECONNREFUSED: "nothing listens there: is the server running? locally: `mailcase local status`",
    errno.EMFILE: "too many open files: raise the limit (`ulimit -n`)",
}


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run the command line and exit with its code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    debug = _take_debug(given)
    try:
        typer.main.get_command(_application(given))(args=given, prog_name="mailcase")
    except (MailcaseError, OSError) as error:
        if debug:
            traceback.print_exc()
        if not isinstance(error, InternalError):
            _end(readable(error), 1)
        _end(f"{error}\nthis is a bug in mailcase: please report it, with what `--debug` shows", _EXIT_BUG)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if debug:
            traceback.print_exc()
        what = f"{type(error).__name__}: {error}"
        _end(f"{what}\nthis is a bug in mailcase: please report it, with what `--debug` shows", _EXIT_BUG)
    sys.exit(0)


def readable(error: MailcaseError | OSError) -> str:
    """The error as a person should see it: what, where, and the next step."""
    if isinstance(error, MailcaseError):
        return str(error)
    where = f"{error.filename}: " if error.filename else ""
    next_step = _NEXT_STEPS.get(error.errno or 0)
    return f"{where}{error.strerror or error}" + (f"; {next_step}" if next_step else "")


def _end(message: str, code: int) -> NoReturn:
    print(f"mailcase: {message}", file=sys.stderr)
    sys.exit(code)


def _take_debug(arguments: list[str]) -> bool:
    """Take `--debug` out, wherever it stands: it is typed after something has failed, at the end of the line."""
    own = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if "--debug" not in own:
        return False
    arguments.remove("--debug")
    return True


def _application(arguments: Sequence[str]) -> typer.Typer:
    application = typer.Typer(
        name="mailcase",
        help="Mailboxes to cases, every decision explained.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    application.callback()(_root)
    for name, (place, meaning) in GROUPS.items():
        group = _load(place) if name in arguments else _stand_in(meaning)
        application.add_typer(group, name=name, help=meaning)
    return application


def _load(place: str) -> typer.Typer:
    module, _, attribute = place.partition(":")
    loaded = getattr(import_module(module), attribute)
    if not isinstance(loaded, typer.Typer):
        raise InternalError(f"{place} is no Typer application")
    return loaded


def _stand_in(meaning: str) -> typer.Typer:
    """A group that is only listed by `mailcase --help`: nothing of it is imported."""
    group = typer.Typer(help=meaning)
    group.callback()(lambda: None)
    return group


def _show_version(wanted: bool) -> None:
    if wanted:
        print(f"mailcase {__version__}")
        raise typer.Exit


def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show the version and exit.")
    ] = False,
    debug: Annotated[bool, typer.Option("--debug", help="Show the traceback of an error.")] = False,
) -> None:
    """Both options are acted on before this is called: version by its callback, debug by `main`."""

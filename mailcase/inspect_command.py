"""`mailcase inspect PATH…`: what mailcase understands of mails, one JSON object a line, or as one readable page."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import chain, islice
from multiprocessing import get_all_start_methods, get_context
from multiprocessing.context import BaseContext
from pathlib import Path
from typing import Annotated

import typer

from mail.protected.results import Trust
from mailcase.inspect_page import page
from mailcase.inspection import as_line, inspect, unreadable
from mailcase.mail_sources import Files, Found, mails_of
from router.text.language import load

app = typer.Typer(help="What mailcase understands of mails.")

_CHUNK = 16
"""Files that a process takes at a time."""


@app.callback(
    invoke_without_command=True,
    subcommand_metavar="",
    context_settings={"allow_interspersed_args": True},
)
def inspect_mails(
    paths: Annotated[
        list[Path], typer.Argument(help="Mails (.eml, .msg), mbox files, Maildirs, folders; `-`: standard input.")
    ],
    html: Annotated[
        Path | None, typer.Option("--html", help="Write one readable page to this file, in place of JSON lines.")
    ] = None,
    trust: Annotated[
        list[Path] | None,
        typer.Option(
            "--trust", help="With --html: certificates (PEM, DER) or PGP keys by which signatures are checked."
        ),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Processes that read mails beside each other.")] = 1,
) -> None:
    """Print one JSON object a line for each mail. What cannot be read gets its line too, of class `unreadable`."""
    if html is not None:
        _write_page(paths, html, trust or [])
        return
    if trust:
        raise typer.BadParameter("the lines do not tell of signatures; add --html FILE", param_hint="--trust")
    files = Files(tuple(path for path in paths if str(path) != "-"))
    out = sys.stdout.buffer
    if len(files.named) < len(paths):
        out.write(as_line(inspect("-", sys.stdin.buffer.read())))
    for lines in _answers(files, jobs):
        out.write(lines)
    out.flush()
    if files.skipped:
        typer.echo(f"{files.skipped} files of the folders are no mails; name one to have it inspected", err=True)


def lines_of(path: Path) -> bytes:
    """The lines for the mails of one file."""
    return b"".join(
        as_line(inspect(found.path, found.raw) if found.wrong is None else unreadable(found.path, found.wrong))
        for found in mails_of(path)
    )


def lines_of_all(paths: list[Path]) -> list[bytes]:
    """The lines of several files."""
    return [lines_of(path) for path in paths]


def _answers(files: Iterable[Path], jobs: int) -> Iterator[bytes]:
    """The lines of each file, in order."""
    if jobs == 1:
        load()
        for path in files:
            yield from (lines_of(path),)
        return
    with ProcessPoolExecutor(jobs, mp_context=_workers()) as pool:
        left = iter(files)
        # As many chunks under way as keep all processes busy: a folder of a million mails is not listed at once.
        waiting = [pool.submit(lines_of_all, chunk) for chunk in islice(_chunks(left), 4 * jobs)]
        while waiting:
            yield from waiting.pop(0).result()
            waiting.extend(pool.submit(lines_of_all, chunk) for chunk in islice(_chunks(left), 1))


def _workers() -> BaseContext:
    """Processes that begin from a clean one: a fork of ours would have the locks of its threads without the threads."""
    if "forkserver" not in get_all_start_methods():
        return get_context("spawn")
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def _chunks(paths: Iterator[Path]) -> Iterator[list[Path]]:
    while chunk := list(islice(paths, _CHUNK)):
        yield chunk


def _write_page(paths: list[Path], target: Path, trust: list[Path]) -> None:
    files = Files(tuple(path for path in paths if str(path) != "-"))
    piped = [Found("-", sys.stdin.buffer.read())] if len(files.named) < len(paths) else []
    text = page(chain(piped, (found for path in files for found in mails_of(path))), _trusted(trust))
    target.write_bytes(text.encode("utf-8", "replace"))
    typer.echo(f"{target}: open it in a browser")


def _trusted(files: list[Path]) -> Trust:
    """What the files hold: PGP keys, armoured or binary, or else certificates."""
    contents = [file.read_bytes() for file in files]
    keys = [one for one in contents if b"-----BEGIN PGP" in one or one[:1] in (b"\x98", b"\x99", b"\xc6")]
    certificates = [one for one in contents if one not in keys]
    return Trust(b"\n".join(certificates), b"", b"\n".join(keys))

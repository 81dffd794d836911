"""Mails from files: eml, mbox, Maildir, standard input; on the same way in as those from a mailbox.

The server id is the digest of the bytes, so the same file twice is one mail.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate
from pathlib import Path
from typing import BinaryIO

from ingest.intake import Admitted, Incoming, Intake
from ingest.start import Kind
from schemas.errors import MessageError
from schemas.events.received import Mode
from schemas.ids import file_server_id, sha256_hex

__all__ = ["FileMail", "Imported", "import_mails", "mails_in", "one_from_pipe"]

FOLDER = "file"
_FLAGS = {"S": "\\Seen", "R": "\\Answered", "F": "\\Flagged", "D": "\\Draft", "T": "\\Deleted"}
"""Letters after `:2,` in a Maildir file name."""
_HEADER = re.compile(rb"[!-9;-~]{1,200}:")
_BOM = b"\xef\xbb\xbf"
_FROM_LINE = re.compile(rb"(?:\xef\xbb\xbf)?From (?![ \t]{0,20}:)")
"""How an mbox begins: `From : ann@example.org` is a field in old syntax (RFC 5322 §4.5)."""
_MARK = 40
_BATCH = 50
_BATCH_BYTES = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class FileMail:
    """One mail of a file. `place` names it for people: path, and number inside an mbox."""

    place: str
    raw: bytes
    received_at: datetime
    flags: tuple[str, ...] = ()


@dataclass
class Imported:
    """What came of an import. `mails` counts distinct ones; `refused` says of each other one where and why."""

    mails: int = 0
    duplicates: int = 0
    refused: list[str] = field(default_factory=list)


def mails_in(path: Path, limit: int, refuse: Callable[[str], None]) -> Iterator[FileMail]:
    """The mails of a file or folder: an mbox begins with `From `, a Maildir has `cur` or `new`, another folder is
    searched for `*.eml`, any other file is one mail.

    Mails of more than `limit` bytes, and empty ones, are told to `refuse`. Raises MessageError when `path` cannot be
    read at all.
    """
    try:
        if path.is_dir():
            yield from _folder(path, limit, refuse)
            return
        with path.open("rb") as file:
            head = file.read(_MARK)
            is_mbox = _FROM_LINE.match(head) is not None
            file.seek(len(_BOM) if is_mbox and head.startswith(_BOM) else 0)
            moment = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            if is_mbox:
                yield from _mbox(file, str(path), moment, limit, refuse)
            else:
                yield from _one(file, str(path), moment, (), limit, refuse)
    except OSError as error:
        raise MessageError(f"{path} cannot be read: {error.strerror or error}") from error


def one_from_pipe(stream: BinaryIO, now: datetime, limit: int) -> FileMail:
    """The mail that an MTA hands over on standard input; a first `From ` line (Postfix's `F` flag) is none of it.

    Raises MessageError for an empty one and for one of more than `limit` bytes.
    """
    raw = stream.read(limit + 1)
    if raw.startswith(b"From "):
        raw = raw.partition(b"\n")[2]
    if not raw.strip():
        raise MessageError("standard input is empty; pipe a mail into it")
    if len(raw) > limit:
        raise MessageError(f"the mail has more than {limit} bytes (MAILCASE_MAX_MAIL_BYTES)", "too_large")
    return FileMail("standard input", raw, now)


def import_mails(
    mails: Iterable[FileMail],
    intake: Intake,
    *,
    mailbox: str,
    mode: Mode,
    envelope_from: str | None = None,
    envelope_to: tuple[str, ...] = (),
    progress: Callable[[Imported], None] = lambda _: None,
) -> Imported:
    """Make every mail durable: blob, then acknowledged record. Imports are muted.

    Raises DownstreamAway: what came before is safe, and importing all again repeats nothing.
    """
    result = Imported()
    seen: set[str] = set()
    batch: list[Admitted] = []

    def flush() -> None:
        intake.publish(batch)
        result.mails += len(batch)
        batch.clear()
        progress(result)

    for mail in mails:
        incoming = Incoming(
            mailbox=mailbox,
            folder=FOLDER,
            server_id=file_server_id(sha256_hex(mail.raw)),
            received_at=mail.received_at,
            kind=Kind(mode, muted=mode is not Mode.LIVE),
            flags=mail.flags,
            envelope_from=envelope_from,
            envelope_to=envelope_to,
        )
        admitted = intake.admit(incoming, mail.raw)
        if admitted.mail_id in seen:
            result.duplicates += 1
            continue
        seen.add(admitted.mail_id)
        batch.append(admitted)
        if len(batch) >= _BATCH or sum(one.size for one in batch) >= _BATCH_BYTES:
            flush()
    if batch:
        flush()
    return result


def _folder(folder: Path, limit: int, refuse: Callable[[str], None]) -> Iterator[FileMail]:
    maildir = [folder / name for name in ("cur", "new") if (folder / name).is_dir()]
    paths = [path for part in maildir for path in part.iterdir()] if maildir else folder.rglob("*.eml")
    found = False
    for path in sorted(path for path in paths if path.is_file()):
        found = True
        letters = path.name.rpartition(":2,")[2] if maildir and ":2," in path.name else ""
        flags = tuple(_FLAGS[letter] for letter in letters if letter in _FLAGS)
        with path.open("rb") as file:
            moment = datetime.fromtimestamp(path.stat().st_mtime, UTC)
            yield from _one(file, str(path), moment, flags, limit, refuse)
    if not found and not maildir:
        raise MessageError(f"{folder} holds no mail: a Maildir has folders cur and new, others hold *.eml files")


def _one(
    file: BinaryIO, place: str, moment: datetime, flags: tuple[str, ...], limit: int, refuse: Callable[[str], None]
) -> Iterator[FileMail]:
    raw = file.read(limit + 1)
    if (why := _wrong(raw, limit)) is not None:
        refuse(f"{place}: {why}")
    else:
        yield FileMail(place, raw, moment, flags)


def _mbox(
    file: BinaryIO, place: str, moment: datetime, limit: int, refuse: Callable[[str], None]
) -> Iterator[FileMail]:
    """mboxrd (RFC 4155): a `From ` line after an empty one begins a mail, `>From ` in a body loses one `>`.

    Programs that quote nothing write sentences that begin with `From ` too: a header must follow the line.
    """
    number, lines, size, received, blank = 0, list[bytes](), 0, moment, True

    def finished() -> Iterator[FileMail]:
        if number == 0:
            return
        if lines and lines[-1] in (b"\n", b"\r\n"):
            lines.pop()
        raw = b"".join(lines)
        named = f"{place}, mail {number}"
        if (why := _wrong(raw, limit) if size <= limit else f"more than {limit} bytes") is not None:
            refuse(f"{named}: {why}")
        else:
            yield FileMail(named, raw, received)

    for line, following in _with_next(file):
        if blank and line.startswith(b"From ") and _HEADER.match(following):
            yield from finished()
            number, lines, size = number + 1, [], 0
            received = _from_line_date(line) or moment
            blank = False
            continue
        blank = line in (b"\n", b"\r\n")
        size += len(line)
        if size > limit:
            lines.clear()
        elif line.startswith(b">") and line.lstrip(b">").startswith(b"From "):
            lines.append(line[1:])
        else:
            lines.append(line)
    yield from finished()


def _with_next(lines: Iterable[bytes]) -> Iterator[tuple[bytes, bytes]]:
    before: bytes | None = None
    for line in lines:
        if before is not None:
            yield before, line
        before = line
    if before is not None:
        yield before, b""


def _from_line_date(line: bytes) -> datetime | None:
    words = line.decode("ascii", "replace").split(maxsplit=2)
    found = parsedate(words[2]) if len(words) == 3 else None
    try:
        return datetime(*found[:6], tzinfo=UTC) if found is not None else None
    except ValueError:
        return None


def _wrong(raw: bytes, limit: int) -> str | None:
    if len(raw) > limit:
        return f"more than {limit} bytes (MAILCASE_MAX_MAIL_BYTES)"
    return None if raw.strip() else "empty"

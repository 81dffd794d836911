"""Mails of files, mbox files, Maildirs and folders of anything: what is a mail there, and where one begins."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.files import mails_in
from schemas.errors import MessageError

__all__ = ["MOST_BYTES", "Files", "Found", "looks_like_a_mail", "mails_of"]

_HEAD = 8 * 1024
_SUFFIXES = (".eml", ".emlx", ".msg", ".mbox", ".mbx")
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]{0,10}:")
_FIELDS = frozenset(
    b"from to cc bcc subject date sender reply-to message-id in-reply-to references received return-path delivered-to "
    b"mime-version content-type content-transfer-encoding envelope-to x-mailer x-original-to list-id".split()
)
MOST_BYTES = 512 * 1024 * 1024
"""A larger mail is not read."""


@dataclass(frozen=True, slots=True)
class Found:
    """One mail, or why there is none. `path` is as shown: with `#n` for the n-th mail of an mbox that has several."""

    path: str
    raw: bytes = b""
    wrong: str | None = None


@dataclass
class Files:
    """The files to look into: those that were named, and of a folder those that are mails.

    `skipped` counts the other files of folders; it grows while one iterates.
    """

    named: tuple[Path, ...]
    skipped: int = 0

    def __iter__(self) -> Iterator[Path]:
        for path in self.named:
            yield from self._under(path) if path.is_dir() else (path,)

    def _under(self, folder: Path) -> Iterator[Path]:
        for path in sorted(folder.rglob("*")):
            if not path.is_file():
                continue
            if _in_maildir(path) or path.suffix.lower() in _SUFFIXES or _begins_like_a_mail(path):
                yield path
            else:
                self.skipped += 1


def mails_of(path: Path) -> Iterator[Found]:
    """The mails in a file. Total: what cannot be read is told as one without bytes."""
    refused: list[str] = []
    first: Found | None = None
    count = 0
    try:
        for mail in mails_in(path, MOST_BYTES, refused.append):
            count += 1
            if count == 1:
                first = Found(str(path), mail.raw)
                continue
            if first is not None:
                yield Found(f"{path}#1", first.raw)
                first = None
            yield Found(f"{path}#{count}", mail.raw)
    except (MessageError, OSError) as error:
        refused.append(str(error))
    if first is not None:
        yield first
    yield from (Found(str(path), wrong=why.removeprefix(f"{path}: ")) for why in refused)
    if not count and not refused:
        yield Found(str(path), wrong="no mail in it")


def looks_like_a_mail(head: bytes) -> bool:
    """Whether a file that begins with `head` is a mail or an mbox: header fields of a mail, from its first line on."""
    head = head.removeprefix(b"\xef\xbb\xbf")
    first, _, rest = head.partition(b"\n")
    lines = (rest if first.startswith(b"From ") and not _FIELD.match(first) else head).lstrip(b"\r\n").splitlines()
    names: list[bytes] = []
    stray = False
    for line in lines[:-1] or lines:
        if not line.strip():
            break
        if line[:1] in b" \t" and names:
            continue
        match = _FIELD.match(line)
        if match is None:
            # Broken mails have a stray line between their fields; prose has no field before it.
            if not names:
                return False
            stray = True
            continue
        names.append(match.group(1).lower())
    return len(_FIELDS.intersection(names)) >= (2 if stray else 1)


def _begins_like_a_mail(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return looks_like_a_mail(file.read(_HEAD))
    except OSError:
        return True  # it was asked for; the answer will be why it cannot be read


def _in_maildir(path: Path) -> bool:
    return path.parent.name in ("cur", "new") and (path.parent.parent / "cur").is_dir()

"""Mails of files, mbox files, Maildirs and folders of anything: what is a mail there, and where one begins."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.files import mails_in
from schemas.errors import MessageError

__all__ = ["MOST_BYTES", "Files", "Found", "looks_like_a_mail", "mails_of", "no_mail_but"]

_HEAD = 8 * 1024
_SUFFIXES = (".eml", ".emlx", ".msg", ".mbox", ".mbx")
_FIELD = re.compile(rb"([!-9;-~]{1,100})[ \t]{0,10}:")
_OUTLOOK = bytes.fromhex("d0cf11e0a1b11ae1")
_FIELDS = frozenset(
    b"from to cc bcc subject date sender reply-to message-id in-reply-to references received return-path delivered-to "
    b"mime-version content-type content-transfer-encoding envelope-to x-mailer x-original-to list-id".split()
)
_NO_MAILS = (
    (b"PK\x03\x04", "a ZIP archive or an Office document; unpack it first"),
    (b"PK\x05\x06", "an empty ZIP archive"),
    (b"\x1f\x8b", "compressed by gzip; unpack it first"),
    (b"BZh", "compressed by bzip2; unpack it first"),
    (b"\xfd7zXZ\x00", "compressed by xz; unpack it first"),
    (b"\x28\xb5\x2f\xfd", "compressed by Zstandard; unpack it first"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive; unpack it first"),
    (b"Rar!\x1a\x07", "a RAR archive; unpack it first"),
    (b"!BDN", "an Outlook data file (PST); export its mails first"),
    (b"\x78\x9f\x3e\x22", "a winmail.dat alone; inspect the mail that it came with"),
    (b"%PDF-", "a PDF document"),
    (b"\x89PNG\r\n\x1a\n", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3\x00", "an SQLite database"),
)
"""How files begin that are no mails, and what they are. No header field begins with any of these."""
_BINARY = 0.1
"""Share of control bytes from which on a file without any header field is no text."""
_CONTROL = bytes(byte for byte in range(32) if byte not in b"\t\n\r\f\x1b\b") + b"\x7f"
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
            if not path.is_dir():
                yield path
                continue
            empty = True
            for found in self._under(path):
                empty = False
                yield found
            if empty:
                yield path  # it was asked for; the answer will be that no mail is in it

    def _under(self, folder: Path) -> Iterator[Path]:
        shut: list[Path] = []
        for root, folders, names in os.walk(folder, onerror=lambda error: shut.append(Path(error.filename))):
            folders.sort()
            for name in sorted(names):
                path = Path(root, name)
                if _in_maildir(path) or path.suffix.lower() in _SUFFIXES or _begins_like_a_mail(path):
                    yield path
                else:
                    self.skipped += 1
        yield from shut  # folders that cannot be read


def mails_of(path: Path) -> Iterator[Found]:
    """The mails in a file. Total: what cannot be read is told as one without bytes."""
    if path.is_dir():
        yield Found(str(path), wrong=_why_nothing(path))
        return
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


def no_mail_but(raw: bytes) -> str | None:
    """What a file is that is certainly no mail; None where it may be one."""
    for begin, what in _NO_MAILS:
        if raw.startswith(begin):
            return f"no mail but {what}"
    head = raw[:_HEAD]
    if looks_like_a_mail(head) or raw.startswith(_OUTLOOK):
        return None
    controls = len(head) - len(head.translate(None, _CONTROL))
    return "no mail but binary data" if controls > _BINARY * len(head) and not _FIELD.match(head) else None


def _why_nothing(folder: Path) -> str:
    try:
        os.listdir(folder)
    except OSError as error:
        return f"the folder cannot be read: {error.strerror or error}"
    return "no mail in this folder"


def _begins_like_a_mail(path: Path) -> bool:
    if path.exists() and not path.is_file():
        return False  # a pipe or a socket would keep us waiting
    try:
        with path.open("rb") as file:
            return looks_like_a_mail(file.read(_HEAD))
    except OSError:
        return True  # it was asked for; the answer will be why it cannot be read


def _in_maildir(path: Path) -> bool:
    return path.parent.name in ("cur", "new") and (path.parent.parent / "cur").is_dir()

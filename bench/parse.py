"""Bench *parse*: mails/s with everything that the router needs read, against the standard library on the same mails.

    python -m bench.parse [CORPORA] [--each N]

Ours reads within the timing: every header decoded, the tree with each leaf decoded, addresses, date, ids, text, new
text, class with its reason, evidence, authentication results, the bounce where the mail reports one, content digest.
The floor is `email` with `policy.default`: every header read, every leaf decoded; nothing is understood.
Both take turns on all the mails, as a router and a script would read them one after another (a turn for each mail
would measure how each empties the other's caches), and each mail counts with its best round: machines are shared.
"""

from __future__ import annotations

import argparse
import email
import email.message
import email.policy
import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mail.authentication import authentication_of
from mail.bounces import parse_bounce
from mail.classify import classify
from mail.digest import content_digest
from mail.evidence import candidates, check_candidates, find_evidence
from mail.parse import parse
from mail.reply import reply_of

__all__ = ["Result", "floor", "measure", "ours", "sample"]

FOLDERS = ("spamassassin", "mailparser_stalwart", "ruby_mail", "cpython_email", "sisimai", "mimekit/messages")
_REPORTS = ("bounce", "delay", "receipt", "complaint")
_SKIPPED = (".json", ".html")


@dataclass(frozen=True, slots=True)
class Result:
    """Mails a second of both, and how many times faster ours is."""

    mails: int
    ours: float
    floor: float

    @property
    def ratio(self) -> float:
        return self.ours / self.floor


def ours(raw: bytes) -> None:
    """Everything that the router reads of a mail."""
    mail = parse(raw)
    for _ in mail.headers:
        pass
    for part in mail.parts:
        assert part.size >= 0
    for part in mail.attachments:
        assert part.sha256
    found = classify(mail)
    assert reply_of(mail).text is not None
    find_evidence(mail, check_candidates(candidates(mail), (), "bench"))
    authentication_of(mail, ["mx.example.org"])
    content_digest(mail)
    if found.kind in _REPORTS:
        parse_bounce(mail)


def floor(raw: bytes) -> None:
    """The standard library: every header read and every leaf decoded."""
    try:
        message = email.message_from_bytes(raw, policy=email.policy.default)
    except Exception:
        return
    for part in message.walk():
        for name in part.keys():  # noqa: SIM118
            try:
                str(part[name])
            except Exception:
                continue
        if not part.is_multipart():
            try:
                part.get_content()
            except Exception:
                continue


def sample(corpora: Path, each: int) -> list[bytes]:
    """Every `each`-th mail of the folders."""
    return [path.read_bytes() for path in list(_paths(corpora))[::each]]


def _paths(corpora: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        for path in sorted((corpora / folder).rglob("*")):
            if path.is_file() and path.suffix not in _SKIPPED and path.name != "SOURCE.txt":
                yield path


def measure(mails: list[bytes], rounds: int = 3) -> Result:
    """Both on the same mails, taking turns; a mail's time is its best of `rounds`."""
    best = {ours: [float("inf")] * len(mails), floor: [float("inf")] * len(mails)}
    for _ in range(rounds):
        for read, times in best.items():
            for number, raw in enumerate(mails):
                times[number] = min(times[number], _seconds(read, raw))
    return Result(len(mails), len(mails) / sum(best[ours]), len(mails) / sum(best[floor]))


def _seconds(read: Callable[[bytes], None], raw: bytes) -> float:
    started = time.perf_counter()
    read(raw)
    return time.perf_counter() - started


def main() -> None:
    parser = argparse.ArgumentParser(description="mails/s of our parsing and of the standard library's")
    parser.add_argument("corpora", nargs="?", type=Path, default=os.environ.get("MAILCASE_CORPORA"))
    parser.add_argument("--each", type=int, default=5, help="take every N-th mail")
    arguments = parser.parse_args()
    if arguments.corpora is None:
        parser.error("say where the corpora are, or set MAILCASE_CORPORA")
    mails = sample(Path(arguments.corpora), arguments.each)
    result = measure(mails)
    print(f"{result.mails} mails, median {statistics.median(map(len, mails)) / 1024:.1f} KiB")
    print(f"ours  {result.ours:8.0f} mails/s  ({1e3 / result.ours:.3f} ms a mail)")
    print(f"floor {result.floor:8.0f} mails/s  ({1e3 / result.floor:.3f} ms a mail)")
    print(f"ratio {result.ratio:8.1f}  (must 10, goal 30)")


if __name__ == "__main__":
    main()

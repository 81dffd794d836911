"""Conversation evidence, authentication results and composing, on mails of others.

thread index       the time of the newest block against the mail's own Date
subject            an answer's base subject against the one of the mail that it answers
results            methods and results of each Authentication-Results field against a plain search for `method=result`
composed           text, subject, people and files of each mail composed anew and parsed again: equal
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bench.quality.figures import Figure
from mail.authentication import authentication_of
from mail.compose import Attachment, OutgoingMail, compose
from mail.encode import ascii_address, is_message_id, visible
from mail.parse import parse
from mail.records import ParsedMail
from mail.subject import read_subject, subject_key
from mail.thread_index import parse_thread_index

__all__ = ["measure"]

_FOLDERS = ("spamassassin", "mailparser_stalwart", "mimekit", "ruby_mail", "sisimai", "cpython_email")
_SLOW = timedelta(days=3)
"""Lists and drafts lie between writing and the Date field."""
_EARLY = timedelta(minutes=15)
_COMMENT = re.compile(r"\([^()]{0,1000}\)")
_PAIR = re.compile(r"(?:^|[;\s])(dmarc|spf|dkim)=([A-Za-z]+)")


def measure(corpora: Path) -> list[Figure]:
    """The four figures."""
    mails = list(_mails(corpora))
    return [_thread_indexes(mails), _subjects(mails), _results(mails), _composed(mails)]


def _mails(corpora: Path) -> Iterator[tuple[str, ParsedMail]]:
    for folder in _FOLDERS:
        for path in sorted((corpora / folder).rglob("*")):
            if not path.is_file() or path.suffix in (".json", ".py", ".mbox", ".msf") or path.name == "SOURCE.txt":
                continue
            raw = path.read_bytes()
            if len(raw) < 2_000_000 and re.match(rb"(?:From |[!-9;-~]{2,60}:)", raw):
                yield f"{folder}/{path.name}", parse(raw)


def _thread_indexes(mails: list[tuple[str, ParsedMail]]) -> Figure:
    good, total, differences = 0, 0, []
    for name, mail in mails:
        text = mail.headers.text("thread-index")
        if not text or mail.date is None:
            continue
        index = parse_thread_index(text)
        if index is not None and index.started is None:
            continue  # some Outlooks write random bytes for a time
        total += 1
        newest = None if index is None else index.replies[-1] if index.replies else index.started
        date = mail.date if mail.date.tzinfo else mail.date.replace(tzinfo=UTC)
        if newest is not None and -_EARLY <= date - newest <= _SLOW:
            good += 1
        else:
            differences.append(
                f"{name}: Thread-Index: {_shown(newest)} vs Date {_shown(date)}: an old mail used as a form"
            )
    return Figure("Thread-Index decoded (newest block within Date)", "all", good, total, 0.97, 0.995, differences)


def _shown(time: datetime | None) -> str:
    return "none" if time is None else time.astimezone(UTC).strftime("%Y-%m-%d %H:%M")


def _subjects(mails: list[tuple[str, ParsedMail]]) -> Figure:
    known = {mail.message_id: mail for _, mail in mails if mail.message_id}
    good, total, differences = 0, 0, []
    for name, mail in mails:
        parent = known.get(mail.in_reply_to or "")
        if parent is None or parent is mail or not read_subject(mail.subject).kinds:
            continue
        total += 1
        ours, theirs = subject_key(mail.subject), subject_key(parent.subject)
        if ours == theirs or (len(theirs) > 60 and theirs.startswith(ours)):
            good += 1
        else:
            differences.append(
                f"{name}: subject: {mail.subject[:70]!r} vs parent {parent.subject[:70]!r}: people changed it"
            )
    return Figure("base subject of answers equals their parent's", "spamassassin", good, total, 0.9, 0.97, differences)


def _results(mails: list[tuple[str, ParsedMail]]) -> Figure:
    good, total, differences = 0, 0, []
    for name, mail in mails:
        for value in mail.headers.text_all("authentication-results")[:1]:
            server = re.match(r"\s*([^\s;()=]+)\s*(?:\d+\s*)?(?:\([^()]*\)\s*)?;", value)
            if server is None:
                continue
            plain = _COMMENT.sub(" ", _COMMENT.sub(" ", value))
            wanted: dict[str, set[str]] = {}
            for method, result in _PAIR.findall(plain):
                wanted.setdefault(method, set()).add(result.lower())
            found = authentication_of(mail, [server[1]])
            for method, results in wanted.items():
                total += 1
                ours = getattr(found, method)
                if ours in results:
                    good += 1
                else:
                    differences.append(f"{name}: {method}: {ours} ({found.reason}) vs {'/'.join(sorted(results))}")
    return Figure("results of the topmost Authentication-Results", "all", good, total, 0.97, 1.0, differences)


def _composed(mails: list[tuple[str, ParsedMail]]) -> Figure:
    good, total, differences = 0, 0, []
    for name, mail in mails:
        people = [address.address for address in mail.to if ascii_address(address.address) == address.address][:50]
        if not people:
            continue
        files = tuple(
            Attachment(
                visible(part.filename or "file").replace("/", "_").replace("\\", "_") or "file",
                part.content_type,
                part.data(),
            )
            for part in mail.attachments
        )
        outgoing = OutgoingMail(
            from_address="office@acme.example",
            from_name=visible(mail.from_.name if mail.from_ else ""),
            to=tuple(people),
            subject=visible(mail.subject),
            text=mail.text,
            html=mail.html,
            attachments=files,
            message_id="<m1@acme.example>",
            date=datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
            installation="acme",
            in_reply_to=mail.message_id if mail.message_id and is_message_id(mail.message_id) else None,
        )
        again = parse(compose(outgoing))
        total += 1
        wrong = _unequal(outgoing, again)
        if wrong:
            differences.append(f"{name}: {wrong}: composed anew and parsed differs")
        else:
            good += 1
    return Figure("composed anew and parsed: equal", "all", good, total, 0.995, 1.0, differences)


def _unequal(sent: OutgoingMail, got: ParsedMail) -> str:
    pairs = {
        "defects": ((), got.defects),
        "subject": (sent.subject, got.subject),
        "from": (sent.from_name, got.from_.name if got.from_ else None),
        "to": (sent.to, tuple(address.address for address in got.to)),
        "in reply to": (sent.in_reply_to, got.in_reply_to),
        "text": (sent.text.strip("\n"), got.text.strip("\n")),
        "html": ((sent.html or "").strip("\n"), (got.html or "").strip("\n")),
        "files": ([file.data for file in sent.attachments], [part.data() for part in got.attachments]),
        "file names": ([file.name for file in sent.attachments], [part.filename for part in got.attachments]),
    }
    return next((name for name, (ours, theirs) in pairs.items() if ours != theirs), "")

"""What four libraries for reply text check of themselves, asked of `mail.reply` by the mapping in its docstring, and
own mails with their new text.

Exact checks compare after folding white space. A text that stands in the zapier set and in the mail-parser-reply set
counts once for each check that differs. The own mails (`tests/mail/corpus/`: `threads`, `replies`, and a second set of
each) were written without knowing the code; new text is what was written now, without history, attribution, copied
header, signature, device line, disclaimer and banner; in a forward the sender's note and the passed-on texts without
their headers.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.quality.figures import Figure
from mail.html import html_page, html_to_text
from mail.parse import parse
from mail.reply import Context, Embedded, Form, ZoneKind, Zones, divide, divide_thoroughly, reply_of

__all__ = ["OWN", "measure", "own_mails"]

OWN = Path(__file__).resolve().parents[2] / "tests" / "mail" / "corpus"
"""Own-written mails, by kind."""

_TAILS = (ZoneKind.SIGNATURE, ZoneKind.DISCLAIMER)
_HEADS = (ZoneKind.ATTRIBUTION, ZoneKind.HEADER)
_TAG = re.compile(r"^#(?:sig|reply)#", re.MULTILINE)
"""Marks of the people who annotated talon's signatures; no mail has them."""


@dataclass(frozen=True)
class Check:
    """One check: `ours` and `theirs` as they are shown, and whether it holds."""

    where: str
    holds: bool
    ours: str
    theirs: str


def measure(corpora: Path) -> list[Figure]:
    """One figure a folder, and one for each kind of own mails."""
    sets: dict[str, Callable[[Path], Iterable[Check]]] = {
        "talon": _talon,
        "zapier_email_reply_parser": _zapier,
        "mail_parser_reply": _mail_parser_reply,
        "quotequail": _quotequail,
    }
    figures = [_figure(name, list(checks(corpora / name))) for name, checks in sets.items()]
    return [
        *figures,
        _own("reply text, own business threads", OWN / "threads", 0.75),
        _own("reply text, own replies in 24 languages", OWN / "replies", 0.80),
        _own("reply text, own business threads, second blind set, learned from", OWN / "threads2", 0.75),
        _own("reply text, own replies, second blind set, learned from", OWN / "replies2", 0.80),
    ]


def own_mails(folder: Path) -> Iterable[Check]:
    """A check for each `NAME.eml` of `folder`: its new text equals `NAME.txt`."""
    for path in sorted(folder.glob("*.eml")):
        wanted = path.with_suffix(".txt").read_text("utf-8")
        ours = reply_of(parse(path.read_bytes())).text
        yield Check(path.name, _folded(ours) == _folded(wanted), ours, wanted)


def _own(name: str, folder: Path, must: float) -> Figure:
    checks = list(own_mails(folder))
    differences = [
        f"{one.where}: {one.ours!r:.160} vs {one.theirs!r:.160}: ours is wrong" for one in checks if not one.holds
    ]
    return Figure(name, "own", len(checks) - len(differences), len(checks), must, 0.95, differences)


def _figure(folder: str, checks: list[Check]) -> Figure:
    differences = [
        f"{one.where}: {one.ours!r:.160} vs {one.theirs!r:.160}: {_WHY.get(one.where, 'the oracle is right')}"
        for one in checks
        if not one.holds
    ]
    return Figure("reply text", folder, len(checks) - len(differences), len(checks), 0.90, 0.97, differences)


_WHY = {
    "email_1_6.txt[1] message.fragments[1].content": "we are: a device line, even as a joke",
    "email_1_8.txt: fragments": "both: `-- Tim` within the quotation is a stretch of its own there",
    "email_1_3.txt[4] mail.replies[1].body": "we are: an answer below a nested quotation belongs to who wrote it",
    "email_1_8.txt: replies": "we are: the answers between the quotations are a third message",
    "email_swedish_2.txt: replies": "we are: the quotation is a second message",
}
"""Who is right where we differ."""


def _folded(text: str) -> str:
    return " ".join(text.split())


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _expected(folder: Path) -> Any:
    return json.loads((folder / "expected.json").read_text("utf-8"))


def _html(page: str) -> Zones:
    read = html_page(page, 1_000_000)
    return divide(read.text, Context(history=read.history, signatures=read.signatures))


# talon


def _talon(folder: Path) -> Iterable[Check]:
    for name, case in _expected(folder).items():
        if "signature_file" in case:
            yield _talon_signature(folder, name, case)
            continue
        wanted = case["reply_text"]
        raw = (folder / name).read_bytes()
        zones = _html(raw.decode("utf-8", "replace")) if name.endswith(".html") else reply_of(parse(raw))
        parts = [zones.text, f"{zones.text}\n{zones.signature}"]
        ours = next((part for part in parts if _squeezed(part) == _squeezed(wanted)), parts[0])
        yield Check(name, _squeezed(ours) == _squeezed(wanted), ours, wanted)


def _talon_signature(folder: Path, name: str, case: dict[str, str]) -> Check:
    base = (folder / name).parent
    sender = (base / (folder / name).name.replace("_body", "_sender")).read_text("utf-8").strip()
    wanted = _TAG.sub("", (base / case["signature_file"]).read_text("utf-8"))
    names = (sender.casefold(), sender.partition("@")[0].casefold()) if sender else ()
    body = _TAG.sub("", (folder / name).read_text("utf-8"))
    zones = divide(body, Context(names))
    return Check(name, _folded(zones.signature) == _folded(wanted), zones.signature, wanted)


# zapier


def _zapier(folder: Path) -> Iterable[Check]:
    for name, case in _expected(folder).items():
        zones = divide_thoroughly((folder / name).read_text("utf-8"))
        fragments = _fragments(zones)
        if "n_fragments" in case:
            count = case["n_fragments"]
            yield Check(f"{name}: fragments", len(fragments) == count, str(len(fragments)), str(count))
        for number, check in enumerate(case.get("checks", [])):
            target = check["target"]
            found = re.search(r"fragments\[(\d+)\]", target)
            ours = "".join(fragments[int(found[1]) : int(found[1]) + 1]) if found else zones.text
            yield _compared(f"{name}[{number}] {target.partition('(')[0]}", check["op"], ours, check["value"])


def _fragments(zones: Zones) -> list[str]:
    """Stretches of one kind; an attribution or header is one with the quotation after it, but for a list's footer."""
    fragments: list[tuple[str, str]] = []
    for zone in zones.zones:
        kind = str(zone.kind) if not zone.message else "quoted"
        if zone.message and zone.kind is ZoneKind.DISCLAIMER:
            kind = "quoted footer"
        text = zones.source[zone.start : zone.end]
        if fragments and fragments[-1][0] == kind:
            fragments[-1] = kind, f"{fragments[-1][1]}\n{text}"
        else:
            fragments.append((kind, text))
    return [text for _, text in fragments]


def _compared(where: str, op: str, ours: str, wanted: str) -> Check:
    mine, theirs = _folded(ours), _folded(wanted)
    holds = {"==": mine == theirs, "in": theirs in mine, "not in": theirs not in mine}[op]
    return Check(where, holds, ours, f"{op} {wanted}")


# mail-parser-reply


def _mail_parser_reply(folder: Path) -> Iterable[Check]:
    for name, case in _expected(folder).items():
        zones = divide_thoroughly((folder / name).read_text("utf-8"))
        messages = _messages(zones)
        if "n_replies" in case:
            count = case["n_replies"]
            yield Check(f"{name}: replies", len(messages) == count, str(len(messages)), str(count))
        for number, check in enumerate(case.get("checks", [])):
            if check["langs"] is None and any(
                other["value"] == check["value"] and other["target"] == check["target"] and other["op"] != check["op"]
                for other in case["checks"]
            ):
                continue  # the same text read without a language, which must then not be understood
            found = re.fullmatch(r"\w+\.replies\[(\d+)\]\.(\w+)", check["target"])
            assert found is not None
            index, field = int(found[1]), found[2]
            ours = _part(zones, messages[index], field) if index < len(messages) else ""
            wanted = check["value"].rstrip("- \n") if field == "body" and check["op"] == "==" else check["value"]
            yield _compared(f"{name}[{number}] {found[0]}", check["op"], ours, wanted)


def _messages(zones: Zones) -> list[int]:
    """Messages with their own lines; the mail itself only where something stands before the first of the others."""
    found = list(
        dict.fromkeys(zone.message for zone in zones.zones if zones.source[zone.start : zone.end].strip("> \n"))
    )
    return sorted(found)


def _part(zones: Zones, message: int, field: str) -> str:
    kinds = {
        "content": tuple(ZoneKind),
        "body": (ZoneKind.NEW, ZoneKind.QUOTED, ZoneKind.FORWARDED),
        "headers": _HEADS,
        "signatures": _TAILS,
    }[field]
    return zones.joined(message, *kinds)


# quotequail


def _quotequail(folder: Path) -> Iterable[Check]:
    for number, case in enumerate(_expected(folder)):
        name = f"case {number} ({case['test'].partition('::')[0]})"
        if isinstance(case["expected"], list):
            yield from _quoted(name, case)
            continue
        if case.get("html") is not None or case.get("file"):
            zones = _html(case["html"] if case.get("html") is not None else (folder / case["file"]).read_text("utf-8"))
        else:
            zones = divide(case["text"])
        yield from _unwrapped(name, zones, case["expected"])


def _unwrapped(name: str, zones: Zones, wanted: dict[str, Any] | None) -> Iterable[Check]:
    first = zones.embedded[0] if zones.embedded else None
    if wanted is None:
        shown = "" if first is None or first.form is Form.QUOTE else first.form
        yield Check(f"{name} none", not shown, shown, "nothing")
        return
    for field, value in wanted.items():
        text = html_to_text(value, 1_000_000)[0] if field.startswith("html") else value
        ours = "" if first is None else _unwrapped_field(zones, first, field)
        same = (
            _squeezed(ours) == _squeezed(_unquoted(text))
            if field.startswith("html")
            else _folded(ours) == _folded(text)
        )
        yield Check(f"{name} {field}", same, ours, text)


def _unwrapped_field(zones: Zones, first: Embedded, field: str) -> str:
    if field == "type":
        return {Form.HEADER: "forward", Form.MARK: "forward", Form.ATTRIBUTION: "reply"}.get(first.form, "quote")
    if field in ("text", "html"):
        bodies = [
            zones.source[zone.start : zone.end]
            for zone in zones.zones
            if zone.kind not in _HEADS and (zone.message >= 1 or first.message == 0)
        ]
        return _unquoted("\n".join(bodies)).strip()
    above = [
        zone.start for zone in zones.zones if zone.message == first.message and zone.kind in (*_HEADS, ZoneKind.QUOTED)
    ]
    edge = min(above, default=0)
    if field in ("text_top", "html_top"):
        return "\n".join(zones.source[one.start : one.end] for one in zones.zones if one.end <= edge).strip()
    if field in ("text_bottom", "html_bottom"):
        below = [one for one in zones.zones if one.start > edge and one.message == 0]
        return "\n".join(zones.source[one.start : one.end] for one in below).strip()
    kind = {"date": "sent"}.get(field, field)
    if first.form is Form.ATTRIBUTION:
        return first.field(kind) or ""
    return first.field(kind) or ""


def _unquoted(text: str) -> str:
    return "\n".join(line.lstrip("> ") if line.lstrip().startswith(">") else line for line in text.split("\n"))


def _quoted(name: str, case: dict[str, Any]) -> Iterable[Check]:
    """`expected`: the introduction belongs to what is shown; `expected_quote_intro_line`: to what is folded away."""
    for key in ("expected", "expected_quote_intro_line"):
        page = case.get("html")
        zones = _html(page) if page is not None else divide(case["text"])
        first = zones.embedded[0] if zones.embedded else None
        mine = [one for one in zones.zones if first is not None and one.message == first.message]
        heads = [one for one in mine if one.kind in _HEADS]
        if key == "expected" and heads:
            lead = zones.source[heads[0].start :].lstrip("> *").partition("\n\n")[0]
            cut = heads[0].end if first is not None and first.form is Form.ATTRIBUTION else heads[0].start + len(lead)
        else:
            cut = heads[0].start if heads else (mine[0].start if mine else len(zones.source))
        shown = case[key][0][1]
        theirs = html_to_text(shown, 1_000_000)[0] if page is not None else shown
        ours = zones.source[:cut]
        if key == "expected" and first is not None and first.form is not Form.ATTRIBUTION:
            ours, theirs = zones.source[: heads[0].start] if heads else ours, _unled(theirs)
        yield Check(f"{name} {key}", _squeezed(ours) == _squeezed(theirs), ours, theirs)


def _unled(text: str) -> str:
    """Without the mark of a forward, which is a part of our header zone."""
    head, _, last = text.rstrip().rpartition("\n")
    return head if "orward" in last else text

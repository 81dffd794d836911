"""The stalwart trees: fields and leaves of each mail (with LF and with CRLF line ends) against the oracle's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from bench.quality.figures import Figure
from mail.addresses import parse_groups
from mail.charsets import decode_text
from mail.parse import parse
from mail.records import ParsedMail, Part

__all__ = ["measure", "moment_of", "people"]

FOLDERS = ("rfc", "legacy")
_ADDRESSES = ("from", "to", "cc")
_IDS = ("message_id", "in_reply_to", "references")


def measure(corpora: Path) -> list[Figure]:
    """Two figures a folder: compared fields that are equal, and those that are equal or where ours is right."""
    figures = []
    for folder in FOLDERS:
        good = total = judged = 0
        differences: list[str] = []
        for path in sorted((corpora / "mailparser_stalwart" / "eml" / folder).glob("*.eml")):
            written = path.read_bytes()
            # As the oracle was made: one variant without any CR (one file has a lone one), one with CRLF.
            lines = written.replace(b"\r", b"")
            crlf = written.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
            for variant, name in ((lines, f"{path.stem}.json"), (crlf, f"{path.stem}.crlf.json")):
                oracle = json.loads(path.with_name(name).read_text("utf-8"))
                for field, ours, theirs in compare(parse(variant), oracle):
                    total += 1
                    if ours == theirs:
                        good += 1
                        continue
                    reason = why_ours(ours, theirs)
                    judged += reason is not None
                    verdict = f"ours is right: {reason}" if reason else "the oracle is right, or nobody is"
                    differences.append(f"{folder}/{name}: {field}: {_shown(ours)} vs {_shown(theirs)}: {verdict}")
        corpus = f"stalwart {folder}"
        figures.append(Figure("fields of mails equal to the oracle", corpus, good, total, 0.97, 0.995, differences))
        unjudged = [line for line in differences if "ours is right" not in line]
        figures.append(Figure("… or ours is right", corpus, good + judged, total, 0.97, 0.995, unjudged))
    return figures


def why_ours(ours: Any, theirs: Any) -> str | None:
    """Why ours is what a person would read; None where that cannot be said."""
    ours_text, theirs_text = repr(ours), repr(theirs)
    if "\N{REPLACEMENT CHARACTER}" in theirs_text and "\N{REPLACEMENT CHARACTER}" not in ours_text:
        return "raw 8-bit bytes are read in the charset that they are in, the oracle gives replacement characters"
    if isinstance(theirs, str | bytes):
        start = theirs.lstrip()[:6]
        if start in ("begin ", b"begin ") and not ours_text.lstrip("b'\\nr").startswith("begin "):
            return "content with the transfer encoding x-uuencode is decoded, the oracle leaves it encoded"
    if isinstance(ours, str) and isinstance(theirs, str) and theirs[1:2] == ":" and theirs.endswith(ours):
        return "of a path the last part is the name (RFC 2183 §2.3), and a lone backslash in it no escape"
    if isinstance(ours, str) and isinstance(theirs, str) and ours.rstrip("\r\n") == theirs.rstrip("\r\n"):
        return "the line end at the end of a mail is content"
    return None


def compare(mail: ParsedMail, oracle: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """(field, ours, the oracle's) of everything that is compared."""
    headers: dict[str, Any] = {}
    for header in oracle["parts"][0]["headers"]:
        if isinstance(header["name"], str):
            headers.setdefault(header["name"], header["value"])
    subject = headers.get("subject")
    yield "subject", mail.subject, _text(subject)
    for name in _ADDRESSES:
        ours = [
            (group.name, [(one.name, one.address) for one in group.members])
            for value in mail.headers.text_all(name)[:1]
            for group in parse_groups(value)
        ]
        yield name, ours, people(headers.get(name))
    yield "date", mail.date, moment_of(headers.get("date"))
    yield "message_id", _bare([mail.message_id] if mail.message_id else []), _ids(headers.get("message_id"))
    yield "in_reply_to", _bare([mail.in_reply_to] if mail.in_reply_to else []), _ids(headers.get("in_reply_to"))
    yield "references", _bare(mail.references), _ids(headers.get("references"))
    theirs = list(_leaves(oracle))
    yield "number of parts", len(mail.parts), len(theirs)
    for number, leaf in enumerate(theirs):
        part = mail.parts[number] if number < len(mail.parts) else None
        yield f"part {number} type", part and part.content_type, leaf["type"]
        yield f"part {number} name", part and part.filename, leaf["name"]
        if leaf["content"] is not None:
            yield f"part {number} content", part and _content(part, leaf["content"]), leaf["content"]


def _content(part: Part, theirs: str | bytes) -> str | bytes:
    return decode_text(part.data(), part.charset)[0] if isinstance(theirs, str) else part.data()


def _leaves(message: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Leaves and embedded messages in the order of the mail."""
    yield from _under(message["parts"], 0, "text/plain")


def _under(parts: list[dict[str, Any]], number: int, default: str) -> Iterator[dict[str, Any]]:
    part = parts[number]
    headers = {h["name"]: h["value"] for h in part["headers"] if isinstance(h["name"], str)}
    whole: dict[str, Any] = part["body"] if isinstance(part["body"], dict) else {part["body"]: None}
    kind, body = next(iter(whole.items()))
    declared = _content_type(headers.get("content_type"))
    if kind == "Multipart":
        inner = "message/rfc822" if declared == "multipart/digest" else "text/plain"
        for child in body or []:
            yield from _under(parts, child, inner)
        return
    content = None if kind == "Message" else bytes(body) if kind in ("Binary", "InlineBinary") else body
    yield {"type": declared or default, "name": _name(headers), "content": content}
    if kind == "Message":
        yield from _leaves(body)


def _content_type(value: Any) -> str | None:
    if not isinstance(value, dict) or "ContentType" not in value:
        return None
    found = value["ContentType"]
    return f"{found['c_type']}/{found['c_subtype']}" if found.get("c_subtype") else str(found["c_type"])


def _name(headers: dict[str, Any]) -> str | None:
    for header, attribute in (("content_disposition", "filename"), ("content_type", "name")):
        value = headers.get(header)
        if isinstance(value, dict) and "ContentType" in value:
            for one in value["ContentType"].get("attributes") or ():
                if one["name"] == attribute:
                    return str(one["value"])
    return None


def _text(value: Any) -> str:
    return str(value["Text"]) if isinstance(value, dict) and "Text" in value else ""


def _ids(value: Any) -> list[str]:
    if isinstance(value, dict):
        return list(value["TextList"]) if "TextList" in value else [value["Text"]]
    return []


def _bare(ids: Any) -> list[str]:
    return [one.strip("<>") for one in ids]


def people(value: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """The oracle's addresses as (group, [(name, address)])."""
    if not isinstance(value, dict):
        return []
    value = value.get("Address", value)
    if "List" in value:
        return [("", [(one["name"] or "", one["address"] or "") for one in value["List"]])]
    return [
        (group["name"] or "", [(one["name"] or "", one["address"] or "") for one in group["addresses"]])
        for group in value["Group"]
    ]


def moment_of(value: Any) -> datetime | None:
    """The oracle's date."""
    if not isinstance(value, dict):
        return None
    found = value.get("DateTime", value)
    offset = timedelta(hours=found["tz_hour"], minutes=found["tz_minute"])
    try:
        return datetime(
            found["year"], found["month"], found["day"], found["hour"], found["minute"], found["second"],
            tzinfo=timezone(-offset if found["tz_before_gmt"] else offset),
        )  # fmt: skip
    except ValueError:
        return None


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 160 else f"{text[:100]}…{text[-50:]}"

"""Every entry point of `mail/` gets what nobody would write: mutated mails, mixtures of words that mean something.

Entry points are found, not listed: a public function whose parameters are text, bytes or a parsed mail is fuzzed from
the day it is there. What a docstring says under "Raises" may be raised, nothing else.
"""

from __future__ import annotations

import inspect
import json
import os
import pkgutil
import re
import typing
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mail as library
from mail.arc import ArcChain, read_chain
from mail.canonical import SignedMessage
from mail.dkim import DnsAnswers
from mail.evidence import TokenCheck
from mail.limits import Limits
from mail.parse import parse
from mail.protected.results import Trust
from mail.records import ParsedMail, Part
from mail.signed_ids import SigningKey
from mail.zones.records import Zones
from tests.mail.seeds import DICTIONARY, SEEDS

GOLDEN = Path(__file__).parent.parent / "golden" / "mail"
DEMO = Path(__file__).parents[2] / "mailcase" / "demo" / "mails"
EXAMPLES = int(os.environ.get("MAILCASE_TEST_FUZZ") or 40)
"""For each entry point; MAILCASE_TEST_FUZZ=5000 searches for an hour what a run of all tests has no time for."""
RELAXED = settings(
    max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@cache
def seeds() -> tuple[bytes, ...]:
    return (*SEEDS, *(path.read_bytes() for folder in (GOLDEN, DEMO) for path in sorted(folder.glob("*.eml"))))


ENDS = [b"\r", b"\r\n", b"\n\r", b"\n"]


def _at(share: float, size: int) -> int:
    return min(size, int(share * (size + 1)))


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """An own-written mail after a few accidents: cut, doubled, swapped, spliced with another one, bytes turned."""
    raw = draw(st.sampled_from(seeds()))
    places = st.floats(0, 1)
    for _ in range(draw(st.integers(0, 6))):
        start, end = sorted((_at(draw(places), len(raw)), _at(draw(places), len(raw))))
        end = min(end, start + draw(st.sampled_from([1, 4, 40, 400, 100_000])))
        piece = raw[start:end]
        match draw(st.sampled_from(["cut", "double", "word", "bytes", "splice", "truncate", "lines", "case", "move"])):
            case "cut":
                raw = raw[:start] + raw[end:]
            case "double":
                raw = raw[:end] + piece * draw(st.integers(1, 8)) + raw[end:]
            case "word":
                raw = raw[:start] + draw(st.sampled_from(DICTIONARY)).encode() + raw[start:]
            case "bytes":
                raw = raw[:start] + draw(st.binary(min_size=1, max_size=6)) + raw[end:]
            case "splice":
                other = draw(st.sampled_from(seeds()))
                at = _at(draw(places), len(other))
                raw = raw[:start] + other[at : at + 600] + raw[start:]
            case "truncate":
                raw = raw[:end]
            case "lines":
                raw = raw.replace(b"\r\n", b"\n").replace(
                    b"\n", draw(st.sampled_from([b"\r", b"\r\n", b"\n\r", b"\n"]))
                )
            case "case":
                raw = raw[:start] + piece.swapcase() + raw[end:]
            case "move":
                raw = raw[:start] + raw[end:] + piece
        raw = raw[:100_000]
    return raw


TEXTS = st.lists(
    st.one_of(
        st.sampled_from(DICTIONARY), st.text(max_size=12), st.sampled_from([" ", "\n", "\n\n", "\t", ";", "<", ">"])
    ),
    max_size=30,
).map("".join)
BYTES = st.one_of(mutated(), st.binary(max_size=300), TEXTS.map(lambda text: text.encode("utf-8", "replace")))
ENCODINGS = st.one_of(
    st.sampled_from(["base64", "quoted-printable", "x-uuencode", "x-yenc", "7bit", "8bit", "binary", ""]), TEXTS
)


def _texts_of_mails() -> st.SearchStrategy[str]:
    return st.one_of(
        TEXTS, mutated().map(lambda raw: raw.decode("latin-1")), mutated().map(lambda raw: parse(raw).text)
    )


STRATEGIES: dict[Any, st.SearchStrategy[Any]] = {
    str: _texts_of_mails(),
    bytes: BYTES,
    int: st.integers(0, 2000),
    str | None: st.one_of(st.none(), TEXTS),
    ParsedMail: mutated().map(parse),
    Iterable[str]: st.lists(TEXTS, max_size=4),
    Collection[str]: st.lists(TEXTS, max_size=4),
    Iterable[TokenCheck]: st.just(()),
    Iterable[SigningKey]: st.just([SigningKey("k3", b"a key of the fuzz test, 32 bytes and more")]),
    Limits: st.sampled_from([Limits(), Limits(header_count=3, parts=4, depth=2, part_bytes=100, text_chars=50)]),
    Trust: st.builds(Trust, st.sampled_from([b"", b"-----BEGIN CERTIFICATE-----\nMIIB"]), st.just(b""), BYTES),
    SignedMessage: BYTES.map(SignedMessage.of),
    ArcChain: BYTES.map(lambda raw: read_chain(SignedMessage.of(raw))),
    DnsAnswers: st.dictionaries(TEXTS, st.one_of(st.none(), st.lists(TEXTS, max_size=3).map(tuple)), max_size=3),
    datetime: st.datetimes(timezones=st.just(UTC)),
    Sequence[Part]: mutated().map(lambda raw: parse(raw).attachments),
}


INNER = ("mail.assemble", "mail.zones.")
"""Modules whose functions rely on what their one caller has checked; that caller is an entry point."""


def entry_points() -> Iterator[tuple[str, Callable[..., Any], dict[str, st.SearchStrategy[Any]]]]:
    """Public functions of the package whose required parameters can be made up."""
    for info in pkgutil.walk_packages(library.__path__, "mail."):
        if info.name.startswith(INNER) and info.name != "mail.zones.divide":
            continue
        module = import_module(info.name)
        for name in getattr(module, "__all__", ()):
            function = getattr(module, name)
            if not inspect.isfunction(function) or function.__module__ != info.name:
                continue
            hints = typing.get_type_hints(function)
            needed = [one.name for one in inspect.signature(function).parameters.values() if one.default is one.empty]
            made = {one: ENCODINGS if one == "encoding" else STRATEGIES.get(hints[one]) for one in needed}
            if made and all(strategy is not None for strategy in made.values()):
                yield f"{info.name}.{name}", function, typing.cast(dict[str, st.SearchStrategy[Any]], made)


ENTRY_POINTS = {name: (function, made) for name, function, made in entry_points()}


def test_the_entry_points_are_found() -> None:
    expected = {
        "parse.parse", "classify.classify", "bounces.parse.parse_bounce", "reply.reply_of", "dates.parse_date",
        "addresses.parse_addresses", "words.decode_words", "charsets.decode_text", "evidence.candidates",
        "digest.content_digest", "transfer.decode_transfer", "html.html_to_text",
    }  # fmt: skip
    assert {f"mail.{name}" for name in expected} <= ENTRY_POINTS.keys()


@pytest.mark.parametrize("name", ENTRY_POINTS)
def test_an_entry_point_raises_nothing_that_it_does_not_announce(name: str) -> None:
    function, made = ENTRY_POINTS[name]
    announced = set(re.findall(r"\w+", (function.__doc__ or "").partition("Raises")[2]))

    @RELAXED
    @given(st.fixed_dictionaries(made))
    def check(arguments: dict[str, Any]) -> None:
        try:
            found = function(**arguments)
        except Exception as error:
            if not announced & {kind.__name__ for kind in type(error).__mro__}:
                raise
            return
        if inspect.isgenerator(found):
            list(found)

    check()


@settings(RELAXED, max_examples=8 * EXAMPLES)
@given(mutated())
def test_a_mutated_mail_is_read_by_everything_and_can_be_written_down(raw: bytes) -> None:
    mail = parse(raw)
    assert not [defect for defect in mail.defects if defect.startswith("parser_failed")]
    assert mail == parse(raw)
    for text in _texts(mail):
        assert "\0" not in text
        json.dumps(text, ensure_ascii=False).encode("utf-8")
    for part in mail.parts:
        assert len(part.data()) == part.size


def _texts(record: object) -> Iterator[str]:
    """All texts in a record of records."""
    if isinstance(record, str):
        yield record
    elif isinstance(record, (tuple, list)):
        for one in record:
            yield from _texts(one)
    elif is_dataclass(record):
        for field in fields(record):
            if not field.name.startswith("_"):
                yield from _texts(getattr(record, field.name))


@settings(RELAXED, max_examples=4 * EXAMPLES)
@given(_texts_of_mails())
def test_zones_lie_in_the_text_that_was_given(text: str) -> None:
    from mail.zones.divide import divide

    found = divide(text)
    assert isinstance(found, Zones)
    for zone in found.zones:
        assert 0 <= zone.start <= zone.end <= len(text)

"""Notices of many systems that were written blind: read as well as the quality page demands, and bounded."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from bench.quality.bounces import OWN, measure_own
from mail.bounces import parse_bounce
from mail.parse import parse

NOTICES = sorted(OWN.glob("*.eml"))


@pytest.mark.feature("RU-10", "recipient, status code and reason")
def test_notices_of_many_systems_are_read_as_well_as_demanded() -> None:
    for figure in measure_own():
        assert figure.share >= figure.goal, (figure.name, figure.share, figure.differences)


def test_the_set_is_whole() -> None:
    assert len(NOTICES) >= 250
    assert [path.name for path in NOTICES if not path.with_suffix(".json").is_file()] == []


def test_what_relays_strip_from_the_header_is_hardly_missed() -> None:
    stripped = re.compile(rb"^(?:Return-Path|Auto-Submitted|X-Failed-Recipients): ?.*\n(?:[ \t].*\n)*", re.MULTILINE)
    found = total = 0
    for path in NOTICES:
        head, _, body = path.read_bytes().partition(b"\n\n")
        bounce = parse_bounce(parse(stripped.sub(b"", head + b"\n") + b"\n" + body))
        named = {(one.address or "").lower() for one in bounce.recipients} if bounce is not None else set()
        for entry in json.loads(path.with_suffix(".json").read_text("utf-8")):
            total += 1
            found += entry["address"].lower() in named
    assert found / total >= 0.97


@pytest.mark.parametrize("path", sorted((OWN / "none").glob("*.eml")), ids=lambda path: path.stem)
def test_mail_of_people_and_programs_about_bounces_is_none(path: Path) -> None:
    assert parse_bounce(parse(path.read_bytes())) is None

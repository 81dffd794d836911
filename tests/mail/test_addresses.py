"""Address lists that are broken, or written to be taken for others."""

from __future__ import annotations

import time

import pytest

from mail.addresses import parse_addresses


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("=?utf-8?Q?Meier,_Ann?= <ann@example.org>", [("Meier, Ann", "ann@example.org")]),
        ("=?utf-8?Q?Meier, Ann?= <ann@example.org>, bob@example.org",
         [("Meier, Ann", "ann@example.org"), ("", "bob@example.org")]),
        ("=?utf-8?Q?ceo@bank.example,_x?= <evil@evil.example>", [("ceo@bank.example, x", "evil@evil.example")]),
        ("=?utf-8?Q?a:b;_(c)?= <ann@example.org>", [("a:b; (c)", "ann@example.org")]),
        ('"Ann <ann@example.org>', [('Ann', "ann@example.org")]),
        ('"Ann <ann@example.org>, bob@example.org', [("Ann", "ann@example.org"), ("", "bob@example.org")]),
        ('Ann" <ann@example.org>', [("Ann", "ann@example.org")]),
        ("=?utf-8?q?ann=40example.org?=", [("", "ann@example.org")]),
        ("=?utf-8?q?=22Boss=22?= <evil@evil.example>", [('"Boss"', "evil@evil.example")]),
        ("=?utf-8?q?Boss_=3Cceo=40bank.example=3E?= <evil@evil.example>",
         [("Boss <ceo@bank.example>", "evil@evil.example")]),
        ("<ceo@bank.example@evil.example>", [("", "ceo@bank.example@evil.example")]),
        ("=?broken <ann@example.org>, b=?c@example.org", [("=?broken", "ann@example.org"), ("", "b=?c@example.org")]),
        ("ann@example.org bob@example.org", [("", "ann@example.org"), ("", "bob@example.org")]),
        ("Ann <ann@example.org> Bob <bob@example.org>", [("Ann", "ann@example.org"), ("Bob", "bob@example.org")]),
        ("<ann@example.org> Ann, b@example.org", [("Ann", "ann@example.org"), ("", "b@example.org")]),
        ("<undisclosed-recipients:;@mx.example>, <Undisclosed-Recipient:@mx.example;>", []),
        ("<mailto:ann@example.org>", [("", "ann@example.org")]),
    ],
)  # fmt: skip
def test_odd_lists(written: str, read: list[tuple[str, str]]) -> None:
    assert [(one.name, one.address) for one in parse_addresses(written)[0]] == read


@pytest.mark.parametrize("piece", ["=?", "=?a?q?", "=?a?q?x", '"', '\\"', '"\\', "(", "<", "=?utf-8?q?a,b?= ", "a@b;:"])
def test_time_is_linear(piece: str) -> None:
    def took(count: int) -> float:
        started = time.process_time()
        parse_addresses(piece * count)
        return time.process_time() - started

    assert took(40_000) < max(1.0, 8 * took(10_000))

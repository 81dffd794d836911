"""Received fields of many servers."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from mail.received import Received, parse_received


def test_a_usual_hop_is_read_whole() -> None:
    hop = parse_received(
        "from mx.example.org (mx.example.org. [IPv6:2001:db8::1]) (using TLSv1.3 with cipher TLS_AES_256_GCM_SHA384"
        " (256/256 bits)) by mail.example.net (Postfix) with ESMTPS id 4F2B1 for <ann@example.net>;"
        " Mon, 23 Nov 2026 09:00:00 +0000"
    )
    assert hop == Received(
        from_="mx.example.org",
        from_ip="2001:db8::1",
        from_iprev="mx.example.org.",
        by="mail.example.net",
        with_="ESMTPS",
        id="4F2B1",
        for_="ann@example.net",
        tls_version="TLSv1.3",
        tls_cipher="TLS_AES_256_GCM_SHA384",
        date=datetime(2026, 11, 23, 9, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("written", "field", "value"),
    [
        ("from a.example (HELO b.example) (u@192.0.2.1) by c", "helo", "b.example"),
        ("from a.example (HELO b.example) (u@192.0.2.1) by c", "ident", "u@192.0.2.1"),
        ("from a.example (helo= b) by c", "helo", "b"),
        ("from a.example ([192.0.2.1] ident= bee) by c", "ident", "bee"),
        ("from a.example (IDENT:bee@x.example [192.0.2.1]) by c", "ident", "bee@x.example"),
        ("from a.example (bee@[192.0.2.1]) by c", "from_ip", "192.0.2.1"),
        ("from a.example ([::ffff:192.0.2.1]) by c", "from_ip", "::ffff:192.0.2.1"),
        ("from a.example ([192.0.2.1]:52313) by c", "from_ip", "192.0.2.1"),
        ("from a.example ([192.0.2.999]) by c", "from_ip", None),
        ("from ([192.0.2.1]) by c", "from_", None),
        ("(from ann@example.org) by c", "from_", "ann@example.org"),
        ("from a by c with Microsoft SMTP Server", "with_", "SMTP"),
        ("from a by c with local-bsmtp", "with_", "SMTP"),
        ("from a by c with Thrift id 4", "with_", "Thrift"),
        ("by c (x; y) id 7; Mon, 23 Nov 2026 09:00:00 +0000 for <a@b.c>", "for_", "a@b.c"),
        ("by c for nobody id 7", "for_", None),
        ("by c id 7 Mon, 23 Nov 2026 09:00:00 +0000", "date", datetime(2026, 11, 23, 9, tzinfo=UTC)),
        ("; yesterday", "date", None),
        (")))(((;;;[[[", "by", None),
        ("", "by", None),
    ],
)
def test_odd_hops(written: str, field: str, value: object) -> None:
    assert getattr(parse_received(written), field) == value

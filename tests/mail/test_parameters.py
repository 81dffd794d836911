"""Oddities of RFC 2231, and of those who have not read it."""

from __future__ import annotations

import pytest

from mail.parameters import parse_value


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("filename*1=\" and \"; filename*0*=iso-8859-1''na%EFve; filename*2*=%FCber.pdf", "naïve and über.pdf"),
        ("filename*0*=utf-8''Gr%C3; filename*1*=%BC%C3%9Fe.pdf", "Grüße.pdf"),
        ("filename*0*=utf-8''Gr%C3%BC; filename*1*=utf-8''%C3%9Fe.pdf", "Grüße.pdf"),
        ("filename*0*=utf-8'de'Gr%C3%BC; filename*1*=utf-8'%C3%9Fe.pdf", "Grüße.pdf"),
        ("filename*0*=utf-8''it; filename*1*='s.pdf", "it's.pdf"),
        ("filename*=utf-8'Gr%C3%BC.pdf", "Grü.pdf"),
        ("filename*=it's%20all.pdf", "it's all.pdf"),
        ("filename*=will%20you.pdf", "will you.pdf"),
        ("filename*=\"utf-8''Gr%C3%BC%C3%9Fe.pdf\"", "Grüße.pdf"),
        ("filename=Gruesse.pdf; filename*=utf-8''Gr%C3%BC%C3%9Fe.pdf", "Grüße.pdf"),
        ("filename*99999=b; filename*0=a; filename*1=c", "ac"),
        ("filename=a.pdf; filename=b.pdf", "a.pdf"),
        ('filename="it\\\'s.pdf"', "it's.pdf"),
        ('filename="C:\\temp\\x.pdf"', "C:\\temp\\x.pdf"),
        ("filename=My last will.pdf", "My last will.pdf"),
        ("filename=Report (1).pdf; size=3", "Report (1).pdf"),
        ("filename=;", None),
        ("****=x", None),
    ],
)
def test_file_names(written: str, name: str | None) -> None:
    assert parse_value(f"attachment; {written}").get("filename") == name


def test_usual_fields_take_the_short_way_and_say_the_same() -> None:
    short = 'Text/Plain; Charset="utf-8"; format=flowed; delsp=yes;'
    assert parse_value(short) == parse_value(short + " (a comment)")
    assert parse_value(short).parameters == {"charset": "utf-8", "format": "flowed", "delsp": "yes"}
    assert parse_value("text/plain ; ; ;charset = utf-8").get("charset") == "utf-8"
    assert parse_value("text/plain; charset=utf-8 format=flowed").parameters == {"charset": "utf-8", "format": "flowed"}


def test_parameters_are_bounded() -> None:
    assert len(parse_value("a/b" + "".join(f"; p{number}=x" for number in range(999))).parameters) <= 64
    for hostile in (
        "a/b" + ";" * 10**6,
        "a/b;" + "x=" * 10**6,
        '"' * 10**6,
        "(" * 10**6,
        "a/b; x*" + "*" * 10**6 + "=y",
    ):
        parse_value(hostile)

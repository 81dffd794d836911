"""Names of files: what a sender wrote to lead a reader or a program astray is not in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mail.names import file_name
from tests.mail.build import mail, multipart


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("will.pdf", "will.pdf"),
        ("  will.pdf ", "will.pdf"),
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("..\\..\\boot.ini", "boot.ini"),
        ("C:\\temp\\will.pdf", "will.pdf"),
        ("C:/temp/will.pdf", "will.pdf"),
        ("\\\\server\\share\\will.pdf", "will.pdf"),
        ("file:///tmp/will.pdf", "will.pdf"),
        ("a/../../will.pdf", "will.pdf"),
        ("C:\\temp\\", "temp"),
        ("Offer 12/2026.pdf", "Offer 12/2026.pdf"),
        ("AC\\DC.mp3", "AC\\DC.mp3"),
        ("ann_\u202efdp.exe", "ann_fdp.exe"),
        ("\u2066a\u2069.pdf", "a.pdf"),
        ("will.exe\0.pdf", "will.exe.pdf"),
        ("will.pdf          .exe", "will.pdf .exe"),
        ("a\r\nX-Evil: b.pdf", "a X-Evil: b.pdf"),
        ("a" * 300 + ".exe", "a" * 251 + ".exe"),
        ("a" * 300, "a" * 255),
        (".", None),
        ("..", None),
        ("../..", None),
        ("/", None),
        ("", None),
        ("   ", None),
        (".profile", ".profile"),
        ("会议纪要.pdf", "会议纪要.pdf"),
    ],
)
def test_file_names(written: str, shown: str | None) -> None:
    assert file_name(written) == shown


@given(st.text(max_size=600))
def test_any_name_is_one_line_of_bounded_length_and_no_way_up(written: str) -> None:
    name = file_name(written)
    if name is not None:
        assert 0 < len(name) <= 255
        assert name.splitlines() == [name]
        assert "\0" not in name
        assert not name.startswith(("/", "../", "..\\"))


def test_names_of_all_sources_are_cleaned() -> None:
    head, body = multipart(
        "mixed",
        "Content-Type: text/plain\n\nbegin 644 ../../up.txt\n#86)C\n`\nend\n",
        'Content-Type: application/pdf; name="C:\\x\\a.pdf"\n\nx',
        'Content-Type: message/external-body; access-type=ANON-FTP; name="/pub/a.ps"\n\nContent-Type: text/plain\n',
    )
    assert sorted(part.filename or "" for part in mail(head, body).attachments) == ["/pub/a.ps", "a.pdf", "up.txt"]

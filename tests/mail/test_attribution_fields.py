"""Who wrote what is quoted, and when: as far as the line above it says so, in the order of each language."""

from __future__ import annotations

import pytest

from mail.zones.divide import divide


@pytest.mark.parametrize(
    ("line", "sender", "sent"),
    [
        ("On Fri, 20 Nov 2026 at 16:01, Bo <bo@x.example> wrote:", "Bo <bo@x.example>", "Fri, 20 Nov 2026 at 16:01"),
        ("Bo Berg <bo@x.example> wrote on 20.11.2026 16:01:", "Bo Berg <bo@x.example>", "20.11.2026 16:01"),
        ("Am 20.11.2026 um 16:01 schrieb Bo Berg:", "Bo Berg", "20.11.2026 um 16:01"),
        ("Le 20/11/2026 à 16:01, Bo Berg a écrit :", "Bo Berg", "20/11/2026 à 16:01"),
        ("El 20/11/2026 16:01, bo@x.example escribió:", "bo@x.example", "20/11/2026 16:01"),
        ("On 2026-11-20 16:01:07 +0100, Bo Berg wrote:", "Bo Berg", "2026-11-20 16:01:07 +0100"),
        ("On 11/20/26 4:01 PM, Bo Berg wrote:", "Bo Berg", "11/20/26 4:01 PM"),
        ("bo@x.example wrote:", "bo@x.example", None),
        ("Bo Berg <bo@x.example> writes:", "Bo Berg <bo@x.example>", None),
    ],
)  # fmt: skip
def test_an_attribution_tells_sender_and_moment(line: str, sender: str, sent: str | None) -> None:
    found = divide(f"Yes.\n\n{line}\n> Is it?\n> Really?\n")
    assert found.text == "Yes."
    (earlier,) = found.embedded
    assert (earlier.field("from"), earlier.field("sent")) == (sender, sent)


@pytest.mark.parametrize(
    "lines",
    [
        "On Fri, 20 Nov 2026 at 16:01, Bo Berg\n<bo@x.example> wrote:",
        "On Fri, 20 Nov 2026 at 16:01, Bo Berg (Sales department of the whole north)\n<bo.berg@x.example>\nwrote:",
        "On Fri, 20 Nov 2026 at 16:01, Bo Berg <bo@x.exam=\nple> wrote:",
    ],
)
def test_an_attribution_over_several_lines_is_one(lines: str) -> None:
    found = divide(f"Yes.\n\n{lines}\n> Is it?\n")
    assert found.text == "Yes."
    assert "20 Nov 2026" in str(found.embedded[0].field("sent"))


@pytest.mark.parametrize(
    "line",
    ["Here is what the manual says about 10:30 and 11:45:", "The list of prices for 20.11.2026:", "Bo wrote a book:"],
)
def test_a_line_that_announces_something_of_ours_is_said(line: str) -> None:
    assert divide(f"Hello,\n\n{line}\n\nIt is a long story.\n").text == f"Hello,\n\n{line}\n\nIt is a long story."

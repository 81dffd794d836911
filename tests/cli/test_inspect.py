"""`mailcase inspect` and `mailcase text analyse`: a line for every input, whatever it is."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from mailcase.inspect_command import app
from mailcase.mail_sources import Files, looks_like_a_mail, mails_of
from mailcase.text_commands import app as text_app

RUNNER = CliRunner()
GOLDEN = Path(__file__).parent.parent / "golden" / "mail"
KEYS = {
    "path", "sha256", "class", "class_reason", "from", "to", "cc", "subject", "date", "message_id", "in_reply_to",
    "references", "text", "reply_text", "language", "attachments", "bounce", "defects",
}  # fmt: skip
MAIL = b"From: Ann <ann@example.org>\nTo: bo@example.org\nSubject: %b\nDate: Mon, 23 Nov 2026 09:00:00 +0100\n\n%b\n"


def run(*arguments: object, stdin: bytes = b"") -> Result:
    result = RUNNER.invoke(app, [str(one) for one in arguments], input=stdin)
    assert result.exit_code == 0, result.output
    return result


def inspect(*arguments: object, stdin: bytes = b"") -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in run(*arguments, stdin=stdin).stdout_bytes.splitlines()]
    assert all(line.keys() == KEYS for line in lines)
    return lines


def mail(path: Path, subject: bytes = b"Screen", text: bytes = b"My screen is broken since yesterday.") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(MAIL % (subject, text))
    return path


def test_a_mail_is_one_line_with_all_that_is_understood(tmp_path: Path) -> None:
    (found,) = inspect(
        mail(tmp_path / "a.eml", text=b"My screen is broken since yesterday.\n\nOn Mon, Bo wrote:\n> Hi")
    )
    assert found["from"] == {"address": "ann@example.org", "name": "Ann"}
    assert found["to"] == [{"address": "bo@example.org", "name": ""}]
    assert (found["subject"], found["date"]) == ("Screen", "2026-11-23T09:00:00+01:00")
    assert (found["class"], found["language"], found["bounce"]) == ("human", "en", None)
    assert found["reply_text"] == "My screen is broken since yesterday."
    assert "> Hi" in found["text"]


def test_a_bounce_names_its_recipients() -> None:
    (found,) = inspect(GOLDEN / "postfix-bounce.eml")
    assert found["class"] == "bounce"
    (recipient,) = found["bounce"]["recipients"]
    assert recipient.keys() == {"address", "status", "smtp_code", "reason", "kind"}
    assert recipient["kind"] == "hard"


def test_attachments_are_listed_with_type_and_size() -> None:
    (found,) = inspect(GOLDEN / "html-with-inline-image.eml")
    assert all(part.keys() == {"name", "type", "size", "inline"} for part in found["attachments"])
    assert any(part["inline"] for part in found["attachments"])


def test_what_cannot_be_read_has_its_line_and_the_others_go_on(tmp_path: Path) -> None:
    (tmp_path / "empty.eml").touch()
    (tmp_path / "nul.eml").write_bytes(b"\0" * 1000)
    good = mail(tmp_path / "good.eml")
    found = inspect(tmp_path / "none.eml", tmp_path / "empty.eml", tmp_path / "nul.eml", good)
    assert [one["class"] for one in found] == ["unreadable", "unreadable", "unreadable", "human"]
    assert "No such file" in found[0]["class_reason"]
    assert found[1]["class_reason"] == "empty"
    assert found[0]["path"].endswith("none.eml")


def test_an_mbox_gives_a_line_for_each_mail(tmp_path: Path) -> None:
    one = MAIL % (b"One", b"x")
    box = tmp_path / "box"
    box.write_bytes(b"From a Mon Nov 23 09:00:00 2026\n" + one + b"\nFrom b Mon Nov 23 09:00:00 2026\n" + one)
    assert [found["path"] for found in inspect(box)] == [f"{box}#1", f"{box}#2"]
    box.write_bytes(b"From a Mon Nov 23 09:00:00 2026\n" + one)
    assert [found["path"] for found in inspect(box)] == [str(box)]


def test_a_maildir_is_read_whatever_its_files_are_called(tmp_path: Path) -> None:
    for name in ("cur/1.M1.host:2,S", "new/2"):
        mail(tmp_path / name)
    (tmp_path / "tmp").mkdir()
    assert len(inspect(tmp_path)) == 2


def test_of_a_folder_the_mails_are_taken_and_the_rest_is_told(tmp_path: Path) -> None:
    mail(tmp_path / "deep" / "er" / "a.txt")
    mail(tmp_path / "b")
    (tmp_path / "notes.txt").write_text("Dear diary: to do, and not to do.\n")
    (tmp_path / "list.csv").write_text("from,to\na,b\n")
    result = run(tmp_path)
    assert len(result.stdout.splitlines()) == 2
    assert "2 files" in result.stderr


def test_a_named_file_is_read_even_if_it_has_no_header(tmp_path: Path) -> None:
    note = tmp_path / "note.txt"
    note.write_text("Only words, and no header at all.\n")
    (found,) = inspect(note)
    assert found["text"] == "Only words, and no header at all."
    assert "header_missing" in found["defects"]


def test_standard_input_is_a_mail() -> None:
    (found,) = inspect("-", stdin=MAIL % (b"Piped", b"x"))
    assert (found["path"], found["subject"]) == ("-", "Piped")


def test_processes_beside_each_other_give_the_same_lines_in_the_same_order(tmp_path: Path) -> None:
    for number in range(80):
        mail(tmp_path / f"{number:03}.eml", b"%d" % number)
    assert run("--jobs", 3, tmp_path).stdout_bytes == run(tmp_path).stdout_bytes


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"Subject: x\n\nbody", True),
        (b"From ann Mon Nov 23 09:00:00 2026\nSubject: x\nTo: y\n\n", True),
        (b"From  : ann@example.org\nTo  : bo\n\n", True),
        (b"\xef\xbb\xbfFrom: a\nTo: b\n\n", True),
        (b"\n\nFrom: a\nTo: b\n\n", True),
        (b"Received: x\n\ty\nthis line is stray\nSubject: z\n\n", True),
        (b"source:\n  here\nlicence: MIT\ncount: 3\n", False),
        (b"Dear Ann,\nTo: be\n", False),
        (b"", False),
        (b"\x89PNG\r\n\x1a\n", False),
        (b'{"from": "a"}', False),
    ],
)
def test_a_mail_is_told_from_other_files_by_its_header(head: bytes, expected: bool) -> None:
    assert looks_like_a_mail(head) is expected


def test_an_mbox_without_mails_says_so(tmp_path: Path) -> None:
    path = tmp_path / "box"
    path.write_bytes(b"From ann\nno header\n")
    (found,) = mails_of(path)
    assert found.wrong == "no mail in it"


def test_files_of_several_places_come_in_the_order_asked_for(tmp_path: Path) -> None:
    second, first = mail(tmp_path / "a" / "x.eml"), mail(tmp_path / "b" / "x.eml")
    assert list(Files((first, second.parent))) == [first, second]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"PK\x03\x04\x14\0\0\0Subject: x\n", "ZIP"),
        (b"\x1f\x8b\x08\0\0", "gzip"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x78\x9f\x3e\x22\x01\x00", "winmail.dat"),
        (bytes.fromhex("d0cf11e0a1b11ae1") + b"\0" * 600, "damaged"),
        (bytes(range(256)) * 40, "binary"),
    ],
)
def test_a_file_that_is_no_mail_is_called_unreadable_with_what_it_is(tmp_path: Path, raw: bytes, reason: str) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(raw)
    (found,) = inspect(path)
    assert found["class"] == "unreadable"
    assert reason in found["class_reason"]
    assert len(found["sha256"]) == 64


@pytest.mark.parametrize(
    "raw", [MAIL % (b"\0" * 50, b"\1\2\3" * 2000), b"Grx: \0\0\0\0\0\n\nx", b"R\xe9sum\xe9 of the day\n"]
)
def test_a_mail_with_a_header_or_with_words_is_read_whatever_bytes_it_has(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(raw)
    assert inspect(path)[0]["class"] == "human"


def test_a_folder_without_mails_and_one_that_is_shut_have_their_lines(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty, shut = tmp_path / "empty", tmp_path / "shut"
    empty.mkdir()
    shut.mkdir()

    def refusing(listing: Callable[[Any], Any]) -> Callable[[Any], Any]:
        def refuse(path: Any) -> Any:
            if str(path) == str(shut):
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return listing(path)

        return refuse

    # Root, which runs tests in containers, may read every folder: the system's answer is played.
    monkeypatch.setattr(os, "scandir", refusing(os.scandir))
    monkeypatch.setattr(os, "listdir", refusing(os.listdir))
    found = inspect(tmp_path)
    assert [(Path(one["path"]).name, one["class"]) for one in found] == [("shut", "unreadable")]
    assert "Permission denied" in found[0]["class_reason"]
    (found_empty,) = inspect(empty)
    assert found_empty["class_reason"] == "no mail in this folder"


def test_pipes_in_a_folder_are_passed_over_and_a_broken_link_is_told(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "gone.eml").symlink_to(tmp_path / "nowhere")
    (found,) = inspect(tmp_path)
    assert (Path(found["path"]).name, found["class"]) == ("gone.eml", "unreadable")


@pytest.mark.needs("corpora")
def test_every_mail_of_the_corpora_is_understood(corpora: Path) -> None:
    folders = [corpora / name for name in ("mailparser_stalwart", "mimekit", "ruby_mail", "cpython_email", "sisimai")]
    found = inspect(*folders)
    assert len(found) > 500
    assert [one["path"] for one in found if one["class"] == "unreadable"] == []


def test_each_line_of_texts_is_analysed(tmp_path: Path) -> None:
    texts = tmp_path / "texts.jsonl"
    texts.write_bytes(
        b'{"id": 1, "text": "Guten Tag, mein Bildschirm ist kaputt."}\n\n{"text": 3}\nnonsense\n\xff\n'
        b'{"text": "Merci beaucoup pour votre aide"}\n'
    )
    result = RUNNER.invoke(text_app, ["analyse", str(texts)])
    assert result.exit_code == 0, result.output
    first, wrong, nonsense, broken, last = map(json.loads, result.stdout_bytes.splitlines())
    assert first["language"]["code"] == "de"
    assert first["language"]["confidence"] > 0.9
    assert first == {"id": 1, "language": first["language"], "sentiment": None, "entities": []}
    assert "line 3" in wrong["error"]
    assert "line 4" in nonsense["error"]
    assert "line 5" in broken["error"]
    assert last["language"]["code"] == "fr"


def test_brackets_without_end_are_an_error_of_their_line() -> None:
    result = RUNNER.invoke(text_app, ["analyse", "-"], input=b"[" * 100_000 + b'\n{"text": "Good morning"}\n')
    assert [sorted(json.loads(line)) for line in result.stdout_bytes.splitlines()] == [
        ["error", "line"],
        ["entities", "language", "sentiment"],
    ]


def test_texts_come_by_standard_input() -> None:
    result = RUNNER.invoke(text_app, ["analyse", "-"], input=b'{"text": ""}\n')
    assert json.loads(result.stdout_bytes)["language"] == {"code": "und", "confidence": 0.0}

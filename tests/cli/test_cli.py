"""The root of the command: every error ends as one readable line and an exit code."""

from __future__ import annotations

import errno
import subprocess
import sys
from pathlib import Path

import pytest
import typer

from mailcase import cli
from schemas.errors import ConfigurationError, InternalError

app = typer.Typer()


@app.command()
def fail(kind: str) -> None:
    """Raise what a test asks for."""
    kinds: dict[str, BaseException] = {
        "wrong": ConfigurationError("mailbox.yaml:3: port is 99999: a port is at most 65535"),
        "full": OSError(errno.ENOSPC, "No space left on device", "blobs/x"),
        "bug": ZeroDivisionError("by zero"),
        "promise": InternalError("two decisions for one mail"),
        "ctrl-c": KeyboardInterrupt(),
        "exit": typer.Exit(3),
    }
    raise kinds[kind]


@app.command()
def well() -> None:
    """Do nothing."""


@pytest.fixture(autouse=True)
def groups(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        cli, "GROUPS", {"try": (f"{__name__}:app", "for tests"), "broken": ("no_such_module_at_all:app", "broken")}
    )


def run(*arguments: str) -> int:
    with pytest.raises(SystemExit) as end:
        cli.main(arguments)
    return end.value.code if isinstance(end.value.code, int) else 0


@pytest.mark.parametrize(
    ("kind", "code", "says"),
    [
        ("wrong", 1, "mailcase: mailbox.yaml:3: port is 99999: a port is at most 65535\n"),
        ("full", 1, "mailcase: blobs/x: No space left on device; the disk is full: free some space, then try again\n"),
        ("bug", 70, "ZeroDivisionError: by zero"),
        ("promise", 70, "this is a bug in mailcase"),
        ("ctrl-c", 130, ""),
        ("exit", 3, ""),
    ],
)
def test_error_ends_as_a_line_and_a_code(kind: str, code: int, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("try", "fail", kind) == code
    shown = capsys.readouterr().err
    assert says in shown
    assert "Traceback" not in shown


def test_debug_shows_the_traceback_wherever_it_stands(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in (["--debug", "try", "fail", "wrong"], ["try", "fail", "wrong", "--debug"]):
        assert run(*arguments) == 1
        shown = capsys.readouterr().err
        assert "Traceback" in shown
        assert shown.endswith("a port is at most 65535\n")


def test_success_is_zero_and_a_wrong_command_line_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("try", "well") == 0
    assert run("try", "wel") == 2
    assert "wel" in capsys.readouterr().err


def test_group_that_cannot_be_imported_disturbs_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--help") == 0
    assert "broken" in capsys.readouterr().out
    assert run("try", "well") == 0
    assert run("broken", "x") == 70
    assert "no_such_module_at_all" in capsys.readouterr().err


def test_every_group_of_the_real_command_shows_its_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    for name in cli.GROUPS:
        assert run(name, "--help") == 0, name


def test_ctrl_c_while_following_a_log_leaves_no_traceback(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "kafka.log").write_text("one\ntwo\n")
    program = "from mailcase.cli import main; main(['local', 'logs', 'kafka', '-f', '-n', '1', '--dir', '.'])"
    follow = subprocess.Popen(
        [sys.executable, "-c", program], cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={"PYTHONPATH": str(Path(cli.__file__).parents[1]), "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert follow.stdout is not None
    assert follow.stdout.readline() == "two\n"
    with (tmp_path / "logs" / "kafka.log").open("a") as log:
        log.write("three\n")
    assert follow.stdout.readline() == "three\n"
    follow.send_signal(2)
    _, shown = follow.communicate(timeout=20)
    assert follow.returncode == 130
    assert "Traceback" not in shown

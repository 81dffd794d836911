"""`mailcase template`: what a template makes, and what it lacks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailcase import cli


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    with pytest.raises(SystemExit) as ended:
        cli.main(["template", *arguments, "--dir", "config"])
    shown = capsys.readouterr()
    return int(ended.value.code or 0), shown.out + shown.err


@pytest.mark.feature("OU-02", "preview and test in CLI")
def test_preview_shows_a_template_with_example_data(capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = run(capsys, "preview", "claim-received", "--language", "de-AT")
    assert code == 0
    assert "language de (there is no de-AT)" in shown
    assert "Guten Tag Ann Example" in shown


@pytest.mark.feature("OU-02", "preview and test in CLI")
def test_data_that_lacks_a_value_is_an_error_that_names_it(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    data = tmp_path / "data.json"
    data.write_text(json.dumps({"mail": {"from_name": "Ann"}, "case": {"id": "X-1"}}), encoding="utf-8")
    code, shown = run(capsys, "preview", "claim-received", "--data", str(data))
    assert code == 1
    assert "claim-received (en), html: 'dict object' has no attribute 'label'" in shown


def test_unknown_template_names_those_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = run(capsys, "preview", "nope")
    assert code == 1
    assert "there are: claim-received" in shown


def test_list_shows_languages(capsys: pytest.CaptureFixture[str]) -> None:
    code, shown = run(capsys, "list")
    assert code == 0
    assert "claim-received: de, en (default), fr" in shown

"""`mailcase settings` where a setting is wrong."""

from __future__ import annotations

import pytest

from mailcase.settings_command import settings
from schemas.errors import ConfigurationError


@pytest.mark.feature("OP-07", "says what, where and what would be right")
def test_a_wrong_setting_is_named_below_the_list_of_all(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MAILCASE_LOG_LEVEL", "loud")
    monkeypatch.setenv("MAILCASE_KAFKA_PASSWORD", "s3cret")
    monkeypatch.setenv("MAILCASE_DATABASE_URL", "mysql://me:s3cret@host/db")
    with pytest.raises(ConfigurationError, match="MAILCASE_LOG_LEVEL=loud"):
        settings(as_json=False)
    shown = capsys.readouterr().out
    assert "MAILCASE_LOG_LEVEL" in shown
    assert "least level that is logged" in shown
    assert "s3cret" not in shown

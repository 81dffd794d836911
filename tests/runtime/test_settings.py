"""Settings: every wrong value and misspelt name at once, readable; where each value comes from; secrets masked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from mailcase.settings_command import app
from runtime.settings import Settings, describe, load_settings, mask_url, unknown_variables
from schemas.errors import ConfigurationError


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No MAILCASE_* variable but the folder of a local stack that is not there."""
    import os

    for name in list(os.environ):
        if name.startswith("MAILCASE_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("MAILCASE_LOCAL_DIR", str(tmp_path / "local"))


def rows() -> dict[str, tuple[str, str]]:
    return {row.name: (row.value, row.origin) for row in describe(load_settings())}


def test_defaults_are_the_local_stack() -> None:
    settings = load_settings()
    assert settings.kafka_brokers == "127.0.0.1:29092"
    assert settings.topic("mail.raw") == "mail.raw"
    assert settings.schema_name("casesvc") == "mailcase_casesvc"


def test_topics_and_groups_carry_the_prefix() -> None:
    settings = load_settings(topic_prefix="acme.")
    assert settings.topic("mail.raw") == "acme.mail.raw"
    assert settings.group("casesvc") == "acme.casesvc"


@pytest.mark.feature("OP-07", "says what, where and what would be right")
def test_every_wrong_value_and_misspelt_name_comes_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILCASE_KAFKA_BROKER", "x:1")
    monkeypatch.setenv("MAILCASE_HTTP_PORT", "eighty")
    monkeypatch.setenv("MAILCASE_BLOB_URL", "ftp://x")
    monkeypatch.setenv("MAILCASE_TOPIC_PREFIX", "a b")
    monkeypatch.setenv("MAILCASE_KAFKA_BROKERS", "broker")
    monkeypatch.setenv("MAILCASE_DATABASE_SCHEMA_PREFIX", 'x"; drop')
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    lines = str(caught.value).splitlines()
    assert "MAILCASE_KAFKA_BROKER is no setting; did you mean MAILCASE_KAFKA_BROKERS?" in lines
    for name in (
        "HTTP_PORT=eighty",
        "BLOB_URL=ftp://x",
        "TOPIC_PREFIX=a b",
        "KAFKA_BROKERS=broker",
        "DATABASE_SCHEMA_PREFIX",
    ):
        assert sum(line.startswith(f"MAILCASE_{name}") for line in lines) == 1, lines


def test_variables_that_others_set_are_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILCASE_CASESVC_SERVICE_HOST", "10.0.0.1")
    monkeypatch.setenv("MAILCASE_SECRET_SIGNING", "x")
    load_settings()
    assert unknown_variables() == {"MAILCASE_CASESVC_SERVICE_HOST": None}


def test_a_wrong_secret_is_not_repeated_in_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILCASE_DATABASE_URL", "mysql://u:hunter2@h/d")
    with pytest.raises(ConfigurationError, match="libpq URI is wanted") as caught:
        load_settings()
    assert "hunter2" not in str(caught.value)


def test_sasl_wants_user_and_password() -> None:
    with pytest.raises(ConfigurationError, match="needs MAILCASE_KAFKA_USER"):
        load_settings(kafka_security="sasl_ssl", kafka_user="ann")


def test_origins_environment_before_file_before_default(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "local").mkdir()
    (tmp_path / "local/settings.env").write_text("# local\nMAILCASE_KAFKA_BROKERS=file:1\nMAILCASE_LOG_LEVEL=debug\n")
    monkeypatch.setenv("MAILCASE_LOG_LEVEL", "error")
    found = rows()
    assert found["MAILCASE_KAFKA_BROKERS"] == ("file:1", "file")
    assert found["MAILCASE_LOG_LEVEL"] == ("error", "environment")
    assert found["MAILCASE_TOPIC_PREFIX"] == ("", "default")


def test_a_secret_can_come_from_a_mounted_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://ann:hunter2@db/cases\n")
    monkeypatch.setenv("MAILCASE_DATABASE_URL_FILE", str(tmp_path / "url"))
    assert load_settings().dsn == "postgresql://ann:hunter2@db/cases"
    assert rows()["MAILCASE_DATABASE_URL"] == ("postgresql://ann:***@db/cases", "file")


def test_a_missing_secret_file_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("MAILCASE_KAFKA_PASSWORD_FILE", str(tmp_path / "nope"))
    with pytest.raises(ConfigurationError, match=r"MAILCASE_KAFKA_PASSWORD_FILE names .*nope"):
        load_settings()


def test_no_database_says_what_to_set() -> None:
    with pytest.raises(ConfigurationError, match="MAILCASE_DATABASE_URL is not set"):
        load_settings().dsn  # noqa: B018


def test_secrets_are_in_no_repr() -> None:
    settings = load_settings(database_url="postgresql://u:hunter2@h/d", kafka_password="hunter2")
    assert "hunter2" not in repr(settings)
    assert "hunter2" not in str(describe(settings))


@pytest.mark.parametrize(
    ("url", "masked"),
    [
        ("postgresql://u:p%40ss@h/d", "postgresql://u:***@h/d"),
        ("postgresql://postgres:@/postgres?host=/run/x", "postgresql://postgres:@/postgres?host=/run/x"),
        ("postgresql://h/d?user=u&password=geheim&x=1", "postgresql://h/d?user=u&password=***&x=1"),
        ("no url at all", "no url at all"),
    ],
)
def test_passwords_in_urls_are_masked(url: str, masked: str) -> None:
    assert mask_url(url) == masked


def test_every_setting_says_what_it_means() -> None:
    assert all(field.description for field in Settings.model_fields.values())


def test_the_command_lists_every_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILCASE_KAFKA_PASSWORD", "hunter2")
    table = CliRunner().invoke(app, [])
    assert table.exit_code == 0
    as_json = CliRunner().invoke(app, ["--json"])
    rows = {row["name"]: row for row in json.loads(as_json.output)}
    assert rows.keys() == {f"MAILCASE_{name.upper()}" for name in Settings.model_fields}
    assert rows["MAILCASE_KAFKA_PASSWORD"] == {
        "name": "MAILCASE_KAFKA_PASSWORD",
        "value": "***",
        "origin": "environment",
        "meaning": "SASL password",
    }
    assert all(name in table.output for name in rows)
    assert "hunter2" not in table.output + as_json.output

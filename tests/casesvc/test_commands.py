"""`mailcase token` and `mailcase migrate`, as a person types them."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient
from typer.testing import CliRunner

from casesvc.api.app import create_app
from mailcase import migrate_command, token_commands
from runtime.blobs import MemoryBlobs
from runtime.database.pool import Database
from schemas.errors import ConfigurationError


@pytest.fixture
def runner(monkeypatch: pytest.MonkeyPatch, database_url: str, schema_prefix: str) -> CliRunner:
    """A shell with the settings of this test."""
    monkeypatch.setenv("MAILCASE_DATABASE_URL", database_url)
    monkeypatch.setenv("MAILCASE_DATABASE_SCHEMA_PREFIX", schema_prefix)
    return CliRunner()


def test_token_works_until_it_is_revoked(runner: CliRunner, database_url: str, schema_prefix: str) -> None:
    made = runner.invoke(token_commands.app, ["create", "--scope", "cases:read", "--name", "report", "--days", "7"])
    assert made.exit_code == 0, made.output
    token = made.output.strip()
    database = Database(database_url, f"{schema_prefix}casesvc")
    http = TestClient(create_app(database, MemoryBlobs()))
    bearer = {"Authorization": f"Bearer {token}"}
    assert http.get("/api/v1/cases", headers=bearer).status_code == 200
    listed = runner.invoke(token_commands.app, ["list"]).output
    assert "valid" in listed
    assert "cases:read  report" in listed
    assert token not in listed
    assert runner.invoke(token_commands.app, ["revoke", token.split("_")[1]]).exit_code == 0
    assert http.get("/api/v1/cases", headers=bearer).status_code == 401
    assert "revoked" in runner.invoke(token_commands.app, ["list"]).output
    http.close()
    database.close()


def test_unknown_scope_names_the_known_ones(runner: CliRunner) -> None:
    refused = runner.invoke(token_commands.app, ["create", "--scope", "cases:write"])
    assert isinstance(refused.exception, ConfigurationError)
    assert "mails:read" in str(refused.exception)


def test_migrate_makes_the_schemas_once(runner: CliRunner) -> None:
    assert runner.invoke(migrate_command.app, ["--check"]).exit_code == 1
    first = runner.invoke(migrate_command.app, [])
    assert first.exit_code == 0, first.output
    assert first.output.count("applied 0001") == 2
    assert runner.invoke(migrate_command.app, []).output.count("up to date") == 2
    assert runner.invoke(migrate_command.app, ["--check"]).exit_code == 0


def test_missing_database_is_named_with_the_next_step(runner: CliRunner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MAILCASE_DATABASE_URL", "")
    monkeypatch.setenv("MAILCASE_LOCAL_DIR", "/nonexistent")
    refused = runner.invoke(migrate_command.app, [])
    assert isinstance(refused.exception, ConfigurationError)
    assert "MAILCASE_DATABASE_URL is not set" in str(refused.exception)

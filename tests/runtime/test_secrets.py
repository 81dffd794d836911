"""Secrets by reference: one contract for environment, files and the twin."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.secrets import EnvSecrets, MemorySecrets, SecretStore
from schemas.config.base import SecretRef
from schemas.errors import ConfigurationError


@pytest.fixture(params=["real", "memory"])
def secrets(request: pytest.FixtureRequest, tmp_path: Path) -> SecretStore:
    if request.param == "memory":
        return MemorySecrets({"env:TOKEN": "hunter2", "file:keys/one": "hunter2"})
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys/one").write_text("hunter2\r\n")
    return EnvSecrets(tmp_path, {"TOKEN": "hunter2", "EMPTY": ""})


@pytest.mark.feature("CF-02", "secrets by reference")
@pytest.mark.parametrize("reference", [SecretRef(env="TOKEN"), SecretRef(file="keys/one")])
def test_a_secret_is_found_and_shown_by_nothing(secrets: SecretStore, reference: SecretRef) -> None:
    secret = secrets.resolve(reference)
    assert secret.get_secret_value() == "hunter2"
    assert "hunter2" not in f"{secret} {secret!r} {secrets!r}"


@pytest.mark.parametrize("reference", [SecretRef(env="EMPTY"), SecretRef(env="NOPE"), SecretRef(file="keys/two")])
def test_a_missing_one_is_named(secrets: SecretStore, reference: SecretRef) -> None:
    with pytest.raises(ConfigurationError, match=f"{reference.env or reference.file}"):
        secrets.resolve(reference)


def test_a_rotated_file_is_read_again(tmp_path: Path) -> None:
    secrets = EnvSecrets(tmp_path)
    (tmp_path / "key").write_text("old")
    assert secrets.resolve(SecretRef(file="key")).get_secret_value() == "old"
    (tmp_path / "key").write_text("new\n")
    assert secrets.resolve(SecretRef(file="key")).get_secret_value() == "new"


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"x" * 70_000])
def test_a_file_that_is_no_secret_is_refused_without_its_content(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(ConfigurationError, match="key") as caught:
        EnvSecrets(tmp_path).resolve(SecretRef(file="key"))
    assert "xxxx" not in str(caught.value)

"""What `mailcase run all` finds before it starts anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailcase.run_commands import check_secrets
from runtime.config import load_configuration
from runtime.secrets import EnvSecrets
from schemas.errors import ConfigurationError

ROOT = Path(__file__).parents[2] / "config"


@pytest.mark.feature("OP-07", "says what, where and what would be right")
def test_every_secret_that_is_not_there_is_named_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HOST", "IMAP_PORT", "SMTP_PORT"):
        monkeypatch.setenv(f"MAILCASE_VAR_{name}", "127.0.0.1" if name == "HOST" else "1")
    configuration = load_configuration(ROOT)
    with pytest.raises(ConfigurationError) as error:
        check_secrets(configuration, EnvSecrets(ROOT, {"MAILCASE_SECRET_SIGNING_KEY": "x" * 32}))
    told = str(error.value).splitlines()
    assert (
        "EmailAccount claims, sender: secret {env: MAILCASE_SECRET_CLAIMS_PASSWORD}: the variable is not set"
        in (error.value.args[0])
    )
    assert {line.split(",")[0] for line in told} == {f"EmailAccount {name}" for name in configuration.accounts}
    assert "signing key" not in str(error.value)

"""Secrets by reference, `{env: NAME}` or `{file: PATH}`.

Read each time they are needed, so that a rotated one needs no restart.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from schemas.config.base import SecretRef
from schemas.errors import ConfigurationError

__all__ = ["EnvSecrets", "MemorySecrets", "SecretStore"]

_MAX_BYTES = 64 * 1024


class SecretStore(Protocol):
    """Finds the secret that a reference names. May block for a file read; safe to repeat; thread-safe."""

    def resolve(self, reference: SecretRef) -> SecretStr:
        """The secret; `get_secret_value()` shows it, `repr` and logs never do.

        Raises ConfigurationError that names the variable or file and what to do, never any content.
        """


class EnvSecrets:
    """Environment variables, and files (relative ones from `folder`): what Kubernetes and systemd mount."""

    def __init__(self, folder: Path, environ: Mapping[str, str] | None = None) -> None:
        self._folder = folder
        self._environ = os.environ if environ is None else environ

    def resolve(self, reference: SecretRef) -> SecretStr:
        """See `SecretStore.resolve`. One closing line break of a file is not part of the secret."""
        if reference.env is not None:
            value = self._environ.get(reference.env, "")
            if not value:
                raise ConfigurationError(f"secret {{env: {reference.env}}}: the variable is not set, or empty; set it")
            return SecretStr(value)
        path = self._folder / (reference.file or "")
        try:
            if path.stat().st_size > _MAX_BYTES:
                raise ConfigurationError(f"secret {{file: {path}}}: larger than {_MAX_BYTES} bytes; not a secret")
            value = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise ConfigurationError(f"secret {{file: {path}}}: not UTF-8 text") from error
        except OSError as error:
            raise ConfigurationError(f"secret {{file: {path}}}: {error.strerror or error}") from error
        value = value.removesuffix("\n").removesuffix("\r")
        if not value:
            raise ConfigurationError(f"secret {{file: {path}}}: the file is empty")
        return SecretStr(value)


class MemorySecrets:
    """The twin: secrets by `env:NAME` or `file:PATH`."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self._secrets = dict(secrets)

    def resolve(self, reference: SecretRef) -> SecretStr:
        """See `SecretStore.resolve`."""
        name = f"env:{reference.env}" if reference.env is not None else f"file:{reference.file}"
        if not self._secrets.get(name):
            raise ConfigurationError(f"secret {{{name.replace(':', ': ', 1)}}}: not set")
        return SecretStr(self._secrets[name])

    def __repr__(self) -> str:
        return f"MemorySecrets({', '.join(sorted(self._secrets))})"

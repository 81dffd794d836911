"""What documents share: frozen base models and the value types that people write (names, durations, sizes, secrets).

Every error message of a validator here says what would be right; `runtime.config` puts file, line and value before it.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints, model_validator

__all__ = [
    "ADDRESS_PATTERN",
    "DURATION_PATTERN",
    "SIZE_PATTERN",
    "Address",
    "Document",
    "Domain",
    "Duration",
    "Identifier",
    "Language",
    "Line",
    "Part",
    "SecretRef",
    "Size",
    "Slug",
    "format_duration",
    "format_size",
]

ADDRESS_PATTERN = r"^[^\s@<>\",;:()\[\]\\]{1,64}@[^\s@<>\",;:()\[\]\\]{1,253}$"

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$")]
"""Name of a document: lower-case letters, digits and hyphens, at most 64 characters; never changed once in use."""
Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""Name of a case field: lower-case letters, digits and underscores, begins with a letter."""
Address = Annotated[str, StringConstraints(pattern=ADDRESS_PATTERN)]
"""A bare mail address, `ann@example.org`."""
Domain = Annotated[str, StringConstraints(pattern=r"^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$")]
"""A host or domain name in lower case."""
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$")]
"""A language tag (BCP 47), such as `de` or `pt-BR`."""
Line = Annotated[str, StringConstraints(pattern=r"^[^\r\n]*$", max_length=998)]
"""One line of text: no line break, so that it can stand in a mail header (RFC 5322 §2.1.1)."""

DURATION_PATTERN = r"^([0-9]{1,9})(ms|s|m|h|d)$"
SIZE_PATTERN = r"^([0-9]{1,12}) ?(B|KB|MB|GB|b|kb|mb|gb)$"
_DURATION_SECONDS = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86400.0}
_SIZE_BYTES = {"B": 1, "KB": 1024, "MB": 1024**2, "GB": 1024**3}


def _parse_duration(value: Any) -> Any:
    if isinstance(value, timedelta):
        return value
    found = re.match(DURATION_PATTERN, value) if isinstance(value, str) else None
    if found is None:
        raise ValueError('a duration is a number with its unit, such as "500ms", "30s", "5m", "2h" or "7d"')
    return timedelta(seconds=int(found[1]) * _DURATION_SECONDS[found[2]])


def format_duration(value: timedelta) -> str:
    """`value` as a document writes it, in the largest unit that keeps it whole."""
    milliseconds = round(value.total_seconds() * 1000)
    for unit in ("d", "h", "m", "s"):
        size = round(_DURATION_SECONDS[unit] * 1000)
        if milliseconds and milliseconds % size == 0:
            return f"{milliseconds // size}{unit}"
    return f"{milliseconds}ms"


def _parse_size(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    found = re.match(SIZE_PATTERN, value) if isinstance(value, str) else None
    if found is not None:
        return int(found[1]) * _SIZE_BYTES[found[2].upper()]
    if isinstance(value, str) and value.isascii() and value.isdigit():
        return int(value)
    raise ValueError('a size is a number of bytes or a number with KB, MB or GB, such as "25MB"')


def format_size(value: int) -> str:
    """`value` bytes as a document writes it, in the largest unit that keeps it whole."""
    for unit in ("GB", "MB", "KB"):
        if value and value % _SIZE_BYTES[unit] == 0:
            return f"{value // _SIZE_BYTES[unit]}{unit}"
    return f"{value}B"


Duration = Annotated[
    timedelta,
    BeforeValidator(
        _parse_duration, json_schema_input_type=Annotated[str, StringConstraints(pattern=DURATION_PATTERN)]
    ),
    PlainSerializer(format_duration, return_type=str),
]
"""A span of time, written `500ms`, `30s`, `5m`, `2h`, `7d`."""

Size = Annotated[
    int,
    BeforeValidator(_parse_size, json_schema_input_type=int | Annotated[str, StringConstraints(pattern=SIZE_PATTERN)]),
    PlainSerializer(format_size, return_type=str),
]
"""A number of bytes, written as a number or `256KB`, `25MB`, `1GB` (powers of 1,024)."""


class Part(BaseModel):
    """A part of a document: immutable, and a key that it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Document(Part):
    """A document: `kind` says which model it is, `name` is what others refer to it by (unique within its kind)."""

    kind: str
    name: Slug = Field(description="What other documents call this one; unique within its kind.")
    description: str = Field(default="", max_length=4096, description="For people; mailcase does not read it.")


class SecretRef(Part):
    """Where a secret is found: an environment variable of the process or a file; never the secret itself.

    The value is read by `runtime.secrets` when it is needed, so that a rotated secret needs no new configuration.
    """

    env: str | None = Field(
        default=None,
        pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,127}$",
        description="Environment variable that holds the secret.",
    )
    file: str | None = Field(
        default=None,
        min_length=1,
        max_length=4096,
        description="File whose content, without its last line break, is it.",
    )

    @model_validator(mode="before")
    @classmethod
    def _no_literal(cls, value: Any) -> Any:
        if isinstance(value, str | int | float | bool):
            raise ValueError("a secret is never written into a document: use {env: VARIABLE} or {file: PATH}")
        return value

    @model_validator(mode="after")
    def _one(self) -> SecretRef:
        if (self.env is None) == (self.file is None):
            raise ValueError("a secret has exactly one source: {env: VARIABLE} or {file: PATH}")
        return self

"""Process settings: environment variables `MAILCASE_*`, each with a meaning, a default and a visible origin.

Order, first wins: arguments (tests), `MAILCASE_<NAME>`, the file that `MAILCASE_<NAME>_FILE` names (mounted secrets),
`settings.env` in the folder of the local stack (written by `mailcase local up`), the default.
What configures *behaviour* (mailboxes, rules, case types) is not here but in the documents of `config/`.
"""

from __future__ import annotations

import difflib
import os
import re
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from schemas.errors import ConfigurationError
from schemas.topics import INLINE_LIMIT, topic_name

__all__ = ["SettingRow", "Settings", "describe", "describe_unread", "load_settings", "unknown_variables"]

PREFIX = "MAILCASE_"
LOCAL_DIR_VARIABLE = "MAILCASE_LOCAL_DIR"
LOCAL_SETTINGS_FILE = "settings.env"
FOREIGN_PREFIXES = (
    "MAILCASE_LOCAL_",
    "MAILCASE_TEST_",
    "MAILCASE_SECRET_",
    "MAILCASE_VAR_",
    "MAILCASE_DEMO_",
    "MAILCASE_CORPORA",
)
"""Variables that belong to the local stack, the tests, or a person's own secrets; they are not settings."""

Origin = Literal["default", "environment", "file"]


class Settings(BaseSettings):
    """All settings of one process. Frozen; build it by `load_settings()` to get readable errors."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="ignore", hide_input_in_errors=True)

    kafka_brokers: str = Field("127.0.0.1:29092", description="Kafka brokers, host:port, separated by commas")
    kafka_security: Literal["plaintext", "ssl", "sasl_plaintext", "sasl_ssl"] = Field(
        "plaintext", description="how the brokers are spoken to"
    )
    kafka_sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = Field(
        "SCRAM-SHA-512", description="SASL mechanism, for the sasl_* securities"
    )
    kafka_user: str = Field("", description="SASL user")
    kafka_password: SecretStr = Field(SecretStr(""), description="SASL password")
    kafka_ca_file: str = Field("", description="PEM file with the CA of the brokers; empty: the system's CAs")
    kafka_replication: int = Field(
        -1, ge=-1, le=9, description="copies of each topic that is created; -1: the broker's own default"
    )
    kafka_timeout: float = Field(
        30.0, gt=0.5, le=600, description="seconds within which the brokers must acknowledge what was sent"
    )
    topic_prefix: str = Field(
        "", description="put before each topic's and group's name: many installations on one Kafka"
    )
    database_url: SecretStr = Field(
        SecretStr(""), description="PostgreSQL, as a libpq URI (casesvc and notifier); empty: none"
    )
    database_schema_prefix: str = Field("mailcase_", description="put before the schemas `casesvc` and `notifier`")
    database_pool: int = Field(5, ge=1, le=100, description="connections to PostgreSQL that one process may hold")
    blob_url: str = Field(
        "file://.mailcase/blobs",
        description="raw mails and attachments: file://DIR, s3://BUCKET/PREFIX, gs://…, az://…",
    )
    blob_endpoint: str = Field("", description="address of an S3-compatible server, if it is not Amazon's")
    blob_region: str = Field("", description="region of the bucket (S3)")
    blob_access_key: str = Field("", description="access key (S3); empty: AWS_* variables or the machine's role")
    blob_secret_key: SecretStr = Field(SecretStr(""), description="secret key (S3)")
    config_dir: str = Field("config", description="folder of the configuration documents")
    secrets_dir: str = Field(
        "", description="folder against which relative {file: …} secrets are read; empty: config_dir"
    )
    instance: str = Field(
        default_factory=lambda: f"{socket.gethostname()}-{os.getpid()}",
        description="name of this replica in logs, claims and leases; default host and process id",
    )
    http_host: str = Field("127.0.0.1", description="address that metrics, health and the API listen on")
    http_port: int = Field(0, ge=0, le=65535, description="port for it; 0: the service's own default")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="least level that is logged")
    log_format: Literal["json", "console"] = Field(
        "json", description="json: one object a line; console: text for people"
    )
    log_addresses: bool = Field(False, description="show whole mail addresses in logs instead of ***@domain")
    inline_limit: int = Field(
        INLINE_LIMIT, ge=0, le=INLINE_LIMIT, description="bytes up to which a raw mail travels inside its record"
    )
    max_mail_bytes: int = Field(
        50 * 1024 * 1024, ge=1024, description="bytes above which a mail is not downloaded but quarantined `too_large`"
    )
    router_workers: int = Field(
        0, ge=0, le=64, description="processes that one router decides mails in; 0: one a core, at most 8"
    )
    stop_timeout: float = Field(25.0, gt=0, le=3600, description="seconds that a graceful stop may take")

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments, environment, then the files (see the module's text)."""
        return init_settings, env_settings, _FileSource(settings_cls)

    @field_validator("kafka_brokers")
    @classmethod
    def _brokers(cls, value: str) -> str:
        for broker in value.split(","):
            if not re.fullmatch(r"\s*(\[[0-9a-fA-F:]+\]|[^\s:,]+):\d{1,5}\s*", broker):
                raise ValueError(f"{broker.strip()!r} is no host:port")
        return ",".join(broker.strip() for broker in value.split(","))

    @field_validator("topic_prefix")
    @classmethod
    def _prefix(cls, value: str) -> str:
        if not re.fullmatch(r"[A-Za-z0-9._-]{0,100}", value):
            raise ValueError("only letters, digits, '.', '_', '-' (at most 100), for example 'acme.'")
        return value

    @field_validator("database_schema_prefix")
    @classmethod
    def _schema_prefix(cls, value: str) -> str:
        if not re.fullmatch(r"([a-z_][a-z0-9_]{0,40})?", value):
            raise ValueError("only small letters, digits, '_' (at most 40), for example 'mailcase_'")
        return value

    @field_validator("database_url")
    @classmethod
    def _database_url(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() and not re.match(r"postgres(ql)?://", value.get_secret_value()):
            raise ValueError("a libpq URI is wanted: postgresql://user:password@host:5432/database")
        return value

    @field_validator("blob_url")
    @classmethod
    def _blob_url(cls, value: str) -> str:
        if not re.match(r"(file|s3|gs|az)://.", value):
            raise ValueError("file://DIR, s3://BUCKET/PREFIX, gs://BUCKET/PREFIX or az://CONTAINER/PREFIX is wanted")
        return value

    @field_validator("log_level", "kafka_security", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    @model_validator(mode="after")
    def _sasl_has_user(self) -> Self:
        if self.kafka_security.startswith("sasl") and not (self.kafka_user and self.kafka_password.get_secret_value()):
            raise ValueError(
                f"{PREFIX}KAFKA_SECURITY={self.kafka_security} needs {PREFIX}KAFKA_USER and {PREFIX}KAFKA_PASSWORD"
            )
        return self

    @property
    def dsn(self) -> str:
        """The database URI with its password. Raises ConfigurationError where none is set."""
        dsn = self.database_url.get_secret_value()
        if not dsn:
            raise ConfigurationError(
                f"{PREFIX}DATABASE_URL is not set; set it to postgresql://user:password@host/database,"
                " or start the local stack with `mailcase local up`"
            )
        return dsn

    def schema_name(self, service: str) -> str:
        """The PostgreSQL schema of `service`, for example `mailcase_casesvc`."""
        return f"{self.database_schema_prefix}{service}"

    def topic(self, name: str) -> str:
        """The name on the broker of catalogue topic `name`."""
        return topic_name(self.topic_prefix, name)

    def group(self, name: str) -> str:
        """The name on the broker of consumer group `name`."""
        return f"{self.topic_prefix}{name}"


@dataclass(frozen=True, slots=True)
class SettingRow:
    """One line of `mailcase settings`. `value` is masked where it is secret."""

    name: str
    value: str
    origin: Origin
    meaning: str


class _FileSource(PydanticBaseSettingsSource):
    """Values from `MAILCASE_<NAME>_FILE`, then from the local stack's `settings.env`."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        return _from_files().get(field_name), field_name, False

    def __call__(self) -> dict[str, Any]:
        return dict(_from_files())


def _variable(field: str) -> str:
    return PREFIX + field.upper()


def _from_files() -> dict[str, str]:
    values: dict[str, str] = {}
    path = Path(os.environ.get(LOCAL_DIR_VARIABLE, ".mailcase")) / LOCAL_SETTINGS_FILE
    if path.is_file():
        for line in path.read_text(encoding="utf-8").splitlines():
            name, equals, value = line.strip().partition("=")
            field = name.removeprefix(PREFIX).lower()
            if equals and not name.startswith("#") and field in Settings.model_fields:
                values[field] = value
    for field in Settings.model_fields:
        if pointer := os.environ.get(_variable(field) + "_FILE"):
            try:
                values[field] = Path(pointer).read_text(encoding="utf-8").rstrip("\r\n")
            except (OSError, UnicodeDecodeError) as error:
                raise ConfigurationError(f"{_variable(field)}_FILE names {pointer}: {error}") from error
    return values


def unknown_variables(environ: Mapping[str, str] | None = None) -> dict[str, str | None]:
    """`MAILCASE_*` variables that are no setting, each with the setting that was probably meant.

    Kubernetes sets some of these by itself (`MAILCASE_CASESVC_SERVICE_HOST`), so only those that look like
    a slip of the pen are errors; see `load_settings`.
    """
    known = {_variable(field) for field in Settings.model_fields}
    found: dict[str, str | None] = {}
    for name in sorted(os.environ if environ is None else environ):
        if not name.startswith(PREFIX) or name.startswith(FOREIGN_PREFIXES):
            continue
        if name in known or name.removesuffix("_FILE") in known:
            continue
        near = difflib.get_close_matches(name.removesuffix("_FILE"), known, n=1, cutoff=0.85)
        found[name] = near[0] if near else None
    return found


def load_settings(**overrides: Any) -> Settings:
    """The settings of this process.

    Raises ConfigurationError with one line for each wrong value and each variable that looks misspelt.
    """
    lines = [
        f"{name} is no setting; did you mean {meant}?"
        for name, meant in unknown_variables().items()
        if meant is not None
    ]
    settings = None
    try:
        settings = Settings(**overrides)
    except ValidationError as error:
        lines += [_readable(dict(detail)) for detail in error.errors(include_input=False)]
    if lines or settings is None:
        raise ConfigurationError("\n".join([*lines, "`mailcase settings` lists every setting with its meaning"]))
    return settings


def _readable(detail: dict[str, Any]) -> str:
    message = str(detail["msg"]).removeprefix("Value error, ")
    if not detail["loc"]:
        return message
    field = str(detail["loc"][0])
    name = field if field.startswith(PREFIX) else _variable(field)
    given = os.environ.get(name)
    secret = field in Settings.model_fields and Settings.model_fields[field].annotation is SecretStr
    shown = "" if given is None or secret else f"={given}"
    return f"{name}{shown}: {message}"


def describe(settings: Settings) -> list[SettingRow]:
    """Every setting with its value (secrets masked), where the value comes from, and what it means."""
    files = _from_files()
    rows = []
    for field, info in Settings.model_fields.items():
        origin: Origin = "default"
        if _variable(field) in os.environ:
            origin = "environment"
        elif field in files:
            origin = "file"
        rows.append(SettingRow(_variable(field), _masked(getattr(settings, field)), origin, info.description or ""))
    return rows


def describe_unread() -> list[SettingRow]:
    """As `describe`, where some value is wrong: what stands in the environment as it is, else the default."""
    rows = []
    for field, info in Settings.model_fields.items():
        given = os.environ.get(_variable(field))
        value = info.get_default(call_default_factory=True) if given is None else given
        if given is not None and info.annotation is SecretStr:
            value = SecretStr(given)
        origin: Origin = "default" if given is None else "environment"
        rows.append(SettingRow(_variable(field), _masked(value), origin, info.description or ""))
    return rows


def _masked(value: Any) -> str:
    if not isinstance(value, SecretStr):
        return str(value).lower() if isinstance(value, bool) else str(value)
    secret = value.get_secret_value()
    if re.match(r"postgres(ql)?://", secret):
        return mask_url(secret)
    return "***" if secret else ""


def mask_url(url: str) -> str:
    """`url` with every password in it replaced by `***` (`user:password@` and `password=`)."""
    masked = re.sub(r"(://[^/@:?#\s]*):[^/@\s]+@", r"\1:***@", url)
    return re.sub(r"(?i)((?:ssl)?password=)[^&\s]+", r"\1***", masked)

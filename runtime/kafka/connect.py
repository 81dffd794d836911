"""How every client reaches the brokers, and how the library's errors become ours."""

from __future__ import annotations

from typing import Any

from kafka import errors as kafka_errors

from runtime.settings import Settings
from schemas.errors import ConfigurationError, MailcaseError, ProviderAuth, ProviderTemporary

__all__ = ["connection", "forbid_topic_creation", "translate"]

_BOOTSTRAP_SECONDS = 10.0


def connection(settings: Settings, client_id: str) -> dict[str, Any]:
    """Keyword arguments that all clients of kafka-python share."""
    options: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_brokers.split(","),
        "client_id": client_id,
        "security_protocol": settings.kafka_security.upper(),
        "bootstrap_timeout_ms": int(min(settings.kafka_timeout, _BOOTSTRAP_SECONDS) * 1000),
        "reconnect_backoff_max_ms": 2_000,
    }
    if settings.kafka_ca_file:
        options["ssl_cafile"] = settings.kafka_ca_file
    if settings.kafka_security.startswith("sasl"):
        options["sasl_mechanism"] = settings.kafka_sasl_mechanism
        options["sasl_plain_username"] = settings.kafka_user
        options["sasl_plain_password"] = settings.kafka_password.get_secret_value()
    return options


def forbid_topic_creation(cluster: Any) -> None:
    """Keep the client from making topics, with wrong partition counts, on brokers that allow it.

    kafka-python 3.0 takes `allow_auto_create_topics=False` but does not hand it to what asks for metadata.
    """
    cluster.config["allow_auto_create_topics"] = False


def translate(error: BaseException, settings: Settings, doing: str) -> MailcaseError:
    """The error of our tree that `error`, met while `doing` something, stands for; always one readable line."""
    if isinstance(error, MailcaseError):
        return error
    where = f"Kafka at {settings.kafka_brokers}"
    if isinstance(error, (kafka_errors.SaslAuthenticationFailedError, kafka_errors.UnsupportedSaslMechanismError)):
        return ProviderAuth(
            f"{where} refuses user {settings.kafka_user!r} while {doing}; check MAILCASE_KAFKA_USER and _PASSWORD"
        )
    if isinstance(error, kafka_errors.AuthorizationError):
        return ProviderAuth(f"{where} does not allow it ({_text(error)}) while {doing}; check the ACLs of this user")
    if isinstance(error, kafka_errors.UnknownTopicOrPartitionError):
        return ConfigurationError(f"{where} has not that topic, while {doing}; `mailcase topics create` makes it")
    if isinstance(error, FileNotFoundError):
        return ConfigurationError(f"MAILCASE_KAFKA_CA_FILE={settings.kafka_ca_file} cannot be read: {error}")
    return ProviderTemporary(
        f"{where} does not answer while {doing} ({_text(error)}); is it running? locally: `mailcase local status`"
    )


def _text(error: BaseException) -> str:
    text = " ".join(str(error).split())
    return text[:200] or type(error).__name__

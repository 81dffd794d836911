"""How the brokers are reached, and how their refusals read."""

from __future__ import annotations

import pytest
from kafka import errors

from runtime.kafka.connect import connection, translate
from runtime.settings import Settings
from schemas.errors import ConfigurationError, MailcaseError, ProviderAuth, ProviderTemporary

SECURE = Settings(
    kafka_brokers="a:9093,b:9093",
    kafka_security="sasl_ssl",
    kafka_user="ann",
    kafka_password="hunter2",
    kafka_ca_file="/etc/ca.pem",
)


def test_sasl_and_tls_reach_the_client() -> None:
    options = connection(SECURE, "x")
    assert options["bootstrap_servers"] == ["a:9093", "b:9093"]
    assert options["security_protocol"] == "SASL_SSL"
    assert options["sasl_mechanism"] == "SCRAM-SHA-512"
    assert (options["sasl_plain_username"], options["sasl_plain_password"]) == ("ann", "hunter2")
    assert options["ssl_cafile"] == "/etc/ca.pem"


def test_a_plain_connection_carries_no_credentials() -> None:
    assert not [name for name in connection(Settings(), "x") if name.startswith(("sasl", "ssl"))]


@pytest.mark.parametrize(
    ("error", "expected", "words"),
    [
        (errors.SaslAuthenticationFailedError("no"), ProviderAuth, "refuses user 'ann'"),
        (errors.TopicAuthorizationFailedError("mail.raw"), ProviderAuth, "check the ACLs"),
        (errors.UnknownTopicOrPartitionError("x"), ConfigurationError, "mailcase topics create"),
        (FileNotFoundError(2, "No such file", "/etc/ca.pem"), ConfigurationError, "MAILCASE_KAFKA_CA_FILE=/etc/ca.pem"),
        (errors.KafkaTimeoutError(), ProviderTemporary, "is it running?"),
        (ProviderAuth("already ours"), ProviderAuth, "already ours"),
    ],
)
def test_refusals_of_the_broker_are_readable(error: Exception, expected: type[MailcaseError], words: str) -> None:
    translated = translate(error, SECURE, "publishing to mail.raw")
    assert isinstance(translated, expected)
    assert words in str(translated)
    assert "hunter2" not in str(translated)

"""What can go wrong with the local stack, and what a person is told."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from mailcase.local.options import LocalOptions
from mailcase.local.ports import free_port
from mailcase.local.postgres import socket_folder
from mailcase.local.stack import LocalStack
from mailcase.local.state import StateFile
from schemas.errors import ConfigurationError, ProviderTemporary


def test_taken_ports_are_all_named_with_their_holder(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        imap, smtp = one.getsockname()[1], two.getsockname()[1]
        stack = LocalStack(LocalOptions(dir=tmp_path, imap_port=imap, smtp_port=smtp, pop3_port=0, api_port=0))
        with pytest.raises(ConfigurationError) as error:
            stack.up(parts=["greenmail"])
    first, second = str(error.value).splitlines()
    assert f"port {smtp} (SMTP) is held by " in first
    assert f"(pid {os.getpid()})" in first
    assert "--smtp-port or MAILCASE_LOCAL_SMTP_PORT" in first
    assert f"port {imap} (IMAP)" in second


def test_external_parts_are_not_started_and_said_to_be(tmp_path: Path) -> None:
    nobody = free_port()
    options = LocalOptions.from_environment(
        {
            "MAILCASE_LOCAL_DIR": str(tmp_path),
            "MAILCASE_KAFKA_BROKERS": f"127.0.0.1:{nobody}",
            "MAILCASE_DATABASE_URL": f"postgresql://me:s3cret@127.0.0.1:{nobody}/db",
            "MAILCASE_LOCAL_MAIL": "external",
        }
    )
    stack = LocalStack(options)
    said: list[tuple[str, str]] = []
    stack.up(progress=lambda part, text: said.append((part, text)))
    assert [text.partition(":")[0] for _, text in said] == ["external, not started"] * 3
    assert "s3cret" not in str(said)
    assert stack.kafka_brokers == options.external_kafka
    found = stack.status()
    assert [one.state for one in found] == ["unreachable", "unreachable", "external"]
    assert "s3cret" not in str(found)
    with pytest.raises(ConfigurationError, match="external"):
        stack.log_path("kafka")


def test_own_address_in_the_environment_is_not_external(tmp_path: Path) -> None:
    kafka = free_port()
    options = LocalOptions(dir=tmp_path, kafka_port=kafka, external_kafka=f"127.0.0.1:{kafka}", parts=("kafka",))
    assert LocalStack(options).status()[0].state == "stopped"
    with socket.create_server(("127.0.0.1", kafka)):
        assert LocalStack(options).status()[0].state == "unreachable"


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({"MAILCASE_LOCAL_IMAP_PORT": "70000"}, "MAILCASE_LOCAL_IMAP_PORT is '70000': a port is a number"),
        ({"MAILCASE_LOCAL_KAFKA_PORT": "many"}, "MAILCASE_LOCAL_KAFKA_PORT is 'many'"),
        ({"MAILCASE_LOCAL_MAIL": "postfix"}, "say `greenmail` .* or `external`"),
    ],
)
def test_wrong_choice_is_named(environment: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigurationError, match=says):
        LocalOptions.from_environment(environment)


def test_unknown_part_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="unknown part 'zookeeper'"):
        LocalOptions(dir=tmp_path, parts=("zookeeper",))
    with pytest.raises(ConfigurationError, match="has kafka, postgres, greenmail"):
        LocalStack(LocalOptions(dir=tmp_path)).log_path("zookeeper")


def test_broken_state_is_said_and_a_reset_repairs_it(tmp_path: Path) -> None:
    stack = LocalStack(LocalOptions(dir=tmp_path))
    with StateFile(tmp_path).locked():
        (tmp_path / "state.json").write_text('{"format": 1, "parts": {"kafka": {"pit": 3}}}')
    with pytest.raises(ConfigurationError, match=r"state\.json cannot be read"):
        stack.status()
    stack.reset()
    assert {one.state for one in stack.status()} == {"stopped"}


def test_reset_touches_no_folder_that_is_not_a_stack(tmp_path: Path) -> None:
    (tmp_path / "kafka").mkdir()
    with pytest.raises(ConfigurationError, match="no local stack"):
        LocalStack(LocalOptions(dir=tmp_path)).reset()
    assert (tmp_path / "kafka").is_dir()


def test_second_command_waits_and_then_says_why_it_stops(tmp_path: Path) -> None:
    with (
        StateFile(tmp_path).locked(),
        pytest.raises(ProviderTemporary, match="another `mailcase local`"),
        StateFile(tmp_path).locked(patience=0.2),
    ):
        pass


def test_data_of_another_version_is_refused(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir()
    (tmp_path / "postgres" / "PG_VERSION").write_text("12\n")
    with pytest.raises(ConfigurationError, match="holds the data of PostgreSQL 12, this is 18"):
        LocalStack(LocalOptions(dir=tmp_path)).up(parts=["postgres"])


def test_part_that_ends_at_once_shows_the_end_of_its_log(tmp_path: Path) -> None:
    (tmp_path / "postgres").mkdir(mode=0o755)
    (tmp_path / "postgres" / "PG_VERSION").write_text("18\n")
    stack = LocalStack(LocalOptions(dir=tmp_path))
    with pytest.raises(ProviderTemporary, match=r"(?s)PostgreSQL ended right after its start; the end of .*postgres"):
        stack.up(parts=["postgres"])
    assert stack.status()[1].state == "stopped"


def test_address_before_the_first_start_names_the_next_step(tmp_path: Path) -> None:
    stack = LocalStack(LocalOptions(dir=tmp_path))
    for ask in (lambda: stack.kafka_brokers, lambda: stack.database_url, lambda: stack.greenmail):
        with pytest.raises(ConfigurationError, match="mailcase local up"):
            ask()


def test_socket_of_a_long_path_lies_in_a_short_folder(tmp_path: Path) -> None:
    long = tmp_path / ("x" * 100) / "postgres"
    assert len(str(socket_folder(long) / ".s.PGSQL.5432")) < 100
    assert socket_folder(long) != socket_folder(long.with_name("other"))
    assert socket_folder(Path("/srv/app/.mailcase/postgres")) == Path("/srv/app/.mailcase/postgres")


def test_postgres_below_a_long_path_answers(tmp_path: Path) -> None:
    import psycopg

    stack = LocalStack(LocalOptions(dir=tmp_path / ("long " * 20).strip()))
    stack.up(parts=["postgres"])
    try:
        with psycopg.connect(stack.database_url) as connection:
            assert connection.execute("SHOW fsync").fetchone() == ("on",)
    finally:
        stack.reset()
    assert not socket_folder(stack.options.dir / "postgres").exists()


def test_misspelt_variable_of_the_stack_is_an_error() -> None:
    with pytest.raises(ConfigurationError, match=r"MAILCASE_LOCAL_KAFKAPORT.*did you mean MAILCASE_LOCAL_KAFKA_PORT\?"):
        LocalOptions.from_environment({"MAILCASE_LOCAL_KAFKAPORT": "1"})

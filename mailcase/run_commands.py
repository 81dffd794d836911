"""`mailcase run SERVICE`: one of the four services in the foreground, as a container or a unit file starts it."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, cast

import typer

from runtime.settings import Settings, load_settings
from schemas.errors import ConfigurationError, ProviderTemporary

if TYPE_CHECKING:
    from runtime.config import Configuration
    from runtime.secrets import SecretStore

app = typer.Typer(no_args_is_help=True, help="Run a service in the foreground until it is told to stop.")

Run = Callable[[Settings], int]

SERVICES = {
    "ingest": "mailboxes → mail.raw",
    "router": "mail.raw → mail.decisions",
    "casesvc": "mail.decisions → cases, and the REST API",
    "notifier": "case.events → outgoing mail",
}


PORTS = {"ingest": 9101, "router": 9102, "casesvc": 8080, "notifier": 9104}
"""The services' own default ports (not imported: that would cost `run all` a second). Where one is taken: any free."""


def _command(service: str, meaning: str) -> None:
    def run() -> None:
        # Imported late: a router needs no imapclient in memory, an ingest worker no Faust.
        start = cast(Run, import_module(f"{service}.service").run)
        code = start(load_settings())
        if code:
            raise typer.Exit(code)

    app.command(name=service, help=f"{meaning}. Settings: `mailcase settings`.")(run)


for _name, _meaning in SERVICES.items():
    _command(_name, _meaning)


@app.command("all")
def run_all(
    logs: Annotated[Path, typer.Option(help="folder of the services' logs")] = Path(".mailcase/logs"),
) -> None:
    """All four services on this machine, with topics and schemas made first: a laptop's way to run an own mailbox.

    The API listens on MAILCASE_HTTP_PORT or 8080, the others on their default ports; where one is taken, on a free one.
    """
    from mailcase.local.ports import free_port
    from mailcase.local.services import Services
    from mailcase.migrate_command import migrate
    from runtime.config import load_configuration
    from runtime.kafka.admin import check_topics, ensure_topics
    from runtime.secrets import EnvSecrets

    settings = load_settings()
    # Every problem at once, before four services find them.
    check_secrets(
        load_configuration(Path(settings.config_dir)), EnvSecrets(Path(settings.secrets_dir or settings.config_dir))
    )
    if made := ensure_topics(settings):
        print(f"topics created: {', '.join(made)}")
    check_topics(settings)
    migrate(check=False)
    with Services(dict(os.environ), logs.absolute()) as services:
        for service in SERVICES:
            wanted = settings.http_port if service == "casesvc" and settings.http_port else PORTS[service]
            services.add(service, port=free_port(wanted))
        print(f"starting {', '.join(SERVICES)}", flush=True)
        services.start()
        services.wait_ready()
        for replica in services.replicas:
            print(f"{replica.name:<12} {replica.url}/metrics  log {replica.log}")
        print(f"API          {services.of('casesvc')[0].url}/docs\nCtrl-C ends all.", flush=True)
        try:
            while all(replica.is_running() for replica in services.replicas):
                time.sleep(0.5)
        except KeyboardInterrupt:
            print("\nstopping: each service finishes what it holds", flush=True)
            raise
        dead = next(replica for replica in services.replicas if not replica.is_running())
    raise ProviderTemporary(f"{dead.name} ended; the end of {dead.log} says why:\n{dead.tail()}")


def check_secrets(configuration: Configuration, secrets: SecretStore) -> None:
    """Raise ConfigurationError with a line for each secret of keys and accounts that is not there."""
    wanted = [(f"signing key {key.id}", key.secret) for key in configuration.installation.signing_keys]
    for account in configuration.accounts.values():
        for half, side in (("receiver", account.receiver), ("sender", account.sender)):
            if side is not None and side.password is not None:
                wanted.append((f"EmailAccount {account.name}, {half}", side.password))
    missing = []
    for place, reference in wanted:
        try:
            secrets.resolve(reference)
        except ConfigurationError as error:
            missing.append(f"{place}: {error}")
    if missing:
        raise ConfigurationError("\n".join(missing))


topics_app = typer.Typer(no_args_is_help=True, help="The topics on the broker against the catalogue.")


@topics_app.command("create")
def create() -> None:
    """Create the topics that are missing; refuse when one has another partition count than the catalogue."""
    from runtime.kafka.admin import check_topics, ensure_topics

    settings = load_settings()
    made = ensure_topics(settings)
    check_topics(settings)
    print(f"created: {', '.join(made)}" if made else "all topics are there")


@topics_app.command("check")
def check(quiet: Annotated[bool, typer.Option(help="say nothing when all is well")] = False) -> None:
    """Fail when a topic is missing or has another partition count than the catalogue."""
    from runtime.kafka.admin import check_topics

    check_topics(load_settings())
    if not quiet:
        print("all topics are as the catalogue says")

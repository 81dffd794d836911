"""What a person may choose about the local stack."""

from __future__ import annotations

import difflib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import ConfigurationError

__all__ = ["PART_NAMES", "LocalOptions"]

PART_NAMES = ("kafka", "postgres", "greenmail")
_PORTS = ("kafka", "controller", "imap", "smtp", "pop3", "api")


@dataclass(frozen=True)
class LocalOptions:
    """Folder, ports (0: any free one, picked once and remembered) and parts of one local stack.

    An external part is not started: `external_kafka` (brokers), `external_database` (libpq URI), `external_mail`.
    """

    dir: Path
    kafka_port: int = 29092
    controller_port: int | None = None
    """Kafka's own second port; None: `kafka_port` + 1, or any free one."""
    imap_port: int = 29143
    smtp_port: int = 29025
    pop3_port: int = 29110
    api_port: int = 29080
    parts: tuple[str, ...] = PART_NAMES
    external_kafka: str | None = None
    external_database: str | None = None
    external_mail: bool = False

    def __post_init__(self) -> None:
        if unknown := [part for part in self.parts if part not in PART_NAMES]:
            raise ConfigurationError(
                f"unknown part {unknown[0]!r} of the local stack: known are {', '.join(PART_NAMES)}"
            )

    @classmethod
    def from_environment(
        cls,
        environment: Mapping[str, str] | None = None,
        *,
        folder: Path | None = None,
        ports: Mapping[str, int | None] | None = None,
    ) -> LocalOptions:
        """Options from `MAILCASE_*` variables, those given in `ports` (by name, e.g. `kafka`) before them.

        Raises ConfigurationError for a port that is no number between 0 and 65535, or an unknown kind of mail server.
        """
        env = os.environ if environment is None else environment
        known = {
            "MAILCASE_LOCAL_DIR",
            "MAILCASE_LOCAL_MAIL",
            *(f"MAILCASE_LOCAL_{name.upper()}_PORT" for name in _PORTS),
        }
        for name in sorted(env):
            if name.startswith("MAILCASE_LOCAL_") and name not in known:
                near = difflib.get_close_matches(name, known, n=1)
                meant = f"did you mean {near[0]}?" if near else f"there are {', '.join(sorted(known))}"
                raise ConfigurationError(f"{name} is no setting of the local stack; {meant}")
        chosen: dict[str, int] = {}
        for name in _PORTS:
            given = (ports or {}).get(name)
            variable = f"MAILCASE_LOCAL_{name.upper()}_PORT"
            if given is not None:
                chosen[f"{name}_port"] = _port(str(given), f"--{name}-port")
            elif env.get(variable):
                chosen[f"{name}_port"] = _port(env[variable], variable)
        mail = env.get("MAILCASE_LOCAL_MAIL", "greenmail")
        if mail not in ("greenmail", "external"):
            raise ConfigurationError(f"MAILCASE_LOCAL_MAIL is {mail!r}: say `greenmail` (start one) or `external`")
        chosen_folder = folder or Path(env.get("MAILCASE_LOCAL_DIR") or ".mailcase")
        return cls(
            dir=chosen_folder.expanduser().absolute(),
            external_kafka=env.get("MAILCASE_KAFKA_BROKERS") or None,
            external_database=env.get("MAILCASE_DATABASE_URL") or None,
            external_mail=mail == "external",
            **chosen,  # type: ignore[arg-type]
        )


def _port(text: str, where: str) -> int:
    if text.isdecimal() and int(text) <= 65535:
        return int(text)
    raise ConfigurationError(f"{where} is {text!r}: a port is a number from 1 to 65535, or 0 for any free one")

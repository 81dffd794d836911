"""The local stack as a whole: brings its parts up together, finds them again later, takes them down.

stopped ── up ──► starting ── answers ──► running ── down ──► stopped
                     │                       │
                     └─ ends, or no answer:  └─ killed: `died`; up starts it again with its data
                        what we started is      (Kafka, PostgreSQL), or empty (GreenMail)
                        stopped again, error
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from mailcase.local.greenmail import GreenMail, GreenMailServer
from mailcase.local.kafka import Kafka, check_brokers
from mailcase.local.options import LocalOptions
from mailcase.local.part import Part, Progress, silent
from mailcase.local.ports import free_port, why_not_free
from mailcase.local.postgres import Postgres, check_database
from mailcase.local.processes import stop
from mailcase.local.state import PartState, StateFile
from schemas.errors import ConfigurationError, MailcaseError, ProviderTemporary

__all__ = ["LocalStack", "PartStatus"]

_LOG_LIMIT = 20_000_000  # bytes; a longer log is put aside at the next start
_LOG_TAIL = 12  # lines shown when a part does not start


@dataclass(frozen=True)
class PartStatus:
    """One part as it is now. `state`: running, starting (no answer yet), stopped, died, external, unreachable."""

    name: str
    title: str
    state: str
    address: str
    version: str
    pid: int | None = None
    since: str = ""
    detail: str = ""

    @property
    def is_good(self) -> bool:
        return self.state in ("running", "external")


class LocalStack:
    """Servers of one folder. All methods block; `up` and `down` are idempotent and safe beside another process's."""

    def __init__(self, options: LocalOptions) -> None:
        self.options = options
        folder = options.dir
        self._state = StateFile(folder)
        self._greenmail = GreenMail(
            folder,
            smtp_port=options.smtp_port,
            imap_port=options.imap_port,
            pop3_port=options.pop3_port,
            api_port=options.api_port,
        )
        every: tuple[Part, ...] = (
            Kafka(folder, kafka_port=options.kafka_port, controller_port=options.controller_port),
            Postgres(folder),
            self._greenmail,
        )
        self._parts = tuple(part for part in every if part.name in options.parts)

    # What programs need to know

    @property
    def kafka_brokers(self) -> str:
        """Brokers of the stack's Kafka, or of the external one. Raises ConfigurationError before the first `up`."""
        return self._external("kafka") or self._address("kafka")

    @property
    def database_url(self) -> str:
        """libpq URI of the stack's PostgreSQL, or of the external one. Raises as `kafka_brokers`."""
        return self._external("postgres") or self._address("postgres")

    @property
    def greenmail(self) -> GreenMailServer:
        """The stack's mail server. Raises ConfigurationError when it is external or was never up."""
        if self.options.external_mail:
            raise ConfigurationError("the mail server is external (MAILCASE_LOCAL_MAIL=external): the stack has none")
        self._address("greenmail")
        return self._greenmail.server(self._state.read()["greenmail"].ports)

    def _address(self, name: str) -> str:
        known = self._state.read().get(name)
        if known is None or not known.address:
            raise ConfigurationError(f"{name} of the local stack was never started: `mailcase local up`")
        return known.address

    def log_path(self, name: str) -> Path:
        """Log file of a part. Raises ConfigurationError for an unknown or external part."""
        for part in self._parts:
            if part.name == name:
                if self._external(name):
                    raise ConfigurationError(f"{part.title} is external: its log is not here")
                return part.log
        raise ConfigurationError(
            f"no part {name!r}: the local stack has {', '.join(part.name for part in self._parts)}"
        )

    def _external(self, name: str) -> str | None:
        """Address of the external server that takes a part's place; the stack's own address is none."""
        given = {
            "kafka": self.options.external_kafka,
            "postgres": self.options.external_database,
            "greenmail": "set by MAILCASE_LOCAL_MAIL" if self.options.external_mail else None,
        }[name]
        part = next((part for part in self._parts if part.name == name), None)
        if part is None or given is None or given != part.address(self._known_ports(part)):
            return given
        # Our own address: ours, unless somebody else's server already answers there.
        runs = self._state.read().get(name, PartState()).runs
        taken = any(why_not_free(port) for port in self._known_ports(part).values() if port)
        return given if taken and not runs and not part.orphans() else None

    def _known_ports(self, part: Part) -> dict[str, int]:
        """Ports as remembered, else as wanted."""
        known = self._state.read().get(part.name, PartState()).ports
        return {port.name: known.get(port.name, port.wanted) for port in part.ports}

    # Up

    def up(self, *, progress: Progress = silent, parts: Sequence[str] | None = None) -> None:
        """Start what does not run yet and wait until all of it answers. What is external is left alone.

        Raises ConfigurationError (a port is taken, wrong data), ProviderTemporary (a part does not come up: the
        message has the end of its log). What this call started is stopped again then.
        """
        with self._state.locked():
            wanted = [part for part in self._parts if parts is None or part.name in parts]
            missing = []
            for part in wanted:
                if external := self._external(part.name):
                    progress(part.name, f"external, not started: {_without_password(external)}")
                elif self._adopt(part):
                    progress(part.name, f"already running, {self._address(part.name)}")
                else:
                    missing.append(part)
            ports = self._choose_ports(missing)
            for part in missing:
                part.prepare(ports[part.name], progress)
            try:
                for part in missing:
                    progress(part.name, "starting")
                    self._start(part, ports[part.name])
                for part in missing:
                    seconds = self._wait_ready(part, ports[part.name])
                    part.after_start(ports[part.name])
                    progress(part.name, f"running ({seconds:.1f} s), {part.address(ports[part.name])}")
                self._note_settings()
            except BaseException:
                for part in missing:
                    self._stop(part)
                raise

    def _note_settings(self) -> None:
        known = self._state.read()
        names = {"kafka": "MAILCASE_KAFKA_BROKERS", "postgres": "MAILCASE_DATABASE_URL"}
        self._state.write_settings(
            {
                variable: known[name].address
                for name, variable in names.items()
                if name in known and not self._external(name)
            }
        )

    def _adopt(self, part: Part) -> bool:
        """Whether the part runs: known by the state, or started by an `up` that was killed before it could note it."""
        known = self._state.read().get(part.name, PartState())
        if known.runs:
            return True
        orphans = part.orphans()
        if orphans and known.address:
            found = orphans[0]
            self._state.write_part(part.name, replace(known, pid=found.pid, started=found.started, since=_now()))
            return True
        for orphan in orphans:
            stop(orphan, first=part.stop_signal, patience=part.stop_patience)
        return False

    def _choose_ports(self, parts: Sequence[Part]) -> dict[str, dict[str, int]]:
        """A port for each need: as wanted, else as remembered and still free, else any. Names all that are taken."""
        chosen: dict[str, dict[str, int]] = {}
        taken: list[str] = []
        for part in parts:
            remembered = self._state.read().get(part.name, PartState()).ports
            mine = chosen.setdefault(part.name, {})
            for port in part.ports:
                number = port.wanted or remembered.get(port.name, 0)
                reason = why_not_free(number) if number else "is not chosen yet"
                if reason and port.wanted:
                    taken.append(
                        f"port {number} ({port.title}) {reason}: end that program, "
                        f"or choose another port by {port.option} or {port.setting}"
                    )
                mine[port.name] = free_port() if reason and not port.wanted else number
        if taken:
            raise ConfigurationError("\n".join(taken))
        return chosen

    def _start(self, part: Part, ports: Mapping[str, int]) -> None:
        if part.log.exists() and part.log.stat().st_size > _LOG_LIMIT:
            part.log.replace(part.log.with_suffix(".old.log"))
        # Noted before the start as well: an `up` that is killed in between leaves an orphan that we can find.
        noted = PartState(address=part.address(ports), version=part.version, ports=dict(ports))
        self._state.write_part(part.name, noted)
        process = part.start(ports)
        self._state.write_part(part.name, replace(noted, pid=process.pid, started=process.started, since=_now()))

    def _wait_ready(self, part: Part, ports: Mapping[str, int]) -> float:
        begin = time.monotonic()
        reason = "no answer"
        while time.monotonic() - begin < part.start_patience:
            if not self._state.read()[part.name].runs:
                raise ProviderTemporary(f"{part.title} ended right after its start{_tail(part.log)}")
            try:
                part.check_ready(ports)
            except (OSError, MailcaseError) as error:
                reason = str(error)
                time.sleep(0.05)
            else:
                return time.monotonic() - begin
        raise ProviderTemporary(
            f"{part.title} does not answer after {part.start_patience:.0f} s: {reason}{_tail(part.log)}"
        )

    # Down, status, reset

    def down(self, *, progress: Progress = silent, parts: Sequence[str] | None = None) -> None:
        """Stop what runs, the mail server first and the broker last; kill what does not end in time."""
        with self._state.locked():
            for part in reversed(self._parts):
                if (parts is None or part.name in parts) and (outcome := self._stop(part)):
                    progress(part.name, outcome)

    def _stop(self, part: Part) -> str:
        known = self._state.read().get(part.name, PartState())
        processes = {*part.orphans(), *([known.process] if known.process and known.runs else [])}
        outcome = ""
        for process in processes:
            outcome = stop(process, first=part.stop_signal, patience=part.stop_patience)
        if known.pid is not None:
            self._state.write_part(part.name, known.stopped())
        return outcome

    def status(self) -> list[PartStatus]:
        """Every part as it is now; asks running and external ones a question (up to some seconds each)."""
        return [self._status(part) for part in self._parts]

    def _status(self, part: Part) -> PartStatus:
        if external := self._external(part.name):
            return _external_status(part, external)
        known = self._state.read().get(part.name, PartState())
        ports = self._known_ports(part)
        now = PartStatus(part.name, part.title, "stopped", part.address(ports), known.version or part.version)
        if known.pid is None:
            return now
        if not known.runs:
            return replace(now, state="died", detail=f"ended by itself: see {part.log}; `mailcase local up` starts it")
        now = replace(now, pid=known.pid, since=known.since)
        try:
            part.check_ready(ports)
        except (OSError, MailcaseError) as error:
            return replace(now, state="starting", detail=str(error))
        return replace(now, state="running")

    def reset(self, *, progress: Progress = silent) -> None:
        """Stop everything and delete the data of all parts, stored mails too. What has been downloaded stays.

        Raises ConfigurationError for a folder that holds no stack: nothing of somebody else's is deleted.
        """
        self._state.check_is_stack()
        with self._state.locked():
            for part in reversed(self._parts):
                self._stop_anyhow(part)
                for path in (*part.data, part.log):
                    if path.is_dir():
                        shutil.rmtree(path)
                    else:
                        path.unlink(missing_ok=True)
                progress(part.name, "data deleted")
            shutil.rmtree(self.options.dir / "blobs", ignore_errors=True)
            self._state.delete()

    def _stop_anyhow(self, part: Part) -> None:
        """A broken state file must not keep anybody from a reset: then processes are found by their arguments."""
        try:
            self._stop(part)
        except ConfigurationError:
            self._state.delete()
            self._stop(part)


def _external_status(part: Part, address: str) -> PartStatus:
    status = PartStatus(part.name, part.title, "external", _without_password(address), "")
    try:
        if part.name == "kafka":
            check_brokers(address, timeout=3)
        elif part.name == "postgres":
            return replace(status, version=check_database(address))
    except MailcaseError as error:
        return replace(status, state="unreachable", detail=str(error))
    return status


def _without_password(address: str) -> str:
    scheme, mark, rest = address.partition("://")
    if not mark or "@" not in rest:
        return address
    user, _, host = rest.partition("@")
    return f"{scheme}://{user.partition(':')[0]}@{host}"


def _tail(log: Path) -> str:
    try:
        lines = log.read_text(errors="replace").splitlines()[-_LOG_TAIL:]
    except OSError:
        return f" (no log {log})"
    return f"; the end of {log}:\n" + "\n".join(f"  {line}" for line in lines)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")

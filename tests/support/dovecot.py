"""A real Dovecot 2.3 in a folder of its own, as root (it runs as `nobody` then) or as a normal user."""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from mailcase.local.ports import HOST, answers, free_port
from tests.support.needs import find_program

__all__ = ["Dovecot"]

_CONFIGURATION = """\
base_dir = {base}/run
state_dir = {base}/state
log_path = {base}/dovecot.log
auth_verbose = yes
protocols = imap pop3
listen = {host}
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
first_valid_uid = 1
last_valid_uid = 0
first_valid_gid = 1
default_process_limit = 300
default_client_limit = 1000
mail_max_userip_connections = 200
ssl = yes
ssl_cert = <{base}/tls/server.crt
ssl_key = <{base}/tls/server.key
disable_plaintext_auth = no
auth_mechanisms = plain login
auth_failure_delay = 0 secs
auth_username_format = %Lu
auth_cache_size = 0
mail_home = {base}/mail/%Lu
mail_location = maildir:~/Maildir
mailbox_list_index = yes
mail_fsync = never
namespace inbox {{
  inbox = yes
  separator = /
}}
passdb {{
  driver = passwd-file
  args = scheme=PLAIN username_format=%Lu {base}/users
}}
userdb {{
  driver = passwd-file
  args = username_format=%Lu {base}/users
  default_fields = uid={uid} gid={gid} home={base}/mail/%Lu
}}
protocol pop3 {{
  pop3_uidl_format = %v.%u
}}
service anvil {{
  chroot =
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  service_count = 0
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service pop3-login {{
  chroot =
  service_count = 0
  inet_listener pop3 {{
    port = {pop3}
  }}
  inet_listener pop3s {{
    port = {pop3s}
    ssl = yes
  }}
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """Loopback ports, the certificate that a client must trust (`ca_file`, for 127.0.0.1 and localhost), `base` dir."""

    base: Path
    imap_port: int
    imaps_port: int
    pop3_port: int
    pop3s_port: int
    host: str = HOST
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def ca_file(self) -> Path:
        return self.base / "tls" / "server.crt"

    @property
    def log(self) -> str:
        log = self.base / "dovecot.log"
        return log.read_text(errors="replace") if log.exists() else "(it wrote no log: see its output above)"

    def add_user(self, login: str, password: str) -> None:
        """Make a user, or give one another password; works at once."""
        with self._lock:
            users = self.base / "users"
            others = [line for line in users.read_text().splitlines() if not line.startswith(f"{login}:")]
            new = users.with_suffix(".new")
            new.write_text("\n".join([*others, f"{login}:{{PLAIN}}{password}::::::"]) + "\n")
            new.chmod(0o644)
            new.replace(users)

    def doveadm(self, *arguments: str) -> str:
        """Run `doveadm` on this server and return what it prints. Raises CalledProcessError with its complaint."""
        program = find_program("doveadm")
        assert program is not None
        done = subprocess.run(
            [program, "-c", str(self.base / "dovecot.conf"), *arguments], capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise subprocess.CalledProcessError(done.returncode, done.args, done.stdout, done.stderr)
        return done.stdout

    @classmethod
    @contextlib.contextmanager
    def started(cls) -> Iterator[Dovecot]:
        """A running server, gone with its mails afterwards. Fails the test with the log when it does not come up."""
        # Not below pytest's own folder: that one is closed to the user that Dovecot runs as, and too long for sockets.
        base = Path(tempfile.mkdtemp(prefix="mailcase-dovecot-", dir="/tmp"))
        server = cls(base, free_port(), free_port(), free_port(), free_port())
        try:
            server._prepare()
            process = server._start()
            try:
                yield server
            finally:
                process.terminate()
                try:
                    process.wait(10)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait(5)
        finally:
            shutil.rmtree(base, ignore_errors=True)

    def _prepare(self) -> None:
        account = pwd.getpwnam("nobody") if os.geteuid() == 0 else pwd.getpwuid(os.geteuid())
        for name in ("run", "state", "mail", "tls"):
            (self.base / name).mkdir()
        openssl = find_program("openssl")
        assert openssl is not None
        subprocess.run(
            [
                *(openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"),
                *("-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"),
                *("-keyout", str(self.base / "tls/server.key"), "-out", str(self.base / "tls/server.crt")),
            ],
            check=True,
            capture_output=True,
        )
        (self.base / "users").touch()
        (self.base / "dovecot.conf").write_text(
            _CONFIGURATION.format(
                base=self.base,
                host=self.host,
                user=account.pw_name,
                group=grp.getgrgid(account.pw_gid).gr_name,
                uid=account.pw_uid,
                gid=account.pw_gid,
                imap=self.imap_port,
                imaps=self.imaps_port,
                pop3=self.pop3_port,
                pop3s=self.pop3s_port,
            )
        )
        self.base.chmod(0o755)
        for path in (self.base, *self.base.rglob("*")):
            os.chown(path, account.pw_uid, account.pw_gid)

    def _start(self) -> subprocess.Popen[bytes]:
        program = find_program("dovecot")
        assert program is not None
        account = pwd.getpwnam("nobody") if os.geteuid() == 0 else None
        process = subprocess.Popen(
            [program, "-F", "-c", str(self.base / "dovecot.conf")],
            cwd=self.base,
            stdin=subprocess.DEVNULL,
            user=account.pw_uid if account else None,
            group=account.pw_gid if account else None,
            extra_groups=[] if account else None,
        )
        deadline = time.monotonic() + 20
        while not answers(self.imap_port):
            if process.poll() is not None or time.monotonic() > deadline:
                process.kill()
                process.wait()
                pytest.fail(f"Dovecot does not come up:\n{self.log}", pytrace=False)
            time.sleep(0.02)
        return process

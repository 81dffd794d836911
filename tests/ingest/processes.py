"""Real ingest processes on real Kafka, for tests that kill, stop and wake them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from mailcase.local.ports import free_port
from runtime.kafka.reader import read_to_end
from runtime.settings import Settings
from schemas.cloudevents import decode
from schemas.events.mailbox import Checkpoint, MailboxStatus
from schemas.events.received import MailReceived
from schemas.topics import MAIL_CHECKPOINTS, MAIL_RAW, MAILBOX_STATUS
from tests.ingest.rigs import PASSWORD

T = TypeVar("T")

_DOCUMENTS = """\
kind: Installation
name: test
domain: mail.example.net
signing_keys:
  - {{id: k2, secret: {{env: MAILCASE_SECRET_KEY}}}}
current_key: k2
---
kind: WorkQueue
name: desk
label: Desk
"""
_MAILBOX = """\
---
kind: EmailAccount
name: {name}
address: {name}@example.net
user_id: {login}
receiver:
  protocol: imap
  host: 127.0.0.1
  port: {port}
  security: none
  password: {{env: MAILCASE_SECRET_BOX}}
---
kind: EmailListener
name: {name}
account: {name}
rule: everything
poll_interval: 2s
after_intake: {after}
"""
_RULE = """\
---
kind: ServiceEmailRule
name: everything
mode: first
rows: []
otherwise:
  new: [{action: route, queue: desk}]
  follow_up: [{action: attach}]
"""


@dataclass
class Installation:
    """Configuration and topics of one test, and the processes that it started."""

    settings: Settings
    folder: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    ports: dict[str, int] = field(default_factory=dict)

    def configure(self, boxes: Sequence[tuple[str, str, int]], after: str = "keep") -> None:
        """Mailboxes as (name, login, IMAP port)."""
        config = self.folder / "config"
        config.mkdir(exist_ok=True)
        text = _DOCUMENTS.format() + _RULE
        for name, login, port in boxes:
            text += _MAILBOX.format(name=name, login=login, port=port, after=after)
        (config / "all.yaml").write_text(text)

    def start(self, instance: str, prelude: str = "") -> subprocess.Popen[bytes]:
        """Start an ingest process; `prelude` is Python that runs in it first."""
        port = free_port()
        self.ports[instance] = port
        environment = {
            **self._environment(),
            "MAILCASE_INSTANCE": instance,
            "MAILCASE_HTTP_PORT": str(port),
            "MAILCASE_STOP_TIMEOUT": "10",
        }
        program = f"{prelude}\nfrom mailcase.cli import main\nmain(['run', 'ingest'])"
        with (self.folder / f"{instance}.log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-c", program], env=environment, stdout=log, stderr=log, cwd=Path(__file__).parents[2]
            )
        self.processes.append(process)
        return process

    def command(self, *arguments: str, piped: bytes = b"", **environment: str) -> subprocess.CompletedProcess[bytes]:
        """Run `mailcase …` to its end."""
        return subprocess.run(
            [sys.executable, "-c", "from mailcase.cli import main; main()", *arguments],
            input=piped,
            capture_output=True,
            timeout=60,
            env={**self._environment(), **environment},
        )

    def _environment(self) -> dict[str, str]:
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("MAILCASE_")},
            "MAILCASE_KAFKA_BROKERS": self.settings.kafka_brokers,
            "MAILCASE_TOPIC_PREFIX": self.settings.topic_prefix,
            "MAILCASE_BLOB_URL": f"file://{self.folder}/blobs",
            "MAILCASE_CONFIG_DIR": str(self.folder / "config"),
            "MAILCASE_SECRET_BOX": PASSWORD,
            "MAILCASE_SECRET_KEY": "0123456789abcdef0123456789abcdef",
        }

    def log(self, instance: str) -> str:
        return (self.folder / f"{instance}.log").read_text(errors="replace")

    def stop_all(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.kill()
                process.wait()

    def mails(self) -> list[MailReceived]:
        found = [decode(record).data for record in read_to_end(self.settings, MAIL_RAW)]
        return [data for data in found if isinstance(data, MailReceived)]

    def checkpoints(self) -> list[Checkpoint]:
        found = [decode(record).data for record in read_to_end(self.settings, MAIL_CHECKPOINTS) if record.value]
        return [data for data in found if isinstance(data, Checkpoint)]

    def statuses(self) -> dict[str, MailboxStatus]:
        found = [decode(record).data for record in read_to_end(self.settings, MAILBOX_STATUS) if record.value]
        return {data.mailbox: data for data in found if isinstance(data, MailboxStatus)}

    def idle(self, *names: str) -> bool:
        statuses = self.statuses()
        return all(name in statuses and statuses[name].state.value == "idle" for name in names)


def eventually(look: Callable[[], T], seconds: float = 30.0) -> T:
    """The first true answer of `look` within `seconds`; fails the test otherwise."""
    deadline = time.monotonic() + seconds
    while True:
        found = look()
        if found:
            return found
        assert time.monotonic() < deadline, f"not within {seconds} s; last seen: {found!r}"
        time.sleep(0.2)

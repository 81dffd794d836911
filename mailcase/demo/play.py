"""Runs the demo: stack, services, mails in phases, report. Progress on the terminal; stops all that it started."""

from __future__ import annotations

import imaplib
import secrets
import shlex
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.parser import BytesHeaderParser
from pathlib import Path

from casesvc.api.tokens import SCOPES
from casesvc.api.tokens import create as create_token
from mailcase.demo import environment as demo_environment
from mailcase.demo import relay, report, scenario, shown
from mailcase.demo.observe import Observer
from mailcase.demo.scenario import Expectation, ScenarioMail
from mailcase.local.options import LocalOptions
from mailcase.local.ports import free_port
from mailcase.local.services import Services
from mailcase.local.stack import LocalStack
from mailcase.migrate_command import SERVICES
from runtime.database.migrations import migrate
from runtime.database.pool import Database
from runtime.kafka.admin import ensure_topics
from runtime.settings import Settings
from schemas.errors import ProviderTemporary
from schemas.events import LedgerState, Purpose

REPLICAS = {"ingest": 2, "router": 2, "casesvc": 1, "notifier": 1}
API_PORT = 29081
SETTLE_SECONDS = 120.0
FINAL = {
    LedgerState.HANDED_OVER,
    LedgerState.SUPPRESSED,
    LedgerState.FAILED,
    LedgerState.HELD,
    LedgerState.DELIVERED,
    LedgerState.BOUNCED,
    LedgerState.COMPLAINED,
    LedgerState.CANCELLED,
    LedgerState.EXPIRED,
}

Say = Callable[[str], None]


def say(text: str) -> None:
    """One line of progress with the time of day."""
    print(f"{datetime.now(UTC).astimezone():%H:%M:%S}  {text}", flush=True)


@dataclass
class Demo:
    """One run. `config_dir`: the company's documents; `stack`: the embedded servers."""

    stack: LocalStack
    config_dir: Path
    folder: Path
    say: Say = say
    passwords: dict[str, str] = field(default_factory=dict)
    arrivals: dict[str, datetime] = field(default_factory=dict)

    def run(self, *, stay: bool) -> int:
        """Play everything; 0 when the report is as it must be, else 1. `stay`: go on until Ctrl-C afterwards."""
        started = not all(part.is_good for part in self.stack.status())
        try:
            self.stack.up(progress=lambda part, text: self.say(f"{part}: {text}"))
            return self._run(stay=stay)
        finally:
            if started:
                self.say("stopping the servers")
                self.stack.down()

    def _run(self, *, stay: bool) -> int:
        demo_environment.remove_earlier_runs(self.stack, self.folder)
        self.passwords = {name: secrets.token_urlsafe(12) for name in demo_environment.MAILBOXES}
        variables = demo_environment.environment(self.stack, self.folder, self.config_dir, self.passwords)
        settings = demo_environment.settings_of(variables)
        mail = self.stack.greenmail
        mail.purge()
        for name, password in self.passwords.items():
            address = demo_environment.address_of(name)
            mail.add_user(address, password, address)
        ensure_topics(settings)
        for service in SERVICES:
            migrate(settings.dsn, settings.schema_name(service), f"{service}.migrations")
        with Services(variables, self.folder / "logs") as services:
            for service, number in REPLICAS.items():
                for index in range(number):
                    services.add(service, port=free_port(API_PORT) if service == "casesvc" and index == 0 else None)
            self.say(f"starting {', '.join(f'{number} x {name}' for name, number in REPLICAS.items())}")
            services.start()
            services.wait_ready()
            observer = Observer(settings)
            self._wait(
                "mailboxes to be watched", observer, services, lambda: observer.all_idle(demo_environment.MAILBOXES)
            )
            mails = scenario.load()
            expectations = [entry.expected for entry in mails]
            for phase in sorted({row.phase for row in expectations}):
                self._play(phase, mails, observer, services)
            token = self._token(settings)
            places = self._places(services, token, self._env_file(variables))
            print("\n" + report.render(observer, expectations, places))
            problems = report.differences(observer, expectations)
            problems += shown.differences(services.of("casesvc")[0].url, token, observer, expectations)
            for problem in problems:
                print(f"NOT AS EXPECTED  {problem}")
            print(
                "All is as the mails must lead to." if not problems else f"{len(problems)} difference(s).", flush=True
            )
            observer.close()
            if stay:
                self._stay(services)
            return 1 if problems else 0

    def _play(self, phase: int, mails: Sequence[ScenarioMail], observer: Observer, services: Services) -> None:
        chosen = [entry for entry in mails if entry.expected.phase == phase]
        self.say(f"phase {phase}: delivering {len(chosen)} mails")
        for entry in chosen:
            try:
                self._deliver(entry, observer)
            except (OSError, imaplib.IMAP4.error) as error:
                raise ProviderTemporary(
                    f"the mail server broke off at mail {entry.expected.mark} ({error}):"
                    f" see {self.stack.log_path('greenmail')}, then try again"
                ) from error
        done = [entry.expected for entry in mails if entry.expected.phase <= phase and entry.expected.same_as is None]
        wanted = sum(len(row.to) for row in done)
        self._wait(f"{wanted} mails to be settled", observer, services, lambda: _is_settled(observer, done))

    def _deliver(self, entry: ScenarioMail, observer: Observer) -> None:
        row, mail = entry.expected, self.stack.greenmail
        relay.deliver(
            entry.bytes_for(self._answer_id(row.answers, observer) if row.answers else None),
            mail_from=row.sender,
            recipients={demo_environment.address_of(name): self.passwords[name] for name in row.to},
            verdict=entry.verdict,
            # A mail that comes twice has the same stamp, so that it has the same bytes.
            now=self.arrivals.setdefault(row.same_as or row.mark, datetime.now(UTC)),
            host=mail.host,
            port=mail.imap_port,
        )

    def _answer_id(self, mark: str, observer: Observer) -> str:
        """Message-ID of our answer to a mail, read from the customer's own mailbox like the customer's client does."""
        stories = observer.by_mark().get(mark, [])
        answers = report.answers_to(observer, [story.mail_id for story in stories])
        answers.sort(key=lambda out: out.request.purpose != Purpose.ACKNOWLEDGEMENT)
        if not answers:
            raise ProviderTemporary(f"mail {mark} got no answer to reply to")
        recipient = answers[0].request.to[0]
        case = answers[0].request.case
        mail = self.stack.greenmail
        with imaplib.IMAP4(mail.host, mail.imap_port, timeout=20) as connection:
            connection.login(recipient, recipient)
            connection.select("INBOX", readonly=True)
            _, found = connection.search(None, "ALL")
            for number in reversed(found[0].split()):
                _, parts = connection.fetch(number, "(BODY.PEEK[HEADER])")
                assert isinstance(parts[0], tuple)
                headers = BytesHeaderParser().parsebytes(parts[0][1])
                if case is None or case.id in str(headers.get("Subject", "")):
                    return "".join(str(headers["Message-ID"]).split())
        raise ProviderTemporary(f"the answer to mail {mark} is not in the mailbox of its sender")

    def _wait(self, what: str, observer: Observer, services: Services, done: Callable[[], bool]) -> None:
        """Follow the topics until `done`; says where it stands twice a second on a terminal, every 5 s elsewhere."""
        deadline, next_word = time.monotonic() + SETTLE_SECONDS, 0.0
        while True:
            observer.update()
            if done():
                self.say(_progress(observer))
                return
            if dead := [replica.name for replica in services.replicas if not replica.is_running()]:
                raise ProviderTemporary(f"{dead[0]} ended; its log is {services.logs / (dead[0] + '.log')}")
            if time.monotonic() > deadline:
                self.say(f"still waiting for {what} after {SETTLE_SECONDS:.0f} s; the report says what is missing")
                return
            if time.monotonic() > next_word:
                self.say(_progress(observer))
                next_word = time.monotonic() + (0.5 if sys.stdout.isatty() else 5.0)
            time.sleep(0.1)

    def _token(self, settings: Settings) -> str:
        """A token for the API that may read everything."""
        database = Database(settings.dsn, settings.schema_name("casesvc"), max_size=1)
        try:
            return create_token(database, "demo", list(SCOPES), None)
        finally:
            database.close()

    def _env_file(self, variables: Mapping[str, str]) -> Path:
        """A file to source, so that every `mailcase` command speaks to this demo. Only its owner may read it."""
        path = self.folder / "env"
        path.touch(mode=0o600)
        ours = {name: value for name, value in variables.items() if name.startswith("MAILCASE_")}
        path.write_text("".join(f"export {name}={shlex.quote(value)}\n" for name, value in sorted(ours.items())))
        return path

    def _places(self, services: Services, token: str, env_file: Path) -> list[tuple[str, str]]:
        mail, api = self.stack.greenmail, services.of("casesvc")[0].url
        logins = [f"{demo_environment.address_of(name)} / {password}" for name, password in self.passwords.items()]
        return [
            ("API", f"{api}/docs"),
            ("", f"curl -H 'Authorization: Bearer {token}' {api}/api/v1/cases"),
            ("metrics, logs", "\n                 ".join(f"{one.url}/metrics  {one.log}" for one in services.replicas)),
            ("mail server", f"SMTP {mail.host}:{mail.smtp_port}, IMAP {mail.host}:{mail.imap_port}; logins:"),
            *(("", login) for login in logins),
            ("commands", f"`. {env_file}`, then for example `mailcase mailbox status` or `mailcase settings`"),
        ]

    def _stay(self, services: Services) -> None:
        print("The demo stays up; write a mail to one of its mailboxes, look at the API. Ctrl-C ends it.", flush=True)
        try:
            while all(replica.is_running() for replica in services.replicas):
                time.sleep(0.5)
            for replica in services.replicas:
                if not replica.is_running():
                    self.say(f"{replica.name} has ended, so the demo ends; its log: {replica.log}")
        except KeyboardInterrupt:
            print()
        self.say("stopping the services")


def _is_settled(observer: Observer, rows: Sequence[Expectation]) -> bool:
    by_mark = observer.by_mark()
    for row in rows:
        if row.quarantine == "too_large":
            if not any(story.quarantine and story.quarantine.mailbox in row.to for story in observer.mails.values()):
                return False
            continue
        stories = by_mark.get(row.mark, [])
        if len(stories) < len(row.to) or not all(story.is_settled for story in stories):
            return False
        answers = report.answers_to(observer, [story.mail_id for story in stories])
        if len(answers) < row.acknowledged + row.suppressed:
            return False
        if any(out.state is not row.outgoing for out in report.reported_on(row, by_mark, observer)):
            return False
    return all(out.state in FINAL for out in observer.outgoing.values())


def _progress(observer: Observer) -> str:
    stories = observer.mails.values()
    return (
        f"fetched {sum(story.received is not None for story in stories)}"
        f"  decided {sum(story.decision is not None for story in stories)}"
        f"  interactions {sum(bool(story.interactions) for story in stories)}"
        f"  quarantined {sum(story.quarantine is not None for story in stories)}"
        f"  cases {sum(len(story.created) for story in stories)}"
        f"  answers {sum(out.state in report.SENT for out in observer.outgoing.values())}"
    )


def play(options: LocalOptions, config_dir: Path, *, once: bool) -> int:
    """The command `mailcase demo`."""
    return Demo(LocalStack(options), config_dir, options.dir / "demo").run(stay=not once)

"""A small right configuration, to be made wrong in one place by each test."""

from __future__ import annotations

from pathlib import Path

from runtime.config import Problem, examine

INSTALLATION = """\
kind: Installation
name: acme
domain: mail.acme.example
signing_keys:
  - {id: k2, secret: {env: ACME_KEY}}
current_key: k2
default_account: office
"""

ACCOUNTS = """\
kind: EmailAccount
name: office
address: office@acme.example
sender: {host: smtp.acme.example, password: {env: OFFICE_PASSWORD}}
receiver: {host: imap.acme.example, same_as_sender: true}
---
kind: EmailAccount
name: claims
address: claims@acme.example
receiver: {host: imap.acme.example, password: {file: /run/secrets/claims}}
"""

LISTENER = """\
kind: EmailListener
name: office-inbox
account: office
rule: office
"""

RULE = """\
kind: ServiceEmailRule
name: office
mode: first
rows:
  - id: broken
    when:
      all:
        - subject: {contains: broken}
        - not: {from: {ends: "@acme.example"}}
    new:
      - {action: create_case, case_type: repair, fields: {amount: "12.50 EUR"}}
      - {action: auto_reply, template: ack, language: en}
    follow_up:
      - {action: set_fields, fields: {note: {source: body}}}
otherwise:
  new:
    - {action: route, queue: desk}
"""

CASE_TYPES = """\
kind: CaseType
name: repair
label: Repair
id_prefix: REP
fields:
  - {name: amount, type: money}
  - {name: note, type: text}
stages:
  - {name: open, statuses: [new, waiting]}
  - {name: done, statuses: [resolved]}
resolved: [resolved]
queue: desk
---
kind: CaseType
name: claim
label: Claim
id_prefix: CLM
fields:
  - {name: description, type: text}
stages:
  - {name: open, statuses: [new, resolved]}
resolved: [resolved]
queue: desk
email:
  account: claims
  description_field: description
  acknowledgement: {template: ack}
  listener: {poll_interval: 5s}
"""

TEMPLATE = """\
kind: MailTemplate
name: ack
default_language: en
languages:
  en:
    subject: "We have it: {{ case.id }}"
    text: |
      Hello {{ mail.from_name }},
      the number is {{ case.id }}.
"""

QUEUE = """\
kind: WorkQueue
name: desk
label: Desk
"""

FILES = {
    "installation.yaml": INSTALLATION,
    "accounts.yaml": ACCOUNTS,
    "listener.yaml": LISTENER,
    "rule.yaml": RULE,
    "case-types/all.yaml": CASE_TYPES,
    "template.yaml": TEMPLATE,
    "queue.yaml": QUEUE,
}


def write(folder: Path, changes: dict[str, str] | None = None) -> Path:
    """The right configuration in `folder`, with these files instead or besides."""
    for name, text in {**FILES, **(changes or {})}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def changed(name: str, old: str, new: str) -> dict[str, str]:
    """The file `name` with one text replaced."""
    text = FILES[name]
    assert text.count(old) >= 1, f"{old!r} is not in {name}"
    return {name: text.replace(old, new, 1)}


def problems(folder: Path, changes: dict[str, str], environ: dict[str, str] | None = None) -> tuple[Problem, ...]:
    """What `examine` finds in the right configuration with these changes."""
    return examine(write(folder, changes), environ or {}).problems

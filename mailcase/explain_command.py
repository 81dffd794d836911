"""`mailcase explain FILE`: what would be decided about a mail, and why; nothing is sent or stored."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from mail.parse import parse
from mail.records import ParsedMail
from mail.signed_ids import SigningKey
from router.decide import compile_configuration, decide_parsed
from router.dns import DnsTxt
from router.facts import gather, load_keys, own_check
from runtime.config import Configuration, load_configuration
from runtime.secrets import EnvSecrets
from runtime.settings import load_settings
from schemas import ids
from schemas.config import MailClassKind
from schemas.errors import ConfigurationError, MessageError
from schemas.events import Decision, MailReceived, RawReference
from schemas.events.decision import Action, ConditionTrace, Evidence

app = typer.Typer(help="What would be decided about a mail, and why.")


@app.callback(
    invoke_without_command=True,
    subcommand_metavar="",
    # A group by its registration, a command by its use: options may stand behind the file.
    context_settings={"allow_interspersed_args": True},
)
def explain(
    file: Annotated[Path, typer.Argument(help="The mail as a file (.eml); - reads it from standard input.")],
    mailbox: Annotated[
        str | None, typer.Option(help="Mailbox that it came into; else the account that it is addressed to.")
    ] = None,
    folder: Annotated[
        Path | None, typer.Option("--dir", help="Folder of the configuration; else MAILCASE_CONFIG_DIR.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The whole decision as JSON, for programs.")] = False,
) -> None:
    """Decide one mail against the configuration and show class, evidence, every rule and condition, and the outcome."""
    raw = sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    settings = load_settings()
    root = folder or Path(settings.config_dir)
    configuration = load_configuration(root)
    mail = parse(raw)
    box = mailbox or _mailbox_of(mail, configuration)
    if configuration.rule_of(box) is None:
        known = ", ".join(sorted(listener.account for listener in configuration.listeners.values()))
        raise ConfigurationError(f"no listener reads the mailbox {box!r}; mailboxes with one: {known or 'none'}")
    keys = _keys(configuration, Path(settings.secrets_dir) if settings.secrets_dir else root)
    received = _received(box, raw, mail)
    installation = configuration.installation
    check = own_check(received, mail, raw, installation, DnsTxt(installation.sender_check.nameservers))
    facts = gather(received, mail, keys, installation, check)
    try:
        decision = decide_parsed(received, mail, facts, compile_configuration(configuration))
    except MessageError as error:
        typer.echo(f"quarantine  {error.reason}: {error}")
        return
    if as_json:
        typer.echo(decision.model_dump_json(by_alias=True, indent=2))
        return
    rule = configuration.rule_of(box)
    mode = f"{rule.name}, mode {rule.mode}" if rule is not None else ""
    policy = configuration.installation.classes.of(_kind(decision)).value
    typer.echo("\n".join(render(decision, mode, policy)))


def render(decision: Decision, rule: str, policy: str) -> Iterator[str]:
    """The decision as lines for a person. `rule`: name and mode; `policy`: of the mail's class."""
    mail = decision.mail
    yield f"mail       {mail.subject or '(no subject)'}"
    yield f"           from {mail.from_.address if mail.from_ else '(nobody)'}, into {decision.mailbox}"
    yield f"class      {decision.class_.kind.value}: {decision.class_.reason} (policy: {policy})"
    sender = decision.facts.authentication
    told = f"dmarc {sender.dmarc}, spf {sender.spf}, dkim {sender.dkim}, by {sender.by}" if sender.trusted else ""
    yield f"sender     {told or 'not vouched for by a trusted server'}"
    if sender.trusted and sender.reason:
        yield f"           {sender.reason}"
    for number, one in enumerate(decision.evidence):
        yield f"{'evidence' if number == 0 else '':10} {_evidence(one)}"
    if not decision.evidence:
        yield "evidence   none: it begins a conversation"
    if mail.defects:
        yield f"defects    {', '.join(mail.defects)}"
    yield f"rules      {rule if decision.trace.rules else 'none was asked: the class decided'}"
    for trace in decision.trace.rules:
        mark = "WON " if trace.won else "yes " if trace.matched else "no  "
        yield f"  {mark} {trace.rule}{f'  ({trace.note})' if trace.note else ''}"
        yield from (f"         {_condition(condition)}" for condition in trace.conditions)
    if decision.trace.omitted:
        yield f"  … and {decision.trace.omitted} more"
    for name, actions in (("new mail", decision.outcome.new), ("follow-up", decision.outcome.follow_up)):
        for number, action in enumerate(actions):
            yield f"{name if number == 0 else '':10} {_action(action)}"
            yield from (f"             {field} = {_short(value)}" for field, value in action.fields.items())


def _condition(condition: ConditionTrace) -> str:
    value = "" if condition.value is None else f"  ← {_short(condition.value)}"
    return f"[{'x' if condition.holds else ' '}] {condition.condition}{value}"


def _evidence(one: Evidence) -> str:
    what = one.tag or one.conversation or (f"id {one.digest[:12]}…" if one.digest else "")
    signed = one.kind.value.startswith("signed")
    verified = "" if not signed else ", signature holds" if one.verified else ", signature does NOT hold"
    return f"{one.kind.value} in {one.detail or 'the mail'}: {what}{verified}"


def _action(action: Action) -> str:
    target = action.case_type or action.template or action.queue or action.operator or ""
    label = f" “{action.label}”" if action.label else ""
    return f"{action.action.value}{f' {target}' if target else ''}{label} by {action.rule}"


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 100 else text[:99] + "…"


def _kind(decision: Decision) -> MailClassKind:
    return MailClassKind(decision.class_.kind.value)


def _mailbox_of(mail: ParsedMail, configuration: Configuration) -> str:
    """The account that the mail is addressed to, or the only one that is read."""
    addressed = [*mail.delivered_to_all, *(address.address for address in (*mail.to, *mail.cc))]
    wanted = {address.casefold() for address in addressed}
    boxes = sorted(listener.account for listener in configuration.listeners.values())
    for box in boxes:
        if configuration.accounts[box].address.casefold() in wanted:
            return box
    if len(boxes) == 1:
        return boxes[0]
    raise ConfigurationError(
        "the mail is addressed to none of our accounts; name the mailbox that it came into:"
        f" --mailbox {'|'.join(boxes) or 'NAME'}"
    )


def _keys(configuration: Configuration, secrets_folder: Path) -> tuple[SigningKey, ...]:
    """Signing keys, where this shell has them; without them no signature holds, and the reader is told."""
    try:
        return load_keys(configuration.installation, EnvSecrets(secrets_folder))
    except ConfigurationError as error:
        typer.echo(f"note: signatures cannot be checked here: {error}", err=True)
        return ()


def _received(mailbox: str, raw: bytes, mail: ParsedMail) -> MailReceived:
    digest = ids.sha256_hex(raw)
    mail_id = ids.mail_id(mailbox, digest)
    return MailReceived(
        mail_id=mail_id,
        conversation=ids.conversation_key(mail.references, mail.in_reply_to, mail.message_id, mail_id),
        mailbox=mailbox,
        folder="",
        server_id=ids.file_server_id(digest),
        received_at=datetime.now(UTC),
        raw=RawReference(sha256=digest, size=len(raw), ref=f"blob:{mailbox}/{digest}"),
    )

"""Whether a mail without a delivery status is a notice of a mail system, by its header first and its words second."""

from __future__ import annotations

import re
from dataclasses import dataclass

import re2

from mail.bounces.undelivered import DELIVERED, UNDELIVERED
from mail.records import ParsedMail
from mail.subject import read_subject
from mail.zones.search import Patterns

__all__ = ["REFUSAL", "Mark", "is_delay", "list_of", "notice_mark", "speaks_of_failure"]

_DAEMONS = (
    "mailer-daemon", "maildaemon", "mailerdaemon", "mail-daemon", "mailer_daemon", "mail_daemon", "mdaemon",
    "mailer.daemon", "mail.daemon", "mail-delivery", "mailsystem", "mail-system", "mmdf", "smtp-daemon", "daemon",
    "microsoftexchange", "double-bounce", "maildeliverysystem", "mail_delivery", "mail.delivery", "mailadm-daemon",
    "mail-deliver", "mailer", "bounce-notification", "bounce-notice", "ndr", "smtpgateway", "mta",
)  # fmt: skip
"""Local parts that belong to programs."""
_OFFICES = (
    "postmaster", "mailmaster", "administrator", "systemadministrator", "system-administrator",
    "system.administrator", "mailadmin",
    "mail-admin", "admin", "root", "bounce", "bounces", "mail", "no-reply", "noreply", "notification",
    "notifications",
    "emailgateway", "gateway", "exchange", "groupwise", "gwia", "system", "amavisd", "amavis", "mailgateway",
    "mailman", "support",
    "smtp", "virus", "antivirus", "mailscanner", "return", "returns", "undelivered", "mailrobot", "robot",
    "listserv", "majordomo", "lyris", "sympa", "ezmlm", "posta-certificata",
)  # fmt: skip
"""Local parts that people have, too: these need words and a recipient."""
_NAMES = (
    "mail delivery", "mailer-daemon", "mailer daemon", "system administrator", "mail administrator", "postmaster",
    "mail system",
    "microsoft outlook", "mail delivery system", "internet mail delivery", "systemadministrator", "mailzustell",
    "système de livraison",
)  # fmt: skip
_SUBJECT = (
    "undeliver", "returned mail", "mail delivery", "delivery fail", "delivery status", "failure notice",
    "delivery problem", "delivery error",
    "delivery report", "delivery notif", "delivery has failed", "nondeliver", "non-deliver", "non deliver",
    "not deliver", "could not be delivered", "mail system error",
    "mail error", "returning to sender", "returning message to sender", "returned to sender", "return to sender",
    "unable to deliver", "message status", "failed mail", "mail failed", "mail failure",
    "failed delivery", "failed to deliver", "failure delivering", "message delivery", "bounce", "user unknown",
    "unknown user", "unknown recipient", "unknown address", "no such user", "mailbox full",
    "message not", "message returned", "returned message", "mail returned", "returned email", "email returned",
    "mail could not", "email could not", "message could not", "cannot deliver", "can't deliver",
    "couldn't be delivered", "warning: could not send",
    "warning: message", "delayed", "delivery delay", "delivery warning", "mail warning", "permanent delivery",
    "permanent fail", "temporary fail", "smtp server: errors", "ndn:", "ndr:", "dsn:", "transient", "rejected",
    "not member", "non-member",
    "unzustellbar", "nicht zugestellt",
    "nicht zustellbar", "zustellung", "konnte nicht", "unbekannter empf", "non remis", "échec de", "non distribu",
    "non délivré", "notification d'état", "retour à l'expéditeur", "no se puede entregar", "no entregad",
    "no se pudo", "error de entrega", "fallo en la entrega", "estado de la entrega",
    "não entregue", "não pôde", "falha na entrega", "falha de entrega", "mancato recapito", "mancata consegna",
    "impossibile", "non recapitabile", "notifica stato", "onbestelbaar", "niet bezorgd", "niet afgeleverd",
    "kan inte leverer", "ej levererat", "olevererbar",
    "kunne ikke", "ikke levert", "ikke leveret", "kan ikke levere", "toimittaminen", "ei voitu toimittaa",
    "niedostarcz", "nie dostarcz", "nie można dostarczyć", "nedoručiteln", "nedoručen", "nelze doručit", "kézbesít",
    "nelivrat", "not been delivered", "message you sent blocked", "vertraagd", "verzögert", "retardé", "ritardat",
    "försenad", "forsinket", "задерж", "teslim edileme",
    "iletilemedi", "недоставл",
    "не доставлен", "не удается доставить", "не удалось доставить", "невозможно доставить", "ανεπίδοτο", "退信",
    "无法投递", "無法傳送", "無法投遞", "未送达", "投递失败", "配信不能", "配信できません", "送信できません",
    "エラーメール", "전달되지", "배달", "반송", "לא ניתן", "تعذر التسليم",
)  # fmt: skip
"""Words of subjects and first lines of such notices, lower case."""
_BODY = (
    *_SUBJECT, "original message follows", "exceeds allowed", "quota", "bezorgd", "could not deliver",
    "wasn't able to deliver", "not able to deliver", "was not delivered",
    "did not reach", "has been returned", "being returned", "returned below", "undelivered", "permanent fatal errors",
    "permanent error",
    "reaching its destination", "stopped the entire message", "was addressed to", "delivery to the following",
    "following address", "following recipient", "following e-mail", "following email",
    "failed address", "message that you sent", "your message to", "your mail to", "transcript of session",
    "delivery attempt", "not be reached", "had problems", "unable to send",
    "can not be delivered", "can't be delivered", "cannot be delivered", "unable to be delivered", "has failed",
    "the recipient", "user not listed", "over quota", "is not a valid", "does not exist", "nicht ausgeliefert",
    "folgende", "destinataire", "destinatario", "destinatário", "получател",
)  # fmt: skip
_PLAIN_WORDS = (
    "returned mail", "failure notice", "delivery notif", "delivery status", "delivery report", "mail system error",
    "nondeliver", "non-deliver", "non deliver", "returning", "returned to sender", "return to sender",
    "unable to deliver", "could not be delivered", "cannot be delivered", "can't be delivered", "can not be delivered",
    "couldn't be delivered", "unable to be delivered", "could not deliver", "able to deliver", "did not reach",
    "not be reached", "has been returned", "being returned", "returned below", "permanent fatal", "failed address",
    "transcript of session", "been rejected", "was rejected", "been blocked", "was blocked", "failed mail",
    "mail failed", "mail failure", "failed delivery", "failed to deliver", "following recipient", "following address",
    "had problems", "automatically rejected", "not allowed to", "not authorized to", "permission to",
)  # fmt: skip
"""What a mail without a return path must say whose author is neither a mail system nor a postmaster."""
_DELAY = (
    "delayed", "delivery delay", "has not yet been delivered", "not yet been delivered", "warning message only",
    "will be retried", "will keep trying", "will continue to try", "attempts will continue", "still trying",
    "temporarily deferred", "do not need to resend", "don't need to resend", "not been delivered yet",
    "could not be delivered yet", "no action is required", "warning: could not send", "still being attempted",
    "will try again", "retrying", "verzögert", "wird weiterhin versucht", "retardé", "retrasad", "ritardat",
    "atrasad", "vertraagd", "försenad", "forsinket", "viivästynyt", "opóźnion", "zpožděn", "задерж", "延迟", "遅延",
    "지연",
)  # fmt: skip
_CONTINUED = (
    "will keep trying", "will continue to try", "attempts will continue", "will continue to be attempted",
    "do not need to resend", "don't need to resend", "noch nicht zugestellt", "wird weiterhin versucht",
    "weitere zustellversuche", "nouvelles tentatives", "n'a pas encore été", "todavía no se ha",
    "se seguirá intentando",
    "continuará a tentar", "continuerà a tentare", "non è ancora stato", "nog niet bezorgd", "fortsätter att försöka",
    "попытки доставки будут", "пока не доставлен", "ещё не доставлен", "还将继续", "将继续尝试", "再送を試み",
    "再送信を試み", "계속 시도", "czeka na dostarcz", "denemeye devam",
)  # fmt: skip
"""The server says that it goes on."""
_FINAL = (
    "permanently", "permanent error", "permanent fatal", "given up", "giving up", "gave up", "has failed",
    "failed permanently", "not going to try again", "too long in queue", "queue too long",
    "been in the queue too long", "returned to sender", "returning message", "undeliverable", "endgültig",
    "could not be delivered",
    "will be deleted from queue", "undelivered",
)  # fmt: skip
_IN_SUBJECT = Patterns(*UNDELIVERED, *map(re2.escape, _SUBJECT))
_IN_PLAIN_WORDS = Patterns(*UNDELIVERED, *map(re2.escape, _PLAIN_WORDS))
_IN_BODY = Patterns(*UNDELIVERED, *map(re2.escape, _BODY))
_OF_DELAY = Patterns(*map(re2.escape, (*_DELAY, *_CONTINUED)))
_OF_TRYING = Patterns(*map(re2.escape, _CONTINUED))
_OF_END = Patterns(*map(re2.escape, _FINAL))
_SENTENCE = re.compile(r"[.!?](?=\s|$)|[。！？]|\n\s*\n")
_OF_MAIL = Patterns(*DELIVERED)
_PROGRAMS = ("listserv", "majordomo", "lyris", "sympa", "ezmlm", "posta-certificata")
_MANAGERS = ("-bounces", "-owner", "-request", "-errors", "-admin")
"""Ends of the local parts that mailing list programs write from."""
_LOOKED_AT = 4_000
_DAEMON_BEGINS = (*_DAEMONS[:8], "microsoftexchange")


@dataclass(frozen=True, slots=True)
class Mark:
    """Why a mail may be a notice. `sure`: no recipient has to be found in it."""

    words: str
    sure: bool


REFUSAL = Mark("multipart/report that refuses", True)
"""The recipient's own rule refused the mail (RFC 5429 §2.1), which Dovecot may say by a read receipt."""


def notice_mark(mail: ParsedMail) -> Mark | None:
    """The mark of a mail system's notice; None for everything else, which costs a look at a few header fields."""
    author = mail.from_
    local = author.address.partition("@")[0].strip("<>\"' ").lower() if author is not None else ""
    daemon = local in _DAEMONS or local.startswith(_DAEMON_BEGINS)
    path = mail.return_path
    null = path is not None and (path == "" or path.lower().partition("@")[0] in ("", "mailer-daemon"))
    if author is None and not null:
        null = (mail.headers.text("from") or "").rstrip().endswith("<>")  # SmarterMail: System Administrator <>
    failed = "x-failed-recipients" in mail.headers
    report = mail.content_type == "multipart/report"
    master = local.startswith("postmaster")
    office = master or local in _OFFICES or local.startswith("owner-") or local.endswith(_MANAGERS)
    if not master and author is not None and author.name:
        name = author.name[:200].lower()
        if "mail" in name or "admin" in name or "master" in name or "outlook" in name or "livraison" in name:
            master = any(words in name for words in _NAMES)
            office = office or master
    if not (failed or daemon or office or null or report):
        return None
    if failed:
        return Mark("X-Failed-Recipients", True)
    if not null and "list-id" in mail.headers:
        return None
    if report and office:
        return Mark(f"multipart/report from {local}", True)
    if report and "automatically rejected" in mail.text[:_LOOKED_AT].lower():
        return REFUSAL
    subject = bool(_IN_SUBJECT.which(mail.subject[:300].lower()))
    if daemon:
        sure = subject or null or report
        told = sure or local.startswith(_DAEMON_BEGINS) or speaks_of_failure(mail.text)
        return Mark(f"from {local}", sure) if told else None
    if null:
        if not (master or _undelivered(mail)):
            return None
        if office and (subject or speaks_of_failure(mail.text)):
            return Mark(f"null return-path, from {local}", subject)
        if subject and speaks_of_failure(mail.text):
            return Mark("null return-path and a notice's words", False)
    elif office and not _is_answer(mail.subject) and _told(mail, local, subject):
        return Mark(f"from {local}, with a notice's words", local.endswith(_MANAGERS))
    if report and (subject or speaks_of_failure(mail.text)):
        return Mark("multipart/report with a notice's words", False)
    return None


def list_of(mail: ParsedMail) -> str | None:
    """The address of the list whose program wrote the mail; None where none did."""
    local, at, domain = mail.from_.address.partition("@") if mail.from_ is not None else ("", "", "")
    named = local.removeprefix("owner-")
    for end in _MANAGERS:
        named = named.removesuffix(end)
    return f"{named}@{domain}" if at and named and named != local else None


def speaks_of_failure(text: str) -> bool:
    """Whether the beginning of a text reads as a notice."""
    return bool(_IN_BODY.which(text[:_LOOKED_AT].lower()))


def _undelivered(mail: ParsedMail) -> bool:
    """Whether it is said that something did not arrive, not only spoken of mail."""
    return bool(_IN_PLAIN_WORDS.which(f"{mail.subject[:300]}\n{mail.text[:_LOOKED_AT]}".lower()))


def _told(mail: ParsedMail, local: str, subject: bool) -> bool:
    """Whether an office's mail speaks of mail that did not arrive: a postmaster's in its subject or text, others' in
    both, and in one sentence: parcels do not arrive, either, and their mails say `this e-mail was sent by a robot`.
    """
    start, head = mail.text[:_LOOKED_AT].lower(), mail.subject[:300].lower()
    body = bool(_IN_BODY.which(start))
    if local.startswith("postmaster"):
        return (subject or body) and bool(_OF_MAIL.which(start) or _OF_MAIL.which(head))
    if not (subject and body):
        return False
    if local in _PROGRAMS or local.endswith(_MANAGERS):
        return True
    sentences = (head, *_SENTENCE.split(start, 60))
    return any(_OF_MAIL.which(one) and _IN_PLAIN_WORDS.which(one) for one in sentences)


def _is_answer(subject: str) -> bool:
    """Whether a person answers or forwards: offices have people in them."""
    found = read_subject(subject)
    return found.is_reply or found.is_forward


def is_delay(subject: str, text: str) -> bool:
    """Whether the notice tells of a delay: the server still tries."""
    head = subject[:300].lower()
    start = " ".join(text[:_LOOKED_AT].lower().split())
    told = f"{head}\n{start}"
    if not _OF_DELAY.which(told):
        return False
    warned = "warning" in head or "delay" in head or "verzögert" in head or "not need to resend" in start
    return warned or bool(_OF_TRYING.which(told)) or not _OF_END.which(told)

"""Why a recipient was not reached, in one short list of words, and whether that is for ever.

First what the server says (`phrases`), then its enhanced code (RFC 3463 §3), then its reply code.
"""

from __future__ import annotations

import re

from mail.bounces.codes import is_vague
from mail.bounces.phrases import TEMPORARY
from mail.bounces.said import reason_in

__all__ = ["REASONS", "is_temporary", "kind_of", "reason_of"]

REASONS: dict[str, str] = {
    "user_unknown": "no such mailbox at that domain",
    "host_unknown": "no such domain, or it cannot be found",
    "moved": "the person has another address now",
    "no_mail_accepted": "the domain takes no mail at all (null MX, no mail server)",
    "mailbox_full": "the mailbox has no room left",
    "suspended": "the mailbox is disabled, locked or not in use",
    "too_large": "the mail is larger than allowed",
    "too_many_recipients": "more recipients than allowed in one mail",
    "rate_limited": "too many mails or connections in too little time",
    "blocked": "our server's address is blocked",
    "reputation": "our server or domain has a bad reputation",
    "reverse_dns": "our server's address has no proper name in the DNS",
    "authentication": "SPF, DKIM or DMARC of our mail failed",
    "sender_rejected": "our sender address or domain is refused",
    "relaying_denied": "the server does not take mail for that domain",
    "security": "log-in, encryption or permission wanted",
    "spam": "taken for spam",
    "malware": "taken for malware",
    "policy": "against a rule of the receiving side",
    "content": "the mail's form is refused",
    "protocol": "a misunderstanding between servers",
    "expired": "given up or delayed after many attempts",
    "network": "the server was not reached, or mail loops",
    "system": "trouble within the receiving server",
    "system_full": "the receiving server has no room left",
    "delivery_agent": "the program that delivers failed",
    "filtered": "the mailbox is there, but a filter of its owner refused the mail",
    "greylisted": "the server wants to be asked again later",
    "refused": "refused, without saying why",
    "complaint": "the recipient called it spam",
    "delivered": "delivered; nothing failed",
    "unknown": "no reason is told",
}
"""All reasons with their meaning."""

_HARD = frozenset({"user_unknown", "host_unknown", "moved", "no_mail_accepted"})
"""The address does not work; all others may, later or for another mail."""
_BY_STATUS = {
    "1.0": "user_unknown", "1.1": "user_unknown", "1.2": "host_unknown", "1.3": "user_unknown", "1.4": "user_unknown",
    "1.6": "moved",
    "1.7": "sender_rejected", "1.8": "sender_rejected", "1.9": "sender_rejected", "1.10": "no_mail_accepted",
    "2.1": "suspended", "2.2": "mailbox_full", "2.3": "too_large", "2.4": "system", "3.1": "system_full",
    "3.0": "system", "3.2": "system", "3.3": "system", "3.4": "too_large", "3.5": "system", "4.0": "network",
    "4.1": "network", "4.2": "network", "4.3": "system", "4.4": "host_unknown", "4.5": "rate_limited",
    "4.6": "network", "4.7": "expired", "4.8": "network", "4.316": "network",
    "5.0": "protocol", "5.1": "protocol", "5.2": "protocol",
    "5.3": "too_many_recipients", "5.4": "protocol", "5.5": "protocol", "5.6": "protocol", "6.0": "content",
    "6.1": "content", "6.2": "content", "6.3": "content", "6.4": "content", "6.5": "content", "6.6": "content",
    "6.7": "content", "6.8": "content", "6.9": "content", "7.0": "security", "7.1": "policy", "7.2": "policy",
    "7.3": "security", "7.4": "security", "7.5": "security", "7.6": "security", "7.7": "security", "7.8": "security",
    "7.9": "security", "7.10": "security", "7.11": "security", "7.12": "security", "7.13": "suspended",
    "7.14": "security", "7.17": "moved", "7.18": "moved", "7.19": "moved", "7.20": "authentication",
    "7.21": "authentication", "7.22": "authentication", "7.23": "authentication", "7.24": "authentication",
    "7.25": "reverse_dns", "7.26": "authentication", "7.27": "sender_rejected", "7.28": "rate_limited",
    "7.29": "authentication", "7.30": "security", "7.133": "security", "7.124": "security",
    "7.134": "security", "7.508": "rate_limited",
    "7.509": "authentication", "7.511": "blocked", "7.606": "blocked",
}  # fmt: skip
"""Subject and detail of an enhanced code (RFC 3463 §3, RFC 7505, RFC 7372, IANA; 7.133 and up: Exchange)."""
_TELLING = ("1.1", "1.2", "1.6", "2.2", "2.3", "3.4", "4.7", "7.25", "7.26")
"""Codes that are trusted more than words that say only that something was refused."""
_WEAK = frozenset({"refused", "policy", "content", "protocol", "system", "security", "expired", "network"})
_LINK = re.compile(r"https?://\S{1,500}", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>()\"',;:（）：，。、“”「」]{1,64}@[^\s<>()\"',;:（）：，。、“”「」]{1,255}")
_NAMED = re.compile(r"#[a-z]{3,30}", re.IGNORECASE)
_IRONPORT = re.compile(r"unknown address error(?= 5[0-9][0-9])")
"""IronPort calls every refusal so; the refusal itself follows."""
_UNKNOWN = re.compile(r"user unknown|unknown user")
_PLAIN = str.maketrans("\u2019`_", "'' ")
_LEAD = re.compile(r"(?:^|\n)[45][0-9][0-9]-(?:[45]\.[0-9]{1,2}\.[0-9]{1,3} )?")


def reason_of(text: str, status: str | None, code: str | None, action: str, phase: str = "") -> str:
    """The reason (of `REASONS`) for what a server said in `text` with these codes, in answer to the command `phase`."""
    if action in ("delivered", "relayed", "expanded"):
        return "delivered"
    said = folded(text)
    found = reason_in(said)
    if code == "551" and "not local" in said:
        return "moved"  # RFC 5321 §3.4: please try another address
    if found in ("user_unknown", "host_unknown") and phase == "mail":
        return "sender_rejected"  # the recipient was not even named yet
    if found == "user_unknown" and phase == "data" and status != "5.1.1" and _UNKNOWN.search(said):
        return "filtered"  # taken at RCPT TO: mobile carriers say so of a mailbox whose owner's filter refused the mail
    key = status[2:] if status is not None else ""
    if key == "2.1" and found == "user_unknown" and "available" in said:
        return "suspended"  # RFC 3463 §3.3: the mailbox exists, but takes nothing
    told = "" if is_vague(status) else _BY_STATUS.get(key, "")
    if key in _TELLING and (found is None or found in _WEAK):
        return told
    if found is not None and found != "refused":
        return found
    if code == "556":
        return "no_mail_accepted"  # RFC 7504 §3
    if told and told != "protocol":
        return told
    if (
        code in ("550", "551", "553")
        and action != "delayed"
        and (phase == "rcpt" or "recipient" in said or "address rejected" in said)
    ):
        return "user_unknown"
    return told or found or ("network" if action == "delayed" else "unknown")


def kind_of(action: str, reason: str, status: str | None, code: str | None) -> str:
    """`hard`, `soft` or `none`. A temporary code (4xx) is soft: the server itself says that it may work later."""
    if reason in ("delivered", "complaint") or action in ("delivered", "relayed", "expanded"):
        return "none"
    first = (status or code or "")[:1]
    if action == "failed" and first == "4" and reason in _HARD and (status or "")[1:] in (".1.1", ".1.2", ".1.6"):
        return "hard"  # given up, and what is said is final: servers set to answer 4xx to everything
    if action == "delayed" or first == "4":
        return "soft"
    if reason in _HARD:
        return "hard"
    if first == "2":
        return "none"
    if reason == "unknown":
        return "hard" if action == "failed" or first == "5" else "none"
    return "soft"


def folded(text: str) -> str:
    """`text` for comparing: one line, lower case, straight apostrophes, no addresses, no links."""
    text = " ".join(_LEAD.sub(" ", text[:4_000]).split())
    if "://" in text:
        text = _LINK.sub(" ", text)
    if "@" in text:
        text = _ADDRESS.sub(" ", text)
    if "#" in text:
        text = _NAMED.sub(" ", text)
    text = text.lower().translate(_PLAIN)
    if "unknown address error" in text:
        text = _IRONPORT.sub(" ", text)
    return " ".join(text.split())


def is_temporary(text: str) -> bool:
    """Whether the words say that it may work later."""
    said = folded(text)
    return any(phrase in said for phrase in TEMPORARY)

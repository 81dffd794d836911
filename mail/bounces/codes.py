"""Enhanced status codes (RFC 3463) and SMTP reply codes (RFC 5321 §4.2) in what servers say."""

from __future__ import annotations

import re

import re2

__all__ = ["find_codes", "is_vague", "phase_of", "status_in"]

_MAX = 20_000
# The digit stands first and what may not stand before it after that: so the engine finds a place to begin by itself.
_STATUS = re.compile(r"([245])(?<![0-9.][245])\.([0-9]{1,2})\.([0-9]{1,3})(?![0-9]|\.[0-9])")
_STRONG = re.compile(r"([45](?<![0-9.][45])[0-57][0-9])[ \t-]{1,3}\(?#?[245]\.[0-9]{1,2}\.[0-9]{1,3}(?![0-9]|\.[0-9])")
_REPLY = re.compile(r"([45](?<![0-9][45])[0-57][0-9])(?=[ \t\n'\":;,.)#<-]|$)")
_BEFORE_REPLY = re.compile(
    r"(?:^|[\n:;'\"(]|said:?|was:?|smtp;?|code:?|error:?|reply:?|response:?|reason:?|<<<|>>>|Out:)"
    r"[ \t\n'\"(]{0,12}(?:SMTP |ESMTP )?\#?\Z",
    re.IGNORECASE,
)
_WIDTH = 40
"""Characters before a reply code that tell whether it is one."""
_ANY = re.compile(r"([45](?<![0-9.,:/#=-][45])(?<!port [45])(?<!size [45])[0-57][0-9])(?=[ \t\n'\")-]|$)")
_ANY_2XX = re.compile(r"(2(?<![0-9.,:/#=-]2)[0-5][0-9])(?=[ \t-]|$)")
_EACH = re.compile(r"([45](?<![0-9.,:/#=-][45])[0-57][0-9])(?=[ \t-]{1,3}[45]\.[0-9])")
_PHASES = re2.compile(
    r"(?i)(?:in reply to |after |in response to |response to |error in |during |at |>>> ?|In:  ?|"
    r"on )(?:the )?(end of (?:message|data)|data|rcpt|mail from|mail|"
    # What goes on is a name: qmail writes "program at mail.example.org".
    r"initial connection|[he][eh]lo|sending data|message body)(?:[^\w.-]|\.\W|\.?$)|"
    r"(does not like recipient|"
    r"recipient rejected|recipient was rejected)|"
    r"(sender was rejected|does not like sender)|(after i sent the message|after sending the message|"
    r"\(state 1[78]\)|failed on data)"
)
_DIALOGUE = re.compile(
    r">>> ?(DATA|RCPT|MAIL|[HE][EH]LO)\b[^\n]{0,400}\n(?:<<< ?[23][^\n]{0,400}\n){0,20}<<< ?[45]", re.IGNORECASE
)


def phase_of(text: str) -> str:
    """Which command the server answered with its refusal: `connect`, `mail`, `rcpt`, `data`; "" where no word tells."""
    text = text[:_MAX]
    dialogue = _DIALOGUE.search(text) if ">>>" in text else None
    found = _PHASES.search(text) if dialogue is None else None
    if dialogue is not None:
        word = dialogue.group(1).lower()
    elif found is not None:
        if found.group(2) or found.group(3) or found.group(4):
            return "rcpt" if found.group(2) else "mail" if found.group(3) else "data"
        word = found.group(1).lower()
    else:
        return ""
    if word.startswith(("rcpt", "mail")):
        return word[:4]
    return "connect" if word.startswith(("initial", "helo", "ehlo")) else "data"


def status_in(text: str) -> str | None:
    """The enhanced code that `text` names first; a failure before a success."""
    found = _STATUS.findall(text[:_MAX])
    codes = [".".join(one) for one in found]
    return next((code for code in codes if code[0] != "2"), codes[0] if codes else None)


def find_codes(text: str) -> tuple[str | None, str | None]:
    """Enhanced code and reply code of a text; each None where it names none.

    A number of three digits is a reply code where an enhanced code follows, or where replies stand (at the start of
    a line, after `said:`), then anywhere but in sizes, dates and addresses.
    """
    text = text[:_MAX].replace("_", " ")  # 550_5.1.1_User_unknown, as some write it
    strong = _STRONG.search(text)
    led = _led(text)
    code = strong or led or _ANY.search(text)
    if strong and led and led.start(1) < strong.start(1):
        code = led
    status = status_in(text)
    if code is not None and status is not None and code.group(1)[0] != status[0] != "2":
        # Two servers speak: `554 4.4.7 expired <421 4.4.2 timed out>`; the one that agrees with the status tells why.
        agreeing = (found for found in _EACH.finditer(text) if found.group(1)[0] == status[0])
        code = next(agreeing, code)
    if code is None and (status is None or status[0] == "2"):
        code = _ANY_2XX.search(text)
    return status, (code.group(1) if code else None)


def _led(text: str) -> re.Match[str] | None:
    """The first reply code that stands where replies do."""
    for found in _REPLY.finditer(text):
        at = found.start()
        if _BEFORE_REPLY.search(text, max(0, at - _WIDTH), at):
            return found
    return None


def is_vague(status: str | None) -> bool:
    """Whether an enhanced code says no more than its class: `5.0.0`, `4.0.0`."""
    return status is None or status in ("5.0.0", "4.0.0", "5.0", "4.0")

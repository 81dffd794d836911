"""The new text of a reply, without quoted history and signature: the usual forms; what is in doubt stays."""

from __future__ import annotations

import re
from dataclasses import dataclass

__all__ = ["NewText", "new_text"]

_MAX_ATTRIBUTION = 400
"""Characters of an attribution (`On …, Ann wrote:`), which may be wrapped over three lines."""
_ATTRIBUTION_END = re.compile(
    r"(wrote|writes|schrieb|schreef|écrit|escribió|escreveu|ha scritto|skrev|napisał|napisał\(a\)|napsal|написал|пише|"
    r"пишет|kirjoitti|yazdı|írta|a scris|έγραψε|写道|のメール|님이 작성)[^\n:：]{0,60}[:：]$",
    re.IGNORECASE,
)
_ORIGINAL = re.compile(
    r"[-_ ]{0,40}(original message|ursprüngliche nachricht|original-nachricht|message d'origine|mensaje original|"
    r"mensagem original|messaggio originale|oorspronkelijk bericht|ursprungligt meddelande|oprindelig meddelelse|"
    r"wiadomość oryginalna|исходное сообщение)[-_ ]{0,40}",
    re.IGNORECASE,
)
_HEADER_NAMES = {
    "from": "from", "von": "from", "de": "from", "da": "from", "van": "from", "från": "from", "fra": "from",
    "od": "from", "от": "from", "sent": "sent", "date": "sent", "gesendet": "sent", "datum": "sent", "envoyé": "sent",
    "enviado": "sent", "inviato": "sent", "verzonden": "sent", "skickat": "sent", "sendt": "sent", "wysłano": "sent",
    "отправлено": "sent", "to": "to", "an": "to", "à": "to", "para": "to", "a": "to", "aan": "to", "till": "to",
    "til": "to", "do": "to", "кому": "to", "subject": "subject", "betreff": "subject", "objet": "subject",
    "asunto": "subject", "assunto": "subject", "oggetto": "subject", "onderwerp": "subject", "ämne": "subject",
    "emne": "subject", "temat": "subject", "тема": "subject",
}  # fmt: skip
_BLOCK_LINES = 8


@dataclass(frozen=True, slots=True)
class NewText:
    """`text` is what the sender wrote now; `signature` and `quoted` are what was set apart ("" where nothing was)."""

    text: str
    signature: str = ""
    quoted: str = ""


def new_text(text: str) -> NewText:
    """Divide `text` (line ends LF). A mail that would have no new text at all is left whole."""
    lines = text.split("\n")
    cut = _history_at(lines)
    head, history = lines[:cut], lines[cut:]
    kept = [line for line in head if not line.lstrip().startswith(">")]
    quoted = [line for line in head if line.lstrip().startswith(">")] + history
    kept = _without_attributions(kept) if len(kept) != len(head) else kept
    end = _signature_at(kept)
    fresh = "\n".join(kept[:end]).strip()
    if not fresh:
        return NewText(text.strip())
    return NewText(fresh, "\n".join(kept[end:]).strip(), "\n".join(quoted).strip())


def _history_at(lines: list[str]) -> int:
    """Number of the line where unmarked history begins, or the trailing quotation with its attribution."""
    for number, line in enumerate(lines):
        if len(line) > 1_000 or not line.strip():
            continue
        if _ORIGINAL.fullmatch(line.strip()) or _is_header_block(lines, number):
            return number
        start = _attribution_start(lines, number)
        if start is not None and _is_history(lines, start, number):
            return start
    return len(lines)


def _attribution_start(lines: list[str], number: int) -> int | None:
    """First line of the attribution that ends at `number`; None where none does."""
    last = lines[number].strip()
    if not last.endswith((":", "：")) or last.startswith(">") or len(last) > _MAX_ATTRIBUTION:
        return None
    if not _ATTRIBUTION_END.search(last):
        return None
    start = number
    # A wrapped one: go up to the line that names the moment, at most two lines, never over an empty one.
    while start > 0 and number - start < 2 and not any(char.isdigit() for char in lines[start]):
        if not lines[start - 1].strip():
            break
        start -= 1
    return start


def _is_history(lines: list[str], start: int, end: int) -> bool:
    """After the attribution in `start` to `end`: quotation alone, or text that a client did not mark as quoted.

    The latter only where the attribution names a date or an address: people write `he wrote:` too.
    """
    following = range(end + 1, len(lines))
    first = next((number for number in following if lines[number].strip()), None)
    if first is None:
        return False
    if not lines[first].lstrip().startswith(">"):
        attribution = "".join(lines[start : end + 1])
        return first <= end + 3 and ("@" in attribution or any(char.isdigit() for char in attribution))
    for number in range(first, len(lines)):
        if lines[number].strip() and not lines[number].lstrip().startswith(">"):
            return False
    return True


def _is_header_block(lines: list[str], number: int) -> bool:
    """Outlook's copy of the header: From, then two of Sent, To, Subject within a few lines."""
    if _header_name(lines[number]) != "from":
        return False
    names = {_header_name(line) for line in lines[number + 1 : number + _BLOCK_LINES]}
    return len(names & {"sent", "to", "subject"}) >= 2


def _header_name(line: str) -> str | None:
    name, colon, _ = line[:60].strip().lstrip("*").partition(":")
    return _HEADER_NAMES.get(name.strip("* ").lower()) if colon else None


def _without_attributions(lines: list[str]) -> list[str]:
    """For interleaved answers: drop the attribution lines whose quotations were taken out."""
    dropped: set[int] = set()
    for number in range(len(lines)):
        start = _attribution_start(lines, number)
        if start is not None:
            dropped.update(range(start, number + 1))
    return [line for number, line in enumerate(lines) if number not in dropped]


def _signature_at(lines: list[str]) -> int:
    """Number of the line `-- ` (RFC 3676 §4.3) that begins the signature: the last one with little below it."""
    for number in range(len(lines) - 1, max(-1, len(lines) - 40), -1):
        if lines[number].rstrip() == "--" and number > 0:
            return number
    return len(lines)

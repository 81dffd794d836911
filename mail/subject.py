"""Subjects: reply and forward prefixes in forty languages, list and ticket tags, and what is left when they are gone.

RFC 5256 §2.1 (base subject) with the prefixes that mail clients really write, in any mixture and order:

    "AW: [list] Re[2]: WG: Rechnung 17 (fwd)"  →  base "Rechnung 17", reply and forwarded

Linear in the subject, which is cut at 2,000 characters: each step takes something off its front or end.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

__all__ = ["Subject", "base_subject", "read_subject", "reply_subject", "subject_key", "subject_tags"]

_MAX_CHARS = 2_000
_MAX_STEPS = 100
_MAX_TAGS = 10

# By language; English and Latin words are used by all. Words of clients first, then those that people's clients spell
# out. `VS` is an answer in Finnish and Estonian, a forward in Danish and Norwegian: it is in `_EITHER`. Left out is
# what begins honest subjects as often: `Ref:` and `Réf:` (a number follows), `FS:` (for sale), `PS:`.
_REPLY_WORDS = {
    "international": "re",
    "Arabic": "رد|الرد|ردّ",
    "Bulgarian, Macedonian, Serbian": "отг|отговор|одг|одговор",
    "Chinese": "回复|回覆|答复|答覆|回信",
    "Croatian, Slovenian, Serbian": "odg|odgovor",
    "Czech, Polish, Slovak": "odp|odpověď|odpoveď|odpowiedź",
    "Danish, Norwegian, Swedish, Icelandic": "sv|svar",
    "Dutch": "antw|antwoord",
    "English": "reply",
    "Estonian": "vast|vastus",
    "Finnish": "vastaus",
    "French": "ré|rép|réponse|reponse",
    "German": "aw|antwort|antw",
    "Greek": "απ|απάντηση|σχετ",
    "Hebrew": "השב|תשובה",
    "Hindi": "उत्तर|पुन",
    "Hungarian": "vá|válasz|vál",
    "Indonesian, Malay": "bls|balas|balasan",
    "Italian": "rif|risp|risposta",
    "Japanese": "返信|返",
    "Korean": "회신|답장|답변",
    "Latvian, Welsh": "atb",
    "Lithuanian": "ats",
    "Persian": "پاسخ",
    "Portuguese": "res|resp|resposta",
    "Romanian": "răs|răspuns|raspuns",
    "Russian": "ответ|отв|на",
    "Spanish": "resp|respuesta",
    "Thai": "ตอบ|ตอบกลับ",
    "Turkish": "ynt|yanıt|cvp|cevap",
    "Ukrainian": "відп|відповідь",
    "Vietnamese": "trả lời|hồi âm",
}
_FORWARD_WORDS = {
    "international": "fwd|fw|fwrd",
    "Arabic": "إعادة توجيه|تحويل",
    "Bulgarian, Macedonian, Serbian": "препр|препратено|прос|проследено",
    "Chinese": "转发|轉寄|轉發|轉傳|转寄",
    "Croatian, Slovenian, Serbian": "proslijeđeno|prosleđeno|prosl|posr|posredovano",
    "Czech, Slovak": "přep|předáno|přeposláno|přeposlat|preposlané|preposlať",
    "Danish, Norwegian": "videresendt|videresend",
    "Dutch": "doorst|doorgestuurd|dtr",
    "English": "forward|forwarded|forwarded message",
    "Estonian": "edasi|edastatud",
    "Finnish": "vl|välitetty",
    "French": "tr|transf|transfert|transféré|réex",
    "German": "wg|weitergeleitet|wtr",
    "Greek": "πρθ|προώθ|προώθηση",
    "Hebrew": "הועבר|העבר",
    "Hindi": "अग्रेषित",
    "Hungarian": "tov|továbbítás|továbbított",
    "Indonesian, Malay": "trs|teruskan|majukan",
    "Italian": "inoltro|inoltrato|inoltra",
    "Japanese": "転送",
    "Korean": "전달",
    "Latvian": "pārs|pārsūtīts",
    "Lithuanian": "pers|persiųsta",
    "Persian": "هدایت|ارسال مجدد",
    "Polish": "pd|przek",
    "Portuguese": "enc|reenc",
    "Romanian": "redir|redirecționat",
    "Russian": "пересл|пер|переслано|переслать",
    "Spanish": "rv|reenv|reenviado",
    "Swedish": "vb|vidarebefordrat",
    "Thai": "ส่งต่อ",
    "Turkish": "ilt|i̇lt|iletilen",
    "Ukrainian": "пересл|переслано|пересилання",
    "Vietnamese": "chuyển tiếp",
    "Welsh": "yml",
}
_AUTOMATIC_WORDS = (
    "automatic reply|auto-reply|autoreply|auto reply|auto response|autoresponse|automatische antwort|abwesend|"
    "abwesenheitsnotiz|automatische abwesenheitsnotiz|réponse automatique|reponse automatique|respuesta automática|"
    "respuesta automatica|risposta automatica|automatisch antwoord|resposta automática|resposta automatica|autosvar|"
    "automatiskt svar|automatisk svar|automaattinen vastaus|odpowiedź automatyczna|automatická odpověď|"
    "automatická odpoveď|automatikus válasz|răspuns automat|автоответ|автоматический ответ|автоматична відповідь|"
    "otomatik yanıt|自动答复|自动回复|自動回覆|自動応答|자동 회신|رد تلقائي|תשובה אוטומטית|αυτόματη απάντηση"
)
_EITHER = frozenset({"vs"})
_SHOUTED = {"R": "reply", "I": "forward"}
"""Italian Outlook's `R:` and `I:`, taken only as they are written there: a capital, then a colon and a blank."""


def _table() -> dict[str, str]:
    found: dict[str, str] = {}
    for kind, words in (
        ("reply", "|".join(_REPLY_WORDS.values())),
        ("forward", "|".join(_FORWARD_WORDS.values())),
        ("automatic", _AUTOMATIC_WORDS),
    ):
        for word in words.split("|"):
            found.setdefault(unicodedata.normalize("NFC", word).casefold(), kind)
    return found | dict.fromkeys(_EITHER, "either")


_KINDS = _table()
_LONGEST = max(map(len, _KINDS)) + 2
# A word, how often (`Re[2]`, `Re(2)`, `Re^2`, `Re2`, `Re*2`), the colon of any script. Disjoint classes: linear.
_COUNT = re.compile(r"\s{0,3}(?:\[\d{1,4}\]|\(\d{1,4}\)|[\^*]?\d{1,4})?\s{0,3}$")
_COLONS = ":：﹕︓꞉"
_BLOB = re.compile(r"\[[^\[\]]{1,80}\]|\{[^{}]{1,40}\}|【[^【】]{1,40}】|\*{2,6}[A-Za-z ]{2,40}\*{2,6}")
_WARNING = re.compile(r"(?:external|extern|externe|ext|caution|spam|suspected spam|bulk)\s{0,3}[:：]\s", re.IGNORECASE)
_TRAILER = re.compile(r"\(\s{0,3}(?:fwd|fw)\s{0,3}\)$", re.IGNORECASE)
_WRAPPED = re.compile(r"\[\s{0,3}fwd?\s{0,3}:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Subject:
    """A subject taken apart. `base` is as the sender wrote it, with blanks folded; it may be empty."""

    base: str
    prefixes: tuple[str, ...] = ()
    """What was taken off, outermost first, as written, without blanks around it."""
    kinds: tuple[str, ...] = ()
    """Of each prefix that says what a mail is: `reply`, `forward`, `automatic` or `either` (`VS`), outermost first."""
    tags: tuple[str, ...] = ()
    """Case ids in brackets, `EXP-1042`, wherever they stand."""

    @property
    def is_reply(self) -> bool:
        """The outermost prefix that says so is an answer's (or may be one)."""
        return bool(self.kinds) and self.kinds[0] in ("reply", "either")

    @property
    def is_forward(self) -> bool:
        """The outermost prefix is surely a forward's: `Fwd: Re: x` is one, `Re: Fwd: x` answers one."""
        return bool(self.kinds) and self.kinds[0] == "forward"


def read_subject(subject: str) -> Subject:
    """Take `subject` (decoded) apart. Total; linear."""
    rest = " ".join(unicodedata.normalize("NFC", subject[:_MAX_CHARS]).split())
    tags = subject_tags(rest)
    prefixes: list[str] = []
    kinds: list[str] = []
    for _ in range(_MAX_STEPS):
        step = _prefix(rest) or _blob(rest) or _wrapping(rest)
        if step is None:
            break
        taken, kind, rest = step
        prefixes.append(taken)
        if kind:
            kinds.append(kind)
    return Subject(rest, tuple(prefixes), tuple(kinds), tags)


def base_subject(subject: str) -> str:
    """`subject` without prefixes and tags (RFC 5256 §2.1), as written otherwise."""
    return read_subject(subject).base


def subject_key(subject: str) -> str:
    """What two subjects of one conversation have in common: the base, compared without case, width and blanks."""
    return " ".join(unicodedata.normalize("NFKC", read_subject(subject).base).casefold().split())


def reply_subject(subject: str) -> str:
    """The subject of an answer to `subject`: one `Re:`, whatever the others wrote; tags and forwards stay."""
    rest = " ".join(subject[:_MAX_CHARS].split())
    for _ in range(_MAX_STEPS):
        step = _prefix(rest)
        if step is None or step[1] == "forward":
            break
        rest = step[2]
    return f"Re: {rest}".rstrip()


def subject_tags(subject: str) -> tuple[str, ...]:
    """Case ids that stand in brackets, each once, at most ten, in their order."""
    return tuple(dict.fromkeys(match[1] for match in _BRACKETED_TAG.finditer(subject[:_MAX_CHARS])))[:_MAX_TAGS]


_BRACKETED_TAG = re.compile(r"\[\s?#?([A-Z][A-Z0-9]{0,9}-[0-9]{1,10})\s?\]")


def _prefix(text: str) -> tuple[str, str, str] | None:
    """Prefix, kind and what follows, where `text` begins with a prefix."""
    at = next((at for at, character in enumerate(text[: _LONGEST + 10]) if character in _COLONS), 0)
    if not at:
        return None
    head = text[:at]
    counted = _COUNT.search(head)
    word = (head[: counted.start()] if counted else head).strip()
    kind = _KINDS.get(word.casefold().strip("\u200e\u200f\u202a\u202b\u202c").rstrip(". "))
    if kind is None and text[at + 1 : at + 2] == " ":
        kind = _SHOUTED.get(word)
    return None if kind is None else (text[: at + 1], kind, text[at + 1 :].lstrip())


def _blob(text: str) -> tuple[str, str, str] | None:
    """A list's or a filter's tag at the front; kept where nothing would be left (RFC 5256 §2.1, step 4)."""
    found = _BLOB.match(text) or _WARNING.match(text)
    if found is None or _WRAPPED.match(text):
        return None
    rest = text[found.end() :].lstrip()
    return (found.group().strip(), "", rest) if rest else None


def _wrapping(text: str) -> tuple[str, str, str] | None:
    """`x (fwd)` at the end, and `[Fwd: x]` around it."""
    trailer = _TRAILER.search(text[-20:])
    if trailer:
        rest = text[: len(text) - len(trailer.group())].rstrip()
        return (trailer.group(), "forward", rest)
    wrapped = _WRAPPED.match(text)
    if wrapped and text.endswith("]"):
        return (wrapped.group(), "forward", text[wrapped.end() : -1].strip())
    return None

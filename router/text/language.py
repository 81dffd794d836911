"""Language of a text, single words included, with a confidence that means what it says.

Two small models are asked and their scores added: `py3langid` (naive Bayes over byte n-grams, 139 languages, trained
on much and varied text) and `eld` (n-grams at word borders, 60 languages, better on a word or two). Where the letters
alone decide (kana, hangul, Greek, Thai …) no model is asked. Languages in which most business mail is written have a
head start: three letters of Danish are otherwise as good Faroese. Figures: `bench/quality/languages.py`.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version

from eld import LanguageDetector
from py3langid.langid import MODEL_FILE, LanguageIdentifier

__all__ = ["MODELS", "SURE", "UNKNOWN", "Language", "load", "spoken"]

UNKNOWN = "und"
"""ISO 639-2 code of a text whose language cannot be told."""
MODELS = f"py3langid {version('py3langid')}, eld {version('eld')}"
"""What a decision names as the model of its language."""
SURE = 0.95
"""Confidence from which a language is acted on (the language of an answer): of 100 such texts 99 are right."""
_SAMPLE = 3_000
"""Characters that are looked at; more changes no answer."""
_NOT_PROSE = re.compile(
    r"[!-?A-~]{1,100}@[!-?A-~]{1,100}|(?:https?://|www\.)[!-~]{1,500}|[A-Za-z]{0,30}[0-9][A-Za-z0-9.,:/-]{0,60}"
)
"""Addresses, links, numbers and codes: they speak no language. Bounded: linear."""
_WEIGHT_ELD = 10.0
_MISSING = -0.1
"""Score of `eld` for a language that it does not know: as that of one that is somewhat worse than the best."""
_SHARPNESS = 1.6
"""Makes confidences true: found on sentences, pairs and words of 79 languages."""
_COMMON = 1.5
_RARE = -1.0


def _codes(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


_COMMON_LANGUAGES = _codes("ar cs da de el en es fa fi fr he hi hu id it ja ko nb nl pl pt ro ru sv th tr uk vi zh")
_RARE_LANGUAGES = _codes(
    "an ba br fo gd ht ig jv ku ky lb lg ln mg nn oc om or ps qu rw sa se sn so st tg tk tt ug uz vo wa"
)
_KNOWN_TO_ELD = _codes(
    "am ar az be bg bn ca cs da de el en es et eu fa fi fr gu he hi hr hu hy is it ja ka kn ko ku lo lt lv ml mr ms nb "
    "nl or pa pl pt ro ru sk sl sq sr sv ta te th tl tr uk ur vi yo zh"
)
_CODES = {"no": "nb"}
"""Norwegian is written in two ways, nearly always in Bokmål; models that do not tell them apart mean that one."""
_SCRIPTS = (
    (0x0370, 0x03FF, "el"), (0x0530, 0x058F, "hy"), (0x0590, 0x05FF, "he"), (0x0A00, 0x0A7F, "pa"),
    (0x0A80, 0x0AFF, "gu"), (0x0B00, 0x0B7F, "or"), (0x0B80, 0x0BFF, "ta"), (0x0C00, 0x0C7F, "te"),
    (0x0C80, 0x0CFF, "kn"), (0x0D00, 0x0D7F, "ml"), (0x0D80, 0x0DFF, "si"), (0x0E00, 0x0E7F, "th"),
    (0x0E80, 0x0EFF, "lo"), (0x1000, 0x109F, "my"), (0x10A0, 0x10FF, "ka"), (0x1100, 0x11FF, "ko"),
    (0x1780, 0x17FF, "km"), (0x1C90, 0x1CBF, "ka"), (0x1F00, 0x1FFF, "el"), (0x3040, 0x30FF, "ja"),
    (0x3130, 0x318F, "ko"), (0x31F0, 0x31FF, "ja"), (0x4E00, 0x9FFF, "han"), (0xAC00, 0xD7A3, "ko"),
    (0xFF66, 0xFF9D, "ja"),
)  # fmt: skip
"""Blocks of Unicode that one living language writes; Han is Chinese unless kana or hangul stand between."""
_STARTS = tuple(start for start, _, _ in _SCRIPTS)


@dataclass(frozen=True, slots=True)
class Language:
    """ISO 639-1 code, or `und`; confidence 0 to 1: the share of such texts that are in this language."""

    code: str
    confidence: float

    @property
    def sure(self) -> bool:
        """Whether one may act on it."""
        return self.code != UNKNOWN and self.confidence >= SURE


def spoken(text: str) -> Language:
    """The language that most of `text` is in. Total: a text without words is `und` with confidence 0."""
    words = " ".join(_NOT_PROSE.sub(" ", text[: 2 * _SAMPLE]).split())[:_SAMPLE]
    letters = sum(map(str.isalpha, words))
    if not letters:
        return Language(UNKNOWN, 0.0)
    by_script = None if words.isascii() else _by_script(words, letters)
    return by_script or _by_models(words)


def load() -> None:
    """Read the models now (0.8 s), not with the first text. Processes that are forked afterwards share them."""
    _models()


@cache
def _models() -> tuple[LanguageIdentifier, LanguageDetector]:
    bayes = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    bayes.set_languages([label for label in bayes.labels if len(label) == 2])
    return bayes, LanguageDetector()


def _by_script(words: str, letters: int) -> Language | None:
    """The language whose letters nearly all are; None where several languages share them."""
    counts: Counter[str] = Counter()
    for char, times in Counter(words).items():
        place = bisect_right(_STARTS, ord(char)) - 1
        if place >= 0 and ord(char) <= _SCRIPTS[place][1] and char.isalpha():
            counts[_SCRIPTS[place][2]] += times
    han = counts.pop("han", 0)
    if counts["ja"] * 20 >= han and counts["ja"]:
        counts["ja"] += han
    elif han:
        counts["ko" if counts["ko"] > han else "zh"] += han
    if not counts:
        return None
    code, most = counts.most_common(1)[0]
    share = most / letters
    if share < 0.6:
        return None
    # Han alone may be Japanese: the fewer signs, the likelier.
    return Language(code, round(share * (1 - 0.5 / (1 + most) if code == "zh" else 1 - 0.02 / most), 3))


def _by_models(words: str) -> Language:
    bayes, grams = _models()
    found = grams.detect(words).scores() or {}
    best = max(found.values(), default=0.0)
    known = {_CODES.get(code, code): score - best for code, score in found.items()}
    scores: dict[str, float] = {}
    for label, probability in bayes.rank(words):
        code = _CODES.get(label, label)
        score = math.log(max(probability, 1e-12)) + _WEIGHT_ELD * known.get(code, _missing(code, best))
        score += _COMMON if code in _COMMON_LANGUAGES else _RARE if code in _RARE_LANGUAGES else 0.0
        scores[code] = max(score, scores.get(code, score))
    code, top = max(scores.items(), key=lambda item: item[1])
    total = sum(math.exp(_SHARPNESS * (score - top)) for score in scores.values())
    return Language(code, round(1 / total, 3))


def _missing(code: str, best: float) -> float:
    """What `eld` would have said of a language without a score: nothing if it does not know it, else the least."""
    return -best if code in _KNOWN_TO_ELD else _MISSING

"""Language of words, pairs of words and sentences: lingua's test texts of 24 languages of business.

The other 55 languages of the folder are among the possible answers, and are measured as a figure of their own.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.quality.figures import Figure
from router.text.language import spoken

__all__ = ["BUSINESS", "measure"]

BUSINESS = tuple("ar cs da de el en es fi fr he hu it ja ko nb nl pl pt ro ru sv tr uk zh".split())  # noqa: SIM905
"""On these, with all others as possible answers, we measured lingua at 78, 93, 98 % and py3langid at 61, 84, 98 %."""
_KINDS = (
    ("single-words", "words", 0.70, 0.77),
    ("word-pairs", "pairs of words", 0.88, 0.92),
    ("sentences", "sentences", 0.98, 0.99),
)


def measure(corpora: Path, texts: int = 100) -> list[Figure]:
    """Share of right answers; `texts`: how many of each language and kind, spread over its file."""
    folder = corpora / "langid_lingua"
    others = sorted({path.stem for path in (folder / "sentences").glob("*.txt")} - set(BUSINESS))
    figures = [
        _figure(f"language of {name}", folder / kind, BUSINESS, texts, must, goal) for kind, name, must, goal in _KINDS
    ]
    figures.append(_figure("language of sentences, 55 more", folder / "sentences", others, texts, 0.80, 0.85))
    return figures


def _figure(name: str, folder: Path, languages: Sequence[str], texts: int, must: float, goal: float) -> Figure:
    wrong: Counter[tuple[str, str]] = Counter()
    total = 0
    for language in languages:
        for text in _some(folder / f"{language}.txt", texts):
            total += 1
            found = spoken(text).code
            if found != language:
                wrong[language, found] += 1
    differences = [
        f"{language}: {found} for {count} of {texts} texts: the oracle is right, or the text is in both languages"
        for (language, found), count in wrong.most_common()
    ]
    return Figure(name, "langid_lingua", total - wrong.total(), total, must, goal, differences)


def _some(path: Path, texts: int) -> Iterator[str]:
    lines = path.read_text(encoding="utf-8").splitlines()
    yield from lines[:: max(1, len(lines) // texts)][:texts]

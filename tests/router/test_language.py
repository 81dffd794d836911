"""Language of texts as people write them; short ones come with a confidence that says how short."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.quality.languages import measure
from mail.parse import parse
from router.decide import decide_parsed
from router.decide.analysis import analyse
from router.facts import gather
from router.text.language import MODELS, UNKNOWN, spoken
from tests.router.support import KEY, compiled, received, rule_document

LETTERS = {
    "de": "Guten Tag, seit gestern ist mein Bildschirm kaputt. Was soll ich tun? https://example.org/the/page",
    "en": "Hello, my screen has been broken since yesterday. What should I do? Rechnung 4711",
    "fr": "Bonjour, mon écran est cassé depuis hier. Que dois-je faire ?",
    "es": "Buenos días, mi pantalla está rota desde ayer. ¿Qué debo hacer?",
    "nl": "Goedemorgen, mijn scherm is sinds gisteren stuk. Wat moet ik doen?",
    "nb": "Hei, skjermen min har vært ødelagt siden i går. Hva skal jeg gjøre?",
    "pl": "Dzień dobry, od wczoraj mój ekran nie działa. Co mam zrobić?",
    "ru": "Здравствуйте, со вчерашнего дня мой экран не работает. Что мне делать?",
    "uk": "Добрий день, з учорашнього дня мій екран не працює. Що мені робити?",
    "el": "Καλημέρα, η οθόνη μου είναι σπασμένη από χθες. Τι να κάνω;",
    "ja": "お世話になっております。昨日から画面が壊れています。どうすればよいでしょうか。",
    "zh": "您好，我的屏幕从昨天开始坏了。我该怎么办？",
    "ko": "안녕하세요, 어제부터 화면이 고장났습니다. 어떻게 해야 하나요?",
    "ar": "مرحبا، شاشتي مكسورة منذ أمس. ماذا أفعل؟",
    "tr": "Merhaba, ekranım dünden beri bozuk. Ne yapmalıyım?",
}


@pytest.mark.feature("TX-02", "language with confidence")
@pytest.mark.parametrize("code", LETTERS)
def test_a_letter_is_in_its_language_for_sure(code: str) -> None:
    found = spoken(LETTERS[code])
    assert found.code == code
    assert found.sure


@pytest.mark.feature("TX-02", "short text included")
@pytest.mark.parametrize(
    ("text", "code"),
    [("Merci beaucoup", "fr"), ("Danke schön!", "de"), ("Please approve", "en"), ("ok thanks", "en"), ("はい", "ja")],
)
def test_two_words_are_enough(text: str, code: str) -> None:
    assert spoken(text).code == code


@pytest.mark.parametrize("text", ["", "  \n", "12345", "+49 30 123456", "https://example.org/a", "ann@b.org", "😀"])
def test_what_is_no_language_is_undetermined(text: str) -> None:
    assert spoken(text) == (spoken(""))
    assert spoken(text).code == UNKNOWN
    assert not spoken(text).sure


def test_a_word_that_may_be_of_any_language_is_not_sure() -> None:
    assert not spoken("Reset").sure
    assert not spoken("info").sure


def test_a_decision_names_a_language_only_when_it_is_sure() -> None:
    found = analyse("Bildschirm", LETTERS["de"]).language
    assert found is not None
    assert (found.code, found.confidence > 0.95) == ("de", True)
    unsure = analyse("Info", "Reset").language
    assert unsure is not None
    assert unsure.code == "und"


def test_a_few_words_are_read_with_their_subject() -> None:
    found = analyse("Bildschirm seit gestern kaputt", "s. o.").language
    assert found is not None
    assert found.code == "de"


@given(st.text(max_size=400))
@settings(max_examples=150, deadline=None)
def test_any_text_has_an_answer(text: str) -> None:
    found = spoken(text)
    assert 0 <= found.confidence <= 1
    assert found.code == UNKNOWN or len(found.code) == 2


@pytest.mark.parametrize("piece", ["a", "a@", "1a", "http://", "漢", "\0", "é ", "www."])
def test_a_monster_takes_no_time(piece: str) -> None:
    spoken("x")
    started = time.process_time()
    spoken(piece * 2_000_000)
    assert time.process_time() - started < 0.5


@pytest.mark.needs("corpora")
def test_words_pairs_and_sentences_of_others_are_told_as_well_as_by_the_best(corpora: Path) -> None:
    for figure in measure(corpora, 40):
        assert figure.holds, f"{figure.name}: {figure.share:.1%} < {figure.must:.0%}"


def test_a_decision_carries_the_language_and_the_models_that_told_it(tmp_path: Path) -> None:
    configuration = compiled(tmp_path, rule_document([]))
    raw = b"From: ann@example.org\nSubject: Re: x\nContent-Type: text/plain; charset=utf-8\n\n" + LETTERS["de"].encode()
    parsed, info = parse(raw), received(raw)
    decision = decide_parsed(info, parsed, gather(info, parsed, [KEY], configuration.installation), configuration)
    assert decision.analysis.language is not None
    assert decision.analysis.language.code == "de"
    assert decision.versions.models == {"language": MODELS}

"""Templates: languages with fallback, escaping, missing values, and a sandbox that cannot run away."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifier.templates import RenderedMail, TemplateRefused, render, text_of_html
from schemas.config import LocalizedMail, MailTemplate

DATA: dict[str, Any] = {
    "case": {"id": "CLM-7", "label": "Broken <screen>", "fields": {"amount": None, "tags": ["a", "b"]}},
    "mail": {"subject": "Hi", "from_name": "", "from_address": "ann@example.org", "date": "2026"},
}


def template(text: str = "t", html: str | None = None, subject: str = "s") -> MailTemplate:
    english = LocalizedMail(subject=subject, text=text, html=html)
    german = LocalizedMail(subject="Betreff", text="Deutsch")
    return MailTemplate(kind="MailTemplate", name="ack", default_language="en", languages={"en": english, "de": german})


def rendered(text: str = "t", html: str | None = None, subject: str = "s") -> RenderedMail:
    return render(template(text, html, subject), "en", DATA)


@pytest.mark.feature("OU-02", "per language with fallback")
@pytest.mark.parametrize(("wanted", "used"), [("de", "de"), ("de-AT", "de"), ("fr", "en"), (None, "en")])
def test_language_falls_back_to_its_first_part_then_to_the_default(wanted: str | None, used: str) -> None:
    assert render(template(), wanted, DATA).language == used


@pytest.mark.feature("OU-02", "subject")
@pytest.mark.feature("OU-02", "text")
@pytest.mark.feature("OU-02", "HTML or MJML")
def test_values_are_escaped_in_html_only() -> None:
    made = rendered("{{ case.label }}", "<p>{{ case.label }}</p>", "{{ case.label }}")
    assert (made.subject, made.text, made.html) == (
        "Broken <screen>",
        "Broken <screen>",
        "<p>Broken &lt;screen&gt;</p>",
    )


@pytest.mark.parametrize("bad", ["{{ case.nothing }}", "{{ nothing }}", "{{ nothing.at.all }}", "{{ case.fields.x }}"])
def test_missing_value_is_refused_and_named(bad: str) -> None:
    with pytest.raises(TemplateRefused, match=r"ack \(en\), text: .*(nothing|x)"):
        rendered(bad)


def test_empty_field_of_a_case_shows_nothing() -> None:
    assert rendered("[{{ case.fields.amount }}]").text == "[]"


def test_subject_is_one_line_whatever_the_data_says() -> None:
    data = {"mail": {"subject": "a\r\nBcc: eve@example.org\x00\u2028b"}}
    assert render(template(subject="Re: {{ mail.subject }}"), "en", data).subject == "Re: a Bcc: eve@example.org b"


def test_empty_subject_is_refused() -> None:
    with pytest.raises(TemplateRefused, match="empty"):
        rendered(subject="{{ mail.from_name }}")


@pytest.mark.feature("OU-02", "safe sandbox")
@pytest.mark.parametrize(
    "bad",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ case.__init__.__globals__ }}",
        "{{ render.__globals__ }}",
        "{{ case.update({'id': 1}) }}",
        "{{ 'a' * 100000000 }}",
        "{{ [1] * 100000000 }}",
        "{{ 9 ** 99999999 }}",
        "{{ '%0999999999d' % 1 }}",
        "{{ '{:999999999}'.format(1) }}",
        "{{ 'a'.ljust(999999999) }}",
        "{{ 'a' | center(99999999) }}",
        "{{ '%999999999d' | format(1) }}",
        "{{ range(100000000) | list }}",
        "{% for a in range(1000) %}{% for b in range(1000) %}{% endfor %}{% endfor %}",
        "{% for a in range(999) %}{{ 'x' * 100000 }}{% endfor %}",
        "{% macro f() %}{{ f() }}{{ f() }}{% endmacro %}{{ f() }}",
        "{{ 1 / 0 }}",
        "{% include 'x' %}",
        "{% for",
    ],
)
def test_template_that_reaches_out_or_runs_away_is_refused_soon(bad: str) -> None:
    started = time.monotonic()
    with pytest.raises(TemplateRefused):
        rendered(bad)
    assert time.monotonic() - started < 3


@given(st.text(max_size=200))
def test_any_source_renders_or_is_refused(source: str) -> None:
    try:
        made = rendered(source or "x", source or None, source or "x")
    except TemplateRefused:
        return
    assert made.subject.isprintable()


@given(st.text(max_size=200))
def test_data_is_never_taken_for_a_template(value: str) -> None:
    made = render(template("{{ mail.subject }}"), "en", {"mail": {"subject": value}})
    assert made.text == value


def test_loops_and_filters_work() -> None:
    made = rendered("{% for tag in case.fields.tags %}{{ loop.index }}{{ tag|upper ~ '.' }}{% endfor %}")
    assert made.text == "1A.2B."


def test_text_of_html_keeps_the_words() -> None:
    html = "<head><style>x{}</style></head><p>Hello <b>you</b></p><ul><li>a<li>b</ul><script>no()</script>"
    assert text_of_html(html) == "Hello you\n\na\nb\n"

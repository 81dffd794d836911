"""The metric catalogue keeps its own rules."""

from __future__ import annotations

import re

import pytest

from runtime import metrics
from schemas.errors import InternalError

FORBIDDEN_LABELS = {"mail_id", "case_id", "address", "sender", "recipient", "subject", "event_id", "user"}


@pytest.mark.parametrize("row", metrics.CATALOGUE.values(), ids=lambda row: row.name)
def test_every_metric_is_well_named_explained_and_free_of_content(row: metrics.Metric) -> None:
    assert re.fullmatch(r"mailcase_[a-z_]+", row.name)
    assert row.meaning
    assert "|" not in row.meaning
    assert row.name.endswith("_total") == (row.kind == "counter")
    assert not FORBIDDEN_LABELS & set(row.labels)


def test_a_wrong_label_is_a_bug_at_once() -> None:
    with pytest.raises(InternalError, match=r"has labels \['mailbox', 'mode'\], not \['mailbx'\]"):
        metrics.MAILS_PUBLISHED.inc(mailbx="claims")


def test_the_same_name_twice_is_a_bug() -> None:
    with pytest.raises(InternalError, match="twice"):
        metrics.Counter("mailcase_mails_published_total", (), "x", "y")


def test_values_are_readable_and_exposed() -> None:
    before = metrics.SUPPRESSED.value(reason="loop")
    metrics.SUPPRESSED.inc(reason="loop")
    assert metrics.SUPPRESSED.value(reason="loop") == before + 1
    metrics.DECISION_SECONDS.observe(0.2)
    assert metrics.DECISION_SECONDS.value() >= 1
    metrics.MAILBOX_LAST_SUCCESS_AGE.watch(lambda: 42.0, mailbox="watched")
    assert metrics.MAILBOX_LAST_SUCCESS_AGE.value(mailbox="watched") == 42
    metrics.MAILBOX_LAST_SUCCESS_AGE.remove(mailbox="watched")
    metrics.MAILBOX_LAST_SUCCESS_AGE.remove(mailbox="watched")
    text = metrics.exposition().decode()
    assert 'mailbox="watched"' not in text
    assert "suppressed_created" not in text


def test_info_tells_only_the_newest() -> None:
    metrics.BUILD.tell(service="a", version="1", instance="x")
    metrics.BUILD.tell(service="a", version="2", instance="x")
    assert metrics.BUILD.value(service="a", version="1", instance="x") == 0
    assert metrics.BUILD.value(service="a", version="2", instance="x") == 1


def test_the_page_lists_every_metric() -> None:
    page = metrics.render_markdown()
    assert all(f"`{name}`" in page for name in metrics.CATALOGUE)

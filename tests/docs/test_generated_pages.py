"""Pages that are made from the code are committed as the code says."""

from __future__ import annotations

import pytest

from mailcase.docs_command import FOLDER, PAGES
from runtime.settings import Settings
from schemas import topics


@pytest.mark.parametrize("name", sorted(PAGES))
def test_committed_page_is_as_the_code_says(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == PAGES[name](), "run `make docs` and commit"


def test_settings_page_has_every_setting_and_topics_page_every_topic() -> None:
    settings, listed = PAGES["settings.md"](), PAGES["topics.md"]()
    assert all(f"`MAILCASE_{name.upper()}`" in settings for name in Settings.model_fields)
    assert all(f"## {name}" in listed for name in topics.CATALOGUE)

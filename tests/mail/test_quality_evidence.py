"""Evidence and composing on mails that nobody here wrote: what `make quality` shows must not fall."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.quality.evidence import measure


@pytest.mark.needs("corpora")
def test_evidence_of_mails_of_others_is_read_as_well_as_demanded(corpora: Path) -> None:
    for figure in measure(corpora):
        assert figure.holds, (figure.name, figure.share, figure.differences[:10])

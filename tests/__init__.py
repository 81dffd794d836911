"""Tests: the tree of the packages, plus docs (the project itself), golden mails and the whole pipeline (e2e)."""

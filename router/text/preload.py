"""Imported by the fork server of the worker processes: they share the models that are read here."""

from __future__ import annotations

from router.text.language import load

load()

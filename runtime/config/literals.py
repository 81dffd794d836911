"""Literals that a document writes for case fields: does the text fit the field's type? Pure.

Stricter than what the case service takes from a mail: a document can be corrected, a mail cannot.
"""

from __future__ import annotations

import datetime as dt
import re

from schemas.config import CaseField
from schemas.config.base import ADDRESS_PATTERN

__all__ = ["misfit"]

_PATTERNS = {
    "integer": (re.compile(r"[-+]?[0-9]{1,18}"), 'write a whole number, such as "42"'),
    "decimal": (re.compile(r"[-+]?[0-9]{1,18}(?:\.[0-9]{1,9})?"), 'write a decimal number, such as "12.50"'),
    "money": (
        re.compile(r"[-+]?[0-9]{1,18}(?:\.[0-9]{1,9})? [A-Z]{3}"),
        'write an amount and a currency code, such as "120.50 EUR"',
    ),
    "email": (re.compile(ADDRESS_PATTERN), 'write a mail address, such as "ann@example.org"'),
}


def misfit(field: CaseField, value: str | int | bool) -> str | None:
    """What to write instead when `value` does not fit `field`; None when it fits."""
    if field.type == "boolean":
        fits = isinstance(value, bool) or value in ("true", "false", "yes", "no")
        return None if fits else "write true or false"
    if isinstance(value, bool):
        return f"write a {field.type} value in quotes"
    text = str(value)
    if field.type == "text":
        return None if len(text) <= field.max_length else f"write at most {field.max_length} characters"
    if field.type == "choice":
        return None if text in field.choices else f"write one of {', '.join(field.choices[:20])}"
    if field.type == "date":
        return None if _is_date(text) else "write a date as year-month-day, such as 2026-11-23"
    pattern, remedy = _PATTERNS[field.type]
    return None if pattern.fullmatch(text) else remedy


def _is_date(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == 10

"""Typed fields of a case: values from mails become values of the field's type, and what does not fit is told.

A value that does not fit never stops a mail: the field stays as it was and the case's history says why.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from schemas.config import CaseField, CaseType, FieldType
from schemas.config.base import ADDRESS_PATTERN

__all__ = ["FieldValues", "Value", "coerce", "missing", "typed"]

Value = str | int | bool
"""A field's value as JSON keeps it: decimals, money and dates are texts in one canonical form."""

_INTEGER = re.compile(r"[+-]?\d{1,18}")
_NUMBER = re.compile(r"[+-]?(?:\d{1,20}(?:\.\d{1,10})?|\d{1,3}(?:,\d{3}){1,6}(?:\.\d{1,10})?)")
_MONEY = re.compile(
    r"(?P<amount>[+-]?[\d.,]{1,30}) ?(?P<currency>[A-Z]{3})|(?P<before>[A-Z]{3}) ?(?P<after>[+-]?[\d.,]{1,30})"
)
_ADDRESS = re.compile(ADDRESS_PATTERN)
_TRUE = frozenset({"true", "yes", "1", "on"})
_FALSE = frozenset({"false", "no", "0", "off"})


class _DoesNotFit(ValueError):
    """The text says what would be right."""


@dataclass(frozen=True, slots=True)
class FieldValues:
    """Values that fit, by field name, and one line for each that did not."""

    values: Mapping[str, Value]
    problems: tuple[str, ...]


def typed(case_type: CaseType, values: Mapping[str, object]) -> FieldValues:
    """`values` as values of `case_type`'s fields. Unknown fields and values that do not fit become problems."""
    fitting: dict[str, Value] = {}
    problems: list[str] = []
    for name, value in values.items():
        field = case_type.field(name)
        if field is None:
            problems.append(f"{name}: {case_type.name} has no such field")
            continue
        if value is None or value == "":
            continue
        try:
            fitting[name] = coerce(field, value)
        except _DoesNotFit as error:
            problems.append(f"{name}: {_shown(value)} is no {field.type}: {error}")
    return FieldValues(fitting, tuple(problems))


def missing(case_type: CaseType, values: Mapping[str, object]) -> tuple[str, ...]:
    """Required fields without a value: a case worker's flag, never a refusal."""
    return tuple(field.name for field in case_type.fields if field.required and values.get(field.name) in (None, ""))


def coerce(field: CaseField, value: object) -> Value:
    """`value` in the field's type. Raises ValueError saying what would be right."""
    if field.type == "choice":
        return _choice(field, value)
    if field.type == "text":
        return str(value)[: field.max_length]
    return _COERCIONS[field.type](value)


def _integer(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    text = str(value).strip()
    if isinstance(value, bool) or not _INTEGER.fullmatch(text):
        raise _DoesNotFit("a whole number such as 42 is wanted")
    return int(text)


def _decimal(value: object) -> str:
    text = str(value).strip()
    if isinstance(value, bool) or not _NUMBER.fullmatch(text):
        raise _DoesNotFit("a number such as 12.50 is wanted")
    try:
        number = Decimal(text.replace(",", ""))
    except InvalidOperation as error:
        raise _DoesNotFit("a number such as 12.50 is wanted") from error
    return f"{number:f}"


def _money(value: object) -> str:
    wanted = "an amount and a currency such as 120.50 EUR is wanted"
    found = _MONEY.fullmatch(str(value).strip())
    if found is None:
        raise _DoesNotFit(wanted)
    amount, currency = found["amount"] or found["after"], found["currency"] or found["before"]
    try:
        return f"{_decimal(amount)} {currency}"
    except _DoesNotFit as error:
        raise _DoesNotFit(wanted) from error


def _date(value: object) -> str:
    text = str(value).strip()
    try:
        return (date.fromisoformat(text) if len(text) == 10 else datetime.fromisoformat(text).date()).isoformat()
    except ValueError as error:
        raise _DoesNotFit("a date such as 2026-11-23 is wanted") from error


def _boolean(value: object) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).strip().casefold()
    if word in _TRUE or word in _FALSE:
        return word in _TRUE
    raise _DoesNotFit("yes or no is wanted")


def _email(value: object) -> str:
    text = str(value).strip()
    if not _ADDRESS.fullmatch(text):
        raise _DoesNotFit("an address such as ann@example.org is wanted")
    return text


def _choice(field: CaseField, value: object) -> str:
    text = str(value).strip()
    for choice in field.choices:
        if choice.casefold() == text.casefold():
            return choice
    raise _DoesNotFit(f"one of {', '.join(field.choices[:10])} is wanted")


_COERCIONS: Mapping[FieldType, Callable[[object], Value]] = {
    "integer": _integer,
    "decimal": _decimal,
    "money": _money,
    "date": _date,
    "boolean": _boolean,
    "email": _email,
}


def _shown(value: object) -> str:
    text = repr(str(value))
    return text if len(text) <= 60 else text[:57] + "…'"

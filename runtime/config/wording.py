"""Words for what pydantic says in types and patterns: the remedy of each kind of mistake."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from schemas.config.base import DURATION_PATTERN, SIZE_PATTERN

__all__ = ["message_for", "pattern_in_words", "pattern_name", "remedy_for"]

_PATTERNS = {
    r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$": (
        "use lower-case letters, digits and hyphens, at most 64, beginning and ending with a letter or digit"
    ),
    r"^[a-z][a-z0-9_]{0,62}$": "use lower-case letters, digits and underscores, beginning with a letter",
    r"^[^\s@<>\",;:()\[\]\\]{1,64}@[^\s@<>\",;:()\[\]\\]{1,253}$": "write a bare address, such as ann@example.org",
    r"^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$": "write a host name in lower case, such as mail.example.org",
    r"^[A-Za-z0-9.:_-]{1,253}$": "write a host name or an IP address, such as imap.example.org",
    r"^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$": "write a language tag, such as de or pt-BR",
    r"^[^\r\n]*$": "write it on one line",
    r"^[^\r\n\x00]*$": "write it on one line",
    r"^k[a-z2-7]$": "write the letter k and one of a-z, 2-7, such as k2",
    r"^[A-Z][A-Z0-9]{0,9}$": "use upper-case letters and digits, at most 10, beginning with a letter, such as EXP",
    r"^[Xx]-[!-9;-~]{1,70}$": "own headers begin with X-, such as X-Department",
    r"^[!-9;-~]{1,200}$": "write a header's name without the colon, such as X-Priority",
    r"^[A-Za-z_][A-Za-z0-9_]{0,127}$": "write the name of an environment variable, such as CLAIMS_PASSWORD",
    r"^(?:[^\s@<>]{1,64}@)?[^\s@<>]{1,253}$": "write an address or a domain, such as example.org",
}


_NAMES = {
    r"^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$": "name",
    r"^[a-z][a-z0-9_]{0,62}$": "field name",
    r"^[^\s@<>\",;:()\[\]\\]{1,64}@[^\s@<>\",;:()\[\]\\]{1,253}$": "mail address",
    r"^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$": "host name",
    r"^[A-Za-z0-9.:_-]{1,253}$": "host name",
    r"^[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*$": "language tag",
    r"^[^\r\n]*$": "one line",
    r"^[^\r\n\x00]*$": "one line",
    DURATION_PATTERN: "duration",
    SIZE_PATTERN: "size",
}


def pattern_name(pattern: str) -> str:
    """A short name of what `pattern` describes; empty when it has none."""
    return _NAMES.get(pattern, "")


def pattern_in_words(pattern: str) -> str:
    """What a text must look like to match `pattern`."""
    return _PATTERNS.get(pattern, f"it must match {pattern}")


_REMEDIES = {
    "dict_type": "write a mapping: `key: value`",
    "model_type": "write a mapping: `key: value`",
    "model_attributes_type": "write a mapping: `key: value`",
    "tuple_type": "write a list: `- value`, or [value, value]",
    "list_type": "write a list: `- value`, or [value, value]",
    "bool_parsing": "write true or false",
    "bool_type": "write true or false",
    "int_parsing": "write a whole number",
    "int_type": "write a whole number",
    "int_from_float": "write a whole number",
    "date_from_datetime_parsing": "write a date, such as 2026-11-23",
    "date_parsing": "write a date, such as 2026-11-23",
    "date_type": "write a date, such as 2026-11-23",
    "datetime_from_date_parsing": "write date, time and zone, such as 2026-11-23T08:00:00Z",
    "datetime_parsing": "write date, time and zone, such as 2026-11-23T08:00:00Z",
    "timezone_aware": "add the zone, such as 2026-11-23T08:00:00Z",
    "string_unicode": "remove what is not a character",
}


_MESSAGES = {
    "dict_type": "is not a mapping",
    "model_type": "is not a mapping",
    "model_attributes_type": "is not a mapping",
    "tuple_type": "is not a list",
    "list_type": "is not a list",
    "bool_parsing": "is neither true nor false",
    "bool_type": "is neither true nor false",
    "int_parsing": "is not a whole number",
    "int_type": "is not a whole number",
    "int_from_float": "is not a whole number",
    "string_type": "is not a text",
    "date_from_datetime_parsing": "is not a date",
    "datetime_from_date_parsing": "is not a point in time",
    "too_short": "lists too few",
    "too_long": "lists too many",
}


def message_for(kind: str, message: str) -> str:
    """What is wrong, for an error of pydantic's `kind` with its own `message`."""
    known = _MESSAGES.get(kind)
    if known is not None:
        return known
    text = message.removeprefix("Input ").removeprefix("Value error, ")
    return text[:1].lower() + text[1:]


def remedy_for(kind: str, context: Mapping[str, Any], value: object) -> str:
    """The remedy for an error of pydantic's `kind` about `value`; empty where the message says it itself."""
    if kind == "string_type":
        if isinstance(value, bool | int | float):
            return 'put it in quotes: "…"'
        return "write a text"
    if kind == "too_short":
        return f"list at least {context.get('min_length')}"
    if kind == "too_long":
        return f"list at most {context.get('max_length')}"
    return _REMEDIES.get(kind, "")

"""Keeps an event within its bytes: texts and lists are cut by their size as JSON, always at the same place.

Sizes are those of the UTF-8 JSON that pydantic writes: quotes, backslashes and line ends take two bytes, other control
characters six.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TypeVar

from pydantic import BaseModel

__all__ = ["cut_json", "fit_models", "fit_texts", "json_bytes"]

Model = TypeVar("Model", bound=BaseModel)


def json_bytes(text: str) -> int:
    """Bytes of `text` inside a JSON string, without the quotes."""
    return len(json.dumps(text, ensure_ascii=False).encode("utf-8", "replace")) - 2


def cut_json(text: str, most: int) -> str:
    """The longest beginning of `text` that takes at most `most` bytes as JSON."""
    if len(text) * 6 <= most:
        return text
    text = text[:most]
    if json_bytes(text) <= most:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if json_bytes(text[:middle]) <= most:
            low = middle
        else:
            high = middle - 1
    return text[:low]


def fit_models(items: Sequence[Model], most: int, count: int) -> tuple[Model, ...]:
    """As many of the first `count` items as take at most `most` bytes together."""
    kept: list[Model] = []
    for item in items[:count]:
        most -= len(item.model_dump_json(by_alias=True).encode()) + 1
        if most < 0:
            break
        kept.append(item)
    return tuple(kept)


def fit_texts(items: Sequence[str], most: int, count: int) -> tuple[str, ...]:
    """As many of the first `count` texts as take at most `most` bytes together."""
    kept: list[str] = []
    for item in items[:count]:
        most -= json_bytes(item) + 3
        if most < 0:
            break
        kept.append(item)
    return tuple(kept)

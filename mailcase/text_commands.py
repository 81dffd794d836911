"""`mailcase text analyse FILE.jsonl`: what text analysis finds in texts, one JSON object a line."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from router.text.language import spoken

app = typer.Typer(no_args_is_help=True, help="Text analysis.")


@app.callback()
def _group() -> None:
    """Text analysis."""


@app.command()
def analyse(
    file: Annotated[Path, typer.Argument(help='Lines of JSON, each `{"text": …}`; `-` reads standard input.')],
) -> None:
    """Print the analysis of each line: the line's own fields but its text, then what was found in it.

    A line that cannot be read gives an object with `error`; the other lines go on.
    """
    if str(file) == "-":
        _write(analyses(sys.stdin.buffer))
        return
    with file.open("rb") as lines:
        _write(analyses(lines))


def analyses(lines: Iterable[bytes]) -> Iterator[dict[str, Any]]:
    """The analysis of each line that is not empty.

    `language` has `code` (ISO 639-1, `und` if unknown) and `confidence` (0 to 1). Sentiment and entities are not
    analysed yet: None and an empty list.
    """
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            given = json.loads(line)
        except (ValueError, RecursionError) as error:  # also bytes that are not UTF-8, and brackets without end
            yield {"line": number, "error": f"line {number} is no JSON: {error}"}
            continue
        if not isinstance(given, dict) or not isinstance(given.get("text"), str):
            yield {"line": number, "error": f'line {number} is no object with a text: {{"text": "…"}}'}
            continue
        found = spoken(given["text"])
        yield {name: value for name, value in given.items() if name != "text"} | {
            "language": {"code": found.code, "confidence": found.confidence},
            "sentiment": None,
            "entities": [],
        }


def _write(found: Iterable[dict[str, Any]]) -> None:
    out = sys.stdout.buffer
    for one in found:
        out.write(json.dumps(one, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
    out.flush()

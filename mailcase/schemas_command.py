"""`mailcase schemas`: write, check and release the generated JSON Schemas and the AsyncAPI document."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import typer

from schemas import generate
from schemas.compatibility import breaking_changes
from schemas.errors import ConfigurationError

app = typer.Typer(no_args_is_help=True, help="JSON Schemas and AsyncAPI of all topics and documents.")

ROOT = Path(generate.__file__).parent / "json"


@app.command()
def write() -> None:
    """Write schemas/json/ anew from the models."""
    wanted = generate.files()
    for name in _committed() - wanted.keys():
        (ROOT / name).unlink()
    for name, text in wanted.items():
        path = ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
    print(f"{len(wanted)} files in {ROOT.name}/ are as the models say")


@app.command()
def check() -> None:
    """Fail when schemas/json/ differs from the models, or when a change would break readers of the last release."""
    problems = differences() + broken_readers()
    if problems:
        raise ConfigurationError("\n".join(problems))
    print("schemas/json/ fits the models, and readers of the last release can read all events")


@app.command()
def release() -> None:
    """Make the present event schemas the released ones, against which later changes are checked."""
    problems = differences() + broken_readers()
    if problems:
        raise ConfigurationError("\n".join(problems))
    shutil.copytree(ROOT / "events", ROOT / "released", dirs_exist_ok=True)
    print("released")


def differences() -> list[str]:
    """Generated files that are missing, old or left over, one line each."""
    wanted, remedy = generate.files(), "run `mailcase schemas write` and commit"
    found = [f"schemas/json/{name}: no longer generated; {remedy}" for name in sorted(_committed() - wanted.keys())]
    for name, text in sorted(wanted.items()):
        path = ROOT / name
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            found.append(f"schemas/json/{name}: differs from the models; {remedy}")
    return found


def broken_readers() -> list[str]:
    """Changes of event schemas that would break a reader of the last release, one line each."""
    present = generate.event_schemas()
    found: list[str] = []
    for path in sorted((ROOT / "released").glob("*.json")):
        name = path.stem
        if name not in present:
            found.append(f"{name}: was released and is gone; publish it beside its successor for one release")
            continue
        changes = breaking_changes(json.loads(path.read_text(encoding="utf-8")), present[name])
        found += [f"{name}: {change}; make it a new type with a new version at its end" for change in changes]
    return found


def _committed() -> set[str]:
    return {
        str(path.relative_to(ROOT)) for path in ROOT.rglob("*.json") if path.relative_to(ROOT).parts[0] != "released"
    }

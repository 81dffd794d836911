"""Checks mail templates without rendering them: do they parse, and do they use only what there is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from runtime.config.problems import did_you_mean
from schemas.config import TEMPLATE_DATA

__all__ = ["TemplateFault", "check_template", "data_used"]

_ENVIRONMENT = ImmutableSandboxedEnvironment()
_REFUSED = {
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "from … import",
    nodes.Extends: "extends",
}


@dataclass(frozen=True)
class TemplateFault:
    """What is wrong in a template; `line` counts from 1 within the text."""

    line: int
    message: str
    remedy: str


def check_template(text: str) -> list[TemplateFault]:
    """Every fault of `text`: syntax, data that there is not, filters and tests that do not exist, inclusion."""
    try:
        tree = _ENVIRONMENT.parse(text)
    except TemplateSyntaxError as error:
        return [TemplateFault(error.lineno, f"the template does not parse: {error.message}", "")]
    except RecursionError:
        return [TemplateFault(1, "the template is nested too deep", "")]
    return sorted({*_unknown_data(tree), *_unknown_functions(tree)}, key=lambda fault: (fault.line, fault.message))


def data_used(text: str) -> set[str]:
    """Top names of TEMPLATE_DATA that `text` uses; of a template that does not parse none."""
    try:
        tree = _ENVIRONMENT.parse(text)
    except (TemplateSyntaxError, RecursionError):
        return set()
    own = _own_names(tree)
    return {name.name for name in tree.find_all(nodes.Name) if name.name in TEMPLATE_DATA and name.name not in own}


def _own_names(tree: nodes.Template) -> set[str]:
    stored = {name.name for name in tree.find_all(nodes.Name) if name.ctx in ("store", "param")}
    return stored | {macro.name for macro in tree.find_all(nodes.Macro)} | {"loop", "range", "dict", "caller"}


def _unknown_data(tree: nodes.Template) -> Iterator[TemplateFault]:
    own = _own_names(tree)
    for name in tree.find_all(nodes.Name):
        if name.ctx == "load" and name.name not in own and name.name not in TEMPLATE_DATA:
            remedy = did_you_mean(name.name, tuple(TEMPLATE_DATA), "templates may use")
            yield TemplateFault(name.lineno, f"the template uses {name.name!r}, which there is not", remedy)
    for node, key, line in _lookups(tree):
        if node.name in TEMPLATE_DATA and node.name not in own and key not in TEMPLATE_DATA[node.name]:
            remedy = did_you_mean(key, TEMPLATE_DATA[node.name], f"{node.name} has")
            yield TemplateFault(line, f"the template uses '{node.name}.{key}', which there is not", remedy)


def _lookups(tree: nodes.Template) -> Iterator[tuple[nodes.Name, str, int]]:
    """`name.key` and `name["key"]` with their line."""
    for part in tree.find_all(nodes.Getattr):
        if isinstance(part.node, nodes.Name):
            yield part.node, part.attr, part.lineno
    for item in tree.find_all(nodes.Getitem):
        if isinstance(item.node, nodes.Name) and isinstance(item.arg, nodes.Const):
            yield item.node, str(item.arg.value), item.lineno


def _unknown_functions(tree: nodes.Template) -> Iterator[TemplateFault]:
    for kind, word in _REFUSED.items():
        for node in tree.find_all(kind):
            yield TemplateFault(node.lineno, f"the template uses {word!r}, which is not offered", "write it out")
    for applied in tree.find_all(nodes.Filter):
        if applied.name not in _ENVIRONMENT.filters:
            remedy = did_you_mean(applied.name, sorted(_ENVIRONMENT.filters), "filters")
            yield TemplateFault(applied.lineno, f"there is no filter {applied.name!r}", remedy)
    for tested in tree.find_all(nodes.Test):
        if tested.name not in _ENVIRONMENT.tests:
            remedy = did_you_mean(tested.name, sorted(_ENVIRONMENT.tests), "tests")
            yield TemplateFault(tested.lineno, f"there is no test {tested.name!r}", remedy)

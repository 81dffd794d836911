"""Jinja2 in a sandbox with bounds: no attribute of Python is reached, nothing is undefined, nothing runs away.

Jinja2's sandbox guards what a template may *touch*; time and memory are bounded here. The syntax tree is changed before
it is compiled: every loop counts its rounds, every joined, filtered or returned text is measured. Operators that can
make a large text of a small one are measured before they run.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from functools import lru_cache
from typing import Any, TypeVar

from jinja2 import Environment, StrictUndefined, Template, nodes
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment
from jinja2.visitor import NodeTransformer

__all__ = ["MAX_ROUNDS", "MAX_TEXT", "BoundsExceeded", "rendered"]

MAX_TEXT = 1024 * 1024
"""Characters of one value and of the whole output."""
MAX_ROUNDS = 20_000
"""Loop rounds and calls of one rendering, all loops together."""
MAX_RANGE = 1000
_MAX_POWER = 64

_rounds: ContextVar[list[int]] = ContextVar("rounds")
_Value = TypeVar("_Value")


class BoundsExceeded(Exception):
    """The template makes too much, or takes too long."""


def rendered(source: str, data: dict[str, Any], *, html: bool) -> str:
    """The text that `source` makes of `data`. Raises jinja2.TemplateError, BoundsExceeded, or what data provokes."""
    template = _compiled(source, html)
    token = _rounds.set([0])
    try:
        pieces = []
        size = 0
        for piece in template.generate(data):
            size += len(piece)
            if size > MAX_TEXT:
                raise BoundsExceeded(f"the template makes more than {MAX_TEXT} characters")
            pieces.append(piece)
        return "".join(pieces)
    finally:
        _rounds.reset(token)


def _count(rounds: int = 1) -> None:
    counter = _rounds.get()
    counter[0] += rounds
    if counter[0] > MAX_ROUNDS:
        raise BoundsExceeded(f"the template goes through more than {MAX_ROUNDS} rounds")


def _counted(values: Iterable[_Value]) -> Iterator[_Value]:
    for value in values:
        _count()
        yield value


def _measured(value: _Value) -> _Value:
    if isinstance(value, (str, bytes, list, tuple)) and len(value) > MAX_TEXT:
        raise BoundsExceeded(f"the template makes a value longer than {MAX_TEXT}")
    return value


def _range(*limits: int) -> range:
    found = range(*limits)
    if len(found) > MAX_RANGE:
        raise BoundsExceeded(f"range() has at most {MAX_RANGE} steps")
    return found


class _Sandbox(ImmutableSandboxedEnvironment):
    """The environment of all templates; what is offered is what `runtime.config.templates` lets pass."""

    intercepted_binops = frozenset({"*", "**", "%", "+"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "**" and not (abs(left) <= MAX_TEXT and abs(right) <= _MAX_POWER):
            raise BoundsExceeded("numbers are too large for **")
        if operator == "*":
            for text, times in ((left, right), (right, left)):
                if isinstance(text, (str, bytes, list, tuple)) and len(text) * max(0, int(times)) > MAX_TEXT:
                    raise BoundsExceeded(f"the template makes a value longer than {MAX_TEXT}")
        if operator == "%" and isinstance(left, (str, bytes)):
            raise BoundsExceeded("% makes no text here; use ~ to join values")
        return _measured(super().call_binop(context, operator, left, right))

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805  # as Jinja2's
        _count()
        if getattr(__obj, "__name__", "") in (
            "format",
            "format_map",
            "center",
            "ljust",
            "rjust",
            "zfill",
            "expandtabs",
        ):
            raise BoundsExceeded(f"{__obj.__name__}() is not offered in templates")
        return _measured(super().call(__context, __obj, *args, **kwargs))


class _Bounds(NodeTransformer):
    """Puts the counters into the syntax tree."""

    def visit_For(self, node: nodes.For) -> nodes.Node:  # noqa: N802  # as Jinja2's visitor calls it
        self.generic_visit(node)
        node.iter = _filter("_counted", node.iter)
        return node

    def visit_Filter(self, node: nodes.Filter) -> nodes.Node:  # noqa: N802  # as Jinja2's visitor calls it
        self.generic_visit(node)
        return node if node.name == "_counted" or node.node is None else _filter("_measured", node)

    def visit_Concat(self, node: nodes.Concat) -> nodes.Node:  # noqa: N802  # as Jinja2's visitor calls it
        self.generic_visit(node)
        return _filter("_measured", node)


def _filter(name: str, inner: Any) -> nodes.Filter:
    made = nodes.Filter(inner, name, [], [], None, None, lineno=inner.lineno)
    made.set_environment(inner.environment)
    return made


def _narrow(original: Callable[..., Any], most: int) -> Callable[..., Any]:
    """`original`, with every number that it is given at most `most`."""

    def bounded(value: Any, *args: Any, **kwargs: Any) -> Any:
        for given in (*args, *kwargs.values()):
            if isinstance(given, int) and abs(given) > most:
                raise BoundsExceeded(f"filters take numbers up to {most}")
        return original(value, *args, **kwargs)

    return bounded


def _no_format(value: Any, *args: Any, **kwargs: Any) -> Any:
    raise BoundsExceeded("the filter `format` is not offered; use ~ to join values")


def _shown(value: Any) -> Any:
    return "" if value is None else value


def _environment(html: bool) -> Environment:
    made = _Sandbox(
        autoescape=html, undefined=StrictUndefined, finalize=_shown, trim_blocks=True, lstrip_blocks=True, cache_size=0
    )
    made.globals = {"range": _range, "dict": dict}
    for name in ("center", "indent", "batch", "slice", "wordwrap", "truncate", "round", "filesizeformat"):
        if not hasattr(made.filters[name], "jinja_pass_arg"):
            made.filters[name] = _narrow(made.filters[name], MAX_RANGE)
    made.filters["format"] = _no_format
    made.filters["_counted"] = _counted
    made.filters["_measured"] = _measured
    return made


_TEXT = _environment(html=False)
_HTML = _environment(html=True)


@lru_cache(maxsize=512)
def _compiled(source: str, html: bool) -> Template:
    environment = _HTML if html else _TEXT
    tree = _Bounds().visit(environment.parse(source))
    return environment.template_class.from_code(environment, environment.compile(tree), dict(environment.globals))

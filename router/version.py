"""Release of the router, as every decision names it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version

__all__ = ["ROUTER_VERSION"]


def _version() -> str:
    try:
        return version("mailcase")
    except PackageNotFoundError:  # run from a folder that is not installed
        return "unknown"


ROUTER_VERSION = _version()

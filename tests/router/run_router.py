"""Runs the real router, whose worker processes obey the header `X-Poison`: `python -m tests.router.run_router`."""

from __future__ import annotations

import sys

from router import pool
from router.service import run
from runtime.settings import load_settings
from tests.router import poison

if __name__ == "__main__":
    pool.DECIDE = poison.DECIDE
    sys.exit(run(load_settings()))

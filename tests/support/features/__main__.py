"""`python -m tests.support.features write|check`: make docs/features.md, or say whether it is as it should be."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from tests.support.features.catalogue import load_catalogue
from tests.support.features.marks import marks_under, problems
from tests.support.features.page import PAGE, proofs, render


def main(arguments: Sequence[str]) -> int:
    """0 when the page is written or right, 1 when marks are wrong or the page is old, 2 for a wrong call."""
    if list(arguments) not in (["write"], ["check"]):
        print("usage: python -m tests.support.features write|check", file=sys.stderr)
        return 2
    rows = load_catalogue()
    marks = marks_under()
    wrong = problems(marks, rows)
    if wrong:
        print("\n".join(wrong), file=sys.stderr)
        return 1
    page = render(rows, proofs(marks))
    if arguments[0] == "write":
        PAGE.write_text(page, encoding="utf-8")
        print(f"wrote {PAGE}")
        return 0
    if not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page:
        print(f"{PAGE} does not say what the tests prove: run `make features` and commit it", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

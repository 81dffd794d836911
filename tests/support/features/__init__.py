"""docs/features.md: which promises of docs/features.yaml are proven, and by which tests.

In: docs/features.yaml (rows and clauses) and the `@pytest.mark.feature(row, clause)` marks in tests/.
Out: docs/features.md. `python -m tests.support.features write` makes the page, `check` compares it.
May import: the standard library and PyYAML.
"""

"""Programs that measure: quality against oracles (`quality/`), speed against a floor or peer of the same run.

In: material that nobody here wrote. Out: pages of `docs/`. Nothing imports this package; it may import everything.
"""

"""The judgement on branches that no test takes."""

from __future__ import annotations

from bench.coverage import Covered, read_report, verdict


def file(branches: int, *missing: tuple[int, int]) -> dict[str, object]:
    return {"summary": {"num_branches": branches}, "missing_branches": [list(one) for one in missing]}


def test_modules_come_with_the_least_covered_first() -> None:
    found = read_report({"files": {"mail/a.py": file(10), "mail/b.py": file(10, (3, 4)), "mail/c.py": file(0)}})
    assert [one.module for one in found] == ["mail/b.py", "mail/a.py", "mail/c.py"]
    assert found[0] == Covered("mail/b.py", 10, ((3, 4),))
    assert [one.share for one in found] == [0.9, 1.0, 1.0]


def test_all_branches_together_and_each_larger_module_must_reach_their_share() -> None:
    def module(name: str, branches: int, missing: int) -> Covered:
        return Covered(name, branches, tuple((line, line + 1) for line in range(missing)))

    assert verdict([module("a", 1000, 50)]) == (0.95, [])
    assert verdict([module("a", 1000, 0), module("small", 10, 10)])[1] == []
    assert len(verdict([module("a", 1000, 51)])[1]) == 1
    (wrong,) = verdict([module("a", 1000, 0), module("poor", 40, 9)])[1]
    assert wrong.startswith("poor: 78%")
    assert verdict([]) == (0.0, ["0.0% of all branches, 95% is demanded"])

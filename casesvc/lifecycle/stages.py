"""Stages and statuses of a case.

    (new) ──► initial status ──► … any status of the case type … ──► a resolved status
                                                 ▲                          │
                                                 └──────────────────────────┘ a person, never a mail by itself

A status belongs to exactly one stage, so a case's stage follows from its status. Mails alone never resolve or reopen.
"""

from __future__ import annotations

from dataclasses import dataclass

from schemas.config import CaseType

__all__ = ["CaseState", "initial_state", "state_in"]


@dataclass(frozen=True, slots=True)
class CaseState:
    """Stage and status of a case; `resolved`: nothing is left to do."""

    stage: str
    status: str
    resolved: bool


def initial_state(case_type: CaseType) -> CaseState:
    """Where a new case begins."""
    return state_in(case_type, case_type.initial_status)


def state_in(case_type: CaseType, status: str) -> CaseState:
    """The state of a case in `status`. Raises KeyError for a status that the type does not have."""
    return CaseState(case_type.stage_of(status).name, status, status in case_type.resolved)

"""What shall be done with a mail, and why: `decide(received, raw, facts, configuration)`, pure.

In: a mail, what is known about it, recorded facts, a compiled configuration. Out: a `Decision` ≤ 256 KiB by
construction, with our own signatures masked in every field. May import: schemas, mail, runtime.config (models), rules.
"""

from router.decide.configuration import CompiledConfiguration, compile_configuration
from router.decide.core import MAX_DECISION, decide, decide_parsed
from router.decide.record import decision_event

__all__ = [
    "MAX_DECISION",
    "CompiledConfiguration",
    "compile_configuration",
    "decide",
    "decide_parsed",
    "decision_event",
]

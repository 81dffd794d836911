"""A configuration as deciding needs it: rules compiled, and which of them a mailbox's mails go to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from router.rules.compile import CompiledRule, compile_rules
from runtime.config.model import Configuration
from schemas.config import CaseType, Installation

__all__ = ["CompiledConfiguration", "compile_configuration"]


@dataclass(frozen=True)
class CompiledConfiguration:
    """Immutable; compiled once a configuration. `rule_of` goes by mailbox id."""

    digest: str
    installation: Installation
    case_types: Mapping[str, CaseType]
    rules: Mapping[str, CompiledRule]
    rule_of: Mapping[str, CompiledRule]


def compile_configuration(configuration: Configuration) -> CompiledConfiguration:
    """Compile `configuration`. Raises ConfigurationError for a pattern that RE2 refuses, naming rule and row."""
    rules = compile_rules(configuration.rules.values())
    return CompiledConfiguration(
        digest=configuration.digest,
        installation=configuration.installation,
        case_types=configuration.case_types,
        rules=rules,
        rule_of={
            listener.account: rules[listener.rule]
            for listener in configuration.listeners.values()
            if listener.rule in rules
        },
    )

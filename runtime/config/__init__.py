"""The configuration as services see it: a folder of YAML documents, read, checked as a whole, followed as it changes.

In: files, `${MAILCASE_VAR_…}` variables. Out: an immutable `Configuration`, or every `Problem` with file and line.
No secret is read here, and nothing is decided about any mail. May import: schemas, pyyaml, re2, jinja2.
"""

from runtime.config.generate import Generated, generate
from runtime.config.loader import Examined, examine, load_configuration
from runtime.config.model import Configuration
from runtime.config.problems import ConfigurationInvalid, Problem
from runtime.config.reload import ConfigurationWatcher, ReloadStatus

__all__ = [
    "Configuration",
    "ConfigurationInvalid",
    "ConfigurationWatcher",
    "Examined",
    "Generated",
    "Problem",
    "ReloadStatus",
    "examine",
    "generate",
    "load_configuration",
]

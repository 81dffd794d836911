"""The command `mailcase`: one file a command group, and `local/`, the embedded stack.

In: what a person types. Out: readable answers, exit codes. May import everything.
"""

__version__ = "0.1.0"

"""The embedded stack: real Kafka, PostgreSQL and GreenMail as background processes, from PyPI alone.

In: `LocalOptions` (one folder, ports, which parts are external). Out: running servers and their addresses, which
survive the command that started them and a kill of everything. One module a part, `stack.py` holds them together.
May import everything; only `mailcase` and tests import it.
"""

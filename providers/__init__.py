"""What talks to mail providers as companies: credentials and tokens, presets, budgets.

In: account documents and secret references. Out: what ingest and notifier need to log in.
May import: schemas, runtime.
"""

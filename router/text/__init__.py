"""What the words of a mail tell: its language; pure functions on text, models that come inside packages.

In: the visible new text. Out: frozen records with a confidence. May import: schemas and analysis libraries; no I/O but
reading the models once.
"""

"""The life of a case as pure tables and functions: typed fields, stages and statuses.

In: a case type and values taken from a mail. Out: typed values with what did not fit, stage and status.
May import: schemas. Nothing here touches the database or the clock.
"""

"""Service email rules as pure functions: documents in, compiled rules, a selection and its trace out.

In: `ServiceEmailRule` documents and the values of one mail (`values.MailValues`). Out: which rows act and why.
`compile` runs once a configuration, `match` once a condition, `select` holds the modes of RU-03 as a table,
`trace` writes down what was looked at. May import: schemas, mail. No I/O, no clock; RE2 is the only pattern engine.
"""

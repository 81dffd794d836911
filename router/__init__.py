"""`mail.raw` → `mail.decisions`: what a mail is and what shall be done, with the reasons.

`decide.py`, `rules/` and `text/` are pure; the shells around them gather facts, run the worker pool and the Faust app.
In: raw mails, configuration. Out: decisions or quarantine. May import: schemas, mail, runtime, providers.
"""

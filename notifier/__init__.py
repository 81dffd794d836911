"""`case.events` → email: ledger, templates, signing of our ids, SMTP; at most one hand-over per notification by itself.

In: `mailcase.mail.requested.v1` and outcomes. Out: mail, `outbound.events` by the outbox.
May import: schemas, mail, runtime, providers; never casesvc.
"""

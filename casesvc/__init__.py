"""Decisions → cases in PostgreSQL: intake, threading, lifecycle, the REST API.

In: `mail.decisions`, `mail.quarantine`, `mailbox.status`, `outbound.events`. Out: its schema, and
`case.events` by the outbox.
May import: schemas, mail, runtime, providers, and the pure packages router.decide, router.rules, notifier.templates.
"""

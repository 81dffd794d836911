"""Mailboxes → `mail.raw`: fetch, make durable, publish, checkpoint, and only then touch the mailbox.

In: mailboxes, `mailbox.control`, `mail.checkpoints`. Out: `mail.raw`, `mail.checkpoints`, `mailbox.status`, quarantine.
May import: schemas, mail, runtime, providers; never another service.
"""

"""The REST API: cases, interactions, mails, quarantine, mailboxes, outgoing; read only, tokens with scopes.

In: HTTP requests. Out: JSON (OpenAPI at /openapi.json), problem+json for every error, raw mails and attachments as
downloads that no browser runs. May import: schemas, mail, runtime, casesvc.store, FastAPI.
"""

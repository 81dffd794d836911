"""The `Mailbox` of an IMAP server (RFC 3501, 9051), on imapclient.

In: `Access`. Out: `ImapMailbox`. Knows what servers lie about: sizes, UIDNEXT, missing extensions, dead connections.
May import: ingest.mailbox, schemas; nothing else of ingest.
"""

from ingest.imap.client import ImapMailbox
from ingest.imap.connection import Access

__all__ = ["Access", "ImapMailbox"]

"""The email library: bytes in, typed and bounded understanding out; pure functions, no I/O, nothing raises past it.

Parse, headers, addresses, conversation keys and evidence, class (human, auto-reply, bounce, …), authentication results.
In: the raw bytes of one mail (hostile). Out: frozen records. May import: schemas and parsing libraries.
"""

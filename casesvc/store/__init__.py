"""What casesvc keeps in PostgreSQL: SQL and nothing else; one module a table or a few that belong together.

In: a connection inside the caller's transaction and typed values. Out: frozen rows. No function commits, decides or
reads the clock. May import: schemas, runtime.database, psycopg.
"""

"""The schema of casesvc, one module a revision in `versions/`; run by `runtime.database.migrations`, forward only."""

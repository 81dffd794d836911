"""The schema of the notifier, a module per revision in `versions/`, run by `runtime.database.migrations`; forward."""
